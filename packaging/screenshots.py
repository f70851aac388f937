"""Take the README's screenshots: the real window over the demo library, without a screen.

    python packaging/screenshots.py

Writes `resources/screenshots/*.png`. Look at them before you commit them. It plays on its own PulseAudio, which ends in
a recording: install Debian's pulseaudio and pulseaudio-utils for it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1.5"  # sharp on the high-density screens of many readers

from PySide6.QtCore import QEventLoop, QSettings, QSize, QTimer
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "ui" / "playback"))

from sound_server import SoundServer

from musicsim.app import Musicsim
from musicsim.base.events import EmbeddingProgress
from musicsim.demo import render_demo
from musicsim.services.making.request import PlaylistRequest
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Scheme, Theme
from musicsim.ui.window.main_window import MainWindow

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "screenshots"
SIZE = QSize(1180, 720)
SEED = "Biscuit Weather"
OTHER_SEED = "Fuse Box Serenade"
POLL_MS = 50


def wait_until(what: Callable[[], bool]) -> None:
    """Process events until a condition holds."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if what() else None)
    timer.start(POLL_MS)
    loop.exec()


def let_settle() -> None:
    """Let everything finish painting."""
    loop = QEventLoop()
    QTimer.singleShot(500, loop.quit)
    loop.exec()


def main() -> None:
    """Go through the journey, with a device to play on."""
    server = SoundServer()
    os.environ.update(server.environment)
    try:
        with server.recording():
            take_pictures()
    finally:
        server.close()


def take_pictures() -> None:
    """Take a picture at each stop of the journey."""
    application = QApplication(sys.argv)
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        Musicsim.open(Path(temporary, "data")) as app,
    ):
        music = Path(temporary, "Music")
        finished = threading.Event()
        app.events.subscribe(
            lambda event: (
                finished.set()
                if isinstance(event, EmbeddingProgress) and event.finished and event.total
                else None
            )
        )
        bridge = Bridge(app.events)
        settings = QSettings(str(Path(temporary, "window.ini")), QSettings.Format.IniFormat)
        theme = Theme(application, Scheme.LIGHT)
        window = MainWindow(app, bridge, theme, settings)
        window.resize(SIZE)
        window.show()
        window.places.start.folder.setText("~/Music")

        def take(name: str, shown: QWidget = window) -> None:
            let_settle()
            shown.grab().save(str(FOLDER / f"{name}.png"))

        take("first-start")
        render_demo(music)
        app.start()
        app.collection.add_folder(music)
        wait_until(finished.is_set)
        window.message_bar.hide()
        seed = next(track for track in app.catalogue.tracks.all() if track.title == SEED)
        window.places.library.table.select_rows(window.places.library.model.rows_of([seed.id]))
        window.show_similar(seed.id)
        rows = window.places.library.model.ids
        window.player.play(rows, 4)
        window.player.play(rows, rows.index(seed.id))
        window.player.enqueue(rows[-2:])
        wait_until(lambda: window.player_bar.seek._waveform is not None)
        window.player.seek(9_000)
        wait_until(lambda: window.player.position > 9_500)
        window.player.pause()
        wait_until(lambda: window.similar.list.rowCount() > 0)
        window.message_bar.hide()
        take("library")
        window.commands.queue_panel.trigger()
        take("queue")
        window.commands.history_panel.trigger()
        take("history")
        window.show_similar(seed.id)
        theme.set_scheme(Scheme.DARK)
        take("library-dark")
        theme.set_scheme(Scheme.LIGHT)
        made = app.playlists.make(PlaylistRequest([seed.id], length=12)).result()
        kept = window.playlists.create(f"Like {SEED}", [m.track.id for m in made.matches])
        window.playlists.create("Slow Sunday", [m.track.id for m in made.matches[4:]])
        window.places.show_playlist(kept.id)
        wait_until(lambda: window.places.playlist.suggestions.rows.rowCount() > 0)
        take("playlist")
        seeds = app.playlists.seeds
        fuse = next(track for track in app.catalogue.tracks.all() if track.title == OTHER_SEED)
        window.builder.add_seeds([seeds.artist_of(seed.id), seeds.track(fuse.id)])
        wait_until(lambda: window.builder.list.rowCount() > 10)
        take("builder")
        window.actions_.radio.start([seeds.track(fuse.id)])
        window.places.show_library()
        window.commands.queue_panel.trigger()
        wait_until(lambda: len(window.player.queue.upcoming.radio) > 5)
        window.message_bar.hide()
        take("radio")
        app.groups.refresh().result()
        window.places.show_page(window.groups.key)
        wait_until(lambda: len(window.groups.model.cards) > 3)
        take("groups")
        ready_made = app.smart_lists.named("Recently added")
        if ready_made is not None:
            window.places.show_smart(ready_made.id)
            take("smart")
        window.commands.settings.trigger()
        if window.dialogs.settings is not None:
            # The window is limited to the screen, which is small here.
            window.dialogs.settings.resize(740, 640)
            take("settings-playback", window.dialogs.settings)
            window.dialogs.settings.pages.setCurrentWidget(window.dialogs.settings.pages.widget(1))
            take("settings", window.dialogs.settings)
        window.close()
        bridge.close()


if __name__ == "__main__":
    main()
