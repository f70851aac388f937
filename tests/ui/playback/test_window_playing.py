"""The space bar, the playing track in its list, the sleep timer: by real keys and clicks."""

from collections.abc import Callable

import pytest
from hands import press_key
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from window_fakes import FakeApp, FakeEngine, Library, titles

from musicsim.library.types import Tags
from musicsim.ui.playback.sleep_timer import SleepTimer
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


@pytest.mark.parametrize("place", ["table", "seek", "volume", "play", "shuffle", "sidebar", "mute"])
def test_space_plays_and_pauses_wherever_the_focus_is(
    window: MainWindow, ids: list[int], place: str, qtbot
) -> None:
    window.player.play(ids)
    bar = window.player_bar
    widgets: dict[str, QWidget] = {
        "table": window.places.library.table,
        "seek": bar.seek,
        "volume": bar.volume,
        "play": bar.play_pause,
        "shuffle": bar.shuffle,
        "sidebar": window.places.sidebar.list,
        "mute": bar.mute,
    }
    widget = widgets[place]
    widget.setFocus()
    for expected in (False, True):
        press_key(window, Qt.Key.Key_Space)
        assert window.player.playing is expected
    assert not bar.shuffle.isChecked()
    assert bar.volume.value() > 0


def test_space_after_a_click_on_the_seek_bar(window: MainWindow, ids: list[int], qtbot) -> None:
    window.player.play(ids)
    qtbot.mouseClick(window.player_bar.seek, Qt.MouseButton.LeftButton)
    focused = window.focusWidget()
    assert focused is not None
    press_key(window, Qt.Key.Key_Space)
    assert not window.player.playing


def test_space_types_a_space_into_a_text_field(window: MainWindow, ids: list[int], qtbot) -> None:
    window.player.play(ids)
    search = window.places.library.search
    search.setFocus()
    qtbot.keyClicks(search, "a b")

    assert search.text() == "a b"
    assert window.player.playing


def test_space_is_a_dialogs_own(window: MainWindow, ids: list[int], qtbot) -> None:
    window.player.play(ids)
    window.commands.settings.trigger()
    dialog = window.dialogs.settings
    assert dialog is not None
    dialog.done_button.setFocus()
    press_key(dialog, Qt.Key.Key_Space)

    assert window.player.playing
    assert not dialog.isVisible()


def test_space_with_nothing_loaded_plays_the_selection_or_the_list(
    window: MainWindow, qtbot
) -> None:
    table = window.places.library.table
    listed = titles(table.tracks)
    table.select_rows([2])
    table.setFocus()
    press_key(window, Qt.Key.Key_Space)
    assert window.player.track is not None
    assert window.player.track.title == listed[2]


def test_space_with_nothing_selected_plays_the_list(window: MainWindow, qtbot) -> None:
    table = window.places.library.table
    table.clearSelection()
    table.setFocus()
    press_key(window, Qt.Key.Key_Space)
    assert window.player.track is not None
    assert window.player.track.title == titles(table.tracks)[0]


@pytest.mark.parametrize("where", ["cover", "title"])
def test_a_click_on_cover_or_title_shows_the_track_in_its_list(
    window: MainWindow, ids: list[int], where: str, qtbot, settle: Settle
) -> None:
    window.player.play([ids[3]])
    window.places.library.search.setText("nothing of that name")
    settle()
    bar = window.player_bar
    qtbot.mouseClick(bar._cover if where == "cover" else bar._names, Qt.MouseButton.LeftButton)
    settle()

    assert window.places.library.search.text() == ""
    assert window.places.library.table.selected_ids() == [ids[3]]


def test_it_stays_in_the_playlist_that_has_the_track(
    window: MainWindow, ids: list[int], settle: Settle
) -> None:
    playlist = window.playlists.create("Mine", [ids[1], ids[3]])
    window.places.show_playlist(playlist.id)
    window.player.play([ids[3]])

    window.playback_commands.show_playing.trigger()

    assert window.places.playlist.isVisible()
    assert window.places.playlist.table.selected_ids() == [ids[3]]


def test_the_sleep_timer_fades_out_and_pauses(
    window: MainWindow, engine: FakeEngine, ids: list[int]
) -> None:
    timer: SleepTimer = window._deck.sleep_timer
    window.player.play(ids)
    window.playback_commands.sleeps[30].trigger()
    assert timer._timer.remainingTime() == pytest.approx(30 * 60_000, rel=0.01)
    loud = engine.volume

    timer._timer.timeout.emit()
    for _ in range(50):
        timer._fade.timeout.emit()
    assert 0 < engine.volume < loud / 4
    assert window.player.playing
    for _ in range(60):
        timer._fade.timeout.emit()

    assert not window.player.playing
    assert engine.volume == loud, "for the next morning"
    assert timer.minutes == 0
    assert window.playback_commands.sleeps[0].isChecked()
    assert window.player_bar.volume.value() == round(100 * window.player.volume)


def test_the_waveform_is_found_out_once_and_kept(
    window: MainWindow,
    app: FakeApp,
    engine: FakeEngine,
    library: Library,
    settle: Settle,
    qtbot,
) -> None:
    from musicsim.audio import Waveform
    from musicsim.library.types import ScannedFile

    path = library.music / "real.flac"
    path.write_bytes(b"fLaC and more")
    status = path.stat()
    folder = library.catalogue.folders.add(library.music)
    file = ScannedFile(path, status.st_size, status.st_mtime_ns, b"key", Tags("Real"))
    track = library.catalogue.files.add(folder, file)
    window.store.refresh((track,))
    window._deck.waveforms._settling.setInterval(0)
    drawn = Waveform(bytes([100] * 800), bytes([50] * 800), 3.0)

    window.player.play([track])
    qtbot.waitUntil(lambda: bool(engine.measuring))
    (asked,) = engine.measuring
    engine.measured.emit(asked[1], drawn.to_bytes())
    assert window.player_bar.seek._waveform == drawn
    qtbot.waitUntil(lambda: _is_kept(app, library, track))
    window.player.stop()
    window.player.queue._set_current(None)
    window.player.play([track])

    qtbot.waitUntil(lambda: window.player_bar.seek._waveform == drawn)
    assert len(engine.measuring) == 1


def _is_kept(app: FakeApp, library: Library, track: int) -> bool:
    from musicsim.library.catalogue.waveforms import waveform_keys

    return app.waveforms.get(*waveform_keys(library.catalogue, track)) is not None
