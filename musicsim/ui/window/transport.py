"""The window's play, previous and next commands, and the window's title, which names the track."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from musicsim.library.types import Track
from musicsim.ui.commands.menus import Commands
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.media_keys import add_media_keys
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.player_bar import PlayerBar
from musicsim.ui.playback.space_key import SpaceKey
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line
from musicsim.ui.window.places import Places


class Transport(QObject):
    """Link from the window's commands and keys to the player; shows what they can do now."""

    def __init__(
        self,
        window: QWidget,
        player: Player,
        store: TrackStore,
        places: Places,
        bar: PlayerBar,
        commands: Commands,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._player = player
        self._store = store
        self._places = places
        self._bar = bar
        self._commands = commands
        self._theme = theme
        commands.play_pause.triggered.connect(self.play_or_pause)
        commands.previous.triggered.connect(player.previous)
        commands.following.triggered.connect(player.next)
        SpaceKey(window, self.play_or_pause, lambda: not bar.isHidden())
        add_media_keys(window, player)
        bar.track_clicked.connect(self.show_playing)
        player.playing_changed.connect(self.show)
        player.queue_changed.connect(self.show)
        player.track_changed.connect(self._show_title)

    def play_or_pause(self) -> None:
        """Play or pause; if the player is empty, play the selection or, without one, the list."""
        if self._player.can_play:
            self._player.toggle()
        else:
            self._places.play()

    def show_playing(self) -> None:
        """Show the track in the player in its list."""
        if (track := self._player.track) is not None:
            self._places.show_track(track.id)

    def show(self) -> None:
        """Show which commands are available, and whether it plays."""
        player, commands = self._player, self._commands
        commands.play_pause.setText(self.tr("Pause") if player.playing else self.tr("Play"))
        self._bar.play_pause.setAccessibleName(commands.play_pause.text())
        self._theme.set_icon(commands.play_pause, "pause" if player.playing else "play")
        commands.play_pause.setEnabled(player.can_play or bool(len(self._store)))
        commands.previous.setEnabled(player.can_go_previous)
        commands.following.setEnabled(player.can_go_next)

    def _show_title(self, track: Track | None) -> None:
        self._window.setWindowTitle(f"{one_line(track.name)} — musicsim" if track else "musicsim")
        self.show()
