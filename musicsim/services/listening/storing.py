"""Storing the worker's results for a track."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from musicsim.base.events import Events, TracksChanged, TracksRemoved
from musicsim.base.reasons import Reason
from musicsim.embedding import pool
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.embedding_types import PendingTrack, PooledTrack, TrackWindows
from musicsim.library.types import Loudness
from musicsim.worker.protocol import EmbeddedTrack


@dataclass(frozen=True, slots=True)
class Kept:
    """The outcome of storing an answer.

    Attributes
    ----------
    embeddings
        The number of new embeddings: 1 or 0.
    problems_changed
        Whether the list of problems may have changed.
    """

    embeddings: int = 0
    problems_changed: bool = False


class Storing:
    """Stores embeddings, lengths and loudness, and recognises sounds that were embedded before.

    Parameters
    ----------
    catalogue, embeddings, identity
        The library.
    events
        Receives tracks that turn out to be other ones.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        identity: SoundIdentity,
        events: Events,
    ) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._identity = identity
        self._events = events

    def keep(
        self,
        track: PendingTrack,
        before: PooledTrack | None,
        model: str,
        plan: int,
        answer: EmbeddedTrack,
    ) -> Kept:
        """Store the result of `model` for a track in the pass `plan`, adding to that of earlier passes in `before`."""
        if answer.is_known:
            return self._recognise(track, model, answer)
        if not len(answer.offsets):
            self._embeddings.reach(track, model, plan)
            return Kept()
        windows = TrackWindows(answer.offsets, answer.vectors, answer.warning)
        stored = self._embeddings.store(
            track, model, plan, windows, pooled(windows, before), afresh=before is None
        )
        if stored is not None:
            if answer.duration > 0:
                self._catalogue.files.set_duration(track.id, answer.duration)
            now = track.id
            if answer.fingerprint is not None:
                now = self._identity.heard(track, answer.fingerprint, model)
                self._tell_of(track, now)
            self._keep_loudness(now, track, answer)
        return Kept(int(stored is not None), problems_changed=windows.problem is not None)

    def _recognise(self, track: PendingTrack, model: str, answer: EmbeddedTrack) -> Kept:
        """Reuse the existing results for the same sound."""
        assert answer.fingerprint is not None
        found = self._identity.recognise(track, answer.fingerprint, model, answer.warning)
        if answer.duration > 0:
            self._catalogue.files.set_duration(found.track_id, answer.duration)
        self._tell_of(track, found.track_id)
        self._keep_loudness(found.track_id, track, answer)
        return Kept(int(found.shares), problems_changed=True)

    def refuse(
        self, track: PendingTrack, model: str, plan: int, reason: Reason, *, later: bool
    ) -> Kept:
        """Record why a track can't be embedded, if its file is at fault.

        Parameters
        ----------
        later
            Whether this is a later pass: then an embedded track stays unchanged until its file changes.
        """
        # If the file has gone since it was found, the next scan handles it. Unlike Path, os.path doesn't raise for an
        # unreadable folder.
        if not os.path.exists(track.path):  # noqa: PTH110
            return Kept()
        if later and self._embeddings.pooled.of(track.id, model):
            self._embeddings.reach(track, model, plan)
            return Kept()
        self._embeddings.fail(track, reason)
        return Kept(problems_changed=True)

    def finish_interrupted(self, model: str) -> None:
        """Pool the windows that an earlier process stored, but didn't live to pool."""
        finished = []
        for track, plan, windows in self._embeddings.pending.interrupted(model):
            self._embeddings.pool_again(track, model, plan, windows, pooled(windows, None))
            finished.append(track.id)
        if finished:
            self._events.emit(TracksChanged(tuple(finished)))

    def _keep_loudness(self, now: int, track: PendingTrack, answer: EmbeddedTrack) -> None:
        """Store the loudness of a file that now belongs to the track `now`."""
        heard = answer.loudness
        if heard is not None:
            loudness = Loudness(heard.lufs, heard.peak)
            self._catalogue.loudness.keep(now, track.content_key, loudness, heard.seconds)

    def _tell_of(self, track: PendingTrack, now: int) -> None:
        """Announce the track that a file now belongs to, if it is another one."""
        if now != track.id:
            self._events.emit(TracksRemoved((track.id,)))
            # If its file was overwritten, the old track is still there, but missing.
            self._events.emit(TracksChanged((now, track.id)))


def pooled(windows: TrackWindows, before: PooledTrack | None) -> PooledTrack:
    """Return the mean of all windows, given the mean of the earlier ones."""
    mean, count = pool(windows.vectors), len(windows.offsets)
    if before is not None:
        weights = (before.windows, count)
        mean = np.average([before.vector, mean], axis=0, weights=weights).astype(np.float32)
        count += before.windows
    return PooledTrack(mean, count)
