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
)
from PySide6.QtWidgets import QLineEdit

from musicsim.services.making import drafts
from musicsim.services.making.draft_text import draft_as_text, draft_from_text
from musicsim.services.making.drafts import Lacking
from musicsim.services.making.request import Mode
from musicsim.services.making.seeds import Seed
from musicsim.ui.builder.seed_field import SeedField
from musicsim.ui.builder.seeding import BuildWith, Seeding
from musicsim.ui.builder.view import BuilderView
from musicsim.ui.builder.workbench import Workbench
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import action_button
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line

if TYPE_CHECKING:
    from musicsim.app import Musicsim

VEIL_MS = 150
"""How long a list may be older than its settings before it is dimmed."""


class BuilderPage(BuilderView):
    """The page "Make a playlist"."""

    wanted = Signal()
    """Request to show this page."""

    _DRAFT_KEY = "builder/draft"
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
        bench = Workbench(app, bridge, store, messages)
        seeding = Seeding(app, bridge, store, playlists, messages)
        super().__init__(bench, store, actions, theme, lambda: seeding.suggestions)
        bench.setParent(self)
        seeding.setParent(self)
        self.seeding = seeding
        self._playlists = playlists
        self._actions = actions
        self._exporter = exporter
        self.setAcceptDrops(True)
        self._make_actions()
        buttons = [action_button(each) for each in (self.undo, self.redo, self.start_over)]
        self._lay_out(self.name, buttons)
        self.box.installEventFilter(self)
        self._veil = QTimer(self)
        self._veil.setSingleShot(True)
        self._veil.setInterval(VEIL_MS)

        self._connect()
        self._show_draft()
        self._show_list()

    def _make_actions(self) -> None:
        def action(text: str, icon: str, keys: Sequence[str], do: Callable[[], None]) -> QAction:
            made = QAction(text, self)
            self._theme.set_icon(made, icon)
            made.setShortcuts([QKeySequence(each) for each in keys])
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.triggered.connect(do)
            self.addAction(made)
            return made

        self.undo = action(self.tr("Undo"), "undo", ["Ctrl+Z"], self.bench.undo)
        self.redo = action(self.tr("Redo"), "redo", ["Ctrl+Shift+Z", "Ctrl+Y"], self.bench.redo)
        self.another = action(self.tr("Another one"), "dice", ["Ctrl+D"], self._make_another)
        self.start_over = action(self.tr("Start over"), "refresh", [], self._start_over)

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
        for edit in self.findChildren(QLineEdit):
            if not isinstance(edit, SeedField):
                edit.installEventFilter(self)
        self._disclose(False)

    # --- the page ---

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self.tr("Make a playlist")

    def focus(self) -> None:
        """Focus the list or, without one, the field."""
        (self.table if self.list.rowCount() else self.box.field).setFocus()

    def save(self, settings: QSettings) -> None:
        """Save the draft and the columns."""
        settings.setValue(self._DRAFT_KEY, draft_as_text(self.bench.draft))
        super().save(settings)
        settings.setValue(self._RULES_KEY, "yes" if self.rules_button.isChecked() else "no")

    def restore(self, settings: QSettings) -> None:
        """Restore what was saved."""
        super().restore(settings)
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
        super()._show_draft()
        draft = self.bench.draft
        self.undo.setEnabled(self.bench.can_undo)
        self.redo.setEnabled(self.bench.can_redo)
        self.start_over.setEnabled(bool(draft.seeds))
        self.another.setEnabled(bool(draft.seeds))
        self.table.list_name = self._list_name()

    def _show_working(self, working: bool) -> None:
        if working:
            self._veil.start()
        else:
            self._veil.stop()
            self.table.set_veiled(False)

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let undo in a setting undo the last change of the page; follow the height of the seeds (Qt override)."""
        if watched is self.box:
            if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
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
