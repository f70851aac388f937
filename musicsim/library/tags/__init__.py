"""Reading a file's tags with mutagen, for every tag family."""

from __future__ import annotations

import itertools
import re
import unicodedata
from pathlib import Path
from typing import Any

from musicsim.base.encodings import readable
from musicsim.library.tags import frames, stand_ins  # noqa: F401 (they replace parts of mutagen)
from musicsim.library.tags.bounds import LONGEST_TEXT, MOST_VALUES
from musicsim.library.tags.dates import year_of
from musicsim.library.tags.families import values_of
from musicsim.library.tags.files import Found, read_by
from musicsim.library.tags.invisible import without_invisible
from musicsim.library.tags.ratings import Values, stars_of_tags
from musicsim.library.types import TagDetails, Tags

__all__ = ["is_audio", "read_tags"]

_LONGEST = 1_000_000
"""Seconds, more than eleven days: a header with a longer length is damaged."""
_REPLAY_GAIN_OVER_R128 = 5.0
"""Decibels between the targets of ReplayGain, -18 LUFS, and of Opus's R128 tags (RFC 7845, 5.2.1), -23 LUFS.

Both gains apply in addition to the output gain in Opus's header. Decoders apply that, so it doesn't matter here.
"""
_R128_GAINS = range(-32_768, 32_768)
"""In 1/256 dB."""

_NUMBER = re.compile(
    r"\s*([-+]?) ?((?:\d{1,9}(?:[.,]\d+)?|[.,]\d+)(?:e[-+]?\d{1,2})?)(?![.,]?\d|e[-+]?\d)",
    re.IGNORECASE,
)
# Characters that typesetters, and keyboards of other scripts, use as a minus.
_MINUS = str.maketrans(
    dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}", "-")
)


def read_tags(path: Path) -> tuple[Tags, TagDetails]:
    """Read a file's tags and length.

    Unreadable fields stay empty. The decoder decides whether the file is audio at all.

    Raises
    ------
    OSError
        If the file can't be opened.
    """
    return read_by(path, _read, (Tags(), TagDetails()))


def is_audio(path: Path) -> bool:
    """Return whether a file's content, not its name, is of a known audio format.

    Raises
    ------
    OSError
        If the file can't be opened.
    """
    return read_by(path, lambda found: found.is_audio, False)


def _read(found: Found) -> tuple[Tags, TagDetails]:
    get = values_of(found.carriers)
    length = found.length
    artists, album_artists, genres = (
        _texts(get(field)) for field in ("artists", "album_artists", "genres")
    )
    date, original_date = _text(get("date")), _text(get("original_date"))
    track, track_total = _place(get("track_number"))
    disc, disc_total = _place(get("disc_number"))
    tags = Tags(
        title=_text(get("title")),
        artist=", ".join(artists),
        album=_text(get("album")),
        album_artist=", ".join(album_artists),
        genre=", ".join(genres),
        year=year_of(date) or year_of(original_date),
        track_number=track,
        disc_number=disc,
        duration=float(length) if length and 0 < length < _LONGEST else None,
    )
    details = TagDetails(
        artists=artists,
        album_artists=album_artists,
        genres=genres,
        composers=_texts(get("composers")),
        date=date,
        original_date=original_date,
        track_total=track_total or _place(get("track_total"))[0],
        disc_total=disc_total or _place(get("disc_total"))[0],
        compilation=_text(get("compilation")).casefold() in ("1", "true", "yes"),
        bpm=_real(get("bpm")) or None,
        key=_text(get("key")),
        rating=stars_of_tags(get),
        track_gain=_gain(get, "track"),
        track_peak=_real(get("track_peak")),
        album_gain=_gain(get, "album"),
        album_peak=_real(get("album_peak")),
        recording_id=_text(get("recording_id")),
        release_track_id=_text(get("release_track_id")),
        release_id=_text(get("release_id")),
        release_group_id=_text(get("release_group_id")),
        artist_ids=_texts(get("artist_ids")),
        album_artist_ids=_texts(get("album_artist_ids")),
        has_lyrics=bool(get("lyrics")),
        has_cover=bool(get("cover")),
    )
    return tags, details


def _texts(values: list[Any]) -> tuple[str, ...]:
    texts = (_shown(_cut(value)) for value in values[:MOST_VALUES])
    # Composed, so that an "é" from a Mac matches an "é" from a keyboard.
    composed = dict.fromkeys(unicodedata.normalize("NFC", text) for text in texts if text)
    lengths = itertools.accumulate(map(len, composed))
    return tuple(
        text for text, so_far in zip(composed, lengths, strict=True) if so_far <= LONGEST_TEXT
    )


def _shown(text: str) -> str:
    return without_invisible(readable(text.replace("\0", " "))).strip()


def _cut(value: object) -> str:
    return str(value)[:LONGEST_TEXT]


def _text(values: list[Any]) -> str:
    return next(iter(_texts(values)), "")


def _place(values: list[Any]) -> tuple[int | None, int | None]:
    """Return the number and the total in "3", "3/12" and MP4's (3, 12)."""
    value = next(iter(values), None)
    if isinstance(value, tuple):
        number, total, *_ = (*value, None)
        return number or None, total or None
    match = re.match(r"\s*(\d{1,6})(?:\s*/\s*(\d{1,6}))?", _cut(value))
    if match is None:
        return None, None
    number, total = (int(text) or None if text else None for text in match.groups())
    return number, total


def _real(values: list[Any]) -> float | None:
    """Return the first number among values such as "0.98", "-7.5 dB", "− .5" and "128,5"; None without one."""
    for value in values[:MOST_VALUES]:
        if match := _NUMBER.match(_cut(value).translate(_MINUS)):
            return float("".join(match.groups()).replace(",", "."))
    return None


def _gain(get: Values, of: str) -> float | None:
    gain = _real(get(f"{of}_gain"))
    if gain is None and (r128 := _r128(get(f"r128_{of}_gain"))) is not None:
        return r128 / 256 + _REPLAY_GAIN_OVER_R128
    return gain


def _r128(values: list[Any]) -> int | None:
    """Return the number of an R128 gain. With a fraction or a unit, it is decibels in the wrong place."""
    text = _text(values)
    if not re.fullmatch(r"[-+]?\d{1,5}", text):
        return None
    return int(text) if int(text) in _R128_GAINS else None
