"""Reading the tags of a file wherever they are, whatever its name says and whatever is wrong with them.

A file may have tags of several kinds. For each field, the first of these that says something wins:

1. the format's own: ID3v2 in front of MPEG audio, AAC and True Audio, and in the chunk of WAV and AIFF; Vorbis comments
   of FLAC and Ogg; APEv2 of Monkey's Audio, WavPack and Musepack; atoms of MP4; those of Windows Media
2. ID3v2 in front of other formats, and a second one behind the first
3. the text chunks of WAV and AIFF
4. APEv2 at the end
5. ID3v1 at the end, which cuts its texts
6. FFmpeg's metadata, if none of these has a title or an artist: those of Matroska, CAF and other containers
"""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import mutagen
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, ParseID3v1

from musicsim.base.errors import display_path
from musicsim.library.tags.bounds import LARGEST_ID3, BoundedFile, begin_file, id3_size
from musicsim.library.tags.chunks import read_chunks
from musicsim.library.tags.containers import read_container
from musicsim.library.tags.content import HEAD, MPEG, Content, Part, content_of
from musicsim.library.tags.families import Carrier, values_of
from musicsim.library.tags.lengths import correct_length

T = TypeVar("T")

_VERSION_2_4 = (2, 4)
_MOST_IN_FRONT = 4
"""ID3 tags in front of a file."""
_PADDING = 4096
"""Bytes of zeros that are skipped behind a tag."""
_TAIL = 160
"""Bytes that end an APEv2 tag and ID3v1."""
_ID3_V1 = 128
_BOTH = ("title", "artists")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a file."""

    carriers: list[Carrier]
    """The tags of every kind; an earlier one wins."""
    length: float | None
    """Seconds, according to its header."""
    is_audio: bool
    """Whether its content is of a known format."""


def read_by(path: Path, read: Callable[[Found], T], otherwise: T) -> T:
    """Return what `read` makes of a file's content; `otherwise` if its tags are too large, or it finds damage.

    Raises
    ------
    OSError
        If the file can't be opened or read.
    """
    with BoundedFile(io.FileIO(path)) as file:
        if not begin_file(file):
            _log.info("no tags in %s: they are too large", display_path(path))
            return otherwise
        try:
            return read(_find(file, display_path(path)))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 (damage causes errors of many kinds)
            _log.info("no tags in %s: %r", display_path(path), error)
            return otherwise


@contextlib.contextmanager
def _whatever_is_wrong(name: str) -> Iterator[None]:
    """Go on after damage, but not after an error of the disk."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (mutagen raises errors of many kinds on damaged files)
        if (failure := _of_disk(error)) is not None:
            raise failure from None
        _log.info("some tags of %s are damaged: %r", name, error)


def _of_disk(error: BaseException | None) -> OSError | None:
    """Return the error of the disk that caused an error, which mutagen dresses up; None for damage to the file."""
    while error is not None:
        # Without a number it is mutagen's, and places before the beginning are damage.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            return error
        error = error.__cause__ or error.__context__
    return None


def _find(file: BinaryIO, name: str) -> Found:
    in_front, start, head = _in_front(file, name)
    # What follows ID3, if not at once, is mostly MP3.
    content = content_of(head) or (MPEG if in_front else None)
    own: list[Carrier] = []
    chunks: list[Carrier] = []
    read = None
    if content and content.module:
        read = _read(content, file, start, name)
        if content.is_chunks:
            with _whatever_is_wrong(name):
                own, chunks = _of_chunks(file, start, name)
    if read is None and not (content and not content.module):
        # Its name may tell what it is.
        with _whatever_is_wrong(name):
            file.seek(0)
            read = mutagen.File(file)
    tags = getattr(read, "tags", None)
    if tags is not None:
        own.append(Carrier(tags, tuple(getattr(read, "pictures", ())), of=read))
    carriers = [*own, *in_front, *chunks, *_at_the_end(file, name, is_ape=isinstance(tags, APEv2))]
    length = None
    with _whatever_is_wrong(name):
        correct_length(read, file)
    with _whatever_is_wrong(name):
        length = getattr(getattr(read, "info", read), "length", None)
    if content and content.ffmpeg and not any(map(values_of(carriers), _BOTH)):
        with _whatever_is_wrong(name):
            container = read_container(file, start, content.ffmpeg)
            carriers.append(Carrier(container.texts, tuple(container.pictures)))
            length = length or container.length
    return Found(carriers, length, read is not None or _is_known(content))


def _read(content: Content, file: BinaryIO, start: int, name: str) -> Any:
    """Return mutagen's file, or its header; None if it is damaged, except behind the tags."""
    kind = content.mutagen_class()
    found = None
    if content.is_header:
        with _whatever_is_wrong(name):
            found = kind(file, start)
    else:
        # Made first, so that the tags which it reads before it fails are not lost.
        unfinished = kind.__new__(kind)
        file.seek(0)
        with _whatever_is_wrong(name):
            unfinished.__init__(Part(file, start) if start else file)
            found = unfinished
        if getattr(unfinished, "tags", None) is not None:
            found = unfinished
    return found


def _is_known(content: Content | None) -> bool:
    return content is not None and not content.module


def _in_front(file: BinaryIO, name: str) -> tuple[list[Carrier], int, bytes]:
    """Return the ID3v2 tags that a file begins with, and the place of what follows, with its first bytes."""
    carriers: list[Carrier] = []
    start, head = 0, file.read(HEAD)
    for _ in range(_MOST_IN_FRONT):
        size = id3_size(head)
        if size is None:
            break
        if start + size <= LARGEST_ID3:
            with _whatever_is_wrong(name):
                carriers.append(Carrier(_id3(file, start)))
        start += size
        file.seek(start)
        head = file.read(HEAD + _PADDING)
        if content_of(head) is None:  # MP4 begins with zeros
            padding = len(head) - len(head.lstrip(b"\0"))
            start, head = start + padding, head[padding:]
    return carriers, start, head[:HEAD]


def _id3(file: BinaryIO, start: int) -> ID3:
    """Read an ID3v2 tag, with the year of versions before 2.4.

    mutagen drops the year if its frame has anything else, as in "2004-05".
    """
    tags = ID3(Part(file, start), load_v1=False, translate=False)
    years = tags.getall("TYER") if tags.version < _VERSION_2_4 else []
    tags.update_to_v24()
    if years and "TDRC" not in tags:
        tags.setall("TYER", years)
    return tags


def _of_chunks(file: BinaryIO, start: int, name: str) -> tuple[list[Carrier], list[Carrier]]:
    """Return the ID3 tags in the chunks of a file, and the tags that are the chunks."""
    chunks = read_chunks(file, start)
    own: list[Carrier] = []
    for place in chunks.id3[:_MOST_IN_FRONT]:
        file.seek(place)
        size = id3_size(file.read(HEAD))
        if size is not None and size <= LARGEST_ID3:
            with _whatever_is_wrong(name):
                own.append(Carrier(_id3(file, place)))
    return own, [Carrier(chunks.texts, declared=chunks.declared)]


def _at_the_end(file: BinaryIO, name: str, *, is_ape: bool) -> list[Carrier]:
    """Return the APEv2 and ID3v1 tags at the end of a file, the better one first."""
    carriers: list[Carrier] = []
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    if not is_ape and (b"APETAGEX" in tail or b"LYRICS200" in tail):
        with _whatever_is_wrong(name):
            carriers.append(Carrier(APEv2(file)))
    if tail[-_ID3_V1:].startswith(b"TAG") and (frames := ParseID3v1(tail[-_ID3_V1:])):
        tags = ID3()
        for frame in frames.values():
            tags.add(frame)
        carriers.append(Carrier(tags))
    return carriers
