"""The tracks of one group, with its commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from musicsim.library.types import Group, Track
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.groups.group_commands import GroupCommands
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button, icon_button
from musicsim.ui.tracks.columns import LIST_COLUMNS
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import SimilarList
from musicsim.ui.tracks.track_page import TrackPage, list_head, list_title
from musicsim.ui.tracks.track_table import TrackTable


class GroupTracksView(TrackPage):
    """Heading with the group's commands, and the table of its tracks, the most typical first."""

    key = "groups"
    icon = "groups"

    back_wanted = Signal()

    def __init__(
        self, store: TrackStore, actions: TrackActions, commands: GroupCommands, theme: Theme
    ) -> None:
        super().__init__()
        self._group: Group | None = None
        self._left_out = 0
        self.list = SimilarList(store, theme, self)
        store.changed.connect(self._show_summary)
        store.removed.connect(self._show_summary)
        self.back = icon_button(self.tr("Back to all groups"), theme, "back")
        self.back.clicked.connect(self.back_wanted)
        self._name = list_title()
        self._summary = Label()
        self._summary.setObjectName("dim")
        self.play = button(self.tr("Play"), theme, "play", primary=True)
        self.play.clicked.connect(lambda: actions.play(self.list.ids))
        self.more = button(self.tr("More like this"), theme, "similar")
        self.more.setToolTip(self.tr("Makes a playlist of other music that sounds like this group"))
        self.frozen = icon_button(
            self.tr("Keep this group as it is when groups are refreshed"), theme, "lock"
        )
        self.frozen.setObjectName("toggle")
        self.frozen.setCheckable(True)
        self.enqueue = icon_button(self.tr("Add to queue"), theme, "queue")
        self.keep = icon_button(self.tr("Save as playlist"), theme, "playlist")
        self.export = icon_button(self.tr("Export…"), theme, "export")
        self.rename = icon_button(self.tr("Rename group"), theme, "rename")

        def on(do: Callable[[int], None]) -> Callable[[], None]:
            return lambda: do(self._group.id) if self._group is not None else None

        self.more.clicked.connect(on(commands.more_like))
        self.enqueue.clicked.connect(on(commands.enqueue))
        self.keep.clicked.connect(on(commands.keep))
        self.export.clicked.connect(on(commands.export))
        self.rename.clicked.connect(on(commands.rename))
        self.frozen.clicked.connect(
            lambda: on(lambda group: commands.set_frozen(group, self.frozen.isChecked()))()
        )
        self.table = TrackTable(self.list, LIST_COLUMNS, actions, theme)
        self.table.setAccessibleName(self.tr("Tracks of the group"))
        self.table.placeholder = self.tr("None of this group’s tracks can be played now.")
        for keys in ("Escape", "Backspace", "Alt+Left"):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(self.back_wanted)
            self.addAction(action)

        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(self.back)
        title.addWidget(self._name, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for widget in (self.play, self.more):
            widget.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            buttons.addWidget(widget)
        small = QHBoxLayout()
        small.setSpacing(2)
        for each in (self.frozen, self.enqueue, self.keep, self.export, self.rename):
            small.addWidget(each)
        buttons.addLayout(small)
        buttons.addStretch(1)
        self._stack(list_head(title, self._summary, buttons=buttons), self.table)

    @property
    def group(self) -> Group | None:
        """Group that is shown."""
        return self._group

    def show_group(self, group: Group, tracks: Sequence[Track]) -> None:
        """Show a group."""
        ids = [track.id for track in tracks]
        is_other = self._group is None or self._group.id != group.id
        self._group = group
        self._left_out = len(group.track_ids) - len(tracks)
        if self.list.ids != ids:
            self.list.set_ids(ids)
        self._show_summary()
        if is_other:
            self.table.clearSelection()
            self.table.scrollToTop()

    def _show_summary(self) -> None:
        group = self._group
        if group is None:
            return
        self._name.setText(group.name)
        self.table.list_name = group.name
        self.frozen.setChecked(group.frozen)
        parts = [formats.track_summary(self.list.rowCount(), self.list.seconds())]
        if self._left_out:
            text = "%n more missing or banned", "%n more missing or banned"
            parts.append(formats.counted("groups", self._left_out, *text))
        if group.frozen:
            parts.append(self.tr("stays as it is"))
        self._summary.setText(" · ".join(parts))
        for each in (self.play, self.enqueue, self.keep, self.export):
            each.setEnabled(self.list.rowCount() > 0)
