"""Turning bytes of unknown origin into text: tags, playlists, and whatever else may have any 8-bit encoding.

In this order: UTF-8, the encoding that the file declares, an encoding that turns the texts into words of its languages,
and Windows-1252, which has most of Latin-1. Titles are too short for detectors that count letters: they take "Björk"
for Russian and "Кино" for Korean (tried with charset-normalizer 3.5). So all texts of a file are judged together, and
a reading counts only if it makes words. Latin text with an occasional accent never does.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from musicsim.base.languages import READINGS, Reading

_ENOUGH = 4
"""Bytes above ASCII, in all texts together, that are necessary for a reading as words."""
_ENOUGH_OF_SOME = 6
"""The same if other texts of the file contradict."""
_JUDGED = 2**16
"""Bytes that are judged: enough for any tag, and for hundreds of lines of a playlist."""
_LONGEST_CHARACTER = 4
"""Bytes."""
_SCRIPTS = 3
"""Blocks of 256 characters in one text of UTF-16: those of its script, and of its punctuation."""
_SAMPLE = 8
"""Texts that are enough to know a language by."""

# Encodings of text that a file may name. Others run escapes, or are of the computer rather than the file.
_DECLARABLE = re.compile(
    r"cp\d|utf-(?:8|16|32)|iso(?:8859|2022)|koi8|mac-|shift_jis|euc_|gb|hz|big5|johab|tis-620|kz1048|ptcp154"
)
# What programs declare that know only one encoding.
_SAYS_NOTHING = frozenset({"ascii", "iso8859-1", "cp1252"})
_CAN_BE_CHOSEN = frozenset({"cp1252"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile(rb"[\0-\x08\x0e-\x1f]")
_UTF_8_SEQUENCES = re.compile(
    rb"((?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+)"
)

# The control characters of Latin-1 are Windows-1252's letters and quotes, or nothing. A replacement character stands
# for a letter that some other program has lost; half of a pair of UTF-16 can't be stored.
_READABLE = {
    **{byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)},
    **dict.fromkeys(range(0xD800, 0xE000), ""),
    0xFEFF: "",
    0xFFFD: "?",
}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
"""Characters without a meaning, which East Asian encodings give to bytes that nobody uses."""
_UNREADABLE = re.compile("[\x80-\x9f\ud800-\udfff\ufeff\ufffd]")


def decode(text: bytes, declared: str | None = None) -> str:
    """Read a single text; see `decode_all`, which has more to judge by."""
    return decode_all([text], declared)[0]


def decode_all(
    texts: Sequence[bytes], declared: str | None = None, *, is_chosen: bool = False
) -> list[str]:
    """Read the texts of one file.

    Never fails, and returns no replacement characters, control characters of Latin-1, or halves of UTF-16 pairs. A text
    in another encoding than the rest, or a damaged one, changes none of the others.

    Parameters
    ----------
    texts
        The texts of one file that are words, probably all in one encoding, without their byte order mark or with it.
        A comment or a licence doesn't help, and may hinder.
    declared
        The encoding that the file declares, by any of its names. Ignored if there is no such encoding, and for texts
        that it can't be true for. Latin-1 and Windows-1252 are ignored too: programs that know nothing else declare
        them for any text.
    is_chosen
        Whether only programs declare an encoding that choose between several, so that Windows-1252 is meant.

    Returns
    -------
    list
        The texts in the same order.
    """
    declared = _known(declared, is_chosen)
    utf_16 = next(filter(None, map(_utf_16, texts)), None)
    found = [_certain(text, declared, utf_16) for text in texts]
    raw = dict.fromkeys(text for text, read in zip(texts, found, strict=True) if read is None)
    words = _as_words(list(raw)) if raw else {}
    return [
        readable(words.get(text) or _otherwise(text, utf_16) if read is None else read)
        for text, read in zip(texts, found, strict=True)
    ]


def readable(text: str) -> str:
    """Return text without replacement characters, control characters of Latin-1, and halves of UTF-16 pairs.

    Programs that took Windows-1252 for Latin-1 left its quotes and dashes as control characters.
    """
    return text.translate(_READABLE) if _UNREADABLE.search(text) else text


def _known(declared: str | None, is_chosen: bool) -> str | None:
    """Return Python's name of an encoding; None for one that isn't known, or says nothing."""
    try:
        name = codecs.lookup(declared or "").name
    except (LookupError, ValueError):  # a name may contain anything
        return None
    ignored = _SAYS_NOTHING - _CAN_BE_CHOSEN if is_chosen else _SAYS_NOTHING
    return name if _DECLARABLE.match(name) and name not in ignored else None


def _utf_16(text: bytes) -> str | None:
    """Return the encoding of text in UTF-16 that doesn't say so; None for other text.

    Most characters of a text are of the same script, and so begin with the same byte.
    """
    if not _CONTROLS.search(text.rstrip(b"\0")):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        whole = _even(text)
        blocks = whole[1::2] if encoding == "utf-16-le" else whole[::2]
        read = _decode(whole, encoding)
        if (
            read
            and len(set(blocks)) <= min(_SCRIPTS, (len(blocks) + 1) // 2)
            and read.replace("\0", "").isprintable()
        ):
            return encoding
    return None


def _even(text: bytes) -> bytes:
    """Return text in UTF-16 without the zeros at its end, but with that of a last ASCII letter."""
    text = text.rstrip(b"\0")
    return text + b"\0" * (len(text) % 2)


def _certain(text: bytes, declared: str | None, utf_16: str | None) -> str | None:
    """Return a text in Unicode, or in the declared encoding; None if it is neither."""
    for mark, encoding in _BOMS:
        if text.startswith(mark) and (read := _decode(text[len(mark) :], encoding)) is not None:
            return read
    if utf_16 and _CONTROLS.search(text) and (read := _decode(_even(text), utf_16)) is not None:
        return read
    for candidate in ("utf-8", declared):
        if candidate and (read := _decode(text, candidate)) is not None:
            return read
    return None


def _decode(text: bytes, encoding: str) -> str | None:
    """Return text in an encoding, without a last character that is cut in two; None if it isn't in this encoding.

    ID3v1 cuts texts at 30 bytes, and other formats at other lengths.
    """
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start
        if len(text) - start >= _LONGEST_CHARACTER or text[:start].isascii():
            return None
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(text)  # keeps the beginning of a character to itself
    except UnicodeError:  # of a declared UTF-16, a complaint about its mark
        return None


def _as_words(texts: list[bytes]) -> dict[bytes, str | None]:
    """Return a reading of each text that makes words, or follows from the others."""
    judged, size = [], 0
    for text in texts:
        judged.append(text)
        size += len(text)
        if size >= _JUDGED:
            break
    if (reading := _reading_of(judged)) is not None:
        return {text: _decode(text, reading.encoding) for text in texts}
    # One of them may be damaged, or in another encoding than the rest.
    own = {text: _reading_of([text]) for text in judged}
    sizes: dict[Reading, int] = {}
    for text, found in own.items():
        if found is not None:
            sizes[found] = sizes.get(found, 0) + _foreign(text)
    most = max(sizes, key=lambda found: sizes[found], default=None)
    if most is None or sizes[most] < _ENOUGH_OF_SOME:
        return {}
    sample = [text for text in judged if own[text] is most][:_SAMPLE]
    known = [_decode(text, most.encoding) or "" for text in sample]
    # Those behind are as most are: judging each would take half a minute for 100,000 lines of a playlist.
    behind = {text: _decode(text, most.encoding) for text in texts[len(judged) :]}
    return behind | {text: _like(known, text, most) or _alone(text) for text in judged}


def _like(known: list[str], text: bytes, reading: Reading) -> str | None:
    """Return a text in the encoding of others, if it makes words of their language there."""
    read = _decode(text, reading.encoding)
    if not read or _PRIVATE.search(read) or not reading.makes_words("\n".join((*known, read))):
        return None
    return read


def _alone(text: bytes) -> str | None:
    reading = _reading_of([text])
    return None if reading is None else _decode(text, reading.encoding)


def _reading_of(texts: list[bytes]) -> Reading | None:
    """Return the reading that makes words of all texts; None if none does, or there is too little to tell."""
    if sum(map(_foreign, texts)) < _ENOUGH:
        return None
    for readings in READINGS:
        likely: list[tuple[float, Reading]] = []
        for reading in readings:
            read = [_decode(text, reading.encoding) for text in texts]
            joined = "\n".join(filter(None, read))
            if None not in read and not _PRIVATE.search(joined) and reading.makes_words(joined):
                likely.append((reading.commonness(joined), reading))
        if likely:
            return max(likely, key=lambda one: one[0])[1]
    return None


def _otherwise(text: bytes, utf_16: str | None) -> str:
    """Return text that makes no words: in the UTF-16 of others, or damaged UTF-8, or Windows-1252."""
    if utf_16 and (read := _decode(_even(text), utf_16)) is not None:
        return read
    unicode = sum(map(len, _UTF_8_SEQUENCES.findall(text)))
    if 2 * unicode < _foreign(text):
        return text.decode("cp1252", "ignore")
    parts = _UTF_8_SEQUENCES.split(text)
    return "".join(
        part.decode("utf-8" if n % 2 else "cp1252", "ignore") for n, part in enumerate(parts)
    )


def _foreign(text: bytes) -> int:
    """Return the number of bytes above ASCII."""
    return sum(byte >= 0x80 for byte in text)
