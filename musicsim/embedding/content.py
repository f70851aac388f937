"""Reading the bytes of a weight file, which is not trusted: regular files of a limited size only."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Final

from musicsim.base.errors import MusicsimError, display_path

LARGEST_FILE: Final = 64 * 2**20
"""Bytes. A network of OpenL3's has 4.7 million float32, 19 MB; with an optimiser's state, three times as many."""

_GET_AGAIN = "get the file again, or choose another model"
_IDENTITY = re.compile(r".+-([0-9a-f]{12})", re.DOTALL)


class WeightsError(MusicsimError):
    """A weight file is missing, damaged, or not one of an OpenL3 audio network.

    Attributes
    ----------
    path
        The file.
    problem, remedy
        The problem with it, and what can be done.
    """

    def __init__(self, path: Path, problem: str, remedy: str = _GET_AGAIN) -> None:
        # The problem may quote names from a broken file, so the whole message is made printable, not only the path.
        super().__init__(display_path(f"{path}: {problem}; {remedy}"))
        self.path = path
        self.problem = problem
        self.remedy = remedy


def read_content(path: Path, sha256: str | None = None) -> bytes:
    """Read a weight file, and compare it with the one that is expected.

    Parameters
    ----------
    path
        The file.
    sha256
        Its SHA-256 in hexadecimal, or the first digits of it; None accepts every file.

    Raises
    ------
    WeightsError
        If it can't be read, is no regular file, is larger than `LARGEST_FILE`, or has another SHA-256.
    """
    try:
        # Without O_NONBLOCK, a pipe without a writer would block for ever.
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        with open(descriptor, "rb") as file:  # noqa: PTH123 (of a descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise WeightsError(
                    path, "the weight file can't be read (it is a folder or a device, not a file)"
                )
            content = file.read(LARGEST_FILE + 1)
    # A path of more bytes than the system allows is an OSError, too; one with a zero byte is not.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WeightsError(
            path,
            f"the weight file can't be read ({reason})",
            "check its path and permissions, or choose another model",
        ) from error
    if len(content) > LARGEST_FILE:
        raise WeightsError(
            path, f"it has more than {LARGEST_FILE >> 20} MB, so it is no weight file of OpenL3's"
        )
    if sha256 is not None and not sha256_of(content).startswith(sha256):
        raise WeightsError(
            path,
            "its SHA-256 is not that of the weight file that was chosen or published: it is damaged, or another file "
            "has taken its place",
            "get the file again, or choose a model with `musicsim models use`",
        )
    return content


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def digest_in(identity: str) -> str | None:
    """Return the first digits of a file's SHA-256 in the identity of its weights; None if there are none."""
    match = _IDENTITY.fullmatch(identity)
    return None if match is None else match[1]
