"""A small library of real files, and what is asked of it after everything that is done to it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from command_line import CommandLine

RATE = 16_000
SECONDS = 3


def write_noise(path: Path, seed: int, seconds: int = SECONDS) -> Path:
    """A file that sounds like no other, and is as long as few others.

    What may be a copy is not decoded beside its original.
    """
    random = np.random.default_rng(seed)
    size = seconds * RATE + seed % 20 * RATE // 20
    colour = np.convolve(random.normal(size=size), random.normal(size=9), "same")
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.1 * colour / np.abs(colour).max(), RATE)
    return path


@dataclass(frozen=True)
class Embedded:
    """An embedding as the catalogue has it."""

    track: int
    id: int
    plan: int
    created_at: float


@dataclass
class FaultyLibrary:
    """A music folder and a data folder, for processes that come and go."""

    music: Path
    musicsim: CommandLine
    seconds: int = SECONDS
    """How long each of its files is."""

    @property
    def data(self) -> Path:
        return self.musicsim.data

    def fill(self, count: int, first: int = 0) -> None:
        for n in range(first, first + count):
            write_noise(self.music / f"{n // 10:02}" / f"{n:04}.wav", n, self.seconds)

    def scan(self, *arguments: str | Path):
        result = self.musicsim("scan", self.music, *arguments, "--json")
        assert result.code == 0, result.err
        return result.json

    def embedded(self, *, whole_paths: bool = False) -> dict[str, Embedded]:
        """By the files' names, or whole paths; empty while there is no catalogue."""
        file = self.data / "catalogue.sqlite3"
        if not file.exists():
            return {}
        connection = sqlite3.connect(file)
        try:
            rows = connection.execute(
                "SELECT CAST(path AS TEXT), t.id, e.id, plan, created_at "
                "FROM tracks t JOIN embeddings e ON e.track_id = t.id"
            ).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):  # not yet
                raise
            rows = []
        finally:
            connection.close()
        return {path if whole_paths else Path(path).name: Embedded(*rest) for path, *rest in rows}

    def embedded_since(self, before: dict[str, Embedded]) -> dict[str, Embedded]:
        """What is embedded now, if each track is as it was before, or a pass further."""
        after = self.embedded()
        for name, was in before.items():
            now = after[name]
            assert now == was or (now.track == was.track and now.plan > was.plan), name
        return after

    def check(self, count: int) -> None:
        """No track lost, none embedded twice, and everything in order."""
        doctor = self.musicsim("doctor", "--json")
        assert doctor.code == 0, doctor.out
        assert doctor.json["healthy"]
        listed = self.musicsim("status", "--json").json
        assert (listed["tracks"], listed["embedded"], listed["failed"]) == (count, count, 0)
        assert listed["index"] == {"backend": "chroma", "vectors": count, "healthy": True}
        self.check_windows(count)

    def check_windows(self, count: int) -> None:
        """Every second of every track was embedded, and none twice."""
        connection = sqlite3.connect(self.data / "windows.sqlite3")
        seconds: dict[int, list[float]] = {}
        for track, offsets in connection.execute("SELECT track_id, offsets FROM windows"):
            seconds.setdefault(track, []).extend(np.frombuffer(offsets, "<f4").tolist())
        connection.close()
        assert {tuple(sorted(some)) for some in seconds.values()} == {tuple(range(self.seconds))}
        assert len(seconds) == count
