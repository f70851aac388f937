"""The groups that clustering found, in the catalogue's file."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.playlist_names import (
    check_not_taken,
    checked_name,
    cleaned_name,
    free_name,
)
from musicsim.library.types import FoundGroup, Group

Ids = npt.NDArray[np.int64]

_PORTION = 2000
"""Tracks stored at a time: some hundredths of a second."""

# A track may have left the library, and a group may have been frozen meanwhile.
_JOIN = """
INSERT INTO group_tracks
SELECT ?1, ?2, ?3
WHERE EXISTS (SELECT 1 FROM tracks WHERE id = ?1) AND EXISTS (SELECT 1 FROM groups WHERE id = ?2 AND NOT frozen)
ON CONFLICT (track_id) DO UPDATE SET group_id = excluded.group_id, position = excluded.position
WHERE group_id NOT IN (SELECT value FROM json_each(?4)) AND group_id NOT IN (SELECT id FROM groups WHERE frozen)
"""
_LEAVE = """
DELETE FROM group_tracks
WHERE track_id = ?1 AND group_id NOT IN (SELECT value FROM json_each(?2))
AND group_id NOT IN (SELECT id FROM groups WHERE frozen)
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A group as it is stored."""

    name: str
    renamed: bool
    frozen: bool


class GroupStore:
    """Stores groups; thread-safe, and every read returns fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Group]:
        """Return every group, by name."""
        tracks: dict[int, tuple[int, ...]] = {}
        # Many rows as few texts: other threads wait for the rows, but not while the texts are read.
        for group_id, ids, places in self._database.query(
            "SELECT group_id, group_concat(track_id), group_concat(position) FROM group_tracks "
            "GROUP BY group_id"
        ):
            order = np.argsort(_numbers(places), kind="stable")
            tracks[group_id] = tuple(_numbers(ids)[order].tolist())
        rows = self._database.query(
            "SELECT id, name, renamed, frozen, model, centre, created_at FROM groups"
        )
        groups = [
            Group(
                id=i,
                name=name,
                track_ids=tracks.get(i, ()),
                renamed=bool(renamed),
                frozen=bool(frozen),
                model=model,
                centre=np.frombuffer(centre, "<f4"),
                created_at=at,
            )
            for i, name, renamed, frozen, model, centre, at in rows
        ]
        return sorted(groups, key=lambda group: (group.name.casefold(), group.id))

    def count(self) -> int:
        """Return the number of groups."""
        return int(self._database.query("SELECT COUNT(*) FROM groups")[0][0])

    def count_tracks(self) -> int:
        """Return the number of tracks in groups."""
        return int(self._database.query("SELECT COUNT(*) FROM group_tracks")[0][0])

    def of_track(self, track_id: int) -> int | None:
        """Return the id of the group that a track is in, if any."""
        rows = self._database.query(
            "SELECT group_id FROM group_tracks WHERE track_id = ?", (track_id,)
        )
        return int(rows[0][0]) if rows else None

    def named(self, name: str) -> Group | None:
        """Return the group of this name, if any."""
        return next((group for group in self.all() if group.name == name), None)

    def store(
        self, found: Sequence[FoundGroup], *, step: Callable[[], None] = lambda: None
    ) -> None:
        """Store the groups that a clustering found, and delete those that it didn't continue.

        The listener's own comes first, also if it came while the clustering ran: a frozen group stays as it is, with
        its tracks, a name that the listener chose stays, and a group with such a name is never deleted.

        The tracks are stored some thousand at a time, since other threads wait for each transaction. In between, each
        track is in its new group or still in its earlier one.

        Parameters
        ----------
        step
            Called before each of these transactions; it gives way to other threads.
        """
        tracks, staying = self._store_names(found)
        rows = np.array(
            [
                (track, group_id, place)
                for group_id, group in tracks
                for place, track in enumerate(group.track_ids)
            ],
            np.int64,
        ).reshape(-1, 3)
        # In the table's order, for speed.
        rows = rows[np.argsort(rows[:, 0])]
        for some in _portions(rows):
            step()
            with self._database.transaction() as db:
                db.executemany(_JOIN, [(*row, staying) for row in some.tolist()])
        for leaving in _portions(np.setdiff1d(self._track_ids(), rows[:, 0])):
            step()
            with self._database.transaction() as db:
                db.executemany(_LEAVE, [(track, staying) for track in leaving.tolist()])

    def _store_names(self, found: Sequence[FoundGroup]) -> tuple[list[tuple[int, FoundGroup]], str]:
        """Store the groups without their tracks; return those whose tracks change, and those that keep theirs.

        The latter are their ids as a list in JSON.
        """
        with self._database.transaction() as db:
            before = {
                group_id: _Kept(name, bool(renamed), bool(frozen))
                for group_id, name, renamed, frozen in db.execute(
                    "SELECT id, name, renamed, frozen FROM groups"
                )
            }
            changing = [
                group
                for group in found
                if group.id is None or (group.id in before and not before[group.id].frozen)
            ]
            changed = {group.id for group in changing if group.id is not None}
            staying = {
                group_id
                for group_id, kept in before.items()
                if (kept.frozen or kept.renamed) and group_id not in changed
            }
            for group_id in before.keys() - changed - staying:
                db.execute("DELETE FROM groups WHERE id = ?", (group_id,))
            for group_id in changed:
                # Out of the way of another group that takes this name.
                db.execute(
                    "UPDATE groups SET name = char(0) || id WHERE id = ? AND NOT renamed",
                    (group_id,),
                )
            stored = [
                (self._store_one(db, group, before.get(group.id or 0)), group) for group in changing
            ]
            return stored, json.dumps(sorted(staying))

    def _store_one(self, db: sqlite3.Connection, found: FoundGroup, before: _Kept | None) -> int:
        """Store a group without its tracks, and return its id."""
        centre = found.centre.astype("<f4").tobytes()
        if before is None or found.id is None:
            values = (self._free(found.name), found.model, centre, time.time())
            cursor = db.execute(
                "INSERT INTO groups (name, model, centre, created_at) VALUES (?, ?, ?, ?)",
                values,
            )
            return int(cursor.lastrowid or 0)
        name = before.name if before.renamed else self._free(found.name, found.id)
        db.execute(
            "UPDATE groups SET name = ?, model = ?, centre = ? WHERE id = ?",
            (name, found.model, centre, found.id),
        )
        return found.id

    def _track_ids(self) -> Ids:
        """Return the tracks that are in a group."""
        rows = self._database.query("SELECT group_concat(track_id) FROM group_tracks")
        return _numbers(rows[0][0] or "")

    def _free(self, name: str, own: int = 0) -> str:
        rows = self._database.query("SELECT name FROM groups WHERE id != ?", (own,))
        return free_name(cleaned_name(name, instead="Group"), {str(row[0]) for row in rows})

    def rename(self, group_id: int, name: str) -> None:
        """Give a group a name of the listener's, which it keeps.

        Raises
        ------
        PlaylistNameError
            If the name is taken, or none that a group can have.
        """
        name = checked_name(name, of="group")
        with self._database.transaction() as db:
            check_not_taken(db, "groups", name, group_id, of="group")
            db.execute("UPDATE groups SET name = ?, renamed = 1 WHERE id = ?", (name, group_id))

    def set_frozen(self, group_id: int, frozen: bool) -> None:
        """Keep a group as it is, or let the next clustering change it."""
        with self._database.transaction() as db:
            db.execute("UPDATE groups SET frozen = ? WHERE id = ?", (frozen, group_id))

    def replace(self, track_id: int, by: int) -> None:
        """Replace a track by another one, unless that is in a group already."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE OR IGNORE group_tracks SET track_id = ? WHERE track_id = ?", (by, track_id)
            )
            db.execute("DELETE FROM group_tracks WHERE track_id = ?", (track_id,))


def _numbers(text: str) -> Ids:
    """Return the numbers of a text such as ``3,14,15``."""
    return np.array(text.split(",") if text else [], np.int64)


def _portions(rows: Ids) -> Iterator[Ids]:
    return (rows[start : start + _PORTION] for start in range(0, len(rows), _PORTION))
