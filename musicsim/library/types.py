"""What the parts of the library hand each other: files, tracks, problems, playlists, plays and embeddings."""

from __future__ import annotations

import enum
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.base.errors import display_path
from musicsim.base.reasons import Reason


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says of itself. Empty text and None mean that it says nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    year: int | None = None
    track_number: int | None = None
    disc_number: int | None = None
    duration: float | None = None
    """Seconds, as the file's header has it."""


@dataclass(frozen=True, slots=True)
class TagDetails:
    """What a file says of itself beyond what every list shows. Empty and None mean that it says nothing."""

    artists: tuple[str, ...] = ()
    """Each by itself; `Tags` has them joined, as it has the album's artists and the genres."""
    album_artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    composers: tuple[str, ...] = ()
    date: str = ""
    """As it is written, such as 1999 or 1999-05-01."""
    original_date: str = ""
    track_total: int | None = None
    disc_total: int | None = None
    compilation: bool = False
    bpm: float | None = None
    key: str = ""
    """Such as Am, F# or 8A."""
    track_gain: float | None = None
    """ReplayGain 2.0, in decibels; Opus's R128 gain as ReplayGain's."""
    track_peak: float | None = None
    album_gain: float | None = None
    album_peak: float | None = None
    recording_id: str = ""
    """MusicBrainz's, as all ids here."""
    release_track_id: str = ""
    release_id: str = ""
    release_group_id: str = ""
    artist_ids: tuple[str, ...] = ()
    album_artist_ids: tuple[str, ...] = ()
    has_lyrics: bool = False
    has_cover: bool = False


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a track is, as listening measured it on the seconds that were heard."""

    lufs: float
    """Integrated loudness by ITU-R BS.1770-4, in LUFS."""
    peak: float
    """The largest sample that was heard, 1 at full scale: a lower bound of the track's true peak."""


class TrackState(enum.IntEnum):
    """How far a track has come."""

    PENDING = 0
    """Its tags are read; the sound is not embedded yet by the model in use."""
    EMBEDDED = 1
    FAILED = 2
    """It could not be read, decoded or embedded; `Track.problem` says why."""


@dataclass(frozen=True, slots=True)
class Track:
    """One audio file of the library."""

    id: int
    file: str
    """The path as text; bytes that are none are kept as `os.fsdecode` does."""
    tags: Tags
    size: int
    """Bytes."""
    mtime_ns: int
    added_at: float
    """Seconds since the epoch."""
    state: TrackState = TrackState.PENDING
    problem: Reason | None = None
    """Why it failed or, for an embedded track, what is wrong with the file all the same."""
    missing: bool = False
    """The file is gone, or its folder can't be reached."""

    @property
    def path(self) -> Path:
        """Where the file lies; made when it is asked for, since a library may hold a hundred thousand."""
        return Path(self.file)

    @property
    def title(self) -> str:
        """The title, or the file's name where there is none."""
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
    """False where the file is in the library all the same, such as one that is cut short."""
    mtime_ns: int | None = None
    """When the file was last changed; it is tried again when that is another time."""


@dataclass(frozen=True, slots=True)
class Playlist:
    """A kept playlist; its tracks in order, by id."""

    id: int
    name: str
    track_ids: tuple[int, ...]
    created_at: float
    """Seconds since the epoch."""


class EndOfPlay(enum.Enum):
    """How a track stopped being heard."""

    FINISHED = "finished"
    """It was heard to its end."""
    SKIPPED = "skipped"
    """The listener went on to another track."""
    STOPPED = "stopped"
    """The listener stopped, or closed the program."""
    FAILED = "failed"
    """It could not be played any further."""


@dataclass(frozen=True, slots=True)
class Play:
    """One time that a track was heard."""

    track_id: int
    started_at: float
    """Seconds since the epoch."""
    heard: float
    """Seconds of it that were heard, also where the listener went back and forth."""
    length: float
    """Seconds."""
    end: EndOfPlay


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """What a scan found: counts of files."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    """Files that were there before this scan and are not any more."""
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tracks the library holds, and how far they have come.

    A track that is gone counts as missing and nothing else; one whose music folder is out of reach keeps its state.
    """

    tracks: int
    embedded: int
    pending: int
    failed: int
    missing: int
    unavailable: int = 0


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What the scanner compares a file on disk with."""

    id: int
    size: int
    mtime_ns: int
    ctime_ns: int
    missing: bool
    missing_before: bool
    """Whether it was before its music folder went out of reach."""
    was_read: bool

    def differs(self, status: os.stat_result) -> bool:
        """Whether the file must be looked at again; one that could not be opened always is."""
        known = (self.size, self.mtime_ns, self.ctime_ns)
        return not self.was_read or known != (status.st_size, *file_times(status))


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """What the scanner found out about a file on disk."""

    path: Path
    size: int
    mtime_ns: int
    content_key: bytes
    tags: Tags
    details: TagDetails = TagDetails()
    problem: Reason | None = None
    """Why it can't be read at all, so that nothing will try to decode it."""
    ctime_ns: int = -1
    """When anything about the file was changed; -1 where that is not known."""


@dataclass(frozen=True, slots=True)
class PendingTrack:
    """A track that a model has not embedded yet, or only with fewer windows than a plan wants."""

    id: int
    path: Path
    content_key: bytes
    duration: float | None = None
    """Seconds, where its header or the decoder says."""


@dataclass(frozen=True, slots=True)
class TrackWindows:
    """What the model made of a track's windows.

    Attributes
    ----------
    offsets
        Where the windows begin, in seconds; shape (N,).
    vectors
        Their embeddings; shape (N, D).
    problem
        What is wrong with the file all the same, such as that it is cut short.
    """

    offsets: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]
    problem: Reason | None = None


@dataclass(frozen=True, slots=True)
class PooledEmbeddings:
    """Pooled embeddings of many tracks.

    Attributes
    ----------
    ids
        The embeddings' own ids, ascending; a track that is embedded again gets a new one. Shape (N,).
    track_ids
        Whose they are. Shape (N,).
    vectors
        Raw, as the model made them. Shape (N, D), float32.
    """

    ids: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that embeds this library, or did once.

    Attributes
    ----------
    identity
        Goes with every vector.
    weights
        Its file, which may be gone by now.
    input_repr, embedding_size
        Where the file does not say; see `embedding.read_weights`.
    standardised
        True where the model's own last layer standardises, so that the library needs no space of its own.
    """

    identity: str
    weights: Path
    input_repr: str | None
    embedding_size: int | None
    standardised: bool


@dataclass(frozen=True, slots=True)
class PooledTrack:
    """How far a model has come with a track.

    Attributes
    ----------
    vector
        The mean of its windows' embeddings; shape (D,).
    windows
        How many windows those are.
    """

    vector: npt.NDArray[np.float32]
    windows: int


def file_times(status: os.stat_result) -> tuple[int, int]:
    """When a file was modified, and when anything about it was changed, where the system knows.

    In nanoseconds since the epoch, within 1677 to 2262, all that SQLite can hold.
    """
    mtime_ns, ctime_ns = (
        min(max(time_ns, -(2**63)), 2**63 - 1)
        for time_ns in (status.st_mtime_ns, status.st_ctime_ns)
    )
    return mtime_ns, ctime_ns
