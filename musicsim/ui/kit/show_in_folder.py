"""Showing files in the system's file manager."""

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
"""More are not shown at once: each may open a window."""

_FILE_MANAGER = "org.freedesktop.FileManager1"


def show_in_folder(paths: Sequence[Path]) -> bool:
    """Open the folder of these files with the files selected or, where that can't be done, just the folder.

    Returns
    -------
    bool
        False if nothing could be opened.
    """
    paths = paths[:MOST_FILES]
    if sys.platform == "win32":
        # The path is quoted by hand: explorer doesn't take "/select,path" in quotes as a whole.
        subprocess.Popen(f'explorer /select,"{paths[0]}"')
    elif sys.platform == "darwin":
        subprocess.Popen(["open", "-R", *map(os.fspath, paths)])
    elif not _ask_file_manager(paths):
        return QDesktopServices.openUrl(QUrl.fromEncoded(file_address(paths[0].parent).encode()))
    return True


def file_address(path: Path) -> str:
    """Return a file's address; a name on Linux may be any bytes, and they are kept."""
    return "file://" + quote_from_bytes(os.fsencode(path))


def _ask_file_manager(paths: Sequence[Path]) -> bool:
    """Ask over D-Bus, without waiting for the answer; False where no file manager would hear it."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    # A file manager that is not running is started by the call, if one offers the service at all.
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
