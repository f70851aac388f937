"""What the models made of the tracks: their windows and their pooled embeddings, kept in step with each other."""

from __future__ import annotations

import contextlib
from pathlib import Path

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.models import KnownModels
from musicsim.library.catalogue.pending import PendingTracks
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.catalogue.windows import WindowStore
from musicsim.library.types import PendingTrack, PooledTrack, TrackWindows


class EmbeddingStore:
    """Keeps what the models made, pass by pass; thread-safe.

    A pass has the number of windows that its plan wants in all. Its windows go first and the pooled embedding, which is
    what makes a track count as embedded, after them: of a process killed in between, `PendingTracks.interrupted` finds
    what need not be embedded again.

    Parameters
    ----------
    catalogue
        Where the tracks and the pooled embeddings are.
    data_folder
        Where the windows' file is; made if missing.
    read_only
        Open an existing file beside its owner.

    Attributes
    ----------
    pooled
        The pooled embeddings.
    windows
        The windows, in a file of their own.
    models
        The models that made them.
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
        """Prune if there are windows of tracks that this catalogue never had: it is an older one, put back.

        The tracks that get their ids have nothing to do with them.
        """
        if self.windows.last_track_id() > self._catalogue.tracks.last_id():
            self.prune()

    def close(self) -> None:
        """Close the windows' file; the catalogue is its owner's."""
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
        """Keep the windows of a pass, and the pooled embedding of this and the earlier ones.

        Parameters
        ----------
        afresh
            The windows take the place of those of earlier passes.

        Returns
        -------
        int or None
            The embedding's id, a new one; None if the track is gone or its file has changed meanwhile.
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
        """Keep the pooled embedding of windows that are stored; see `store`."""
        with self._catalogue.transaction():
            if not self.pending.is_unchanged(track):
                return None
            embedding_id = self.pooled.put(track.id, model, plan, pooled)
            # A later pass need not come across what an earlier one found.
            if windows.problem is not None:
                self._catalogue.files.set_problem(track.id, windows.problem, failed=False)
            return embedding_id

    def reach(self, track: PendingTrack, model: str, plan: int) -> None:
        """Note that a pass over an embedded track has nothing to add: its embedding stays as it is."""
        with self._catalogue.transaction():
            if self.pending.is_unchanged(track):
                self.pooled.reach(track.id, model, plan)

    def fail(self, track: PendingTrack, reason: Reason) -> None:
        """Note why a track can't be embedded, and delete what was made of its file before that changed.

        Not where the file has changed since, as one that was half copied: then it is to be heard.
        """
        with self._catalogue.transaction():
            if self.pending.is_unchanged(track):
                self.pooled.drop(track.id)
                self._catalogue.files.set_problem(track.id, reason, failed=True)

    def copy(self, of: int, track: PendingTrack, model: str | None = None) -> None:
        """Give a track what was made of another one: by every model, or by one."""
        self.windows.copy(of, track, model)
        with self._catalogue.transaction():
            if self.pending.is_unchanged(track):
                self.pooled.copy(of, track.id, model)

    def forget(self, model: str) -> int:
        """Delete all that a model made; returns the number of tracks that it had embedded."""
        self.windows.forget(model)
        with self._catalogue.transaction():
            self.models.forget(model)
            return self.pooled.forget(model)

    def prune(self) -> int:
        """Delete what was made of tracks that left the library; returns the number of those that had windows."""
        self._catalogue.loudness.prune()
        left = self.windows.track_ids() - set(self._catalogue.tracks.ids())
        self.windows.drop(left)
        return len(left)
