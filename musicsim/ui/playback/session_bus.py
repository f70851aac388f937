"""The session bus, in a thread of its own: a slow, hung or missing bus never holds up the window.

PySide6.QtDBus is not used, for two reasons. It sends a Python int in a map of variants as int32, but mpris:length must
be int64. And connecting to a bus that doesn't answer blocks the thread for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicsim.ui.playback.bus_object import INTROSPECTABLE, BusError, BusObject, Typed

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

_log = logging.getLogger(__name__)

_CONNECTING = 30.0
"""Seconds that connecting to the bus may take."""
_CLOSING = 1.0
"""Seconds that the thread may take to end."""


@dataclass(frozen=True)
class Call:
    """Call from the bus, to be answered in any thread."""

    interface: str | None
    member: str
    signature: str
    arguments: Sequence[Any]
    """Variants are given as `Typed`."""
    reply: Callable[[str, list[Any]], None]
    fail: Callable[[BusError], None]


class SessionBus:
    """Server of an object on the bus at an address, until it is closed or the bus is gone.

    Parameters
    ----------
    names
        The first free one is taken.
    receive
        Called in the bus's thread with each `Call`.
    """

    def __init__(
        self,
        address: str,
        served: BusObject,
        names: Sequence[str],
        receive: Callable[[Call], None],
    ) -> None:
        self._address = address
        self._served = served
        self._names = names
        self._receive = receive
        self._lock = threading.Lock()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._bus: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # A daemon thread, so that it can't keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="musicsim-session-bus", daemon=True)
        self._thread.start()

    def emit(self, interface: str, member: str, signature: str, body: list[Any]) -> None:
        """Send a signal of the object; it is dropped while the object is not on the bus."""
        self._soon(self._send_signal, interface, member, signature, body)

    def do(self, act: Callable[[MessageBus], Coroutine[Any, Any, None]]) -> None:
        """Run a coroutine in the bus's thread, if there is a bus; it must handle its own errors."""
        self._soon(self._begin, act)

    def close(self) -> None:
        """Leave the bus."""
        with self._lock:
            self._closed = True
        if self._serving is not None:
            self._soon(self._serving.cancel)
        self._thread.join(_CLOSING)

    def _begin(self, act: Callable[[MessageBus], Coroutine[Any, Any, None]]) -> None:
        if self._bus is not None:
            task = asyncio.create_task(act(self._bus))
            # Keep a reference: the loop holds none.
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _soon(self, act: Callable[..., object], *arguments: Any) -> None:
        """Call a function in the bus's thread; do nothing if the thread has ended or not begun."""
        if self._loop is not None:
            # The loop may close at any moment.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(act, *arguments)

    def _run(self) -> None:
        try:
            from dbus_fast.errors import DBusFastError
        except ImportError as error:
            _log.info("no media controls: %s", error)
            return
        try:
            asyncio.run(self._serve())
        except asyncio.CancelledError:
            pass
        except (OSError, EOFError, DBusFastError) as error:
            _log.info("no media controls: %s", error or type(error).__name__)

    async def _serve(self) -> None:
        from dbus_fast import NameFlag, RequestNameReply
        from dbus_fast.aio import MessageBus

        with self._lock:
            if self._closed:
                return
            self._serving = asyncio.current_task()
            self._loop = asyncio.get_running_loop()
        async with asyncio.timeout(_CONNECTING):
            bus = await MessageBus(bus_address=self._address).connect()
        try:
            bus.add_message_handler(self._take)
            self._bus = bus
            for name in self._names:
                reply = await bus.request_name(name, NameFlag.DO_NOT_QUEUE)
                if reply is RequestNameReply.PRIMARY_OWNER:
                    break
            # Shielded: a cancelled wait would never learn of the disconnection.
            await asyncio.shield(bus.wait_for_disconnect())
        finally:
            self._bus = None
            bus.disconnect()
            # The socket closes only then. The reason for the disconnection has been raised already.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(bus.wait_for_disconnect(), _CLOSING / 2)

    def _take(self, message: Message) -> Message | bool:
        """Pass a call on; return False to leave it to the library, which knows the standard answers."""
        from dbus_fast import Message, MessageFlag, MessageType, Variant

        if message.message_type is not MessageType.METHOD_CALL:
            return False
        if (message.interface, message.member) == (INTROSPECTABLE, "Introspect"):
            xml = self._served.introspection(message.path or "")
            return xml is not None and Message.new_method_return(message, "s", [xml])
        if message.path != self._served.path or message.interface == "org.freedesktop.DBus.Peer":
            return False
        answered = not message.flags & MessageFlag.NO_REPLY_EXPECTED

        def reply(signature: str, body: list[Any]) -> None:
            if answered:
                self._soon(self._reply, message, signature, body)

        def fail(error: BusError) -> None:
            if answered:
                self._soon(self._fail, message, error)

        arguments = [
            Typed(each.signature, each.value) if isinstance(each, Variant) else each
            for each in message.body
        ]
        call = Call(message.interface, message.member, message.signature, arguments, reply, fail)
        with self._lock:
            if not self._closed:
                self._receive(call)
        return True

    def _reply(self, to: Message, signature: str, body: list[Any]) -> None:
        from dbus_fast import Message

        self._send(Message.new_method_return(to, signature, _with_variants(body)))

    def _fail(self, to: Message, error: BusError) -> None:
        from dbus_fast import Message

        self._send(Message.new_error(to, error.name, str(error)))

    def _send_signal(self, interface: str, member: str, signature: str, body: list[Any]) -> None:
        from dbus_fast import Message

        path = self._served.path
        self._send(Message.new_signal(path, interface, member, signature, _with_variants(body)))

    def _send(self, message: Message) -> None:
        if self._bus is not None:
            # If it can't be sent, the bus is gone, which `_serve` notices.
            self._bus.send(message).add_done_callback(
                lambda sent: sent.cancelled() or sent.exception()
            )


def _with_variants(value: Any) -> Any:
    """Return a value with dbus-fast's variants in place of `Typed`."""
    from dbus_fast import Variant

    match value:
        case Typed(type=signature, value=inner):
            return Variant(signature, _with_variants(inner))
        case dict():
            return {key: _with_variants(inner) for key, inner in value.items()}
        case list():
            return [_with_variants(inner) for inner in value]
        case _:
            return value
