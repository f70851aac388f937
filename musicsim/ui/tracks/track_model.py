"""Tracks as rows: the base of every track list in the window."""

from __future__ import annotations

import enum
import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon

from musicsim.base.lengths import length_text
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import Track, TrackState
from musicsim.ui.kit import formats
from musicsim.ui.kit.dropping import URIS_MIME, dragged_files
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.facts import NO_MUSIC
from musicsim.ui.tracks.store import TrackStore

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

TRACKS_MIME = "application/x-musicsim-tracks"
"""JSON: {"list": id of the list they come from, "rows": [...], "ids": [...]}."""

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_LONGEST = 500
"""Most characters. Qt measures a whole text before it cuts off what doesn't fit, and tags may be megabytes long."""

_NO_INDEX = QModelIndex()
# Made once: every cell that is drawn asks for it.
_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDragEnabled


class Column(enum.IntEnum):
    """Columns of track lists."""

    STATE = 0
    POSITION = 1
    TITLE = 2
    ARTIST = 3
    ALBUM = 4
    GENRE = 5
    YEAR = 6
    LENGTH = 7
    SIMILARITY = 8
    PLAYED = 9
    OPINION = 10
    PLAYS = 11
    LAST_PLAYED = 12
    RATING = 13
    BPM = 14
    KEY = 15


NUMERIC = (Column.POSITION, Column.YEAR, Column.LENGTH, Column.PLAYS, Column.BPM)
ICONS = (Column.STATE, Column.OPINION)
"""Columns of icons, whose heading is empty."""
_MOST_FIRST = (Column.PLAYS, Column.LAST_PLAYED, Column.RATING)
"""Columns that are sorted in descending order by the first click on their heading."""


def column_name(column: Column) -> str:
    """Return a column's heading."""
    tr = QCoreApplication.translate
    names = {
        Column.STATE: tr("columns", "State"),
        Column.POSITION: tr("columns", "#"),
        Column.TITLE: tr("columns", "Title"),
        Column.ARTIST: tr("columns", "Artist"),
        Column.ALBUM: tr("columns", "Album"),
        Column.GENRE: tr("columns", "Genre"),
        Column.YEAR: tr("columns", "Year"),
        Column.LENGTH: tr("columns", "Length"),
        Column.SIMILARITY: tr("columns", "Similarity"),
        Column.PLAYED: tr("columns", "Played"),
        Column.OPINION: tr("columns", "Liked"),
        Column.PLAYS: tr("columns", "Plays"),
        Column.LAST_PLAYED: tr("columns", "Last played"),
        Column.RATING: tr("columns", "Rating"),
        Column.BPM: tr("columns", "BPM"),
        Column.KEY: tr("columns", "Key"),
    }
    return names[column]


class TrackModel(QAbstractTableModel):
    """Tracks of the store, by id and in an order of their own.

    Subclasses decide which tracks to show, and in which order. They change the rows through `_permute`, `_append` and
    `_keep`, which keep the selection and the current row on the same tracks.
    """

    rearranging = Signal()
    """Rows are about to change without a request by the listener."""
    rearranged = Signal()

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._theme = theme
        self._ids: Ids = np.zeros(0, np.int64)
        store.playing_changed.connect(self.redraw)
        store.facts.changed.connect(self._redraw_facts)
        theme.changed.connect(self._redraw_all)

    @property
    def ids(self) -> list[int]:
        """Ids of the tracks in the order shown."""
        found: list[int] = self._ids.tolist()
        return found

    def track(self, row: int) -> Track | None:
        """Return the track in a row."""
        return self._store.get(int(self._ids[row]))

    def rows_of(self, ids: Iterable[int]) -> list[int]:
        """Return the rows of these tracks, from top to bottom."""
        rows: list[int] = np.flatnonzero(np.isin(self._ids, as_ids(ids))).tolist()
        return rows

    def similarity(self, row: int) -> float | None:
        """Return the similarity of a row's track to the seed, from 0 to 1; None if there is none."""
        return None

    def redraw(self, ids: Iterable[int]) -> None:
        """Show the store's current data of these tracks."""
        if rows := self.rows_of(ids):
            # One signal for all: a view draws only what is visible.
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], len(Column) - 1))

    def _redraw_all(self) -> None:
        self.redraw(self.ids)

    def _redraw_facts(self, ids: tuple[int, ...]) -> None:
        if ids:
            self.redraw(ids)
        else:
            self._redraw_all()

    # Qt's model interface

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of rows (Qt override)."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of columns (Qt override)."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return the flags of a cell (Qt override)."""
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Return the heading of a column (Qt override)."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == Role.DisplayRole:
            return "" if column in ICONS else column_name(column)
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            return column_name(column)
        if role == Role.InitialSortOrderRole:
            down = column in _MOST_FIRST
            return Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the data of a cell (Qt override)."""
        track = self.track(index.row())
        if track is None:
            return None
        column = Column(index.column())
        match role:
            case Role.DisplayRole:
                return self.text(track, column, index.row())
            case Role.DecorationRole:
                return self.sign(track) if column is Column.STATE else None
            case Role.ToolTipRole if column is Column.OPINION:
                return opinion_text(self.opinion(track), click=True)
            case Role.ToolTipRole:
                return state_text(track, playing=False) if track.missing or track.problem else None
            case Role.AccessibleTextRole:
                if column is Column.STATE:
                    return state_text(track, playing=self.is_playing(track))
                if column is Column.OPINION:
                    return opinion_text(self.opinion(track))
                return self.text(track, column, index.row())
        return None

    def is_playing(self, track: Track) -> bool:
        """Return whether the track is in the player."""
        return track.id == self._store.playing

    def opinion(self, track: Track) -> Opinion | None:
        """Return what the listener thinks of the track."""
        return self._store.facts.opinions.get(track.id)

    def rating(self, track: Track) -> float | None:
        """Return the rating in the track's tags, in stars."""
        return self._store.facts.music.get(track.id, NO_MUSIC)[2]

    def text(self, track: Track, column: int, row: int) -> str:
        """Return the text of a cell."""
        if column >= Column.OPINION:
            return self._fact_text(track, column)
        match column:
            case Column.STATE:
                return ""
            case Column.POSITION:
                return str(row + 1)
            case Column.TITLE:
                return one_line(track.title)
            case Column.ARTIST:
                return one_line(track.artist)
            case Column.ALBUM:
                return one_line(track.tags.album)
            case Column.GENRE:
                return one_line(track.tags.genre)
            case Column.YEAR:
                return "" if track.tags.year is None else str(track.tags.year)
            case Column.LENGTH:
                return length_text(track.tags.duration)
            case Column.SIMILARITY:
                similarity = self.similarity(row)
                return "" if similarity is None else f"{similarity:.0%}"
            case Column.PLAYED:
                return ""
        raise ValueError(f"there is no column {column}")

    def _fact_text(self, track: Track, column: int) -> str:
        facts = self._store.facts
        match column:
            case Column.OPINION:
                return ""
            case Column.PLAYS:
                counts = facts.plays.get(track.id)
                return formats.number(counts.plays) if counts and counts.plays else ""
            case Column.LAST_PLAYED:
                counts = facts.plays.get(track.id)
                at = counts.last_played if counts else None
                return "" if at is None else formats.moment(at, time.time())
            case Column.RATING:
                stars = self.rating(track)
                return "" if stars is None else self.tr("{0} of 5 stars").format(f"{stars:g}")
            case Column.BPM:
                bpm = facts.music.get(track.id, NO_MUSIC)[0]
                return "" if bpm is None else f"{round(bpm, 1):.12g}"
            case Column.KEY:
                return one_line(facts.music.get(track.id, NO_MUSIC)[1])
        raise ValueError(f"there is no column {column}")

    def sign(self, track: Track) -> QIcon | None:
        """Return the icon of a track's state; None if there is nothing to show."""
        if self.is_playing(track):
            return self._theme.icon("playing", "accent")
        if track.missing:
            return self._theme.icon("missing", "faint")
        if track.problem is not None:
            return self._theme.icon("warning", "warning")
        if track.state is TrackState.PENDING:
            return self._theme.icon("pending", "faint")
        return None

    # Dragging tracks out

    def mimeTypes(self) -> list[str]:
        """Return the MIME type of dragged tracks (Qt override)."""
        return [TRACKS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the dragged tracks, and their files for other programs (Qt override)."""
        rows = sorted({index.row() for index in indexes})
        ids = self._ids[rows].tolist()
        data = QMimeData()
        data.setData(TRACKS_MIME, json.dumps({"list": id(self), "rows": rows, "ids": ids}).encode())
        # What is missing, another program can't open.
        paths = [track.path for track in self._store.tracks(ids) if not track.missing]
        if paths:
            data.setData(URIS_MIME, dragged_files(paths))
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        """Return the supported drag action (Qt override)."""
        return Qt.DropAction.CopyAction

    # Changing rows

    def _permute(self, order: Rows) -> None:
        """Move row `order[i]` to row i."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        self._ids = self._ids[order]
        if held:
            row_of = np.argsort(order)
            self.changePersistentIndexList(
                held, [self.index(int(row_of[index.row()]), index.column()) for index in held]
            )
        self.layoutChanged.emit()

    def _append(self, ids: Ids) -> None:
        if len(ids):
            first = len(self._ids)
            self.beginInsertRows(QModelIndex(), first, first + len(ids) - 1)
            self._ids = np.concatenate([self._ids, ids])
            self.endInsertRows()

    def _keep(self, kept: Mask) -> None:
        """Remove the rows for which `kept` is False; it has an item for each row."""
        count = int(kept.sum())
        if count == len(kept):
            return
        if not kept[:count].all():
            # Rows can only be removed in runs, and there may be thousands: move these rows to the end, and cut once.
            self._permute(np.concatenate([np.flatnonzero(kept), np.flatnonzero(~kept)]))
        self.beginRemoveRows(QModelIndex(), count, len(self._ids) - 1)
        self._ids = self._ids[:count]
        self.endRemoveRows()


def as_ids(ids: Iterable[int]) -> Ids:
    """Return track ids as an array of shape (N,)."""
    return np.fromiter(ids, np.int64)


def state_text(track: Track, *, playing: bool) -> str:
    """Return the meaning of a track's icon in words."""
    tr = QCoreApplication.translate
    if playing:
        return tr("states", "Playing")
    if track.missing:
        return tr("states", "The file is gone, or its folder can’t be reached")
    if track.problem is not None:
        return str(track.problem)
    if track.state is TrackState.PENDING:
        return tr("states", "Not listened to yet")
    return ""


def opinion_text(opinion: Opinion | None, *, click: bool = False) -> str:
    """Return what the listener thinks of a track, in words.

    Parameters
    ----------
    click
        Say what a click on the sign does.
    """
    tr = QCoreApplication.translate
    match opinion:
        case Opinion.LIKED:
            return (
                tr("opinions", "You like it: click to take it back")
                if click
                else tr("opinions", "Liked")
            )
        case Opinion.BANNED:
            return (
                tr("opinions", "Never played: click to let it in lists again")
                if click
                else tr("opinions", "Never played")
            )
        case None:
            return tr("opinions", "Like") if click else ""


def one_line(text: str) -> str:
    """Return a tag's text for display: without line breaks, and cut to `_LONGEST` characters."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    return " ".join(text.split()) if not text.isprintable() else text
