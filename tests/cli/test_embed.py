"""`musicsim embed`: what OpenL3's own command does, for many files."""

import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicsim.base.resources import resource


def tone(path: Path, seconds: float = 3.0) -> Path:
    time = np.arange(int(seconds * 24_000)) / 24_000
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time), 24_000)
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def arrays(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path) as file:
        assert sorted(file) == ["embedding", "timestamps"]
        return file["embedding"], file["timestamps"]


def test_each_file_becomes_one_of_embeddings_and_timestamps(musicsim, tmp_path):
    files = [tone(tmp_path / "a.flac"), tone(tmp_path / "b.wav", 0.4)]
    out = tmp_path / "some" / "where"
    result = musicsim("embed", *files, "-o", out, "--hop-size", "0.5")
    assert (result.code, result.err) == (0, "")
    embedding, timestamps = arrays(out / "a.npz")
    assert (embedding.shape, embedding.dtype) == ((6, 128), np.float32)
    assert timestamps.dtype == np.float64
    np.testing.assert_array_equal(timestamps, np.arange(6) * 0.5)
    assert len(arrays(out / "b.npz")[0]) == 1
    lines = result.out.splitlines()
    assert lines[0] == f"{out / 'a.npz'}: 6 windows"
    assert lines[1] == f"{out / 'b.npz'}: 1 window"
    assert lines[2].startswith("2 files: 7 windows of 3.4 s of sound in ")
    for stage in ("decoding", "front end", "network"):
        assert stage in lines[2]
    assert names_in(out) == ["a.npz", "b.npz"]


def test_an_overlap_is_the_hop_that_it_leaves(musicsim, tmp_path):
    """As MATLAB's OverlapPercentage: 90 % is OpenL3's usual hop, to the last digit of the timestamps."""
    sound = tone(tmp_path / "a.wav", 2.0)
    assert musicsim("embed", sound, "-o", tmp_path / "usual", "--no-center").code == 0
    given = musicsim("embed", sound, "-o", tmp_path / "given", "--no-center", "--overlap", "90")
    assert given.code == 0
    usual = arrays(tmp_path / "usual" / "a.npz")
    for ours, expected in zip(arrays(tmp_path / "given" / "a.npz"), usual, strict=True):
        np.testing.assert_array_equal(ours, expected)
    np.testing.assert_array_equal(usual[1], np.arange(11) * 0.1)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--overlap", "100"],
        ["--overlap", "-1"],
        ["--overlap", "nan"],
        ["--overlap", "much"],
        ["--overlap", "99.9999"],
        ["--overlap", "90", "--hop-size", "0.1"],
        ["--hop-size", "0"],
        ["--hop-size", "-0.1"],
        ["--hop-size", "inf"],
        ["--hop-size", "nan"],
        ["--embedding-size", "100"],
        ["b/x.flac"],
    ],
)
def test_wrong_use_exits_with_2(musicsim, tmp_path, wrong):
    result = musicsim("embed", "x.wav", "-o", tmp_path / "out", *wrong)
    assert result.code == 2
    assert result.err
    assert "Traceback" not in result.err
    assert not (tmp_path / "out").exists()


def test_a_file_that_fails_is_named_and_the_others_go_on(musicsim, tmp_path):
    text = tmp_path / "b.mp3"
    text.write_text("not music")
    files = [text, tmp_path / "gone.wav", tone(tmp_path / "a.flac")]
    result = musicsim("--verbose", "embed", *files, "-o", tmp_path / "out", "--overlap", "0")
    assert result.code == 1
    assert "b.mp3: this is a text file" in result.err
    assert "gone.wav: it is not there" in result.err
    assert names_in(tmp_path / "out") == ["a.npz"]
    # For each file where the time went, when one asks.
    assert "a.npz: 4 windows of 3.0 s of sound in" in result.out


def test_what_is_there_is_left_unless_it_may_be_overwritten(musicsim, tmp_path):
    sound = tone(tmp_path / "a.wav")
    there = tmp_path / "a.npz"
    there.write_text("mine")
    left = musicsim("embed", sound, "-o", tmp_path)
    assert left.code == 0
    assert "a.npz: skipped" in left.out
    assert "--overwrite" in left.out
    assert there.read_text() == "mine"
    assert musicsim("embed", sound, "-o", tmp_path, "--overwrite", "--overlap", "0").code == 0
    assert len(arrays(there)[0]) == 4


def test_a_model_is_named_by_its_weights(musicsim, tmp_path):
    sound = tone(tmp_path / "a.wav")
    missing = musicsim("embed", sound, "-o", tmp_path, "--input-repr", "mel256")
    assert missing.code == 1
    assert "musicsim models fetch openl3-mel256-music" in missing.err
    own = shutil.copy(resource("starter.h5"), tmp_path / "mine.h5")
    assert musicsim("embed", sound, "-o", tmp_path, "--weights", own).code == 0
    broken = tmp_path / "broken.h5"
    broken.write_bytes(b"no")
    result = musicsim("embed", sound, "-o", tmp_path / "out", "--weights", broken)
    assert result.code == 1
    assert "broken.h5" in result.err


def test_the_model_in_use_is_the_one_that_embeds(musicsim, tmp_path):
    own = shutil.copy(resource("starter.h5"), tmp_path / "mine.h5")
    assert musicsim("models", "use", own).code == 0
    Path(own).unlink()
    result = musicsim("embed", tone(tmp_path / "a.wav"), "-o", tmp_path)
    assert result.code == 1
    assert "mine.h5" in result.err


def test_a_folder_that_can_not_be_is_named(musicsim, tmp_path):
    (tmp_path / "out").write_text("a file")
    result = musicsim("embed", tone(tmp_path / "a.wav"), "-o", tmp_path / "out")
    assert result.code == 1
    assert "choose another folder with -o" in result.err


def test_interrupting_leaves_nothing_behind(musicsim, tmp_path):
    """Half a minute at a hop of a millisecond would take minutes."""
    sound = tone(tmp_path / "a.flac", 30.0)
    out = tmp_path / "out"
    # Its progress bar says when the first part is done.
    screen, terminal = pty.openpty()
    command = musicsim.command("embed", sound, "-o", out, "--hop-size", "0.001")
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=terminal, env={**os.environ, "TERM": "xterm"}
    )
    os.close(terminal)
    shown = b""
    while b" a second" not in shown:
        shown += os.read(screen, 4096)
    assert b"a.flac" in shown
    assert b" of 30 s of sound" in shown
    assert names_in(out)
    process.send_signal(signal.SIGINT)
    # Whoever reads no more of a terminal holds up who writes to it.
    while True:
        try:
            if not os.read(screen, 4096):
                break
        except OSError:
            break
    process.communicate(timeout=60)
    os.close(screen)
    assert process.returncode == 130
    assert names_in(out) == []
