"""The log of changed embeddings, so that a copy of them can catch up without comparing everything."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database

_KEPT = 100_000
"""Changes kept in the log; a copy that is further behind compares everything."""
_MOST = 10_000
"""Changes beyond which comparing everything is quicker."""


class EmbeddingChanges:
    """The log of changes to embeddings, and to whether they can be found; thread-safe.

    Triggers in the database write it, in the same transaction: when an embedding is written, its track becomes missing
    or returns, or its music folder becomes available or not.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def revision(self) -> int:
        """Return a number that increases with every change."""
        rows = self._database.query(
            "SELECT seq FROM sqlite_sequence WHERE name = 'embedding_changes'"
        )
        return int(rows[0][0]) if rows else 0

    def since(self, revision: int) -> list[int] | None:
        """Return the ids of embeddings changed since a revision; None if too many, or the log is too short."""
        ((oldest,),) = self._database.query("SELECT MIN(revision) FROM embedding_changes")
        if oldest is None or oldest > revision + 1:
            return [] if self.revision() == revision else None
        rows = self._database.query(
            "SELECT DISTINCT embedding_id FROM embedding_changes WHERE revision > ? LIMIT ?",
            (revision, _MOST + 1),
        )
        return None if len(rows) > _MOST else [embedding_id for (embedding_id,) in rows]

    def forget_old(self) -> None:
        """Delete all but the latest changes."""
        with self._database.transaction(is_news=False) as db:
            db.execute(
                "DELETE FROM embedding_changes WHERE revision <= ?", (self.revision() - _KEPT,)
            )
