"""Texts as keys: words that are the same in all spellings of a name or title."""

from __future__ import annotations

import re
import unicodedata

from musicsim.library.query.folding import fold

# Also signs that decorate titles.
_SPACES_TOO = frozenset("~|™®©℠℗")
_INITIAL = re.compile(r"(?<!\w)(\w)\.")


class _Signs(dict[int, str]):
    """A table for `str.translate`, which replaces punctuation by spaces."""

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        stays = unicodedata.category(sign)[0] not in "PZC" and sign not in _SPACES_TOO
        text = self[point] = sign if stays else " "
        return text


_SIGNS = _Signs()


def key_words(text: str) -> str:
    """Return the words of a text, folded and separated by single spaces, without punctuation.

    Signs such as ÷ and + are words. A text of a letter or of punctuation alone keeps all its signs: -M- is not M, and
    the band !!! has a name. R.E.M. and REM are the same.
    """
    return words_of(fold(text))


def words_of(folded: str) -> str:
    """Return the words of a folded text; see `key_words`."""
    plain = _INITIAL.sub(r"\1", folded) if "." in folded else folded
    words = " ".join(plain.translate(_SIGNS).split())
    return words if len(words) > 1 else "".join(folded.split())


def word_set(*texts: str) -> frozenset[str]:
    """Return the words in texts, each as `key_words` has it."""
    return frozenset(word for text in texts for word in key_words(text).split())


def name_set(*lists: str) -> frozenset[str]:
    """Return the names in lists that separate them by commas, each as `key_words` has it."""
    return frozenset(key_words(name) for names in lists for name in names.split(","))
