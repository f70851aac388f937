"""Repairing the text of old ID3 tags that is marked as Latin-1 but has a Russian, Korean, Japanese or Chinese encoding.

Titles are too short for detectors that count letters: they take "Björk" for Russian and "Кино" for Korean (tried with
charset-normalizer 3.5). So all texts of a file are judged together, and a reading counts only if it makes words. Latin
text with an occasional accent never does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

_ENOUGH = 4
"""Bytes above ASCII, in all texts together, that are necessary for a repair."""
_ID3_V1 = 30
"""Bytes at which ID3v1 cuts a text, even in the middle of a character."""

# Roman and circled numbers and wide Latin letters don't indicate a language.
_WORD = re.compile(r"(?:(?![\u2160-\u217f\u2460-\u24ff\uff21-\uff3a\uff41-\uff5a])[^\W\d_])+")
_CYRILLIC = re.compile("[а-яёіїєґў]", re.IGNORECASE)
_CYRILLIC_WORD = re.compile(f"{_CYRILLIC.pattern}+", re.IGNORECASE)
# Characters in cp1251 that bytes of other languages become, and that Russian doesn't have beside a letter.
_NO_RUSSIAN = re.compile("[а-яёіїєґў][¤¦§¬°±µ¶·№]|[¤¦§¬°±µ¶·][а-яёіїєґў]", re.IGNORECASE)
_CAPITAL_INSIDE = re.compile(r"(?<=[^\W\d_A-ZА-ЯЁІЇЄҐЎ])[A-ZА-ЯЁІЇЄҐЎ]")
_RUSSIAN_VOWELS = frozenset("аеёиоуыэюяіїє")
_JAPANESE = re.compile("[ぁ-ゖァ-ヺー一-龠々〆ヶ〇]")
_KOREAN = re.compile("[가-힣一-龠豈-龎]")
_CHINESE = re.compile("[一-龠〇]")
# The syllables that make up most Korean text. Chinese text also decodes as syllables, but seldom as these.
_KOREAN_SYLLABLES = frozenset(
    "가각간갈감강같개거건걸것게겨결경계고곡공과관광구국군귀그근금기길김까깨꽃꿈끝나난날남내너널네노녀녹논놀누눈는늘니님"
    "다단달당대더던데도독동되된두둘든들듯등때떠또라란람랑래러런렇려력련로록론롭루류르른를름리린림마만말맘망맞매머먼멀메면명"
    "모목몰못무문물미민믿바박밖반발밤방배버번벌벗별병보복본봄부북분불비빛빠사산살삶삼상새색생서석선설성세소속손송수순술숨숙쉬"
    "슬습승시식신실심싶써아악안않알앞애야약양어언얼없엄에여연열영예오온올와왜외요용우운울원월위유윤으은을음의이인일임입있자작"
    "잔잘장재저적전절점정제조종좋주죽준중지직진집차찬참창처천철첫청체초최추춤친카크타태터토투트파편포표품풍프피하학한할함해행"
    "향허혁현형혜호홍화환황회후휘흐흔희히힘"
)


def repair(texts: Iterable[str]) -> Mapping[str, str]:
    """Read text that was taken for Latin-1 in its real encoding.

    Parameters
    ----------
    texts
        The texts of one file that are words, all in one encoding.

    Returns
    -------
    mapping
        Each text that changes, and its real reading. Empty if the text is Latin-1, or no other reading is certain.
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
            read = {text: _decode(line, encoding) for text, line in raw.items()}
        except UnicodeDecodeError:
            continue
        if makes_words("\n".join(read.values())):
            return read
    return {}


def _decode(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError as error:
        if len(line) != _ID3_V1 or error.end != _ID3_V1:
            raise
        return line[: error.start].decode(encoding)


def _russian(text: str) -> bool:
    words = _foreign_words(text)
    letters = [letter for word in words for letter in word if not letter.isascii()]
    vowels = sum(letter in _RUSSIAN_VOWELS for letter in "".join(letters).casefold())
    capitals = [len(_CAPITAL_INSIDE.findall(word)) for word in words]
    return (
        any(len(word) > 2 and _CYRILLIC_WORD.fullmatch(word) for word in words)
        and all(map(_CYRILLIC.fullmatch, letters))
        and not _NO_RUSSIAN.search(text)
        # Some bands write one of their letters in Latin, or as a capital; Latin words have only an occasional accent.
        and len(letters) >= 0.8 * sum(map(len, words))
        and max(capitals) <= 1
        and sum(capitals) <= len(words) / 2
        and 0.2 <= vowels / len(letters) <= 0.75
    )


def _japanese(text: str) -> bool:
    # It also contains Greek letters and the like.
    return _share(_JAPANESE, text) >= 0.8


def _korean(text: str) -> bool:
    letters = "".join(_foreign_words(text))
    known = sum(letter in _KOREAN_SYLLABLES for letter in letters)
    return _share(_KOREAN, text) >= 0.8 and known >= 0.5 * len(letters)


def _chinese(text: str) -> bool:
    return _share(_CHINESE, text) == 1


def _share(script: re.Pattern[str], text: str) -> float:
    """Return the share of a script among the letters of foreign words."""
    letters = "".join(_foreign_words(text))
    return len(script.findall(letters)) / len(letters) if letters else 0.0


def _foreign_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isascii()]


_READINGS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("utf-8", lambda text: not text.isascii()),  # nothing else decodes as UTF-8 by accident
    ("cp1251", _russian),
    ("euc_kr", _korean),
    ("cp932", _japanese),
    ("cp949", _korean),  # its rare syllables overlap with the letters of Shift-JIS
    ("gb18030", _chinese),
)
