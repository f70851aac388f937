"""Box with the chips and the field; tracks, playlists and chips are dropped into it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from musicsim.services.making.drafts import Draft
from musicsim.services.making.suggestions import Suggestions
from musicsim.ui.builder.chips import Chip, ChipState
from musicsim.ui.builder.dropping import CHIP_MIME, PLAYLISTS_MIME, dragged_chip
from musicsim.ui.builder.modes import choice_of
from musicsim.ui.builder.seed_field import SeedField
from musicsim.ui.builder.words import tr
from musicsim.ui.kit.flow_layout import FlowLayout, keep_rows_whole
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.track_model import TRACKS_MIME


class SeedBox(QFrame):
    """The seeds in their order, and the field for one more."""

    removed = Signal(int)
    weighted = Signal(int, int)
    moved = Signal(int, int)
    """The chip's number, and the number that it gets."""

    def __init__(self, theme: Theme, suggestions: Callable[[], Suggestions | None]) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("seedBox")
        self.setCursor(Qt.CursorShape.IBeamCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.chips: list[Chip] = []
        self.field = SeedField(theme, suggestions)
        self.field.left.connect(lambda: self._focus(len(self.chips) - 1))
        self._flow = FlowLayout(self, 6)
        self._flow.setContentsMargins(6, 6, 6, 6)
        self._flow.addWidget(self.field)

    def show_draft(self, draft: Draft, waiting: frozenset[int]) -> None:
        """Show the seeds of a draft.

        Parameters
        ----------
        draft
            The draft.
        waiting
            The numbers of the seeds that have not been listened to.
        """
        choice, seeds = choice_of(draft.mode), draft.seeds
        focused = next((chip.number for chip in self.chips if chip.hasFocus()), None)
        while len(self.chips) > len(seeds):
            chip = self.chips.pop()
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        while len(self.chips) < len(seeds):
            self._add_chip()
        stops = [n for n, seed in enumerate(seeds) if seed.weight > 0]
        for number, (chip, seed) in enumerate(zip(self.chips, seeds, strict=True)):
            place = ""
            if choice.is_route and number in stops:
                place = tr("→ via")
                if number == stops[0]:
                    place = tr("From")
                elif number == stops[-1]:
                    place = tr("→ To")
            state = ChipState(
                place,
                choice.has_weights,
                number in waiting,
                choice.is_route and seed.weight <= 0,
            )
            chip.show_seed(seed, state)
        self.field.setPlaceholderText(
            tr("Add a track, artist, album, genre or playlist")
            if not seeds
            else tr("Where to?")
            if choice.is_route and len(stops) < 2
            else tr("Add more…")
        )
        if focused is not None and focused >= len(self.chips):
            self._focus(len(self.chips) - 1)
        self._flow.invalidate()
        self.updateGeometry()

    def takes(self, data: QMimeData) -> bool:
        """Return whether dragged data can become seeds, or are a chip."""
        return any(data.hasFormat(kind) for kind in (TRACKS_MIME, PLAYLISTS_MIME, CHIP_MIME))

    def move_dropped(self, data: QMimeData, place: QPoint) -> bool:
        """Move a dropped chip to where it was dropped; return False if something else was dropped."""
        number = dragged_chip(data)
        if number is None:
            return False
        self.moved.emit(number, self._number_at(place, number))
        return True

    def event(self, event: QEvent) -> bool:
        """Keep the rows whole (Qt override)."""
        keep_rows_whole(self, event)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let the listener type (Qt override)."""
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)

    def _number_at(self, place: QPoint, moved: int) -> int:
        """Return the number that the moved chip gets at a point."""
        others = [chip for chip in self.chips if chip.number != moved]
        for number, chip in enumerate(others):
            middle = chip.geometry().center()
            same_row = abs(place.y() - middle.y()) <= chip.height() // 2 + 3
            is_before = place.x() < middle.x()
            if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
                is_before = not is_before
            if place.y() < chip.geometry().top() - 3 or (same_row and is_before):
                return number
        return len(others)

    def _add_chip(self) -> None:
        number = len(self.chips)
        chip = Chip(self._theme, number)
        chip.setCursor(Qt.CursorShape.ArrowCursor)
        chip.removed.connect(lambda: self.removed.emit(number))
        chip.weighted.connect(lambda steps: self.weighted.emit(number, steps))
        chip.moved.connect(lambda steps: self._move(number, steps))
        chip.left.connect(lambda steps: self._focus(number + steps))
        self.chips.append(chip)
        self._flow.insert_widget(self._flow.indexOf(self.field), chip)
        chip.show()
        QWidget.setTabOrder(chip, self.field)

    def _move(self, number: int, steps: int) -> None:
        to = max(0, min(len(self.chips) - 1, number + steps))
        self.moved.emit(number, to)
        self._focus(to)

    def _focus(self, number: int) -> None:
        if 0 <= number < len(self.chips):
            self.chips[number].setFocus(Qt.FocusReason.OtherFocusReason)
        elif number >= len(self.chips) or not self.chips:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
