"""Commands for a group, shared by its card, its menu and its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.library.types import Group, Track
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dialogs import ask_name
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists

if TYPE_CHECKING:
    from musicsim.app import Musicsim

GroupTracks = tuple[Group, list[Track]]


class GroupCommands(QObject):
    """Everything that the listener can do with a group."""

    opened = Signal(object)
    """tuple[Group, list[Track]]: the group that was asked for, and its tracks."""
    read = Signal(object)
    """The same of a group that was read again."""
    gone = Signal(int)
    """The group that was asked for no longer exists."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        playlists: Playlists,
        actions: TrackActions,
        exporter: Exporter,
        messages: Messages,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._app = app
        self._bridge = bridge
        self._playlists = playlists
        self._actions = actions
        self._exporter = exporter
        self._messages = messages
        self._theme = theme
        self._window = window
        self.more_actions: list[Callable[[int, QMenu], list[QAction]]] = []
        """Functions that return more actions for a group's menu."""

    def open(self, group_id: int) -> None:
        """Read a group and its tracks; `opened` or `gone` follows."""
        self._find(group_id, self.opened.emit)

    def read_again(self, group_id: int) -> None:
        """Read a group that is open already; `read` or `gone` follows."""
        self._find(group_id, self.read.emit)

    def _find(self, group_id: int, emit: Callable[[GroupTracks], None]) -> None:
        def follow(found: GroupTracks | None) -> None:
            if found is None:
                self.gone.emit(group_id)
            else:
                emit(found)

        self._bridge.record(lambda: self._read(group_id), follow, self._messages.fail)

    def play(self, group_id: int) -> None:
        """Play a group, the most typical tracks first."""
        self._with(group_id, lambda _, tracks: self._actions.play(_ids(tracks)))

    def enqueue(self, group_id: int) -> None:
        """Add a group to the queue."""
        self._with(group_id, lambda _, tracks: self._actions.enqueue(_ids(tracks)))

    def keep(self, group_id: int) -> None:
        """Keep a group as a playlist, under a name that the listener enters."""
        self._with(
            group_id,
            lambda group, tracks: self._actions.save_as_playlist(_ids(tracks), group.name),
        )

    def export(self, group_id: int) -> None:
        """Write a group to a playlist file."""
        self._with(group_id, lambda group, tracks: self._exporter.export(group.name, tracks))

    def rename(self, group_id: int) -> None:
        """Give a group a name that the listener enters."""

        def ask(group: Group, _: Sequence[Track]) -> None:
            title, label = self.tr("Rename group"), self.tr("Name of the group:")
            name = ask_name(self._window, title, label, group.name)
            if name is not None and name != group.name:
                self._change(lambda: self._app.groups.rename(group_id, name))

        self._with(group_id, ask)

    def set_frozen(self, group_id: int, frozen: bool) -> None:
        """Keep a group as it is, or let it change when groups are refreshed."""
        groups = self._app.groups
        self._change(lambda: (groups.freeze if frozen else groups.unfreeze)(group_id))

    def more_like(self, group_id: int) -> None:
        """Make a playlist of the tracks outside a group that sound like it."""

        def make(group: Group, _: Sequence[Track]) -> None:
            def follow(found: list[Track]) -> None:
                if not found:
                    text = self.tr("Nothing else in your library sounds like “{0}”.")
                    self._messages.tell(text.format(group.name))
                    return
                with self._messages.reporting():
                    name = self.tr("More like {0}").format(group.name)
                    made = self._playlists.create(name, _ids(found))
                    self._actions.playlist_wanted.emit(made.id)

            self._actions.ask(lambda: self._app.groups.more_like(group_id), follow)

        self._with(group_id, make)

    def open_menu(self, group_id: int, frozen: bool, place: QPoint) -> None:
        """Open a group's menu at a screen position."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keep = self.tr("Let it change") if frozen else self.tr("Keep it as it is")
        entries: tuple[tuple[str, str, Callable[[int], object]] | None, ...] = (
            (self.tr("Open"), "groups", self.open),
            (self.tr("Play"), "play", self.play),
            (self.tr("Add to queue"), "queue", self.enqueue),
            None,
            (self.tr("More like this"), "similar", self.more_like),
            (self.tr("Save as playlist…"), "playlist", self.keep),
            (self.tr("Export…"), "export", self.export),
            None,
            (self.tr("Rename…"), "rename", self.rename),
            (keep, "lock", lambda group: self.set_frozen(group, not frozen)),
        )
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            text, icon, do = entry
            action = menu.addAction(self._theme.icon(icon), text)
            action.triggered.connect(lambda _, do=do: do(group_id))
        for more in self.more_actions:
            menu.addSeparator()
            menu.addActions(more(group_id, menu))
        menu.popup(place)

    def _read(self, group_id: int) -> GroupTracks | None:
        groups = self._app.groups
        group = next((group for group in groups.all() if group.id == group_id), None)
        return None if group is None else (group, groups.tracks_of(group))

    def _with(self, group_id: int, do: Callable[[Group, list[Track]], object]) -> None:
        def follow(found: GroupTracks | None) -> None:
            if found is None:
                self.gone.emit(group_id)
            else:
                do(*found)

        self._bridge.record(lambda: self._read(group_id), follow, self._messages.fail)

    def _change(self, task: Callable[[], None]) -> None:
        self._bridge.record(task, lambda _: None, self._messages.fail)


def _ids(tracks: Sequence[Track]) -> list[int]:
    return [track.id for track in tracks]
