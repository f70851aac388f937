"""What happens in the background, told to whoever listens: the window, the terminal, a test.

An event is a frozen dataclass; a listener is a function that is called with it **in the thread in which it happened**,
so it must be quick and must not touch a window (the window's adapter hands events over to its own thread).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TracksChanged:
    """Tracks were added, or their tags, state or file changed; in batches."""

    track_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TracksRemoved:
    """Tracks left the library: their folder was taken out of it, or they turned out to be others that were missing."""

    track_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """Folders are being looked through."""


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Files looked at so far in this scan; the total is not known before the end."""

    files: int
    path: str
    """The file's or folder's path, printable."""


@dataclass(frozen=True, slots=True)
class ScanFinished:
    """The folders have been looked through; the fields count files."""

    added: int
    changed: int
    moved: int
    missing: int
    unchanged: int
    failed: int


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """How far the embedding of the library has come."""

    done: int
    """Tracks done in this run, failed ones included."""
    total: int
    """Tracks of this run, done and to do."""
    tracks_per_second: float
    """Over the last half minute; 0 before the first."""
    seconds_left: float | None
    paused: bool
    finished: bool
    current: str = ""
    """The track that is being listened to, printable."""
    refining: bool = False
    """This is a later pass, over tracks that can be searched for already."""


@dataclass(frozen=True, slots=True)
class TrackWanted:
    """Somebody waits for a track that was not listened to yet: it comes next."""

    track_id: int


@dataclass(frozen=True, slots=True)
class ModelChanged:
    """Another model is searched, or listens; or the choice of models is another one."""


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far the download of a model has come."""

    name: str
    """The model's."""
    done: int
    """Bytes."""
    total: int | None
    """Bytes, where the server says how many there are."""
    finished: bool = False
    """Whether this is the last of these, for better or worse."""
    problem: str = ""
    """Why it failed, in plain words."""


@dataclass(frozen=True, slots=True)
class ProblemsChanged:
    """The list of problems is not what it was."""


@dataclass(frozen=True, slots=True)
class PlaylistsChanged:
    """A playlist was made, changed or deleted."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the listener should be told, such as a watcher that can't watch; empty text takes it back."""

    topic: str
    """Which notice this replaces: "watcher", "scan", "worker", "bug", "index" or "storage"."""
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
    | Notice
)
Listener = Callable[[Event], None]


class Events:
    """Hands each event to every listener."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; returns a function that ends it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def emit(self, event: Event) -> None:
        """Tell every listener; one that fails is logged, and neither stops the others nor the work."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 (whatever it is, it is the listener's own)
                _log.exception("a listener failed on %s", type(event).__name__)
