"""The whole library, sorted and filtered.

`QSortFilterProxyModel` asks Python for every comparison: seconds at 50,000 rows. Here a sort is one `list.sort` over
keys that are made once, and a filter one pass over texts that are folded once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
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
        self._keys: dict[int, tuple[Any, ...]] = {}
        self._order: list[int] = list(self._folded)
        """Every track in the present order; the rows are those of them that match."""
        self._make_keys()
        self._ids = self._matching()
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
        self._column = Column(column)
        self._descending = order is Qt.SortOrder.DescendingOrder
        self._make_keys()
        self._show(self._matching())

    def search(self, text: str) -> None:
        """Show the tracks in whose title, artist, album or genre every word of `text` occurs."""
        words = tuple(fold(text).split())
        if words != self._words:
            self._words = words
            self._show(self._matching())
            self.counts_changed.emit()

    def _update(self, ids: tuple[int, ...]) -> None:
        moved = False
        for track in self._store.tracks(ids):
            folded = _fold_tags(track)
            key = _KEYS[self._column](track, folded)
            if track.id not in self._folded:
                self._order.append(track.id)
                moved = True
            elif folded != self._folded[track.id] or key != self._keys[track.id]:
                moved = True
            self._folded[track.id] = folded
            self._keys[track.id] = key
        if moved:
            self._sort_order()
            self._show(self._matching(), asked_for=False)
            self.counts_changed.emit()
        self.redraw(ids)

    def _drop(self, ids: tuple[int, ...]) -> None:
        gone = set(ids)
        for track_id in gone & self._folded.keys():
            del self._folded[track_id], self._keys[track_id]
        self._order = [i for i in self._order if i not in gone]
        self._show(self._matching(), asked_for=False)
        self.counts_changed.emit()

    def _make_keys(self) -> None:
        make = _KEYS[self._column]
        self._keys = {track.id: make(track, self._folded[track.id]) for track in self._store}
        self._sort_order()

    def _sort_order(self) -> None:
        # Nearly sorted already after an update, which is what Python's sort is quick at.
        self._order.sort(key=self._keys.__getitem__, reverse=self._descending)

    def _matching(self) -> list[int]:
        ids = self._order
        for word in self._words:
            ids = [i for i in ids if word in self._folded[i].text]
        return list(ids)

    def _show(self, ids: list[int], *, asked_for: bool = True) -> None:
        if ids == self._ids:
            return
        if not asked_for:
            self.rearranging.emit()
        wanted = set(ids)
        self._keep([row for row, track_id in enumerate(self._ids) if track_id in wanted])
        shown = set(self._ids)
        self._append([track_id for track_id in ids if track_id not in shown])
        if ids != self._ids:
            row_of = {track_id: row for row, track_id in enumerate(self._ids)}
            self._permute([row_of[track_id] for track_id in ids])
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


def _place(track: Track, folded: _Folded) -> tuple[Any, ...]:
    """Return where a track stands on the shelf: by artist, album, disc and number."""
    tags = track.tags
    return (
        folded.artist or _LAST,
        folded.album or _LAST,
        tags.disc_number or 0,
        tags.track_number or 0,
        folded.title,
        track.id,
    )


def _rank(track: Track) -> int:
    """Return the order of states: what needs the listener's eye comes first."""
    if track.problem is not None:
        return 0
    if track.missing:
        return 1
    return 3 if track.state is TrackState.EMBEDDED else 2


_KEYS: dict[Column, Callable[[Track, _Folded], tuple[Any, ...]]] = {
    Column.STATE: lambda track, folded: (_rank(track), *_place(track, folded)),
    Column.TITLE: lambda track, folded: (folded.title, *_place(track, folded)),
    Column.ARTIST: _place,
    Column.ALBUM: lambda track, folded: (folded.album or _LAST, *_place(track, folded)[2:]),
    Column.GENRE: lambda track, folded: (folded.genre or _LAST, *_place(track, folded)),
    Column.YEAR: lambda track, folded: (track.tags.year or 0, *_place(track, folded)),
    Column.LENGTH: lambda track, folded: (track.tags.duration or 0.0, *_place(track, folded)),
}
"""How each column sorts; the ones that the library table doesn't show are not here."""
