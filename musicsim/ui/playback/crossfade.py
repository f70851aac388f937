"""Crossfade of the end of a track with the beginning of the next."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from musicsim.audio.signal import Stereo
from musicsim.ui.playback.pieces import Ends, Piece, Sound, Starts, after


class Tail:
    """Buffer that holds back the end of the rendered sound for a crossfade."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._pieces: deque[Piece] = deque()
        self._held = 0

    def take(self, piece: Piece) -> Iterator[Piece]:
        """Add a piece; yield the pieces that are now too far from the end."""
        self._pieces.append(piece)
        if isinstance(piece, Sound):
            self._held += len(piece.samples)
        yield from self._down_to(self._frames)

    def flush(self) -> Iterator[Piece]:
        """Yield everything held."""
        yield from self._down_to(0)
        while self._pieces:
            yield self._pieces.popleft()

    def split(self, frames: int) -> tuple[list[Piece], Stereo, list[Piece]]:
        """Empty the buffer; return the pieces before the last frames, those frames, and the marks among them."""
        before = list(self._down_to(frames))
        rest = list(self._pieces)
        self._pieces.clear()
        self._held = 0
        sounds = [piece.samples for piece in rest if isinstance(piece, Sound)]
        news: list[Piece] = [piece for piece in rest if not isinstance(piece, Sound)]
        return before, np.concatenate(sounds or [np.empty((0, 2), np.float32)]), news

    def frames_of(self, token: int) -> int:
        """Return the number of frames held of a track."""
        return sum(
            len(p.samples) for p in self._pieces if isinstance(p, Sound) and p.token == token
        )

    def _down_to(self, frames: int) -> Iterator[Piece]:
        while self._held > frames:
            piece = self._pieces.popleft()
            if isinstance(piece, Sound):
                over = self._held - frames
                if len(piece.samples) > over:
                    self._pieces.appendleft(after(piece, over))
                    piece = Sound(piece.token, piece.position, piece.samples[:over])
                self._held -= len(piece.samples)
            yield piece


def crossfaded(pieces: Iterable[Piece], ending: Stereo) -> Iterator[Piece]:
    """Yield the pieces of a track, its beginning mixed at equal power with the ending of the previous one."""
    angle = np.linspace(0.0, math.pi / 2, len(ending), dtype=np.float32)[:, None]
    ending = ending * np.cos(angle)
    rising = np.sin(angle)
    done = token = position = 0

    def rest() -> Iterator[Piece]:
        # The track is shorter than its header promised.
        nonlocal done
        if done < len(ending):
            yield Sound(token, position, ending[done:])
            done = len(ending)

    for piece in pieces:
        if isinstance(piece, Starts):
            piece = replace(piece, crossfaded=True)
            token, position = piece.item.token, round(piece.position)
        elif isinstance(piece, Ends):
            yield from rest()
        else:
            position = piece.position + len(piece.samples)
            if done < len(ending):
                count = min(len(piece.samples), len(ending) - done)
                samples = piece.samples.copy()
                samples[:count] = (
                    samples[:count] * rising[done : done + count] + ending[done : done + count]
                )
                piece = Sound(piece.token, piece.position, samples)
                done += count
        yield piece
    yield from rest()
