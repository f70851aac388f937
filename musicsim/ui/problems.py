"""The list of what could not be read, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from musicsim.errors import display_path
from musicsim.library.types import Problem
from musicsim.ui.delegates import row_height
from musicsim.ui.messages import Messages
from musicsim.ui.theme import Theme
from musicsim.ui.widgets import button

if TYPE_CHECKING:
    from musicsim.app import Musicsim

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

_NO_INDEX = QModelIndex()


class ProblemModel(QAbstractTableModel):
    """Problems: what, why, and where."""

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
        """Qt's."""
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Qt's."""
        return 0 if parent.isValid() else 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Qt's."""
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Role.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return (self.tr("File or folder"), self.tr("What is wrong"), self.tr("In"))[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Qt's."""
        problem = self._problems[index.row()]
        name = display_path(problem.path.name)
        texts = (name, problem.reason, display_path(problem.path.parent))
        if role == Role.DisplayRole:
            return texts[index.column()]
        if role == Role.ToolTipRole:
            return f"{display_path(problem.path)}\n{problem.reason}"
        return None


class ProblemsDialog(QDialog):
    """Shows the problems while they come and go; the window can be used meanwhile."""

    def __init__(self, app: Musicsim, messages: Messages, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._app = app
        self._messages = messages
        self.setWindowTitle(self.tr("Problems"))
        self.resize(820, 440)
        self.model = ProblemModel(self)
        self._summary = QLabel()
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
        self.done_button = button(self.tr("Close"), theme)
        self.done_button.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.retry)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._summary)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)

    def set_problems(self, problems: list[Problem]) -> None:
        """Show these problems."""
        self.model.set_problems(problems)
        self.retry.setEnabled(bool(problems))
        self.copy.setEnabled(bool(problems))
        self._summary.setText(
            self.tr(
                "These could not be read, or only in part. The rest of your library is not affected."
            )
            if problems
            else self.tr("Everything could be read.")
        )

    def _retry(self) -> None:
        with self._messages.reporting():
            self._app.retry_failed()
        self.set_problems(self._app.catalogue.problems())

    def _copy(self) -> None:
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        problems = map(self.model.problem, chosen or range(self.model.rowCount()))
        QGuiApplication.clipboard().setText(
            "\n".join(f"{display_path(problem.path)}: {problem.reason}" for problem in problems)
        )
