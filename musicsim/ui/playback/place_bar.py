"""Line or waveform that shows the position in the track and the time under the pointer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from musicsim.base.lengths import length_text
from musicsim.ui.playback.bar_painting import HANDLE, MARGIN, BarPainting, Look
from musicsim.ui.playback.time_bubble import TimeBubble

if TYPE_CHECKING:
    from musicsim.audio import Waveform

_CALM = 10
"""Seconds between the values that a screen reader hears while the bar has the focus and nobody seeks."""
LONGEST = 2**31 - 1
"""Longest time that Qt's signals can carry, in milliseconds: 24 days."""


class PlaceBar(QAbstractSlider):
    """Display of the position; `SeekBar` handles the listener's input and sets where the pointer is.

    Time runs from left to right, even in right-to-left languages. Screen readers read Qt's own value, in seconds.
    """

    shown_changed = Signal(int)
    """Position shown, in milliseconds: the track's or, while the listener drags, the pointer's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration = 0
        self._position = 0
        self._waveform: Waveform | None = None
        self._pointer: float | None = None
        """Pixel position of the pointer over the bar, or where it was dragged to."""
        self._dragging = False
        self._told = 0
        self._following = False
        """Whether Qt's value is being set from the track, rather than by a screen reader."""
        self._ring = False
        self._painting = BarPainting()
        self._drawn: tuple[float, float | None] = (0.0, None)
        self._bubble: TimeBubble | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Place in the track"))
        self._tell_screen_reader()

    @property
    def position(self) -> int:
        """Position of the track, in milliseconds."""
        return self._position

    @property
    def length(self) -> int:
        """Length in milliseconds: the player's or, if that is unknown, the waveform's; 0 if both are unknown."""
        if self._duration or self._waveform is None:
            return self._duration
        return min(LONGEST, round(1000 * self._waveform.duration))

    @property
    def shown(self) -> int:
        """Position shown; see `shown_changed`."""
        if self._dragging and self._pointer is not None:
            return self._time_at(self._pointer)
        return self._position

    def reset(self) -> None:
        """Reset to the beginning of another track, or none, with unknown length and no waveform.

        A drag ends without a seek, since it was in the previous track.
        """
        self._dragging = False
        self._duration = self._position = 0
        self._waveform = None
        self._show_all()

    def set_duration(self, milliseconds: int) -> None:
        """Set the length of the track; 0 if unknown."""
        milliseconds = max(0, min(milliseconds, LONGEST))
        if milliseconds != self._duration:
            self._duration = milliseconds
            self._dragging = self._dragging and self.length > 0
            self._show_all()

    def set_waveform(self, waveform: Waveform | None) -> None:
        """Show the waveform of the track; None: a plain line."""
        if waveform != self._waveform:
            self._waveform = waveform
            self._dragging = self._dragging and self.length > 0
            self._show_all()

    def set_position(self, milliseconds: int) -> None:
        """Set the position of the track."""
        self._position = max(0, min(milliseconds, LONGEST))
        self._show_change()

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Do nothing: Qt would repaint the whole bar (Qt override)."""

    @property
    def _ring_shown(self) -> bool:
        """Whether to draw the focus ring."""
        return self._ring and self.hasFocus()

    def sizeHint(self) -> QSize:
        """Return the same size with and without a waveform, so that nothing moves when it arrives (Qt override)."""
        return QSize(240, 40)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size (Qt override)."""
        return QSize(80, 24)

    def _time_at(self, x: float) -> int:
        part = (x - MARGIN) / max(1, self.width() - 2 * MARGIN)
        return round(max(0.0, min(part, 1.0)) * self.length)

    def _x_of(self, milliseconds: int) -> float:
        part = min(1.0, milliseconds / self.length) if self.length else 0.0
        return MARGIN + part * (self.width() - 2 * MARGIN)

    def _marks(self) -> tuple[float, float | None]:
        """Return the positions of the track and the pointer, rounded to screen pixels."""
        ratio = self.devicePixelRatioF()
        pointer = self._pointer if self.length and self.isEnabled() else None
        if pointer is not None:
            pointer = max(float(MARGIN), min(pointer, self.width() - float(MARGIN)))
            pointer = round(pointer * ratio) / ratio
        return round(self._x_of(self._position) * ratio) / ratio, pointer

    def _show_change(self) -> None:
        """Repaint what a new position or pointer changes: a strip, and usually nothing at all."""
        before, self._drawn = self._drawn, self._marks()
        (old, old_pointer), (new, new_pointer) = before, self._drawn
        if old != new:
            self._paint_between(old, new)
        if old_pointer != new_pointer:
            # The part between the track's position and the pointer is tinted.
            places = [old if old_pointer is None else old_pointer]
            places.append(new if new_pointer is None else new_pointer)
            self._paint_between(min(places), max(places))
        self._tell()

    def _paint_between(self, one: float, other: float) -> None:
        reach = int(HANDLE) + 3
        left, right = int(min(one, other)) - reach, int(max(one, other)) + reach
        self.update(QRect(left, 0, right - left, self.height()))

    def _show_all(self) -> None:
        """Repaint everything, after a change of more than the position."""
        self._drawn = self._marks()
        self.update()
        self._tell(changed=True)
        self._show_bubble()

    def _tell(self, *, changed: bool = False) -> None:
        """Update the labels beside the bar, and screen readers."""
        if self.shown != self._told:
            self._told = self.shown
            self.shown_changed.emit(self._told)
        ahead = abs(self._position // 1000 - self.value())
        # A screen reader speaks every new value of the focused widget: don't change it each second.
        if changed or ahead >= (_CALM if self.hasFocus() else 1):
            self._tell_screen_reader()

    def _show_bubble(self) -> None:
        pointer = self._marks()[1]
        if pointer is None or not self.isVisible():
            if self._bubble is not None and shiboken6.isValid(self._bubble):
                self._bubble.hide()
            return
        window = self.window()
        if self._bubble is None or not shiboken6.isValid(self._bubble):
            self._bubble = TimeBubble(window)
        elif self._bubble.parentWidget() is not window:
            self._bubble.setParent(window)
        at = self._time_at(pointer)
        self._bubble.show_over(self, round(pointer), length_text(at // 1000))

    def _tell_screen_reader(self) -> None:
        """Set Qt's value to the position in seconds, and the description to its text."""
        self._following = True
        self.setRange(0, max(self.length, self._position) // 1000)
        self.setValue(self._position // 1000)
        self._following = False
        text = length_text(self._position // 1000)
        if self.length:
            text = self.tr("{0} of {1}").format(text, length_text(self.length / 1000))
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed part (Qt override)."""
        place, pointer = self._marks()
        lively = self.isEnabled() and self.length > 0
        look = Look(
            place=place if lively else float(MARGIN),
            pointer=pointer,
            handle=None,
            waveform=self._waveform if self.isEnabled() else None,
            seconds=self.length / 1000,
            focused=self._ring_shown,
        )
        if lively and self._dragging:
            look = replace(look, handle=pointer)
        elif lively and (pointer is not None or self._ring_shown):
            look = replace(look, handle=place)
        self._painting.paint(QPainter(self), self, event.rect(), look)
