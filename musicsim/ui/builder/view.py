"""The parts of the builder and how they share the room; what they do is up to the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.types import Counts
from musicsim.services.making.suggestions import Suggestions
from musicsim.ui.builder.buttons import ListHead
from musicsim.ui.builder.curve import StepCurve
from musicsim.ui.builder.hidden_panel import HiddenPanel
from musicsim.ui.builder.made_list import MadeList, MadeTable
from musicsim.ui.builder.rules_panel import RulesPanel
from musicsim.ui.builder.seed_box import SeedBox
from musicsim.ui.builder.settings_row import SettingsRow
from musicsim.ui.builder.words import lacking_text, rules_summary, tr
from musicsim.ui.builder.workbench import Workbench
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, scaled_font
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.table_actions import TableActions
from musicsim.ui.tracks.track_model import one_line
from musicsim.ui.tracks.track_page import TrackPage

_LOWEST, _LOW, _TALL = 400, 560, 800
"""Pixels of height below which there is no curve, and no title and a flatter curve; and from which on rules leave room
for it."""
_NARROW = 560
"""Pixels of width below which some buttons have no names."""
_LEAST_LIST = 130
"""Pixels that the rules leave to the list."""
_WIDE = 720
"""Pixels from which on the hidden tracks fit beside the list."""


class BuilderView(TrackPage):
    """Seeds, settings, rules, and the list with its curve; shows a workbench."""

    key = "builder"
    icon = "build"
    table: MadeTable

    def __init__(
        self,
        bench: Workbench,
        store: TrackStore,
        actions: TableActions,
        theme: Theme,
        suggestions: Callable[[], Suggestions | None],
    ) -> None:
        super().__init__()
        self.bench = bench
        self._store = store
        self._theme = theme
        self.setObjectName("builder")
        self._make_parts(actions, suggestions)

    def _make_parts(
        self, actions: TableActions, suggestions: Callable[[], Suggestions | None]
    ) -> None:
        theme = self._theme

        self.box = SeedBox(theme, suggestions)
        self.rules_button = QToolButton()
        self.rules_button.setObjectName("disclosure")
        self.rules_button.setText(tr("Rules and filters"))
        self.rules_button.setAccessibleName(tr("Rules and filters"))
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
        self.table = MadeTable(self.list, actions, theme)
        self.hidden = HiddenPanel(theme)

    def _lay_out(self, title: str, buttons: Sequence[QWidget]) -> None:
        self._title = Label(title)
        self._title.setFont(scaled_font(self._title, 1.4, bold=True))
        top = QHBoxLayout()
        top.setSpacing(2)
        self._seeds = QScrollArea()
        self._seeds.setObjectName("seeds")
        self._seeds.setFrameShape(QFrame.Shape.NoFrame)
        self._seeds.setWidgetResizable(True)
        self._seeds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._seeds.setWidget(self.box)
        top.addWidget(self._seeds, 1)
        top.addSpacing(4)
        for button in buttons:
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
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

    def _show_draft(self) -> None:
        draft = self.bench.draft
        self.box.show_draft(draft, self.bench.waiting)
        self.settings.show_draft(draft)
        self.rules.show_draft(draft)
        self._rules_summary.setText(rules_summary(draft))

    def _show_list(self) -> None:
        bench = self.bench
        counts: Counts = self._store.counts()
        self.head.show_list(
            bench.made,
            hidden=sum(bench.hidden.values()),
            embedded=counts.embedded,
            pending=counts.pending,
        )
        self.table.show_list(bench.shown, bench.draft.locked_ids)
        titles = [one_line(track.title) for track in self._store.tracks(self.list.ids)]
        steps = bench.made.steps if bench.made else ()
        self.curve.show_steps(steps if len(steps) == len(titles) - 1 else (), titles)
        self.hidden.show_hidden(bench.hidden, bench.left_out)
        self._show_hidden(self.head.hidden.isChecked())
        self._fit()
        self.table.heading.setVisible(bench.made is not None)
        if bench.lacking is not None:
            self.table.placeholder = lacking_text(bench.lacking, counts.pending, bench.failed)
        elif bench.made is not None:
            self.table.placeholder = tr("Nothing fits.\nLoosen the rules and filters above.")
        else:
            self.table.placeholder = bench.problem
        self.table.viewport().update()

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
        self._theme.set_icon(self.rules_button, "chevron-down" if shown else "chevron-right")
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
        has_room = height >= (_TALL if with_rules else _LOWEST)
        self.curve.setVisible(steps > 1 and has_room)
        # The undo buttons are beside the seeds.
        seeds = self.box.heightForWidth(max(1, self._seeds.width()))
        self._seeds.setFixedHeight(min(seeds, max(86, int(height * 0.27))))
        taken = self._head.totalHeightForWidth(width)
        if not self.head.isHidden():
            taken += self.head.height_for(width)
        left = height - taken - (0 if self.curve.isHidden() else self.curve.height())
        self.rules.setFixedHeight(max(90, min(self.rules.height_for(width), left - _LEAST_LIST)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the parts (Qt override)."""
        super().resizeEvent(event)
        self._fit()
        self._show_hidden(self.head.hidden.isChecked())
