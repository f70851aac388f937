"""The playing history: kept unless the listener switches it off, cleared and exported when the listener asks for it."""

from __future__ import annotations

import csv
import enum
import io
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, PlaysChanged
from musicsim.base.writing import write_text
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import Play, Track

_SETTING = "history"
_OFF = "off"
_COLUMNS = ("started_at", "title", "artist", "album", "heard", "length", "end", "path")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet takes for a formula."""


class Since(enum.Enum):
    """From when on the history is cleared."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    """Yesterday and today."""
    WEEK = "week"
    """The last seven days, today among them."""
    EVER = "ever"

    def start(self, now: datetime) -> float:
        """Return when it begins, in seconds since the epoch, given the listener's local time."""
        if self is Since.EVER:
            return -inf
        days = {Since.TODAY: 0, Since.YESTERDAY: 1, Since.WEEK: 6}[self]
        return datetime.combine(now.date() - timedelta(days=days), datetime.min.time()).timestamp()


class HistoryFileError(MusicsimError):
    """The history can't be exported."""


class PlayHistory:
    """Keeps what was played; every method blocks while it uses the catalogue.

    Parameters
    ----------
    catalogue
        Where it is kept.
    events
        Receives `PlaysChanged`.
    """

    def __init__(self, catalogue: Catalogue, events: Events) -> None:
        self._catalogue = catalogue
        self._plays = catalogue.plays
        self._events = events

    @property
    def is_kept(self) -> bool:
        """Whether plays are stored; the listener may switch that off."""
        return self._catalogue.settings.get(_SETTING) != _OFF

    def keep(self, wanted: bool) -> None:
        """Store plays from now on, or none; those of before stay."""
        self._catalogue.settings.set(_SETTING, "on" if wanted else _OFF)

    def add(self, play: Play) -> None:
        """Store a play, unless that is switched off."""
        if self.is_kept:
            self._plays.add(play)
            self._events.emit(PlaysChanged((play.track_id,)))

    def latest(self, limit: int, *, heard: float = 0.0) -> list[Play]:
        """Return the last plays; see `Plays.latest`."""
        return self._plays.latest(limit, heard=heard)

    def clear(self, since: Since = Since.EVER) -> None:
        """Delete all plays, or the last ones."""
        self._plays.clear(since.start(datetime.now()))
        self._events.emit(PlaysChanged())

    def export(self, file: Path) -> int:
        """Write the history to a file, the last play first: JSON if its name ends in .json, else CSV.

        Returns
        -------
        The number of plays.

        Raises
        ------
        HistoryFileError
            If the file can't be written.
        """
        plays = self._plays.latest(sys.maxsize)
        ids = dict.fromkeys(play.track_id for play in plays)
        tracks = {track.id: track for track in self._catalogue.tracks.by_id(ids)}
        known = [(play, tracks[play.track_id]) for play in plays if play.track_id in tracks]
        text = _as_json(known) if file.suffix.casefold() == ".json" else _as_csv(known)
        try:
            write_text(file, text)
        except OSError as error:
            raise HistoryFileError(
                f"{display_path(file)} can't be written ({error.strerror or error}): choose another place."
            ) from error
        return len(known)


def _as_json(plays: Iterable[tuple[Play, Track]]) -> str:
    rows = [_row(play, track, os.fspath) for play, track in plays]
    return json.dumps([dict(zip(_COLUMNS, row, strict=True)) for row in rows], indent=2) + "\n"


def _as_csv(plays: Iterable[tuple[Play, Track]]) -> str:
    # With a byte order mark, so that spreadsheets recognise UTF-8.
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for play, track in plays:
        table.writerow(map(_cell, _row(play, track, display_path)))
    return text.getvalue()


def _row(play: Play, track: Track, path_text: Callable[[Path], str]) -> tuple[object, ...]:
    return (
        datetime.fromtimestamp(play.started_at, UTC).isoformat("T", "seconds"),
        track.title,
        track.artist,
        track.tags.album,
        round(play.heard, 1),
        round(play.length, 1),
        play.end.value,
        path_text(track.path),
    )


def _cell(value: object) -> object:
    """Return what a cell holds: a text that a spreadsheet would run as a formula gets an apostrophe."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode()
    return f"'{text}" if text.startswith(_FORMULAS) else text
