"""Builder page: what a playlist is made from, how, and the list that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicsim.services.making import drafts
from musicsim.services.making.draft_text import draft_as_text, draft_from_text
from musicsim.services.making.drafts import Lacking
from musicsim.services.making.playlists import Mode
from musicsim.services.making.seeds import Seed
from musicsim.ui.builder.buttons import ListHead
from musicsim.ui.builder.curve import StepCurve
from musicsim.ui.builder.hidden_panel import HiddenPanel
from musicsim.ui.builder.made_list import MadeList, MadeTable
from musicsim.ui.builder.rules_panel import RulesPanel
from musicsim.ui.builder.seed_box import SeedBox
from musicsim.ui.builder.seed_field import SeedField
from musicsim.ui.builder.seeding import BuildWith, Seeding
from musicsim.ui.builder.settings_row import SettingsRow
from musicsim.ui.builder.words import lacking_text, rules_summary
from musicsim.ui.builder.workbench import Workbench
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, action_button, scaled_font
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line

if TYPE_CHECKING:
    from musicsim.app import Musicsim

VEIL_MS = 150
"""How long a list may be older than its settings before it is dimmed."""
_LOW, _TALL = 560, 800
"""Pixels of height below which there is no title and a flatter curve, and from which on rules leave room for it."""
_NARROW = 560
"""Pixels of width below which some buttons have no names."""
_LEAST_LIST = 130
"""Pixels that the rules leave to the list."""
_WIDE = 720
"""Pixels from which on the hidden tracks fit beside the list."""


class BuilderPage(QWidget):
    """The page "Make a playlist"."""

    wanted = Signal()
    """Request to show this page."""

    _DRAFT_KEY = "builder/draft"
    _COLUMNS_KEY = "builder/columns"
    _RULES_KEY = "builder/rules shown"

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        exporter: Exporter,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._store = store
        self._playlists = playlists
        self._actions = actions
        self._exporter = exporter
        self._messages = messages
        self._theme = theme
        self.seeding = Seeding(app, bridge, store, playlists, messages, self)
        self.setObjectName("builder")
        self.setAcceptDrops(True)
        self.bench = Workbench(app, bridge, store, messages, self)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._show_draft()
        self._show_list()

    def _make_parts(self) -> None:
        theme = self._theme

        def action(text: str, icon: str, keys: Sequence[str], do: Callable[[], None]) -> QAction:
            made = QAction(text, self)
            theme.set_icon(made, icon)
            made.setShortcuts([QKeySequence(each) for each in keys])
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.triggered.connect(do)
            self.addAction(made)
            return made

        self.undo = action(self.tr("Undo"), "undo", ["Ctrl+Z"], self.bench.undo)
        self.redo = action(self.tr("Redo"), "redo", ["Ctrl+Shift+Z", "Ctrl+Y"], self.bench.redo)
        self.another = action(self.tr("Another one"), "dice", ["Ctrl+D"], self._make_another)
        self.start_over = action(self.tr("Start over"), "refresh", [], self._start_over)
        self.box = SeedBox(theme, lambda: self.seeding.suggestions)
        self.rules_button = QToolButton()
        self.rules_button.setObjectName("disclosure")
        self.rules_button.setText(self.tr("Rules and filters"))
        self.rules_button.setAccessibleName(self.tr("Rules and filters"))
        self.rules_button.setCheckable(True)
        self.rules_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.rules_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._rules_summary = ElidedLabel()
        self._rules_summary.setObjectName("dim")
        self._rules_summary.setMinimumWidth(160)
        rules_part = QWidget()
        line = QHBoxLayout(rules_part)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.rules_button)
        line.addWidget(self._rules_summary, 1)
        rules_part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.settings = SettingsRow(theme, rules_part)
        self.rules = RulesPanel(theme)
        self.head = ListHead(theme)
        self.curve = StepCurve(theme)
        self.list = MadeList(self._store, theme, self)
        self.table = MadeTable(self.list, self._actions, theme)
        self.hidden = HiddenPanel(theme)
        self._veil = QTimer(self)
        self._veil.setSingleShot(True)
        self._veil.setInterval(VEIL_MS)

    def _lay_out(self) -> None:
        self._title = Label(self.name)
        self._title.setFont(scaled_font(self._title, 1.4, bold=True))
        top = QHBoxLayout()
        top.setSpacing(2)
        self._seeds = QScrollArea()
        self._seeds.setObjectName("seeds")
        self._seeds.setFrameShape(QFrame.Shape.NoFrame)
        self._seeds.setWidgetResizable(True)
        self._seeds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._seeds.setWidget(self.box)
        self.box.installEventFilter(self)
        top.addWidget(self._seeds, 1)
        top.addSpacing(4)
        for each in (self.undo, self.redo, self.start_over):
            top.addWidget(action_button(each), 0, Qt.AlignmentFlag.AlignTop)
        self._head = head = QVBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addLayout(top)
        head.addWidget(self.settings)
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.curve)
        left.addWidget(self.table, 1)
        lower = QHBoxLayout()
        lower.setSpacing(0)
        lower.addWidget(self._left, 1)
        lower.addWidget(self.hidden)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.rules)
        column.addWidget(self.head)
        column.addLayout(lower, 1)
        self.rules.hide()
        self.hidden.hide()

    def _connect(self) -> None:
        bench, head = self.bench, self.head
        bench.draft_changed.connect(self._show_draft)
        bench.list_changed.connect(self._show_list)
        bench.working_changed.connect(self._show_working)
        self._veil.timeout.connect(lambda: self.table.set_veiled(True))
        self.box.removed.connect(lambda at: bench.edit(drafts.without_seed(bench.draft, at)))
        self.box.weighted.connect(
            lambda at, steps: bench.edit(drafts.weighted(bench.draft, at, steps))
        )
        self.box.moved.connect(lambda at, to: bench.edit(drafts.moved_seed(bench.draft, at, to)))
        self.box.field.chosen.connect(self.seeding.find)
        self.box.field.wanted.connect(self.seeding.read_names)
        self.seeding.names_read.connect(self.box.field.refresh)
        self.seeding.found.connect(lambda seed: bench.edit(drafts.with_seed(bench.draft, seed)))
        self.settings.edited.connect(bench.edit)
        self.rules.edited.connect(bench.edit)
        self.rules_button.toggled.connect(self._disclose)
        head.play.clicked.connect(lambda: self._actions.play(self.list.ids))
        head.another.clicked.connect(self.another.trigger)
        head.queue.clicked.connect(lambda: self._actions.enqueue(self.list.ids))
        head.keep.clicked.connect(self._keep)
        head.export.clicked.connect(self._export)
        head.hidden.toggled.connect(self._show_hidden)
        self.hidden.closed.connect(lambda: head.hidden.setChecked(False))
        self.hidden.let_in.connect(bench.let_in)
        self.curve.chosen.connect(self.table.select_step)
        self.table.lock_wanted.connect(bench.lock)
        self.table.remove_wanted.connect(bench.remove)
        self.table.selectionModel().selectionChanged.connect(
            lambda: self.curve.mark(self.table.selected_rows())
        )
        self._actions.building.wanted.connect(self.take)
        self._theme.changed.connect(lambda: self._disclose(self.rules_button.isChecked()))
        for edit in self.findChildren(QLineEdit):
            if not isinstance(edit, SeedField):
                edit.installEventFilter(self)
        self._disclose(False)

    # --- the page ---

    @property
    def key(self) -> str:
        """Word by which the page is remembered."""
        return "builder"

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self.tr("Make a playlist")

    @property
    def icon(self) -> str:
        """Name of the page's icon."""
        return "build"

    @property
    def widget(self) -> QWidget:
        """Widget that is shown."""
        return self

    def focus(self) -> None:
        """Focus the list or, without one, the field."""
        (self.table if self.list.rowCount() else self.box.field).setFocus()

    def play_tracks(self) -> None:
        """Play the selection or, without one, the list."""
        self.table.play_selection_or_all()

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it; return False if it is not in the list."""
        return self.table.show_track(track_id)

    def save(self, settings: QSettings) -> None:
        """Save the draft and the columns."""
        settings.setValue(self._DRAFT_KEY, draft_as_text(self.bench.draft))
        settings.setValue(self._COLUMNS_KEY, self.table.heading.save())
        settings.setValue(self._RULES_KEY, "yes" if self.rules_button.isChecked() else "no")

    def restore(self, settings: QSettings) -> None:
        """Restore what was saved."""
        self.table.heading.restore(str(settings.value(self._COLUMNS_KEY) or ""))
        self.rules_button.setChecked(settings.value(self._RULES_KEY) == "yes")
        draft = draft_from_text(str(settings.value(self._DRAFT_KEY) or ""))
        if draft is not None:
            self.bench.restore(draft)

    # --- seeds ---

    def add_seed(self, seed: Seed) -> None:
        """Add something that the list is made from, and show the page."""
        self.add_seeds([seed])

    def add_seeds(self, seeds: Sequence[Seed]) -> None:
        """Add several, and show the page."""
        self.bench.edit(drafts.with_seeds(self.bench.draft, seeds))
        self.wanted.emit()

    def take(self, what: BuildWith, track_ids: Sequence[int]) -> None:
        """Do with tracks what an entry of their menu says, and show the page."""
        draft = self.seeding.draft_after(self.bench.draft, what, track_ids)
        self.bench.edit(draft)
        self.wanted.emit()
        if self.bench.lacking is Lacking.GOAL:
            self.box.field.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what is shown ---

    def _show_draft(self) -> None:
        draft = self.bench.draft
        self.box.show_draft(draft, self.bench.waiting)
        self.settings.show_draft(draft)
        self.rules.show_draft(draft)
        self._rules_summary.setText(rules_summary(draft))
        self.undo.setEnabled(self.bench.can_undo)
        self.redo.setEnabled(self.bench.can_redo)
        self.start_over.setEnabled(bool(draft.seeds))
        self.another.setEnabled(bool(draft.seeds))

    def _show_list(self) -> None:
        bench = self.bench
        counts = self._store.counts()
        self.head.show_list(
            bench.made,
            hidden=sum(bench.hidden.values()),
            embedded=counts.embedded,
            pending=counts.pending,
        )
        self.table.show_list(bench.shown, bench.draft.locked_ids)
        self.table.list_name = self._list_name()
        titles = [one_line(track.title) for track in self._store.tracks(self.list.ids)]
        steps = bench.made.steps if bench.made else ()
        self.curve.show_steps(steps if len(steps) == len(titles) - 1 else (), titles)
        self.hidden.show_hidden(bench.hidden, bench.left_out)
        self._show_hidden(self.head.hidden.isChecked())
        self._fit()
        self.table.heading.setVisible(bench.made is not None)
        if bench.lacking is not None:
            self.table.placeholder = lacking_text(bench.lacking, counts.pending)
        elif bench.made is not None:
            self.table.placeholder = self.tr("Nothing fits.\nLoosen the rules and filters above.")
        else:
            self.table.placeholder = bench.problem
        self.table.viewport().update()

    def _show_working(self, working: bool) -> None:
        if working:
            self._veil.start()
        else:
            self._veil.stop()
            self.table.set_veiled(False)

    def _show_hidden(self, wanted: bool) -> None:
        """Show the hidden tracks beside the list or, where there is no room, in its place."""
        wanted = wanted and self.bench.made is not None
        is_wide = self.width() >= _WIDE
        self.hidden.setVisible(wanted)
        self.hidden.setMaximumWidth(360 if is_wide else 16_777_215)
        self.hidden.setMinimumWidth(300 if is_wide else 0)
        self._left.setVisible(is_wide or not wanted)

    def _disclose(self, shown: bool) -> None:
        self.rules.setVisible(shown)
        self.rules_button.setIcon(self._theme.icon("chevron-down" if shown else "chevron-right"))
        self._fit()

    def _fit(self) -> None:
        """Share the height: where there is little, the list has more of it than the rest."""
        width, height = self.width(), self.height()
        is_low, with_rules = height < _LOW, self.rules_button.isChecked()
        self._title.setVisible(not is_low)
        self.curve.set_flat(is_low)
        self.head.set_narrow(width < _NARROW)
        self.head.setVisible(self.bench.made is not None and not (is_low and with_rules))
        steps = len(self.bench.made.steps) if self.bench.made else 0
        self.curve.setVisible(steps > 1 and not (height < _TALL and with_rules))
        # The undo buttons are beside the seeds.
        seeds = self.box.heightForWidth(max(1, self._seeds.width()))
        self._seeds.setFixedHeight(min(seeds, max(86, int(height * 0.22))))
        taken = self._head.totalHeightForWidth(width)
        if not self.head.isHidden():
            taken += self.head.height_for(width)
        left = height - taken - (0 if self.curve.isHidden() else self.curve.height())
        self.rules.setFixedHeight(max(90, min(self.rules.height_for(width), left - _LEAST_LIST)))

    def _list_name(self) -> str:
        names = [one_line(seed.name) for seed in self.bench.draft.seeds if seed.weight > 0]
        if not names:
            return ""
        if self.bench.draft.mode is Mode.JOURNEY and len(names) > 1:
            return self.tr("From {0} to {1}").format(names[0], names[-1])
        if len(names) == 1:
            return self.tr("Like {0}").format(names[0])
        return self.tr("Like {0} and {1} more").format(names[0], len(names) - 1)

    # --- what the listener does ---

    def _make_another(self) -> None:
        self.bench.edit(drafts.another(self.bench.draft))

    def _start_over(self) -> None:
        self.bench.edit(drafts.cleared(self.bench.draft))
        self.box.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
        self._actions.save_as_playlist(self.list.ids, self._list_name())

    def _export(self) -> None:
        self._exporter.export(self._list_name(), self._store.tracks(self.list.ids))

    # --- Qt ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept tracks, playlists and chips, but no tracks of the list itself (Qt override)."""
        if event.source() is not self.table and self.box.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Move a chip, or make the list from what was dropped (Qt override)."""
        data = event.mimeData()
        event.acceptProposedAction()
        place = self.box.mapFrom(self, event.position().toPoint())
        if self.box.move_dropped(data, place):
            return
        self.add_seeds(self.seeding.dropped(data))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the parts (Qt override)."""
        super().resizeEvent(event)
        self._fit()
        self._show_hidden(self.head.hidden.isChecked())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let undo in a setting undo the last change of the page; follow the height of the seeds (Qt override)."""
        if watched is self.box:
            if event.type() == QEvent.Type.Resize:
                self._fit()
        elif (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (
                event.matches(QKeySequence.StandardKey.Undo)
                or event.matches(QKeySequence.StandardKey.Redo)
            )
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)
