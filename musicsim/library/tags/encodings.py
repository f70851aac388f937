"""Text of old ID3 tags that says it is Latin-1 and is not, as programs in Russia, Korea, Japan and China wrote it.

Titles are too short for detectors that count letters: they take "Björk" for Russian and "Кино" for Korean (tried with
charset-normalizer 3.5). So the text of the whole file is asked together, and a reading counts only if it makes words:
Latin text with an accent here and there never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

_ENOUGH = 4
"""Bytes above ASCII, in all texts together, below which nothing is repaired."""

_WORD = re.compile(r"[^\W\d_]+")
_RUSSIAN_WORD = re.compile("[А-ЯЁІЇЄҐ]?[а-яёіїєґ]+|[А-ЯЁІЇЄҐ]+")
_RUSSIAN_VOWELS = frozenset("аеёиоуыэюяіїє")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺー一-龠々〆ヶ]+")
_KOREAN = re.compile("[가-힣]+")
_CHINESE = re.compile("[一-龠]+")


def repair(texts: Iterable[str]) -> Mapping[str, str]:
    """Read text that was taken for Latin-1 as what it is.

    Parameters
    ----------
    texts
        All such text of one file: it is of one encoding.

    Returns
    -------
    mapping
        Each text that reads otherwise, and how. Empty where the text is Latin-1, or nothing better is certain.
    """
    raw: dict[str, bytes] = {}
    for text in texts:
        try:
            as_bytes = text.encode("latin-1")
        except UnicodeEncodeError:
            continue
        if not as_bytes.isascii():
            raw[text] = as_bytes
    if sum(byte >= 0x80 for line in raw.values() for byte in line) < _ENOUGH:
        return {}
    for encoding, makes_words in _READINGS:
        try:
            read = {text: line.decode(encoding) for text, line in raw.items()}
        except UnicodeDecodeError:
            continue
        if makes_words("\n".join(read.values())):
            return read
    return {}


def _russian(text: str) -> bool:
    words = _foreign_words(text)
    letters = "".join(words).casefold()
    vowels = sum(letter in _RUSSIAN_VOWELS for letter in letters)
    return (
        bool(words)
        and all(map(_RUSSIAN_WORD.fullmatch, words))
        and max(map(len, words)) > 2
        and 0.2 <= vowels / len(letters) <= 0.75
    )


def _of(letters: re.Pattern[str]) -> Callable[[str], bool]:
    def makes_words(text: str) -> bool:
        words = _foreign_words(text)
        return bool(words) and all(map(letters.fullmatch, words))

    return makes_words


def _foreign_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isascii()]


_READINGS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("utf-8", lambda _: True),  # nothing else decodes as UTF-8 by accident
    ("cp1251", _russian),
    ("euc_kr", _of(_KOREAN)),
    ("cp932", _of(_JAPANESE)),
    ("cp949", _of(_KOREAN)),  # its rare syllables lie where Shift-JIS has its letters
    ("gb18030", _of(_CHINESE)),
)
