"""The seek bar: shows the place in the track, and seeks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from musicsim.ui.kit import formats
from musicsim.ui.playback.bar_painting import HANDLE, MARGIN, BarPainting, Look
from musicsim.ui.playback.time_bubble import TimeBubble

if TYPE_CHECKING:
    from musicsim.audio import Waveform

STEP_MS, PAGE_MS = 5_000, 30_000
"""How far an arrow key or a notch of the wheel goes, and how far Page Up."""
END_MARGIN_MS = 500
"""A seek goes no nearer to the end than this, since it must not skip to the next track."""

_ON_ITS_WAY = 0.5
"""Seconds after a seek in which the player may still report where it was before."""
_ARRIVED_MS = 1_000
"""A position this near to the target means that the player has arrived."""
_CALM = 10
"""Seconds between the values that a screen reader hears while the bar has the focus and nobody seeks."""
_NOTCH = 120
"""A notch of the wheel, in eighths of a degree."""
_LONGEST = 2**31 - 1
"""The longest time that Qt's signals can carry: 24 days."""

_OF_THE_WINDOW = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Focus that comes back with the window: the ring stays as it was."""

_KEYS: dict[int, int] = {
    Qt.Key.Key_Left: -STEP_MS,
    Qt.Key.Key_Down: -STEP_MS,
    Qt.Key.Key_Right: STEP_MS,
    Qt.Key.Key_Up: STEP_MS,
    Qt.Key.Key_PageDown: -PAGE_MS,
    Qt.Key.Key_PageUp: PAGE_MS,
    # Beyond either end, whatever the length is.
    Qt.Key.Key_Home: -_LONGEST,
    Qt.Key.Key_End: _LONGEST,
}


class SeekBar(QAbstractSlider):
    """A line, or the waveform, on which time runs from left to right, in right-to-left languages as well.

    `set_position` only shows; `seek_wanted` comes only from the listener. Qt's own value, in seconds, is what screen
    readers read and set; `setValue` is a seek, too.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    seek_wanted = Signal(int)
    """The listener wants to go to this place; milliseconds."""
    shown_changed = Signal(int)
    """The place that is shown, milliseconds: where the track is or, while the listener drags, where the pointer is."""

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._duration = 0
        self._position = 0
        self._waveform: Waveform | None = None
        self._pointer: float | None = None
        """Where the pointer is over the bar, or has been dragged to; pixels."""
        self._dragging = False
        self._awaited: tuple[int, float] | None = None
        """Where the last seek went, and until when the player may be on its way there."""
        self._turned = 0
        """How far the wheel has turned towards the next notch."""
        self._told = 0
        self._following = False
        """Whether Qt's value follows the track, rather than a screen reader."""
        self._ring = False
        self._painting = BarPainting()
        self._drawn: tuple[float, float | None] = (0.0, None)
        self._bubble: TimeBubble | None = None

        self.setOrientation(Qt.Orientation.Horizontal)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Place in the track"))
        self.setSingleStep(STEP_MS // 1000)
        self.setPageStep(PAGE_MS // 1000)
        self._tell_screen_reader()
        self.valueChanged.connect(self._follow_screen_reader)

    # --- what the player tells ---

    @property
    def position(self) -> int:
        """Where the track is, in milliseconds."""
        return self._position

    @property
    def length(self) -> int:
        """Milliseconds from end to end: the player's or, where it knows none, the waveform's; 0 for unknown."""
        if self._duration or self._waveform is None:
            return self._duration
        return min(_LONGEST, round(1000 * self._waveform.duration))

    @property
    def shown(self) -> int:
        """The place that is shown; see `shown_changed`."""
        if self._dragging and self._pointer is not None:
            return self._time_at(self._pointer)
        return self._position

    def reset(self) -> None:
        """Begin another track, or none: at its beginning, of unknown length, without a waveform.

        A drag ends without a seek, since it was in the track before.
        """
        self._dragging = False
        self._awaited = None
        self._duration = self._position = 0
        self._waveform = None
        self._show_all()

    def set_duration(self, milliseconds: int) -> None:
        """Set how long the track is; 0 for unknown."""
        milliseconds = max(0, min(milliseconds, _LONGEST))
        if milliseconds != self._duration:
            self._duration = milliseconds
            self._dragging = self._dragging and self.length > 0
            self._show_all()

    def set_waveform(self, waveform: Waveform | None) -> None:
        """Show the waveform of the track; None for a plain line."""
        if waveform != self._waveform:
            self._waveform = waveform
            self._dragging = self._dragging and self.length > 0
            self._show_all()

    def set_position(self, milliseconds: int) -> None:
        """Show where the track is; never a seek."""
        if self._awaited is not None:
            target, until = self._awaited
            on_its_way = abs(milliseconds - target) > _ARRIVED_MS and self._clock() < until
            if on_its_way:
                # What the player said before it heard of the seek: the handle would jump back and forth.
                return
            self._awaited = None
        self._position = max(0, min(milliseconds, _LONGEST))
        self._show_change()

    # --- what the listener wants ---

    def _seek(self, milliseconds: int) -> None:
        """Go to a place, and show it at once: the next notch of the wheel counts from there."""
        last = max(0, self.length - END_MARGIN_MS) if self.length else _LONGEST
        self._position = max(0, min(milliseconds, last))
        self._awaited = (self._position, self._clock() + _ON_ITS_WAY)
        self._tell_screen_reader()
        self._show_change()
        self.seek_wanted.emit(self._position)

    def _step(self, milliseconds: int) -> None:
        if self.length or milliseconds != _LONGEST:
            self._seek(self._position + milliseconds)

    def _cancel_drag(self) -> None:
        if self._dragging:
            self._dragging = False
            if not self.underMouse():
                self._pointer = None
            self._show_all()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag with the left button; cancel it with any other one."""
        if event.button() is not Qt.MouseButton.LeftButton:
            # The context menu, if there is one, belongs to the widget below.
            event.setAccepted(self._dragging)
            self._cancel_drag()
        elif self.length:
            self._dragging = True
            self._point_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self._dragging and not event.buttons() & Qt.MouseButton.LeftButton:
            # It was let go of where nobody told, such as in a system dialog.
            self._cancel_drag()
        self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go where the pointer is."""
        if event.button() is not Qt.MouseButton.LeftButton or not self._dragging:
            return
        self._dragging = False
        inside = self.rect().contains(event.position().toPoint())
        self._pointer = event.position().x() if inside else None
        self._seek(self._time_at(event.position().x()))
        self._show_all()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the time under the pointer."""
        self._point_at(event.position())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the time under the pointer."""
        self._turned = 0
        if not self._dragging:
            self._pointer = None
            self._show_all()

    def _point_at(self, place: QPointF) -> None:
        self._pointer = place.x()
        self._show_change()
        self._show_bubble()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go a step for each notch; many small turns of a touchpad make one."""
        event.accept()
        # What a touchpad goes on to send after the fingers have left it would run through the track, and Ctrl and the
        # wheel mean something else.
        coasting = event.phase() is Qt.ScrollPhase.ScrollMomentum
        if coasting or event.modifiers() or self._dragging:
            return
        turned = event.angleDelta()
        delta = turned.y() if abs(turned.y()) >= abs(turned.x()) else -turned.x()
        if event.inverted():
            delta = -delta
        if delta * self._turned < 0:
            self._turned = 0
        self._turned += delta
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        if notches:
            self._step(notches * STEP_MS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go a step. Space and all other keys are the window's."""
        step = _KEYS.get(event.key()) if _is_plain(event) else None
        if self._dragging:
            if event.key() == Qt.Key.Key_Escape:
                self._cancel_drag()
            # The other keys wait for the end of the drag.
            event.setAccepted(event.key() == Qt.Key.Key_Escape or step is not None)
        elif step is not None:
            event.accept()
            self._step(step)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window's shortcuts while the listener drags."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._dragging
        ):
            event.accept()
            return True
        return super().event(event)

    # --- screen readers ---

    def _tell_screen_reader(self) -> None:
        """Let Qt's value be the place that is shown, in seconds, and the description say it in words."""
        self._following = True
        self.setRange(0, max(self.length, self._position) // 1000)
        self.setValue(self._position // 1000)
        self._following = False
        text = formats.length(self._position // 1000)
        if self.length:
            text = self.tr("{0} of {1}").format(text, formats.length(self.length // 1000))
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def _follow_screen_reader(self, seconds: int) -> None:
        if not self._following:
            self._seek(1000 * seconds)

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Do nothing: Qt would repaint the whole bar."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard works on the bar, unless it was clicked."""
        self._tell_screen_reader()
        if event.reason() not in _OF_THE_WINDOW:
            # Who clicks knows where.
            self._ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Cancel a drag: nobody could press Escape any more."""
        self._turned = 0
        self._cancel_drag()
        self.update()

    @property
    def _ring_shown(self) -> bool:
        """Whether it shows that the keyboard works on it."""
        return self._ring and self.hasFocus()

    # --- what is shown ---

    def sizeHint(self) -> QSize:
        """Return the same size with and without a waveform, so that nothing moves when it comes."""
        return QSize(240, 40)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(80, 24)

    def _time_at(self, x: float) -> int:
        part = (x - MARGIN) / max(1, self.width() - 2 * MARGIN)
        return round(max(0.0, min(part, 1.0)) * self.length)

    def _x_of(self, milliseconds: int) -> float:
        part = min(1.0, milliseconds / self.length) if self.length else 0.0
        return MARGIN + part * (self.width() - 2 * MARGIN)

    def _marks(self) -> tuple[float, float | None]:
        """Where the track is and where the pointer is, on the screen's pixels."""
        ratio = self.devicePixelRatioF()
        pointer = self._pointer if self.length and self.isEnabled() else None
        if pointer is not None:
            pointer = max(float(MARGIN), min(pointer, self.width() - float(MARGIN)))
            pointer = round(pointer * ratio) / ratio
        return round(self._x_of(self._position) * ratio) / ratio, pointer

    def _show_change(self) -> None:
        """Paint what a new position or pointer changes: a strip, and mostly nothing at all."""
        before, self._drawn = self._drawn, self._marks()
        (old, old_pointer), (new, new_pointer) = before, self._drawn
        if old != new:
            self._paint_between(old, new)
        if old_pointer != new_pointer:
            # Between the track's place and the pointer there is a tint.
            places = [old if old_pointer is None else old_pointer]
            places.append(new if new_pointer is None else new_pointer)
            self._paint_between(min(places), max(places))
        self._tell()

    def _paint_between(self, one: float, other: float) -> None:
        reach = int(HANDLE) + 3
        left, right = int(min(one, other)) - reach, int(max(one, other)) + reach
        self.update(QRect(left, 0, right - left, self.height()))

    def _show_all(self) -> None:
        """Paint everything, after a change of more than the position."""
        self._drawn = self._marks()
        self.update()
        self._tell(changed=True)
        self._show_bubble()

    def _tell(self, *, changed: bool = False) -> None:
        """Tell the labels beside it, and screen readers."""
        if self.shown != self._told:
            self._told = self.shown
            self.shown_changed.emit(self._told)
        ahead = abs(self._position // 1000 - self.value())
        # A screen reader speaks every new value of what has the focus: not each second.
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
        self._bubble.show_over(self, round(pointer), formats.length(at // 1000))

    def hideEvent(self, event: QHideEvent) -> None:
        """End a drag without a seek, and hide the bubble."""
        self._dragging = False
        self._pointer = None
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        """End a drag without a seek when the bar is disabled."""
        if event.type() is QEvent.Type.EnabledChange:
            self._dragging = False
            self._show_all()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed part."""
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


def _is_plain(event: QKeyEvent) -> bool:
    """Whether a key is pressed alone; those of the number pad count."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
