"""The groups that clustering found, in the catalogue's file."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.playlist_names import (
    PlaylistNameError,
    checked_name,
    cleaned_name,
    free_name,
)
from musicsim.library.types import FoundGroup, Group


class GroupStore:
    """Stores groups; thread-safe, and every read returns fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Group]:
        """Return every group, by name."""
        tracks: dict[int, list[int]] = {}
        for group_id, track_id in self._database.query(
            "SELECT group_id, track_id FROM group_tracks ORDER BY group_id, position"
        ):
            tracks.setdefault(group_id, []).append(track_id)
        rows = self._database.query(
            "SELECT id, name, renamed, frozen, model, centre, created_at FROM groups"
        )
        groups = [
            Group(
                id=i,
                name=name,
                track_ids=tuple(tracks.get(i, ())),
                renamed=bool(renamed),
                frozen=bool(frozen),
                model=model,
                centre=np.frombuffer(centre, "<f4"),
                created_at=at,
            )
            for i, name, renamed, frozen, model, centre, at in rows
        ]
        return sorted(groups, key=lambda group: (group.name.casefold(), group.id))

    def named(self, name: str) -> Group | None:
        """Return the group of this name, if any."""
        return next((group for group in self.all() if group.name == name), None)

    def store(self, found: Sequence[FoundGroup]) -> None:
        """Store the groups that a clustering found, and delete those that it didn't continue.

        The listener's own comes first, also if it came while the clustering ran: a frozen group stays as it is, with
        its tracks, a name that the listener chose stays, and a group with such a name is never deleted.
        """
        with self._database.transaction() as db:
            before = {group.id: group for group in self.all()}
            changing = [
                group
                for group in found
                if group.id is None or (group.id in before and not before[group.id].frozen)
            ]
            changed = {group.id for group in changing if group.id is not None}
            staying = [
                group.id
                for group in before.values()
                if (group.frozen or group.renamed) and group.id not in changed
            ]
            for group_id in before.keys() - changed - set(staying):
                db.execute("DELETE FROM groups WHERE id = ?", (group_id,))
            for group_id in changed:
                # Out of the way of another group that takes this name.
                db.execute(
                    "UPDATE groups SET name = char(0) || id WHERE id = ? AND NOT renamed",
                    (group_id,),
                )
            marks = ",".join("?" * len(staying))
            db.execute(f"DELETE FROM group_tracks WHERE group_id NOT IN ({marks})", staying)
            rows = []
            for group in changing:
                group_id = self._store_one(group, before.get(group.id or 0))
                rows += [(track, group_id, place) for place, track in enumerate(group.track_ids)]
            # A track may have left the library, or be in a group that was frozen meanwhile. In the table's order, for
            # speed: until then, other threads wait.
            here = {track_id for (track_id,) in db.execute("SELECT id FROM tracks")}
            rows = sorted(row for row in rows if row[0] in here)
            db.executemany("INSERT OR IGNORE INTO group_tracks VALUES (?, ?, ?)", rows)

    def _store_one(self, found: FoundGroup, before: Group | None) -> int:
        """Store a group without its tracks, and return its id."""
        centre = found.centre.astype("<f4").tobytes()
        with self._database.transaction() as db:
            if before is None:
                values = (self._free(found.name), found.model, centre, time.time())
                cursor = db.execute(
                    "INSERT INTO groups (name, model, centre, created_at) VALUES (?, ?, ?, ?)",
                    values,
                )
                return int(cursor.lastrowid or 0)
            name = before.name if before.renamed else self._free(found.name, before.id)
            db.execute(
                "UPDATE groups SET name = ?, model = ?, centre = ? WHERE id = ?",
                (name, found.model, centre, before.id),
            )
            return before.id

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
            if db.execute(
                "SELECT 1 FROM groups WHERE name = ? AND id != ?", (name, group_id)
            ).fetchone():
                raise PlaylistNameError(
                    f"There is a group named “{name}” already: choose another name."
                )
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
