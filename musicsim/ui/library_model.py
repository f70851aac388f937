"""The whole library, sorted and filtered.

`QSortFilterProxyModel` asks Python for every comparison: seconds at 50,000 rows. Here a sort is one `sorted` over keys
that are plain texts or numbers, and a filter one pass over texts that are folded once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import compress, repeat
from operator import and_, contains, gt
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal

from musicsim.library.folding import fold
from musicsim.library.types import Track, TrackState
from musicsim.ui.store import TrackStore
from musicsim.ui.theme import Theme
from musicsim.ui.track_model import Column, TrackModel

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
        """What the present column sorts by; the shelf has all of its own order in the places."""
        self._shelf = sorted(self._places, key=self._places.__getitem__)
        self._order: list[int] = []
        """Every track in the present order; the rows are those of them that match."""
        self._texts: list[str] = []
        """What the search looks in, in the same order."""
        self._sort()
        self._matches = self._match()
        """Which of these match, so which are rows."""
        self._ids = list(self._order)
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
            self._order.reverse()
            self._texts.reverse()
        else:
            self._column = Column(column)
            self._sort()
        self._show()

    def search(self, text: str) -> None:
        """Show the tracks in whose title, artist, album or genre every word of `text` occurs."""
        words = tuple(fold(text).split())
        if words != self._words:
            self._words = words
            before, self._matches = self._matches, self._match()
            self._refine(before)
            self.counts_changed.emit()

    def _update(self, ids: tuple[int, ...]) -> None:
        moved = False
        make = _KEYS.get(self._column)
        for track in self._store.tracks(ids):
            folded = _fold_tags(track)
            place = _place(track, folded)
            if track.id not in self._folded:
                self._shelf.append(track.id)
                moved = True
            elif (folded, place) != (self._folded[track.id], self._places[track.id]):
                moved = True
            self._folded[track.id] = folded
            self._places[track.id] = place
            if make is not None and make(track, folded) != self._keys.get(track.id):
                moved = True
        if moved:
            # Nearly sorted already, which is what Python's sort is quick at.
            self._shelf.sort(key=self._places.__getitem__)
            self._sort()
            self._show(asked_for=False)
            self.counts_changed.emit()
        self.redraw(ids)

    def _drop(self, ids: tuple[int, ...]) -> None:
        gone = set(ids)
        for track_id in gone & self._folded.keys():
            del self._folded[track_id], self._places[track_id]
            self._keys.pop(track_id, None)
        self._shelf = [i for i in self._shelf if i not in gone]
        kept = [i not in gone for i in self._order]
        self._order = list(compress(self._order, kept))
        self._texts = list(compress(self._texts, kept))
        self._show(asked_for=False)
        self.counts_changed.emit()

    def _sort(self) -> None:
        """Put every track in the order of the column, and within it as they stand on the shelf."""
        make = _KEYS.get(self._column)
        if make is None:
            self._keys = {}
            self._order = list(self._shelf)
        else:
            self._keys = {track.id: make(track, self._folded[track.id]) for track in self._store}
            self._order = sorted(self._shelf, key=self._keys.__getitem__)
        if self._descending:
            self._order.reverse()
        self._texts = [self._folded[i].text for i in self._order]

    def _match(self) -> list[bool]:
        """Which tracks of the present order have every word."""
        if not self._words:
            return [True] * len(self._texts)
        first, *others = self._words
        matches = [first in text for text in self._texts]
        for word in others:
            matches = list(map(and_, matches, map(contains, self._texts, repeat(word))))
        return matches

    def _refine(self, before: list[bool]) -> None:
        """Show what matches now instead of what did before; the order is the same, which saves most of the work."""
        self._keep(list(compress(self._matches, before)))
        there = len(self._ids)
        self._append(list(compress(self._order, map(gt, self._matches, before))))
        if 0 < there < len(self._ids):
            old, new = iter(range(there)), iter(range(there, len(self._ids)))
            self._permute(
                [next(old) if was else next(new) for was in compress(before, self._matches)]
            )

    def _show(self, *, asked_for: bool = True) -> None:
        """Show what matches, in the present order, after anything may have changed."""
        self._matches = self._match()
        ids = list(compress(self._order, self._matches))
        if ids == self._ids:
            return
        if not asked_for:
            self.rearranging.emit()
        self._keep(list(map(set(ids).__contains__, self._ids)))
        shown = set(self._ids)
        self._append([track_id for track_id in ids if track_id not in shown])
        if ids != self._ids:
            row_of = dict(zip(self._ids, range(len(ids)), strict=True))
            self._permute(list(map(row_of.__getitem__, ids)))
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
