"""Decoding of the texts that a file has in an 8-bit encoding; `stand_ins` keeps their bytes as lone surrogates."""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from musicsim.base.encodings import decode, decode_all
from musicsim.library.tags.bounds import LONGEST_TEXT, MOST_VALUES
from musicsim.library.tags.ratings import Values

WORDS: Final = ("title", "artists", "album", "album_artists", "genres", "composers")
"""The fields whose texts are words of one encoding. A comment or a copyright sign may have another."""
_UNDECODED: Final = re.compile("[\0-\x08\x0e-\x1f\udc80-\udcff]")
"""Bytes of another encoding than UTF-8, as which bytes of UTF-16 pass if it has no mark."""


class Decoder:
    """Decodes the texts of a file's tags.

    Those that are words are judged together, once the first is asked for.

    Parameters
    ----------
    carriers
        The values of each of the file's tags.
    declared
        The encoding that the file declares; empty if none.
    """

    def __init__(self, carriers: list[Values], declared: str) -> None:
        self._carriers = carriers
        self._declared = declared or None

    def of(self, field: str, values: list[Any]) -> list[Any]:
        """Return the values of a field, with their texts decoded."""
        if not any(map(_is_undecoded, values)):
            return values
        known = self._words if field in WORDS else {}
        return [
            known.get(value) or decode(_bytes_of(value), self._declared)
            if _is_undecoded(value)
            else value
            for value in values
        ]

    @functools.cached_property
    def _words(self) -> dict[str, str]:
        texts = dict.fromkeys(
            value
            for values in self._carriers
            for field in WORDS
            for value in values(field)[:MOST_VALUES]
            if _is_undecoded(value)
        )
        raw = [_bytes_of(text) for text in texts]
        return dict(zip(texts, decode_all(raw, self._declared), strict=True))


def _is_undecoded(value: Any) -> bool:
    return isinstance(value, str) and not value.isprintable() and bool(_UNDECODED.search(value))


def _bytes_of(text: str) -> bytes:
    return text[:LONGEST_TEXT].encode("utf-8", "surrogateescape")
