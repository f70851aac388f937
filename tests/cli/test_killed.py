"""A scan that is killed: the next one completes, and nothing is embedded twice."""

import random
import sqlite3
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

KILLS = 10
TRACKS = 120


def stored(data: Path) -> dict[int, tuple[int, int, float]]:
    """Which tracks are embedded, by how long a pass, under which embedding, made when."""
    file = data / "catalogue.sqlite3"
    if not file.exists():
        return {}
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute(
            "SELECT track_id, plan, id, created_at FROM embeddings"
        ).fetchall()
    except sqlite3.OperationalError:  # killed before it had made its tables
        rows = []
    connection.close()
    return {track_id: tuple(rest) for track_id, *rest in rows}


def is_further(after: dict[int, tuple], before: dict[int, tuple]) -> bool:
    """Whether each track is as it was, or a pass further."""
    return all(after[i] == was or after[i][0] > was[0] for i, was in before.items())


def windows_a_track(data: Path) -> set[tuple[float, ...]]:
    """Which seconds were embedded, of any track, sorted; a second that was embedded twice is there twice."""
    connection = sqlite3.connect(data / "windows.sqlite3")
    seconds: dict[int, list[float]] = {}
    for track_id, offsets in connection.execute("SELECT track_id, offsets FROM windows"):
        seconds.setdefault(track_id, []).extend(np.frombuffer(offsets, "<f4").tolist())
    connection.close()
    return {tuple(sorted(some)) for some in seconds.values()}


@pytest.mark.slow
def test_ten_kills_lose_nothing_and_embed_nothing_twice(musicsim, tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    rng = np.random.default_rng(0)
    for n in range(TRACKS):
        soundfile.write(music / f"{n}.wav", rng.normal(size=15 * 48_000) * 0.1, 48_000)
    moments = random.Random(0)
    before: dict[int, tuple] = {}
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            musicsim.command("scan", music), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(timeout=moments.uniform(0.2, 8))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        after = stored(musicsim.data)
        assert is_further(after, before)
        before = after
    assert killed
    result = musicsim("scan", music, "--json")
    assert result.code == 0, result.err
    assert result.json["failed"] == []
    final = stored(musicsim.data)
    assert is_further(final, before)
    assert len(final) == TRACKS
    assert windows_a_track(musicsim.data) == {tuple(range(15))}
    assert musicsim("doctor", "--json").json["healthy"]
    assert musicsim("status", "--json").json["index"] == {
        "backend": "chroma", "vectors": TRACKS, "healthy": True,
    }  # fmt: skip
