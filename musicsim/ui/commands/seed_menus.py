"""Entries of the menus of albums, artists, playlists and groups: to play them, and music like them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from musicsim.library.catalogue.opinions import Subject
from musicsim.library.types import Playlist
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.sorting import sort_key
from musicsim.ui.tracks.track_model import Column

if TYPE_CHECKING:
    from musicsim.app import Musicsim

FindSeeds = Callable[[], Sequence[Seed]]
"""Returns what a menu is about; it may read the catalogue, in another thread."""


class SeedMenus(QObject):
    """Makes the entries. What they are about is looked up in another thread.

    Parameters
    ----------
    actions
        Play, queue and start radios, and know which tracks are selected.
    """

    builder_wanted = Signal(object)
    """tuple[Seed, ...]: request to make a playlist of more, or less, of these."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        actions: TrackActions,
        messages: Messages,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._app = app
        self._bridge = bridge
        self._actions = actions
        self._messages = messages
        self._theme = theme

    def for_subject(self, subject: Subject) -> list[QAction]:
        """Return the entries for the albums or artists of the selected tracks."""

        def find() -> list[Seed]:
            seeds = self._app.playlists.seeds
            one = seeds.album_of if subject is Subject.ALBUM else seeds.artist_of
            found = [one(track_id) for track_id in self._actions.selected_in_library()]
            return list({seed.track_ids: seed for seed in found}.values())

        return [*self._to_play(find, self), *self._to_make(find, self)]

    def for_playlist(self, playlist: Playlist, parent: QObject) -> list[QAction]:
        """Return the entries for a playlist, beside those that play it."""
        return self._to_make(lambda: [self._app.playlists.seeds.playlist(playlist)], parent)

    def for_group(self, group_id: int, parent: QObject) -> list[QAction]:
        """Return the entries for a group, beside those that play it."""

        def find() -> list[Seed]:
            return [
                Seed(SeedKind.PLAYLIST, group.name, tuple(group.track_ids))
                for group in self._app.groups.all()
                if group.id == group_id
            ]

        return self._to_make(find, parent)

    def _to_play(self, find: FindSeeds, parent: QObject) -> list[QAction]:
        def use(do: Callable[[list[int]], None]) -> Callable[[], None]:
            return lambda: self._bridge.record(
                lambda: self._in_order(find()), do, self._messages.fail
            )

        return [
            self._action(self.tr("Play"), "play", use(self._actions.play), parent),
            self._action(
                self.tr("Play next"),
                "next",
                use(lambda ids: self._actions.enqueue(ids, first=True)),
                parent,
            ),
            self._action(self.tr("Add to queue"), "queue", use(self._actions.enqueue), parent),
        ]

    def _to_make(self, find: FindSeeds, parent: QObject) -> list[QAction]:
        def use(do: Callable[[Sequence[Seed]], None]) -> Callable[[], None]:
            return lambda: self._bridge.record(find, do, self._messages.fail)

        def build(weight: float) -> Callable[[Sequence[Seed]], None]:
            return lambda seeds: self.builder_wanted.emit(
                tuple(replace(seed, weight=weight) for seed in seeds)
            )

        return [
            self._action(self.tr("Start radio"), "radio", use(self._actions.radio.start), parent),
            self._action(self.tr("More of this in the builder"), "build", use(build(1.0)), parent),
            self._action(self.tr("Less of this in the builder"), "minus", use(build(-1.0)), parent),
        ]

    def _in_order(self, seeds: Sequence[Seed]) -> list[int]:
        """Return the tracks of seeds, each album in its order."""
        ids = [track_id for seed in seeds for track_id in seed.track_ids]
        tracks = self._app.catalogue.tracks.by_id(dict.fromkeys(ids))
        on_album = sort_key(Column.ALBUM)
        tracks.sort(key=lambda track: (on_album(track), track.file))
        return [track.id for track in tracks if not track.missing]

    def _action(self, text: str, icon: str, do: Callable[[], None], parent: QObject) -> QAction:
        action = QAction(text, parent)
        if parent is self:
            self._theme.set_icon(action, icon)
        else:
            # Of a menu that is made each time it opens.
            action.setIcon(self._theme.icon(icon))
        action.triggered.connect(do)
        return action
