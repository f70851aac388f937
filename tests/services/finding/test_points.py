"""The points in memory are those of the catalogue, whatever happens to it."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from known_reasons import because

from musicsim.base.reasons import Cause, Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import KnownModel, PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags, Track
from musicsim.services.finding.points import LibraryPoints, why_not_embedded

MODELS = {
    "plain": KnownModel("m", Path("m.h5"), None, None, standardised=True),
    "raw": KnownModel("m", Path("m.h5"), None, None, standardised=False),
}


class ChangingLibrary:
    """A library in which anything may happen, by chance."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue(folder)
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        self.folders = [self.catalogue.folders.add(Path(name)) for name in ("/m", "/n")]
        self.random = random.Random(7)
        self.rng = np.random.default_rng(7)
        self.added = 0

    def embed(self, track_id: int, model: str = "m") -> None:
        vector = self.rng.normal(size=8).astype(np.float32)
        pending = {t.id: t for t in self.embeddings.pending.tracks(model, 10**6)}
        if track_id in pending:
            windows = TrackWindows(np.zeros(1), vector[None])
            self.embeddings.store(pending[track_id], model, 1, windows, PooledTrack(vector, 1))

    def add(self) -> None:
        self.added += 1
        path = Path(f"/{self.random.choice('mn')}/{self.added}")
        folder = self.folders[0 if path.parts[1] == "m" else 1]
        key = str(self.added).encode()
        self.embed(self.catalogue.files.add(folder, ScannedFile(path, 1, 1, key, Tags())))

    def happen(self) -> None:
        files, ids = self.catalogue.files, self.catalogue.tracks.ids()
        some = self.random.sample(ids, min(len(ids), 3))
        self.random.choice(
            [
                self.add,
                lambda: [self.embed(i) for i in some],
                lambda: [self.embed(i, "other") for i in some],
                lambda: files.set_missing(some, True),
                lambda: files.set_missing(some, False),
                lambda: self.catalogue.folders.set_unavailable(
                    self.folders[0], because("it is away")
                ),
                lambda: self.catalogue.folders.set_unavailable(self.folders[0], None),
                lambda: [self.embeddings.pooled.drop(i) for i in some[:1]],
                lambda: self.embeddings.pooled.move(*some[:2]) if len(some) > 1 else None,
                lambda: files.forget_missing() if self.random.random() < 0.2 else None,
            ]
        )()

    def close(self) -> None:
        self.embeddings.close()
        self.catalogue.close()


@pytest.fixture
def library(tmp_path):
    made = ChangingLibrary(tmp_path)
    yield made
    made.close()


def contents(points: LibraryPoints) -> dict[int, tuple[int, bytes]]:
    with points.steady():
        assert points.points is not None
        rows = zip(points.ids.tolist(), points.track_ids.tolist(), points.points, strict=True)
        return {i: (track_id, point.tobytes()) for i, track_id, point in rows}


def test_they_follow_whatever_happens(library):
    library.add()
    points = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
    for _ in range(300):
        library.happen()
        fresh = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
        assert contents(points) == contents(fresh)
        assert sorted(points.ids.tolist()) == library.embeddings.pooled.ids("m").tolist()
    assert library.added > 10


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_beyond_the_limit_only_the_ids_are_kept(library, model):
    points = LibraryPoints(library.catalogue, library.embeddings, model, most_values=200)
    while library.catalogue.tracks.counts().tracks < 20:
        library.add()
    assert points.points is not None
    while library.catalogue.tracks.counts().tracks < 40:
        library.add()
    assert points.points is None
    assert sorted(points.ids.tolist()) == library.embeddings.pooled.ids("m").tolist()
    track_ids, all_points = points.all()
    row = 7
    np.testing.assert_allclose(points.of_track(int(track_ids[row])), all_points[row], atol=1e-6)


def test_what_is_held_steady_does_not_change(library):
    for _ in range(5):
        library.add()
    points = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
    with points.steady():
        before = points.ids.copy()
        library.add()
        assert points.ids.tolist() == before.tolist()
    assert len(points.ids) == 6


def test_after_too_many_changes_everything_is_read(library, monkeypatch):
    monkeypatch.setattr("musicsim.library.catalogue.changes._MOST", 2)
    points = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
    for count in (1, 5, 1):
        for _ in range(count):
            library.add()
        fresh = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
        assert contents(points) == contents(fresh)


def test_changes_that_were_forgotten_are_no_changes_that_did_not_happen(library, monkeypatch):
    points = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
    library.add()
    assert len(points.ids) == 1
    monkeypatch.setattr("musicsim.library.catalogue.changes._KEPT", 1)
    library.add()
    library.add()
    library.catalogue.changes.forget_old()
    assert len(points.ids) == 3
    library.catalogue.changes.forget_old()
    assert len(points.ids) == 3


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_copy_is_that_of_its_end_whatever_happens_meanwhile(library, model, monkeypatch):
    while library.catalogue.tracks.counts().tracks < 40:
        library.add()
    points = LibraryPoints(library.catalogue, library.embeddings, model)
    monkeypatch.setattr("musicsim.services.finding.points._PORTION", 4)
    monkeypatch.setattr("musicsim.services.finding.points._SLACK", 3)
    left = 0

    def happen(_: float) -> None:
        # Others write, and ask, between two portions.
        nonlocal left
        if left and library.random.random() < 0.3:
            left -= 1
            library.happen()
            contents(points)

    monkeypatch.setattr("musicsim.services.finding.points.time.sleep", happen)
    for _ in range(60):
        left = 6
        copy = points.copy()
        with points.steady():
            assert copy.ids.tolist() == points.track_ids.tolist()
            assert np.array_equal(copy.points, points.points)
    assert library.added > 50


def test_a_copy_while_the_model_changes_is_of_the_new_one(library, monkeypatch):
    for _ in range(10):
        library.add()
    library.embed(library.catalogue.tracks.ids()[3], "other")
    points = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
    monkeypatch.setattr("musicsim.services.finding.points._PORTION", 4)
    other = KnownModel("other", Path("o.h5"), None, None, standardised=True)

    def use(_: float) -> None:
        if points.model != other:
            points.use(other)
            assert len(points.ids) == 1

    monkeypatch.setattr("musicsim.services.finding.points.time.sleep", use)

    copy = points.copy()

    assert copy.model == other
    assert copy.ids.tolist() == library.catalogue.tracks.ids()[3:4]


def test_nobody_waits_while_a_copy_is_made(library, monkeypatch):
    for _ in range(10):
        library.add()
    points = LibraryPoints(library.catalogue, library.embeddings, MODELS["plain"])
    monkeypatch.setattr("musicsim.services.finding.points._PORTION", 4)
    asked = []

    def ask(_: float) -> None:
        with ThreadPoolExecutor(1) as others:
            asked.append(others.submit(contents, points).result(timeout=10))

    monkeypatch.setattr("musicsim.services.finding.points.time.sleep", ask)
    points.copy()

    assert [len(each) for each in asked] == [10, 10, 10]


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ([], "Ann", "“Ann” is not in the library any more: choose something else."),
        ([{"problem": Reason(Cause.SILENT)}], "", f"T: {Reason(Cause.SILENT)}."),
        (
            2 * [{"problem": Reason(Cause.SILENT)}],
            "Ann",
            f"No track of “Ann” can be listened to: {Reason(Cause.SILENT)}.",
        ),
        (
            2 * [{"missing": True}],
            "",
            "These tracks are missing, or on a disk that is not connected, and have not been listened to yet.",
        ),
        ([{}], "", "musicsim has not listened to “T” yet: try again later."),
        ([{"problem": Reason(Cause.SILENT)}, {}], "", "musicsim has not listened to any of these"),
    ],
)
def test_why_a_seed_has_no_point(changes, name, said) -> None:
    track = Track(1, "/m/t.mp3", Tags("T"), 1, 1, 0.0)
    tracks = [replace(track, **each) for each in changes]
    assert str(why_not_embedded(tracks, name)).startswith(said)
