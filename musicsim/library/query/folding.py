"""Text folded for search and sorting: without case, accents, apostrophes and invisible characters."""

from __future__ import annotations

import unicodedata

# Characters that people omit or replace when they type, and letters that look accented but that Unicode doesn't
# decompose. The dots of ё are rarely printed.
_SPELLED = (
    dict.fromkeys("'’‘`ʼʹ\N{ARABIC TATWEEL}", "")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("“”„‟«»", '"')
    | {"〜": "~"}
    | {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ŋ": "n",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ё": "е",
    }
)
_ACCENTED = ("LATIN ", "GREEK ", "HEBREW ", "ARABIC ")
"""Scripts whose composed letters are letters with accents. In other scripts they are letters of their own: Й, ガ."""
_ACCENTS = ("COMBINING ", "HEBREW ", "ARABIC ")
"""Marks that people leave out: accents, and the vowels of Hebrew and Arabic. Other scripts' marks are letters."""


class _Letters(dict[int, str]):
    """A table for `str.translate`, which folds each character once."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _folded(chr(point))
        return folded


def _folded(letter: str) -> str:
    if letter in _SPELLED:
        return _SPELLED[letter]
    name = unicodedata.name(letter, "")
    if unicodedata.category(letter) == "Cf":
        # Soft hyphens, joiners and marks of direction.
        return ""
    if unicodedata.combining(letter):
        is_accent = name.startswith(_ACCENTS) and "KATAKANA" not in name
        return "" if is_accent else letter
    if name.startswith("HANGUL SYLLABLE"):
        # In parts, so that search finds a syllable while it is being typed.
        return unicodedata.normalize("NFD", letter)
    if name.startswith(_ACCENTED):
        apart = unicodedata.normalize("NFD", letter)
        bare = "".join(c for c in apart if not unicodedata.combining(c))
        return _SPELLED.get(bare, bare)
    return letter


_LETTERS = _Letters()


def fold(text: str) -> str:
    """Return `text` so that ``Motörhead``, ``MOTORHEAD`` and ``motorhead`` are the same.

    Marks are dropped only where people omit them when they type: Й is not И, ガ is not カ, and the vowels of Devanagari
    and Thai stay.
    """
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    # Unicode takes an acute that stands alone, often typed as an apostrophe, for an accent on a space.
    composed = unicodedata.normalize("NFKC", text.replace("´", ""))
    # Casefolding takes some letters apart again.
    return unicodedata.normalize("NFC", composed.casefold()).translate(_LETTERS)
