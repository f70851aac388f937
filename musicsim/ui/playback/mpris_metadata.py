"""MPRIS metadata of a track: https://specifications.freedesktop.org/mpris-spec/latest/Metadata.html."""

from __future__ import annotations

import re

from musicsim.library.types import Track
from musicsim.ui.playback.bus_object import Typed

NO_TRACK = "/org/mpris/MediaPlayer2/TrackList/NoTrack"

_NOT_TEXT = re.compile("[\ud800-\udfff]")
"""Lone surrogates: bytes of a file name or a tag that are not text."""
_LONGEST = 2000
"""Most characters: some desktops lay out all of them, and the bus disconnects a sender of huge messages."""
_INT32, _INT64 = 2**31 - 1, 2**63 - 1


def metadata_of(
    track: Track | None, path: str, duration_ms: int, art_url: str | None = None
) -> dict[str, Typed]:
    """Return the metadata of a track, without entries for what the track lacks.

    Parameters
    ----------
    path
        The object path of this queue entry.
    duration_ms
        0 if unknown.
    """
    if track is None:
        return {"mpris:trackid": Typed("o", NO_TRACK)}
    tags = track.tags
    length = duration_ms * 1000
    metadata = {
        "mpris:trackid": Typed("o", path),
        # Plasma and others ignore a length that is not an int64.
        "mpris:length": Typed("x", length if length <= _INT64 else 0),
        "mpris:artUrl": Typed("s", art_url or ""),
        "xesam:title": Typed("s", clean(track.title)),
        "xesam:artist": _names(track.artist),
        "xesam:album": Typed("s", clean(tags.album)),
        "xesam:albumArtist": _names(tags.album_artist),
        "xesam:genre": _names(tags.genre),
        "xesam:trackNumber": _number(tags.track_number),
        "xesam:discNumber": _number(tags.disc_number),
        "xesam:contentCreated": Typed("s", _first_day(tags.year)),
        # A URI of the path's bytes leads to the file even if they are not text.
        "xesam:url": Typed("s", track.path.absolute().as_uri()),
    }
    return {name: typed for name, typed in metadata.items() if typed.value}


def clean(text: str) -> str:
    """Return text that D-Bus accepts: valid UTF-8 without NUL. Otherwise the bus ends the connection."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text[:_LONGEST]).replace("\0", "").strip()


def _names(text: str) -> Typed:
    name = clean(text)
    return Typed("as", [name] if name else [])


def _number(number: int | None) -> Typed:
    return Typed("i", number if number is not None and 0 < number <= _INT32 else 0)


def _first_day(year: int | None) -> str:
    """Return the first day of a year as an ISO 8601 date."""
    return f"{year:04d}-01-01" if year is not None and 0 < year <= 9999 else ""
