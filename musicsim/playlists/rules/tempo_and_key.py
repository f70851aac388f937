"""Whether two tracks go together by their tempo and their key, as the tags say them."""

from __future__ import annotations

import math
import re
from functools import lru_cache

_CAMELOT = re.compile(r"(1[0-2]|0?[1-9])\s*([abdm])", re.IGNORECASE)
_NAME = re.compile(
    r"([a-h])\s*(sharp|flat|♯|♭|#|is|es|s|b)?\s*(?:(minor|min|moll|m)|(major|maj|dur))?",
    re.IGNORECASE,
)
_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_SHARP, _FLAT = ("sharp", "♯", "#", "is"), ("flat", "♭", "es", "s", "b")


def tempo_change(one: float | None, other: float | None) -> float | None:
    """Return the change from one tempo to another in percent; None if one is unknown, or no tempo at all.

    Half and double tempo are the same tempo.
    """
    if not one or not other or not (0 < one < math.inf and 0 < other < math.inf):
        return None
    ratio = max(one, other) / min(one, other)
    # Once halved, it may be below 1, and then counts the other way round.
    return 100 * (min(ratio, max(ratio / 2, 2 / ratio)) - 1)


def keys_match(one: str, other: str) -> bool | None:
    """Return whether two keys are the same, relative, or a fifth apart; None if one of them is no key.

    These are the neighbours on the circle of fifths. Keys may be written as Am, F# minor, Des-Dur, 8A, or 1m.
    """
    first, second = _place(one.strip()), _place(other.strip())
    if first is None or second is None:
        return None
    fifths = (first[0] - second[0]) % 12
    if first[1] != second[1]:
        return fifths == 0
    return fifths in (0, 1, 11)


@lru_cache(maxsize=1024)
def _place(key: str) -> tuple[int, bool] | None:
    """Return a key's place on the circle of fifths, where relative keys share one, and whether it is minor."""
    if code := _CAMELOT.fullmatch(key):
        number, letter = int(code[1]), code[2].casefold()
        if letter in "ab":
            # Camelot: 8B is C major, and 8A is A minor.
            return (number - 8) % 12, letter == "a"
        # Open Key, as Traktor writes it: 1d is C major, and 1m is A minor.
        return (number - 1) % 12, letter == "m"
    name = _NAME.fullmatch(key.replace("-", " ").strip())
    if name is None:
        return None
    note, sign, minor, major = name[1], (name[2] or "").casefold(), name[3], name[4]
    semitone = _SEMITONES[note.casefold()] + (sign in _SHARP) - (sign in _FLAT)
    # In German, a small letter alone is a minor key: "a" and "fis".
    is_minor = bool(minor) or (major is None and note.islower() and len(key) <= 3)
    relative = semitone + 3 if is_minor else semitone
    return (relative * 7) % 12, is_minor
