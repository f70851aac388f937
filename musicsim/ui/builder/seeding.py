"""From what the listener drops, types or chooses in a menu to seeds."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal

from musicsim.services.making import drafts
from musicsim.services.making.drafts import Draft
from musicsim.services.making.request import Mode
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.services.making.suggestions import Suggestion, Suggestions, seed_of
from musicsim.ui.builder.dropping import dragged_playlists
from musicsim.ui.builder.words import tr
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import dragged_tracks

if TYPE_CHECKING:
    from musicsim.app import Musicsim

MOST_CHIPS = 12
"""Tracks that come together up to which each gets a chip of its own."""


class BuildWith(enum.Enum):
    """What the builder is to do with some tracks."""

    START = "start"
    """A new list from these."""
    MORE = "more"
    """More like these in the list in the making."""
    LESS = "less"
    """Less like these."""
    JOURNEY = "journey"
    """A journey that begins with the first."""


class Seeding(QObject):
    """Finds seeds in the library; another thread reads the catalogue.

    Attributes
    ----------
    suggestions
        The names that can be typed; None until they have been read.
    """

    found = Signal(object)
    """Seed: what a suggestion names."""
    names_read = Signal()

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        playlists: Playlists,
        messages: Messages,
    ) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._store = store
        self._playlists = playlists
        self._messages = messages
        self.suggestions: Suggestions | None = None
        self._are_stale = True
        for signal in (store.changed, store.removed, playlists.changed):
            signal.connect(self._outdate)

    def read_names(self) -> None:
        """Read the names that can be typed, unless they are known."""
        if not self._are_stale:
            return
        self._are_stale = False
        tracks, playlists = list(self._store), self._playlists.all

        def keep(suggestions: Suggestions) -> None:
            self.suggestions = suggestions
            self.names_read.emit()

        self._bridge.record(lambda: Suggestions(tracks, playlists), keep, self._messages.fail)

    def find(self, suggestion: Suggestion) -> None:
        """Find the tracks of a suggestion; `found` has them as a seed."""
        playlists = self._playlists.all
        self._bridge.record(
            lambda: seed_of(suggestion, self._app.playlists.seeds, playlists),
            self.found.emit,
            self._messages.fail,
        )

    def of_tracks(self, track_ids: Sequence[int], weight: float = 1.0) -> list[Seed]:
        """Return tracks as seeds: one each or, if they are many, all together."""
        tracks = self._store.tracks(self._store.in_library(dict.fromkeys(track_ids)))
        if len(tracks) > MOST_CHIPS:
            name = formats.counted("lists", len(tracks), "%n track", "%n tracks")
            ids = tuple(track.id for track in tracks)
            return [Seed(SeedKind.PLAYLIST, name, ids, weight)]
        return [Seed(SeedKind.TRACK, track.name, (track.id,), weight) for track in tracks]

    def dropped(self, data: QMimeData) -> list[Seed]:
        """Return dropped playlists or tracks as seeds."""
        ids = dragged_playlists(data)
        playlists = [each for i in ids if (each := self._playlists.get(i)) is not None]
        if not playlists:
            return self.of_tracks(dragged_tracks(data))
        if not all(each.track_ids for each in playlists):
            self._messages.tell(tr("An empty playlist says nothing about its sound."))
        return [
            Seed(SeedKind.PLAYLIST, each.name, tuple(dict.fromkeys(each.track_ids)))
            for each in playlists
            if each.track_ids
        ]

    def draft_after(self, draft: Draft, what: BuildWith, track_ids: Sequence[int]) -> Draft:
        """Return the draft after tracks were given to the builder by their menu."""
        match what:
            case BuildWith.START:
                draft = drafts.with_seeds(drafts.cleared(draft), self.of_tracks(track_ids))
                is_journey = draft.mode is Mode.JOURNEY
                return drafts.changed(draft, mode=Mode.SIMILAR) if is_journey else draft
            case BuildWith.JOURNEY:
                draft = drafts.with_seeds(drafts.cleared(draft), self.of_tracks(track_ids))
                return drafts.changed(draft, mode=Mode.JOURNEY)
            case _:
                weight = 1.0 if what is BuildWith.MORE else -1.0
                draft = drafts.with_seeds(draft, self.of_tracks(track_ids, weight))
                return drafts.changed(draft, mode=Mode.MIX)

    def _outdate(self) -> None:
        self._are_stale = True
