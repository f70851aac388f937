"""A desktop of a test's own - display, window manager, bus, sound server - and musicsim running on it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mutagen.flac
import numpy as np
import soundfile
from mpris_fakes import private_bus
from PySide6.QtGui import QColor, QImage
from sound_server import SoundServer

import musicsim

NOTIFICATIONS = "org.freedesktop.Notifications"
WATCHER = "org.kde.StatusNotifierWatcher"
_PATIENCE = 30.0

_WATCHER_XML = f"""<node><interface name="{WATCHER}">
<method name="RegisterStatusNotifierItem"><arg direction="in" type="s"/></method>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
</interface></node>"""


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for another process, and return what was waited for."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


@dataclass
class Notification:
    """What a program asked the server to show."""

    replaces: int
    summary: str
    body: str
    hints: dict[str, Any]


@dataclass
class Services:
    """A notification server and a tray on the bus, in a thread of their own."""

    address: str
    capabilities: list[str] = field(default_factory=lambda: ["body", "body-markup"])
    has_tray: bool = True
    shown: list[Notification] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    """The unique names of the programs with an icon in the tray."""

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._bus = self._run(self._connect())

    def close(self) -> None:
        async def leave() -> None:
            self._bus.disconnect()
            await self._bus.wait_for_disconnect()

        self._run(leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(
        self, to: str, path: str, interface: str, member: str, signature: str = "", *body: Any
    ) -> list[Any]:
        """Call another program."""
        from dbus_fast import Message, MessageType

        message = Message(
            destination=to,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        answer = self._run(self._bus.call(message))
        assert answer.message_type is not MessageType.ERROR, answer.body
        return answer.body

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    async def _connect(self) -> Any:
        from dbus_fast.aio import MessageBus

        bus = await MessageBus(bus_address=self.address).connect()
        bus.add_message_handler(self._answer)
        await bus.request_name(NOTIFICATIONS)
        if self.has_tray:
            await bus.request_name(WATCHER)
        return bus

    def _answer(self, message: Any) -> Any:
        from dbus_fast import Message, MessageType, Variant

        if message.message_type is not MessageType.METHOD_CALL:
            return False
        on_watcher = message.path == "/StatusNotifierWatcher"
        answers: dict[str, tuple[str, list[Any]]] = {
            "GetCapabilities": ("as", [self.capabilities]),
            "RegisterStatusNotifierItem": ("", []),
        }
        if message.member == "Notify":
            _, replaces, _, summary, body, _, hints, _ = message.body
            plain = {name: hint.value for name, hint in hints.items()}
            self.shown.append(Notification(replaces, summary, body, plain))
            answers["Notify"] = ("u", [replaces or 100 + len(self.shown)])
        elif message.member == "RegisterStatusNotifierItem":
            self.items.append(message.sender)
        elif on_watcher and message.member == "Introspect":
            answers["Introspect"] = ("s", [_WATCHER_XML])
        elif on_watcher and message.member == "Get":
            answers["Get"] = ("v", [Variant("b", True)])
        if message.member not in answers:
            return False
        signature, body = answers[message.member]
        return Message.new_method_return(message, signature, body)


@dataclass
class Session:
    """The desktop, and musicsim on it."""

    environment: dict[str, str]
    data: Path
    services: Services
    sound: SoundServer
    process: subprocess.Popen[bytes]
    errors: Path

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=30
        )
        return done.stdout.strip()

    def playerctl(self, *arguments: str) -> str:
        return self.run("playerctl", "--player=musicsim", *arguments)

    def await_answer(self, expected: str, *arguments: str) -> None:
        """Wait until playerctl prints something."""
        until(lambda: self.playerctl(*arguments) == expected, f"{arguments}: {expected}")

    def windows(self) -> list[str]:
        """Return the ids of the main windows that can be seen."""
        return self.run("xdotool", "search", "--onlyvisible", "--name", "musicsim").split()

    def close_window(self) -> None:
        """Close it by the window manager, as a click on its X does, and wait until it is out of sight."""
        window = until(self.windows, "the window")[0]

        def close() -> bool:
            # Again, since the window manager may take its keys late; a window that is gone gets no key.
            activate = ["windowactivate", "--sync", window, "key", "alt+F4"]
            self.run("xdotool", *activate)
            end = time.monotonic() + 3
            while self.windows() and time.monotonic() < end:
                time.sleep(0.05)
            return not self.windows()

        until(close, "the window to be hidden")

    def tray_menu(self) -> dict[str, tuple[int, dict[str, Any]]]:
        """Return the entries of the icon's menu: their numbers and properties, by their texts."""
        item = self.services.items[-1]
        path = "com.canonical.dbusmenu"
        _, (_, _, children) = self.services.call(
            item, "/MenuBar", path, "GetLayout", "iias", 0, -1, []
        )
        entries = {}
        for child in children:
            number, properties, _ = child.value
            plain = {name: value.value for name, value in properties.items()}
            entries[plain.get("label", "")] = (number, plain)
        return entries

    def choose(self, text: str) -> None:
        """Click on an entry of the icon's menu."""
        from dbus_fast import Variant

        number, _ = self.tray_menu()[text]
        self.services.call(
            self.services.items[-1],
            "/MenuBar",
            "com.canonical.dbusmenu",
            "Event",
            "isvu",
            number,
            "clicked",
            Variant("i", 0),
            0,
        )

    def tray(self, member: str) -> None:
        """Click on the icon."""
        name = "org.kde.StatusNotifierItem"
        self.services.call(self.services.items[-1], "/StatusNotifierItem", name, member, "ii", 0, 0)

    def wait_for_end(self) -> None:
        """Wait until musicsim has ended by itself, and see that nothing went wrong."""
        try:
            code = self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            # It says where each of its threads is.
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"it goes on: {self.errors.read_text()}") from None
        assert code == 0
        text = self.errors.read_text()
        assert "Traceback" not in text
        assert "QObject" not in text


@contextmanager
def running(
    folder: Path,
    songs: list[Path],
    settings: str = "",
    *,
    has_tray: bool = True,
    sink: str = "first",
) -> Iterator[Session]:
    """Start musicsim on a desktop of its own, playing these files.

    Parameters
    ----------
    settings
        Lines of the window's settings file about playback.
    sink
        Where the music is heard.
    """
    data = folder / "data"
    data.mkdir()
    (data / "window.ini").write_text(f"[playback]\n{settings}")
    with ExitStack() as stack:
        address, _ = stack.enter_context(private_bus(folder))
        services = Services(address, has_tray=has_tray)
        stack.callback(services.close)
        sound = SoundServer()
        stack.callback(sound.close)
        sound.add_sink("second")
        stack.enter_context(sound.recording(sink))
        display = stack.enter_context(_display())
        environment = os.environ | sound.environment
        environment |= {
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": address,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONFAULTHANDLER": "1",
            "XDG_CURRENT_DESKTOP": "",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHONPATH": str(Path(musicsim.__file__).parents[1]),
        }
        environment.pop("WAYLAND_DISPLAY", None)
        stack.enter_context(_ended(subprocess.Popen(["openbox"], env=environment)))
        errors = folder / "errors"
        command = [sys.executable, "-m", "musicsim", "--data", str(data), "gui", *map(str, songs)]
        with errors.open("wb") as out:
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        stack.enter_context(_ended(process))
        session = Session(environment, data, services, sound, process, errors)
        try:
            session.await_answer("Playing", "status")
        except AssertionError as error:
            raise AssertionError(f"{error}: {errors.read_text()}") from error
        yield session


def make_songs(folder: Path, *titles: str) -> list[Path]:
    """Return files of half a minute each, with a cover."""
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    cover = folder / "cover.png"
    assert image.save(str(cover))
    songs = []
    for number, title in enumerate(titles):
        song = folder / f"{number}.flac"
        tone = np.sin(np.arange(30 * 44_100) * (440 + 110 * number) * 2 * np.pi / 44_100)
        soundfile.write(song, 0.1 * tone, 44_100)
        tags = mutagen.flac.FLAC(song)
        tags.update(title=title, artist="Ada & <b>Béla</b>", album=f"Sky {number}")
        picture = mutagen.flac.Picture()
        picture.type, picture.mime, picture.data = 3, "image/png", cover.read_bytes()
        tags.add_picture(picture)
        tags.save()
        songs.append(song)
    cover.unlink()
    return songs


@contextmanager
def _display() -> Iterator[str]:
    receiver, sender = os.pipe()
    command = ["Xvfb", "-displayfd", str(sender), "-screen", "0", "1280x900x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[sender], stderr=subprocess.DEVNULL
    )
    os.close(sender)
    with _ended(server), os.fdopen(receiver) as said:
        yield f":{said.readline().strip()}"


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.wait()
