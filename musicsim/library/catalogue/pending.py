"""Finding the tracks that are still to be embedded. It writes nothing."""

from __future__ import annotations

from typing import Any

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import stored_path
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.catalogue.windows import WindowStore
from musicsim.library.embedding_types import PendingTrack, TrackWindows

_ANY_PLAN = 2**62
_PENDING = (
    "FROM tracks t WHERE NOT failed AND missing_since IS NULL AND (unheard OR NOT EXISTS "
    "(SELECT 1 FROM embeddings e WHERE e.track_id = t.id AND e.model = ? AND e.plan >= ?))"
)


class PendingTracks:
    """Finds the tracks that a model has yet to embed; thread-safe.

    Parameters
    ----------
    database
        The catalogue's database.
    pooled, windows
        The existing embeddings.
    """

    def __init__(self, database: Database, pooled: PooledStore, windows: WindowStore) -> None:
        self._database = database
        self._pooled = pooled
        self._windows = windows

    def tracks(self, model: str, plan: int = 1) -> list[PendingTrack]:
        """Return the tracks, by id, that `model` has yet to embed with the windows of `plan`; not failed or missing.

        They include tracks whose file has changed since it was decoded; those keep their embedding meanwhile.
        """
        rows = self._database.query(
            f"SELECT id, path, content_key, duration {_PENDING} ORDER BY id", (model, plan)
        )
        return [pending_track(*row) for row in rows]

    def count(self, model: str, plan: int = 1) -> int:
        """Return the number of these tracks."""
        ((count,),) = self._database.query(f"SELECT COUNT(*) {_PENDING}", (model, plan))
        return int(count)

    def interrupted(self, model: str) -> list[tuple[PendingTrack, int, TrackWindows]]:
        """Return tracks with a pass whose windows were stored, but not pooled before the process died.

        Returns
        -------
        list of (track, plan, windows)
            The last such pass of each track, and all windows up to it.
        """
        pooled = self._pooled.plans(model)
        stored = self._windows.plans(model)
        lagging = {i: plan for i, plan in stored.items() if plan > pooled.get(i, 0)}
        found = []
        for track in self.tracks(model, _ANY_PLAN) if lagging else ():
            if track.id in lagging:
                windows = self._windows.of(track.id, model, track.content_key)
                if windows is not None:
                    found.append((track, lagging[track.id], windows))
        return found

    def is_unchanged(self, track: PendingTrack) -> bool:
        """Return whether the track is in the library, and its file still has this content."""
        sql = "SELECT 1 FROM tracks WHERE id = ? AND content_key = ?"
        return bool(self._database.query(sql, (track.id, track.content_key)))


def pending_track(track_id: int, path: bytes, *others: Any) -> PendingTrack:
    """Return a track from a row: its id, its path and the following columns."""
    return PendingTrack(track_id, stored_path(path), *others)
