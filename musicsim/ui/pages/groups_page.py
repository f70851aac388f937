"""Groups page: the library's own groups as cards, and the tracks of the one that was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.types import Group, Track
from musicsim.services.making.groups import FEWEST_TRACKS, GroupCard
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.groups.finder import GroupFinder
from musicsim.ui.groups.group_commands import GroupCommands
from musicsim.ui.groups.group_grid import GroupGrid
from musicsim.ui.groups.group_model import GroupModel
from musicsim.ui.groups.group_tracks import GroupTracksView
from musicsim.ui.groups.mosaics import Mosaics
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button, scaled_font
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class GroupsPage(QWidget):
    """Cards of all groups, an explanation where there are none, or the tracks of one group."""

    key = "groups"
    icon = "groups"

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        actions: TrackActions,
        commands: GroupCommands,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._store = store
        self._messages = messages
        self._commands = commands
        self._read = False
        self._stale = True
        self.finder = GroupFinder(app, bridge, messages, self.isVisible, self)
        self.model = GroupModel(self)
        self.mosaics = Mosaics(app, bridge, self)
        self.grid = GroupGrid(self.model, self.mosaics, theme)
        self.grid.setAccessibleName(self.tr("Groups"))
        self.tracks = GroupTracksView(store, actions, commands, theme)
        self._title = Label(self.tr("Groups"))
        self._title.setFont(scaled_font(self._title, 1.6, bold=True))
        self._summary = Label()
        self._summary.setObjectName("dim")
        self.refresh = button(self.tr("Refresh"), theme, "refresh")
        self.refresh.setToolTip(
            self.tr(
                "Sorts your music into groups again; they keep their names and most of their tracks"
            )
        )
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._reason = Label()
        self._reason.setWordWrap(True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._reason.setObjectName("dim")
        self._reason.setMaximumWidth(460)
        self.find_now = button(self.tr("Find groups now"), theme, "groups", primary=True)
        self._lay_out()

        for each in (self.refresh, self.find_now):
            each.clicked.connect(self.finder.find)
        self.finder.changed.connect(self._show_state)
        self.grid.opened.connect(commands.open)
        self.grid.play_wanted.connect(commands.play)
        self.grid.rename_wanted.connect(commands.rename)
        self.grid.menu_wanted.connect(
            lambda group, place: commands.open_menu(group, self._is_frozen(group), place)
        )
        self.tracks.back_wanted.connect(self.show_all)
        commands.opened.connect(self._open)
        commands.read.connect(self._show_again)
        commands.gone.connect(self._lose)
        bridge.groups_changed.connect(self._follow)
        bridge.opinions_changed.connect(self._follow)
        bridge.embedding_progress.connect(self._show_state)
        store.changed.connect(self._show_state)
        store.removed.connect(self._follow)
        self._show_state()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._summary)
        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 16, 8)
        top.setSpacing(14)
        top.addLayout(words, 1)
        top.addWidget(self._bar)
        top.addWidget(self.refresh)
        self._empty = QWidget()
        self._empty.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        reasons = QVBoxLayout(self._empty)
        reasons.setSpacing(16)
        reasons.addStretch(1)
        reasons.addWidget(self._reason, 0, Qt.AlignmentFlag.AlignHCenter)
        reasons.addWidget(self.find_now, 0, Qt.AlignmentFlag.AlignHCenter)
        reasons.addStretch(2)
        self._content = QStackedWidget()
        self._content.addWidget(self.grid)
        self._content.addWidget(self._empty)
        self._all = QWidget()
        column = QVBoxLayout(self._all)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._content, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._all)
        self._stack.addWidget(self.tracks)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    # --- the page ---

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self.tr("Groups")

    @property
    def widget(self) -> QWidget:
        """Widget that is shown."""
        return self

    def focus(self) -> None:
        """Show all groups, and focus them."""
        self.show_all()

    def play_tracks(self) -> None:
        """Play the selection of the group that is shown, or the group that the keyboard is on."""
        if self._stack.currentWidget() is self.tracks:
            self.tracks.play_tracks()
        elif (group := self.grid.current) is not None:
            self._commands.play(group)

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it; return False if it is not in the group that is shown."""
        return self._stack.currentWidget() is self.tracks and self.tracks.show_track(track_id)

    def save(self, settings: QSettings) -> None:
        """Save the columns."""
        self.tracks.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Restore the saved columns."""
        self.tracks.restore(settings)

    def show_all(self) -> None:
        """Show the cards, with the keyboard on the group that was open."""
        if self._stack.currentWidget() is self.tracks and self.tracks.group is not None:
            self.grid.select(self.tracks.group.id)
        self._stack.setCurrentWidget(self._all)
        self._focus_content()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the groups, if they changed since (Qt override)."""
        super().showEvent(event)
        if self._stale:
            self._follow()

    # --- what changes ---

    def _is_frozen(self, group_id: int) -> bool:
        return any(card.frozen for card in self.model.cards if card.id == group_id)

    def _open(self, found: tuple[Group, list[Track]]) -> None:
        group, tracks = found
        was_open = self._stack.currentWidget() is self.tracks
        self.tracks.show_group(group, tracks)
        if not was_open:
            self._stack.setCurrentWidget(self.tracks)
            self.tracks.focus()

    def _show_again(self, found: tuple[Group, list[Track]]) -> None:
        """Show what has changed in a group, unless another was opened; if the listener went back, stay there."""
        group, tracks = found
        if self.tracks.group is not None and self.tracks.group.id == group.id:
            self.tracks.show_group(group, tracks)

    def _lose(self, group_id: int) -> None:
        """A group that is shown has gone with a refresh."""
        own = self.tracks.group
        if own is not None and own.id == group_id and self._stack.currentWidget() is self.tracks:
            text = self.tr("The group “{0}” no longer exists: its music is in other groups now.")
            self._messages.tell(text.format(own.name))
            self.show_all()

    def _follow(self) -> None:
        """Read the groups again, now or when the listener looks."""
        self._stale = not self.isVisible()
        if self._stale:
            return
        self._bridge.watch(self._app.groups.cards(), self._show_cards, self._messages.fail)
        if self._stack.currentWidget() is self.tracks and self.tracks.group is not None:
            self._commands.read_again(self.tracks.group.id)

    def _show_cards(self, cards: list[GroupCard]) -> None:
        current = self.grid.current
        self._read = True
        self.model.set_cards(cards)
        self.mosaics.forget_all_but(self.model.cards)
        self._show_state()
        if current is None or self.model.row_of(current) is None:
            self.grid.start_at_first()
        else:
            self.grid.select(current)

    def _focus_content(self) -> None:
        if self._content.currentWidget() is self.grid:
            self.grid.setFocus()
        else:
            (self._empty if self.find_now.isHidden() else self.find_now).setFocus()

    def _show_state(self) -> None:
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self._content.isAncestorOf(focus)
        cards, busy = self.model.cards, self.finder.busy
        # An empty grid until the groups have been read.
        self._content.setCurrentWidget(self._empty if self._read and not cards else self.grid)
        self.refresh.setVisible(bool(cards))
        self.refresh.setEnabled(not busy)
        self._bar.setVisible(busy)
        count = formats.counted("groups", len(cards), "%n group", "%n groups")
        self._summary.setText(
            self.finder.text
            or (self.tr("{0} of music that sounds alike").format(count) if cards else "")
        )
        if not cards:
            reason, can_find = self._why_empty()
            self._reason.setText(reason)
            self.find_now.setVisible(can_find and not busy)
        if had_focus:
            # What had it may be hidden now.
            self._focus_content()

    def _why_empty(self) -> tuple[str, bool]:
        """Return why there are no groups, and whether they could be found now."""
        counts = self._store.counts()
        if self.finder.busy:
            return self.tr("musicsim is sorting your music into groups that sound alike."), False
        if not self._read:
            return "", False
        if counts.pending:
            heard = self.tr("musicsim has listened to {0} of {1} tracks so far.").format(
                formats.number(counts.embedded), formats.number(counts.embedded + counts.pending)
            )
            come = self.tr("Your groups come by themselves when it has listened to all of them.")
            return f"{heard}\n{come}", counts.embedded >= FEWEST_TRACKS
        if counts.embedded < FEWEST_TRACKS:
            text = self.tr(
                "Groups need at least {0} tracks, and your library has {1}.\n"
                "Add more music, and they come by themselves."
            )
            return text.format(FEWEST_TRACKS, formats.number(counts.embedded)), False
        text = self.tr("Your library can be sorted into groups of music that sounds alike.")
        return text, True
