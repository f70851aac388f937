"""The sound for benchmarks/playing.py, and its measures: silence in a recording, processor use, memory."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

_TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(_TESTS / "ui" / "playback"))
from sound_server import Recording  # noqa: E402

RATE = 44_100
DROPOUT_MS = 5.0


def music(seconds: float, seed: int, rate: int = RATE) -> npt.NDArray[np.float32]:
    """Return stereo sound that is never silent."""
    noise = np.random.default_rng(seed).normal(0, 0.05, (round(seconds * rate), 2))
    tone = np.sin(2 * np.pi * (200 + 10 * (seed % 50)) * np.arange(len(noise)) / rate)
    return np.clip(noise + 0.2 * tone[:, None], -0.9, 0.9).astype(np.float32)


def make_tracks(folder: Path, count: int, seconds: float, first_seed: int = 0) -> list[Path]:
    """Write FLAC files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:03}.flac" for number in range(count)]
    for number, path in enumerate(paths):
        soundfile.write(path, music(seconds, first_seed + number), RATE)
    return paths


@dataclass
class Silences:
    """Runs of silence in a recording."""

    heard: float
    """Seconds."""
    runs: list[float]
    """ms"""
    places: list[float]
    """Seconds."""

    @property
    def dropouts(self) -> str:
        """The number of runs that count as dropouts, as text."""
        dropouts = [run for run in self.runs if run > DROPOUT_MS]
        found = f"{len(dropouts)}, {sum(dropouts):.0f} ms in all" if dropouts else "none"
        where = [
            f"{place:.1f}"
            for place, run in zip(self.places, self.runs, strict=True)
            if run > DROPOUT_MS
        ]
        if where:
            found += f" (at {', '.join(where[:12])}{' …' * (len(where) > 12)} s)"
        return f"{found}; longest silence {max(self.runs, default=0):.1f} ms of {self.heard:.0f} s"


def silences(recording: Recording) -> Silences:
    """Find the runs longer than 1 ms."""
    heard = recording.heard()
    silent = np.concatenate(([False], ~np.any(heard, axis=1), [False]))
    begins, ends = (np.flatnonzero(np.diff(silent.astype(np.int8)) == step) for step in (1, -1))
    runs = (ends - begins) / RATE * 1000
    counted = runs > 1.0
    return Silences(
        len(heard) / RATE, list(map(float, runs[counted])), list(map(float, begins[counted] / RATE))
    )


def processor_seconds(pid: int | None) -> float:
    """Return the processor time that a process has used so far, in seconds of one core."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int | None) -> float:
    """Return the proportional set size of a process in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


class Meter:
    """Processor use since the last look, in percent."""

    def __init__(self, pid: int | None) -> None:
        self._pid = pid
        self._used, self._at = processor_seconds(pid), time.monotonic()

    def percent(self) -> float:
        """Return the use since the last look."""
        used, at = processor_seconds(self._pid), time.monotonic()
        found = 100 * (used - self._used) / (at - self._at)
        self._used, self._at = used, at
        return found


def slope(values: list[float], unit: str, per_unit: float) -> str:
    """Return the growth of memory values after the first tenth, as text."""
    later = values[len(values) // 10 :]
    growth = float(np.polyfit(np.arange(len(later)), later, 1)[0]) * per_unit
    return f"{later[0]:.0f} to {later[-1]:.0f} MB, {growth:+.2f} MB/{unit}"
