"""The way in which a playlist file names the files that it lists."""

from __future__ import annotations

import enum
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from musicsim.base.addresses import is_address
from musicsim.playlists.files.entries import PlaylistFileError

_DRIVE = re.compile(r"[A-Za-z]:(?=[/\\]|$)")

_MISREAD = re.compile(r"[#?\\]|%(?=[0-9A-Fa-f]{2})")
"""What a player that expects an address takes for a fragment, a query, another slash, or an escape."""
_ADDRESS_SAFE = "/:@%?&=+$,;!'()*~[]"
"""Characters that a typed address keeps, besides letters and digits."""


class Slashes(enum.StrEnum):
    """The sign between folders."""

    FORWARD = "forward"
    BACK = "back"
    """As on Windows, and in the players of some cars."""


@dataclass(frozen=True, slots=True)
class Prefix:
    r"""A folder, and what stands for it where the playlist is played.

    Attributes
    ----------
    old
        The folder on this computer; absolute.
    new
        Its path or address there, such as `/storage/sdcard/Music`, `D:\Music`, `\\NAS\music`, `smb://nas/music`; or its
        path relative to the playlist.
    """

    old: Path
    new: str


@dataclass(frozen=True, slots=True)
class PathStyle:
    """How paths are written into a playlist.

    Attributes
    ----------
    absolute
        By default they are relative to the playlist, so that it can move together with the music.
    prefix
        Replaced in the paths, which are absolute then.
    slashes
        By default forward, and back after a new prefix of Windows. Addresses always have forward slashes.
    """

    absolute: bool = False
    prefix: Prefix | None = None
    slashes: Slashes | None = None


class _Kind(enum.Enum):
    RELATIVE = enum.auto()
    """To the playlist."""
    ABSOLUTE = enum.auto()
    ADDRESS = enum.auto()


class Locations:
    """Names files for the playlist in a folder.

    A track on another drive always gets an absolute path.
    """

    def __init__(self, folder: Path, style: PathStyle) -> None:
        # ".." in a linked folder leads out of the link's target.
        self._folder = folder.absolute()
        self._real = self._folder.resolve()
        self._slashes = style.slashes
        self._is_absolute = style.absolute or style.prefix is not None
        self._old: Path | None = None
        self._new, self._new_kind, self._is_new_of_windows = "", _Kind.RELATIVE, False
        if style.prefix is not None:
            self._old = _absolute(style.prefix.old)
            self._new_kind, self._new = _new_prefix(style.prefix.new)
            self._is_new_of_windows = "\\" in style.prefix.new or bool(_DRIVE.match(self._new))

    def line(self, path: Path) -> str:
        """Return the line by which a player finds a file.

        Most names are written unchanged. A name that would be misread becomes a percent-encoded address. These are
        names with a line break, a space at an end, or bytes that are not text, and names in which a player that expects
        addresses would see an escape or a fragment. VLC does, and mpv does not.
        """
        kind, text = self._located(path)
        if kind is _Kind.ADDRESS:
            return text
        if _is_odd(text):
            is_relative_there = kind is _Kind.RELATIVE and not self.is_replaced(path)
            return (
                _address_of(_absolute(path).as_posix()) if is_relative_there else self.address(path)
            )
        # A line that begins with "#" or ";" is a comment, and "x:" might be an address.
        if kind is _Kind.RELATIVE and (text[0] in "#;-" or ":" in text):
            text = f"./{text}"
        return text.replace("/", self._separator(path, kind))

    def address(self, path: Path) -> str:
        """Return the address by which a player finds a file: `file:`, or relative and percent-encoded."""
        kind, text = self._located(path)
        if kind is _Kind.ADDRESS:
            return text
        if kind is _Kind.ABSOLUTE:
            return _address_of(text)
        relative = _quoted(text)
        return f"./{relative}" if ":" in text.partition("/")[0] else relative

    def is_replaced(self, path: Path) -> bool:
        """Return whether a file's path has the prefix that is replaced."""
        return self._old is not None and _absolute(path).is_relative_to(self._old)

    def _located(self, path: Path) -> tuple[_Kind, str]:
        """Return a path with forward slashes, or an address, as it is where the playlist is played."""
        target = _absolute(path)
        if self._old is not None and target.is_relative_to(self._old):
            rest = target.relative_to(self._old).as_posix()
            is_address = self._new_kind is _Kind.ADDRESS
            return self._new_kind, self._new + (_quoted(rest) if is_address else rest)
        if self._is_absolute:
            return _Kind.ABSOLUTE, target.as_posix()
        if self._real != self._folder:
            target = target.resolve()
        try:
            return _Kind.RELATIVE, Path(os.path.relpath(target, self._real)).as_posix()
        except ValueError:  # another drive
            return _Kind.ABSOLUTE, target.as_posix()

    def _separator(self, path: Path, kind: _Kind) -> str:
        if self._slashes is not None:
            return "\\" if self._slashes is Slashes.BACK else "/"
        if self.is_replaced(path):
            return "\\" if self._is_new_of_windows else "/"
        return os.sep if kind is _Kind.ABSOLUTE else "/"


def parse_prefix(text: str) -> Prefix:
    """Return the prefix that a text such as `/home/me/Music=/storage/sdcard/Music` replaces.

    Raises
    ------
    PlaylistFileError
        If it is no such text.
    """
    splits = [n for n, c in enumerate(text) if c == "="]
    # The name of a folder may hold the sign itself.
    split = next((n for n in splits if os.path.isdir(text[:n])), splits[0] if splits else 0)  # noqa: PTH112
    if not text[:split] or not text[split + 1 :]:
        raise PlaylistFileError(
            f"“{text}” replaces nothing: write OLD=NEW, such as /home/me/Music=/storage/sdcard/Music."
        )
    old = os.path.abspath(os.path.expanduser(text[:split]))  # noqa: PTH100, PTH111
    return Prefix(Path(old), text[split + 1 :])


def _new_prefix(text: str) -> tuple[_Kind, str]:
    """Return a new prefix with forward slashes, so that the rest of a path can be appended."""
    if is_address(text):
        kind, text = _Kind.ADDRESS, quote(os.fsencode(text), safe=_ADDRESS_SAFE)
    else:
        kind = _Kind.RELATIVE
    if kind is _Kind.RELATIVE:
        text = text.replace("\\", "/")
        if text.startswith("/") or _DRIVE.match(text):
            kind = _Kind.ABSOLUTE
    return kind, text if text.endswith("/") else f"{text}/"


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 (keeps a link that the listener chose)


def _is_odd(text: str) -> bool:
    return not text.isprintable() or text != text.strip() or _MISREAD.search(text) is not None


def _address_of(text: str) -> str:
    """Return the address of an absolute path with forward slashes."""
    if text.startswith("//"):
        return f"file:{_quoted(text)}"
    if _DRIVE.match(text):
        return f"file:///{text[:2]}{_quoted(text[2:])}"
    return f"file://{_quoted(text)}"


def _quoted(text: str) -> str:
    return quote(os.fsencode(text))
