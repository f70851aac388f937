"""The notches of a mouse wheel."""

from __future__ import annotations

_NOTCH = 120
"""In eighths of a degree."""


class Notches:
    """Counts whole notches; many small turns, as of a touchpad, make one."""

    def __init__(self) -> None:
        self._turned = 0
        """Towards the next notch."""

    def turn(self, eighths: int) -> int:
        """Return how many notches a turn makes together with what was left of those before."""
        if eighths * self._turned < 0:
            # It turns back.
            self._turned = 0
        self._turned += eighths
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        return notches

    def reset(self) -> None:
        """Forget what is left."""
        self._turned = 0
