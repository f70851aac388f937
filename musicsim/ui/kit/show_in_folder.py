"""Commands that show files in the system's file manager."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

MOST_FILES = 20
"""Most files shown at once: each may open a window."""

_FILE_MANAGER = "org.freedesktop.FileManager1"


def show_in_folder(paths: Sequence[Path]) -> bool:
    """Open the files' folder and select the files; where selecting is not possible, just open the folder.

    Returns
    -------
    bool
        False if nothing could be opened.
    """
    paths = paths[:MOST_FILES]
    if sys.platform == "win32":
        # Quote the path by hand: Explorer doesn't accept "/select,path" quoted as a whole.
        subprocess.Popen(f'explorer /select,"{paths[0]}"')
    elif sys.platform == "darwin":
        subprocess.Popen(["open", "-R", *map(os.fspath, paths)])
    elif not _ask_file_manager(paths):
        return QDesktopServices.openUrl(QUrl.fromEncoded(file_address(paths[0].parent).encode()))
    return True


def file_address(path: Path) -> str:
    """Return a file's address; keep all bytes of the name, which may be no text on Linux."""
    return "file://" + quote_from_bytes(os.fsencode(path))


def _ask_file_manager(paths: Sequence[Path]) -> bool:
    """Ask the file manager over D-Bus without waiting for the answer; return False if none offers the service."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    # The call starts a file manager that is not running, if one offers the service.
    listing = QDBusMessage.createMethodCall(
        "org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
        "ListActivatableNames",
    )
    offered = bus.call(listing, timeout=500).arguments()
    running = bus.interface().isServiceRegistered(_FILE_MANAGER).value()
    if not running and not (offered and _FILE_MANAGER in offered[0]):
        return False
    call = QDBusMessage.createMethodCall(
        _FILE_MANAGER, "/org/freedesktop/FileManager1", _FILE_MANAGER, "ShowItems"
    )
    call.setArguments([[file_address(path) for path in paths], ""])
    return bus.send(call)
