"""What a listener made of tracks, by how far each was heard, and what that says of others."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicsim.library.types import EndOfPlay, Play, Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.similarity.space import Vectors

LIKED, HEARD_OUT, REMOVED = 1.0, 0.5, -0.25
"""How much a like, a track that was heard to its end, and one that was taken out of the queue say."""
_SKIPPED_AT_ONCE = -1.0
_MOST = 200
"""Reactions that are remembered, so that the next track takes as long after a day as in the beginning."""
_FADING = 0.995
"""How much of a reaction is left with each later one: half of it after 138."""
_NEAR = 0.15
"""Cosine from which on two tracks have anything to do with each other."""
_DOUBT = 1.1
"""The evidence at which half of it counts: some three skips at once of tracks that sound much the same."""
_SAME_ARTIST, _SAME_ALBUM = 0.15, 0.25
"""How much tracks have to do with each other at least if they share the artist or the album."""
_VIBE = 8
"""Tracks that make the mood."""


def liking(play: Play) -> float:
    """Return what a play says about its track, from -1 to 1: a skip says the more the sooner it came.

    Skipping half of a track says half as much as skipping all of it, and 0.2 of it at 80 %. A stop says nothing, since
    the listener may have been called away, nor does a file that could not be played.
    """
    if play.end is EndOfPlay.FINISHED:
        return HEARD_OUT
    if play.end is not EndOfPlay.SKIPPED:
        return 0.0
    share = min(1.0, play.heard / play.length) if play.length > 0 else 0.0
    return _SKIPPED_AT_ONCE * (1.0 - share)


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the listener made of a track, from -1, skipped at once, to 1, liked."""

    track: Track
    point: Vectors
    liking: float


class Reactions:
    """The last reactions of a listener, and what they say about other tracks.

    What a listener skips is a better sign than what is like the seed: E. Pampalk, T. Pohle and G. Widmer, "Dynamic
    playlist generation based on skipping behavior", ISMIR 2005. They compare a candidate with the nearest track that
    was accepted and the nearest that was skipped; here, all of them count by their nearness, which is the regression of
    E. A. Nadaraya, "On estimating regression", Theory of Probability and its Applications 9 (1), 1964. One reaction may
    be chance: the regression counts as far as there is evidence, at first with the square of what is near.
    """

    def __init__(self) -> None:
        self._last: deque[Reaction] = deque(maxlen=_MOST)
        self._keys: deque[tuple[str, tuple[str, str] | None]] = deque(maxlen=_MOST)
        self._at: Vectors | None = None
        """The points of all, once they are needed."""

    def __len__(self) -> int:
        return len(self._last)

    def add(self, reaction: Reaction) -> None:
        """Learn from a reaction; a later one to the same track takes its place."""
        for number, earlier in enumerate(self._last):
            if earlier.track.id == reaction.track.id:
                del self._last[number], self._keys[number]
                break
        self._last.append(reaction)
        self._keys.append((artist_key(reaction.track), album_key(reaction.track)))
        self._at = None

    def expected(self, tracks: Sequence[Track], points: Vectors) -> Vectors:
        """Return how much the listener would like tracks at points (N, D): from -1 to 1, and 0 if nothing tells."""
        if not self._last or not tracks:
            return np.zeros(len(tracks), np.float32)
        nearness = np.clip((points @ self._points.T - _NEAR) / (1 - _NEAR), 0.0, 1.0) ** 2
        columns: dict[object, list[int]] = {}
        for column, (artist, album) in enumerate(self._keys):
            columns.setdefault(artist or None, []).append(column)
            columns.setdefault(album, []).append(column)
        columns.pop(None, None)
        for row, track in enumerate(tracks):
            for key, least in ((artist_key(track), _SAME_ARTIST), (album_key(track), _SAME_ALBUM)):
                if theirs := columns.get(key):
                    nearness[row, theirs] = np.maximum(nearness[row, theirs], least)
        nearness *= self._fading
        likings = np.array([each.liking for each in self._last], np.float32)
        evidence = nearness @ np.abs(likings)
        found: Vectors = (nearness @ likings) * evidence / (evidence**2 + _DOUBT**2)
        return found

    def leaning(self) -> Vectors | None:
        """Return where the reactions pull, a vector (D,) of length 1 at most; None without any.

        This is the relevance feedback of J. J. Rocchio, "Relevance feedback in information retrieval", in G. Salton
        (ed.), "The SMART Retrieval System", Prentice-Hall, 1971: the middle of what was wanted less the middle of what
        was not. With few reactions it is short.
        """
        if not self._last:
            return None
        likings = np.array([each.liking for each in self._last], np.float32) * self._fading
        pull = np.zeros(self._points.shape[1], np.float32)
        for part in (np.maximum(likings, 0.0), np.minimum(likings, 0.0)):
            total = float(np.abs(part).sum())
            pull += (part @ self._points) / (total + 1.0)
        return pull / max(1.0, float(np.linalg.norm(pull)))

    def mood(self) -> Vectors | None:
        """Return the point (D,) of what was heard gladly of late, the last of it above all; None if nothing was."""
        glad = [each for each in self._last if each.liking > 0][-_VIBE:]
        if not glad:
            return None
        weights = 0.7 ** np.arange(len(glad))[::-1] * [each.liking for each in glad]
        middle = weights @ np.stack([each.point for each in glad])
        length = float(np.linalg.norm(middle))
        found: Vectors = glad[-1].point if length < 1e-9 else (middle / length).astype(np.float32)
        return found

    @property
    def _points(self) -> Vectors:
        if self._at is None:
            self._at = np.stack([each.point for each in self._last])
        return self._at

    @property
    def _fading(self) -> Vectors:
        ages = np.arange(len(self._last), dtype=np.float32)[::-1]
        faded: Vectors = (_FADING**ages).astype(np.float32)
        return faded
