"""Opening and closing of the window."""

from __future__ import annotations

import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QSocketNotifier, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from musicsim import __version__
from musicsim.base.errors import MusicsimError
from musicsim.ui.kit import dialogs
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import bring_forward
from musicsim.ui.playback.desktop import Desktop
from musicsim.ui.window.instance import Instance, Request
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.memory import saved_scheme

if TYPE_CHECKING:
    from musicsim.app import Musicsim

SETTINGS_FILE = "window.ini"
_NOTHING = Request()
# Longest time that another thread may hold the interpreter while the window waits for it. Drawing the table releases
# and reacquires the interpreter for each cell; with Python's default of 5 ms, one drawing took 0.2 s during a scan.
_SWITCH_INTERVAL = 0.0005  # s


def run_window(app: Musicsim, request: Request = _NOTHING) -> int:
    """Show the window until it is closed, then close the app.

    Parameters
    ----------
    app
        The app, not started yet: it starts after the window's first paint.
    request
        Files to open.

    Returns
    -------
    int
        The exit code.
    """
    with _signals_kept() as signals:
        sys.setswitchinterval(_SWITCH_INTERVAL)
        QGuiApplication.setDesktopFileName("musicsim")
        application = QApplication.instance() or QApplication(["musicsim"])
        assert isinstance(application, QApplication)
        application.setApplicationName("musicsim")
        application.setApplicationVersion(__version__)
        # The main window ends the application. Otherwise Qt would also end it when a dialog or the tray icon closes
        # while the window is hidden.
        application.setQuitOnLastWindowClosed(False)
        application.setQuitLockEnabled(False)
        bridge = Bridge(app.events)
        try:
            return _show_until_closed(app, bridge, application, request, signals)
        finally:
            bridge.close()
            app.close()


def _show_until_closed(
    app: Musicsim,
    bridge: Bridge,
    application: QApplication,
    request: Request,
    signals: socket.socket,
) -> int:
    settings = QSettings(str(app.data_folder / SETTINGS_FILE), QSettings.Format.IniFormat)
    with _garbage_left_alone():
        window = MainWindow(app, bridge, Theme(application, saved_scheme(settings)), settings)
    window.closed.connect(lambda: application.exit(0))
    # A signal that arrived while the window was being made also closes it.
    notifier = QSocketNotifier(signals.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: (signals.recv(64), window.close()))

    def answer(wanted: Request) -> None:
        bring_forward(window)
        serve(wanted)

    def serve(wanted: Request) -> None:
        (window.opener.enqueue if wanted.enqueue else window.opener.play)(wanted.paths)

    def begin() -> None:
        try:
            app.start()
        finally:
            serve(request)
            # Listen from now on: a later start's request is served after this one.
            instance = Instance(app.data_folder, window)
            instance.called.connect(answer)
            if instance.failure:
                window.messages.fail(instance.failure)
            # A musicsim that starts while this one closes shouldn't wait for an answer.
            at_the_end.callback(instance.close)
            window.playback.engine.warm_up()
            at_the_end.callback(show_on_desktop(app, bridge, window).close)

    with ExitStack() as at_the_end, _errors_told_by(window.messages):
        at_the_end.callback(notifier.setEnabled, False)
        window.show()
        # Wait for the first paint: the rest competes with the window for the processor.
        QTimer.singleShot(0, window, begin)
        return application.exec()


def show_on_desktop(app: Musicsim, bridge: Bridge, window: MainWindow) -> Desktop:
    """Show on the desktop what the window plays; the caller closes the result."""
    desktop = Desktop(
        app,
        bridge,
        window,
        window.player,
        window.playback,
        window.store.tracks,
        transport=window.commands.transport,
        leave=window.commands.quit,
        open_uris=window.open_uris,
    )
    window.stays_in_tray = desktop.stays_in_tray
    return desktop


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Collect no garbage while the library loads, and exempt the loaded objects from later collections.

    A collection would visit all of its 100,000 tracks, and the window would freeze meanwhile.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def show_failure(text: str) -> None:
    """Show why the window can't open, and wait until the listener closes the message."""
    application = QApplication.instance() or QApplication(["musicsim"])
    assert isinstance(application, QApplication)
    Theme(application)
    dialogs.show_failure(text)


@contextmanager
def _errors_told_by(messages: Messages) -> Iterator[None]:
    """Show a `MusicsimError` raised inside a Qt callback as a message; bugs go to the previous hook."""
    before = sys.excepthook

    def tell(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, MusicsimError):
            messages.fail(error)
        else:
            before(kind, error, traceback)

    sys.excepthook = tell
    try:
        yield
    finally:
        sys.excepthook = before


@contextmanager
def _signals_kept() -> Iterator[socket.socket]:
    """Write SIGINT and SIGTERM to a socket that Qt watches, instead of interrupting Python.

    Python handles signals between its instructions. While Qt waits for events there are none, and an exception inside a
    Qt callback would be printed and lost. So no signal interrupts Python until the app is closed.
    """
    receiver, sender = socket.socketpair()
    receiver.setblocking(False)
    sender.setblocking(False)
    before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    handlers = {
        number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield receiver
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        receiver.close()
        sender.close()
