"""Playback of consecutive tracks on a device, and reports of what is heard; no process, no window."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.ui.playback.following import Following
from musicsim.ui.playback.output import Output
from musicsim.ui.playback.pieces import Ends, Piece, Sound, Starts
from musicsim.ui.playback.protocol import (
    Begun,
    Devices,
    Drained,
    Ended,
    Event,
    Item,
    Progress,
    Silence,
    Silent,
    Unplayable,
)
from musicsim.ui.playback.rendering import Rendering
from musicsim.ui.playback.stream import Stream

_log = logging.getLogger(__name__)

_FEED_MS = 50
_START_MS = 4
"""Interval at which to check whether there is enough sound to begin."""
_HEAD_START = 0.2
"""Seconds of sound that must be ready before a device is opened."""
_REPORT = 0.2  # s
_STALLED = 1.5
"""Seconds without the device taking sound although there is some."""
_SETTLE_MS = 400
"""Wait after a change of the default device: often the old device is about to disappear, which pauses."""
_RETRY_MS = 1000
_LAST_MOMENT = 0.4  # s


class Sounding(QObject):
    """Feeder of the device; tracks which part of the sound has been heard.

    Parameters
    ----------
    send
        Called in this object's thread with the events for the window.
    """

    _broken = Signal(int, str)

    def __init__(self, send: Callable[[Event], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._send = send
        self._output = Output(self)
        self._output.devices_changed.connect(self._follow_devices)
        self._wanted_device: bytes | None = None
        self._item: Item | None = None
        """Item that is heard or, while paused or without a device, was heard last."""
        self._position = 0.0
        self._playing = False
        self._longest_crossfade = 0.0
        self._renderings: deque[Rendering] = deque()
        self._rate = 0
        self._written = 0
        """Frames given to the device since it was opened."""
        self._ledger: deque[tuple[int, Piece]] = deque()
        """Pieces given to the device and not heard yet, each with its first frame."""
        self._following = Following()
        self._reported = 0.0
        self._drained_at = 0.0
        self._last_played = 0
        self._last_move = 0.0
        self._broken.connect(self._tell_unplayable)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._feed)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._move)

    # --- commands ---

    def play(
        self,
        item: Item,
        position: float,
        following: Item | None,
        *,
        paused: bool,
        longest_crossfade: float,
    ) -> None:
        """Play a track from a position, in seconds, instead of the current one."""
        self._longest_crossfade = longest_crossfade
        self._following.start(item.token, following)
        self._playing = not paused
        self._item, self._position = item, position
        self._begin()

    def follow(self, after: int, item: Item | None) -> None:
        """Set the track that follows another one; drop what was prepared instead."""
        before = self._following.change(after, item)
        if before is None or self._item is None:
            return
        if not (self._renderings or self._output.is_open):
            return
        if before.handed_out is not None:
            # A track that has begun stays: the window is told of it, and says what follows it.
            if self._item.token != before.handed_out:
                self._replace(before.handed_out, item)
        elif before.has_ended and item is not None:
            self._append(item)

    def pause(self) -> None:
        """Pause at once."""
        self._playing = False
        self._output.pause()
        self._note_heard()
        self._report()
        self._timer.stop()

    def resume(self) -> None:
        """Resume playback."""
        if self._item is None or self._playing:
            return
        self._playing = True
        self._last_move = time.monotonic()
        if not self._renderings:
            self._begin()
            return
        self._output.resume()
        self._timer.start(_FEED_MS if self._output.is_open else _START_MS)

    def seek(self, token: int, position: float) -> None:
        """Move to a position in a track, in seconds, unless another track has begun."""
        self._note_heard()
        if self._item is not None and self._item.token == token:
            self._position = position
            self._begin()
            self._report()

    def stop(self) -> None:
        """Stop playback, and release the file and the device."""
        self._silence()
        self._item = None
        self._playing = False
        self._following.start(-1, None)

    def set_volume(self, factor: float) -> None:
        """Multiply all sound by this factor, at once."""
        self._output.set_volume(factor)

    def use_device(self, device: bytes | None) -> None:
        """Play on this device if it is there; None: on the system's default."""
        self._wanted_device = device
        self._move()

    def tell_devices(self) -> None:
        """Send the available devices."""
        self._send(Devices(self._output.devices()))

    # --- rendering ---

    def _report_unplayable(self, token: int, reason: str) -> None:
        # Runs in a rendering's thread.
        self._following.leave_out(token)
        self._broken.emit(token, reason)

    def _tell_unplayable(self, token: int, reason: str) -> None:
        self._send(Unplayable(token, reason))

    def _render(self, item: Item, position: float, after: int | None = None) -> Rendering:
        generation = self._following.generation
        stream = Stream(
            self._rate,
            lambda token: self._following.ask(token, generation),
            self._report_unplayable,
            self._longest_crossfade,
        )
        return Rendering(stream, item, position, self._rate, after)

    def _begin(self) -> None:
        """Play the current track from the current position; drop everything that was prepared."""
        assert self._item is not None
        self._silence()
        device = self._output.choose(self._wanted_device)
        if device is None:
            if self._playing:
                self._send(Silent(Silence.NO_DEVICE))
            return
        self._rate = self._output.rate_of(device)
        self._renderings.append(self._render(self._item, self._position))
        if self._playing:
            self._timer.start(_START_MS)

    def _append(self, item: Item) -> None:
        after = self._following.hand_out(item)
        self._renderings.append(self._render(item, 0.0, after))

    def _replace(self, token: int, item: Item | None) -> None:
        """Prepare another track, or none, in place of a prepared one."""
        if any(isinstance(p, Starts) and p.item.token == token for _, p in self._ledger):
            # The device already has it.
            self._note_heard()
            if self._item is not None and self._item.token != token:
                self._begin()
            return
        cut = None
        for rendering in list(self._renderings):
            if cut is not None:
                self._renderings.remove(rendering)
                rendering.cancel()
            else:
                cut = rendering.cut(token)
        self._following.renew()
        if cut is None or cut.crossfaded:
            self._begin_after_written()
        elif item is not None:
            self._append(item)
        else:
            self._following.end()

    def _begin_after_written(self) -> None:
        """Render again what the device does not have yet."""
        written = next((p for _, p in reversed(self._ledger) if isinstance(p, Sound)), None)
        if self._item is None or (written is not None and written.token != self._item.token):
            return
        position = self._position
        if written is not None:
            position = (written.position + len(written.samples)) / self._rate
        for rendering in self._renderings:
            rendering.cancel()
        self._renderings.clear()
        self._following.renew()
        self._renderings.append(self._render(self._item, position))

    def _silence(self) -> None:
        self._timer.stop()
        for rendering in self._renderings:
            rendering.cancel()
        self._renderings.clear()
        self._following.renew()
        self._output.close()
        self._ledger.clear()
        self._written = 0
        self._drained_at = 0.0

    # --- the device ---

    def _feed(self) -> None:
        if not self._output.is_open and (not self._renderings or not self._open()):
            return
        free = self._output.free()
        while free > 0 and self._renderings:
            rendering = self._renderings[0]
            pieces = rendering.take(free)
            for piece in pieces:
                self._ledger.append((self._written, piece))
                if isinstance(piece, Sound):
                    self._written += self._output.write(piece.samples)
                    free -= len(piece.samples)
            if rendering.is_drained:
                self._renderings.popleft()
                if rendering.failure is not None:
                    _log.error("rendering failed", exc_info=rendering.failure)
            elif not pieces:
                break
        self._note_heard()
        if self._renderings:
            self._drained_at = 0.0
        elif self._output.played() >= self._written or self._output.is_idle:
            self._drained_at = self._drained_at or time.monotonic()
        # The sound that the device took last is still on its way through the sound server.
        if self._drained_at and time.monotonic() - self._drained_at > _LAST_MOMENT:
            self._drain()
        elif time.monotonic() - self._reported >= _REPORT:
            self._report()

    def _open(self) -> bool:
        if not self._renderings[0].is_ready(round(_HEAD_START * self._rate)):
            return False
        device = self._output.choose(self._wanted_device)
        if device is None:
            self._timer.stop()
            self._send(Silent(Silence.NO_DEVICE))
            return False
        if self._output.rate_of(device) != self._rate:
            self._begin()
            return False
        if not self._output.open(device):
            self._send(Silent(Silence.FAILED))
            self._timer.start(_RETRY_MS)
            return False
        self._last_played, self._last_move = 0, time.monotonic()
        self._timer.start(_FEED_MS)
        return True

    def _note_heard(self) -> None:
        """Process the pieces given to the device, as far as they have been heard."""
        played = self._output.played()
        now = time.monotonic()
        if played != self._last_played or played >= self._written or not self._playing:
            self._last_played, self._last_move = played, now
        while self._ledger and self._ledger[0][0] <= played:
            begun, piece = self._ledger[0]
            if isinstance(piece, Sound):
                heard = min(played - begun, len(piece.samples))
                self._position = (piece.position + heard) / self._rate
                if played < begun + len(piece.samples):
                    return
            elif isinstance(piece, Starts):
                self._item, self._position = piece.item, piece.position
                self._send(Begun(piece.item.token, piece.seconds, piece.position))
            else:
                self._tell_end(piece)
            self._ledger.popleft()

    def _tell_end(self, ends: Ends) -> None:
        self._send(Ended(ends.token, ends.seconds, ends.shortfall, ends.reason))

    def _drain(self) -> None:
        for _, piece in self._ledger:
            if isinstance(piece, Ends):
                self._tell_end(piece)
        self._silence()
        self._playing = False
        if self._item is not None:
            self._send(Drained(self._item.token))

    def _report(self) -> None:
        if self._item is not None:
            now = self._reported = time.monotonic()
            stalled = self._playing and self._output.is_open and now - self._last_move > _STALLED
            self._send(Progress(self._item.token, self._position, stalled))

    def _follow_devices(self) -> None:
        devices = self._output.devices()
        self._send(Devices(devices))
        used = self._output.device
        if used is None:
            if self._playing and self._item is not None:
                self._begin()
        elif all(device.id != used for device in devices):
            self._settling.stop()
            was_playing = self._playing
            self._note_heard()
            self._playing = False
            self._silence()
            if was_playing:
                self._send(Silent(Silence.DEVICE_GONE))
                self._report()
        elif self._output.choose(self._wanted_device) != used:
            self._settling.start()

    def _move(self) -> None:
        """Continue at the same position, on the device that should be used."""
        used = self._output.device
        if used is not None and self._output.choose(self._wanted_device) != used:
            self._note_heard()
            if self._item is not None:
                self._begin()
