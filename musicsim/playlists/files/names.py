"""File names for playlists, and for copies of music, that are valid on every platform and every device."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"
}
"""Names that Windows keeps for devices, with any suffix."""
_MOST_BYTES = 200
"""File systems allow 255 bytes or UTF-16 units; the rest is for a suffix and a number, and for whole paths."""
_LONGEST_SUFFIX = 10
_MISREAD = re.compile(r"#|%(?=[0-9A-Fa-f]{2})")
"""What a player that expects an address in a playlist takes for a fragment or an escape."""


def file_name(name: str, suffix: str) -> str:
    """Return a file name for something that a listener named, valid on every platform."""
    kept = unicodedata.normalize("NFC", _without_reserved(name))
    kept = kept.strip(" .").encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")
    if kept.partition(".")[0].rstrip().upper() in _DEVICES:
        kept = f"_{kept}"
    return (kept.rstrip(" .") or "playlist") + suffix


def _without_reserved(name: str) -> str:
    return "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in name)


class CopyNames:
    """Gives each copy in a folder a name of its own, valid on FAT and exFAT, that every player finds in a playlist.

    FAT does not tell upper case from lower case, and some systems don't tell an accented letter from a letter with an
    accent.

    Parameters
    ----------
    taken
        Names that are given to something else.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(map(_key, taken))

    def name(self, name: str, suffix: str) -> str:
        """Return a free name for a file, with a number if another has the name already."""
        suffix = _MISREAD.sub("_", _without_reserved(suffix))[:_LONGEST_SUFFIX].rstrip(" .")
        whole = file_name(_MISREAD.sub("_", name), suffix)
        stem = whole.removesuffix(suffix)
        number = 1
        while _key(whole) in self._taken:
            number += 1
            whole = f"{stem} ({number}){suffix}"
        self._taken.add(_key(whole))
        return whole


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).upper().casefold())
