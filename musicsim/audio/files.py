"""Opening a file for decoding, and facts in its bytes that the decoders don't report."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from musicsim.audio.errors import AudioError
from musicsim.base.opening import open_at_once
from musicsim.base.reasons import Cause, Reason, reason_of

_HEAD = 65_536
_MUSEPACK_FRAME = 1152
"""Samples."""

# Content Encryption, Extended and Advanced Content Encryption Object: section 10.1 of the ASF specification.
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_ENCRYPTION = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
    bytes.fromhex("338505438169e6499b74ad12cb86d58c"),
)
# Section 3.2: the File Properties Object, and its flag for a length that was still unknown.
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_BROADCAST = 0x01
_OGG_END_OF_STREAM = 0x04
# Programs that write to a pipe don't know the size and put one near 2**31 or 2**32.
_LARGEST_STATED_SIZE = 0x7FFF_0000


class AudioFile(io.BufferedReader):
    """An open file for both decoders.

    They get an open file, never its name: a name may have any bytes, and FFmpeg and libsndfile take some names for a
    protocol, a format or standard input. To them, a failing disk looks like the end of the file. The error is kept in
    `failure`, since libsndfile can't pass an exception on.
    """

    name = ""

    def __init__(self, raw: io.RawIOBase, size: int | None = None) -> None:
        super().__init__(raw)
        self.failure: OSError | None = None
        self.size = os.fstat(raw.fileno()).st_size if size is None else size

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes; fewer at the end or if the disk fails."""
        try:
            return super().read(size)
        except OSError as error:
            self.failure = error
            return b""

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer and return the number of bytes read."""
        try:
            return super().readinto(buffer)
        except OSError as error:
            self.failure = error
            return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a position; stay if it doesn't exist, as with damaged headers."""
        try:
            return super().seek(offset, whence)
        except (OSError, ValueError):
            return self.tell()

    def at(self, position: int, size: int) -> bytes:
        """Return up to `size` bytes from a position; the file position is then after them."""
        self.seek(position)
        return self.read(size)

    def head(self) -> bytes:
        """Return the first 64 KiB."""
        return self.at(0, _HEAD)


@contextlib.contextmanager
def open_audio(path: Path) -> Iterator[AudioFile]:
    """Open a regular file for decoding, without ever waiting for a pipe or a device.

    Raises
    ------
    AudioError
        If the file doesn't exist, is empty, unreadable or not a regular file, or if its disk fails while it is read.
    """
    try:
        # Before opening, since opening a device may affect it, ...
        _must_be_regular(path, path.stat().st_mode)
        raw = io.FileIO(path, opener=open_at_once)
    except NotADirectoryError as error:
        # A parent folder has been replaced by a file.
        raise AudioError(path, Reason(Cause.NOT_THERE)) from error
    except OSError as error:
        raise AudioError(path, reason_of(error)) from error
    except ValueError as error:
        raise AudioError(path, Reason(Cause.IMPOSSIBLE_NAME)) from error
    with AudioFile(raw) as file:
        # ... and after, since it may have been replaced in between.
        _must_be_regular(path, os.fstat(raw.fileno()).st_mode)
        if not file.size:
            raise AudioError(path, Reason(Cause.EMPTY))
        try:
            yield file
        except AudioError as error:
            if file.failure is not None:
                raise AudioError(path, reason_of(file.failure)) from error
            raise
        if file.failure is not None:
            raise AudioError(path, reason_of(file.failure))


def _must_be_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise AudioError(path, Reason(Cause.IS_A_FOLDER))
    if not stat.S_ISREG(mode):
        raise AudioError(path, Reason(Cause.NOT_REGULAR))


def is_protected(file: AudioFile) -> bool:
    """Return whether a Windows Media file is encrypted; decoders return only noise for it.

    For MP4, FFmpeg reports encryption by the codec's tag.
    """
    head = file.head()
    return head.startswith(_ASF_HEADER) and any(guid in head for guid in _ASF_ENCRYPTION)


def musepack_samples(file: AudioFile) -> int:
    """Return the samples per channel that a Musepack file states; 0 if it doesn't, and for all other files.

    FFmpeg reports them in whole packets of up to two seconds.
    """
    head = file.at(0, 24)
    if head.startswith(b"MP+\x07"):
        frames, flags = _musepack_7_numbers(head)
        # Samples that count in the last frame, if "true gapless" is set.
        last = flags >> 20 & 0x7FF
        return (frames - 1) * _MUSEPACK_FRAME + last if flags >> 31 and frames and last else 0
    if not head.startswith(b"MPCKSH"):
        return 0
    samples = 0
    # After the size, checksum and version of the stream header; each byte has seven bits and a continuation bit.
    for byte in head[12:]:
        samples = samples << 7 | byte & 0x7F
        if byte < 0x80:
            return samples
    return 0


def musepack_7_seeks(file: AudioFile) -> bool:
    """Return whether a Musepack file of stream version 7 allows decoding to begin in the middle."""
    head = file.at(0, 24)
    return (
        head.startswith(b"MP+\x07")
        and len(head) == 24
        and bool(_musepack_7_numbers(head)[1] >> 19 & 1)
    )


def _musepack_7_numbers(head: bytes) -> tuple[int, int]:
    """Return the frames and the flags of the header; 0 if it is cut short."""
    return int.from_bytes(head[4:8], "little"), int.from_bytes(head[20:24], "little")


def windows_media_duration(file: AudioFile) -> float:
    """Return the length in seconds in the header of a Windows Media file; 0 if unknown, and for other files.

    FFmpeg trusts it only if the file has about the size that the header states. Tag editors don't update that size, so
    for a file with a cover FFmpeg guesses the length from the bit rate of all bytes.
    """
    head = file.at(0, 30)
    if not head.startswith(_ASF_HEADER):
        return 0.0
    position, end = 30, int.from_bytes(head[16:24], "little")
    while position < end and len(found := file.at(position, 92)) == 92:
        if found.startswith(_ASF_FILE_PROPERTIES):
            if found[88] & _ASF_BROADCAST:
                return 0.0
            # In 100 ns; the time buffered before the first sound is in ms. Like FFmpeg, count whole ms.
            played, buffered = (int.from_bytes(found[at : at + 8], "little") for at in (64, 80))
            return max(0, played // 10_000 - buffered) / 1000
        position += max(24, int.from_bytes(found[16:24], "little"))
    return 0.0


def stated_size(file: AudioFile) -> int:
    """Return the size in bytes that a WAV or AIFF file states: more than its real size if it is cut short.

    0 if it states none. libsndfile and FFmpeg both decode what is there without reporting this.
    """
    head = file.at(0, 8)
    if head[:4] not in (b"RIFF", b"FORM"):
        return 0
    size = 8 + int.from_bytes(head[4:], "little" if head[:4] == b"RIFF" else "big")
    return size if size < _LARGEST_STATED_SIZE else 0


def lacks_its_end(file: AudioFile) -> bool:
    """Return whether the last page of an Ogg file is not marked as the last of its stream.

    Ogg doesn't state a length, so this is the only sign of a truncated file (RFC 3533, section 6).
    """
    if file.at(0, 4) != b"OggS":
        return False
    tail = file.at(max(0, file.size - _HEAD), _HEAD)
    page = tail.rfind(b"OggS")
    return not (0 <= page <= len(tail) - 6 and tail[page + 5] & _OGG_END_OF_STREAM)


def start_of_last_ogg_page(file: AudioFile) -> int:
    """Return the first sample of the last page of an Ogg file, according to the page before; 0 if there is none.

    The unit is that of the stream's codec.
    """
    tail = file.at(max(0, file.size - 2 * _HEAD), 2 * _HEAD)
    position = 0
    page = tail.rfind(b"OggS")
    while page >= 0:
        page = tail.rfind(b"OggS", 0, page)
        granule = int.from_bytes(tail[page + 6 : page + 14], "little", signed=True)
        # -1 means that no packet ends on that page.
        if page >= 0 and granule >= 0:
            position = granule
            break
    return position


def why_not_audio(file: AudioFile) -> Reason:
    """Return the reason why no decoder recognises a file."""
    head = file.head()
    if not head.strip(b"\0"):
        return Reason(Cause.ZEROS)
    if head[4:8] == b"ftyp":
        return Reason(Cause.INDEX_DAMAGED if _has_mp4_index(file) else Cause.INDEX_MISSING)
    if b"\0" not in head and _is_text(head):
        return Reason(Cause.TEXT)
    return Reason(Cause.NOT_AUDIO)


def _has_mp4_index(file: AudioFile) -> bool:
    position = 0
    while len(header := file.at(position, 16)) >= 8:
        if header[4:8] == b"moov":
            return True
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        if size < 8:
            return False
        position += size
    return False


def _is_text(head: bytes) -> bool:
    try:
        # Incrementally, since the last character may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True
