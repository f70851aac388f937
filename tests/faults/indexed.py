"""A library of which only the embeddings are there, so many that to write the index takes a while."""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
from command_line import CommandLine
from library import FaultyLibrary

from musicsim.app import Musicsim
from musicsim.library.embedding_types import PendingTrack, PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags
from musicsim.worker.protocol import QueryIndex

TRACKS = 3000
ANEW = TRACKS // 3
ASKED = 100
DIMENSIONS = 512


class Index:
    """A library whose embeddings are drawn at random, and the index of them."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.library = FaultyLibrary(folder / "music", CommandLine(folder / "data"), seconds=1)
        self.random = random.Random(seed)
        self.folder = self.library.data / "index"
        self._vectors = np.random.default_rng(seed)
        self.library.music.mkdir(parents=True)
        with Musicsim.open(self.library.data) as app:
            folder_id = app.catalogue.folders.add(self.library.music)
            with app.catalogue.transaction():
                self.tracks = [
                    self._add_track(app, folder_id, f"{n:04}.wav") for n in range(TRACKS)
                ]
            self._embed(app, self.tracks)

    def _add_track(self, app: Musicsim, folder_id: int, name: str) -> PendingTrack:
        path, key = self.library.music / name, name.encode()
        track_id = app.catalogue.files.add(folder_id, ScannedFile(path, 1, 1, key, Tags()))
        return PendingTrack(track_id, path, key)

    def _embed(self, app: Musicsim, tracks: list[PendingTrack]) -> None:
        plan = app.listening.settings.depth.passes[-1]
        with app.catalogue.transaction():
            for track in tracks:
                vector = self._vectors.normal(size=DIMENSIONS).astype(np.float32)
                windows = TrackWindows(np.zeros(1), vector[None])
                app.embeddings.store(
                    track,
                    app.finding.model.identity,
                    plan,
                    windows,
                    PooledTrack(vector, 1),
                    afresh=True,
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
            self.library.musicsim.command("doctor", "--json"),
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
            report = app.finding.index.report()
            assert (report.vectors, report.healthy) == (TRACKS, True)
            for track in self.random.sample(self.tracks, ASKED):
                query = QueryIndex(app.finding.nearest.point_of(track.id), 1)
                found = app.worker.request(query).result()
                assert found.ids.tolist() == [
                    app.embeddings.pooled.id_of(track.id, app.finding.model.identity)
                ]
