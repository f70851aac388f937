"""The stored smart playlists, in the catalogue's file. What their rules mean is for others to know."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.playlist_names import (
    check_not_taken,
    checked_name,
    cleaned_name,
    free_name,
)

_COLUMNS = "id, name, rules, ready_made, hidden, created_at"


@dataclass(frozen=True, slots=True)
class StoredSmartList:
    """A smart playlist as it is stored.

    Attributes
    ----------
    id
        Never used again.
    name
        Unique.
    rules
        As JSON; None for those that the program has for `ready_made`.
    ready_made
        The key of one that every library has; None for one of the listener's.
    hidden
        Whether the listener doesn't want to see it.
    created_at
        Seconds since the epoch.
    """

    id: int
    name: str
    rules: str | None
    ready_made: str | None
    hidden: bool
    created_at: float


class SmartListStore:
    """Stores smart playlists; thread-safe, and every read returns fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[StoredSmartList]:
        """Return every smart playlist: those that every library has, in their order, then the others by name."""
        rows = self._database.query(f"SELECT {_COLUMNS} FROM smart_lists ORDER BY id")
        stored = [_stored(row) for row in rows]
        return sorted(
            stored, key=lambda s: (s.ready_made is None, s.ready_made is None and s.name.casefold())
        )

    def get(self, list_id: int) -> StoredSmartList | None:
        """Return a smart playlist, or None if it no longer exists."""
        rows = self._database.query(f"SELECT {_COLUMNS} FROM smart_lists WHERE id = ?", (list_id,))
        return _stored(rows[0]) if rows else None

    def named(self, name: str) -> StoredSmartList | None:
        """Return the smart playlist of this name, if any."""
        rows = self._database.query(f"SELECT {_COLUMNS} FROM smart_lists WHERE name = ?", (name,))
        return _stored(rows[0]) if rows else None

    def provide(self, names: Mapping[str, str]) -> None:
        """Store those that every library has, by key and name, unless they are there."""
        known = {
            key
            for (key,) in self._database.query(
                "SELECT ready_made FROM smart_lists WHERE ready_made IS NOT NULL"
            )
        }
        fresh = {key: name for key, name in names.items() if key not in known}
        if fresh:
            with self._database.transaction(is_news=False) as db:
                for key, name in fresh.items():
                    self._insert(db, name, None, ready_made=key)

    def create(self, name: str, rules: str) -> StoredSmartList:
        """Store a smart playlist; a name already taken gets a number, and one that can't be used is cleaned."""
        with self._database.transaction() as db:
            list_id = self._insert(db, cleaned_name(name, instead="Smart playlist"), rules)
        made = self.get(list_id)
        assert made is not None
        return made

    def _insert(
        self, db: sqlite3.Connection, name: str, rules: str | None, *, ready_made: str | None = None
    ) -> int:
        taken = {str(row[0]) for row in db.execute("SELECT name FROM smart_lists")}
        cursor = db.execute(
            "INSERT INTO smart_lists (name, rules, ready_made, created_at) VALUES (?, ?, ?, ?)",
            (free_name(name, taken), rules, ready_made, time.time()),
        )
        return int(cursor.lastrowid or 0)

    def rename(self, list_id: int, name: str) -> None:
        """Rename a smart playlist; those that refer to it follow.

        Raises
        ------
        PlaylistNameError
            If the name is taken, or none that a playlist can have.
        """
        name = checked_name(name, of="smart playlist")
        with self._database.transaction() as db:
            check_not_taken(db, "smart_lists", name, list_id, of="smart playlist")
            row = db.execute("SELECT name FROM smart_lists WHERE id = ?", (list_id,)).fetchone()
            is_shared = row and _exists(db, "playlists", row[0])
            if row and not is_shared:
                _rename_in_rules(db, row[0], name)
            db.execute("UPDATE smart_lists SET name = ? WHERE id = ?", (name, list_id))

    def set_rules(self, list_id: int, rules: str | None) -> None:
        """Replace the rules; None brings back those of one that every library has."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE smart_lists SET rules = ? WHERE id = ? AND (? IS NOT NULL OR ready_made IS NOT NULL)",
                (rules, list_id, rules),
            )

    def set_hidden(self, list_id: int, hidden: bool) -> None:
        """Hide a smart playlist, or show it again."""
        with self._database.transaction() as db:
            db.execute("UPDATE smart_lists SET hidden = ? WHERE id = ?", (hidden, list_id))

    def delete(self, list_id: int) -> None:
        """Delete a smart playlist; one that every library has is hidden, and gets its own rules back."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM smart_lists WHERE id = ? AND ready_made IS NULL", (list_id,))
            db.execute("UPDATE smart_lists SET hidden = 1, rules = NULL WHERE id = ?", (list_id,))

    def replace(self, track_id: int, by: int) -> None:
        """Replace a track by another one in the rules of sound."""

        def replaced(rule: dict[str, Any]) -> None:
            tracks = rule.get("tracks")
            if rule.get("kind") == "sound" and isinstance(tracks, list):
                rule["tracks"] = list(dict.fromkeys(by if i == track_id else i for i in tracks))

        with self._database.transaction() as db:
            _change_rules(db, f"%{track_id}%", replaced)


def follow_renamed_playlist(db: sqlite3.Connection, playlist_id: int, name: str) -> None:
    """Have the rules that refer to a playlist know its new name, before it gets it."""
    row = db.execute("SELECT name FROM playlists WHERE id = ?", (playlist_id,)).fetchone()
    if row:
        _rename_in_rules(db, row[0], name)


def _exists(db: sqlite3.Connection, table: str, name: str) -> bool:
    return db.execute(f"SELECT 1 FROM {table} WHERE name = ?", (name,)).fetchone() is not None


def _rename_in_rules(db: sqlite3.Connection, old: str, new: str) -> None:
    def renamed(rule: dict[str, Any]) -> None:
        if rule.get("kind") == "playlist" and rule.get("name") == old:
            rule["name"] = new

    _change_rules(db, '%"playlist"%', renamed)


def _change_rules(
    db: sqlite3.Connection, pattern: str, change: Callable[[dict[str, Any]], None]
) -> None:
    """Change each rule of each smart playlist whose JSON matches a pattern of SQL's LIKE."""

    def walk(value: object) -> None:
        if isinstance(value, dict):
            change(value)
            walk(value.get("rules"))
        elif isinstance(value, list):
            for each in value:
                walk(each)

    rows = db.execute("SELECT id, rules FROM smart_lists WHERE rules LIKE ?", (pattern,)).fetchall()
    for list_id, rules in rows:
        try:
            document = json.loads(rules)
            walk(document)
        except (ValueError, RecursionError):
            # Damaged ones stay as they are.
            continue
        if (changed := json.dumps(document)) != rules:
            db.execute("UPDATE smart_lists SET rules = ? WHERE id = ?", (changed, list_id))


def _stored(row: tuple[Any, ...]) -> StoredSmartList:
    list_id, name, rules, ready_made, hidden, created_at = row
    return StoredSmartList(list_id, name, rules, ready_made, bool(hidden), created_at)
