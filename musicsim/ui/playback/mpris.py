"""MPRIS 2: the player on D-Bus, for the desktop's media controls, media keys and `playerctl`.

https://specifications.freedesktop.org/mpris-spec/latest/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from musicsim.library.types import Track
from musicsim.ui.playback.bus_object import PROPERTIES, BusError, BusObject, Typed
from musicsim.ui.playback.cover_files import CoverFiles
from musicsim.ui.playback.mpris_metadata import NO_TRACK, metadata_of
from musicsim.ui.playback.mpris_player import (
    PLAYER,
    PlayerControls,
    PlayerLike,
    WindowActions,
    root_interface,
)
from musicsim.ui.playback.mpris_tracks import TRACK_LIST, QueueEntries, track_list_interface
from musicsim.ui.playback.session_bus import Call, SessionBus

__all__ = ["Mpris", "PlayerLike", "WindowActions"]

PATH = "/org/mpris/MediaPlayer2"
NAME = "org.mpris.MediaPlayer2.musicsim"

_UPCOMING = 100
"""Number of upcoming tracks that are listed."""
_BATCH_MS = 30
"""Changes within this time are announced together: each announcement is costly for a desktop."""


class Mpris(QObject):
    """The player on the session bus; without a bus, it does nothing.

    The player and the window are only called in this object's thread; the bus has a thread of its own.

    Parameters
    ----------
    tracks
        Returns tracks by their ids, for the list of upcoming ones.
    covers
        Source of the metadata's covers, if any. The caller closes it, after this object.
    address
        Address of the bus; by default the session bus.
    """

    _called = Signal(object)
    """Call"""

    def __init__(
        self,
        player: PlayerLike,
        window: WindowActions,
        tracks: Callable[[Iterable[int]], list[Track]],
        *,
        covers: CoverFiles | None = None,
        address: str | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        if address is None:
            address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
        self._bus: SessionBus | None = None
        if not address:
            return
        self._player = player
        self._covers = covers
        self._cover: tuple[Track, str] | None = None
        self._shown: Track | None = None
        self._replayed = False
        self._jumped_to: int | None = None
        self._entries = QueueEntries()
        self._controls = PlayerControls(player, window, self._current_path)
        self._object = BusObject(
            PATH,
            [
                root_interface(window, has_track_list=True),
                self._controls.interface(self._metadata),
                track_list_interface(self._entries, tracks, self._metadata, self._go_to),
            ],
        )
        self._batch = QTimer(self)
        self._batch.setSingleShot(True)
        self._batch.setInterval(_BATCH_MS)
        self._batch.timeout.connect(self._announce)
        self._follow_track(player.track)
        self._follow_queue()
        self._announced = self._values()
        self._listed = self._entries.all
        player.track_changed.connect(self._follow_track)
        player.position_jumped.connect(self._note_jump)
        for changed in (
            player.playing_changed,
            player.duration_changed,
            player.volume_changed,
            player.modes_changed,
            player.queue_changed,
        ):
            changed.connect(self._note_change)
        if covers is not None:
            covers.found.connect(self._take_cover)
        self._called.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        names = (NAME, f"{NAME}.instance{os.getpid()}")
        self._bus = SessionBus(address, self._object, names, self._called.emit)

    @property
    def bus(self) -> SessionBus | None:
        """Bus in use, shared with others; None if there is none."""
        return self._bus

    def close(self) -> None:
        """Leave the bus, and ignore the player from now on."""
        if self._bus is None:
            return
        self._batch.stop()
        self._bus.close()
        self._bus = None

    def _current_path(self) -> str | None:
        return self._entries.current.path if self._entries.current else None

    def _metadata(self) -> dict[str, Typed]:
        track = self._player.track
        art = self._cover[1] if self._cover and track and self._cover[0].id == track.id else None
        return metadata_of(track, self._current_path() or NO_TRACK, self._controls.duration, art)

    def _values(self) -> dict[str, dict[str, Typed]]:
        """Return the values that are announced when they change, by interface and name."""
        return {each.name: each.values("true") for each in self._object.interfaces}

    def _follow_track(self, track: Track | None) -> None:
        # A changed track with the same id has edited tags; an equal track is played again.
        self._replayed |= track is not None and track == self._shown
        if track != self._shown and track is not None and self._covers is not None:
            self._covers.ask(track)
        self._shown = track
        self._note_change()

    def _take_cover(self, track: Track, uri: str | None) -> None:
        if track == self._shown:
            self._cover = None if uri is None else (track, uri)
            self._note_change()

    def _note_jump(self, milliseconds: int) -> None:
        self._jumped_to = milliseconds
        self._note_change()

    def _note_change(self, *_: object) -> None:
        # Don't restart the timer with each change: a dragged volume would stay unknown until it is released.
        if self._bus is not None and not self._batch.isActive():
            self._batch.start()

    def _follow_queue(self) -> None:
        track = self._player.track
        self._entries.follow(
            track.id if track else None,
            self._player.upcoming_ids(_UPCOMING),
            replayed=self._replayed,
        )
        self._replayed = False

    def _go_to(self, row: int) -> None:
        if row < 0:
            self._player.seek(0)
        else:
            self._player.play_upcoming(row)

    def _announce(self) -> None:
        """Announce on the bus what has changed since the last time, and nothing else."""
        if self._bus is None:
            return
        self._follow_queue()
        values = self._values()
        for interface, properties in values.items():
            before = self._announced[interface]
            changed = {name: value for name, value in properties.items() if value != before[name]}
            if changed:
                self._bus.emit(
                    PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, []]
                )
        self._announced = values
        if self._entries.all != self._listed:
            self._listed = self._entries.all
            paths = [entry.path for entry in self._listed]
            current = self._current_path() or NO_TRACK
            self._bus.emit(
                PROPERTIES, "PropertiesChanged", "sa{sv}as", [TRACK_LIST, {}, ["Tracks"]]
            )
            self._bus.emit(TRACK_LIST, "TrackListReplaced", "aoo", [paths, current])
        # Last: a desktop starts at 0 with another track's metadata.
        if self._jumped_to is not None:
            self._bus.emit(PLAYER, "Seeked", "x", [max(0, self._jumped_to) * 1000])
            self._jumped_to = None

    def _answer(self, call: Call) -> None:
        if self._bus is None:
            return
        # The player may have moved on since the last announcement.
        self._follow_queue()
        try:
            answer = self._object.answer(
                call.interface, call.member, call.signature, call.arguments
            )
        except BusError as error:
            call.fail(error)
        except Exception:
            call.fail(BusError("Failed", f"{call.member} failed"))
            raise
        else:
            call.reply(*answer)
