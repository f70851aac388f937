"""Which of many texts have a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Occurs in no UTF-8.
_END = b"\xff"


def as_bytes(text: str) -> bytes:
    """Return a text as `WordSearch` takes it; names of files may have in them what is no text."""
    return text.encode("utf-8", "surrogatepass")


class WordSearch:
    """Looks for a word in many texts at once.

    The texts are one array of bytes, and a word is compared with it letter by letter at all places at once: for a
    hundred thousand titles, a third of the time that Python's ``in`` takes, text by text.

    Parameters
    ----------
    texts
        What `as_bytes` returned, N of them.
    """

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._bytes = np.frombuffer(_END.join((*texts, b"")), np.uint8)
        lengths = np.fromiter(map(len, texts), np.intp, len(texts)) + len(_END)
        self._starts = np.cumsum(lengths) - lengths

    def having(self, word: str) -> npt.NDArray[np.bool_]:
        """Return in which texts a word occurs, as an array (N,)."""
        letters = as_bytes(word)
        room = len(self._bytes) - len(letters) + 1
        if not letters or room <= 0:
            return np.full(len(self._starts), not letters)
        found = np.zeros(len(self._bytes), bool)
        np.equal(self._bytes[:room], letters[0], out=found[:room])
        for i, letter in enumerate(letters[1:2], start=1):
            found[:room] &= self._bytes[i : i + room] == letter
        if len(letters) > 2:
            # Pairs of letters are rare enough to look at each of them.
            places = np.flatnonzero(found)
            for i, letter in enumerate(letters[2:], start=2):
                places = places[self._bytes[places + i] == letter]
            found[:] = False
            found[places] = True
        return np.logical_or.reduceat(found, self._starts)
