"""Files dragged into the window from another program."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData

from musicsim.base.addresses import path_of_address
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES

URIS_MIME = "text/uri-list"


def paths_of(uris: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the paths of `file:` addresses, and the addresses that name no file on this computer.

    Some programs drag plain paths.
    """
    paths, others = [], []
    for uri in uris:
        path = Path(uri) if os.path.isabs(uri) else path_of_address(uri)  # noqa: PTH117 (a text)
        if path is None:
            others.append(uri)
        else:
            paths.append(path)
    return paths, others


def dropped_uris(data: QMimeData) -> list[str]:
    """Return the dragged addresses."""
    # Don't use QMimeData.urls: a QUrl loses those bytes of a file name that are not text.
    text = bytes(data.data(URIS_MIME).data()).decode("utf-8", "surrogateescape")
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


def brings_files(data: QMimeData) -> bool:
    """Return whether the dragged data names a file on this computer."""
    return bool(paths_of(dropped_uris(data))[0])


def is_playlist_file(path: Path) -> bool:
    """Return whether a file is a playlist, by its name."""
    return path.suffix.lower() in PLAYLIST_SUFFIXES


def dragged_files(paths: Iterable[Path]) -> QByteArray:
    """Return files as other programs take them, in `URIS_MIME`; their names may have any bytes."""
    # Not QMimeData.setUrls: a QUrl loses those bytes of a file name that are not text.
    return QByteArray("".join(f"{path.as_uri()}\r\n" for path in paths).encode())
