"""Counts in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun, such as ``1 track`` or ``25 tracks``.

    Parameters
    ----------
    number
        The count.
    one, many
        The noun for one and for another number; by default `one` with an s.
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
