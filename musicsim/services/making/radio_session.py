"""A radio that plays: what it was started from, what was heard, and what the listener made of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol

from musicsim.base.errors import MusicsimError
from musicsim.library.types import EndOfPlay, Play
from musicsim.playlists.feedback import LIKED, REMOVED, liking
from musicsim.playlists.generators.radio import Radio, RadioSettings, RadioTracks
from musicsim.services.making.seeds import Seed
from musicsim.similarity.space import Vectors

BATCH = 10
"""Tracks that are made at a time."""
_MOST_KNOWN, _MOST_HEARD, _MOST_REACTIONS = 1000, 300, 200
"""What is saved of a radio, about as much as it remembers."""


class NothingMore(MusicsimError):  # noqa: N818
    """The library has no track that the radio may play now."""


@dataclass(frozen=True, slots=True)
class RadioState:
    """A radio, to be saved and resumed.

    Attributes
    ----------
    seeds, settings, rng_seed
        What it was started with.
    known
        The ids of tracks that were given, or heard in the hours before; the last one at the end.
    heard
        The ids of tracks that were heard since.
    reactions
        The ids of tracks, with what the listener made of them; see `liking`.
    skips, likes
        How often the listener skipped and liked a track.
    is_automatic
        Whether it began by itself, when a list ended.
    """

    seeds: tuple[Seed, ...]
    settings: RadioSettings
    rng_seed: int
    known: tuple[int, ...] = ()
    heard: tuple[int, ...] = ()
    reactions: tuple[tuple[int, float], ...] = ()
    skips: int = 0
    likes: int = 0
    is_automatic: bool = False


class _Maker(Protocol):
    """What makes the tracks, in a thread of its own."""

    def submit(self, task: Callable[[], RadioTracks]) -> Future[RadioTracks]: ...

    def next_of(
        self, session: RadioSession, count: int, upcoming: Sequence[int]
    ) -> RadioTracks: ...

    def hear(self, radio: Radio, track_id: int) -> None: ...

    def react(self, radio: Radio, track_id: int, how: float) -> None: ...

    def change(self, radio: Radio, settings: RadioSettings, gone: Iterable[int]) -> None: ...

    def is_still_at(self, track_id: int, point: Vectors) -> bool: ...


class RadioSession:
    """A radio that plays. Its methods return at once, and may be called from any thread.

    Parameters
    ----------
    maker
        Makes its tracks.
    state
        A new or a saved state.
    """

    def __init__(self, maker: _Maker, state: RadioState) -> None:
        self._maker = maker
        self._state = state
        self._lock = threading.Lock()
        self._known = deque(state.known, maxlen=_MOST_KNOWN)
        self._heard = deque(state.heard, maxlen=_MOST_HEARD)
        self._reactions = deque(state.reactions, maxlen=_MOST_REACTIONS)
        self._news: list[Callable[[Radio], None]] = []
        """What the radio must still learn."""
        self._radio: tuple[Radio, str, tuple[int, Vectors]] | None = None
        """The radio, the model of its points, and a track with its point; belongs to the maker's thread."""

    @property
    def seeds(self) -> tuple[Seed, ...]:
        """What it was started from."""
        return self._state.seeds

    @property
    def is_automatic(self) -> bool:
        """Whether it began by itself, when a list ended."""
        return self._state.is_automatic

    @property
    def learned_from(self) -> tuple[int, int]:
        """The number of skips, and of likes, that it has learned from."""
        return self._state.skips, self._state.likes

    def state(self) -> RadioState:
        """Return the state, to be saved."""
        with self._lock:
            return self._saved()

    def _saved(self) -> RadioState:
        return replace(
            self._state,
            known=tuple(self._known),
            heard=tuple(self._heard),
            reactions=tuple(self._reactions),
        )

    def more(self, count: int = BATCH, upcoming: Sequence[int] = ()) -> Future[RadioTracks]:
        """Return the next tracks; `NothingMore` if there are none, `NotEmbedded` if none of the seeds is.

        Parameters
        ----------
        upcoming
            The ids of the tracks that are heard before them.
        """
        return self._maker.submit(lambda: self._maker.next_of(self, count, upcoming))

    def hear(self, track_id: int) -> None:
        """Note that a track begins, of the radio or another one."""
        with self._lock:
            self._heard.append(track_id)
            self._news.append(lambda radio: self._maker.hear(radio, track_id))

    def note(self, play: Play) -> None:
        """Learn from a play that ended."""
        self._react(play.track_id, liking(play), is_skip=play.end is EndOfPlay.SKIPPED)

    def like(self, track_id: int) -> None:
        """Learn that the listener likes a track."""
        self._react(track_id, LIKED, is_like=True)

    def take_out(self, track_id: int) -> None:
        """Learn that the listener removed a track from what comes."""
        self._react(track_id, REMOVED)

    def change(self, settings: RadioSettings, planned: Iterable[int] = ()) -> None:
        """Go on in another way; planned tracks that are not wanted any more may come again."""
        gone = set(planned)
        with self._lock:
            self._state = replace(self._state, settings=settings)
            kept = [track_id for track_id in self._known if track_id not in gone]
            self._known = deque(kept, maxlen=_MOST_KNOWN)
            self._news.append(lambda radio: self._maker.change(radio, settings, gone))

    def _react(
        self, track_id: int, how: float, *, is_skip: bool = False, is_like: bool = False
    ) -> None:
        if not how:
            return
        with self._lock:
            self._reactions.append((track_id, how))
            self._state = replace(
                self._state,
                skips=self._state.skips + is_skip,
                likes=self._state.likes + is_like,
            )
            self._news.append(lambda radio: self._maker.react(radio, track_id, how))

    # --- in the maker's thread ---

    def brought_up_to_date(
        self, model: str, build: Callable[[RadioState], tuple[Radio, tuple[int, Vectors]]]
    ) -> Radio:
        """Return the radio with everything that happened; build it if its points are not of this model and space."""
        if self._radio is not None:
            radio, known_model, point = self._radio
            if known_model == model and self._maker.is_still_at(*point):
                with self._lock:
                    news, self._news = self._news, []
                for learn in news:
                    learn(radio)
                return radio
        with self._lock:
            # The state has all of it.
            self._news, state = [], self._saved()
        radio, point = build(state)
        self._radio = radio, model, point
        return radio

    def remember(self, given: Iterable[int]) -> None:
        """Note which tracks were given."""
        with self._lock:
            self._known.extend(given)
