"""Settings that last from one start to the next, by name: the table `settings`."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database


class Settings:
    """Stores settings; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Return a setting's value, or None if it was never set."""
        rows = self._database.query("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set(self, name: str, value: str) -> None:
        """Store a setting."""
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    @property
    def model(self) -> str | None:
        """The identity of the searched model, whose embeddings are in use."""
        return self.get("model")
