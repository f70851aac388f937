"""Rendering of a stream ahead of what is heard, in a thread; no Qt."""

from __future__ import annotations

import threading
from collections import deque

from musicsim.ui.playback.pieces import Piece, Sound, Starts, after
from musicsim.ui.playback.protocol import Item
from musicsim.ui.playback.stream import Stream

AHEAD = 8.0
"""Seconds of sound kept ready, in addition to what the device has."""


class Rendering:
    """Stream that a thread renders ahead of what is taken.

    Parameters
    ----------
    stream
        Its `following` and `unplayable` are called in that thread.
    first, start
        The first track, and the start position in it, in seconds.
    rate
        The stream's sample rate in Hz.
    before
        See `Stream.render`.
    """

    def __init__(
        self, stream: Stream, first: Item, start: float, rate: int, before: int | None = None
    ) -> None:
        self._pieces: deque[Piece] = deque()
        self._ahead = 0
        self._most = round(AHEAD * rate)
        self._changed = threading.Condition()
        self._cancelled = False
        self._done = False
        self.failure: BaseException | None = None
        """Error that ended the thread, if it is a bug."""
        # A daemon thread: if a disk hangs, nothing can end it.
        self._thread = threading.Thread(
            target=self._run,
            args=(stream, first, start, before),
            name="musicsim-rendering",
            daemon=True,
        )
        self._thread.start()

    def take(self, frames: int) -> list[Piece]:
        """Return the pieces that are ready, up to this many frames."""
        taken: list[Piece] = []
        with self._changed:
            while self._pieces:
                piece = self._pieces[0]
                if isinstance(piece, Sound):
                    if not frames:
                        break
                    count = min(frames, len(piece.samples))
                    if count < len(piece.samples):
                        self._pieces[0] = after(piece, count)
                        piece = Sound(piece.token, piece.position, piece.samples[:count])
                    else:
                        self._pieces.popleft()
                    frames -= count
                    self._ahead -= count
                else:
                    self._pieces.popleft()
                taken.append(piece)
            self._changed.notify_all()
        return taken

    @property
    def is_drained(self) -> bool:
        """Whether everything was rendered and taken."""
        with self._changed:
            return self._done and not self._pieces

    def is_ready(self, frames: int) -> bool:
        """Return whether this many frames, or all that remain, can be taken."""
        with self._changed:
            return self._done or self._ahead >= frames

    def cancel(self) -> None:
        """Stop rendering without waiting for the thread, which a disk may hold up."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def cut(self, token: int) -> Starts | None:
        """Drop a track and all that follows it, if none of it was taken; return its start mark, else None."""
        with self._changed:
            if not any(isinstance(p, Starts) and p.item.token == token for p in self._pieces):
                return None
            self._cancelled = self._done = True
            while True:
                dropped = self._pieces.pop()
                if isinstance(dropped, Sound):
                    self._ahead -= len(dropped.samples)
                elif isinstance(dropped, Starts) and dropped.item.token == token:
                    break
            self._changed.notify_all()
        return dropped

    def _run(self, stream: Stream, first: Item, start: float, before: int | None) -> None:
        try:
            for piece in stream.render(first, start, before):
                with self._changed:
                    while self._ahead >= self._most and not self._cancelled:
                        self._changed.wait()
                    if self._cancelled:
                        return
                    self._pieces.append(piece)
                    if isinstance(piece, Sound):
                        self._ahead += len(piece.samples)
        except Exception as error:  # noqa: BLE001 (raised again in the process's own thread)
            self.failure = error
        finally:
            with self._changed:
                self._done = True
