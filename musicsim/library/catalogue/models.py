"""The models that have embedded this library: the table `models`."""

from __future__ import annotations

import os

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import stored_path
from musicsim.library.embedding_types import KnownModel


class KnownModels:
    """Stores facts about a model for as long as its embeddings are kept; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, model: KnownModel) -> None:
        """Store the facts about a model."""
        if self.known(model.identity) == model:
            return
        with self._database.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?, ?)",
                (
                    model.identity,
                    os.fsencode(model.weights),
                    model.input_repr,
                    model.embedding_size,
                    model.standardised,
                ),
            )

    def known(self, identity: str) -> KnownModel | None:
        """Return the facts about a model that has been in use."""
        rows = self._database.query(
            "SELECT identity, weights, input_repr, embedding_size, standardised FROM models WHERE identity = ?",
            (identity,),
        )
        for identity, weights, input_repr, size, standardised in rows:
            path = stored_path(weights)
            return KnownModel(identity, path, input_repr, size, bool(standardised))
        return None

    def counts(self) -> dict[str, int]:
        """Return the number of tracks that each model has embedded, by its identity, including missing ones."""
        return dict(self._database.query("SELECT model, COUNT(*) FROM embeddings GROUP BY model"))

    def forget(self, identity: str) -> None:
        """Delete the facts about a model."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM models WHERE identity = ?", (identity,))
