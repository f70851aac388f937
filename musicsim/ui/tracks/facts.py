"""Facts about tracks that few lists show: opinions, plays, and the rating, tempo and key in their tags."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.catalogue.plays import PlayCounts
from musicsim.library.types import Track
from musicsim.ui.kit.bridge import Bridge

T = TypeVar("T")

Music = tuple[float | None, str, float | None]
"""Tempo, key and rating; see `Track`."""
NO_MUSIC: Music = (None, "", None)

_log = logging.getLogger(__name__)


class _Kind(enum.Enum):
    OPINIONS = enum.auto()
    PLAYS = enum.auto()
    MUSIC = enum.auto()


class TrackFacts(QObject):
    """In-memory copy of these facts, kept up to date.

    Each kind is read when it is first asked for, in another thread: until then there are none. `changed` tells of them.
    """

    changed = Signal(object)
    """tuple[int, ...]: tracks with new facts; empty for any."""

    def __init__(self, catalogue: Catalogue, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._bridge = bridge
        self._opinions: dict[int, Opinion] = {}
        self._plays: dict[int, PlayCounts] = {}
        self._music: dict[int, Music] = {}
        self._wanted: set[_Kind] = set()
        """Kinds that were asked for."""
        self._reading: dict[_Kind, bool] = {}
        """Kinds that are being read; True if they changed in the meantime."""
        bridge.opinions_changed.connect(self._read_opinions)
        bridge.plays_changed.connect(self._follow_plays)
        bridge.tracks_removed.connect(self._follow_removal)

    @property
    def opinions(self) -> Mapping[int, Opinion]:
        """Opinions about tracks, by id."""
        self._want(_Kind.OPINIONS)
        return self._opinions

    @property
    def plays(self) -> Mapping[int, PlayCounts]:
        """Plays and skips of the tracks that were played or skipped, by id."""
        self._want(_Kind.PLAYS)
        return self._plays

    @property
    def music(self) -> Mapping[int, Music]:
        """Tempo, key and rating of the tracks whose tags have any of them, by id."""
        self._want(_Kind.MUSIC)
        return self._music

    def follow(self, tracks: Iterable[Track]) -> None:
        """Take over what was read of new and changed tracks; see `Tracks.by_id`."""
        if _Kind.MUSIC in self._wanted:
            news = {track.id: (track.bpm, track.key, track.rating) for track in tracks}
            changed = [i for i, music in news.items() if music != self._music.get(i, NO_MUSIC)]
            self._music |= {i: news[i] for i in changed}
            self._tell(changed)
        # A sound that is known now may be that of a track with an opinion.
        self._read_opinions()

    def _want(self, kind: _Kind) -> None:
        if kind not in self._wanted:
            self._wanted.add(kind)
            self._reads[kind]()

    @property
    def _reads(self) -> dict[_Kind, Callable[[], None]]:
        return {
            _Kind.OPINIONS: self._read_opinions,
            _Kind.PLAYS: self._read_plays,
            _Kind.MUSIC: self._read_music,
        }

    def _read_opinions(self) -> None:
        def read() -> dict[int, Opinion]:
            return {i: each for each in Opinion for i in self._catalogue.opinions.tracks(each)}

        def show(opinions: dict[int, Opinion]) -> None:
            before, self._opinions = self._opinions, opinions
            self._tell([i for i in before | opinions if before.get(i) != opinions.get(i)])

        self._read(_Kind.OPINIONS, read, show)

    def _read_plays(self) -> None:
        def show(plays: dict[int, PlayCounts]) -> None:
            self._plays = plays
            self.changed.emit(())

        self._read(_Kind.PLAYS, self._catalogue.plays.counts, show)

    def _read_music(self) -> None:
        def show(music: dict[int, Music]) -> None:
            self._music = music
            self.changed.emit(())

        self._read(_Kind.MUSIC, self._catalogue.tracks.musical_details, show)

    def _follow_plays(self, ids: tuple[int, ...]) -> None:
        if _Kind.PLAYS not in self._wanted:
            return
        if not ids or _Kind.PLAYS in self._reading:
            self._read_plays()
            return

        def show(plays: dict[int, PlayCounts]) -> None:
            self._plays |= plays
            self._tell(plays)

        self._bridge.record(lambda: self._catalogue.plays.counts(ids), show, _fail)

    def _follow_removal(self, ids: tuple[int, ...]) -> None:
        # A track that turned out to be another one has passed on its opinion and plays.
        self._read_opinions()
        self._follow_plays(())

    def _read(self, kind: _Kind, read: Callable[[], T], show: Callable[[T], None]) -> None:
        """Read facts that were asked for; once more afterwards if they are being read already."""
        if kind not in self._wanted:
            return
        if kind in self._reading:
            self._reading[kind] = True
            return
        self._reading[kind] = False

        def settle(found: T) -> None:
            again = self._reading.pop(kind)
            show(found)
            if again:
                self._reads[kind]()

        def fail(error: MusicsimError) -> None:
            del self._reading[kind]
            _fail(error)

        self._bridge.record(read, settle, fail)

    def _tell(self, ids: Iterable[int]) -> None:
        if told := tuple(ids):
            self.changed.emit(told)


def _fail(error: MusicsimError) -> None:
    # What changes the catalogue tells the listener of its errors; these columns alone stay as they are.
    _log.warning("facts about tracks can't be read: %s", error)
