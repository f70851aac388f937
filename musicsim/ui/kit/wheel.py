"""Mouse wheel notches."""

from __future__ import annotations

_NOTCH = 120
"""Size of a notch in eighths of a degree."""


class Notches:
    """Counter of whole wheel notches; several small turns, as from a touchpad, add up to one."""

    def __init__(self) -> None:
        self._turned = 0
        """Eighths of a degree turned towards the next notch."""

    def turn(self, eighths: int) -> int:
        """Return the number of whole notches, including the remainder of earlier turns."""
        if eighths * self._turned < 0:
            # The direction has changed.
            self._turned = 0
        self._turned += eighths
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        return notches

    def reset(self) -> None:
        """Discard the remainder."""
        self._turned = 0
