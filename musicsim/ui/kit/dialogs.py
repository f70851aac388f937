"""Small dialogs that ask the listener a question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import platformdirs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget


def ask_name(parent: QWidget, title: str, label: str, suggested: str) -> str | None:
    """Return the name that the listener enters, or None."""
    name, given = QInputDialog.getText(parent, title, label, text=suggested)
    name = name.strip()
    return name if given and name else None


def ask_folder(parent: QWidget, title: str, suggested: Path) -> Path | None:
    """Return the folder that the listener chooses, or None."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(suggested))
    return Path(chosen) if chosen else None


def suggested_music_folder() -> Path | None:
    """Return the platform's music folder, if it exists."""
    music = platformdirs.user_music_path()
    return music if music.is_dir() else None


def ask_file(parent: QWidget, title: str, kinds: str) -> Path | None:
    """Return the file that the listener chooses, or None; `kinds` is a QFileDialog name filter."""
    chosen, _ = QFileDialog.getOpenFileName(parent, title, str(Path.home()), kinds)
    return Path(chosen) if chosen else None


def ask_files(parent: QWidget, title: str, kinds: str) -> list[Path]:
    """Return the files that the listener chooses, if any; `kinds` is a QFileDialog name filter."""
    dialog = QFileDialog(parent, title, str(Path.home()), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    return [Path(file) for file in dialog.selectedFiles()] if dialog.exec() else []


def ask_new_file(parent: QWidget, title: str, kinds: str, suggested: Path) -> Path | None:
    """Return the file that the listener wants written, or None.

    Without a suffix, it gets that of the chosen kind: of `suggested` at first, and of any other if the listener
    chooses it.
    """
    dialog = QFileDialog(parent, title, str(suggested.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(kinds)
    # Set it on the dialog, so that the dialog asks before replacing the file with the completed name.
    dialog.setDefaultSuffix(suggested.suffix.removeprefix("."))
    dialog.filterSelected.connect(
        lambda kind: dialog.setDefaultSuffix(kind.rpartition("*.")[2].rstrip(" )"))
    )
    dialog.selectFile(suggested.name)
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def confirm(parent: QWidget, title: str, question: str, yes: str) -> bool:
    """Return whether the listener confirms; `yes` is the button's text."""
    return ask_choice(parent, title, question, [yes]) is not None


def ask_choice(parent: QWidget, title: str, question: str, choices: Sequence[str]) -> int | None:
    """Return the index of the button that the listener chooses, or None."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, "", parent=parent)
    # Names may hold markup.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    buttons = [box.addButton(text, QMessageBox.ButtonRole.AcceptRole) for text in choices]
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    chosen = box.clickedButton()
    return next((number for number, button in enumerate(buttons) if button is chosen), None)


def show_failure(text: str) -> None:
    """Show why the window can't open, and wait until the listener closes the message."""
    box = QMessageBox(QMessageBox.Icon.Critical, "musicsim", "")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.exec()
