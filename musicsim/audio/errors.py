"""Errors about audio files."""

from __future__ import annotations

from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.reasons import Reason


class AudioError(MusicsimError):
    """A file can't be decoded to sound that can be embedded.

    Attributes
    ----------
    path
        The file.
    reason
        The reason, without the path.
    """

    def __init__(self, path: Path, reason: Reason) -> None:
        # Both go to the base class, so that the error can be pickled out of the worker process.
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{display_path(self.path)}: {self.reason}"


class Undecodable(Exception):  # noqa: N818 (not an error until every decoder has said so)
    """One decoder can't decode a file; private to this package.

    Attributes
    ----------
    reason
        The reason; None if the decoder doesn't know the format.
    """

    def __init__(self, reason: Reason | None = None) -> None:
        super().__init__(reason)
        self.reason = reason


class CannotSeek(Exception):  # noqa: N818 (there is another way: to decode from the start)
    """A decoder can't go to a position in a file; private to this package."""
