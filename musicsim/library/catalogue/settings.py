"""What the program keeps from one start to the next, by name: the table `settings`."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database


class Settings:
    """Keeps settings; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """A setting's value, or None where it was never set."""
        rows = self._database.query("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set(self, name: str, value: str) -> None:
        """Keep a setting."""
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    @property
    def model(self) -> str | None:
        """The identity of the model in use: its embeddings are the ones that count."""
        return self.get("model")
