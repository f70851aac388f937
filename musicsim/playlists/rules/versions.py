"""Titles without what says which version of the song it is: "(live)", "- 2011 Remaster", "feat. Bob", 【ライブ】.

A note about the version stands in brackets, or after a dash or a colon. It is one if all its words are a version's, or
if its first or last words are. A title is never cut elsewhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

from musicsim.library.query.folding import fold
from musicsim.playlists.rules.key_words import words_of
from musicsim.playlists.rules.version_words import (
    COMPOUND,
    FILLING,
    GUESTS,
    LIVE,
    LIVE_AT,
    NAMED_VERSION,
    NO_GUEST,
    NO_LIVE,
    NO_NAME,
    NUMBERED,
    NUMBERS,
    SURE_GUESTS,
    UNSPACED,
    VERSION,
)

# Every pair as one of two, so that a title cut in the middle, as by ID3v1, has an open bracket at most.
_BRACKETS = str.maketrans(
    dict.fromkeys("(【〔「『〈《<{⟨", "[") | dict.fromkeys(")】〕」』〉》>}⟩", "]")
)
_BRACKET = re.compile(r"\[([^\[\]]*)(?:\]|$)")
_SEPARATOR = re.compile(r"\s+[-~|]+\s*|[-~|]+\s+|~\s*|\s*:\s*")
# Neither "Six Feat of Strength" nor "10 ft Tall".
_GUEST_LIST = re.compile(
    r"\s+(?:feat\.|featuring\s|feat\s+(?!of\b)|(?<!\d\s)ft(?:\.|\s))\s*\S.*?(?=\s+[-~|]|[(\[]|$)"
)
# Neither "Part. 2" nor "Part. II".
_GUEST_SIGN = re.compile(r"\s*(?:w/|part\.\s*(?![\divx]+\b))")
_LIVE_FIRST = frozenset(phrase[0] for phrase in LIVE_AT)
_LIVE_LAST = frozenset(phrase[-1] for phrase in LIVE_AT)
# Most titles have none of these.
_PERHAPS_A_NOTE = re.compile(r"[\[:~|-]|\s(?:feat|ft)")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th|s|er|eme|a|o|年)?")


@lru_cache(maxsize=16_384)
def song_title(title: str) -> str:
    """Return the key of a title, the same for all versions of the song; empty if it consists of a note alone."""
    text = fold(title).translate(_BRACKETS)
    if not _PERHAPS_A_NOTE.search(text):
        return words_of(text)
    before = None
    while text != before:
        # From the inside out.
        before, text = text, _BRACKET.sub(_without_note, text)
    text = _GUEST_LIST.sub(" ", text)
    return words_of(_up_to_note(text)) if text.strip() else ""


def _without_note(bracket: re.Match[str]) -> str:
    # The rest keeps other brackets, so that the loop ends.
    return " " if is_version_note(bracket[1]) else f"({bracket[1]})"


def _up_to_note(text: str) -> str:
    """Return a title up to the first note behind a separator."""
    separators = list(_SEPARATOR.finditer(text.rstrip(" -~|")))
    for index, separator in enumerate(separators):
        end = separators[index + 1].start() if index + 1 < len(separators) else len(text)
        if not is_version_note(text[separator.end() : end]):
            continue
        # In "Halo - 2011 - Remaster" the year belongs to the note.
        while index and text[separators[index - 1].end() : separators[index].start()].isdecimal():
            index -= 1
        if head := text[: separators[index].start()].strip():
            return head
    return text


@lru_cache(maxsize=4096)
def is_version_note(note: str) -> bool:
    """Return whether folded text says only which version of a song it is."""
    words = words_of(_GUEST_LIST.sub(" ", note)).split()
    if not words:
        return False
    if words[0] in GUESTS or _GUEST_SIGN.match(note):
        return len(words) > 1 and (words[0] in SURE_GUESTS or words[1] not in NO_GUEST)
    return (
        _is_of_version_words(words)
        or _is_concert(words)
        or _is_named_version(words)
        or (not note.isascii() and UNSPACED.search("".join(words)) is not None)
    )


def _is_of_version_words(words: list[str]) -> bool:
    plain = [
        word
        for word in words
        if word not in FILLING and not _NUMBER.fullmatch(word) and any(map(str.isalnum, word))
    ]
    if plain and all(map(_is_version_word, plain)):
        return not (len(words) > 1 and words[-2] in NO_NAME and words[-1] in NAMED_VERSION)
    # "Take 2" and "1st Take", but no other number.
    if len(words) != 2 or NUMBERED.isdisjoint(words):
        return False
    number = words[1] if words[0] in NUMBERED else words[0]
    return number in NUMBERS or _NUMBER.fullmatch(number) is not None


def _is_version_word(word: str) -> bool:
    return word in VERSION or word in LIVE or COMPOUND.fullmatch(word) is not None


def _is_concert(words: list[str]) -> bool:
    """Return whether a note is like "Live at Wembley", "Wembley 1985 Live" and "En vivo desde Lima"."""
    for start in LIVE_AT if words[0] in _LIVE_FIRST or words[-1] in _LIVE_LAST else ():
        count = len(start)
        if tuple(words[:count]) == start:
            return len(words) == count or words[count] not in NO_LIVE
        if tuple(words[-count:]) == start:
            return words[-count - 1] not in NO_LIVE
    return False


def _is_named_version(words: list[str]) -> bool:
    """Return whether a note is like "David Guetta Remix", "Taylor's Version" and "Remastered by X"."""
    if words[0].startswith(("remaster", "remixed", "remasteri")):
        return True
    is_named = words[-1] in NAMED_VERSION or COMPOUND.fullmatch(words[-1]) is not None
    return is_named and (len(words) == 1 or words[-2] not in NO_NAME)
