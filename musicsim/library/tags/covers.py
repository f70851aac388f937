"""The picture on the front of a record: in the file, or beside it."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import mutagen
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.flac import Picture
from mutagen.id3 import APIC, ID3
from mutagen.mp4 import MP4Cover

from musicsim.base.errors import display_path
from musicsim.library.tags.families import values_of
from musicsim.library.tags.files import read_by
from musicsim.library.tags.names import is_disc_folder

T = TypeVar("T")

_log = logging.getLogger(__name__)

_FRONT = 3  # the type of picture, as ID3 numbers them and all others after it
_ICONS = (1, 2)  # of the file: small, and often a player's own
_UNKNOWN = 0
_ALONE = -1  # an image that came without a type: it may be what damage left of a picture
_RANKS = {_FRONT: 0, _ALONE: 2}
"""The lowest is the cover; all other types are between these."""
_LINK = "-->"
"""In place of the image's type: an address is all there is."""
_NAMES = ("cover", "folder", "front", "album", "albumart", "albumartsmall")
"""Without their suffix; the first comes first."""
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})
_LARGEST = 32 * 2**20
"""Bytes: what is larger is no cover for a screen, and maybe a trap."""


def read_cover(path: Path, decode: Callable[[bytes], T | None]) -> T | None:
    """What `decode` makes of the cover of an audio file: that of its tags, else an image beside it; None without one.

    Whether it is an image that can be shown is for `decode` to find out: where it returns None, the next one is tried.
    What can't be read is no cover.
    """
    try:
        covers = (decode(image) for image in _images(path))
        return next((cover for cover in covers if cover is not None), None)
    except OSError as error:
        _log.info("no cover for %s: %s", display_path(path), error)
        return None


def _images(path: Path) -> Iterator[bytes]:
    """What may be the cover, the likeliest first."""
    embedded = _embedded(path)
    yield from (image for kind, image in embedded if kind not in _ICONS)
    yield from _beside(path.parent)
    yield from (image for kind, image in embedded if kind in _ICONS)


def _embedded(path: Path) -> list[tuple[int, bytes]]:
    """The pictures in a file, each with its type; the likeliest cover first."""
    pictures: list[tuple[int, bytes]] = []
    pictures = read_by(path, lambda *found: list(_pictures(*found)), pictures)
    pictures = [(kind, data) for kind, data in pictures if 0 < len(data) <= _LARGEST]
    return sorted(pictures, key=lambda picture: _RANKS.get(picture[0], 1))


def _pictures(found: Any, at_the_end: APEv2 | None) -> Iterator[tuple[int, bytes]]:
    """The pictures in a file's tags, each with its type."""
    several = found.tags.getall("APIC") if isinstance(found.tags, ID3) else []
    for value in several or values_of(found, at_the_end)("cover"):
        picture = _of_vorbis_comment(value) if isinstance(value, str) else value
        if isinstance(picture, APIC | Picture):
            if picture.mime != _LINK:
                yield picture.type, bytes(picture.data)
        elif isinstance(found.tags, ASFTags):
            yield value[0], _of_windows_media(value)
        elif isinstance(value, MP4Cover):
            yield _UNKNOWN, bytes(value)
        else:  # APEv2: a name, and the picture
            yield _UNKNOWN, bytes(value).partition(b"\0")[2]


def _of_vorbis_comment(text: str) -> Picture:
    """A FLAC picture; or, as it was done long ago, an image alone. Without data where it is neither."""
    try:
        data = base64.b64decode(text)
    except ValueError:
        data = b""
    try:
        return Picture(data)
    except mutagen.MutagenError:
        alone = Picture()
        alone.type, alone.data = _ALONE, data
        return alone


def _of_windows_media(value: bytes) -> bytes:
    """The image in a WM/Picture: type, size, two UTF-16 strings that end in a zero, and the image."""
    size = int.from_bytes(value[1:5], "little")
    return value[-size:] if 0 < size <= len(value) - 9 else b""


def _beside(folder: Path) -> Iterator[bytes]:
    """The images in a folder, then those in the one above if this is one of several discs."""
    ranked: list[tuple[int, str, str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, suffix = os.path.splitext(entry.name.casefold())  # noqa: PTH122 (a name, no path)
            if suffix in _SUFFIXES and stem in _NAMES and entry.is_file():
                ranked.append((_NAMES.index(stem), entry.name, entry.path))
    for _, _, path in sorted(ranked):
        if 0 < os.path.getsize(path) <= _LARGEST:  # noqa: PTH202 (the path is a scan's)
            yield Path(path).read_bytes()
    if is_disc_folder(folder.name):
        yield from _beside(folder.parent)
