from collections.abc import Callable
from dataclasses import replace

import pytest
from known_reasons import because
from PySide6.QtWidgets import QApplication
from window_fakes import FakeApp, Library

from musicsim.base.events import (
    EmbeddingProgress,
    Notice,
    ProblemsChanged,
    ScanFinished,
    ScanProgress,
    ScanStarted,
    TracksChanged,
)
from musicsim.library.types import Tags
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.status import progress_text

Settle = Callable[[], None]

PROGRESS = EmbeddingProgress(120, 1200, 2.13, 507.0, paused=False, finished=False)


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (PROGRESS, "120 of 1,200 · 2.1 tracks/s · 8 min left"),
        (replace(PROGRESS, tracks_per_second=0.5), "120 of 1,200 · 30 tracks/min · 8 min left"),
        (replace(PROGRESS, tracks_per_second=0.0, seconds_left=None), "120 of 1,200"),
        (replace(PROGRESS, paused=True), "120 of 1,200 · paused"),
        (
            replace(PROGRESS, refining=True),
            "Listening more closely · 120 of 1,200 · 8 min left",
        ),
        (
            replace(PROGRESS, refining=True, paused=True),
            "Listening more closely · 120 of 1,200 · paused",
        ),
    ],
)
def test_progress_in_words(progress: EmbeddingProgress, text: str) -> None:
    assert progress_text(progress) == text


def test_progress_is_shown_while_there_is_some(
    window: MainWindow, library: Library, settle: Settle
) -> None:
    assert not window.status.bar.isVisible()

    library.events.emit(PROGRESS)
    settle()
    assert window.status.bar.isVisible()
    assert (window.status.bar.value(), window.status.bar.maximum()) == (120, 1200)
    assert window.status.work_text.startswith("120 of 1,200")

    library.events.emit(replace(PROGRESS, done=1200, finished=True))
    settle()
    assert not window.status.bar.isVisible()
    assert not window.status.pause.isVisible()


def test_a_later_pass_draws_less_attention(
    window: MainWindow, library: Library, settle: Settle
) -> None:
    for refining in (False, True, False):
        library.events.emit(replace(PROGRESS, refining=refining))
        settle()

        assert bool(window.status.bar.property("calm")) is refining
        assert ("Listening more closely" in window.status.work_text) is refining


def test_pause_and_resume(
    window: MainWindow, library: Library, app: FakeApp, settle: Settle
) -> None:
    library.events.emit(PROGRESS)
    settle()

    window.status.pause.click()
    assert app.listening.paused
    assert window.status.pause.accessibleName() == "Go on listening"
    window.status.pause.click()

    assert not app.listening.paused
    assert window.status.pause.accessibleName() == "Pause listening"


def test_a_scan_shows_how_far_it_is(window: MainWindow, library: Library, settle: Settle) -> None:
    assert window.status.library_text == "6 tracks"

    library.events.emit(ScanStarted())
    library.events.emit(ScanProgress(1234, "/music/a"))
    settle()
    assert window.status.library_text == "Looking through your folders… 1,234 files"

    new = library.add(Tags("New"))
    library.catalogue.files.set_missing(new, True)
    library.events.emit(TracksChanged(tuple(new)))
    library.events.emit(ScanFinished(1, 0, 0, 1, 6, 0))
    settle()
    assert window.status.library_text == "7 tracks · 1 missing"


def test_what_is_on_an_unplugged_disk_is_unavailable_and_not_missing(
    window: MainWindow, library: Library, settle: Settle
) -> None:
    ids = library.catalogue.tracks.ids()[:2]
    library.catalogue.files.set_missing(ids, True)
    library.events.emit(TracksChanged(tuple(ids)))
    (folder_id,) = library.catalogue.folders.ids().values()
    library.catalogue.folders.set_unavailable(folder_id, because("not connected"))
    library.events.emit(ProblemsChanged())
    settle()
    assert window.status.library_text == "6 tracks · 2 unavailable"


def test_a_notice_stays_until_it_is_taken_back(
    window: MainWindow, library: Library, settle: Settle
) -> None:
    library.events.emit(Notice("disk", "The disk is full."))
    library.events.emit(Notice("watcher", "The folder can't be watched."))
    settle()
    assert window.status.notice_text == "The disk is full.  The folder can't be watched."

    library.events.emit(Notice("disk", ""))
    settle()
    assert window.status.notice_text == "The folder can't be watched."


def test_problems_are_offered_listed_copied_and_tried_again(
    window: MainWindow,
    library: Library,
    app: FakeApp,
    ids: list[int],
    settle: Settle,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not window.status.problems.isVisible()

    library.catalogue.files.set_problem(ids[0], because("it is cut short"), failed=True)
    library.catalogue.files.set_problem(ids[1], because("it is silent"), failed=True)
    library.events.emit(ProblemsChanged())
    settle()
    assert window.status.problems.isVisible()
    assert "2 problems" in window.status.problems.text()
    window.status.problems.click()
    dialog = window.dialogs.problems
    assert dialog.isVisible()
    assert [dialog.model.index(row, 1).data() for row in range(2)] == [
        "it is cut short",
        "it is silent",
    ]

    dialog.table.selectRow(1)
    dialog.copy.click()
    path = library.catalogue.tracks.by_id(ids[1:2])[0].path
    assert qapp.clipboard().text() == f"{path}: it is silent"

    written = library.folder / "list.csv"
    monkeypatch.setattr("musicsim.ui.window.problems.ask_new_file", lambda *_: written)
    dialog.export.click()
    assert "it is cut short" in written.read_text("utf-8-sig")
    assert str(written) in window.message_bar.text

    dialog.retry.click()
    assert "retry_failed" in app.calls
    assert dialog.model.rowCount() == 0
    assert not dialog.retry.isEnabled()
    dialog.close()


def test_a_scan_that_found_something_says_what(
    window: MainWindow, library: Library, settle: Settle
) -> None:
    library.events.emit(ScanFinished(0, 0, 0, 0, unchanged=7, failed=1))
    settle()
    assert window.message_bar.text == ""
    library.events.emit(
        ScanFinished(added=1200, changed=0, moved=2, missing=1, unchanged=7, failed=3)
    )
    settle()
    expected = "Looked through your folders: 1,200 new · 2 moved · 1 missing · 3 failed."
    assert window.message_bar.text == expected
