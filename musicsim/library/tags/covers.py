"""The cover of a record: a picture in the file, or beside it."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import mutagen
from mutagen.asf import ASFTags
from mutagen.flac import Picture
from mutagen.id3 import APIC, ID3
from mutagen.mp4 import MP4Cover

from musicsim.base.errors import display_path
from musicsim.library.tags.families import values_of
from musicsim.library.tags.files import Found, read_by
from musicsim.library.tags.names import is_disc_folder

T = TypeVar("T")

_log = logging.getLogger(__name__)

_FRONT = 3  # the type of picture, as numbered by ID3 and the other families
_ICONS = (1, 2)  # icons of the file: small, and often a player's own
_UNKNOWN = 0
_ALONE = -1  # an image without a type: it may be the rest of a damaged picture
_RANKS = {_FRONT: 0, _ALONE: 2}
"""Sort ranks: the lowest is the cover; all other types are between these."""
_LINK = "-->"
"""Replaces the image's type if there is only an address."""
_NAMES = ("cover", "folder", "front", "album", "albumart", "albumartsmall")
"""Without their suffix, in order of preference."""
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})
_LARGEST = 64 * 2**20
"""Bytes: a scan without loss takes half of that, and a larger one may be an attack."""


def read_cover(path: Path, decode: Callable[[bytes], T | None]) -> T | None:
    """Return what `decode` makes of an audio file's cover: that of its tags, else an image beside it; None without one.

    `decode` decides whether an image can be shown. If it returns None, the next image is tried. Unreadable images are
    skipped.
    """
    try:
        covers = (decode(image) for image in _images(path))
        return next((cover for cover in covers if cover is not None), None)
    except OSError as error:
        _log.info("no cover for %s: %s", display_path(path), error)
        return None


def _images(path: Path) -> Iterator[bytes]:
    """Yield the possible covers, the likeliest first."""
    embedded = _embedded(path)
    yield from (image for kind, image in embedded if kind not in _ICONS)
    yield from _beside(path.parent)
    yield from (image for kind, image in embedded if kind in _ICONS)


def _embedded(path: Path) -> list[tuple[int, bytes]]:
    """Return the pictures in a file, each with its type; the likeliest cover first."""
    pictures: list[tuple[int, bytes]] = []
    pictures = read_by(path, lambda found: list(_pictures(found)), pictures)
    pictures = [(kind, data) for kind, data in pictures if 0 < len(data) <= _LARGEST]
    return sorted(pictures, key=lambda picture: _RANKS.get(picture[0], 1))


def _pictures(found: Found) -> Iterator[tuple[int, bytes]]:
    """Yield the pictures in a file's tags, each with its type."""
    for carrier in found.carriers:
        tags = carrier.tags
        several = tags.getall("APIC") if isinstance(tags, ID3) else values_of([carrier])("cover")
        for value in several:
            picture = _of_vorbis_comment(value) if isinstance(value, str) else value
            if isinstance(picture, APIC | Picture):
                if picture.mime != _LINK:
                    yield picture.type, bytes(picture.data)
            elif isinstance(tags, ASFTags):
                yield value[0], _of_windows_media(value)
            elif isinstance(value, MP4Cover):
                yield _UNKNOWN, bytes(value)
            else:  # APEv2: a name, and the picture
                yield _UNKNOWN, bytes(value).partition(b"\0")[2]


def _of_vorbis_comment(text: str) -> Picture:
    """Return a FLAC picture or, in an old format, an image alone. Its data is empty if it is neither."""
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
    """Return the image in a WM/Picture: type, size, two zero-terminated UTF-16 strings, and the image."""
    size = int.from_bytes(value[1:5], "little")
    return value[-size:] if 0 < size <= len(value) - 9 else b""


def _beside(folder: Path) -> Iterator[bytes]:
    """Yield the images in a folder and, if it is one of several discs, those in the folder above."""
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
