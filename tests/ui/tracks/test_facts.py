"""Hearts, stars, plays, tempo and key in the library, as the listener and the player change them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mutagen
import pytest
from mutagen.id3 import ID3, POPM, TIT2
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from tagged_files import make
from window_fakes import SONGS, FakeApp, FakeEngine, Library, titles

from musicsim.base.events import TracksChanged, TracksRemoved
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.scanning.scanner import Scanner
from musicsim.library.types import EndOfPlay, Play, ScannedFile, TagDetails, Tags
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import TrackTable
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]
LIKED, BANNED = Opinion.LIKED, Opinion.BANNED

DETAILS = {
    "Überall": TagDetails(bpm=174.0, key="8A", rating=3.5),
    "Último": TagDetails(bpm=90.46, key="10A", rating=5.0),
    "Don’t Wait": TagDetails(key="Am"),
}


@pytest.fixture
def ids(library: Library) -> list[int]:
    ids = library.add(*SONGS)
    for track in library.catalogue.tracks.by_id(ids):
        set_details(library, track.id, DETAILS.get(track.title, TagDetails()))
    return ids


def set_details(library: Library, track_id: int, details: TagDetails) -> None:
    (track,) = library.catalogue.tracks.by_id([track_id])
    key = str(track.path).encode()
    file = ScannedFile(track.path, track.size, track.mtime_ns, key, track.tags, details)
    library.catalogue.files.update(track_id, library.catalogue.folders.add(library.music), file)


@pytest.fixture
def table(window: MainWindow, settle: Settle) -> TrackTable:
    settle()
    return window.places.library.table


@pytest.fixture
def show_column(table: TrackTable, window: MainWindow) -> Callable[[Column], None]:
    """Shows a column by the menu of the heading, as a listener would."""
    window.resize(1900, 800)

    def show(column: Column) -> None:
        table.heading._shower(column)(True)
        assert not table.isColumnHidden(column)

    return show


def row_of(table: TrackTable, title: str) -> int:
    return titles(table.tracks).index(title)


def click_heart(table: TrackTable, qtbot, title: str) -> None:
    place = table.visualRect(table.tracks.index(row_of(table, title), Column.OPINION)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def cell(table: TrackTable, title: str, column: Column, role: Qt.ItemDataRole) -> object:
    return table.tracks.index(row_of(table, title), column).data(role)


def heart(table: TrackTable, title: str) -> object:
    return cell(table, title, Column.OPINION, Qt.ItemDataRole.AccessibleTextRole)


def shown(table: TrackTable, column: Column) -> dict[str, str]:
    model = table.tracks
    texts = {title: model.index(row, column).data() for row, title in enumerate(titles(model))}
    return {title: text for title, text in texts.items() if text}


def test_a_click_on_the_heart_likes_and_another_one_takes_it_back(
    table: TrackTable, app: FakeApp, settle: Settle, qtbot
) -> None:
    click_heart(table, qtbot, "Último")
    settle()
    assert heart(table, "Último") == "Liked"
    (liked,) = app.opinions.tracks(LIKED)
    assert app.catalogue.tracks.by_id([liked])[0].title == "Último"

    click_heart(table, qtbot, "Último")
    settle()
    assert heart(table, "Último") == ""
    assert not app.opinions.tracks(LIKED)


def test_a_smart_playlist_shows_plays_and_has_hearts(
    window: MainWindow, app: FakeApp, ids: list[int], settle: Settle, qtbot
) -> None:
    settle()
    app.history.add(Play(ids[1], 1e9, 200, 200, EndOfPlay.FINISHED))
    page = window.places.smart
    window.places.show_smart(app.smart_lists.named("Most played").id)
    settle()
    page.table.heading._shower(Column.PLAYS)(True)
    page.table.grab()
    settle()
    (title,) = titles(page.table.tracks)

    assert shown(page.table, Column.PLAYS) == {title: "1"}
    click_heart(page.table, qtbot, title)
    settle()
    assert heart(page.table, title) == "Liked"
    assert app.opinions.tracks(LIKED) == {ids[1]}


def test_a_click_on_the_sign_of_a_ban_takes_it_back_and_can_be_undone(
    table: TrackTable, window: MainWindow, app: FakeApp, settle: Settle, qtbot
) -> None:
    banned = table.tracks.ids[row_of(table, "Último")]
    app.opinions.set(banned, Subject.TRACK, BANNED)
    settle()
    assert heart(table, "Último") == "Never played"

    click_heart(table, qtbot, "Último")
    settle()
    assert heart(table, "Último") == ""
    window.message_bar._action.click()
    settle()
    assert heart(table, "Último") == "Never played"


def test_a_double_click_on_the_heart_plays_nothing(
    table: TrackTable, window: MainWindow, settle: Settle, qtbot
) -> None:
    place = table.visualRect(table.tracks.index(2, Column.OPINION)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert window.player.track is None


def test_a_click_with_ctrl_selects_and_likes_nothing(
    table: TrackTable, app: FakeApp, settle: Settle, qtbot
) -> None:
    place = table.visualRect(table.tracks.index(2, Column.OPINION)).center()
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(table.viewport(), button, modifier, place)
    settle()

    assert table.selected_rows() == [2]
    assert not app.opinions.tracks(LIKED)


def test_the_heart_in_the_player_bar_is_that_of_the_track(
    table: TrackTable, window: MainWindow, app: FakeApp, ids: list[int], settle: Settle, qtbot
) -> None:
    like = window.player_bar.like
    assert not like.isEnabled()
    window.player.play(ids)
    settle()
    assert like.isEnabled()

    qtbot.mouseClick(like, Qt.MouseButton.LeftButton)
    settle()
    assert app.opinions.tracks(LIKED) == {ids[0]}
    assert heart(table, "Überall") == "Liked"
    assert like.isChecked()

    window.player.next()
    settle()
    assert not like.isChecked()
    # It follows a change from elsewhere.
    app.opinions.set(ids[1], Subject.TRACK, LIKED)
    settle()
    assert like.isChecked()


def test_a_copy_has_the_heart_of_the_other_and_keeps_it(
    table: TrackTable, app: FakeApp, library: Library, ids: list[int], settle: Settle
) -> None:
    app.opinions.set(ids[0], Subject.TRACK, LIKED)
    for track_id in ids[:2]:
        library.catalogue.files.set_fingerprint(track_id, b"sound")
    library.events.emit(TracksChanged(tuple(ids[:2])))
    settle()
    assert heart(table, "Quiet Harbour") == "Liked"

    library.catalogue.files.set_missing(ids[:1], True)
    library.catalogue.files.forget_missing()
    library.events.emit(TracksRemoved((ids[0],)))
    settle()
    assert heart(table, "Quiet Harbour") == "Liked"


def test_columns_that_the_listener_did_not_ask_for_are_hidden(
    table: TrackTable, window: MainWindow
) -> None:
    window.resize(1900, 800)
    extra = (Column.RATING, Column.PLAYS, Column.LAST_PLAYED, Column.BPM, Column.KEY)
    assert all(table.isColumnHidden(column) for column in extra)
    assert not table.isColumnHidden(Column.OPINION)


def test_what_an_earlier_version_saved_shows_no_new_column(
    table: TrackTable, window: MainWindow
) -> None:
    window.resize(1900, 800)
    table.heading.restore("TITLE=300,LENGTH=70;GENRE")

    assert table.isColumnHidden(Column.RATING)
    assert table.isColumnHidden(Column.GENRE)


def test_a_column_that_the_listener_shows_stays(
    table: TrackTable, show_column: Callable[[Column], None]
) -> None:
    show_column(Column.RATING)
    saved = table.heading.save()
    table.heading.restore("")
    assert table.isColumnHidden(Column.RATING)

    table.heading.restore(saved)

    assert not table.isColumnHidden(Column.RATING)
    assert table.isColumnHidden(Column.BPM)


def test_the_menu_of_the_heading_offers_the_columns(table: TrackTable, qtbot) -> None:
    heading = table.heading
    with qtbot.waitExposed(table.window()):
        pass
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 8))
    heading.contextMenuEvent(_MenuEvent(heading.viewport().mapToGlobal(QPoint(200, 8))))
    menu = heading.findChild(QMenu)
    assert menu is not None
    offered = {action.text(): action.isChecked() for action in menu.actions()}
    menu.close()
    assert offered == {
        "Liked": True, "Album": True, "Genre": True, "Year": True, "Rating": False, "Plays": False,
        "Last played": False, "BPM": False, "Key": False,
    }  # fmt: skip


class _MenuEvent:
    def __init__(self, place: QPoint) -> None:
        self._place = place

    def globalPos(self) -> QPoint:
        return self._place


def test_what_tags_say_is_shown_and_sorted(
    table: TrackTable, window: MainWindow, settle: Settle, show_column: Callable[[Column], None]
) -> None:
    for column in (Column.RATING, Column.BPM, Column.KEY):
        show_column(column)
        window.grab()
    settle()
    assert shown(table, Column.RATING) == {
        "Überall": "3.5 of 5 stars",
        "Último": "5 of 5 stars",
    }
    assert shown(table, Column.BPM) == {"Überall": "174", "Último": "90.5"}
    assert shown(table, Column.KEY) == {"Überall": "8A", "Último": "10A", "Don’t Wait": "Am"}

    model = table.tracks
    model.sort(Column.RATING, Qt.SortOrder.DescendingOrder)
    assert titles(model)[:2] == ["Último", "Überall"]
    model.sort(Column.BPM, Qt.SortOrder.AscendingOrder)
    assert titles(model)[:2] == ["Último", "Überall"]
    model.sort(Column.KEY, Qt.SortOrder.AscendingOrder)
    assert titles(model)[:2] == ["Überall", "Último"]


def test_new_tags_are_shown_at_once(
    table: TrackTable, library: Library, ids: list[int], settle: Settle
) -> None:
    assert shown(table, Column.RATING) == {}  # asks for them
    settle()
    set_details(library, ids[1], TagDetails(rating=0.5))
    set_details(library, ids[0], TagDetails())
    library.events.emit(TracksChanged((ids[0], ids[1])))
    settle()

    assert shown(table, Column.RATING) == {
        "Quiet Harbour": "0.5 of 5 stars",
        "Último": "5 of 5 stars",
    }


def test_a_click_on_plays_shows_the_most_played_first(
    table: TrackTable, app: FakeApp, ids: list[int], settle: Settle, qtbot,
    show_column: Callable[[Column], None],
) -> None:  # fmt: skip
    for at, track_id in enumerate((ids[4], ids[4], ids[1])):
        app.history.add(Play(track_id, 1e9 + at, 200, 200, EndOfPlay.FINISHED))
    show_column(Column.PLAYS)
    heading = table.heading
    place = QPoint(heading.sectionViewportPosition(Column.PLAYS) + 20, 8)

    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()

    assert titles(table.tracks)[:2] == ["Último", "Quiet Harbour"]
    assert shown(table, Column.PLAYS) == {"Último": "2", "Quiet Harbour": "1"}


def test_a_play_that_ends_is_counted_at_once(
    table: TrackTable, window: MainWindow, engine: FakeEngine, ids: list[int], settle: Settle
) -> None:
    assert shown(table, Column.PLAYS) == shown(table, Column.LAST_PLAYED) == {}
    settle()
    table.tracks.sort(Column.PLAYS, Qt.SortOrder.DescendingOrder)

    window.player.play(ids[1:])
    settle()
    engine.end()
    settle()

    assert shown(table, Column.PLAYS) == {"Quiet Harbour": "1"}
    assert titles(table.tracks)[0] == "Quiet Harbour"
    assert list(shown(table, Column.LAST_PLAYED)) == ["Quiet Harbour"]

    window.history_pane._history.clear()
    settle()
    assert shown(table, Column.PLAYS) == {}


def test_likes_come_first_and_bans_last(
    table: TrackTable, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    app.opinions.set(ids[3], Subject.TRACK, LIKED)
    app.opinions.set(ids[1], Subject.TRACK, BANNED)
    settle()

    table.tracks.sort(Column.OPINION, Qt.SortOrder.AscendingOrder)
    assert (titles(table.tracks)[0], titles(table.tracks)[-1]) == ("Don’t Wait", "Quiet Harbour")
    app.opinions.set(ids[4], Subject.TRACK, BANNED)
    settle()
    assert set(titles(table.tracks)[-2:]) == {"Quiet Harbour", "Último"}


def test_a_file_outside_the_library_has_no_heart(
    table: TrackTable, window: MainWindow, settle: Settle, tmp_path
) -> None:
    visitor = window.store.take(tmp_path / "x.flac", None, replace(Tags(), title="x"))
    window.player.play([visitor.id])
    settle()

    assert not window.player_bar.like.isEnabled()
    assert "add its folder" in window.player_bar.like.toolTip()


def test_a_rating_that_another_program_writes_is_shown(
    library: Library, make_window: Callable[[], MainWindow], settle: Settle
) -> None:
    mp3, flac = make(library.music, "mp3"), make(library.music, "flac")
    rate(mp3, 196)
    file = mutagen.File(flac)
    file.update({"TITLE": "Flac", "RATING": "30"})
    file.save()
    identity = SoundIdentity(library.catalogue, library.embeddings)
    scanner = Scanner(library.catalogue, identity, library.events)
    library.catalogue.folders.add(library.music)
    scanner.scan([library.music])
    table = make_window().places.library.table
    assert shown(table, Column.RATING) == {}  # asks for them
    settle()
    assert shown(table, Column.RATING) == {"Mp3": "4 of 5 stars", "Flac": "1.5 of 5 stars"}

    rate(mp3, 13)
    scanner.scan([library.music])
    settle()

    assert shown(table, Column.RATING) == {"Mp3": "0.5 of 5 stars", "Flac": "1.5 of 5 stars"}


def rate(path: Path, popm: int) -> None:
    tags = ID3()
    tags.add(TIT2(text="Mp3"))
    tags.add(POPM(email="MusicBee", rating=popm))
    tags.save(path)
