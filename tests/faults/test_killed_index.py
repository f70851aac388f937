"""Killed while Chroma writes: the index comes back whole, from the catalogue alone."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine
from library import FaultyLibrary
from processes import kill_worker

from musicsim.app import Musicsim
from musicsim.library.catalogue import ScannedFile
from musicsim.library.embeddings import PendingTrack, PooledTrack, TrackWindows
from musicsim.library.types import Tags
from musicsim.worker.protocol import QueryIndex

KILLS = 20
SIDE_BY_SIDE = 2
TRACKS = 3000
ANEW = TRACKS // 3
ASKED = 100
DIMENSIONS = 512

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups"),
]


class Index:
    """A library whose embeddings are drawn at random, and the index of them."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.library = FaultyLibrary(folder / "music", CommandLine(folder / "data"), seconds=1)
        self.random = random.Random(seed)
        self.folder = self.library.data / "index"
        self._vectors = np.random.default_rng(seed)
        self.library.music.mkdir(parents=True)
        with Musicsim.open(self.library.data) as app:
            folder_id = app.catalogue.add_folder(self.library.music)
            with app.catalogue.database.transaction():
                self.tracks = [
                    self._add_track(app, folder_id, f"{n:04}.wav") for n in range(TRACKS)
                ]
            self._embed(app, self.tracks)

    def _add_track(self, app: Musicsim, folder_id: int, name: str) -> PendingTrack:
        path, key = self.library.music / name, name.encode()
        track_id = app.catalogue.add_track(folder_id, ScannedFile(path, 1, 1, key, Tags()))
        return PendingTrack(track_id, path, key)

    def _embed(self, app: Musicsim, tracks: list[PendingTrack]) -> None:
        plan = app.listening.depth.passes[-1]
        with app.catalogue.database.transaction():
            for track in tracks:
                vector = self._vectors.normal(size=DIMENSIONS).astype(np.float32)
                windows = TrackWindows(np.zeros(1), vector[None])
                app.embeddings.store(
                    track, app.model.identity, plan, windows, PooledTrack(vector, 1), afresh=True
                )

    def have_something_to_write(self) -> None:
        """All of it, or that a third of the tracks sounds otherwise now."""
        if self.random.random() < 0.5 or not self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        with Musicsim.open(self.library.data) as app:
            self._embed(app, self.random.sample(self.tracks, ANEW))

    def state(self) -> dict[Path, tuple[int, int]]:
        """The files of the index, their times and sizes."""
        state = {}
        for file in self.folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # a journal
                status = file.stat()
                state[file] = (status.st_mtime_ns, status.st_size)
        return state

    def begin_to_write(self) -> subprocess.Popen[bytes]:
        """Start a command that brings the index up to date, and return it when it has begun."""
        before = self.state()
        command = subprocess.Popen(
            self.library.musicsim.command("status", "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while command.poll() is None and self.state() == before:
            with contextlib.suppress(subprocess.TimeoutExpired):
                command.wait(timeout=0.01)
        return command

    def check(self) -> None:
        """Every vector is in the index, and found by it."""
        doctor = self.library.musicsim("doctor", "--json")
        assert doctor.code == 0, doctor.out
        with Musicsim.open(self.library.data) as app:
            report = app.search.index_report()
            assert (report.vectors, report.healthy) == (TRACKS, True)
            for track in self.random.sample(self.tracks, ASKED):
                query = QueryIndex(app.search.point_of(track.id), 1)
                found = app.worker.request(query).result()
                assert found.ids.tolist() == [app.embeddings.id_of(track.id, app.model.identity)]


def kill_writes(index: Index, count: int) -> None:
    began = time.monotonic()
    with index.begin_to_write() as command:
        began = time.monotonic()
        assert command.wait(timeout=60) == 0
    writing = time.monotonic() - began
    killed = 0
    while killed < count:
        index.have_something_to_write()
        with index.begin_to_write() as command:
            try:
                command.wait(timeout=index.random.uniform(0, writing))
            except subprocess.TimeoutExpired:
                # The worker too, which writes.
                os.killpg(command.pid, signal.SIGKILL)
                killed += 1
        index.check()
    index.library.check(TRACKS)


def test_twenty_kills_while_chroma_writes(tmp_path: Path):
    indexes = [Index(tmp_path / f"{n}", seed=n) for n in range(SIDE_BY_SIDE)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda index: kill_writes(index, KILLS // SIDE_BY_SIDE), indexes))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
def test_another_worker_ends_what_a_killed_one_was_writing(tmp_path: Path):
    index = Index(tmp_path)
    for seconds in (0, 0.3, 0.6):
        shutil.rmtree(index.folder, ignore_errors=True)
        with index.begin_to_write() as command:
            kill_worker(command, set(), seconds)
            assert command.stdout is not None
            assert b'"healthy": true' in command.stdout.read()
        assert command.returncode == 0
        index.check()
