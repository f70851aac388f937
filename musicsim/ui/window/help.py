"""Dialogs of the Help menu."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from musicsim import __version__
from musicsim.ui.kit.widgets import Label


class ShortcutsDialog(QDialog):
    """Dialog of all shortcuts and their commands."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        content = QWidget()
        form = QFormLayout(content)
        form.setContentsMargins(24, 20, 32, 20)
        form.setHorizontalSpacing(32)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for action in actions:
            if not action.shortcut().isEmpty():
                native = QKeySequence.SequenceFormat.NativeText
                keys = Label(action.shortcut().toString(native))
                keys.setObjectName("dim")
                form.addRow(action.text(), keys)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        hint = content.sizeHint()
        self.resize(hint.width() + 24, min(hint.height() + 8, 640))


def show_about(window: QWidget) -> None:
    """Show information about the program."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(QCoreApplication.translate("help", "About musicsim"))
    box.setIconPixmap(window.windowIcon().pixmap(64, 64))
    box.setText(f"<b>musicsim {__version__}</b>")
    box.setInformativeText(
        QCoreApplication.translate(
            "help",
            "Play similar, and playlists by sound, for the music you own.\n\n"
            "Free software under the GNU General Public License, version 3 or later.",
        )
    )
    box.open()
