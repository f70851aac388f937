"""Tags of formats that mutagen doesn't read, such as Matroska: FFmpeg's metadata of the container and its sound.

FFmpeg opens only files in which mutagen found neither a title nor an artist, as the one format that their content says,
and it decodes nothing. It is loaded with the first such file.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from mutagen.flac import Picture
from mutagen.id3 import PictureType

from musicsim.library.tags.bounds import LONGEST_TEXT
from musicsim.library.tags.content import Part

if TYPE_CHECKING:
    from av.container import InputContainer

_PROBED = 2**20
"""Bytes in which the streams of a container are looked for; its tags are found wherever they are."""
_COMPRESSED = b"cmov"
"""The atom of a QuickTime header that is compressed. FFmpeg inflates it without any bound."""
_ATTACHED = 0x400
"""FFmpeg's mark of a picture."""
_MOST_PICTURES = 10
_WITH_LENGTH = frozenset({"matroska", "caf", "au", "w64"})
"""Formats whose length FFmpeg need not guess, and mutagen doesn't know."""
_MP4 = "mov"
_EXPLICIT = "rating"
"""FFmpeg's name for MP4's mark of explicit words."""
_NAMES = {
    "album_artist": "albumartist",
    "album/artist": "albumartist",
    "album/title": "album",
    "album/date": "date",
    "date_released": "date",
    "date_recorded": "date",
    "creation_date": "date",
    "track/title": "title",
    "track/artist": "artist",
    "lead_performer": "artist",
    "performer": "artist",
    "author": "artist",
    "track": "tracknumber",
    "part_number": "tracknumber",
    "track/part_number": "tracknumber",
    "total_parts": "tracktotal",
    "disc": "discnumber",
}
"""FFmpeg's names, where they differ from those of Vorbis comments; with a slash, Matroska's for its target."""


class _Source(Part):
    """A part of a file for FFmpeg, which can't pass on exceptions: PyAV prints them."""

    failure: OSError | None = None
    _before = b""
    """The last bytes that were read."""

    def read(self, size: int = -1) -> bytes:
        """Read some bytes; none if the disk fails, or if they would be inflated."""
        try:
            read = super().read(size)
        except OSError as error:
            self.failure = error
            return b""
        if _COMPRESSED in self._before + read:
            return b""
        self._before = read[-len(_COMPRESSED) :]
        return read

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; stay if it doesn't exist, as with damaged headers."""
        try:
            return super().seek(offset, whence)
        except (OSError, ValueError):
            return self.tell()


@dataclass(slots=True)
class Container:
    """What FFmpeg says of a file."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    """By the names of Vorbis comments, with bytes that are no UTF-8 as lone surrogates."""
    pictures: list[Picture] = field(default_factory=list)
    length: float | None = None
    """Seconds, if the header has them."""


def read_container(file: BinaryIO, start: int, format_: str) -> Container:
    """Read the tags and pictures of a container.

    Parameters
    ----------
    file
        The open file.
    start
        The place in it where the container begins.
    format_
        FFmpeg's name of its format.

    Raises
    ------
    OSError
        If the disk fails.
    """
    import av

    source = _Source(file, start)
    options = {"protocol_whitelist": "none", "probesize": str(_PROBED), "analyzeduration": "1"}
    found = Container()
    with (
        contextlib.suppress(av.FFmpegError, ValueError, ArithmeticError, LookupError),
        av.open(
            source, "r", format=format_, options=options, metadata_errors="surrogateescape"
        ) as container,
    ):
        if format_ in _WITH_LENGTH:
            found.length = (container.duration or 0) / av.time_base
        found.texts = _named(container.metadata)
        if not ("title" in found.texts or "artist" in found.texts):
            # The title of a stream alone is a remark such as "Stereo".
            of_stream = [_named(stream.metadata) for stream in container.streams.audio[:1]]
            if of_stream and "artist" in of_stream[0]:
                found.texts |= of_stream[0]
        if format_ == _MP4:
            found.texts.pop(_EXPLICIT, None)
        found.pictures += itertools.islice(_pictures(container), _MOST_PICTURES)
    if source.failure is not None:
        raise source.failure
    return found


def _pictures(container: InputContainer) -> Iterator[Picture]:
    """Yield the pictures that are attached to a container, which FFmpeg takes for streams of one packet."""
    for stream in container.streams.video:
        if stream.disposition & _ATTACHED:
            packet = next(container.demux(stream), None)
            picture = Picture()
            picture.data = b"" if packet is None else bytes(packet)
            # By these names Matroska tells the cover from other pictures.
            if stream.metadata.get("filename", "").startswith("cover."):
                picture.type = PictureType.COVER_FRONT
            yield picture


def _named(metadata: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in metadata.items():
        name = key.casefold()
        if value:
            found.setdefault(_NAMES.get(name, name), []).append(value[:LONGEST_TEXT])
    return found
