"""Files of a file manager dropped on the tree of playlists; with all real services."""

from __future__ import annotations

from pathlib import Path

import hands
import pytest
from PySide6.QtCore import QPoint, Qt

from musicsim.app import Musicsim
from musicsim.library.types import Playlist, Track
from musicsim.ui.commands import playlist_importing
from musicsim.ui.playlists.playlist_list import PlaylistList
from musicsim.ui.window.main_window import MainWindow


@pytest.fixture
def tracks(demo_app: Musicsim) -> list[Track]:
    return demo_app.catalogue.tracks.all()


@pytest.fixture
def tree(demo_window: MainWindow, tracks: list[Track]) -> PlaylistList:
    """The folder "Parties", and the playlist "Mine" of one track in it."""
    folder = demo_window.playlists.create_folder("Parties")
    demo_window.playlists.create("Mine", [tracks[0].id], folder.id)
    return demo_window.places.sidebar.list


def middle(tree: PlaylistList, name: str) -> QPoint:
    return tree.visualRect(hands.tree_row(tree, name)).center()


def empty_space(tree: PlaylistList) -> QPoint:
    return QPoint(tree.viewport().width() // 2, tree.viewport().height() - 4)


def kept(demo_app: Musicsim, name: str) -> Playlist:
    found = demo_app.catalogue.playlists.named(name)
    assert found is not None
    return found


def test_playlist_files_become_playlists(
    demo_window: MainWindow,
    demo_app: Musicsim,
    tree: PlaylistList,
    tracks: list[Track],
    tmp_path: Path,
    qtbot,
) -> None:
    first, second = tracks[3].path, tracks[4].path
    road = tmp_path / "Road trip.m3u8"
    road.write_text(f"{first}\n{tmp_path}/gone.flac\n{second}\n", "utf-8")

    assert hands.drop_files(tree, middle(tree, "Parties"), [road])
    with qtbot.waitSignal(demo_window.messages.posted):
        pass

    made = kept(demo_app, "Road trip")
    assert made.track_ids == (tracks[3].id, tracks[4].id)
    assert [entry.path for entry in made.missing] == [tmp_path / "gone.flac"]
    assert made.folder_id == hands.tree_row(tree, "Parties").internalPointer().item.id
    page = demo_window.places.playlist
    assert page.name == "Road trip"
    assert page.list.rowCount() == 3
    assert demo_window.message_bar.text == (
        "Imported “Road trip”: 2 tracks. 1 is not in your library and stays in the list as missing: gone.flac."
    )
    hands.click(demo_window.message_bar._action)
    assert demo_app.catalogue.playlists.named("Road trip") is None

    # Several at once, in two formats, where one is broken and one has nothing of this library.
    (tmp_path / "a.pls").write_text(f"[playlist]\nFile1={first}\nNumberOfEntries=1\n", "utf-8")
    (tmp_path / "b.xspf").write_text("<html>", "utf-8")
    (tmp_path / "c.m3u").write_text("/nowhere/1.mp3\n/nowhere/2.mp3\n", "utf-8")
    dropped = [road, *(tmp_path / name for name in ("a.pls", "b.xspf", "c.m3u"))]
    assert hands.drop_files(tree, empty_space(tree), dropped)
    with qtbot.waitSignals([demo_window.messages.posted] * 2):
        pass
    assert {each.name: each.folder_id for each in demo_app.catalogue.playlists.all()} == {
        "Mine": kept(demo_app, "Mine").folder_id,
        "Road trip": None,
        "a": None,
    }
    assert "b.xspf" in demo_window.message_bar.text
    assert "none of its 2 tracks is in your library" in demo_window.message_bar.text
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [each.name for each in demo_app.catalogue.playlists.all()] == ["Mine"]


def test_music_goes_into_the_playlist_under_the_mouse(
    demo_window: MainWindow,
    demo_app: Musicsim,
    tree: PlaylistList,
    tracks: list[Track],
    tmp_path: Path,
    qtbot,
) -> None:
    mine = middle(tree, "Mine")
    assert hands.drop_files(tree, mine, [tracks[5].path, tracks[2].path])
    with qtbot.waitSignal(demo_window.messages.posted):
        pass
    assert kept(demo_app, "Mine").track_ids == (tracks[0].id, tracks[5].id, tracks[2].id)
    assert demo_window.message_bar.text == "Added 2 tracks to “Mine”."
    hands.click(demo_window.message_bar._action)
    assert kept(demo_app, "Mine").track_ids == (tracks[0].id,)

    # A folder, such as an album's, is all that the library has in it, in order.
    album = tracks[7].path.parent
    assert hands.drop_files(tree, mine, [album])
    with qtbot.waitSignal(demo_window.messages.posted):
        pass
    inside = sorted((t for t in tracks if t.path.parent == album), key=lambda t: t.file)
    assert len(inside) > 1
    assert kept(demo_app, "Mine").track_ids == (tracks[0].id, *(t.id for t in inside))

    stranger = tmp_path / "stranger.mp3"
    stranger.write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    assert hands.drop_files(tree, mine, [stranger, tmp_path / "empty", tmp_path / "gone.mp3"])
    with qtbot.waitSignal(demo_window.messages.posted):
        pass
    text = demo_window.message_bar.text
    assert "1 track is not in your library: add its folder" in text
    assert "The library has no music of the folder “empty”" in text
    assert "not there, or are no music: 1" in text
    assert len(kept(demo_app, "Mine").track_ids) == 1 + len(inside)

    # Music belongs in a playlist, not beside one.
    before = demo_app.catalogue.playlists.all()
    assert not hands.drop_files(tree, middle(tree, "Parties"), [tracks[5].path])
    assert not hands.drop_files(tree, empty_space(tree), [tracks[5].path])
    assert demo_app.catalogue.playlists.all() == before


def test_playlists_are_imported_by_the_menu(
    demo_window: MainWindow,
    demo_app: Musicsim,
    tree: PlaylistList,
    tracks: list[Track],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot,
) -> None:
    file = tmp_path / "From elsewhere.m3u"
    file.write_text(f"{tracks[1].path}\n", "utf-8")

    # The desktop's own dialog.
    monkeypatch.setattr(playlist_importing, "ask_files", lambda *_: [file])
    hands.choose(hands.menu_at(tree, middle(tree, "Parties")), "Import playlists…")
    qtbot.waitUntil(lambda: demo_window.places.playlist.name == "From elsewhere")

    assert kept(demo_app, "From elsewhere").track_ids == (tracks[1].id,)
    assert kept(demo_app, "From elsewhere").folder_id == kept(demo_app, "Mine").folder_id
