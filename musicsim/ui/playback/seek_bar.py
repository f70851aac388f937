"""Seek bar: shows the position in the track, and seeks."""

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
"""Step of an arrow key or a notch of the wheel, and step of Page Up."""
END_MARGIN_MS = 500
"""Smallest distance of a seek from the end, so that it doesn't skip to the next track."""

_ON_ITS_WAY = 0.5
"""Seconds after a seek during which the player may still report the old position."""
_ARRIVED_MS = 1_000
"""Largest distance from the target at which the player counts as arrived."""

_OF_THE_WINDOW = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Reasons of focus that returns with the window: the ring stays as it was."""

_KEYS: dict[int, int] = {
    Qt.Key.Key_Left: -STEP_MS,
    Qt.Key.Key_Down: -STEP_MS,
    Qt.Key.Key_Right: STEP_MS,
    Qt.Key.Key_Up: STEP_MS,
    Qt.Key.Key_PageDown: -PAGE_MS,
    Qt.Key.Key_PageUp: PAGE_MS,
    # Beyond either end, whatever the length.
    Qt.Key.Key_Home: -LONGEST,
    Qt.Key.Key_End: LONGEST,
}


class SeekBar(PlaceBar):
    """Bar on which the listener seeks: with the mouse, its wheel, the keys, or a screen reader.

    `set_position` only shows; `seek_wanted` comes only from the listener. Screen readers set Qt's own value, so
    `setValue` is a seek, too.

    Parameters
    ----------
    clock
        Monotonic clock in seconds.
    """

    seek_wanted = Signal(int)
    """Position that the listener wants, in milliseconds."""

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._awaited: tuple[int, float] | None = None
        """Target of the last seek, and the time until which the player may be on its way there."""
        self._notches = Notches()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSingleStep(STEP_MS // 1000)
        self.setPageStep(PAGE_MS // 1000)
        self.valueChanged.connect(self._follow_screen_reader)

    # --- input from the player ---

    def reset(self) -> None:
        """Reset to another track, or none."""
        self._awaited = None
        super().reset()

    def set_position(self, milliseconds: int) -> None:
        """Show the position of the track; never seek."""
        if self._awaited is not None:
            target, until = self._awaited
            on_its_way = abs(milliseconds - target) > _ARRIVED_MS and self._clock() < until
            if on_its_way:
                # The player reported this before it received the seek: the handle would jump back and forth.
                return
            self._awaited = None
        super().set_position(milliseconds)

    # --- input from the listener ---

    def _seek(self, milliseconds: int) -> None:
        """Seek, and show the new position at once: the next notch of the wheel counts from there."""
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
            # A context menu, if there is one, belongs to the widget below.
            event.setAccepted(self._dragging)
            self._cancel_drag()
        elif self.length:
            self._dragging = True
            self._point_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self._dragging and not event.buttons() & Qt.MouseButton.LeftButton:
            # The button was released unseen, for example in a system dialog.
            self._cancel_drag()
        self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Seek to the pointer."""
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
        """Move one step per notch; many small turns of a touchpad make one notch."""
        event.accept()
        # A touchpad keeps sending events after the fingers have left it, which would run through the track. Ctrl and
        # the wheel mean something else.
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
        """Move one step; Space and all other keys belong to the window."""
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
        """Keep Escape from the window's shortcuts during a drag."""
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
        """Show the focus ring, unless the bar was clicked."""
        self._tell_screen_reader()
        if event.reason() not in _OF_THE_WINDOW:
            # After a click, the listener knows where the focus is.
            self._ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Cancel a drag: without the focus, Escape could not cancel it."""
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
    """Return whether a key is pressed without modifiers; keys of the number pad count."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
