import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from window_fakes import Library

from musicsim.base.errors import MusicsimError
from musicsim.base.events import (
    EmbeddingProgress,
    FetchProgress,
    ModelChanged,
    Notice,
    OpinionsChanged,
    PlaysChanged,
    TracksChanged,
    TracksRemoved,
)
from musicsim.ui.kit.bridge import BATCH_MS, Bridge


def in_another_thread(do: Callable[[], object]) -> None:
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def test_events_of_other_threads_arrive_in_the_windows(
    library: Library, bridge: Bridge, qtbot, qapp: QApplication
) -> None:
    seen: list[tuple[tuple[int, ...], bool]] = []
    bridge.tracks_changed.connect(
        lambda ids: seen.append((ids, QThread.currentThread() is qapp.thread()))
    )

    with qtbot.waitSignal(bridge.tracks_changed):
        in_another_thread(lambda: library.events.emit(TracksChanged((1, 2))))

    assert seen == [((1, 2), True)]


def test_events_come_in_batches_with_the_last_word_only(library: Library, bridge: Bridge) -> None:
    changed: list[tuple[int, ...]] = []
    removed: list[tuple[int, ...]] = []
    progress: list[EmbeddingProgress] = []
    notices: list[Notice] = []
    bridge.tracks_changed.connect(changed.append)
    bridge.tracks_removed.connect(removed.append)
    bridge.embedding_progress.connect(progress.append)
    bridge.notice.connect(notices.append)

    for i in range(1000):
        library.events.emit(TracksChanged((i % 10,)))
        library.events.emit(EmbeddingProgress(i, 1000, 1.0, None, False, False))
    library.events.emit(TracksRemoved((3,)))
    library.events.emit(Notice("disk", "The disk is full."))
    library.events.emit(Notice("watcher", "Too many folders."))
    library.events.emit(Notice("disk", ""))
    bridge.deliver()

    assert changed == [(0, 1, 2, 4, 5, 6, 7, 8, 9)]
    assert removed == [(3,)]
    assert [each.done for each in progress] == [999]
    assert notices == [Notice("watcher", "Too many folders."), Notice("disk", "")]


@pytest.mark.parametrize(
    ("told", "seen"),
    [([(1,), (2, 3)], (1, 2, 3)), ([(1,), ()], ()), ([(), (1,)], ()), ([(1,), (), (2,)], ())],
)
def test_plays_are_told_together(
    library: Library, bridge: Bridge, told: list[tuple[int, ...]], seen: tuple[int, ...]
) -> None:
    plays: list[tuple[int, ...]] = []
    opinions: list[None] = []
    bridge.plays_changed.connect(plays.append)
    bridge.opinions_changed.connect(lambda: opinions.append(None))

    for ids in told:
        library.events.emit(PlaysChanged(ids))
        library.events.emit(OpinionsChanged())
    bridge.deliver()

    assert plays == [seen]
    assert opinions == [None]


def test_a_future_is_answered_in_the_windows_thread(bridge: Bridge, qapp: QApplication) -> None:
    future: Future[str] = Future()
    answers: list[tuple[str, bool]] = []
    bridge.watch(
        future,
        lambda text: answers.append((text, QThread.currentThread() is qapp.thread())),
        lambda error: pytest.fail(str(error)),
    )

    in_another_thread(lambda: future.set_result("found"))
    assert answers == []
    qapp.processEvents()

    assert answers == [("found", True)]


def test_downloads_and_changes_of_the_model_are_told(library: Library, bridge: Bridge) -> None:
    fetched: list[FetchProgress] = []
    changes: list[None] = []
    bridge.fetch_progress.connect(fetched.append)
    bridge.model_changed.connect(lambda: changes.append(None))

    for done in range(1000):
        library.events.emit(FetchProgress("a", done, 1000))
        library.events.emit(ModelChanged())
    library.events.emit(FetchProgress("b", 5, None))
    bridge.deliver()

    assert [(each.name, each.done) for each in fetched] == [("a", 999), ("b", 5)]
    assert len(changes) == 1


def test_a_task_is_done_elsewhere_and_told_here(library: Library, qtbot, qapp) -> None:
    bridge = Bridge(library.events)
    threads: list[QThread] = []
    done: list[bool] = []

    def task() -> None:
        threads.append(QThread.currentThread())

    with qtbot.waitSignal(bridge._settled):
        bridge.do(task, lambda _: done.append(QThread.currentThread() is qapp.thread()), print)
    qapp.processEvents()
    bridge.close()

    assert done == [True]
    assert threads[0] is not qapp.thread()


def test_an_error_of_the_world_is_told_and_a_bug_is_not_hidden(
    bridge: Bridge, qapp: QApplication, qtbot
) -> None:
    errors: list[str] = []
    broken: Future[None] = Future()
    buggy: Future[None] = Future()
    bridge.watch(broken, lambda _: None, lambda error: errors.append(str(error)))
    bridge.watch(buggy, lambda _: None, lambda error: errors.append(str(error)))

    broken.set_exception(MusicsimError("The disk is full."))
    buggy.set_exception(ZeroDivisionError())
    with qtbot.captureExceptions() as exceptions:
        qapp.processEvents()

    assert errors == ["The disk is full."]
    assert [kind for kind, _, _ in exceptions] == [ZeroDivisionError]


def test_nothing_is_delivered_after_closing(
    library: Library, bridge: Bridge, qapp: QApplication
) -> None:
    seen: list[object] = []
    bridge.tracks_changed.connect(seen.append)
    future: Future[str] = Future()
    bridge.watch(future, seen.append, seen.append)
    library.events.emit(TracksChanged((1,)))

    bridge.close()
    library.events.emit(TracksChanged((2,)))
    future.set_result("late")
    bridge.deliver()
    qapp.processEvents()

    assert seen == []


def test_what_was_asked_for_is_done_though_the_window_closes(library: Library) -> None:
    bridge = Bridge(library.events)
    closing = threading.Event()
    done: list[int] = []
    for number in (1, 2):
        bridge.do(lambda n=number: (closing.wait(), done.append(n)), done.append, done.append)

    threading.Timer(0, closing.set).start()
    bridge.close()

    assert done == [1, 2]


def test_waiting_for_the_catalogue_delays_no_later_news(library: Library, bridge: Bridge) -> None:
    bridge.tracks_changed.connect(
        lambda _: in_another_thread(lambda: sum(range(10_000_000)))  # it has the catalogue
    )
    library.events.emit(TracksChanged((1,)))

    bridge.deliver()

    assert bridge._timer.interval() == BATCH_MS
