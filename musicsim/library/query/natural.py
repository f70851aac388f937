"""Sort keys by which people expect names in order: without case and accents, and numbers by their size."""

from __future__ import annotations

import re

from musicsim.library.query.folding import fold

_DIGITS = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that puts "Mix 2" before "mix 10"; names that differ only in case follow each other."""
    # Texts and numbers take turns. A number with more digits is larger, and text is as long as any other.
    parts = _DIGITS.split(fold(name))
    key = [
        (len(digits), digits) if number % 2 else (0, part)
        for number, part in enumerate(parts)
        for digits in (part.lstrip("0"),)
    ]
    return (*key, (0, name))
