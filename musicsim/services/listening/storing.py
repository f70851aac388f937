"""Keeping what the worker made of a track."""

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
from musicsim.library.types import Loudness, PendingTrack, PooledTrack, TrackWindows
from musicsim.worker.protocol import EmbeddedTrack


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an answer.

    Attributes
    ----------
    embeddings
        How many new embeddings there are: 1 or 0.
    problems_changed
        Whether the list of problems may be another one.
    """

    embeddings: int = 0
    problems_changed: bool = False


class Storing:
    """Keeps embeddings, lengths and loudness, and recognises sounds that were embedded before.

    Parameters
    ----------
    catalogue, embeddings, identity
        The library.
    events
        Told of tracks that turn out to be others.
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
        """Keep what `model` made of a track in the pass `plan`, beside what it made `before`."""
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
        """Keep what was made of the same sound before."""
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
        """Note why a track can't be embedded, as far as its file is at fault.

        Parameters
        ----------
        later
            Whether it is a later pass: then a track that was listened to once stays as it is until its file changes.
        """
        # The file may have gone since it was found; then the next scan has the say.
        # os.path, unlike Path, does not mind a folder that may not be looked into.
        if not os.path.exists(track.path):  # noqa: PTH110
            return Kept()
        if later and self._embeddings.pooled.of(track.id, model):
            self._embeddings.reach(track, model, plan)
            return Kept()
        self._embeddings.fail(track, reason)
        return Kept(problems_changed=True)

    def finish_interrupted(self, model: str) -> None:
        """Pool the windows that an earlier process embedded but did not live to pool."""
        finished = []
        for track, plan, windows in self._embeddings.pending.interrupted(model):
            self._embeddings.pool_again(track, model, plan, windows, pooled(windows, None))
            finished.append(track.id)
        if finished:
            self._events.emit(TracksChanged(tuple(finished)))

    def _keep_loudness(self, now: int, track: PendingTrack, answer: EmbeddedTrack) -> None:
        """Keep how loud a file is that belongs to the track `now`."""
        heard = answer.loudness
        if heard is not None:
            loudness = Loudness(heard.lufs, heard.peak)
            self._catalogue.loudness.keep(now, track.content_key, loudness, heard.seconds)

    def _tell_of(self, track: PendingTrack, now: int) -> None:
        """Tell which track a file is now, if that is another one than before."""
        if now != track.id:
            self._events.emit(TracksRemoved((track.id,)))
            # It is missing in its own right where the file was written over.
            self._events.emit(TracksChanged((now, track.id)))


def pooled(windows: TrackWindows, before: PooledTrack | None) -> PooledTrack:
    """The mean of all windows, of which the earlier ones are known by theirs."""
    mean, count = pool(windows.vectors), len(windows.offsets)
    if before is not None:
        weights = (before.windows, count)
        mean = np.average([before.vector, mean], axis=0, weights=weights).astype(np.float32)
        count += before.windows
    return PooledTrack(mean, count)
