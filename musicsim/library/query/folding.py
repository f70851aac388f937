"""Text folded for search and sorting: without case, accents and apostrophes."""

from __future__ import annotations

import unicodedata

# Letters that look accented but that Unicode doesn't decompose, and characters that people omit when they type.
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys("'’‘`´ʼ")
)


def fold(text: str) -> str:
    """Return `text` so that ``Motörhead``, ``MOTORHEAD`` and ``motorhead`` are the same."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_SPELLED)
