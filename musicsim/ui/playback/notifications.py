"""What the desktop says when another track begins.

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
"""A track that is skipped sooner is not worth a message."""
_COVER_MS = 1500
"""So long a message waits for its cover."""
_PATIENCE = 5.0
"""Seconds that the server has for an answer."""


@dataclass(frozen=True)
class Notice:
    """A message about a track, as plain text."""

    title: str
    text: str
    image: str | None = None
    """The URI of its cover's file."""


class PlayerLike(Protocol):
    """What the messages need of the player."""

    track_changed: SignalInstance

    @property
    def track(self) -> Track | None:
        """The track in the player."""

    @property
    def playing(self) -> bool:
        """Whether it plays."""


class TrackNotices(QObject):
    """Has the desktop say what plays when another track begins while the listener uses another program.

    The same track begun again, a pause, a seek and edited tags are nothing to tell, nor is a track that is loaded but
    doesn't play.

    Parameters
    ----------
    show
        Shows a message in place of the last one.
    covers
        Where covers come from; without, there are none.
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
        """Whether the listener wants them."""
        self._player = player
        self._show = show
        self._covers = covers
        self._last = player.track.id if player.track else None
        self._track: Track | None = None
        """What is about to be told."""
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
        """Tell nothing any more."""
        self.on = False
        self._forget()

    def _follow_track(self, track: Track | None) -> None:
        track_id = track.id if track is not None else None
        if track_id == self._last:
            return
        self._last = track_id
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
        # As it is by now: the tags of a file that is not in the library are read after it was opened.
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
    """Shows messages through the desktop's server, each in place of the last; without a server, it shows nothing.

    Parameters
    ----------
    bus
        Gives the bus, or None once it is closed.
    """

    def __init__(self, bus: Callable[[], SessionBus | None]) -> None:
        self._bus = bus
        # In the bus's thread alone:
        self._lock = asyncio.Lock()
        self._server: str | None = None
        """The server's own name on the bus: another one would know our last message's number as somebody else's."""
        self._number = 0

    def show(self, notice: Notice) -> None:
        """Show a message, without waiting for that."""
        bus = self._bus()
        if bus is not None:
            bus.do(lambda connection: self._notify(connection, notice))

    async def _notify(self, bus: MessageBus, notice: Notice) -> None:
        from dbus_fast import Variant
        from dbus_fast.errors import DBusFastError

        hints: dict[str, Variant] = {
            "desktop-entry": Variant("s", "musicsim"),
            "urgency": Variant("y", 0),
            # It is not kept once it was seen: a night of music would be a list of hundreds.
            "transient": Variant("b", True),
            "suppress-sound": Variant("b", True),
        }
        if notice.image is not None:
            hints["image-path"] = Variant("s", notice.image)
        try:
            # One after the other, or two would both be new ones.
            async with asyncio.timeout(_PATIENCE), self._lock:
                known = await self._call(bus, "GetCapabilities", "", [])
                if known.sender != self._server:
                    self._server, self._number = known.sender, 0
                # Servers differ: to some, the text is HTML.
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
