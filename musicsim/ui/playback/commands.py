"""Commands of the Playback menu and the player bar's buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.sleep_timer import SLEEP_MINUTES, SleepTimer

T = TypeVar("T")


class PlaybackCommands(QObject):
    """Actions for shuffle, repeat, stopping, the sleep timer and finding the playing track."""

    def __init__(
        self, window: QMainWindow, theme: Theme, player: Player, sleep_timer: SleepTimer
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._player = player
        self._sleep_timer = sleep_timer
        self._last_shuffle = Shuffle.TRACKS
        self.shuffles = self._choices(
            {
                Shuffle.OFF: self.tr("Off"),
                Shuffle.TRACKS: self.tr("Tracks"),
                Shuffle.ALBUMS: self.tr("Albums"),
                Shuffle.SIMILAR: self.tr("By similarity"),
            },
            player.set_shuffle,
        )
        self.repeats = self._choices(
            {
                Repeat.OFF: self.tr("Off"),
                Repeat.ALL: self.tr("All"),
                Repeat.ONE: self.tr("This track"),
            },
            player.set_repeat,
        )
        sleeps: dict[int, str] = {0: self.tr("Off")}
        sleeps |= {minutes: self.tr("{0} minutes").format(minutes) for minutes in SLEEP_MINUTES}
        self.sleeps = self._choices(sleeps, sleep_timer.set_minutes)
        self.shuffle = self._switch(self.tr("Shuffle"), "Ctrl+S", self._toggle_shuffle)
        self.repeat = self._switch(self.tr("Repeat"), "Ctrl+Shift+R", self._next_repeat)
        self.stop_after = self._switch(
            self.tr("Stop after this track"), "Ctrl+Shift+Space", player.set_stops_after_this
        )
        self.stop = QAction(self.tr("Stop"), self)
        self.stop.setShortcut(QKeySequence("Ctrl+."))
        self.stop.triggered.connect(player.stop)
        self.show_playing = QAction(self.tr("Show the playing track"), self)
        self.show_playing.setShortcut(QKeySequence("Ctrl+J"))
        window.addActions(
            [self.shuffle, self.repeat, self.stop_after, self.stop, self.show_playing]
        )
        self.shuffle_menu = self._menu(self.tr("Shuffle"), self.shuffles, window)
        self.repeat_menu = self._menu(self.tr("Repeat"), self.repeats, window)
        self._sleep_menu = self._menu(self.tr("Sleep timer"), self.sleeps, window)
        player.modes_changed.connect(self._show)
        player.track_changed.connect(self._show)
        sleep_timer.changed.connect(self._show)
        self._show()

    @property
    def all(self) -> tuple[QAction, ...]:
        """Actions that have a shortcut."""
        return self.shuffle, self.repeat, self.stop_after, self.stop, self.show_playing

    def fill(self, menu: QMenu) -> None:
        """Add all actions to a menu."""
        menu.addActions([self.stop, self.stop_after])
        menu.addSeparator()
        menu.addMenu(self.shuffle_menu)
        menu.addMenu(self.repeat_menu)
        menu.addMenu(self._sleep_menu)
        menu.addSeparator()
        menu.addAction(self.show_playing)

    def _choices(self, texts: dict[T, str], choose: Callable[[T], None]) -> dict[T, QAction]:
        group = QActionGroup(self)
        actions = {}
        for value, text in texts.items():
            action = actions[value] = QAction(text, self)
            action.setCheckable(True)
            action.triggered.connect(lambda _, value=value: choose(value))
            group.addAction(action)
        return actions

    def _switch(self, text: str, shortcut: str, do: Callable[[bool], None]) -> QAction:
        action = QAction(text, self)
        action.setCheckable(True)
        action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(do)
        return action

    @staticmethod
    def _menu(title: str, choices: dict[T, QAction], window: QMainWindow) -> QMenu:
        menu = QMenu(title, window)
        menu.addActions(list(choices.values()))
        return menu

    def _toggle_shuffle(self, wanted: bool) -> None:
        self._player.set_shuffle(self._last_shuffle if wanted else Shuffle.OFF)

    def _next_repeat(self, _: bool) -> None:
        order = list(self.repeats)
        place = order.index(self._player.repeat)
        self._player.set_repeat(order[(place + 1) % len(order)])
        # Qt has already toggled the action.
        self._show()

    def _show(self) -> None:
        shuffle, repeat = self._player.shuffle, self._player.repeat
        if shuffle is not Shuffle.OFF:
            self._last_shuffle = shuffle
        self.shuffles[shuffle].setChecked(True)
        self.repeats[repeat].setChecked(True)
        self.sleeps[self._sleep_timer.minutes].setChecked(True)
        self.shuffle.setChecked(shuffle is not Shuffle.OFF)
        self.repeat.setChecked(repeat is not Repeat.OFF)
        self.stop_after.setChecked(self._player.stops_after_this)
        shuffled = self.tr("Shuffle: {0}").format(self.shuffles[shuffle].text().lower())
        repeated = self.tr("Repeat: {0}").format(self.repeats[repeat].text().lower())
        self.shuffle.setToolTip(plain_tooltip(shuffled))
        self.repeat.setToolTip(plain_tooltip(repeated))
        colour = "accent" if self.shuffle.isChecked() else "dim"
        self._theme.set_icon(self.shuffle, "shuffle", colour)
        self._theme.set_icon(
            self.repeat,
            "repeat-one" if repeat is Repeat.ONE else "repeat",
            "accent" if self.repeat.isChecked() else "dim",
        )
        something = self._player.track is not None
        for action in (self.stop, self.stop_after, self.show_playing):
            action.setEnabled(something)
