"""First-start page, which asks where the music is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.resources import resource
from musicsim.ui.commands.demo import DemoJob
from musicsim.ui.kit.dialogs import ask_folder, suggested_music_folder
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button, scaled_font


class FirstStart(QWidget):
    """Page that asks for the music folder and offers the demo library as an alternative."""

    folder_chosen = Signal(object)
    """Path"""

    def __init__(self, demo: DemoJob, messages: Messages, theme: Theme) -> None:
        super().__init__()
        self._demo = demo
        self._messages = messages
        picture = Label()
        picture.setPixmap(QIcon(str(resource("icons/musicsim.svg"))).pixmap(QSize(72, 72)))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        welcome = Label(self.name)
        welcome.setFont(scaled_font(welcome, 2.0, bold=True))
        welcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        about = Label(
            self.tr(
                "It listens to the music you own and finds what sounds alike.\n"
                "Everything happens on this computer; your files stay as they are."
            )
        )
        about.setObjectName("dim")
        about.setWordWrap(True)
        about.setAlignment(Qt.AlignmentFlag.AlignCenter)

        self.folder = QLineEdit(str(suggested_music_folder() or ""))
        self.folder.setPlaceholderText(self.tr("Your music folder"))
        self.folder.setAccessibleName(self.tr("Music folder"))
        self.folder.returnPressed.connect(self._add)
        self.choose = button(self.tr("Choose…"), theme, "folder")
        self.choose.clicked.connect(self._choose)
        self.add = button(self.tr("Use this folder"), theme, primary=True)
        self.add.clicked.connect(self._add)
        self.add.setEnabled(bool(self.folder.text()))
        self.folder.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.demo = button(self.tr("Try it with the demo library"), theme, "note")
        self.demo.clicked.connect(self._start_demo)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self._progress_text = Label()
        self._progress_text.setObjectName("dim")
        self._show_progress(None)
        demo.progressed.connect(self._show_progress)
        demo.finished.connect(lambda: self._show_progress(None))

        field = QHBoxLayout()
        field.setSpacing(8)
        field.addWidget(self.folder, 1)
        field.addWidget(self.choose)
        music, music_column = self._card(
            self.tr("Where is your music?"),
            self.tr("Folders inside it are looked through as well. You can add more later."),
        )
        music_column.addLayout(field)
        music_column.addStretch(1)
        music_column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        other, other_column = self._card(
            self.tr("No music at hand?"),
            self.tr(
                "The demo library is thirty short tracks in different styles, "
                "made on this computer in a few seconds."
            ),
        )
        other_column.addStretch(1)
        other_column.addWidget(self._progress_text)
        other_column.addWidget(self.progress)
        other_column.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignLeft)
        cards = QHBoxLayout()
        cards.setSpacing(16)
        cards.addWidget(music, 3)
        cards.addWidget(other, 2)

        middle = QWidget()
        middle.setMaximumWidth(860)
        column = QVBoxLayout(middle)
        column.setSpacing(10)
        for widget in (picture, welcome, about):
            column.addWidget(widget)
        column.addSpacing(20)
        column.addLayout(cards)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 24, 32, 24)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 20)
        row.addStretch(1)
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)

    @property
    def key(self) -> str:
        """Word by which the page is remembered."""
        return "start"

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self.tr("Welcome to musicsim")

    @property
    def icon(self) -> str:
        """Name of the page's icon."""
        return "note"

    @property
    def widget(self) -> QWidget:
        """Widget that is shown."""
        return self

    def focus(self) -> None:
        """Focus the folder field."""
        self.folder.setFocus()

    def save(self, settings: QSettings) -> None:
        """Save nothing: the page is shown until there is music."""

    def restore(self, settings: QSettings) -> None:
        """Restore nothing: nothing was saved."""

    def _card(self, title: str, text: str) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        heading = Label(title)
        heading.setFont(scaled_font(heading, 1.15, bold=True))
        explanation = Label(text)
        explanation.setObjectName("dim")
        explanation.setWordWrap(True)
        column.addWidget(heading)
        column.addWidget(explanation)
        column.addSpacing(8)
        return card, column

    def _choose(self) -> None:
        shown = Path(self.folder.text().strip() or Path.home())
        folder = ask_folder(self, self.tr("Choose your music folder"), shown)
        if folder is not None:
            self.folder.setText(str(folder))

    def _add(self) -> None:
        if text := self.folder.text().strip():
            self.folder_chosen.emit(Path(text).expanduser())

    def _start_demo(self) -> None:
        self._demo.start()
        self._show_progress((0, 0))

    def _show_progress(self, progress: tuple[int, int] | None) -> None:
        self.demo.setEnabled(progress is None)
        self.progress.setVisible(progress is not None)
        self._progress_text.setVisible(progress is not None)
        if progress is not None:
            done, total = progress
            # A total of 0 makes the bar a busy indicator.
            self.progress.setRange(0, total)
            self.progress.setValue(done)
            self._progress_text.setText(
                self.tr("Making the demo library… {0} of {1}").format(done, total)
                if total
                else self.tr("Making the demo library…")
            )
