"""Files that are opened or dropped: what plays, in which order, and what is said of the others."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from tagged_files import FILES, make
from window_fakes import FakeApp, FakeEngine, Library

from musicsim.library.types import Tags
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.window import opened_files
from musicsim.ui.window.main_window import MainWindow

Copy = Qt.DropAction.CopyAction


@pytest.fixture
def settle(bridge: Bridge, qapp: QApplication) -> Callable[[], None]:
    """Delivers answers, and those of the errands that follow from them."""

    def deliver() -> None:
        bridge.deliver()
        for _ in range(20):
            qapp.processEvents()

    return deliver


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "some music"
    made.mkdir()
    return made


@pytest.fixture
def songs(folder: Path) -> list[Path]:
    """Five files, in no order by name."""
    names = ["3 three.mp3", "1 one.mp3", "#2 100%.mp3", "a%20b?.mp3", "ü 音楽 \udcff.mp3"]
    for name in names:
        make(folder, "mp3").rename(folder / name)
    return [folder / name for name in names]


@pytest.fixture
def queued(window: MainWindow) -> Callable[[], list[str]]:
    """The names of the files in the player and after it."""

    def names() -> list[str]:
        track, upcoming = window.player.track, window.player.queue.upcoming
        files = [upcoming.track(row).path.name for row in range(upcoming.rowCount())]
        return files if track is None else [track.path.name, *files]

    return names


def names_of(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def playlist(file: Path, *lines: str) -> Path:
    file.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    return file


def test_files_play_in_the_order_given(
    window: MainWindow, engine: FakeEngine, songs: list[Path], queued, settle
) -> None:
    window.open_paths([*songs, songs[0]])
    settle()

    assert queued() == names_of([*songs, songs[0]])
    assert engine.loaded == [songs[0]]
    assert window.player.playing
    assert window.message_bar.text == ""


def test_they_take_the_place_of_what_was_queued(
    window: MainWindow, songs: list[Path], ids: list[int], queued, settle
) -> None:
    window.player.play(ids)
    window.open_paths(songs[:2])
    settle()
    window.open_paths(songs[2:3])
    settle()
    assert queued() == names_of(songs[2:3])


def test_a_track_of_the_library_is_played_as_such(
    window: MainWindow, library: Library, ids: list[int], settle
) -> None:
    path = window.store.get(ids[1]).path
    path.write_bytes(b"x")
    window.open_paths([path])
    settle()
    assert window.player.track.id == ids[1]


@pytest.mark.parametrize("kind", sorted(FILES))
def test_every_kind_of_file_is_opened(window: MainWindow, folder: Path, settle, kind: str) -> None:
    song = make(folder, kind)
    no_suffix = song.rename(folder / "no suffix") if kind != "mpc" else song
    window.open_paths([no_suffix])
    settle()
    assert window.player.track.path == no_suffix
    assert window.message_bar.text == ""


def test_addresses_are_opened(window: MainWindow, songs: list[Path], queued, settle) -> None:
    uris = [path.as_uri() for path in songs]
    uris[0] = uris[0].replace("file:///", "file:/")
    uris[1] = uris[1].replace("file:///", "FILE://localhost/")
    window.open_uris([*uris, "http://radio.example/a.mp3"])
    settle()
    assert queued() == names_of(songs)
    assert "not http://radio.example/a.mp3" in window.message_bar.text


def test_what_is_no_audio_is_named_and_the_others_play(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    (folder / "notes.txt").write_text("no music")
    (folder / "empty.mp3").touch()
    os.mkfifo(folder / "pipe.mp3")
    bad = [folder / name for name in ("gone.mp3", "notes.txt", "empty.mp3", "pipe.mp3")]

    window.open_paths([bad[0], songs[0], *bad[1:], songs[1]])
    settle()

    assert queued() == names_of(songs[:2])
    assert window.message_bar.text == (
        "4 files can’t be played: gone.mp3 (it is not there, or the disk that holds it is not connected), "
        "notes.txt (it is not an audio file), empty.mp3 (the file is empty (0 bytes)) and 1 more."
    )


def test_a_playlist_that_is_none_is_told_wherever_it_is_named(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    os.mkfifo(folder / "pipe.m3u")
    with (folder / "huge.m3u").open("wb") as huge:
        huge.truncate(5 * 10**9)
    within = playlist(folder / "list.m3u", "pipe.m3u", "huge.m3u", "/dev/zero", songs[0].name)

    window.open_paths([folder / "pipe.m3u", folder / "huge.m3u", within])
    settle()

    assert queued() == names_of(songs[:1])
    text = window.message_bar.text
    assert "huge.m3u is too large for a playlist" in text
    assert "pipe.m3u can’t be played: it is not a regular file" in text
    assert "3 of the 4 entries of “list.m3u” can’t be played" in text


def test_a_single_file_that_is_gone_is_named_by_its_path(
    window: MainWindow, folder: Path, ids: list[int], queued, settle
) -> None:
    window.player.play(ids[:1])
    before = queued()
    window.open_paths([folder / "gone.mp3"])
    settle()
    assert f"{folder / 'gone.mp3'} can’t be played: it is not there" in window.message_bar.text
    assert queued() == before


def test_a_playlist_is_replaced_by_its_entries(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    (folder / "lists").mkdir()
    lines = ["#EXTM3U", *(f"..\\{path.name}" for path in songs[1:3]), songs[3].as_uri()]
    file = playlist(folder / "lists" / "list.M3U", *lines)
    window.open_paths([songs[0], file, songs[4]])
    settle()
    assert queued() == names_of(songs)
    assert window.message_bar.text == ""


def test_entries_that_are_lost_are_counted_and_named(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    lost = [f"lost {number}.mp3" for number in range(1200)]
    file = playlist(folder / "list.m3u8", *lost, songs[0].name)
    window.open_paths([file])
    settle()
    assert queued() == [songs[0].name]
    text = window.message_bar.text
    assert text.startswith(
        "1,200 of the 1,201 entries of “list.m3u8” can’t be played: lost 0.mp3 ("
    )
    assert text.endswith("and 1,197 more.")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "The playlist “list.m3u” is empty."),
        (["#EXTM3U", "#EXTINF:1,x"], "The playlist “list.m3u” is empty."),
        (["http://radio.example/"], "The playlist “list.m3u” has only addresses on the network"),
        (["\0"], "is not a playlist"),
        (["list.m3u"], "The playlist “list.m3u” is empty."),
    ],
)
def test_a_playlist_without_files_says_so(
    window: MainWindow, folder: Path, settle, lines: list[str], told: str
) -> None:
    window.open_paths([playlist(folder / "list.m3u", *lines)])
    settle()
    assert told in window.message_bar.text
    assert window.player.track is None


def test_radio_stations_among_the_files_are_named(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    window.open_paths([playlist(folder / "list.m3u", "http://radio.example/x", songs[1].name)])
    settle()
    assert queued() == names_of(songs[1:2])
    assert "http://radio.example/x" in window.message_bar.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.pls", "[playlist]\nFile1=1%20ONE.mp3\n"),
        ("list.xspf", "<playlist><trackList><track><location>1%20one.mp3</location></track></trackList></playlist>"),
        ("list.m3u", "C:\\Music\\some music\\1 one.mp3"),
    ],
)  # fmt: skip
def test_playlists_of_other_programs_play(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle, name: str, text: str
) -> None:
    window.open_paths([playlist(folder / name, text)])
    settle()
    assert queued() == ["1 one.mp3"]
    assert window.message_bar.text == ""


@pytest.mark.parametrize(
    "line",
    [
        "file://{folder}/1%2520one.mp3",
        "file://{folder}/1%20ONE.MP3",
        "file:{folder}/1 one.mp3",
        "{folder}/1 one.mp3",
    ],
)
def test_files_are_dropped_in_the_spelling_of_any_program(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle, line: str
) -> None:
    data = QMimeData()
    data.setData("text/uri-list", QByteArray(line.format(folder=folder).encode()))
    assert drop(window.player_bar, data)
    settle()
    assert queued() == ["1 one.mp3"]
    assert window.message_bar.text == ""


def test_playlists_that_list_each_other_come_to_an_end(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    one = playlist(folder / "one.m3u", songs[0].name, "two.m3u", "two.m3u")
    playlist(folder / "two.m3u", "one.m3u", songs[1].name, "two.m3u")
    window.open_paths([one])
    settle()
    # What is listed twice is played twice.
    assert queued() == names_of([songs[0], songs[1], songs[1]])


def test_a_playlist_says_what_the_tags_do_not(
    window: MainWindow, engine: FakeEngine, folder: Path, songs: list[Path], settle
) -> None:
    engine.seconds = 1.0
    file = playlist(folder / "list.m3u", "#EXTINF:99,Ann - Hello", songs[0].name)
    window.open_paths([file])
    settle()
    track = window.player.track
    assert (track.title, track.artist) == ("Hello", "Ann")
    assert track.tags.duration == pytest.approx(1, abs=0.1)


def test_a_folder_is_added_and_what_is_lost_is_said_last(
    window: MainWindow, app: FakeApp, folder: Path, songs: list[Path], queued, settle
) -> None:
    window.open_paths([folder, songs[0], folder / "gone.mp3"])
    settle()
    assert ("add_folder", folder) in app.calls
    assert queued() == names_of(songs[:1])
    assert "gone.mp3" in window.message_bar.text


def test_a_folder_in_a_playlist_is_not_added(
    window: MainWindow, app: FakeApp, folder: Path, settle
) -> None:
    (folder / "sub").mkdir()
    window.open_paths([playlist(folder / "list.m3u", "sub")])
    settle()
    assert app.calls == []
    assert "sub (it is a folder)" in window.message_bar.text


def test_without_a_library_the_player_is_there(
    make_window: Callable[[], MainWindow], songs: list[Path], settle
) -> None:
    window = make_window()
    assert window.places.start.isVisible()
    window.open_paths(songs)
    settle()
    assert window.player_bar.isVisible()
    assert window.queue_pane.list.rowCount() == len(songs) - 1
    assert "library is empty" in window.places.library.table.placeholder


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file takes its time."""
    monkeypatch.setattr(opened_files, "_SLICE", -1)


@pytest.mark.usefixtures("one_by_one")
def test_the_first_plays_while_the_others_are_looked_at(
    window: MainWindow, engine: FakeEngine, songs: list[Path], queued, settle
) -> None:
    started: list[int] = []
    window.player.track_changed.connect(
        lambda track: started.append(window.player.queue.upcoming.rowCount())
    )
    window.open_paths(songs)
    settle()
    assert started[0] == 0
    assert len(engine.loaded) == 1
    assert queued() == names_of(songs)


@pytest.mark.usefixtures("one_by_one")
def test_what_is_started_meanwhile_is_left_alone(
    window: MainWindow, songs: list[Path], ids: list[int], queued, settle
) -> None:
    followed: list[int] = []

    def start_another() -> None:
        followed.append(window.player.queue.upcoming.rowCount())
        window.player.play(ids[:1])

    window.player.track_changed.connect(
        lambda track: track.id == -1 and QTimer.singleShot(0, start_another)
    )
    window.open_paths(songs)
    settle()
    assert followed[0] < len(songs) - 1
    assert window.player.track.id == ids[0]
    assert len(queued()) == 1


@pytest.mark.usefixtures("one_by_one")
def test_what_is_opened_last_plays(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    window.open_paths(songs[:3])
    window.open_paths(songs[3:])
    settle()
    assert queued() == names_of(songs[3:])


def test_files_are_put_into_the_queue(
    window: MainWindow, songs: list[Path], queued, settle
) -> None:
    window.opener.enqueue(songs[:1])
    settle()
    assert window.player.playing
    window.opener.enqueue(songs[1:])
    settle()
    assert queued() == names_of(songs)


# Drag and drop


def dragged(paths: list[Path]) -> QMimeData:
    """What a file manager drags."""
    data = QMimeData()
    lines = b"".join(path.as_uri().encode() + b"\r\n" for path in paths)
    data.setData("text/uri-list", QByteArray(lines))
    return data


def drop(widget: QWidget, data: QMimeData, place: QPoint | None = None) -> bool:
    """Drag from a file manager onto a widget, and drop it; returns whether the file manager may."""
    place = widget.rect().center() if place is None else place
    # Shift: the file manager proposes to move, as many do on one disk.
    keys = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    actions = Copy | Qt.DropAction.MoveAction
    # Qt hands it to the first widget around the place that takes it, as it does with one from a screen.
    target: QWidget | None = widget
    while target is not None:
        at = widget.mapTo(target, place)
        enter = QDragEnterEvent(at, actions, data, *keys)
        enter.setAccepted(False)
        if target.acceptDrops():
            QApplication.sendEvent(target, enter)
        if enter.isAccepted():
            break
        target = None if target.isWindow() else target.parentWidget()
    if target is None:
        return False
    move = QDragMoveEvent(at, actions, data, *keys)
    move.accept()
    QApplication.sendEvent(target, move)
    if not move.isAccepted():
        return False
    event = QDropEvent(QPointF(at), actions, data, *keys)
    assert event.proposedAction() is Qt.DropAction.MoveAction
    QApplication.sendEvent(target, event)
    assert event.dropAction() is Copy, "the file manager would delete the files"
    return event.isAccepted()


def test_files_dropped_on_the_window_play(
    window: MainWindow, app: FakeApp, folder: Path, songs: list[Path], queued, settle
) -> None:
    (folder / "sub").mkdir()
    assert drop(
        window.places.library.table.viewport(), dragged([songs[1], folder / "sub", songs[4]])
    )
    settle()
    assert queued() == names_of([songs[1], songs[4]])
    assert ("add_folder", folder / "sub") in app.calls


def test_a_playlist_dropped_on_the_window_plays(
    window: MainWindow, folder: Path, songs: list[Path], queued, settle
) -> None:
    assert drop(window.player_bar, dragged([playlist(folder / "l.m3u8", songs[0].name)]))
    settle()
    assert queued() == names_of(songs[:1])


def test_as_qt_drags_them(window: MainWindow, songs: list[Path], queued, settle) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in songs[:4]])
    assert drop(window, data)
    settle()
    assert queued() == names_of(songs[:4])


def test_files_dropped_on_the_queue_go_to_that_place(
    window: MainWindow, songs: list[Path], ids: list[int], queued, settle
) -> None:
    window.commands.queue_panel.trigger()
    window.player.play(ids[:4])
    before = queued()
    table = window.queue_pane.table
    between = table.visualRect(table.model().index(1, 2)).topLeft() + QPoint(20, 1)

    assert drop(table.viewport(), dragged(songs[:3]), between)
    settle()

    assert queued() == [*before[:2], *names_of(songs[:3]), *before[2:]]
    assert window.player.track.id == ids[0]

    assert drop(table.viewport(), dragged(songs[3:]), table.viewport().rect().bottomLeft())
    settle()
    assert queued()[-2:] == names_of(songs[3:])


@pytest.mark.parametrize("uris", [b"http://example.com/\r\n", b"# a comment\r\n", b""])
def test_what_is_no_file_is_not_taken(window: MainWindow, uris: bytes) -> None:
    data = QMimeData()
    data.setData("text/uri-list", QByteArray(uris))
    assert not drop(window, data)
    assert not drop(window.queue_pane.table.viewport(), data)


def test_a_thousand_files_are_one_message_and_one_queue(
    window: MainWindow, folder: Path, queued, qtbot
) -> None:
    song = make(folder, "mp3")
    paths = [folder / f"{number:04}.mp3" for number in range(1000)]
    for path in paths:
        os.link(song, path)
    window.open_paths(paths)
    qtbot.waitUntil(lambda: len(queued()) == 1000)
    assert queued() == names_of(paths)


def test_tags_change_nothing_in_the_order(
    window: MainWindow, library: Library, songs: list[Path], queued, settle
) -> None:
    window.open_paths(songs)
    settle()
    assert Tags() not in [window.store.get(-number).tags for number in range(1, 6)]
    assert window.player.queue.upcoming.ids == [-2, -3, -4, -5]
