"""Dialog that asks with which tracks a playlist begins and ends when it is sorted by flow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.types import Track
from musicsim.ui.kit.widgets import Label
from musicsim.ui.tracks.track_model import one_line

_LONGEST = 60
"""Characters of a track's name."""


class FlowDialog(QDialog):
    """Choice of the first and the last track: any, the present one, or the one that is selected.

    Parameters
    ----------
    tracks
        The playlist.
    selected
        The index of the selected track, if it is a single one.
    """

    def __init__(self, tracks: Sequence[Track], selected: int | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Sort by flow"))
        about = Label(
            self.tr(
                "Puts the tracks in an order in which each sounds like the next. Undo brings the old one back."
            )
        )
        about.setWordWrap(True)
        about.setObjectName("dim")
        self.first = QComboBox()
        self.last = QComboBox()
        end = len(tracks) - 1
        for box, present in ((self.first, 0), (self.last, end)):
            box.addItem(self.tr("Any track that fits"), None)
            for index in dict.fromkeys((present, selected)):
                if index is not None:
                    name = one_line(tracks[index].name)
                    if len(name) > _LONGEST:
                        name = f"{name[:_LONGEST]}…"
                    box.addItem(name, index)
        self.first.setCurrentIndex(self.first.findData(0 if selected in (None, end) else selected))
        self.last.setCurrentIndex(self.last.findData(end if selected == end else None))
        self.first.currentIndexChanged.connect(self._check)
        self.last.currentIndexChanged.connect(self._check)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.sort = self._buttons.addButton(self.tr("Sort"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow(self.tr("Begins with"), self.first)
        form.addRow(self.tr("Ends with"), self.last)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(14)
        column.addWidget(about)
        column.addLayout(form)
        column.addWidget(self._buttons)
        self.setMinimumWidth(440)

    @property
    def ends(self) -> tuple[int | None, int | None]:
        """Indices of the first and the last track; None for any."""
        return self.first.currentData(), self.last.currentData()

    def _check(self) -> None:
        first, last = self.ends
        self.sort.setEnabled(first is None or first != last)
