"""The models' results for the tracks: window embeddings and pooled embeddings, kept in step."""

from __future__ import annotations

import contextlib
from pathlib import Path

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.models import KnownModels
from musicsim.library.catalogue.pending import PendingTracks
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.catalogue.windows import WindowStore
from musicsim.library.embedding_types import PendingTrack, PooledTrack, TrackWindows


class EmbeddingStore:
    """Stores the models' results, pass by pass; thread-safe.

    A pass is identified by the total number of windows in its plan. Its windows are stored first, then the pooled
    embedding, which marks the track as embedded. If the process is killed in between, `PendingTracks.interrupted` finds
    the windows that need not be embedded again.

    Parameters
    ----------
    catalogue
        The database of the tracks and the pooled embeddings.
    data_folder
        The folder of the windows' file, which is created if missing.
    read_only
        Open an existing file, even while its owner uses it.

    Attributes
    ----------
    pooled
        The pooled embeddings.
    windows
        The windows, in a separate file.
    models
        The models that created them.
    pending
        The tracks that are still to be embedded.
    """

    def __init__(self, catalogue: Catalogue, data_folder: Path, *, read_only: bool = False) -> None:
        self._catalogue = catalogue
        self.pooled = PooledStore(catalogue.database)
        self.windows = WindowStore(data_folder, read_only=read_only)
        self.models = KnownModels(catalogue.database)
        self.pending = PendingTracks(catalogue.database, self.pooled, self.windows)
        if not read_only:
            with contextlib.ExitStack() as undo:
                undo.callback(self.close)
                self._forget_lost_tracks()
                undo.pop_all()

    def _forget_lost_tracks(self) -> None:
        """Prune if there are windows of tracks that this catalogue never had, as after restoring an older one.

        New tracks will get the same ids, and must not get those windows.
        """
        if self.windows.last_track_id() > self._catalogue.tracks.last_id():
            self.prune()

    def close(self) -> None:
        """Close the windows' file, but not the catalogue."""
        self.windows.close()

    def store(
        self,
        track: PendingTrack,
        model: str,
        plan: int,
        windows: TrackWindows,
        pooled: PooledTrack,
        *,
        afresh: bool = False,
    ) -> int | None:
        """Store the windows of a pass, and the pooled embedding of all passes so far.

        Parameters
        ----------
        afresh
            Replace the windows of earlier passes.

        Returns
        -------
        int or None
            The embedding's new id; None if the track is gone or its file has changed in the meantime.
        """
        self.windows.put(track, model, plan, windows, afresh=afresh)
        return self.pool_again(track, model, plan, windows, pooled)

    def pool_again(
        self,
        track: PendingTrack,
        model: str,
        plan: int,
        windows: TrackWindows,
        pooled: PooledTrack,
    ) -> int | None:
        """Store the pooled embedding of windows that are already stored; see `store`."""
        with self._catalogue.transaction():
            if not self.pending.is_unchanged(track):
                return None
            embedding_id = self.pooled.put(track.id, model, plan, pooled)
            # A later pass may not meet the problem that an earlier one found.
            if windows.problem is not None:
                self._catalogue.files.set_problem(track.id, windows.problem, failed=False)
            return embedding_id

    def reach(self, track: PendingTrack, model: str, plan: int) -> None:
        """Record that a pass has nothing to add to a track's embedding, which stays the same."""
        with self._catalogue.transaction():
            if self.pending.is_unchanged(track):
                self.pooled.reach(track.id, model, plan)

    def fail(self, track: PendingTrack, reason: Reason) -> None:
        """Record why a track can't be embedded, and delete the embeddings of its earlier content.

        Do nothing if the file has changed since, such as one that was half copied: then it is still to be embedded.
        """
        with self._catalogue.transaction():
            if self.pending.is_unchanged(track):
                self.pooled.drop(track.id)
                self._catalogue.files.set_problem(track.id, reason, failed=True)

    def copy(self, of: int, track: PendingTrack, model: str | None = None) -> None:
        """Give a track the results of another one: by every model, or by one."""
        self.windows.copy(of, track, model)
        with self._catalogue.transaction():
            if self.pending.is_unchanged(track):
                self.pooled.copy(of, track.id, model)

    def forget(self, model: str) -> int:
        """Delete all results of a model; return the number of tracks that it had embedded."""
        self.windows.forget(model)
        with self._catalogue.transaction():
            self.models.forget(model)
            return self.pooled.forget(model)

    def prune(self) -> int:
        """Delete the results of tracks that left the library; return the number of those that had windows."""
        self._catalogue.loudness.prune()
        left = self.windows.track_ids() - set(self._catalogue.tracks.ids())
        self.windows.drop(left)
        return len(left)
