import shutil
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from musicsim.base.reasons import Cause, Reason
from musicsim.library.catalogue.catalogue import CATALOGUE_FILE, Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import KnownModel, PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints, NotEmbedded
from musicsim.similarity.index.exact import ExactIndex
from musicsim.worker.client import WorkerDied, WorkerHung
from musicsim.worker.protocol import AddToIndex, OpenIndex, QueryIndex, RemoveFromIndex

PLAIN = KnownModel("m", Path("m.h5"), None, None, standardised=True)
RAW = KnownModel("m", Path("m.h5"), None, None, standardised=False)


class IndexInMemory:
    """Stands in for the worker: keeps what its index would."""

    def __init__(self) -> None:
        self.running = False
        self.starts = 0
        self.stored: dict[str, dict[int, np.ndarray]] = {}
        self.name = ""
        self.requests: list[object] = []
        self.closed = False
        self.dies = False
        self.torn = False
        self.hangs = False

    def request(self, request) -> Future:
        if not self.running:
            self.running, self.starts = True, self.starts + 1
        future: Future = Future()
        self.requests.append(request)
        if isinstance(request, OpenIndex) and request.afresh:
            self.torn = False
        if self.dies or self.torn:
            self.running = False
            future.set_exception(WorkerDied("killed"))
        else:
            future.set_result(self._answer(request))
        return future

    def ask(self, request, patience: float):
        assert patience > 0
        if isinstance(request, OpenIndex) and request.afresh:
            self.hangs = False
        if self.hangs and not isinstance(request, OpenIndex):
            self.running = False
            raise WorkerHung("no answer")
        return self.request(request).result()

    def _answer(self, request):
        if isinstance(request, OpenIndex):
            self.name = request.collection
            wanted = set(request.wanted.tolist())
            old = self.stored.get(self.name, {})
            self.stored[self.name] = {i: p for i, p in old.items() if i in wanted}
            return np.array(sorted(self.stored[self.name]), np.int64)
        points = self.stored[self.name]
        if isinstance(request, AddToIndex):
            points.update(zip(request.ids.tolist(), request.points, strict=True))
        elif isinstance(request, RemoveFromIndex):
            for i in request.ids.tolist():
                del points[i]
        elif isinstance(request, QueryIndex):
            ids = np.array(sorted(points), np.int64)
            index = ExactIndex(ids, np.stack([points[i] for i in ids.tolist()]))
            return index.query(request.point, request.count)
        return None


class Search(Nearest):
    """What finds the nearest, and its parts; with a worker the index answers."""

    def __init__(self, library, worker, model, most_values) -> None:
        most_values = most_values if worker is None else 0
        self.points = LibraryPoints(
            library.catalogue, library.embeddings, model, most_values=most_values
        )
        self.index = IndexSync(library.catalogue, self.points, worker)
        super().__init__(self.points, self.index)


class Library:
    def __init__(self, folder: Path) -> None:
        self.data = folder
        self.rng = np.random.default_rng(0)
        self.open()

    def open(self) -> None:
        self.catalogue = Catalogue(self.data)
        self.embeddings = EmbeddingStore(self.catalogue, self.data)
        self.folder = self.catalogue.folders.add(Path("/m"))

    def close(self) -> None:
        self.embeddings.close()
        self.catalogue.close()

    def add(self, count: int) -> list[int]:
        ids = []
        for _ in range(count):
            number = self.catalogue.tracks.counts().tracks
            file = ScannedFile(Path(f"/m/{number}"), 1, 1, str(number).encode(), Tags())
            ids.append(self.catalogue.files.add(self.folder, file))
        for track in self.embeddings.pending.tracks("m"):
            vector = (self.rng.normal(size=8) + 3).astype(np.float32)
            windows = TrackWindows(np.zeros(1), vector[None])
            self.embeddings.store(track, "m", 1, windows, PooledTrack(vector, 1))
        return ids

    def search(self, worker=None, model=PLAIN, *, most_values=10**6) -> Search:
        return Search(self, worker, model, most_values)


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.close()


def order(search: Search, track_id: int) -> list[int]:
    portions = search.nearest(search.point_of(track_id))
    return [track_id for portion in portions for track_id in portion.track_ids.tolist()]


def test_every_track_comes_once_nearest_first(library):
    ids = library.add(250)
    search = library.search()
    portions = search.nearest(search.point_of(ids[7]))
    found = [n for each in portions for n in each.at(np.arange(len(each.track_ids)))]
    assert found[0].track_id == ids[7]
    assert sorted(n.track_id for n in found) == sorted(ids)
    cosines = [n.cosine for n in found]
    assert cosines == sorted(cosines, reverse=True)


@pytest.mark.parametrize("worker", [None, IndexInMemory()], ids=["compared", "by the index"])
def test_several_searches_at_once_find_the_same_as_one_by_one(library, worker):
    ids = library.add(250)
    search = library.search(worker)
    search.prepare()
    some = [ids[7], ids[70]]
    with search.steady():
        at_once = search.nearest_of_each(
            np.stack([search.point_of(each) for each in some]), [None] * len(some)
        )
        found = [[i for portion in each for i in portion.track_ids.tolist()] for each in at_once]
        assert found == [order(search, each) for each in some]
    assert all(sorted(each) == sorted(ids) for each in found)


def test_tracks_added_and_gone_since_the_last_search_are_seen(library):
    ids = library.add(5)
    search = library.search()
    order(search, ids[0])
    new = library.add(3)
    library.catalogue.files.set_missing([ids[4]], True)
    assert sorted(order(search, ids[0])) == sorted([*ids[:4], *new])
    library.catalogue.files.set_missing([ids[4]], False)
    assert sorted(order(search, ids[0])) == sorted([*ids, *new])


@pytest.mark.parametrize("model", [PLAIN, RAW], ids=["plain", "raw"])
def test_a_track_that_was_listened_to_again_is_found_where_it_is_now(library, model):
    ids = library.add(12)
    search = library.search(model=model)
    order(search, ids[0])
    moved = library.embeddings.pending.tracks("m", 2)[5]
    near = library.embeddings.pooled.of(ids[0], "m")
    windows = TrackWindows(np.zeros(1), near.vector[None])
    library.embeddings.store(moved, "m", 2, windows, near)
    assert order(search, ids[0])[:2] == [ids[0], moved.id]
    library.catalogue.files.set_missing([ids[7]], True)
    assert ids[7] not in order(search, ids[0])


def test_a_track_that_was_not_listened_to_says_so(library):
    file = ScannedFile(Path("/m/x"), 1, 1, b"x", Tags())
    track_id = library.catalogue.files.add(library.folder, file)
    with pytest.raises(NotEmbedded, match="not listened"):
        library.search().point_of(track_id)


def test_a_track_that_cant_be_listened_to_says_why(library):
    file = ScannedFile(Path("/m/x"), 1, 1, b"x", Tags(title="Quiet"))
    track_id = library.catalogue.files.add(library.folder, file)
    library.catalogue.files.set_problem(track_id, Reason(Cause.SILENT), failed=True)
    with pytest.raises(NotEmbedded, match="Quiet: no sound: the whole track is silent"):
        library.search().point_of(track_id)


def test_a_raw_model_is_standardised_over_the_library(library):
    ids = library.add(40)
    plain, raw = library.search(), library.search(model=RAW)
    points = np.stack([raw.point_of(i) for i in ids])
    # All raw vectors point the same way; standardised ones point every way.
    assert (points @ points.T).min() < -0.3
    together = np.stack([plain.point_of(i) for i in ids])
    assert (together @ together.T).min() > 0.3


def test_the_index_of_the_worker_is_brought_up_to_date_and_used(library):
    ids = library.add(20)
    worker = IndexInMemory()
    search = library.search(worker)
    assert search.index.update() == 20
    exact = order(library.search(), ids[3])
    assert order(search, ids[3]) == exact
    assert any(isinstance(request, QueryIndex) for request in worker.requests)
    library.catalogue.files.set_missing([ids[0]], True)
    new = library.add(2)
    assert search.index.update() == 21
    assert sorted(order(search, ids[3])) == sorted([*ids[1:], *new])


@pytest.mark.parametrize("kept", [8, 0], ids=["older", "new"])
def test_a_catalogue_that_was_put_back_is_not_answered_by_what_the_index_knew(library, kept):
    """By hand, or by deleting it alone; the index has seen later embeddings, of tracks that are no more."""
    worker = IndexInMemory()
    library.add(8)
    library.close()
    file = library.data / CATALOGUE_FILE
    copy = shutil.copy(file, library.data / "kept")
    library.open()
    library.add(3)
    assert library.search(worker).index.update() == 11
    library.close()
    if kept:
        shutil.copy(copy, file)
    else:
        file.unlink()
    library.open()
    ids = library.add(11 - kept)
    search = library.search(worker)
    assert search.index.update() == 11
    for track_id in ids:
        assert order(search, track_id) == order(library.search(), track_id)
    assert any(isinstance(request, QueryIndex) for request in worker.requests)


def test_an_index_that_lags_behind_is_not_asked(library):
    ids = library.add(5)
    worker = IndexInMemory()
    search = library.search(worker)
    search.index.update()
    new = library.add(1)
    assert sorted(order(search, ids[0])) == sorted([*ids, *new])
    assert not any(isinstance(request, QueryIndex) for request in worker.requests)


@pytest.mark.logs
def test_search_goes_on_when_the_worker_dies(library):
    ids = library.add(5)
    worker = IndexInMemory()
    search = library.search(worker)
    search.index.update()
    worker.dies = True
    assert sorted(order(search, ids[0])) == sorted(ids)
    assert search.index.update() == 0
    assert search.index.problem == "killed: make sure that its disk has room and can be written"
    worker.dies = False
    assert search.index.update() == 5
    assert search.index.problem == ""


@pytest.mark.logs
def test_a_store_that_crashes_whoever_opens_it_is_made_anew(library):
    library.add(5)
    worker = IndexInMemory()
    worker.torn = True
    assert library.search(worker).index.update() == 5
    assert worker.starts == 2


@pytest.mark.logs
def test_a_store_that_hangs_is_made_anew_and_search_goes_on_meanwhile(library):
    ids = library.add(5)
    worker = IndexInMemory()
    search = library.search(worker)
    search.index.update()
    worker.hangs = True
    assert sorted(order(search, ids[0])) == sorted(ids)
    library.add(1)
    assert search.index.update() == 6
    assert not worker.hangs


def test_a_worker_started_anew_opens_the_index_again(library):
    library.add(5)
    worker = IndexInMemory()
    search = library.search(worker)
    search.index.update()
    worker.running = False
    library.add(1)
    assert search.index.update() == 6
    assert sum(isinstance(request, OpenIndex) for request in worker.requests) == 2


def test_the_index_moves_to_the_new_space_when_the_library_outgrows_it(library):
    library.add(20)
    worker = IndexInMemory()
    search = library.search(worker, RAW)
    search.index.update()
    first = worker.name
    library.add(100)
    assert search.index.update() == 120
    assert worker.name != first


@pytest.mark.logs
def test_the_report_compares_with_the_catalogue(library):
    library.add(4)
    worker = IndexInMemory()
    report = library.search(worker).index.report()
    assert (report.backend, report.vectors, report.healthy) == ("chroma", 4, True)
    assert library.search().index.recorded() == report
    # What is in it beyond what it should hold does no harm, what it lacks does.
    ids = library.catalogue.tracks.ids()
    library.catalogue.files.set_missing(ids[:1], True)
    assert library.search().index.recorded().healthy
    library.add(1)
    assert not library.search().index.recorded().healthy
    assert library.search(worker).index.report().healthy
    assert library.search().index.recorded().healthy
    library.add(1)
    worker.dies = True
    assert not library.search(worker).index.report().healthy
