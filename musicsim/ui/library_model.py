"""The whole library, sorted and filtered.

`QSortFilterProxyModel` asks Python for every comparison: seconds at 50,000 rows. Here a sort is one `sorted` over keys
that are plain texts or numbers, and a filter one pass over texts that are folded once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from musicsim.library.folding import fold
from musicsim.library.types import Track, TrackState
from musicsim.ui.store import TrackStore
from musicsim.ui.theme import Theme
from musicsim.ui.track_model import Column, Ids, Mask, Rows, TrackModel, as_ids

# Sorts after every text: what has no artist or album is looked for last.
_LAST = "\U0010ffff"


class _Folded(NamedTuple):
    title: str
    artist: str
    album: str
    genre: str
    text: str
    """What the search looks in."""


class LibraryModel(TrackModel):
    """All tracks of the store that match the search."""

    counts_changed = Signal()

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._column = Column.ARTIST
        self._descending = False
        self._words: tuple[str, ...] = ()
        self._folded = {track.id: _fold_tags(track) for track in store}
        self._places = {track.id: _place(track, self._folded[track.id]) for track in store}
        self._keys: dict[int, Any] = {}
        """What the present column sorts by; that of the artist sorts by the places."""
        self._shelf: Ids = np.zeros(0, np.int64)
        """Every track in its place; what follows counts along the shelf."""
        self._texts: list[str] = []
        """What the search looks in."""
        self._order: Rows = np.zeros(0, np.intp)
        """Where on the shelf the tracks stand, in the present order; the rows are those of them that match."""
        self._fill_shelf()
        self._sort()
        self._matches = self._match(self._words)
        self._ids = self._shown()
        store.changed.connect(self._update)
        store.removed.connect(self._drop)

    @property
    def total(self) -> int:
        """How many tracks there are, shown or not."""
        return len(self._order)

    @property
    def sorting(self) -> tuple[Column, Qt.SortOrder]:
        """By which column the rows are sorted, and which way."""
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
        # Whoever types on looks for some of what is shown.
        narrows = all(any(old in word for word in words) for old in self._words)
        if narrows:
            new = [word for word in words if word not in self._words]
            matches = self._match(new, among=self._matches)
        else:
            matches = self._match(words)
        self._words = words
        before, self._matches = self._matches, matches
        self._refine(before)
        self.counts_changed.emit()

    def _update(self, ids: tuple[int, ...]) -> None:
        moved = False
        make = _KEYS.get(self._column)
        for track in self._store.tracks(ids):
            folded = _fold_tags(track)
            place = _place(track, folded)
            if (folded, place) != (self._folded.get(track.id), self._places.get(track.id)):
                moved = True
            self._folded[track.id] = folded
            self._places[track.id] = place
            if make is not None and make(track, folded) != self._keys.get(track.id):
                moved = True
        if moved:
            self._fill_shelf()
            self._sort()
            self._matches = self._match(self._words)
            self._show(asked_for=False)
            self.counts_changed.emit()
        self.redraw(ids)

    def _drop(self, ids: tuple[int, ...]) -> None:
        for track_id in self._folded.keys() & ids:
            del self._folded[track_id], self._places[track_id]
            self._keys.pop(track_id, None)
        # What is left is in order as it is.
        kept = ~np.isin(self._shelf, as_ids(ids))
        place = np.cumsum(kept) - 1
        self._order = place[self._order[kept[self._order]]]
        self._shelf, self._matches = self._shelf[kept], self._matches[kept]
        self._texts = list(compress(self._texts, kept.tolist()))
        self._show(asked_for=False)
        self.counts_changed.emit()

    def _fill_shelf(self) -> None:
        # But for what is new it is sorted already, which is what Python's sort is quick at.
        known = self._shelf.tolist()
        new = self._places.keys() - known
        shelf = sorted([*known, *new], key=self._places.__getitem__)
        self._shelf = as_ids(shelf)
        self._texts = [self._folded[track_id].text for track_id in shelf]

    def _sort(self) -> None:
        """Put every track in the order of the column, and within it as they stand on the shelf."""
        make = _KEYS.get(self._column)
        self._order = np.arange(len(self._shelf))
        self._keys = {}
        if make is not None:
            self._keys = {track.id: make(track, self._folded[track.id]) for track in self._store}
            keys = [self._keys[track_id] for track_id in self._shelf.tolist()]
            self._order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.intp)
        if self._descending:
            self._order = self._order[::-1]

    def _match(self, words: Sequence[str], *, among: Mask | None = None) -> Mask:
        """Which tracks, of those of `among`, have every word; along the shelf."""
        matches = np.ones(len(self._shelf), bool) if among is None else among.copy()
        for word in words:
            texts = self._texts if matches.all() else compress(self._texts, matches.tolist())
            matches[matches] = [word in text for text in texts]
        return matches

    def _shown(self) -> Ids:
        """The tracks that match, in the present order."""
        return self._shelf[self._order[self._matches[self._order]]]

    def _refine(self, before: Mask) -> None:
        """Show what matches now instead of what did before; the order is the same, which saves most of the work."""
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
        """Show what matches, in the present order, after anything may have changed."""
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


# An artist or album is folded once, not for each of its tracks.
_fold_name = lru_cache(maxsize=50_000)(fold)


def _fold_tags(track: Track) -> _Folded:
    tags = track.tags
    title, artist = fold(track.title), _fold_name(track.artist)
    album, genre = _fold_name(tags.album), _fold_name(tags.genre)
    album_artist = "" if tags.album_artist == track.artist else _fold_name(tags.album_artist)
    text = "\n".join((title, artist, album, genre, album_artist))
    return _Folded(title, artist, album, genre, text)


def _place(track: Track, folded: _Folded) -> str:
    """Return what puts a track in its place on the shelf: by artist, album, disc and number.

    One text, since Python compares texts several times as fast as tuples.
    """
    return f"{folded.artist or _LAST}\0{folded.album or _LAST}\0{_number(track)}{folded.title}\0{track.id:012}"


def _number(track: Track) -> str:
    tags = track.tags
    return f"{tags.disc_number or 0:09}{tags.track_number or 0:09}"


def _rank(track: Track) -> int:
    """Return the order of states: what needs the listener's eye comes first."""
    if track.problem is not None:
        return 0
    if track.missing:
        return 1
    return 3 if track.state is TrackState.EMBEDDED else 2


_KEYS: dict[Column, Callable[[Track, _Folded], Any]] = {
    Column.STATE: lambda track, folded: _rank(track),
    Column.TITLE: lambda track, folded: folded.title,
    # The tracks of a compilation stay together, whoever plays.
    Column.ALBUM: lambda track, folded: f"{folded.album or _LAST}\0{_number(track)}{folded.title}",
    Column.GENRE: lambda track, folded: folded.genre or _LAST,
    Column.YEAR: lambda track, folded: track.tags.year or 0,
    Column.LENGTH: lambda track, folded: track.tags.duration or 0.0,
}
"""How each column sorts but that of the artist, which is the shelf itself; columns that are not shown are not here."""
