"""Events from the background for any listener: the window, the terminal, a test.

An event is a frozen dataclass. A listener is a function that is called with the event **in the thread in which it
happened**. So it must be quick and must not touch a window; the window's adapter hands events over to its own thread.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TracksChanged:
    """Tracks were added, or their tags, state or file changed; sent in batches."""

    track_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TracksRemoved:
    """Tracks left the library: their folder was removed, or they turned out to be missing tracks under new paths."""

    track_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """Folders are being looked through."""


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Files scanned so far; the total is not known before the end."""

    files: int
    path: str
    """The file's or folder's path, printable."""


@dataclass(frozen=True, slots=True)
class ScanFinished:
    """A scan ended; the fields count files."""

    added: int
    changed: int
    moved: int
    missing: int
    unchanged: int
    failed: int


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """Progress of embedding the library."""

    done: int
    """Tracks done in this run, including failed ones."""
    total: int
    """All tracks of this run."""
    tracks_per_second: float
    """Mean of the last half minute; 0 before the first track."""
    seconds_left: float | None
    paused: bool
    finished: bool
    current: str = ""
    """The track being embedded, printable."""
    refining: bool = False
    """Whether this is a later pass, over tracks that can already be searched."""


@dataclass(frozen=True, slots=True)
class TrackWanted:
    """A track that is not embedded yet was asked for: it comes next."""

    track_id: int


@dataclass(frozen=True, slots=True)
class ModelChanged:
    """Another model is searched or listens, or the choice of models changed."""


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Progress of a model's download."""

    name: str
    """The model's name."""
    done: int
    """Bytes."""
    total: int | None
    """Bytes, if the server states them."""
    finished: bool = False
    """Whether this is the last event of this download, successful or not."""
    problem: str = ""
    """The reason for a failure, in plain words."""


@dataclass(frozen=True, slots=True)
class ProblemsChanged:
    """The list of problems changed."""


@dataclass(frozen=True, slots=True)
class PlaylistsChanged:
    """A playlist was created, changed or deleted."""


@dataclass(frozen=True, slots=True)
class GroupsChanged:
    """The groups were found again, or one was renamed, frozen or unfrozen."""


class GroupStep(enum.Enum):
    """What is being done while groups are found."""

    READING = "reading"
    COMPARING = "comparing"
    NAMING = "naming"
    STORING = "storing"


@dataclass(frozen=True, slots=True)
class GroupsProgress:
    """Groups are being found."""

    step: GroupStep
    tracks: int
    """Tracks that are compared; 0 before they are counted."""


@dataclass(frozen=True, slots=True)
class OpinionsChanged:
    """Tracks, albums or artists were liked or banned, or are so no longer."""


@dataclass(frozen=True, slots=True)
class PlaysChanged:
    """Tracks were played; without any, plays of whichever tracks were deleted."""

    track_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SmartListsChanged:
    """Smart playlists have other tracks, or were created, changed, hidden or deleted."""

    list_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for the listener, such as that folders can't be watched; empty text withdraws it."""

    topic: str
    """Which notice this replaces: "watcher", "scan", "worker", "bug", "index", "storage" or "model"."""
    text: str


Event = (
    TracksChanged
    | TracksRemoved
    | ScanStarted
    | ScanProgress
    | ScanFinished
    | EmbeddingProgress
    | TrackWanted
    | ModelChanged
    | FetchProgress
    | ProblemsChanged
    | PlaylistsChanged
    | GroupsChanged
    | OpinionsChanged
    | PlaysChanged
    | GroupsProgress
    | SmartListsChanged
    | Notice
)
Listener = Callable[[Event], None]


class Events:
    """Delivers each event to every listener."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; return a function that stops it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def emit(self, event: Event) -> None:
        """Call every listener. A failing one is logged, and stops neither the others nor the work."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 (any error here is the listener's own)
                _log.exception("a listener failed on %s", type(event).__name__)
