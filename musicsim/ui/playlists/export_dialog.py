"""Dialog that asks how a playlist is exported: as a file, or copied with its music."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.errors import display_path
from musicsim.playlists.files.formats import WRITTEN
from musicsim.playlists.files.locations import Slashes
from musicsim.ui.kit.dialogs import ask_folder, ask_new_file, confirm
from musicsim.ui.kit.widgets import ElidedLabel, Label, scaled_font
from musicsim.ui.playlists.export_options import ExportOptions, Paths


@dataclass(frozen=True, slots=True)
class CopyWish:
    """The listener wants the music copied, too."""

    folder: Path
    """The device or folder; the copies go to a folder of the playlist's name in it."""


class ExportDialog(QDialog):
    """Dialog with a file that only needs a confirmation, and below it what few people change.

    Parameters
    ----------
    suggested
        The file.
    options
        The choices to begin with.
    """

    def __init__(self, parent: QWidget, suggested: Path, options: ExportOptions) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export playlist"))
        self.options = options
        self.wish: Path | CopyWish | None = None
        self._asked_about: Path | None = None
        """A file that the listener agreed to replace."""
        self._name = suggested.stem

        heading = ElidedLabel(display_path(suggested.stem))
        heading.setFont(scaled_font(heading, 1.3, bold=True))
        self.as_file = QRadioButton(self.tr("&Playlist file"))
        self.with_music = QRadioButton(self.tr("Playlist and &music"))
        group = QButtonGroup(self)
        for radio in (self.as_file, self.with_music):
            group.addButton(radio)
        self._explanation = Label()
        self._explanation.setObjectName("dim")
        self._explanation.setWordWrap(True)
        self._make_fields(suggested)
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(10)
        self._rows: dict[str, QWidget] = {}
        self._add_row("file", self.tr("&File"), self.file, self._choose_file)
        self._add_row("folder", self.tr("&Copy to"), self.folder, self._choose_folder)
        self._add_row("format", self.tr("F&ormat"), self.format)
        self._add_row("paths", self.tr("P&aths in it"), self.paths)
        self._add_row("old", self.tr("&Replace"), self.old)
        self._add_row("new", self.tr("&With"), self.new)
        self._add_row("slashes", self.tr("&Slashes"), self.slashes)
        self._add_row("numbered", "", self.numbered)
        self.notice = Label()
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.export = QPushButton()
        self.export.setProperty("primary", True)
        self.export.setDefault(True)
        self.export.clicked.connect(self._take)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._lay_out(heading, cancel)

        self.as_file.setChecked(True)
        group.buttonToggled.connect(self._show_fields)
        self.paths.currentIndexChanged.connect(self._show_fields)
        self.format.currentIndexChanged.connect(self._follow_format)
        self.file.textEdited.connect(self._follow_file)
        self._show_fields()
        self.file.setFocus()
        # The name, so that it can be typed over.
        stem = len(self.file.text()) - len(suggested.name)
        self.file.setSelection(stem, len(suggested.stem))

    def _make_fields(self, suggested: Path) -> None:
        options = self.options
        self.file = QLineEdit(os.fspath(suggested))
        self.folder = QLineEdit(options.copy_folder)
        self.folder.setPlaceholderText(self.tr("A USB stick, a card, a phone, or any folder"))
        self.format = QComboBox()
        for suffix in WRITTEN:
            self.format.addItem(_of_format(suffix), suffix)
        self.format.setCurrentIndex(max(0, self.format.findData(suggested.suffix)))
        self.paths = QComboBox()
        for paths, text in (
            (Paths.RELATIVE, self.tr("Relative to the playlist: it can move along with the music")),
            (Paths.ABSOLUTE, self.tr("Whole paths: the playlist can move, the music stays")),
            (Paths.REPLACED, self.tr("For another device, which has the music elsewhere")),
        ):
            self.paths.addItem(text, paths)
        self.paths.setCurrentIndex(self.paths.findData(options.paths))
        self.old, self.new = QLineEdit(options.old), QLineEdit(options.new)
        self.new.setPlaceholderText("/storage/sdcard/Music   ·   D:\\Music   ·   \\\\NAS\\music")
        self.slashes = QComboBox()
        for slashes, text in (
            (None, self.tr("As the paths need them")),
            (Slashes.FORWARD, self.tr("Forward: Music/Album/Track.mp3")),
            (Slashes.BACK, self.tr("Back: Music\\Album\\Track.mp3, for Windows and some cars")),
        ):
            self.slashes.addItem(text, slashes)
        self.slashes.setCurrentIndex(self.slashes.findData(options.slashes))
        self.numbered = QCheckBox(
            self.tr("&Number the files, so that any player keeps their order")
        )
        self.numbered.setChecked(options.numbered)

    def _add_row(self, key: str, name: str, field: QWidget, choose: object = None) -> None:
        field.setAccessibleName(name.replace("&", ""))
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(field, 1)
        if choose is not None:
            button = QPushButton(self.tr("Choose…"))
            button.setAutoDefault(False)
            button.clicked.connect(choose)
            line.addWidget(button)
        label = Label(name)
        # Labels are plain text here, but the letter after "&" is a shortcut.
        label.setTextFormat(Qt.TextFormat.AutoText)
        label.setBuddy(field)
        label.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        self._form.addRow(label, row)
        self._rows[key] = row

    def _lay_out(self, heading: QWidget, cancel: QWidget) -> None:
        ways = QHBoxLayout()
        ways.setSpacing(20)
        ways.addWidget(self.as_file)
        ways.addWidget(self.with_music)
        ways.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(heading)
        column.addLayout(ways)
        column.addWidget(self._explanation)
        column.addSpacing(4)
        column.addLayout(self._form)
        column.addStretch(1)
        column.addWidget(self.notice)
        column.addSpacing(4)
        column.addLayout(buttons)
        self.resize(620, 400)

    def _show_fields(self) -> None:
        copies = self.with_music.isChecked()
        is_replaced = self.paths.currentData() == Paths.REPLACED
        shown = {
            "file": not copies,
            "folder": copies,
            "format": True,
            "paths": not copies,
            "old": not copies and is_replaced,
            "new": not copies and is_replaced,
            "slashes": not WRITTEN[self.format.currentData()].has_addresses,
            "numbered": copies,
        }
        for key, row in self._rows.items():
            self._form.setRowVisible(row, shown[key])
        self._explanation.setText(
            self.tr(
                "Copies the files to a folder “{0}” there, with the playlist beside them."
            ).format(display_path(self._name))
            if copies
            else self.tr(
                "A file that lists the tracks for other players. The music stays where it is."
            )
        )
        self.export.setText(self.tr("Copy") if copies else self.tr("Export"))
        self.notice.hide()

    def _follow_format(self) -> None:
        """Give the file the suffix of the format."""
        file = Path(self.file.text())
        if file.name:
            known = file.suffix.lower() in WRITTEN
            self.file.setText(
                os.fspath(file.with_suffix("") if known else file) + self.format.currentData()
            )
        self._show_fields()

    def _follow_file(self) -> None:
        """Show the format that the file's suffix tells."""
        row = self.format.findData(Path(self.file.text()).suffix.lower())
        if row >= 0:
            self.format.blockSignals(True)
            self.format.setCurrentIndex(row)
            self.format.blockSignals(False)
            self._show_fields()

    def _choose_file(self) -> None:
        suffix = self.format.currentData()
        kinds = self.tr("{0} playlists (*{1})").format(WRITTEN[suffix].name, suffix)
        chosen = ask_new_file(
            self, self.tr("Export playlist"), kinds, Path(self.file.text() or os.sep)
        )
        if chosen is not None:
            self._asked_about = chosen
            self.file.setText(os.fspath(chosen))
            self._follow_file()
            self.export.setFocus()

    def _choose_folder(self) -> None:
        chosen = ask_folder(
            self, self.tr("Copy the music to"), Path(self.folder.text() or Path.home())
        )
        if chosen is not None:
            self.folder.setText(os.fspath(chosen))
            self.export.setFocus()

    def _take(self) -> None:
        """Take the choices, or say what is missing."""
        has_addresses = WRITTEN[self.format.currentData()].has_addresses
        slashes = self.slashes.currentData()
        self.options = replace(
            self.options,
            suffix=self.format.currentData(),
            paths=Paths(self.paths.currentData()),
            # Qt makes a text of it.
            slashes=Slashes(slashes) if slashes and not has_addresses else None,
            old=self.old.text().strip(),
            new=self.new.text().strip(),
            copy_folder=self.folder.text().strip(),
            numbered=self.numbered.isChecked(),
        )
        problem = self._take_folder() if self.with_music.isChecked() else self._take_file()
        if problem:
            self.notice.setText(problem)
            self.notice.show()
        elif self.wish is not None:
            self.accept()

    def _take_folder(self) -> str:
        folder = Path(os.path.expanduser(self.options.copy_folder))  # noqa: PTH111 (keeps "~nobody")
        if not self.options.copy_folder:
            self.folder.setFocus()
            return self.tr("Choose the folder or device to copy to.")
        if not folder.is_absolute() or not folder.is_dir():
            self.folder.setFocus()
            return self.tr("There is no folder {0}. Is the device connected?").format(
                display_path(self.options.copy_folder)
            )
        self.wish = CopyWish(folder)
        return ""

    def _take_file(self) -> str:
        text = self.file.text().strip()
        file = Path(os.path.expanduser(text))  # noqa: PTH111
        if file.name and file.suffix.lower() not in WRITTEN:
            file = file.with_name(file.name + self.options.suffix)
        if not text or not file.is_absolute() or not file.parent.is_dir():
            self.file.setFocus()
            return self.tr("There is no such folder. Choose where to write the file.")
        if self.options.paths is Paths.REPLACED and not (self.options.old and self.options.new):
            (self.new if self.options.old else self.old).setFocus()
            return self.tr("Type the folder to replace, and what the other device calls it.")
        if os.path.lexists(file) and file != self._asked_about:
            question = self.tr("There is a file “{0}” already. Replace it?").format(
                display_path(file.name)
            )
            if not confirm(self, self.tr("Export playlist"), question, self.tr("Replace")):
                return ""
        self.wish = file
        return ""


def _of_format(suffix: str) -> str:
    tr = QCoreApplication.translate
    texts = {
        ".m3u8": tr("export", "M3U8: read by almost every player"),
        ".m3u": tr("export", "M3U: for old players, in Western letters only"),
        ".xspf": tr("export", "XSPF: with artist, title and album apart"),
        ".jspf": tr("export", "JSPF: for ListenBrainz and other services"),
        ".pls": tr("export", "PLS: for old players and radios"),
    }
    return texts[suffix]
