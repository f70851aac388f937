"""Desktop notifications when another track begins.

https://specifications.freedesktop.org/notification/latest/
"""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication

from musicsim.library.types import Track
from musicsim.ui.playback.cover_files import CoverFiles
from musicsim.ui.playback.session_bus import SessionBus
from musicsim.ui.tracks.track_model import one_line

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

_log = logging.getLogger(__name__)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

_RESTING_MS = 400
"""A track that is skipped sooner gets no notification."""
_COVER_MS = 1500
"""Longest time that a notification waits for its cover."""
_PATIENCE = 5.0
"""Seconds that the server may take to answer."""


@dataclass(frozen=True)
class Notice:
    """Notification about a track, as plain text."""

    title: str
    text: str
    image: str | None = None
    """URI of the cover's file."""


class PlayerLike(Protocol):
    """Part of the player that notifications need."""

    track_changed: SignalInstance

    @property
    def track(self) -> Track | None:
        """Track in the player."""

    @property
    def playing(self) -> bool:
        """Whether it plays."""


class TrackNotices(QObject):
    """Notifier that says what plays when another track begins while the listener uses another program.

    A restart of the same track, a pause, a seek, edited tags and a track that is loaded but doesn't play cause no
    notification.

    Parameters
    ----------
    show
        Shows a notification in place of the last one.
    covers
        Source of covers, if any.
    """

    def __init__(
        self,
        player: PlayerLike,
        show: Callable[[Notice], None],
        covers: CoverFiles | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.on = False
        """Whether the listener wants notifications."""
        self._player = player
        self._show = show
        self._covers = covers
        self._last = player.track.file if player.track else None
        self._track: Track | None = None
        """Track of the pending notification."""
        self._image: str | None = None
        self._looks_for_cover = False
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_RESTING_MS)
        self._resting.timeout.connect(self._tell_if_ready)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_COVER_MS)
        self._waiting.timeout.connect(self._tell)
        player.track_changed.connect(self._follow_track)
        if covers is not None:
            covers.found.connect(self._take_cover)

    def close(self) -> None:
        """Stop notifying."""
        self.on = False
        self._forget()

    def _follow_track(self, track: Track | None) -> None:
        # A track that leaves the library plays on under another id.
        file = track.file if track is not None else None
        if file == self._last:
            return
        self._last = file
        self._forget()
        if track is None or not self.on:
            return
        self._track = track
        self._resting.start()
        if self._covers is not None:
            self._looks_for_cover = True
            self._waiting.start()
            self._covers.ask(track)

    def _take_cover(self, track: Track, uri: str | None) -> None:
        if self._track is not None and track.id == self._track.id:
            self._image, self._looks_for_cover = uri, False
            self._tell_if_ready()

    def _tell_if_ready(self) -> None:
        if not self._resting.isActive() and not self._looks_for_cover:
            self._tell()

    def _tell(self) -> None:
        begun, image = self._track, self._image
        self._forget()
        # Use the current track object: the tags of a file outside the library are read after it was opened.
        track = self._player.track
        if track is None or begun is None or track.id != begun.id:
            return
        unseen = QApplication.activeWindow() is None
        if self.on and unseen and self._player.playing:
            parts = [one_line(part) for part in (track.artist, track.tags.album) if part]
            self._show(Notice(one_line(track.title), " — ".join(parts), image))

    def _forget(self) -> None:
        self._track = self._image = None
        self._looks_for_cover = False
        self._resting.stop()
        self._waiting.stop()


class BusNotices:
    """Notifications through the desktop's server, each in place of the last; without a server, none are shown.

    Parameters
    ----------
    bus
        Returns the bus, or None once it is closed.
    """

    def __init__(self, bus: Callable[[], SessionBus | None]) -> None:
        self._bus = bus
        # Used only in the bus's thread:
        self._lock = asyncio.Lock()
        self._server: str | None = None
        """The server's unique name on the bus: for another server, the last number may be another program's."""
        self._number = 0

    def show(self, notice: Notice) -> None:
        """Show a notification, without waiting for it."""
        bus = self._bus()
        if bus is not None:
            bus.do(lambda connection: self._notify(connection, notice))

    async def _notify(self, bus: MessageBus, notice: Notice) -> None:
        from dbus_fast import Variant
        from dbus_fast.errors import DBusFastError

        hints: dict[str, Variant] = {
            "desktop-entry": Variant("s", "musicsim"),
            "urgency": Variant("y", 0),
            # Don't keep it once it was seen: a night of music would leave a list of hundreds.
            "transient": Variant("b", True),
            "suppress-sound": Variant("b", True),
        }
        if notice.image is not None:
            hints["image-path"] = Variant("s", notice.image)
        try:
            # One at a time: otherwise both of two calls would create a new notification.
            async with asyncio.timeout(_PATIENCE), self._lock:
                known = await self._call(bus, "GetCapabilities", "", [])
                if known.sender != self._server:
                    self._server, self._number = known.sender, 0
                # Some servers read the text as HTML.
                marked_up = "body-markup" in known.body[0]
                text = html.escape(notice.text, quote=False) if marked_up else notice.text
                body = ["musicsim", self._number, "musicsim", notice.title, text, [], hints, -1]
                answer = await self._call(bus, "Notify", "susssasa{sv}i", body)
                self._number = answer.body[0]
        except (TimeoutError, OSError, EOFError, DBusFastError) as error:
            _log.info("no notification: %s", error or type(error).__name__)

    @staticmethod
    async def _call(bus: MessageBus, member: str, signature: str, body: list[Any]) -> Message:
        from dbus_fast import Message, MessageType
        from dbus_fast.errors import DBusError

        answer = await bus.call(
            Message(
                destination=NAME,
                path=PATH,
                interface=NAME,
                member=member,
                signature=signature,
                body=body,
            )
        )
        if answer is None or answer.message_type is MessageType.ERROR:
            raise DBusError(f"{NAME}.NoAnswer", f"{member}: {answer and answer.error_name}")
        return answer
