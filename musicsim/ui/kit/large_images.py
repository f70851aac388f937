"""Decoding an image in a process of its own, which can be given up and gets only so much memory."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from PySide6.QtGui import QImage, QImageReader

from musicsim.base.processes import start_with_pipe

_log = logging.getLogger(__name__)

_PATIENCE = 15.0
"""Seconds after which an image is given up, of which starting the process takes half of one."""
_MOST_MEMORY = 4 * 2**30
"""Bytes for decoding, on a computer with at least twice as much."""
_FORMAT = QImage.Format.Format_ARGB32_Premultiplied
_BYTES_A_PIXEL = 4

Decode = Callable[[bytes, str, int], QImage | None]
"""A module's function that decodes the middle square of a file of some format, scaled to some pixels."""


def read_apart(
    decode: Decode, file: bytes, kind: str, side: int, *, patience: float = _PATIENCE
) -> QImage | None:
    """Return the image that `decode` returns in another process; None if that fails or takes too long.

    Parameters
    ----------
    decode, file, kind, side
        The function and its arguments.
    patience
        Seconds.
    """
    process, pipe = start_with_pipe(_serve, decode, name="musicsim-image")
    try:
        pipe.send((file, kind, side))
        # Not `recv`: unpickling the answer of a process that a hostile image has taken over would run its code.
        pixels = pipe.recv_bytes(_BYTES_A_PIXEL * side * side) if pipe.poll(patience) else b""
    except (EOFError, OSError):
        pixels = b""
    finally:
        process.kill()
        process.join()
        process.close()
        pipe.close()
    if len(pixels) != _BYTES_A_PIXEL * side * side:
        _log.info("an image of %s bytes can't be decoded in %.0f s", f"{len(file):,}", patience)
        return None
    # A copy, since a QImage doesn't keep the bytes that it is made of.
    return QImage(pixels, side, side, _FORMAT).copy()


def _serve(pipe: Connection, decode: Decode) -> None:
    """Decode one image; the entry point of the process."""
    # What Qt, or Python at its end, says about a damaged image is nothing for a listener's terminal.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _limit_memory()
    file, kind, side = pipe.recv()
    image = decode(file, kind, side)
    pipe.send_bytes(b"" if image is None else bytes(image.convertToFormat(_FORMAT).constBits()))


def _limit_memory() -> None:
    QImageReader.setAllocationLimit(0)
    if sys.platform == "linux":
        import resource

        half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        most = min(_MOST_MEMORY, half)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    if hasattr(os, "nice"):
        os.nice(5)
