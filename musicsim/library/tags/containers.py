"""Tags of formats that mutagen doesn't read, such as Matroska: FFmpeg's metadata of the container and its sound.

FFmpeg opens only files in which mutagen found neither a title nor an artist, as the one format that their content says,
and it decodes nothing. It is loaded with the first such file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import BinaryIO

from musicsim.library.tags.bounds import LONGEST_TEXT
from musicsim.library.tags.content import Part

_PROBED = 2**20
"""Bytes in which the streams of a container are looked for; its tags are found wherever they are."""
_COMPRESSED = b"cmov"
"""The atom of a QuickTime header that is compressed. FFmpeg inflates it without any bound."""
_WITH_LENGTH = frozenset({"matroska", "caf", "au", "w64"})
"""Formats whose length FFmpeg need not guess, and mutagen doesn't know."""
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


def read_container(
    file: BinaryIO, start: int, format_: str
) -> tuple[dict[str, list[str]], float | None]:
    """Return a file's tags by the names of Vorbis comments, and its length in seconds if its header has one.

    Bytes that are no UTF-8 are lone surrogates.

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
    found: dict[str, list[str]] = {}
    length = None
    with (
        contextlib.suppress(av.FFmpegError, ValueError, ArithmeticError, LookupError),
        av.open(
            source, "r", format=format_, options=options, metadata_errors="surrogateescape"
        ) as container,
    ):
        if format_ in _WITH_LENGTH:
            length = (container.duration or 0) / av.time_base
        found = _named(container.metadata)
        if not ("title" in found or "artist" in found):
            # The title of a stream alone is a remark such as "Stereo".
            of_stream = [_named(stream.metadata) for stream in container.streams.audio[:1]]
            if of_stream and "artist" in of_stream[0]:
                found |= of_stream[0]
    if source.failure is not None:
        raise source.failure
    return found, length


def _named(metadata: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in metadata.items():
        name = key.casefold()
        if value:
            found.setdefault(_NAMES.get(name, name), []).append(value[:LONGEST_TEXT])
    return found
