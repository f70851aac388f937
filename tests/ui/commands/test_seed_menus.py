"""Albums, artists, playlists and groups have menus that play them and music like them; with all real services."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Subject
from musicsim.services.making.request import Mode
from musicsim.ui.playlists.playlist_tree import Chosen
from musicsim.ui.window.main_window import MainWindow


def entry(menu: QMenu, text: str) -> QAction:
    (action,) = [each for each in menu.actions() if each.text() == text]
    return action


@pytest.fixture
def subject(demo_window: MainWindow):
    """Triggers an entry of the submenu of a track's album or artist."""

    def do(title: str, about: Subject, text: str) -> None:
        table = demo_window.places.library.table
        track = next(t for t in demo_window.store.tracks(table.model().ids) if t.title == title)
        assert table.show_track(track.id)
        demo_window.actions_.use(table)
        entry(demo_window.actions_.subject_menus[about].menu, text).trigger()

    return do


def titles(window: MainWindow) -> list[str]:
    return [track.title for track in window.store.tracks(window.player.queue.upcoming.ids)]


def test_an_album_plays_in_its_order_and_is_queued(demo_window, demo_app, subject, qtbot):
    album = [t for t in demo_app.catalogue.tracks.all() if t.tags.album == "Porch Light Almanac"]
    inorder = [t.id for t in sorted(album, key=lambda t: t.tags.track_number)]
    subject("Moths", Subject.ALBUM, "Play")
    qtbot.waitUntil(lambda: demo_window.player.queue.current == inorder[0])
    assert demo_window.player.queue.upcoming.ids == inorder[1:]

    subject("Sofa Avalanche", Subject.ARTIST, "Play next")
    qtbot.waitUntil(lambda: len(demo_window.player.queue.upcoming.by_hand) == 3)
    artists = demo_window.store.tracks(demo_window.player.queue.upcoming.first(3))
    assert {track.artist for track in artists} == {"The Regrettable Lamps"}


def test_a_radio_starts_from_an_artist(demo_window, subject, qtbot):
    subject("Fuse Box Serenade", Subject.ARTIST, "Start radio")
    upcoming = demo_window.player.queue.upcoming
    qtbot.waitUntil(lambda: len(upcoming.radio) >= 5, timeout=20_000)
    assert "Voltage Auntie" in demo_window.queue_pane.radio.title.text()


def test_the_builder_takes_more_and_less(demo_window, demo_app: Musicsim, subject, qtbot):
    builder = demo_window.builder
    subject("Fuse Box Serenade", Subject.ALBUM, "More of this in the builder")
    qtbot.waitUntil(lambda: len(builder.bench.draft.seeds) == 1)
    assert demo_window.places.current is builder
    subject("Moths", Subject.ARTIST, "Less of this in the builder")
    qtbot.waitUntil(lambda: len(builder.bench.draft.seeds) == 2)
    assert [seed.weight > 0 for seed in builder.bench.draft.seeds] == [True, False]
    assert builder.bench.draft.mode in Mode

    ids = [track.id for track in demo_app.catalogue.tracks.all()[:3]]
    playlist = demo_window.playlists.create("Mine", ids)
    menu = QMenu(demo_window)
    demo_window.playlist_commands.fill_menu(menu, Chosen((playlist.id,)))
    entry(menu, "More of this in the builder").trigger()
    qtbot.waitUntil(lambda: len(builder.bench.draft.seeds) == 3)
    assert builder.bench.draft.seeds[-1].name == "Mine"
