"""A playlist is made on its page by real events, with the real services on the demo library."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from window_fakes import FakeEngine

from musicsim.app import Musicsim
from musicsim.base.events import TracksChanged
from musicsim.base.reasons import Cause, Reason
from musicsim.library.query.filters import Filters
from musicsim.library.types import ScannedFile, Tags, Track
from musicsim.playlists.arranging import Order
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Hidden, Rule
from musicsim.services.making.drafts import Lacking, changed, request_of
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import SeedKind
from musicsim.ui.builder.chips import Chip
from musicsim.ui.builder.dropping import PLAYLISTS_MIME
from musicsim.ui.builder.words import short_note
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.pages.builder_page import BuilderPage
from musicsim.ui.tracks.track_model import TRACKS_MIME, Column
from musicsim.ui.window.main_window import MainWindow

Key, Modifier, Button = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton


@pytest.fixture
def app(shared_scan: Path, tmp_path: Path) -> Iterator[Musicsim]:
    """The demo library, scanned and listened to."""
    with Musicsim.open(shutil.copytree(shared_scan, tmp_path / "data")) as opened:
        # The threads that answer are there before the test, and end with the app.
        opened.finding.warm_up()
        yield opened


@pytest.fixture
def open_window(
    app: Musicsim, theme: Theme, tmp_path: Path, qtbot
) -> Iterator[Callable[[], MainWindow]]:
    bridges: list[Bridge] = []

    def make() -> MainWindow:
        for bridge in bridges:
            bridge.close()
        bridges.append(Bridge(app.events))
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(app, bridges[-1], theme, settings, make_engine=lambda log: FakeEngine())
        qtbot.addWidget(window)
        window.resize(1280, 800)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return window

    yield make
    for bridge in bridges:
        bridge.close()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    made = open_window()
    made.places.show_page("builder")
    return made


@pytest.fixture
def page(window: MainWindow) -> BuilderPage:
    return window.builder


@pytest.fixture
def tracks(app: Musicsim) -> list[Track]:
    """The shortest first: a list from it may have all the others."""
    return sorted(app.catalogue.tracks.all(), key=lambda track: track.tags.duration or 0.0)


@pytest.fixture
def drop(page: BuilderPage, qtbot) -> Callable[..., None]:
    """Drops data on the page, as Qt tells it of a drag."""

    def drop(data: QMimeData, place: QPoint | None = None) -> None:
        place = place or page.rect().center()
        action, none = Qt.DropAction.CopyAction, Modifier.NoModifier
        enter = QDragEnterEvent(place, action, data, Button.LeftButton, none)
        QApplication.sendEvent(page, enter)
        assert enter.isAccepted()
        event = QDropEvent(QPointF(place), action, data, Button.LeftButton, none)
        QApplication.sendEvent(page, event)

    return drop


@pytest.fixture
def settled(page: BuilderPage, qtbot) -> Callable[[], None]:
    """Waits until the list is that of the draft."""

    def wait() -> None:
        if page.bench.is_working:
            with qtbot.waitSignal(
                page.bench.working_changed, check_params_cb=lambda working: not working
            ):
                pass

    return wait


@pytest.fixture
def started(
    page: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled
) -> BuilderPage:
    """A list of eight tracks from one."""
    page.settings.amount.setValue(8)
    drop(dragged(tracks[0].id))
    settled()
    assert page.list.rowCount() == 8
    return page


def dragged(*ids: int) -> QMimeData:
    data = QMimeData()
    content = {"list": 0, "rows": [], "ids": list(ids)}
    data.setData(TRACKS_MIME, json.dumps(content).encode())
    return data


def names(page: BuilderPage) -> list[str]:
    return [chip.name.text() for chip in page.box.chips]


def click_lock(page: BuilderPage, row: int, qtbot) -> None:
    place = page.table.visualRect(page.list.index(row, Column.STATE)).center()
    qtbot.mouseClick(page.table.viewport(), Button.LeftButton, pos=place)


def test_an_empty_page_says_what_to_do(page: BuilderPage) -> None:
    assert page.bench.lacking is Lacking.SEEDS
    assert "What should it sound like?" in page.table.placeholder
    assert page.head.isHidden()
    assert page.box.field.hasFocus()


def test_dropped_tracks_make_a_list(started: BuilderPage, tracks: list[Track]) -> None:
    assert names(started) == [tracks[0].name]
    assert started.list.ids[0] == tracks[0].id
    assert started.head.summary.startswith("8 tracks")
    assert "% alike" in started.curve.text


def test_the_same_track_dropped_twice_is_one_seed(
    started: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled
) -> None:
    before = started.list.ids

    drop(dragged(tracks[0].id, tracks[0].id))
    settled()

    assert len(started.box.chips) == 1
    assert started.list.ids == before


def test_many_tracks_are_one_chip(
    page: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled
) -> None:
    drop(dragged(*(track.id for track in tracks[:20])))
    settled()

    assert names(page) == ["20 tracks"]
    assert page.list.rowCount() > 0


def test_a_dropped_playlist_is_a_seed(
    window: MainWindow, page: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled
) -> None:
    kept = window.playlists.create("אוסף", [track.id for track in tracks[:4]])
    data = dragged(*kept.track_ids)
    data.setData(PLAYLISTS_MIME, json.dumps({"playlists": [kept.id], "folders": []}).encode())

    drop(data)
    settled()

    (seed,) = page.bench.draft.seeds
    assert (seed.kind, seed.name, seed.track_ids) == (SeedKind.PLAYLIST, "אוסף", kept.track_ids)
    assert page.list.rowCount() > 0


def test_a_typed_name_is_chosen_with_return(
    page: BuilderPage, tracks: list[Track], settled, qtbot
) -> None:
    artist = tracks[0].artist
    with qtbot.waitSignal(page.seeding.names_read):
        qtbot.keyClicks(page.box.field, artist[:6].lower())
    assert page.box.field.popup.isVisible()
    assert page.box.field.model.found[0].kind is SeedKind.ARTIST

    with qtbot.waitSignal(page.bench.list_changed):
        qtbot.keyClick(page.box.field, Key.Key_Return)

    (seed,) = page.bench.draft.seeds
    assert seed.kind is SeedKind.ARTIST
    assert artist.startswith(seed.name) or seed.name.startswith(artist[:6])
    assert page.box.field.text() == ""
    assert page.box.field.popup.isHidden()


def test_a_locked_track_stays_when_another_list_is_made(
    started: BuilderPage, settled, qtbot
) -> None:
    before = started.list.ids
    click_lock(started, 4, qtbot)
    settled()
    assert started.list.ids == before
    assert started.list.locked == {before[4]}

    for _ in range(3):
        qtbot.mouseClick(started.head.another, Button.LeftButton)
        settled()
        assert started.list.ids[4] == before[4]
    assert started.list.ids != before

    click_lock(started, 4, qtbot)
    settled()
    assert not started.list.locked


def test_a_removed_track_is_replaced_in_its_place_and_comes_back_by_undo(
    started: BuilderPage, settled, qtbot
) -> None:
    before = started.list.ids
    started.table.select_rows([3])
    started.table.setFocus()

    qtbot.keyClick(started.table, Key.Key_Delete)
    settled()

    after = started.list.ids
    assert after[3] not in before
    assert after[:3] + after[4:] == before[:3] + before[4:]
    qtbot.keyClick(started.table, Key.Key_Z, Modifier.ControlModifier)
    settled()
    assert started.list.ids == before
    qtbot.keyClick(started.table, Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)
    settled()
    assert started.list.ids == after


def test_another_one_is_undone_to_the_list_before(started: BuilderPage, settled, qtbot) -> None:
    lists = [started.list.ids]
    for _ in range(3):
        qtbot.keyClick(started.table, Key.Key_D, Modifier.ControlModifier)
        settled()
        lists.append(started.list.ids)
    assert len({tuple(each) for each in lists}) == 4

    for expected in reversed(lists[:-1]):
        qtbot.mouseClick(started.table.viewport(), Button.LeftButton, pos=QPoint(90, 10))
        started.undo.trigger()
        settled()
        assert started.list.ids == expected


def test_it_says_when_there_is_no_other_list(started: BuilderPage, settled) -> None:
    artist = started.list.track(0)
    assert artist is not None
    started.rules.edited.emit(
        changed(
            started.bench.draft,
            rules=replace(started.bench.draft.rules, filters=Filters(artists=(artist.artist,))),
        ),
        "",
    )
    settled()
    told: list[object] = []
    started._actions._messages.posted.connect(told.append)

    started.another.trigger()
    settled()

    assert "There is no other list" in str(told)


def test_selection_and_scrolling_stay_with_the_tracks(started: BuilderPage, settled, qtbot) -> None:
    started.settings.amount.setValue(20)
    settled()
    last = started.list.ids[-1]
    started.table.show_track(last)
    place = started.table.verticalScrollBar().value()
    click_lock(started, 18, qtbot)
    settled()

    assert started.table.selected_ids() == [last]
    assert started.table.verticalScrollBar().value() == place


def test_the_last_of_several_edits_counts(started: BuilderPage, settled, qtbot) -> None:
    seen: list[int] = []
    started.bench.list_changed.connect(lambda: seen.append(started.list.rowCount()))

    for amount in (9, 10, 11, 12):
        started.settings.amount.setValue(amount)
    settled()

    assert seen == [12]
    started.undo.trigger()
    settled()
    assert started.list.rowCount() == 8


def test_an_answer_that_comes_too_late_is_not_shown(
    app: Musicsim, started: BuilderPage, settled, qapp: QApplication
) -> None:
    first = started.list.ids
    seen: list[list[int]] = []
    started.bench.list_changed.connect(lambda: seen.append(started.bench.shown))
    gate = threading.Event()
    app._answers.submit(gate.wait)
    for _ in range(3):
        # Each is asked for, if none is on its way, before the next edit.
        started.another.trigger()
        qapp.processEvents()
    assert started.list.ids == first

    gate.set()
    settled()

    request = request_of(started.bench.draft, date.today())
    assert isinstance(request, PlaylistRequest)
    wanted = [match.track.id for match in app.playlists.make(request).result().matches]
    assert seen == [wanted]


def test_size_in_minutes(started: BuilderPage, settled, qtbot) -> None:
    started.settings.unit.setCurrentIndex(1)
    started.settings.unit.activated.emit(1)
    started.settings.amount.setValue(5)
    settled()

    assert started.bench.made is not None
    assert started.bench.made.duration >= 300 or started.head.notes


def test_a_mix_has_weights_and_what_is_less_wanted(
    started: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled, qtbot
) -> None:
    drop(dragged(tracks[12].id))
    qtbot.mouseClick(started.settings.modes[Mode.MIX], Button.LeftButton)
    settled()
    chip = started.box.chips[1]

    qtbot.mouseClick(chip.more, Button.LeftButton)
    assert started.bench.draft.seeds[1].weight == 2
    chip.setFocus()
    for _ in range(3):
        qtbot.keyClick(chip, Key.Key_Minus)
    settled()

    assert started.bench.draft.seeds[1].weight < 0
    assert chip.property("kind") == "less"
    assert tracks[12].id not in started.list.ids
    qtbot.keyClick(chip, Key.Key_Delete)
    settled()
    assert names(started) == [tracks[0].name]


def test_a_seed_that_cant_be_listened_to_says_why(
    app: Musicsim, window: MainWindow, page: BuilderPage, drop: Callable[..., None], qtbot
) -> None:
    files, file = app.catalogue.files, ScannedFile(Path("/m/x"), 1, 1, b"x", Tags(title="Quiet"))
    silent = files.add(next(iter(app.catalogue.folders.ids().values())), file)
    files.set_problem(silent, Reason(Cause.SILENT), failed=True)
    with qtbot.waitSignal(window.store.changed):
        app.events.emit(TracksChanged((silent,)))
    drop(dragged(silent))
    assert "can’t listen to “Quiet”: no sound" in page.table.placeholder


def test_a_journey_goes_where_the_chips_go(
    started: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled, qtbot
) -> None:
    qtbot.mouseClick(started.settings.modes[Mode.JOURNEY], Button.LeftButton)
    assert "Where should the journey end?" in started.table.placeholder
    assert started.list.rowCount() == 0

    drop(dragged(tracks[20].id, tracks[10].id))
    settled()
    stops = [tracks[n].id for n in (0, 20, 10)]
    assert [i for i in started.list.ids if i in stops] == stops
    assert started.list.ids[0], started.list.ids[-1] == (stops[0], stops[-1])

    first = started.box.chips[0]
    place = started.box.mapTo(started, first.geometry().topLeft() + QPoint(2, 12))
    drop(started.box.chips[2].mime_data(), place)
    settled()

    assert [i for i in started.list.ids if i in stops] == [stops[2], stops[0], stops[1]]
    started.box.chips[0].setFocus()
    qtbot.keyClick(started.box.chips[0], Key.Key_Right, Modifier.AltModifier)
    settled()
    assert started.list.ids[0] == stops[0]
    assert started.box.chips[1].hasFocus()


def test_rules_and_filters_are_disclosed_and_hold(started: BuilderPage, settled, qtbot) -> None:
    assert started.rules.isHidden()
    qtbot.mouseClick(started.rules_button, Button.LeftButton)
    assert started.rules.isVisible()
    banned = next(
        track.artist for track in map(started.list.track, range(1, 8)) if track and track.artist
    )

    qtbot.keyClicks(started.rules.not_artists, banned)
    settled()

    artists = [t.artist for t in map(started.list.track, range(started.list.rowCount())) if t]
    assert banned not in artists[1:]
    assert f"without {banned}" in started._rules_summary.text()
    qtbot.keyClick(started.rules.not_artists, Key.Key_Z, Modifier.ControlModifier)
    settled()
    assert started.rules.not_artists.text() == ""


def test_a_list_says_that_a_journey_has_no_more_tracks() -> None:
    made = GeneratedPlaylist("journey", (), (), {Hidden(Rule.LONG): 5}, wanted=1500, most=1000)
    assert "instead of 1,500: a journey has 1,000 tracks at most" in short_note(made)


def test_a_list_says_why_it_is_short_and_what_was_hidden_can_be_let_in(
    started: BuilderPage, settled, qtbot
) -> None:
    artist = started.list.track(0)
    assert artist is not None
    started.rules_button.setChecked(True)
    qtbot.keyClicks(started.rules.artists, artist.artist)
    settled()
    assert "instead of 8" in started.head.notes
    assert "left out by the filters" in started.head.notes

    qtbot.mouseClick(started.head.hidden, Button.LeftButton)
    assert "left out by the filters" in started.hidden.summary
    hidden = started.hidden.list
    left_out = hidden.rows.rows[0]
    qtbot.mouseClick(hidden.viewport(), Button.LeftButton, pos=hidden.link_of(0).center())
    settled()

    assert left_out.track.id in started.list.ids
    assert left_out not in hidden.rows.rows
    assert "1 exception" in started._rules_summary.text()


def test_relaxed_rules_are_told_above_the_list(started: BuilderPage, settled) -> None:
    started.rules.per_artist.setValue(1)
    started.settings.amount.setValue(25)
    settled()

    assert "by the same artist instead of 1" in started.head.notes


def test_the_curve_tells_a_step_and_selects_its_tracks(started: BuilderPage, qtbot) -> None:
    place = started.curve.point_of(2).toPoint()
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        started.curve.mapToGlobal(QPointF(place)),
        Button.NoButton,
        Button.NoButton,
        Modifier.NoModifier,
    )
    QApplication.sendEvent(started.curve, move)
    titles = [track.title for track in map(started.list.track, (2, 3)) if track]
    assert all(title in started.curve.text for title in titles)

    qtbot.mouseClick(started.curve, Button.LeftButton, pos=place)
    assert started.table.selected_rows() == [2, 3]
    started.curve.setFocus()
    qtbot.keyClick(started.curve, Key.Key_Right)
    qtbot.keyClick(started.curve, Key.Key_Return)
    assert started.table.selected_rows() == [3, 4]


def test_the_list_is_played_queued_and_kept(
    window: MainWindow, started: BuilderPage, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.mouseClick(started.head.play, Button.LeftButton)
    assert window.player.queue.upcoming.ids == started.list.ids[1:]
    qtbot.mouseClick(started.head.queue, Button.LeftButton)
    assert window.player.queue.upcoming.rowCount() == 15

    monkeypatch.setattr(
        "musicsim.ui.commands.actions.ask_name", lambda *_: window.builder.table.list_name
    )
    qtbot.mouseClick(started.head.keep, Button.LeftButton)
    (kept,) = window.playlists.all
    assert list(kept.track_ids) == started.list.ids
    assert kept.name == f"Like {names(started)[0]}"


def test_the_draft_is_there_again_at_the_next_start(
    open_window: Callable[[], MainWindow],
    window: MainWindow,
    started: BuilderPage,
    settled,
    qtbot,
) -> None:
    click_lock(started, 2, qtbot)
    settled()
    started.another.trigger()
    settled()
    draft, ids = started.bench.draft, started.list.ids
    window.close()

    again = open_window().builder
    with qtbot.waitSignal(again.bench.list_changed):
        pass

    assert again.bench.draft == draft
    assert again.list.ids == ids


def test_tracks_that_left_the_library_leave_the_draft(
    app: Musicsim, started: BuilderPage, tracks: list[Track], drop: Callable[..., None], settled
) -> None:
    drop(dragged(tracks[5].id))
    settled()
    with app.catalogue.database.transaction() as db:
        db.execute("DELETE FROM tracks WHERE id = ?", (tracks[5].id,))
    told: list[object] = []
    started._actions._messages.posted.connect(told.append)
    started._store._remove((tracks[5].id,))
    settled()

    assert names(started) == [tracks[0].name]
    assert "1 track" in str(told)
    assert tracks[5].id not in started.list.ids
    started.undo.trigger()
    settled()


def test_the_track_menu_leads_to_the_builder(
    window: MainWindow, page: BuilderPage, tracks: list[Track], settled, qtbot
) -> None:
    window.places.show_library()
    table = window.places.library.table
    table.show_track(tracks[3].id)
    qtbot.keyClick(table, Key.Key_B, Modifier.ControlModifier)
    settled()
    assert window.places.current is page
    assert names(page) == [tracks[3].name]

    window.places.show_library()
    table.show_track(tracks[9].id)
    window.actions_.building.less.trigger()
    settled()
    assert [seed.weight for seed in page.bench.draft.seeds] == [1.0, -1.0]
    assert page.bench.draft.mode is Mode.MIX

    window.places.show_library()
    table.setFocus()
    window.actions_.building.journey.trigger()
    settled()
    assert page.bench.draft.mode is Mode.JOURNEY
    assert page.bench.lacking is Lacking.GOAL
    assert page.box.field.hasFocus()


def test_the_order_is_each_like_the_next_unless_it_is_chosen(started: BuilderPage, settled) -> None:
    started.settings.amount.setValue(20)
    settled()
    assert started.bench.made is not None
    flowing = sum(started.bench.made.steps)
    started.settings.order.setCurrentIndex(started.settings.order.findData(Order.RANDOM))
    started.settings.order.activated.emit(started.settings.order.currentIndex())
    settled()

    assert sum(started.bench.made.steps) < flowing


def test_chips_stay_in_a_narrow_window(window: MainWindow, started: BuilderPage) -> None:
    window.resize(760, 480)
    QApplication.processEvents()

    assert all(isinstance(chip, Chip) for chip in started.box.chips)
    assert started.table.height() > 55
    for chip in started.box.chips:
        assert chip.geometry().right() <= started.box.width()
