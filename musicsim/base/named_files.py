"""Finding the file that a text names, as a listener, a playlist or another program wrote it."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote_to_bytes

from musicsim.base.addresses import paths_in_address
from musicsim.base.encodings import decode

_WINDOWS = re.compile(r"[A-Za-z]:[/\\]|[/\\]{2}")
"""The beginning of an absolute path on Windows: a drive or a server."""
_SEPARATORS = re.compile(r"[/\\]+")
_NAMES = re.compile(f"[^{re.escape(os.sep)}]+")
_ESCAPED = re.compile(r"\\([^\w\\/])")
_ENCODINGS = (
    "cp1252",
    "mac_roman",
    "cp850",
    "cp1250",
    "cp1251",
    "cp932",
    "gb18030",
    "cp949",
    "cp950",
)
"""Encodings of names that are not Unicode. A file with that name shows which one it is."""
_NEAR = 3
"""Folders above the first place in which the end of another computer's path is looked for."""
_Key = Callable[[str], str]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def folded_name(name: str) -> str:
    """Return a file's name without the differences of case, and of the way in which accents are composed."""
    return unicodedata.normalize("NFC", _composed(name).casefold())


class FileFinder:
    """Finds files by the texts that name them; quick for many files in the same folders.

    For one search only: it does not notice files that are created meanwhile.

    Parameters
    ----------
    places
        Folders that relative paths may start from, the likelier first.
    roots
        Music folders, in which the end of another computer's path is looked for.
    is_there
        Whether there is a file at a path; may also know files that are on a disconnected disk, or exclude folders.
    """

    def __init__(
        self,
        places: Sequence[Path],
        roots: Sequence[Path] = (),
        is_there: Callable[[Path], bool] = os.path.lexists,
    ) -> None:
        # As texts, since thousands of names are compared, and creating a Path is slow.
        self._places = [os.fspath(place) for place in places]
        self._is_there = is_there
        near = [places[0], *places[0].parents[:_NEAR]] if places else []
        self._near = list(dict.fromkeys(map(os.fspath, (*near, *roots))))
        self._listings: dict[tuple[str, _Key], dict[str, list[str]]] = {}

    def find(self, *texts: str) -> Path | None:
        """Return the file that is meant; None if there is none, or if several fit equally.

        The text is taken literally, then with slashes for backslashes, as an address, percent-decoded, and with its
        letters composed differently. Then names are compared by their composed letters, and without case. At last, the
        end of an absolute path is looked for in the music folders, since other computers have other drives.

        Parameters
        ----------
        texts
            Readings of one text in several encodings, the likelier first.
        """
        tried: dict[str, None] = {}
        for reading in (reading for text in texts for reading in readings(text)):
            if reading in tried:
                continue
            tried[reading] = None
            for place in self._places:
                path = Path(_below(place, reading))
                if self._is_there(path):
                    return path
        for key in (_composed, folded_name):
            for reading in tried:
                for place in self._places:
                    if found := self._only(*_apart(place, _below(place, reading)), key):
                        return found
        # All readings of an absolute path, taken apart.
        paths = dict.fromkeys(
            tuple(filter(None, _SEPARATORS.split(reading)))
            for reading in tried
            if _WINDOWS.match(reading) or reading.startswith("/")
        )
        return next(filter(None, map(self._by_its_end, paths)), None)

    def _by_its_end(self, parts: Sequence[str]) -> Path | None:
        """Return the file in the music folders that the longest end of an absolute path names."""
        for start, first in enumerate(parts):
            # A name alone says little: there are many files named "01.mp3".
            places = self._near if start < len(parts) - 1 else self._places[:1]
            for key in (_composed, folded_name):
                wanted = key(first)
                for place in places:
                    if wanted in self._listing(place, key):
                        above, names = _apart(place, _below(place, "/".join(parts[start:])))
                        if above == place and (found := self._only(above, names, key)):
                            return found
        return None

    def _only(self, above: str, names: Sequence[str], key: _Key) -> Path | None:
        """Return the path below a folder whose names equal others by a key, and most of them exactly.

        None if there is none, or more than one.
        """
        found = [(above, 0)]
        """Paths, and how many of their names are equal exactly."""
        for wanted in names:
            found = [
                (os.path.join(folder, name), same + (name == wanted))  # noqa: PTH118 (see __init__)
                for folder, same in found
                for name in self._listing(folder, key).get(key(wanted), ())
            ]
            if not found:
                return None
        most = max(same for _, same in found)
        best = [Path(path) for path, same in found if same == most]
        return best[0] if len(best) == 1 and self._is_there(best[0]) else None

    def _listing(self, folder: str, key: _Key) -> dict[str, list[str]]:
        """Return the names in a folder by their key."""
        known = self._listings.get((folder, key))
        if known is None:
            known = self._listings[folder, key] = {}
            try:
                names = os.listdir(folder)  # noqa: PTH208 (names, not paths)
            except (OSError, ValueError):
                names = []
            for name in names:
                known.setdefault(key(name), []).append(name)
        return known


def readings(text: str) -> Iterator[str]:
    """Yield the paths that a text may name, absolute or relative, the likelier first; some may be the same."""
    for spelling in _spellings(text):
        # What ends with "." or ".." names a folder.
        if "\0" in spelling or spelling.rstrip("/").rpartition("/")[2] in ("", ".", ".."):
            continue
        yield spelling
        yield unicodedata.normalize("NFC", spelling)
        yield unicodedata.normalize("NFD", spelling)


def _spellings(text: str) -> Iterator[str]:
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        bare = bare[1:-1]
    addresses = paths_in_address(bare)
    yield text
    for name in addresses or dict.fromkeys((bare, text)):
        yield from _in_encodings(name)
        slashed = name.replace("\\", "/")
        yield from _in_encodings(slashed)
        if not addresses and "%" in slashed:
            # Half of a surrogate pair is in no file's name.
            with contextlib.suppress(UnicodeEncodeError):
                yield from _in_encodings(os.fsdecode(unquote_to_bytes(os.fsencode(slashed))))
    if not addresses:
        yield _ESCAPED.sub(r"\1", bare)  # as in a shell


def _in_encodings(name: str) -> Iterator[str]:
    """Yield a name and, if it has bytes that are not text, its readings in other encodings."""
    yield name
    with contextlib.suppress(UnicodeEncodeError):
        raw = os.fsencode(name)
        if name.isascii() or name.encode("utf-8", "surrogatepass") == raw:
            return
        yield decode(raw)
        for encoding in _ENCODINGS:
            with contextlib.suppress(UnicodeDecodeError):
                yield raw.decode(encoding)


def _below(place: str, reading: str) -> str:
    path = os.path.normpath(os.path.join(place, reading))  # noqa: PTH118 (see FileFinder)
    # POSIX keeps two slashes at the beginning, for systems on which they mean a server.
    return path if os.name == "nt" else re.sub("^//", "/", path)


def _apart(place: str, path: str) -> tuple[str, list[str]]:
    """Return a folder above a path, and the names that lead from there to it: the place, or else the root."""
    inside = path.startswith(place.rstrip(os.sep) + os.sep)
    above = place if inside else os.path.splitdrive(path)[0] + os.sep
    return above, _NAMES.findall(path[len(above) :])
