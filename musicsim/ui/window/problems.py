"""List of the files and folders that could not be read, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.errors import display_path
from musicsim.library.problem_report import by_reason, write_csv
from musicsim.library.types import Problem
from musicsim.ui.kit import formats
from musicsim.ui.kit.dialogs import ask_new_file
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button, plain_tooltip
from musicsim.ui.tracks.delegates import row_height

if TYPE_CHECKING:
    from musicsim.app import Musicsim

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

_NO_INDEX = QModelIndex()
_REASONS = 4
"""Number of reasons counted above the list."""


class ProblemModel(QAbstractTableModel):
    """Problems as rows: file, reason and folder."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []

    def set_problems(self, problems: list[Problem]) -> None:
        """Show these problems."""
        self.beginResetModel()
        self._problems = problems
        self.endResetModel()

    def problem(self, row: int) -> Problem:
        """Return the problem in a row."""
        return self._problems[row]

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of problems (Qt override)."""
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of columns (Qt override)."""
        return 0 if parent.isValid() else 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Return the heading of a column (Qt override)."""
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Role.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return (self.tr("File or folder"), self.tr("What is wrong"), self.tr("In"))[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the text or tooltip of a cell (Qt override)."""
        problem = self._problems[index.row()]
        name = display_path(problem.path.name)
        texts = (name, str(problem.reason), display_path(problem.path.parent))
        if role == Role.DisplayRole:
            return texts[index.column()]
        if role == Role.ToolTipRole:
            return plain_tooltip(f"{display_path(problem.path)}\n{problem.reason}")
        return None


class ProblemsDialog(QDialog):
    """Dialog of the current problems; the window stays usable."""

    def __init__(self, app: Musicsim, messages: Messages, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._app = app
        self._messages = messages
        self.setWindowTitle(self.tr("Problems"))
        self.resize(820, 440)
        self.model = ProblemModel(self)
        self._summary = Label()
        self._summary.setWordWrap(True)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Problems"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))
        heading = self.table.horizontalHeader()
        heading.setHighlightSections(False)
        heading.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heading.resizeSection(0, 230)
        heading.resizeSection(1, 330)
        heading.setStretchLastSection(True)
        copy = QAction(self.tr("Copy"), self.table)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.retry = button(self.tr("Try again"), theme, "refresh")
        self.retry.setToolTip(self.tr("Look at these files once more"))
        self.retry.clicked.connect(self._retry)
        self.copy = button(self.tr("Copy"), theme, "copy")
        self.copy.setToolTip(self.tr("Copy the selected lines, or all"))
        self.copy.clicked.connect(self._copy)
        self.export = button(self.tr("Export…"), theme, "export")
        self.export.setToolTip(self.tr("Write the list to a CSV file, for a spreadsheet"))
        self.export.clicked.connect(self._export)
        self.done_button = button(self.tr("Close"), theme)
        self.done_button.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.retry)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.export)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._summary)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Update the list, which may have changed while it was hidden (Qt override)."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show the current problems, if the dialog is visible."""
        if not self.isVisible():
            return
        problems = self._app.catalogue.problems.all()
        self.model.set_problems(problems)
        for each in (self.retry, self.copy, self.export):
            each.setEnabled(bool(problems))
        self._summary.setText("\n".join(_summary(problems)))

    def _retry(self) -> None:
        with self._messages.reporting():
            self._app.collection.retry_failed()
        self.refresh()

    def _export(self) -> None:
        suggested = Path.home() / "musicsim problems.csv"
        title, kinds = self.tr("Export problems"), self.tr("CSV tables (*.csv)")
        file = ask_new_file(self, title, kinds, suggested)
        if file is not None:
            with self._messages.reporting():
                write_csv(file, map(self.model.problem, range(self.model.rowCount())))
                self._messages.tell(self.tr("Exported to {0}.").format(display_path(file)))

    def _copy(self) -> None:
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        problems = map(self.model.problem, chosen or range(self.model.rowCount()))
        QGuiApplication.clipboard().setText(
            "\n".join(f"{display_path(problem.path)}: {problem.reason}" for problem in problems)
        )


def _summary(problems: list[Problem]) -> Iterator[str]:
    """Yield what the list is about, and the most frequent reasons."""
    tr = QCoreApplication.translate
    if not problems:
        yield tr("ProblemsDialog", "Everything could be read.")
        return
    yield tr(
        "ProblemsDialog",
        "These could not be read, or only in part. The rest of your library is not affected.",
    )
    reasons = by_reason(problems)
    if len(reasons) < len(problems):
        for reason, count in reasons[:_REASONS]:
            yield f"{formats.number(count)} × {reason}"
        if left := sum(count for _, count in reasons[_REASONS:]):
            yield formats.counted(
                "ProblemsDialog", left, "%n for another reason", "%n for other reasons"
            )
