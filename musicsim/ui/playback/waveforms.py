"""Waveform of the track in the player: read from the store, or measured by the playback process and stored."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.waveforms import Waveforms, waveform_keys
from musicsim.library.types import Track
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.visitors import is_visitor

_SETTLE_MS = 1500
"""Time in the player after which a track is decoded for its waveform: many are skipped quickly."""


class WaveformSource(QObject):
    """Source of the waveform of the track in the player.

    Parameters
    ----------
    waveforms
        The stored waveforms.
    """

    found = Signal(object)
    """bytes | None: the waveform of the track in the player, see `musicsim.audio.Waveform.from_bytes`."""

    def __init__(
        self,
        catalogue: Catalogue,
        waveforms: Waveforms,
        bridge: Bridge,
        player: Player,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._waveforms = waveforms
        self._bridge = bridge
        self._engine = engine
        self._track: Track | None = None
        self._closed = False
        # A thread of its own: a stored waveform is shown at once, whatever else is being done.
        self._thread = ThreadPoolExecutor(1, "musicsim-waveforms")
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._measure)
        player.track_changed.connect(self._look_up)
        engine.measured.connect(self._keep)

    def close(self) -> None:
        """Stop looking up and storing; wait for a write in progress."""
        self._closed = True
        self._settling.stop()
        self._thread.shutdown()

    def _look_up(self, track: Track | None) -> None:
        if self._closed:
            return
        if track is not None and self._track is not None and track.file == self._track.file:
            return
        self._track = track
        self._settling.stop()
        self.found.emit(None)
        if track is None:
            return
        if is_visitor(track.id):
            self._settling.start()
            return
        track_id = track.id

        def stored() -> bytes | None:
            return self._waveforms.get(*waveform_keys(self._catalogue, track_id))

        def show(waveform: bytes | None) -> None:
            if self._track is not track:
                return
            if waveform is None:
                self._settling.start()
            else:
                self.found.emit(waveform)

        self._bridge.watch(self._thread.submit(stored), show, lambda _: None)

    def _measure(self) -> None:
        if self._track is not None:
            self._engine.measure(self._track.path, os.fsencode(self._track.file))

    def _keep(self, key: bytes, waveform: bytes | None) -> None:
        track = self._track
        if self._closed or waveform is None or track is None or key != os.fsencode(track.file):
            return
        self.found.emit(waveform)
        if is_visitor(track.id):
            return
        track_id = track.id

        def keep() -> None:
            keys = waveform_keys(self._catalogue, track_id)
            if keys:
                self._waveforms.put(keys[0], waveform)

        self._bridge.watch(self._thread.submit(keep), lambda _: None, lambda _: None)
