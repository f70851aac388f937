"""The seek bar: shows the place in the track, and seeks."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from musicsim.ui.kit.wheel import Notches
from musicsim.ui.playback.place_bar import LONGEST, PlaceBar

STEP_MS, PAGE_MS = 5_000, 30_000
"""How far an arrow key or a notch of the wheel goes, and how far Page Up."""
END_MARGIN_MS = 500
"""A seek goes no nearer to the end than this, since it must not skip to the next track."""

_ON_ITS_WAY = 0.5
"""Seconds after a seek in which the player may still report where it was before."""
_ARRIVED_MS = 1_000
"""A position this near to the target means that the player has arrived."""

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
    Qt.Key.Key_Home: -LONGEST,
    Qt.Key.Key_End: LONGEST,
}


class SeekBar(PlaceBar):
    """A bar on which the listener seeks: with the mouse, its wheel, the keys, or a screen reader.

    `set_position` only shows; `seek_wanted` comes only from the listener. Screen readers set Qt's own value, so that
    `setValue` is a seek, too.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    seek_wanted = Signal(int)
    """The listener wants to go to this place; milliseconds."""

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._awaited: tuple[int, float] | None = None
        """Where the last seek went, and until when the player may be on its way there."""
        self._notches = Notches()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSingleStep(STEP_MS // 1000)
        self.setPageStep(PAGE_MS // 1000)
        self.valueChanged.connect(self._follow_screen_reader)

    # --- what the player tells ---

    def reset(self) -> None:
        """Begin another track, or none."""
        self._awaited = None
        super().reset()

    def set_position(self, milliseconds: int) -> None:
        """Show where the track is; never a seek."""
        if self._awaited is not None:
            target, until = self._awaited
            on_its_way = abs(milliseconds - target) > _ARRIVED_MS and self._clock() < until
            if on_its_way:
                # What the player said before it heard of the seek: the handle would jump back and forth.
                return
            self._awaited = None
        super().set_position(milliseconds)

    # --- what the listener wants ---

    def _seek(self, milliseconds: int) -> None:
        """Go to a place, and show it at once: the next notch of the wheel counts from there."""
        last = max(0, self.length - END_MARGIN_MS) if self.length else LONGEST
        self._position = max(0, min(milliseconds, last))
        self._awaited = (self._position, self._clock() + _ON_ITS_WAY)
        self._tell_screen_reader()
        self._show_change()
        self.seek_wanted.emit(self._position)

    def _step(self, milliseconds: int) -> None:
        if self.length or milliseconds != LONGEST:
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
        self._notches.reset()
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
        if notches := self._notches.turn(delta):
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

    def _follow_screen_reader(self, seconds: int) -> None:
        if not self._following:
            self._seek(1000 * seconds)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard works on the bar, unless it was clicked."""
        self._tell_screen_reader()
        if event.reason() not in _OF_THE_WINDOW:
            # Who clicks knows where.
            self._ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Cancel a drag: nobody could press Escape any more."""
        self._notches.reset()
        self._cancel_drag()
        self.update()

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


def _is_plain(event: QKeyEvent) -> bool:
    """Whether a key is pressed alone; those of the number pad count."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
