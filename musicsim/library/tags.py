"""Reading a file's tags by mutagen: one mapping table for each tag family."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mutagen
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from musicsim.errors import display_path
from musicsim.library.types import Tags

_log = logging.getLogger(__name__)

# Where each family keeps a field: the first key that has a value wins.
_ID3 = {
    "title": ("TIT2",),
    "artist": ("TPE1",),
    "album": ("TALB",),
    "album_artist": ("TPE2",),
    "genre": ("TCON",),
    "year": ("TDRC", "TDOR", "TYER"),
    "track_number": ("TRCK",),
    "disc_number": ("TPOS",),
}
_MP4 = {
    "title": ("\xa9nam",),
    "artist": ("\xa9ART",),
    "album": ("\xa9alb",),
    "album_artist": ("aART",),
    "genre": ("\xa9gen",),
    "year": ("\xa9day",),
    "track_number": ("trkn",),
    "disc_number": ("disk",),
}
_VORBIS = {
    "title": ("title",),
    "artist": ("artist",),
    "album": ("album",),
    "album_artist": ("albumartist", "album artist"),
    "genre": ("genre",),
    "year": ("date", "year", "originaldate"),
    "track_number": ("tracknumber",),
    "disc_number": ("discnumber",),
}
_APE = {
    "title": ("Title",),
    "artist": ("Artist",),
    "album": ("Album",),
    "album_artist": ("Album Artist", "AlbumArtist"),
    "genre": ("Genre",),
    "year": ("Year",),
    "track_number": ("Track",),
    "disc_number": ("Disc",),
}
_ASF = {
    "title": ("Title",),
    "artist": ("Author",),
    "album": ("WM/AlbumTitle",),
    "album_artist": ("WM/AlbumArtist",),
    "genre": ("WM/Genre",),
    "year": ("WM/Year",),
    "track_number": ("WM/TrackNumber",),
    "disc_number": ("WM/PartOfSet",),
}


def read_tags(path: Path) -> Tags:
    """Read a file's tags and length.

    What can't be read is left empty: whether the file is audio at all is for the decoder to say. A file without a
    title is named after its file name by `Track.title`.

    Raises
    ------
    OSError
        If the file can't be opened.
    """
    with path.open("rb") as file:
        try:
            # An open file, so that a name that is not text is no obstacle; mutagen sees `name` for the type.
            found = mutagen.File(file)
            return _tags_of(found) if found is not None else Tags()
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 (mutagen raises errors of many kinds on damaged files)
            _log.info("no tags in %s: %r", display_path(path), error)
            return Tags()


def _tags_of(found: Any) -> Tags:
    get = _getter(found.tags)
    length = getattr(found.info, "length", None)
    return Tags(
        title=_text(get("title")),
        artist=", ".join(_texts(get("artist"))),
        album=_text(get("album")),
        album_artist=", ".join(_texts(get("album_artist"))),
        genre=", ".join(_texts(get("genre"))),
        year=_year(_text(get("year"))),
        track_number=_number(get("track_number")),
        disc_number=_number(get("disc_number")),
        duration=float(length) if length and length > 0 else None,
    )


def _getter(tags: Any) -> Callable[[str], list[Any]]:
    """The function that gives a field's values from tags of whatever family."""
    if isinstance(tags, ID3):
        # `genres` resolves "(17)" and "17" to their names.
        return lambda field: _first(
            _ID3[field],
            tags,
            lambda frame: list(frame.genres if field == "genre" else frame.text),
        )
    if isinstance(tags, MP4Tags):
        return lambda field: _first(_MP4[field], tags, list)
    if isinstance(tags, APEv2):
        return lambda field: _first(_APE[field], tags, list)
    if isinstance(tags, ASFTags):
        return lambda field: _first(
            _ASF[field], dict(tags.as_dict()), lambda values: [value.value for value in values]
        )
    if isinstance(tags, Mapping) or hasattr(tags, "keys"):
        return lambda field: _first(_VORBIS[field], tags, list)
    return lambda _: []


def _first(keys: tuple[str, ...], tags: Any, values: Callable[[Any], list[Any]]) -> list[Any]:
    return next((found for key in keys if key in tags and (found := values(tags[key]))), [])


def _texts(values: list[Any]) -> list[str]:
    texts = (str(value).replace("\0", " ").strip() for value in values)
    # Composed, so that an "é" from a Mac is found by an "é" from a keyboard.
    return list(dict.fromkeys(unicodedata.normalize("NFC", text) for text in texts if text))


def _text(values: list[Any]) -> str:
    return next(iter(_texts(values)), "")


def _year(text: str) -> int | None:
    match = re.search(r"\d{4}", text)
    return int(match.group()) if match else None


def _number(values: list[Any]) -> int | None:
    """The number of "3", "3/12" and MP4's (3, 12)."""
    value = next(iter(values), None)
    if isinstance(value, tuple):
        return value[0] or None
    match = re.match(r"\s*(\d{1,6})", str(value))
    return int(match.group(1)) if match else None
