"""Columns that several tables of tracks share."""

from __future__ import annotations

from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.track_model import Column

LIBRARY_COLUMNS = (
    ColumnLayout(Column.STATE, 32),
    ColumnLayout(Column.OPINION, 30, gives_way=1),
    ColumnLayout(Column.TITLE, 290, stretches=True),
    ColumnLayout(Column.ARTIST, 190, stretches=True),
    ColumnLayout(Column.ALBUM, 200, stretches=True, gives_way=3),
    ColumnLayout(Column.GENRE, 106, gives_way=5),
    ColumnLayout(Column.YEAR, 58, gives_way=4),
    ColumnLayout(Column.RATING, 92, gives_way=2, extra=True),
    ColumnLayout(Column.PLAYS, 58, gives_way=2, extra=True),
    ColumnLayout(Column.LAST_PLAYED, 132, gives_way=2, extra=True),
    ColumnLayout(Column.BPM, 58, gives_way=2, extra=True),
    ColumnLayout(Column.KEY, 52, gives_way=2, extra=True),
    ColumnLayout(Column.LENGTH, 72),
)
LIST_COLUMNS = (
    *LIBRARY_COLUMNS[:2],
    ColumnLayout(Column.POSITION, 48),
    *LIBRARY_COLUMNS[2:],
)
"""Of playlists, smart playlists and groups."""
