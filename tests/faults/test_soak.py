"""Hours of a listener's tidying, in minutes: window and commands see the same library as the disk, and only once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from library import FaultyLibrary
from mutagen.flac import FLAC
from processes import worker_of

MINUTES = float(os.environ.get("MUSICSIM_SOAK_MINUTES", "20"))
RATE = 16_000
FEWEST, MOST = 25, 60
"""Files at a time: with a growing library, memory would rightly grow."""
AT_REST = 120.0
"""Seconds within which the library must have caught up with the disk."""

pytestmark = [
    pytest.mark.stress,
    pytest.mark.timeout(60 * MINUTES + 900),
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc"),
]


class Tidying:
    """Files on the disk, each with a sound of its own, and what a restless listener does to them."""

    def __init__(self, music: Path, seed: int) -> None:
        self.music = music
        self.random = random.Random(seed)
        self.titles: dict[Path, str] = {}
        self.twins: set[str] = set()
        """Sounds that were copied, or whose file was overwritten: more than one track may have them."""
        self.sounds = 0

    def do_something(self) -> None:
        deeds: list[Callable[[], None]] = [self.add, self.add, self.move, self.retag, self.delete]
        deeds += [self.rename_folder, self.copy, self.overwrite, self.move_and_retag]
        if len(self.titles) < FEWEST:
            deeds = [self.add]
        if len(self.titles) > MOST:
            deeds = [self.delete]
        self.random.choice(deeds)()

    def add(self) -> None:
        self._write(self._new_place())

    def move(self) -> Path:
        path, place = self._any(), self._new_place()
        path.rename(place)
        self.titles[place] = self.titles.pop(path)
        return place

    def retag(self, path: Path | None = None) -> None:
        path = path or self._any()
        sound, version = self.titles[path].rsplit(" ", 1)
        self._tag(path, f"{sound} {int(version) + 1}")

    def move_and_retag(self) -> None:
        self.retag(self.move())

    def delete(self) -> None:
        path = self._any()
        path.unlink()
        del self.titles[path]

    def rename_folder(self) -> None:
        folder = self._any().parent
        name = folder.with_name(f"Folder {self.random.randrange(10**6)}")
        folder.rename(name)
        for path in list(self.titles):
            if path.parent == folder:
                self.titles[name / path.name] = self.titles.pop(path)

    def copy(self) -> None:
        path, place = self._any(), self._new_place()
        shutil.copy2(path, place)
        self.titles[place] = self.titles[path]
        self.twins.add(self.titles[path].rsplit(" ", 1)[0])

    def overwrite(self) -> None:
        path = self._any()
        self.twins.add(self.titles[path].rsplit(" ", 1)[0])
        self._write(path)
        self.twins.add(self.titles[path].rsplit(" ", 1)[0])

    def _write(self, path: Path) -> None:
        self.sounds += 1
        noise = np.random.default_rng(self.sounds)
        seconds = 3 + self.sounds % 40 / 10
        colour = np.convolve(noise.normal(size=int(seconds * RATE)), noise.normal(size=9), "same")
        # Beside its place, and then into it, as programs do.
        half_done = path.with_suffix(".part")
        soundfile.write(half_done, 0.1 * colour / np.abs(colour).max(), RATE, format="FLAC")
        half_done.replace(path)
        self._tag(path, f"Sound {self.sounds} 0")

    def _tag(self, path: Path, title: str) -> None:
        file = FLAC(path)
        file["title"] = title
        file.save()
        self.titles[path] = title

    def _any(self) -> Path:
        return self.random.choice(sorted(self.titles))

    def _new_place(self) -> Path:
        folder = self.music / f"Folder {self.random.randrange(8)}"
        folder.mkdir(exist_ok=True)
        return folder / f"{self.random.randrange(10**9)}.flac"


def present(library: FaultyLibrary) -> dict[Path, str]:
    """The catalogue's files and their titles."""
    with closing(sqlite3.connect(library.data / "catalogue.sqlite3", timeout=30)) as catalogue:
        rows = catalogue.execute("SELECT path, title FROM tracks WHERE missing_since IS NULL")
        return {Path(os.fsdecode(path)): title for path, title in rows}


def waiting(library: FaultyLibrary) -> int:
    """The files that nobody has listened to."""
    with closing(sqlite3.connect(library.data / "catalogue.sqlite3", timeout=30)) as catalogue:
        (count,) = catalogue.execute(
            "SELECT COUNT(*) FROM tracks t WHERE missing_since IS NULL AND (unheard OR NOT EXISTS "
            "(SELECT 1 FROM embeddings e WHERE e.track_id = t.id))"
        ).fetchone()
    return int(count)


def sounds_by_track(library: FaultyLibrary) -> Counter[str]:
    """How many tracks have each sound, missing ones included."""
    with closing(sqlite3.connect(library.data / "catalogue.sqlite3", timeout=30)) as catalogue:
        rows = catalogue.execute("SELECT title FROM tracks")
        return Counter(title.rsplit(" ", 1)[0] for (title,) in rows)


def memory_of(pid: int) -> float:
    """The memory that a process has written, in MB; what it has only mapped comes and goes as the system likes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    written = ("Private_Dirty:", "Swap:")
    kilobytes = [int(line.split()[1]) for line in rollup if line.startswith(written)]
    return sum(kilobytes) / 1024


@pytest.fixture
def window(library: FaultyLibrary) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = library.musicsim.command("gui", library.music)
    with subprocess.Popen(command, env=environment) as process:
        # On a busy machine, the window starts more slowly than the first command.
        until = time.monotonic() + AT_REST
        while not (library.data / "catalogue.sqlite3").exists() and time.monotonic() < until:
            time.sleep(0.1)
        yield process
        process.kill()


def test_disk_and_catalogue_stay_the_same_and_memory_flat(
    library: FaultyLibrary, window: subprocess.Popen[bytes]
) -> None:
    tidying = Tidying(library.music, seed=int(os.environ.get("MUSICSIM_SOAK_SEED", "1")))
    memory: list[tuple[float, float, float]] = []
    began = time.monotonic()
    commands = (
        ("status", "--json"),
        ("similar", "Sound", "--json"),
        ("playlist", "Sound", "--json"),
    )
    while (minutes := (time.monotonic() - began) / 60) < MINUTES:
        for n in range(12):
            for _ in range(tidying.random.randrange(1, 6)):
                tidying.do_something()
            time.sleep(tidying.random.random() * 3)
            if n % 4 == 0:
                # Another process reads meanwhile; "add words" is an answer, too.
                told = library.musicsim.process(*tidying.random.choice(commands))
                assert told.code in (0, 2), told.err
        assert window.poll() is None
        wait_until(lambda: present(library) == tidying.titles and not waiting(library))
        counts = sounds_by_track(library)
        alone = {title.rsplit(" ", 1)[0] for title in tidying.titles.values()} - tidying.twins
        assert {sound: counts[sound] for sound in alone} == dict.fromkeys(alone, 1)
        # The one that plays; the other comes and goes with its work.
        player = worker_of(window)
        memory.append((minutes, memory_of(window.pid), memory_of(player) if player else 0.0))
        print(*(f"{value:.1f}" for value in memory[-1]), len(tidying.titles), flush=True)

    window.send_signal(signal.SIGTERM)
    assert window.wait(60) == 0
    listed = library.musicsim("status", "--json").json
    assert listed["failed"] == 0
    assert library.musicsim("doctor", "--json").json["healthy"]
    summary = library.scan()
    assert (summary["added"], summary["changed"], summary["moved"]) == (0, 0, 0)
    for process in (1, 2):
        early = [sample[process] for sample in memory if MINUTES / 4 <= sample[0] < MINUTES / 2]
        late = [sample[process] for sample in memory if sample[0] >= 3 * MINUTES / 4]
        assert statistics.median(late) <= 1.05 * statistics.median(early), memory


def wait_until(what: Callable[[], bool]) -> None:
    """Look again and again at what another process does."""
    end = time.monotonic() + AT_REST
    while not what():
        assert time.monotonic() < end, "the library does not catch up with the disk"
        time.sleep(0.2)
