"""Which embeddings changed, or can be found or not any more: whoever keeps some need not compare them all."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database

_KEPT = 100_000
"""Changes that are remembered: of what fell further behind, everything is compared."""
_MOST = 10_000
"""Changes beyond which comparing everything is quicker."""


class EmbeddingChanges:
    """Counts the changes; thread-safe.

    The database notes them itself, by triggers: whatever writes an embedding, or makes its track missing, or brings a
    music folder back, is noted in the same transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def revision(self) -> int:
        """Return a number that is another one after every change."""
        rows = self._database.query(
            "SELECT seq FROM sqlite_sequence WHERE name = 'embedding_changes'"
        )
        return int(rows[0][0]) if rows else 0

    def since(self, revision: int) -> list[int] | None:
        """Return the ids of embeddings that changed since a revision; None where they are too many, or forgotten."""
        ((oldest,),) = self._database.query("SELECT MIN(revision) FROM embedding_changes")
        if oldest is None or oldest > revision + 1:
            return [] if self.revision() == revision else None
        rows = self._database.query(
            "SELECT DISTINCT embedding_id FROM embedding_changes WHERE revision > ? LIMIT ?",
            (revision, _MOST + 1),
        )
        return None if len(rows) > _MOST else [embedding_id for (embedding_id,) in rows]

    def forget_old(self) -> None:
        """Forget all but the last changes."""
        with self._database.transaction(is_news=False) as db:
            db.execute(
                "DELETE FROM embedding_changes WHERE revision <= ?", (self.revision() - _KEPT,)
            )
