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


def stored(data: Path) -> dict[int, tuple[int, float]]:
    """Which tracks are embedded, under which embedding, made when."""
    file = data / "catalogue.sqlite3"
    if not file.exists():
        return {}
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute("SELECT track_id, id, created_at FROM embeddings").fetchall()
    except sqlite3.OperationalError:  # killed before it had made its tables
        rows = []
    connection.close()
    return {track_id: (embedding_id, at) for track_id, embedding_id, at in rows}


@pytest.mark.slow
def test_ten_kills_lose_nothing_and_embed_nothing_twice(musicsim, tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    rng = np.random.default_rng(0)
    for n in range(TRACKS):
        soundfile.write(music / f"{n}.wav", rng.normal(size=8 * 48_000) * 0.1, 48_000)
    moments = random.Random(0)
    before: dict[int, tuple[int, float]] = {}
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
        assert before.items() <= after.items()
        before = after
    assert killed
    result = musicsim("scan", music, "--json")
    assert result.code == 0, result.err
    assert result.json["failed"] == []
    final = stored(musicsim.data)
    assert before.items() <= final.items()
    assert len(final) == TRACKS
    assert musicsim("doctor", "--json").json["healthy"]
    assert musicsim("status", "--json").json["index"] == {
        "backend": "chroma", "vectors": TRACKS, "healthy": True,
    }  # fmt: skip
