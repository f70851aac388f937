"""Classification of the files that the listener opens: audio, playlists, folders, or unplayable."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musicsim.base.named_files import FileFinder
from musicsim.base.reasons import reason_of
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.library.tags import is_audio
from musicsim.library.types import Tags, Track
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES
from musicsim.playlists.files.reading import PlaylistEntry, read_playlist

_SLICE = 0.1
"""Seconds after which the files found so far can be played, before the rest is looked at."""

_NO_TAGS = Tags()
_DEEPEST = 20
"""Deepest nesting of playlists that list playlists."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file to play."""

    path: Path
    """Absolute."""
    known: Track | None
    """The library's track of the file."""
    hints: Tags
    """Tags that a playlist gives."""


@dataclass(frozen=True, slots=True)
class Unplayable:
    """A file that can't be played."""

    path: Path
    reason: str
    """Plain words, without the path."""


@dataclass(slots=True)
class OpenedPlaylist:
    """Playlist file, with its entries that can't be played."""

    path: Path
    entries: int = 0
    found: int = 0
    """Number of files to play."""
    lost: list[Unplayable] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Entries that are not files on this computer, such as radio stations."""


class OpenedFiles:
    """Files in the order in which the listener opens them, with playlists replaced by their entries.

    Looking at the files may wait for a slow disk, so don't do it in the window's thread; only one thread at a time may
    do it.

    Parameters
    ----------
    paths
        Absolute.
    catalogue
        Finds the files that are in the library.
    """

    def __init__(self, paths: Sequence[Path], catalogue: Catalogue) -> None:
        self._known = KnownFiles(catalogue)
        self._folders = catalogue.folders.all()
        self._finder = FileFinder([Path(os.sep)], self._folders, os.path.isfile)
        self._files = self._look_at_all(paths)
        self._read: set[Path] = set()
        """Playlists that were read."""
        self._depth = 0
        self.done = False
        """Whether all files were looked at."""
        self.folders: list[Path] = []
        self.unplayable: list[Unplayable] = []
        """Unplayable files, except those listed by a playlist."""
        self.playlists: list[OpenedPlaylist] = []
        self.errors: list[PlaylistFileError] = []

    def more(self) -> list[OpenedFile]:
        """Return the next files to play: all of them, unless that takes long."""
        begun = time.monotonic()
        found: list[OpenedFile] = []
        for file in self._files:
            found.append(file)
            if time.monotonic() - begun > _SLICE:
                return found
        self.done = True
        return found

    def _look_at_all(self, paths: Sequence[Path]) -> Iterator[OpenedFile]:
        for path in paths:
            yield from self._look_at(path, None)

    def _look_at(
        self,
        path: Path,
        of: OpenedPlaylist | None,
        hints: Tags = _NO_TAGS,
    ) -> Iterator[OpenedFile]:
        """Look at a file, which may be an entry of a playlist."""
        # Another program may have written a name in its own way. Playlists have looked for it already.
        if of is None and not os.path.lexists(path):
            path = self._finder.find(os.fspath(path)) or path
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            reason = (
                str(reason_of(error)) if isinstance(error, OSError) else "no file has such a name"
            )
        else:
            if of is None and stat.S_ISDIR(status.st_mode):
                self.folders.append(path)
                return
            if stat.S_ISREG(status.st_mode) and path.suffix.lower() in PLAYLIST_SUFFIXES:
                yield from self._look_into(path, of)
                return
            reason = _why_not(path, status)
        if not reason:
            if of is not None:
                of.found += 1
            yield OpenedFile(path, self._known.track_at(path), hints)
        else:
            (self.unplayable if of is None else of.lost).append(Unplayable(path, reason))

    def _look_into(self, path: Path, within: OpenedPlaylist | None) -> Iterator[OpenedFile]:
        """Look at the entries of a playlist, and at those of playlists that it lists."""
        real = Path(os.path.realpath(path))
        # Playlists that list themselves or each other would never end.
        if within is not None and (real in self._read or self._depth >= _DEEPEST):
            return
        try:
            read = read_playlist(path, self._folders)
        except PlaylistFileError as error:
            if within is None:
                self.errors.append(error)
            else:
                within.lost.append(Unplayable(path, "it can't be read as a playlist"))
            return
        playlist = within or OpenedPlaylist(path)
        if within is None:
            self.playlists.append(playlist)
        playlist.entries += len(read.entries)
        playlist.elsewhere += read.elsewhere
        self._read.add(real)
        self._depth += 1
        for entry in read.entries:
            yield from self._look_at(entry.path, playlist, _hints(entry))
        self._depth -= 1


def _why_not(path: Path, status: os.stat_result) -> str:
    """Return why an existing file is not played; empty if it is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is a folder" if stat.S_ISDIR(status.st_mode) else "it is not a regular file"
    if not status.st_size:
        return "the file is empty (0 bytes)"
    try:
        # Check the content if the name doesn't tell: files of other programs may have no suffix, or an unknown one.
        known = path.suffix.lower() in AUDIO_SUFFIXES or is_audio(path)
        if known and not os.access(path, os.R_OK):
            return "no permission to read it"
    except OSError as error:
        return str(reason_of(error))
    return "" if known else "it is not an audio file"


def _hints(entry: PlaylistEntry) -> Tags:
    artist, dash, title = entry.title.partition(" - ")
    if not dash:
        artist, title = "", entry.title
    return Tags(title=title.strip(), artist=artist.strip(), duration=entry.seconds)
