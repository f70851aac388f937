"""Reading and writing JSPF: XSPF as JSON, as ListenBrainz and others exchange playlists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from musicsim.base.encodings import decode
from musicsim.base.errors import display_path
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    ListError,
    Listing,
    TooManyEntriesError,
    WrittenEntry,
    listed_title,
    names_of_addresses,
)

JSPF_SUFFIXES = frozenset({".jspf"})
"""Lower-case suffixes with their dot."""

_MARKS_AN_ENTRY = 20
"""Beginnings of objects and lists, and commas: ten megabytes hold fewer entries if they have more of these."""


def jspf_bytes(name: str, entries: Sequence[WrittenEntry]) -> bytes:
    """Return the content of a playlist."""
    tracks = [
        _without_empty(
            {
                "location": [entry.address],
                "creator": _written(entry.artist),
                "title": _written(entry.title),
                "album": _written(entry.album),
                "duration": None if entry.seconds is None else round(1000 * entry.seconds),
            }
        )
        for entry in entries
    ]
    content = {"playlist": {"title": _written(name), "track": tracks}}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def parse_jspf(data: bytes) -> Listing:
    """Read the content of a JSPF file.

    Raises
    ------
    ListError
        If it is no JSON, no playlist, or has far more than `MOST_ENTRIES`.
    """
    if sum(data.count(mark) for mark in (b"{", b"[", b",")) > _MARKS_AN_ENTRY * MOST_ENTRIES:
        raise TooManyEntriesError
    try:
        content = json.loads(decode(data))
    except RecursionError as error:
        raise ListError("its lists are too deep in each other") from error
    except ValueError as error:
        raise ListError(f"it is no JSON: {error}") from error
    playlist = content.get("playlist") if isinstance(content, dict) else None
    if not isinstance(playlist, dict):
        raise ListError("there is no “playlist” in it")
    tracks = playlist.get("track")
    return Listing(
        tuple(_listed(track) for track in tracks if isinstance(track, dict))
        if isinstance(tracks, list)
        else (),
        _text(playlist.get("title")),
    )


def _listed(track: Mapping[str, object]) -> Listed:
    location = track.get("location")
    addresses = location if isinstance(location, list) else [location]
    title, artist = listed_title(_text(track.get("creator")), _text(track.get("title")))
    milliseconds = track.get("duration")
    is_length = isinstance(milliseconds, int | float) and 0 < milliseconds < 10**12
    return Listed(
        names_of_addresses(each.strip() for each in addresses if isinstance(each, str)),
        title,
        milliseconds / 1000 if is_length else None,  # type: ignore[operator]
        artist=artist,
    )


def _text(value: object) -> str:
    # An escape may be half of a character.
    return _shown(value) if isinstance(value, str) else ""


def _shown(text: str) -> str:
    return display_path(text.encode("utf-8", "replace")).strip()


def _written(text: str) -> str:
    return display_path(text).strip()


def _without_empty(fields: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value not in ("", None)}
