"""Play history as rows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QObject

from musicsim.base.lengths import length_text
from musicsim.library.types import EndOfPlay, Play, Track
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import Column, Index, Mask, Role, Rows, TrackModel, as_ids

LIMIT = 500
"""Most rows, apart from that of the track being heard."""

GLIMPSE = 5.0
"""Seconds. A track that the listener left sooner was skipped, not listened to."""

_JUST_NOW = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A play, merged with the plays of the same track right before it; or the track being heard."""

    track_id: int
    play: Play | None = None
    """Last of these plays; None while the track is being heard."""
    times: int = 1


def is_listed(play: Play) -> bool:
    """Return whether a play is worth a row."""
    return play.end is EndOfPlay.FINISHED or play.heard >= GLIMPSE


def is_whole(play: Play) -> bool:
    """Return whether a track was heard to its end, and at least half of it."""
    return play.end is EndOfPlay.FINISHED and play.heard >= play.length / 2


class HistoryList(TrackModel):
    """Plays, newest first, below the track being heard; consecutive plays of one track share a row."""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._rows: list[Row] = []
        store.changed.connect(self.redraw)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Rows from top to bottom."""
        return tuple(self._rows)

    @property
    def current(self) -> int | None:
        """Track being heard."""
        return self._rows[0].track_id if self._rows and self._rows[0].play is None else None

    def set_plays(self, plays: Iterable[Play]) -> None:
        """Show these plays, given newest first, below the track being heard."""
        current = [] if self.current is None else self._rows[:1]
        rows: list[Row] = []
        for play in plays:
            if not is_listed(play) or play.track_id not in self._store:
                continue
            if rows and rows[-1].track_id == play.track_id:
                rows[-1] = replace(rows[-1], times=rows[-1].times + 1)
            elif len(rows) < LIMIT:
                rows.append(Row(play.track_id, play))
            else:
                break
        self.beginResetModel()
        self._rows = [*current, *rows]
        self._ids = as_ids(row.track_id for row in self._rows)
        self.endResetModel()

    def begin(self, track_id: int) -> None:
        """Show the track that is being heard now."""
        if self.current is not None:
            self._take_out(0, 1)
        if track_id in self._store:
            self._put_on_top(Row(track_id))

    def end(self, play: Play | None) -> None:
        """Show the finished play of the track that was being heard; None only takes that track away."""
        if play is None:
            self._take_out(0, 1 if self.current is not None else 0)
            return
        listed = is_listed(play) and play.track_id in self._store
        if self.current is not None:
            if listed and self.current == play.track_id:
                self._replace_top(Row(play.track_id, play))
            else:
                self._take_out(0, 1)
                if listed:
                    self._put_on_top(Row(play.track_id, play))
        elif listed:
            self._put_on_top(Row(play.track_id, play))
        if listed and len(self._rows) > 1 and self._rows[1].track_id == play.track_id:
            times = self._rows[1].times + 1
            self._take_out(1, 2)
            self._replace_top(Row(play.track_id, play, times))
        self._take_out(LIMIT, len(self._rows))

    def drop(self, ids: Iterable[int]) -> None:
        """Remove tracks from the list."""
        self._keep(~np.isin(self._ids, as_ids(ids)))

    # Qt's model interface

    def text(self, track: Track, column: int, row: int) -> str:
        """Return the text of a cell; for the played column, the time, then a line with notes on the play."""
        if column != Column.PLAYED:
            return super().text(track, column, row)
        entry = self._rows[row]
        if entry.play is None:
            return self.tr("Now playing")
        notes = [] if is_whole(entry.play) else [self._ending(entry.play)]
        if entry.times > 1:
            notes.append(f"× {formats.number(entry.times)}")
        return "\n".join((self._when(entry.play), " · ".join(notes)))

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the data of a cell (Qt override)."""
        if index.column() == Column.PLAYED and role in (Role.DisplayRole, Role.AccessibleTextRole):
            text = super().data(index, role)
            return None if text is None else ", ".join(text.strip().split("\n"))
        if role == Role.ToolTipRole:
            state = super().data(index, role)
            play = self._rows[index.row()].play
            lines = [] if play is None else [formats.full_moment(play.started_at)]
            if play is not None and not is_whole(play):
                lines.append(self.tr("Heard {0}").format(self._part(play)))
                if play.end is EndOfPlay.SKIPPED:
                    lines.append(self.tr("Skipped"))
            return "\n".join([*lines, *([state] if state else [])])
        return super().data(index, role)

    def _when(self, play: Play) -> str:
        now = time.time()
        if abs(now - play.started_at - play.heard) < _JUST_NOW:
            return self.tr("Just now")
        return formats.moment(play.started_at, now)

    def _ending(self, play: Play) -> str:
        """Return how much was heard, and whether the listener went on to another track."""
        if play.end is not EndOfPlay.SKIPPED:
            return self._part(play)
        return self.tr("Skipped, {0}").format(self._part(play))

    def _part(self, play: Play) -> str:
        text = self.tr("{0} of {1}")
        return text.format(length_text(play.heard), length_text(play.length))

    # Changing rows

    def _put_on_top(self, row: Row) -> None:
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.insert(0, row)
        self._ids = np.insert(self._ids, 0, row.track_id)
        self.endInsertRows()

    def _replace_top(self, row: Row) -> None:
        """Update the first row, whose track stays the same."""
        self._rows[0] = row
        self.dataChanged.emit(self.index(0, 0), self.index(0, len(Column) - 1))

    def _take_out(self, first: int, end: int) -> None:
        if first < end:
            self.beginRemoveRows(QModelIndex(), first, end - 1)
            del self._rows[first:end]
            self._ids = np.delete(self._ids, np.s_[first:end])
            self.endRemoveRows()

    def _permute(self, order: Rows) -> None:
        self._rows = [self._rows[i] for i in order]
        super()._permute(order)

    def _keep(self, kept: Mask) -> None:
        super()._keep(kept)
        del self._rows[len(self._ids) :]
