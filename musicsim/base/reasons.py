"""Reasons why a file or folder is unusable: a cause with values to store and compare, turned into text for display.

Window and command line show the same text: `str(reason)`.
"""

from __future__ import annotations

import enum
import errno
import json
import os
from dataclasses import dataclass


class Cause(enum.StrEnum):
    """A kind of problem; the catalogue stores these names, so a name never changes."""

    # The file system.
    NOT_THERE = "not-there"
    NO_PERMISSION = "no-permission"
    NOT_A_FOLDER = "not-a-folder"
    UNREADABLE = "unreadable"
    """Value: the name of the system's error, such as "EIO"."""
    IMPOSSIBLE_NAME = "impossible-name"
    IS_A_FOLDER = "is-a-folder"
    NOT_REGULAR = "not-regular"
    FILES_GONE = "files-gone"
    """Of a music folder. Values: the number of files that are gone, and of those that were there."""
    LEADS_FAR = "leads-far"
    """Of a link. Value: the folder to which it leads."""
    PATTERN = "pattern"
    """Of an ignore file. Value: the error in the pattern."""
    CUE_SHEET = "cue-sheet"
    """Of a CUE sheet that is not followed. Value: the number of tracks into which it divides a file."""

    # The content of a file.
    EMPTY = "empty"
    ZEROS = "zeros"
    TEXT = "text"
    NOT_AUDIO = "not-audio"
    PROTECTED = "protected"
    UNKNOWN_CODEC = "unknown-codec"
    NO_SOUND = "no-sound"
    SILENT = "silent"
    LONG_SILENCE = "long-silence"
    """Values: the seconds that were listened to, and the length in seconds."""

    # Damage.
    DAMAGED = "damaged"
    MOSTLY_DAMAGED = "mostly-damaged"
    PARTLY_DAMAGED = "partly-damaged"
    NOT_NUMBERS = "not-numbers"
    SAMPLE_RATE = "sample-rate"
    """Value: the rate in Hz."""
    INDEX_DAMAGED = "index-damaged"
    INDEX_MISSING = "index-missing"
    ENDS_EARLY = "ends-early"
    """Values: the seconds that can be decoded, and the expected seconds."""
    END_MISSING = "end-missing"

    # Failures in the worker.
    CRASHED = "crashed"
    HUNG = "hung"
    TOO_SLOW = "too-slow"
    """Value: the minutes of processor time that decoding took."""
    NO_EMBEDDING = "no-embedding"
    TOO_LONG = "too-long"
    """Value: the hours that were listened to."""

    OTHER = "other"
    """Value: a text from elsewhere."""


_TEXTS = {
    Cause.NOT_THERE: "it is not there, or the disk that holds it is not connected",
    Cause.NO_PERMISSION: "no permission to read it",
    Cause.NOT_A_FOLDER: "it is not a folder",
    Cause.UNREADABLE: "it can't be read: {}",
    Cause.IMPOSSIBLE_NAME: "no file can have this name",
    Cause.IS_A_FOLDER: "this is a folder, not a file",
    Cause.NOT_REGULAR: "this is not a regular file",
    Cause.FILES_GONE: (
        "{:,} of its {:,} files are not there: is the disk that holds them connected? They come back with it; if you "
        "deleted them, have musicsim forget missing tracks"
    ),
    Cause.LEADS_FAR: (
        "this link is not followed, since {} may hold far more than music: if you want all music there, add that "
        "folder to your music folders"
    ),
    Cause.PATTERN: "a pattern in it can't be understood, so it is not followed ({})",
    Cause.CUE_SHEET: (
        "the {} tracks of this CUE sheet are one file, and stay one track: split the file to have each of them in the "
        "library"
    ),
    Cause.EMPTY: "the file is empty",
    Cause.ZEROS: "the file holds nothing but zeros: perhaps a download that was never finished",
    Cause.TEXT: "this is a text file, not an audio file",
    Cause.NOT_AUDIO: "this is not an audio file, or it is damaged beyond recognition",
    Cause.PROTECTED: "protected by DRM, so it can't be decoded",
    Cause.UNKNOWN_CODEC: "its sound is coded in a way that can't be decoded",
    Cause.NO_SOUND: "there is no sound in it",
    Cause.SILENT: "no sound: the whole track is silent",
    Cause.LONG_SILENCE: "no sound: {:,} s of its {:,} s were listened to, and all are silent",
    Cause.DAMAGED: "the file is damaged: its sound can't be decoded",
    Cause.MOSTLY_DAMAGED: "the file is damaged: much of it can't be decoded",
    Cause.PARTLY_DAMAGED: "parts of the file are damaged",
    Cause.NOT_NUMBERS: "the file is damaged: its samples are no numbers",
    Cause.SAMPLE_RATE: "the file is damaged: its header claims a sample rate of {} Hz",
    Cause.INDEX_DAMAGED: "the file is damaged: its index can't be read",
    Cause.INDEX_MISSING: "the file is cut short: its index, which comes last, is missing",
    Cause.ENDS_EARLY: "the file ends early: only {} of {} s can be decoded",
    Cause.END_MISSING: "the file ends early: the end of its last stream is missing",
    Cause.CRASHED: "the decoder crashed on this file: it is damaged, or of an unusual kind",
    Cause.HUNG: "the decoder did not come to an end on this file: it is damaged, or of an unusual kind",
    Cause.TOO_SLOW: (
        "decoding it had taken {:,} min of processor time, and was given up: it is damaged, or of an unusual kind"
    ),
    Cause.TOO_LONG: "only its first {:,} h were listened to",
    Cause.NO_EMBEDDING: "the model made no usable embedding of it",
    Cause.OTHER: "{}",
}
NOTICES = frozenset({Cause.CUE_SHEET})
"""Causes that only tell of something, while nothing fails."""
_BY_ERROR = {
    errno.EACCES: Cause.NO_PERMISSION,
    errno.EPERM: Cause.NO_PERMISSION,
    errno.ENOENT: Cause.NOT_THERE,
    errno.ENOTDIR: Cause.NOT_A_FOLDER,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A problem with a file or folder; `str` gives the text, without the path.

    Attributes
    ----------
    cause
        The kind of problem.
    values
        Its details; see `Cause`.
    """

    cause: Cause
    values: tuple[str | int | float, ...] = ()

    def __str__(self) -> str:
        """Return plain words, such as "the file ends early: only 12 of 36 s can be decoded"."""
        values = self.values
        if self.cause is Cause.UNREADABLE:
            values = tuple(_system_text(str(value)) for value in values)
        return _TEXTS[self.cause].format(*values)

    def to_stored(self) -> str:
        """Return the form stored in the databases: a JSON list of cause and values."""
        return json.dumps([self.cause.value, *self.values])

    @classmethod
    def from_stored(cls, stored: str) -> Reason:
        """Return the reason that `to_stored` encoded; an entry from a later version is shown as stored."""
        try:
            name, *values = json.loads(stored)
            reason = cls(Cause(name), tuple(values))
            str(reason)  # raises if the number of values doesn't fit
        except (ValueError, TypeError, LookupError):
            return cls(Cause.OTHER, (stored,))
        return reason


def reason_of(error: OSError) -> Reason:
    """Return the reason why a file or folder can't be read."""
    if (cause := _BY_ERROR.get(error.errno or 0)) is not None:
        return Reason(cause)
    name = errno.errorcode.get(error.errno or 0)
    return Reason(Cause.UNREADABLE, (name or str(error.strerror or error),))


def _system_text(name: str) -> str:
    """Return the system's text for an error name; any other text unchanged."""
    number = getattr(errno, name, None) if name.isidentifier() else None
    return os.strerror(number) if isinstance(number, int) else name
