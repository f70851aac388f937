"""Data types shared by the parts of the library: files, tracks, problems, playlists, groups, plays."""

from __future__ import annotations

import enum
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.base.errors import display_path
from musicsim.base.reasons import Reason


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a file. Empty text and None mean that the tag is missing."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    year: int | None = None
    track_number: int | None = None
    disc_number: int | None = None
    duration: float | None = None
    """Seconds, according to the file's header."""


@dataclass(frozen=True, slots=True)
class TagDetails:
    """The tags of a file that not every list shows. Empty and None mean that the tag is missing."""

    artists: tuple[str, ...] = ()
    """One by one; `Tags` has them joined, like the album's artists and the genres."""
    album_artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    composers: tuple[str, ...] = ()
    date: str = ""
    """As written in the tag, such as 1999 or 1999-05-01."""
    original_date: str = ""
    track_total: int | None = None
    disc_total: int | None = None
    compilation: bool = False
    bpm: float | None = None
    key: str = ""
    """Such as Am, F# or 8A."""
    rating: float | None = None
    """Half a star to 5 stars, in half stars."""
    track_gain: float | None = None
    """ReplayGain 2.0, in decibels; Opus's R128 gain is converted to it."""
    track_peak: float | None = None
    album_gain: float | None = None
    album_peak: float | None = None
    recording_id: str = ""
    """From MusicBrainz, like all ids here."""
    release_track_id: str = ""
    release_id: str = ""
    release_group_id: str = ""
    artist_ids: tuple[str, ...] = ()
    album_artist_ids: tuple[str, ...] = ()
    has_lyrics: bool = False
    has_cover: bool = False


@dataclass(frozen=True, slots=True)
class Loudness:
    """The loudness of a track, measured on its sampled seconds."""

    lufs: float
    """Integrated loudness by ITU-R BS.1770-4, in LUFS."""
    peak: float
    """The largest measured sample, 1 at full scale: a lower bound of the track's true peak."""


class TrackState(enum.IntEnum):
    """The state of a track's processing."""

    PENDING = 0
    """Its tags are read, but the model in use has not embedded its sound yet."""
    EMBEDDED = 1
    FAILED = 2
    """It could not be read, decoded or embedded; `Track.problem` says why."""


@dataclass(frozen=True, slots=True)
class Track:
    """One audio file of the library."""

    id: int
    file: str
    """The path as text; bytes that are not text are kept as by `os.fsdecode`."""
    tags: Tags
    size: int
    """Bytes."""
    mtime_ns: int
    added_at: float
    """Seconds since the epoch."""
    state: TrackState = TrackState.PENDING
    problem: Reason | None = None
    """The reason for a failure or, for an embedded track, a lesser problem with the file."""
    missing: bool = False
    """The file is gone, or its folder is unavailable."""
    first_artist: str = field(default="", compare=False)
    """The first artist, if the tags name them one by one; like all that follows, read by `Tracks.by_id` alone."""
    compilation: bool = field(default=False, compare=False)
    """Whether the tags say that the album has tracks by various artists."""
    bpm: float | None = field(default=None, compare=False)
    key: str = field(default="", compare=False)
    """As in the tags, such as Am, F# or 8A."""
    rating: float | None = field(default=None, compare=False)
    """The rating in the tags: half a star to 5 stars, in half stars."""

    @property
    def path(self) -> Path:
        """The file's path; created on demand, since a library may have 100,000 tracks."""
        return Path(self.file)

    @property
    def title(self) -> str:
        """The title, or the file's name if there is none."""
        return self.tags.title or display_path(self.path.stem)

    @property
    def artist(self) -> str:
        """The artist, else the album's; may be empty."""
        return self.tags.artist or self.tags.album_artist

    @property
    def name(self) -> str:
        """`Artist - Title`, or the title alone."""
        return f"{self.artist} - {self.title}" if self.artist else self.title


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or folder that could not be read, decoded or embedded, or only in part."""

    path: Path
    reason: Reason
    failed: bool = True
    """False if the file is in the library all the same, such as a truncated one."""
    mtime_ns: int | None = None
    """When the file was last changed; a different time means that it is tried again."""


@dataclass(frozen=True, slots=True)
class MissingEntry:
    """An entry of a playlist whose track is not in the library.

    Attributes
    ----------
    path
        Where the file was, or where it was expected.
    title, artist, album, duration
        What is known about the track; empty text and None mean that it is unknown.
    id
        Unique; 0 before it is stored.
    position
        Its index among all entries of the playlist; set when it is stored.
    fingerprint
        The fingerprint of the sound, by which the track is recognised.
    """

    path: Path
    title: str = ""
    artist: str = ""
    album: str = ""
    duration: float | None = None
    id: int = 0
    position: int = 0
    fingerprint: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """`Artist - Title`, or the title alone, or the file's name."""
        title = self.title or display_path(self.path.stem)
        return f"{self.artist} - {title}" if self.artist else title


@dataclass(frozen=True, slots=True)
class Playlist:
    """A stored playlist.

    Attributes
    ----------
    track_ids
        Its tracks in order, without the missing entries.
    created_at
        Seconds since the epoch.
    folder_id
        The folder of playlists in which it is, if any.
    missing
        Its entries that are not in the library, by position.
    """

    id: int
    name: str
    track_ids: tuple[int, ...]
    created_at: float
    folder_id: int | None = None
    missing: tuple[MissingEntry, ...] = ()

    @property
    def entries(self) -> tuple[int | MissingEntry, ...]:
        """Everything in order: the ids of tracks, and the missing entries between them."""
        entries: list[int | MissingEntry] = list(self.track_ids)
        for entry in self.missing:
            entries.insert(entry.position, entry)
        return tuple(entries)


@dataclass(frozen=True, slots=True)
class PlaylistFolder:
    """A folder of playlists, in another one or, without `parent_id`, at the top."""

    id: int
    name: str
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of tracks that sound alike, found by clustering.

    Attributes
    ----------
    id, name
        Unique.
    track_ids
        The most typical first.
    renamed
        Whether the listener chose the name.
    frozen
        Whether the listener keeps the group as it is.
    model
        The identity of the model in whose space `centre` is.
    centre
        The mean direction of the tracks' points; shape (D,).
    created_at
        Seconds since the epoch.
    """

    id: int
    name: str
    track_ids: tuple[int, ...]
    renamed: bool
    frozen: bool
    model: str
    centre: npt.NDArray[np.float32] = field(compare=False)
    created_at: float


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The result of clustering for one group, to be stored.

    Attributes
    ----------
    id
        The stored group that it continues; None for a new one.
    name
        Ignored if the listener chose one.
    track_ids, model, centre
        As for `Group`.
    """

    id: int | None
    name: str
    track_ids: tuple[int, ...]
    model: str
    centre: npt.NDArray[np.float32] = field(compare=False)


class EndOfPlay(enum.Enum):
    """How a track's playback ended."""

    FINISHED = "finished"
    """It was played to its end."""
    SKIPPED = "skipped"
    """The listener went on to another track."""
    STOPPED = "stopped"
    """The listener stopped, or closed the program."""
    FAILED = "failed"
    """The rest could not be played."""


@dataclass(frozen=True, slots=True)
class Play:
    """One playback of a track."""

    track_id: int
    started_at: float
    """Seconds since the epoch."""
    heard: float
    """Seconds that were played, even if the listener jumped back and forth."""
    length: float
    """Seconds."""
    end: EndOfPlay


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of tracks in the library, and of those in each state.

    A missing track counts only as missing; one in an unavailable music folder keeps its state.
    """

    tracks: int
    embedded: int
    pending: int
    failed: int
    missing: int
    unavailable: int = 0


@dataclass(frozen=True, slots=True)
class FileEntry:
    """The catalogue's facts about a file, for comparing with the disk."""

    id: int
    size: int
    mtime_ns: int
    ctime_ns: int
    missing: bool
    missing_before: bool
    """Whether it was missing before its music folder became unavailable."""
    was_read: bool
    failed: bool

    def differs(self, status: os.stat_result) -> bool:
        """Return whether the file must be scanned again; always for one that could not be opened."""
        known = (self.size, self.mtime_ns, self.ctime_ns)
        return not self.was_read or known != (status.st_size, *file_times(status))


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """The scanner's facts about a file on disk."""

    path: Path
    size: int
    mtime_ns: int
    content_key: bytes
    tags: Tags
    details: TagDetails = TagDetails()
    problem: Reason | None = None
    """The reason why it can't be read at all, so that it isn't decoded."""
    ctime_ns: int = -1
    """When anything about the file was changed; -1 if unknown."""


def file_times(status: os.stat_result) -> tuple[int, int]:
    """Return when a file was modified, and when anything about it was changed, if the system knows.

    In nanoseconds since the epoch, limited to 1677–2262, the range of SQLite's integers.
    """
    mtime_ns, ctime_ns = (
        min(max(time_ns, -(2**63)), 2**63 - 1)
        for time_ns in (status.st_mtime_ns, status.st_ctime_ns)
    )
    return mtime_ns, ctime_ns
