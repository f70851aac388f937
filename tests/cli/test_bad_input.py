"""A folder with everything that goes wrong: all of it is handled or named, and none stops the others."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

RATE = 8_000


@pytest.fixture
def attic(tmp_path, demo_copy) -> Path:
    """Good files of six formats, and around them what a scan must survive."""
    music = tmp_path / "music"
    good = {track.path.suffix: track.path for track in demo_copy}
    for suffix, path in good.items():
        data = path.read_bytes()
        (music / f"half{suffix}").write_bytes(data[: len(data) // 2])
        (music / f"head{suffix}").write_bytes(data[:200])
        (music / f"empty{suffix}").write_bytes(b"")
        (music / f"text{suffix}").write_text("Dear diary, today I renamed a letter. " * 100)
        (music / f"random{suffix}").write_bytes(np.random.default_rng(0).bytes(50_000))
        (music / f"hole{suffix}").write_bytes(data[:5000] + bytes(20_000) + data[25_000:])
    shutil.copy(good[".flac"], music / "really flac.mp3")
    m4a = good[".m4a"].read_bytes()
    (music / "protected.m4a").write_bytes(m4a.replace(b"mp4a", b"drms", 1))
    soundfile.write(music / "silence.flac", np.zeros(10 * RATE), RATE)
    rng = np.random.default_rng(1)
    noise = rng.normal(size=RATE) * 0.1
    soundfile.write(music / "jingle.wav", noise[: int(0.3 * RATE)], RATE)
    with soundfile.SoundFile(
        music / "three hours.wav", "w", RATE, 1, subtype="PCM_U8"
    ) as three_hours:
        minute = np.concatenate([noise * np.sin(n) for n in range(60)])
        for _ in range(180):
            three_hours.write(minute)
    for name in (
        "emoji 🎵.flac",
        "two\nlines.flac",
        "#hash.flac",
        ".hidden.flac",
        "cafe\u0301.flac",
        "\udcff\udce9.flac",
    ):
        shutil.copy(good[".flac"], music / name)
    (music / "loop").symlink_to(music)
    (music / "gone.mp3").symlink_to("nowhere.mp3")
    os.mkfifo(music / "pipe.mp3")
    (music / "folder.mp3").mkdir()
    return music


@pytest.mark.slow
def test_the_attic(musicsim, attic):
    result = musicsim("scan", attic, "--json")
    assert result.code == 0, result.err
    assert "Traceback" not in result.err
    found = result.json
    reasons = {Path(failure["path"]).name: failure["reason"] for failure in found["failed"]}
    warnings = {Path(warning["path"]).name: warning["reason"] for warning in found["warnings"]}
    for name, reason in [*reasons.items(), *warnings.items()]:
        assert reason
        assert "Error" not in reason, (name, reason)
        assert str(attic) not in reason
    for kind in ("head", "empty", "text", "random"):
        names = {name for name in reasons if name.startswith(kind + ".")}
        assert len(names) == 6, (kind, names)
    assert all("empty" in reasons[name] for name in reasons if name.startswith("empty"))
    assert "silent" in reasons["silence.flac"]
    assert "DRM" in reasons["protected.m4a"]
    assert {"gone.mp3", "pipe.mp3"} <= set(reasons)
    fine = {
        "really flac.mp3",
        "jingle.wav",
        "three hours.wav",
        "emoji 🎵.flac",
        "\udcff\udce9.flac",
    }
    assert not fine & (set(reasons) | set(warnings))
    # What is cut short is in the library as far as it goes, and says so.
    for suffix in (".flac", ".wav", ".mp3", ".ogg", ".opus"):
        assert "half" + suffix in {**reasons, **warnings}
    status = musicsim("status", "--json").json
    assert status["pending"] == 0
    # A link to nothing and a pipe are not tracks.
    assert status["embedded"] == found["tracks"] - (len(reasons) - 2)
    assert status["index"]["healthy"]
    again = musicsim("scan", attic, "--json").json
    assert (again["added"], again["changed"], again["missing"]) == (0, 0, 0)
    assert len(again["failed"]) == len(found["failed"])
