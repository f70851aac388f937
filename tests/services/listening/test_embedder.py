import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from known_reasons import because

from musicsim.audio import EVERY_WINDOW, MeasuredLoudness
from musicsim.base.events import EmbeddingProgress, Events, Notice, TracksChanged
from musicsim.base.reasons import Cause, Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.embedding_types import KnownModel, TrackWindows
from musicsim.library.types import Loudness, ScannedFile, Tags, TrackState
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.points import LibraryPoints
from musicsim.services.listening.embedder import LibraryEmbedder
from musicsim.services.listening.settings import EmbedderSettings
from musicsim.worker.client import ModelUnavailable, Refused, WorkerBug, WorkerDied, WorkerHung
from musicsim.worker.protocol import Cost, EmbeddedTrack, EmbedTrack, TryModel, WorkerSettings


class Worker:
    """Stands in for the worker process: answers when `wait` needs it, one request after the other."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.in_worker: dict[Future, str] = {}
        self.crash_on: set[str] = set()
        self.refuse: dict[str, Exception] = {}
        self.deaths = 0
        self.broken = False
        self.hangs = False
        self.running = False
        self.before_answer = lambda name: None
        self.requests: dict[str, EmbedTrack] = {}
        self.settings: list[WorkerSettings] = []

    def request(self, request) -> Future:
        future: Future = Future()
        if isinstance(request, TryModel):
            assert not self.hangs, "nobody waits for ever"
            if self.broken:
                future.set_exception(WorkerDied("exit code -4"))
            else:
                future.set_result(None)
            return future
        self.in_worker[future] = request.path.name
        self.requests[request.path.name] = request
        return future

    def ask(self, request, patience: float):
        if self.hangs:
            raise WorkerHung(f"no answer for {patience} s")
        return self.request(request).result()

    def answer_to(self, request: EmbedTrack) -> EmbeddedTrack:
        """Whole seconds of a track of ten seconds, all of the plan that are still to come; their vectors say which."""
        if request.windows == EVERY_WINDOW:
            offsets = np.arange(10.0)
        else:
            left = [float(second) for second in range(10) if second not in request.listened]
            offsets = np.array(left[: max(0, request.windows - len(request.listened))])
        vectors = np.tile(offsets.astype(np.float32)[:, None] + 1, 4)
        cost = Cost(len(offsets), 0.5, 0.25, 1.0, 2.0)
        return EmbeddedTrack(offsets, vectors, 10.0, None, cost)

    def restart_with(self, settings: WorkerSettings) -> None:
        self.settings.append(settings)

    def wait(self, futures, timeout=None, return_when=None):
        """Answer the oldest request; or die, and every request with it."""
        for future, name in list(self.in_worker.items()):
            if name in self.crash_on:
                self.deaths += 1
                for orphan in self.in_worker:
                    orphan.set_exception(WorkerDied("exit code -11"))
                self.in_worker.clear()
                break
            del self.in_worker[future]
            self.before_answer(name)
            if name in self.refuse:
                future.set_exception(self.refuse[name])
            else:
                self.embedded.append(name)
                future.set_result(self.answer_to(self.requests[name]))
            break
        done = {future for future in futures if future.done()}
        return done, set(futures) - done


def settings(*passes: int, model: str = "m", threads: int | None = None) -> EmbedderSettings:
    worker = WorkerSettings(Path("m.h5"), None, None, Path("index"), Path("log"), threads)
    return EmbedderSettings(model, passes, worker)


class Library:
    def __init__(self, folder: Path, monkeypatch) -> None:
        self.music = folder / "music"
        self.music.mkdir()
        self.catalogue = Catalogue(folder)
        self.catalogue.settings.set("model", "m")
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        self.worker = Worker()
        monkeypatch.setattr("musicsim.services.listening.in_flight.wait", self.worker.wait)
        self.events: list[object] = []
        events = Events()
        events.subscribe(self.events.append)
        model = KnownModel("m", Path("m.h5"), None, None, standardised=True)
        points = LibraryPoints(self.catalogue, self.embeddings, model)
        index = IndexSync(self.catalogue, points, None)
        self.switches = 0
        self.embedder = LibraryEmbedder(
            self.catalogue,
            self.embeddings,
            SoundIdentity(self.catalogue, self.embeddings),
            settings(2),
            self.worker,
            index,
            events,
            first_pass_done=self.first_pass_done,
        )
        self.add(6)

    def first_pass_done(self) -> None:
        self.switches += 1

    def add(self, count: int) -> None:
        folder_id = self.catalogue.folders.add(self.music)
        for _ in range(count):
            name = str(self.catalogue.tracks.counts().tracks)
            (self.music / name).write_bytes(b"x")
            file = ScannedFile(self.music / name, 1, 1, name.encode(), Tags())
            self.catalogue.files.add(folder_id, file)

    def vector(self, name: str, model: str = "m") -> list[float]:
        (track,) = [t for t in self.catalogue.tracks.all() if t.path.name == name]
        return self.embeddings.pooled.of(track.id, model).vector.tolist()

    def states(self) -> dict[str, TrackState]:
        return {track.path.name: track.state for track in self.catalogue.tracks.all()}

    def progress(self) -> list[EmbeddingProgress]:
        return [event for event in self.events if isinstance(event, EmbeddingProgress)]


@pytest.fixture
def library(tmp_path, monkeypatch):
    made = Library(tmp_path, monkeypatch)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def test_everything_pending_is_embedded_once(library):
    library.embedder.run()
    library.embedder.run()
    assert library.worker.embedded == ["0", "1", "2", "3", "4", "5"]
    assert set(library.states().values()) == {TrackState.EMBEDDED}


def test_progress_counts_to_the_end(library):
    library.embedder.run()
    progress = library.progress()
    assert [event.done for event in progress if not event.finished] == list(range(7))
    assert {event.total for event in progress} == {6}
    assert progress[-1].finished
    assert any(isinstance(event, TracksChanged) for event in library.events)


def test_a_refused_file_fails_with_its_reason_and_is_not_tried_again(library):
    library.worker.refuse["2"] = Refused(because("it is not audio"))
    library.embedder.run()
    library.embedder.run()
    (problem,) = library.catalogue.problems.all()
    assert (problem.path.name, str(problem.reason)) == ("2", "it is not audio")
    assert library.states()["2"] is TrackState.FAILED
    assert len(library.worker.embedded) == 5


def test_a_bug_is_no_fault_of_the_file_and_is_told(library):
    library.worker.refuse["2"] = WorkerBug("ZeroDivisionError: division by zero.")
    library.embedder.run()
    assert library.catalogue.tracks.counts().failed == 0
    assert library.catalogue.tracks.counts().pending == 1
    assert library.catalogue.problems.count() == 0
    (notice,) = [e for e in library.events if isinstance(e, Notice) and e.topic == "bug"]
    assert "2" in notice.text
    assert "ZeroDivisionError" in notice.text
    assert library.switches, "the others need not wait for it"
    assert library.embedder.given_up == 1
    # It is tried again, but not for ever.
    for _ in range(5):
        library.embedder.run()
    assert len([e for e in library.events if isinstance(e, Notice) and e.topic == "bug"]) == 3
    assert library.catalogue.tracks.counts().pending == 1


def test_vectors_of_another_model_are_never_stored(library):
    answer = library.worker.answer_to
    library.worker.answer_to = lambda request: replace(
        answer(request), model="m" if request.path.name != "2" else "another"
    )
    library.embedder.run()
    counts = library.catalogue.tracks.counts()
    assert (counts.embedded, counts.failed, counts.pending) == (5, 0, 1)
    (notice,) = [e for e in library.events if isinstance(e, Notice) and e.topic == "bug"]
    assert "another model" in notice.text


def test_the_file_on_which_the_worker_dies_fails_and_the_others_do_not(library):
    library.worker.crash_on = {"2"}
    library.embedder.run()
    assert [(p.path.name, p.reason) for p in library.catalogue.problems.all()] == [
        ("2", Reason(Cause.CRASHED))
    ]
    assert sorted(library.worker.embedded) == ["0", "1", "3", "4", "5"]
    assert library.worker.deaths == 3  # among others, then twice alone


def test_a_worker_that_cannot_run_blames_no_file(library):
    library.worker.crash_on = {str(n) for n in range(6)}
    library.worker.broken = True
    with pytest.raises(ModelUnavailable, match=r"worker\.log"):
        library.embedder.run()
    assert library.catalogue.problems.all() == []
    assert set(library.states().values()) == {TrackState.PENDING}


def test_a_worker_that_hangs_on_its_model_is_no_fault_of_the_tracks(library):
    library.worker.crash_on = {"2"}
    library.worker.hangs = True
    with pytest.raises(ModelUnavailable, match=r"hangs as soon as it begins.*worker\.log"):
        library.embedder.run()
    assert library.catalogue.problems.all() == []


def test_a_worker_that_is_killed_while_it_is_tried_can_run(library, monkeypatch):
    library.worker.crash_on = {"2"}
    request = library.worker.request
    tried = []

    def killed_once(wanted):
        if isinstance(wanted, TryModel):
            tried.append(wanted)
            library.worker.broken = len(tried) == 1
        return request(wanted)

    monkeypatch.setattr(library.worker, "request", killed_once)
    library.embedder.run()
    assert [p.path.name for p in library.catalogue.problems.all()] == ["2"]
    assert len(tried) == 2


def test_the_length_is_the_one_that_the_decoder_found(library):
    library.embedder.run()
    assert {track.tags.duration for track in library.catalogue.tracks.all()} == {10.0}


def test_a_worker_that_died_of_something_else_costs_nothing(library):
    library.worker.crash_on = {"3"}

    def recover(name: str) -> None:
        if library.worker.deaths:
            library.worker.crash_on = set()

    library.worker.before_answer = recover
    library.embedder.run()
    assert set(library.states().values()) == {TrackState.EMBEDDED}


def test_a_file_that_vanished_is_left_to_the_next_scan(library):
    library.worker.refuse["1"] = Refused(because("it is not there"))
    (library.music / "1").unlink()
    library.embedder.run()
    assert library.catalogue.problems.all() == []
    assert library.states()["1"] is TrackState.PENDING


def test_a_file_that_became_whole_while_its_half_was_refused_is_embedded(library):
    half = [Refused(because("the file is cut short"))]

    def refuse(name: str) -> None:
        library.worker.refuse.clear()
        if name == "1" and half:
            library.worker.refuse["1"] = half.pop()
            track = library.catalogue.tracks.at(library.music / "1")
            whole = ScannedFile(track.path, 2, 2, b"the whole file", Tags())
            library.catalogue.files.update(track.id, 1, whole)

    library.worker.before_answer = refuse
    library.embedder.run()
    assert library.catalogue.problems.all() == []
    assert library.states()["1"] is TrackState.EMBEDDED


def test_without_a_model_no_file_is_blamed(library):
    library.worker.refuse["0"] = ModelUnavailable("the weight file is damaged")
    with pytest.raises(ModelUnavailable, match="damaged"):
        library.embedder.run()
    assert library.catalogue.problems.all() == []


def test_a_track_somebody_waits_for_comes_first(library):
    library.embedder.prefer(library.catalogue.tracks.all()[4].id)
    library.embedder.run()
    assert library.worker.embedded == ["4", "0", "1", "2", "3", "5"]


def test_tracks_that_turn_up_meanwhile_are_included(library):
    def arrive(name: str) -> None:
        if name == "2":
            library.add(2)

    library.worker.before_answer = arrive
    library.embedder.run()
    assert library.worker.embedded == [str(n) for n in range(8)]


def test_a_pause_begins_nothing_new_until_resume(library):
    paused = threading.Event()

    def pause(name: str) -> None:
        if name == "0":
            library.embedder.pause()

    def listen(event) -> None:
        # The last of those that were in the worker is stored.
        if isinstance(event, EmbeddingProgress) and event.paused and event.done == 4:
            paused.set()

    library.worker.before_answer = pause
    library.embedder._events.subscribe(listen)
    thread = threading.Thread(target=library.embedder.run)
    thread.start()
    assert paused.wait(20)
    assert library.worker.embedded == ["0", "1", "2", "3"]
    library.embedder.resume()
    thread.join(20)
    assert library.worker.embedded == ["0", "1", "2", "3", "4", "5"]


def test_stop_ends_a_pause_and_loses_nothing(library):
    library.embedder.pause()
    thread = threading.Thread(target=library.embedder.run)
    thread.start()
    library.embedder.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert set(library.states().values()) == {TrackState.PENDING}


def test_what_was_in_the_network_when_it_was_stopped_is_kept(library):
    library.worker.before_answer = lambda name: library.embedder.stop()
    library.embedder.run()
    assert library.worker.embedded == ["0"]
    assert library.states()["0"] is TrackState.EMBEDDED


def test_what_a_killed_process_embedded_is_not_embedded_again(library):
    (track, *_) = library.embeddings.pending.tracks("m")
    windows = TrackWindows(np.array([0.0]), np.array([[1.0, 2.0, 3.0, 4.0]], np.float32))
    with library.embeddings.windows._database.transaction() as db:
        db.execute(
            "INSERT INTO windows VALUES (?, 'm', 2, ?, ?, ?, NULL)",
            (
                track.id,
                track.content_key,
                windows.offsets.astype("<f4").tobytes(),
                windows.vectors.astype("<f2").tobytes(),
            ),
        )
    library.embedder.run()
    assert track.path.name not in library.worker.embedded
    assert set(library.states().values()) == {TrackState.EMBEDDED}
    embedding_id = library.embeddings.pooled.id_of(track.id, "m")
    assert library.embeddings.pooled.load([embedding_id]).vectors.tolist() == [[1.0, 2.0, 3.0, 4.0]]


def test_every_track_has_its_first_pass_before_any_is_listened_to_again(library):
    library.embedder.use(settings(2, 5))
    library.embedder.run()
    assert library.worker.embedded == [*"012345", *"012345"]
    refining = [event.refining for event in library.progress() if not event.finished]
    assert refining == sorted(refining)
    assert {event.total for event in library.progress()} == {6}
    assert library.switches


def test_a_later_pass_adds_what_is_still_to_come(library):
    library.embedder.use(settings(2, 5))
    library.embedder.run()
    assert library.worker.requests["3"].listened == (0.0, 1.0)
    assert library.vector("3") == [3.0] * 4  # the mean of 1 ... 5
    (track, *_) = library.catalogue.tracks.all()
    assert library.embeddings.windows.of(track.id, "m").offsets.tolist() == [0, 1, 2, 3, 4]
    library.embedder.run()
    assert len(library.worker.embedded) == 12


def test_a_later_pass_over_a_track_that_has_no_more_changes_nothing(library):
    library.embedder.use(settings(10, 64))
    library.embedder.run()
    ids = library.embeddings.pooled.ids("m").tolist()
    library.embedder.run()
    assert library.embeddings.pooled.ids("m").tolist() == ids
    assert library.embeddings.pending.tracks("m", 64) == []


def test_listening_to_everything_takes_the_place_of_the_sample(library):
    library.embedder.use(settings(2, EVERY_WINDOW))
    library.embedder.run()
    assert library.vector("0") == [5.5] * 4
    assert library.worker.requests["0"].listened == ()


@pytest.mark.logs
def test_a_later_pass_that_fails_leaves_the_track_as_it_was(library):
    library.embedder.run()
    library.worker.refuse["2"] = Refused(because("the disk is tired"))
    library.worker.crash_on = {"4"}
    library.embedder.use(settings(2, 5))
    library.embedder.run()
    library.embedder.run()
    assert library.catalogue.problems.all() == []
    assert set(library.states().values()) == {TrackState.EMBEDDED}
    assert library.vector("2") == library.vector("4") == [1.5] * 4
    assert library.vector("3") == [3.0] * 4


def test_a_new_track_does_not_wait_for_the_later_pass(library, monkeypatch):
    monkeypatch.setattr("musicsim.services.listening.embedder._LATER_PASS_SECONDS", 0.0)

    def add_one(name: str) -> None:
        if len(library.worker.embedded) == 6:
            library.add(1)

    library.worker.before_answer = add_one
    library.embedder.use(settings(2, 5))
    library.embedder.run()
    assert library.worker.embedded.index("6") < 12


def test_windows_that_were_lost_are_embedded_again(library):
    library.embedder.run()
    with library.embeddings.windows._database.transaction() as db:
        db.execute("DELETE FROM windows")
    library.embedder.use(settings(2, 5))
    library.embedder.run()
    assert library.vector("0") == [3.0] * 4


def test_how_loud_a_track_is_is_kept_and_a_later_pass_that_heard_more_knows_better(library):
    heard = {2: MeasuredLoudness(-12.0, 0.9, 2), 5: MeasuredLoudness(-11.0, 0.8, 3)}
    answer_to = library.worker.answer_to

    def with_loudness(request: EmbedTrack) -> EmbeddedTrack:
        fingerprint = None if request.listened else request.path.name.encode()
        loudness = None if request.path.name == "3" else heard[request.windows]
        return replace(answer_to(request), fingerprint=fingerprint, loudness=loudness)

    def loudness() -> list[Loudness | None]:
        return [library.catalogue.loudness.of(i) for i in library.catalogue.tracks.ids()]

    library.worker.answer_to = with_loudness
    library.embedder.run()
    first = Loudness(-12.0, 0.9)
    assert loudness() == [first, first, first, None, first, first]
    library.embedder.use(settings(2, 5))
    library.embedder.run()
    later = Loudness(-11.0, 0.9)
    assert loudness() == [later, later, later, None, later, later]


def test_other_settings_count_from_the_next_track_on(library):
    def change(name: str) -> None:
        if name == "1":
            library.embedder.use(settings(2, model="other", threads=1))

    library.worker.before_answer = change
    library.embedder.run()
    assert [s.threads for s in library.worker.settings] == [1]
    in_worker = len(library.embeddings.pooled.ids("m"))
    assert 2 <= in_worker < 6  # what was under way was finished, and kept as the old model's
    assert len(library.embeddings.pooled.ids("other")) == 6


def test_a_pause_does_not_keep_other_settings_waiting(library):
    library.embedder.pause()
    library.embedder.use(settings(2, model="other"))
    runner = threading.Thread(target=library.embedder.run)
    runner.start()
    library.embedder.resume()
    runner.join()
    assert len(library.embeddings.pooled.ids("other")) == 6


def test_the_cost_of_a_run_is_added_up_and_kept(library):
    library.embedder.run()
    assert library.embedder.cost == Cost(12, 3.0, 1.5, 6.0, 12.0)
    assert '"tracks": 6' in library.catalogue.settings.get("cost m")
