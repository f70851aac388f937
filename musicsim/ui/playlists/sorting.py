"""Order of a playlist's tracks by a column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musicsim.library.query.folding import fold
from musicsim.library.types import Track, TrackState
from musicsim.ui.tracks.track_model import Column

# Sorts after every text: tracks without one come last.
_LAST = "\U0010ffff"


def sort_key(column: Column) -> Callable[[Track], Any]:
    """Return the key by which tracks are sorted by a column; equal ones stay in their order."""
    return _KEYS[column]


def _text(text: str) -> str:
    return fold(text) or _LAST


def _on_album(track: Track) -> tuple[str, int, int]:
    tags = track.tags
    return _text(tags.album), tags.disc_number or 0, tags.track_number or 0


def _rank(track: Track) -> int:
    """Return the rank of a track's state: states that need the listener's attention come first."""
    if track.missing:
        return 0
    if track.problem is not None:
        return 1
    return 3 if track.state is TrackState.EMBEDDED else 2


_KEYS: dict[Column, Callable[[Track], Any]] = {
    Column.STATE: _rank,
    Column.TITLE: lambda track: _text(track.title),
    Column.ARTIST: lambda track: (_text(track.artist), *_on_album(track)),
    Column.ALBUM: _on_album,
    Column.GENRE: lambda track: _text(track.tags.genre),
    Column.YEAR: lambda track: track.tags.year or 0,
    Column.LENGTH: lambda track: track.tags.duration or 0.0,
}
