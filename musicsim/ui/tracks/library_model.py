"""Model of the whole library, sorted and filtered.

`QSortFilterProxyModel` calls Python for every comparison, which takes seconds at 50,000 rows. Here, a sort is one
`sorted` over keys that are plain texts or numbers. A filter is one pass over texts that are folded once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from musicsim.library.query.folding import fold
from musicsim.library.query.word_search import WordSearch, as_bytes
from musicsim.library.types import Track, TrackState
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.fact_order import fact_key
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import Column, Ids, Mask, Rows, TrackModel, as_ids
from musicsim.ui.tracks.visitors import is_visitor

# Sorts after every text: tracks without an artist or album come last.
_LAST = "\U0010ffff"
_ID_DIGITS = 12


class _Entry(NamedTuple):
    """Track with its folded texts."""

    track: Track
    title: str
    genre: str
    place: str
    """Sort key of its place on the shelf: artist, album, disc and number, title and id.

    It is one text, since Python compares texts several times as fast as tuples.
    """
    searched: bytes
    """Text that is searched."""


class LibraryModel(TrackModel):
    """All tracks of the store that match the search."""

    counts_changed = Signal()

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._column = Column.ARTIST
        self._descending = False
        self._words: tuple[str, ...] = ()
        self._entries = {track.id: _entry(track) for track in store}
        self._shelf: Ids = np.zeros(0, np.int64)
        """All tracks in the order of the shelf, which the following arrays share."""
        self._searched = _word_search([])
        """Searched texts, in the order of the shelf."""
        self._order: Rows = np.zeros(0, np.intp)
        """Shelf positions of the tracks in the present order; the rows are those of them that match."""
        self._fill_shelf()
        self._sort()
        self._matches = self._match(self._words)
        self._ids = self._shown()
        store.changed.connect(self._update)
        store.facts.changed.connect(self._follow_facts)
        store.removed.connect(self._drop)

    @property
    def total(self) -> int:
        """Number of tracks, shown or not."""
        return len(self._order)

    @property
    def sorting(self) -> tuple[Column, Qt.SortOrder]:
        """Column by which the rows are sorted, and the direction."""
        descending, ascending = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        return self._column, descending if self._descending else ascending

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; equal rows follow by artist, album and track number."""
        if (column, order) == self.sorting:
            return
        self._descending = order is Qt.SortOrder.DescendingOrder
        if column == self._column:
            self._order = self._order[::-1]
        else:
            self._column = Column(column)
            self._sort()
        self._show()

    def search(self, text: str) -> None:
        """Show the tracks in whose title, artist, album or genre every word of `text` occurs."""
        words = tuple(fold(text).split())
        if words == self._words:
            return
        # Typing on narrows the result: only tracks that match already can match.
        if all(any(old in word for word in words) for old in self._words):
            matches = self._matches & self._match(set(words).difference(self._words))
        else:
            matches = self._match(words)
        self._words = words
        before, self._matches = self._matches, matches
        self._refine(before)
        self.counts_changed.emit()

    def _update(self, ids: tuple[int, ...]) -> None:
        moved = False
        key = self._key or _place
        for track in self._store.tracks(i for i in ids if not is_visitor(i)):
            before, entry = self._entries.get(track.id), _entry(track)
            self._entries[track.id] = entry
            if before is None or any(get(before) != get(entry) for get in (_place, _searched, key)):
                moved = True
        if moved:
            self._fill_shelf()
            self._sort()
            self._matches = self._match(self._words)
            self._show(asked_for=False)
            self.counts_changed.emit()
        self.redraw(ids)

    def _follow_facts(self, _: tuple[int, ...]) -> None:
        """Keep the order if it is that of facts."""
        if self._column >= Column.OPINION:
            self._sort()
            self._show(asked_for=False)

    @property
    def _key(self) -> Callable[[_Entry], Any] | None:
        """Sort key of the column; None for the artist's, whose order is the shelf itself."""
        if self._column < Column.OPINION:
            return _KEYS.get(self._column)
        of = fact_key(self._column, self._store.facts)
        return lambda entry: of(entry.track.id)

    def _drop(self, ids: tuple[int, ...]) -> None:
        for track_id in self._entries.keys() & ids:
            del self._entries[track_id]
        # The remaining tracks are still in order.
        kept = ~np.isin(self._shelf, as_ids(ids))
        place = np.cumsum(kept) - 1
        self._order = place[self._order[kept[self._order]]]
        self._shelf, self._matches = self._shelf[kept], self._matches[kept]
        self._searched = _word_search(self._shelved())
        self._show(asked_for=False)
        self.counts_changed.emit()

    def _fill_shelf(self) -> None:
        # Everything but the new tracks is sorted already, which Python's sort handles fast.
        known = self._shelf.tolist()
        new = self._entries.keys() - known
        entries = sorted(map(self._entries.__getitem__, [*known, *new]), key=_place)
        self._shelf = as_ids(entry.track.id for entry in entries)
        self._searched = _word_search(entries)

    def _shelved(self) -> list[_Entry]:
        """Return all entries in the order of the shelf."""
        return [self._entries[track_id] for track_id in self._shelf.tolist()]

    def _sort(self) -> None:
        """Order all tracks by the column, and equal ones by their position on the shelf."""
        self._order = np.arange(len(self._shelf))
        if (key := self._key) is not None:
            keys = list(map(key, self._shelved()))
            self._order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.intp)
        if self._descending:
            self._order = self._order[::-1]

    def _match(self, words: Iterable[str]) -> Mask:
        """Return which tracks contain every word, in the order of the shelf."""
        matches = np.ones(len(self._shelf), bool)
        for word in words:
            matches &= self._searched.having(word)
        return matches

    def _shown(self) -> Ids:
        """Return the tracks that match, in the present order."""
        return self._shelf[self._order[self._matches[self._order]]]

    def _refine(self, before: Mask) -> None:
        """Replace the previous matches by the present ones; the order stays, which saves most of the work."""
        was, matches = before[self._order], self._matches[self._order]
        self._keep(matches[was])
        there = len(self._ids)
        self._append(self._shelf[self._order[matches & ~was]])
        if 0 < there < len(self._ids):
            old = was[matches]
            order = np.empty(len(old), np.intp)
            order[old], order[~old] = np.arange(there), np.arange(there, len(old))
            self._permute(order)

    def _show(self, *, asked_for: bool = True) -> None:
        """Show the tracks that match, in the present order, after any kind of change."""
        ids = self._shown()
        if np.array_equal(ids, self._ids):
            return
        if not asked_for:
            self.rearranging.emit()
        self._keep(np.isin(self._ids, ids))
        self._append(ids[~np.isin(ids, self._ids)])
        if not np.array_equal(ids, self._ids):
            order = np.empty(len(ids), np.intp)
            order[np.argsort(ids)] = np.argsort(self._ids)
            self._permute(order)
        if not asked_for:
            self.rearranged.emit()


# Fold an artist or album once, not for each of its tracks.
_fold_name = lru_cache(maxsize=50_000)(fold)


def _entry(track: Track) -> _Entry:
    tags = track.tags
    title, artist = fold(track.title), _fold_name(track.artist)
    album, genre = _fold_name(tags.album), _fold_name(tags.genre)
    album_artist = "" if tags.album_artist == track.artist else _fold_name(tags.album_artist)
    number = f"{tags.disc_number or 0:09}{tags.track_number or 0:09}"
    place = f"{artist or _LAST}\0{album or _LAST}\0{number}{title}\0{track.id:0{_ID_DIGITS}}"
    searched = as_bytes("\n".join((title, artist, album, genre, album_artist)))
    return _Entry(track, title, genre, place, searched)


def _word_search(entries: Iterable[_Entry]) -> WordSearch:
    return WordSearch([entry.searched for entry in entries])


_place = attrgetter("place")
_searched = attrgetter("searched")


def _place_on_album(entry: _Entry) -> str:
    """Return the sort key of a track on its album; a compilation stays together despite its different artists."""
    # Neither tags nor file names contain a NUL.
    return entry.place.partition("\0")[2][:-_ID_DIGITS]


def _rank(entry: _Entry) -> int:
    """Return the rank of a track's state: states that need the listener's attention come first."""
    track = entry.track
    if track.problem is not None:
        return 0
    if track.missing:
        return 1
    return 3 if track.state is TrackState.EMBEDDED else 2


_KEYS: dict[Column, Callable[[_Entry], Any]] = {
    Column.STATE: _rank,
    Column.TITLE: attrgetter("title"),
    Column.ALBUM: _place_on_album,
    Column.GENRE: lambda entry: entry.genre or _LAST,
    Column.YEAR: lambda entry: entry.track.tags.year or 0,
    Column.LENGTH: lambda entry: entry.track.tags.duration or 0.0,
}
"""Sort keys of the columns of tags, except the artist's."""
