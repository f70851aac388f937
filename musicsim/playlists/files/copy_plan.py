"""A plan of the copies of a playlist's files: what is there already, what is in the way, and whether there is room."""

from __future__ import annotations

import contextlib
import enum
import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musicsim.base.opening import open_at_once
from musicsim.base.reasons import Cause, Reason, reason_of
from musicsim.library.scanning.mounts import file_system_of
from musicsim.library.types import Track
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.locations import PathStyle, Slashes
from musicsim.playlists.files.names import CopyNames, file_name
from musicsim.playlists.files.reading import read_playlist

FAT_LIMIT = 2**32 - 1
"""Bytes of the largest file on FAT32."""
TOO_LARGE = Reason(
    Cause.OTHER,
    (
        "it has 4 GB or more, and the file system of the device, FAT32, can't hold such a file; exFAT or NTFS can",
    ),
)
_FAT = frozenset({"vfat", "msdos"})
_SAMPLE = 64 * 1024
"""Bytes that are compared at the beginning, in the middle and at the end of files of the same size."""
_ROUNDED = 2
"""Seconds to which FAT rounds the time at which a file was written; a copy has the time of its original."""
_BLOCK = 4096
"""Bytes; files take whole blocks."""


class Existing(enum.StrEnum):
    """What to do with another file that has the name of a copy."""

    SKIP = "skip"
    """It stays, and stands for the track in the playlist."""
    REPLACE = "replace"
    RENAME = "rename"
    """Both stay: the copy gets a number."""


class CopyState(enum.Enum):
    """What the folder of the copies holds under the name of a copy."""

    NEW = "new"
    THERE = "there"
    """The same file, from an earlier copy."""
    OTHER = "other"
    LEFT_OUT = "left-out"
    """The track can't be copied."""


@dataclass(frozen=True, slots=True)
class PlannedCopy:
    """A file to copy.

    Attributes
    ----------
    track
        The track whose file it is.
    name
        The name of the copy.
    size
        Bytes.
    state
        What is there under this name.
    reason
        Why it is left out, if it is.
    """

    track: Track
    name: str
    size: int
    state: CopyState
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """The copies of a playlist's files.

    Attributes
    ----------
    name
        The playlist's name.
    tracks
        Its tracks, in order; one that occurs twice is copied once.
    folder
        Where the copies and the playlist go. It need not exist.
    playlist
        The playlist file, in the same folder.
    style
        The paths in the playlist, which are relative.
    copies
        In the order of the playlist.
    room
        Free bytes; None if the device doesn't tell.
    block
        Files take a multiple of these bytes.
    """

    name: str
    tracks: tuple[Track, ...]
    folder: Path
    playlist: Path
    style: PathStyle
    copies: tuple[PlannedCopy, ...]
    room: int | None
    block: int = _BLOCK

    @property
    def others(self) -> tuple[str, ...]:
        """The names of copies that another file has already."""
        return tuple(copy.name for copy in self.copies if copy.state is CopyState.OTHER)

    def to_copy(self, existing: Existing) -> tuple[PlannedCopy, ...]:
        """Return the files that are still to be copied."""
        states = {CopyState.NEW} | (set() if existing is Existing.SKIP else {CopyState.OTHER})
        return tuple(copy for copy in self.copies if copy.state in states)

    def needed(self, existing: Existing) -> int:
        """Return the bytes that must be free for what is still to be copied, and for the playlist."""
        used = most = 0
        for copy in self.to_copy(existing):
            used += self._blocks(copy.size)
            most = max(most, used)
            # A file is replaced when its copy is complete.
            if existing is Existing.REPLACE and copy.state is CopyState.OTHER:
                with contextlib.suppress(OSError):
                    used -= self._blocks((self.folder / copy.name).stat().st_size)
        return most + self._blocks(200 * len(self.tracks) + 1)

    def _blocks(self, size: int) -> int:
        return -(-size // self.block) * self.block


def plan_copies(
    tracks: Sequence[Track],
    folder: Path,
    *,
    name: str,
    suffix: str = ".m3u8",
    numbered: bool = False,
    slashes: Slashes | None = None,
) -> CopyPlan:
    """Return the plan for copies of a playlist's files into a folder of its own.

    Parameters
    ----------
    tracks
        The tracks, in order.
    folder
        The device, or a folder; the copies go to a folder in it that is named after the playlist.
    name
        The playlist's name.
    suffix
        Of the playlist file; it tells the format.
    numbered
        Whether names begin with a number, for devices that play a folder by name.
    slashes
        In the playlist file.
    """
    folder = folder / file_name(name, "")
    playlist = folder / file_name(name, suffix)
    names = CopyNames([playlist.name])
    limit = FAT_LIMIT if file_system_of(folder) in _FAT else None
    unique = list({track.id: track for track in tracks}.values())
    width = max(3, len(str(len(unique))))
    copies = []
    for number, track in enumerate(unique, 1):
        wanted = f"{number:0{width}} {track.name}" if numbered else track.name
        copy_name = names.name(wanted, track.path.suffix)
        copies.append(_planned(track, folder / copy_name, limit))
    room, block = _room(folder)
    return CopyPlan(
        name,
        tuple(tracks),
        folder,
        playlist,
        PathStyle(slashes=slashes),
        tuple(copies),
        room,
        block,
    )


def listed_before(plan: CopyPlan) -> tuple[str, ...]:
    """Return the names of the files in the plan's folder that the playlist of an earlier copy lists."""
    try:
        earlier = read_playlist(plan.playlist)
    except PlaylistFileError:  # mostly, there is none
        return ()
    folder = plan.playlist.parent.absolute()
    there = [e.path for e in earlier.entries if not e.lost and e.path.parent == folder]
    return tuple(dict.fromkeys(path.name for path in there))


def same_content(source: Path, copy: Path, size: int) -> bool:
    """Return whether a file seems to be a copy of another.

    It has the same size, and the same bytes in three places; in all places if the other was written since, as new tags
    may be anywhere, such as behind the cover of an M4A file, and need not change the size.
    """
    try:
        status = copy.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return False
        places = sorted({0, max(0, size // 2 - _SAMPLE // 2), max(0, size - _SAMPLE)})
        with (
            open(source, "rb", opener=open_at_once) as one,
            open(copy, "rb", opener=open_at_once) as other,
        ):
            if os.fstat(one.fileno()).st_mtime > status.st_mtime + _ROUNDED:
                places = list(range(0, size, _SAMPLE))
            for place in places:
                one.seek(place)
                other.seek(place)
                if one.read(_SAMPLE) != other.read(_SAMPLE):
                    return False
    except OSError:
        return False
    return True


def _planned(track: Track, copy: Path, limit: int | None) -> PlannedCopy:
    try:
        status = track.path.stat()
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else Reason(Cause.IMPOSSIBLE_NAME)
        return PlannedCopy(track, copy.name, 0, CopyState.LEFT_OUT, reason)
    size = status.st_size
    if not stat.S_ISREG(status.st_mode):
        return PlannedCopy(track, copy.name, 0, CopyState.LEFT_OUT, Reason(Cause.NOT_REGULAR))
    if limit is not None and size > limit:
        return PlannedCopy(track, copy.name, size, CopyState.LEFT_OUT, TOO_LARGE)
    if not os.path.lexists(copy):
        state = CopyState.NEW
    else:
        is_same = same_content(track.path, copy, size)
        state = CopyState.THERE if is_same else CopyState.OTHER
    return PlannedCopy(track, copy.name, size, state)


def _room(folder: Path) -> tuple[int | None, int]:
    """Return the free bytes and the size of a block, of a folder that need not exist."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), None)
    if there is None:
        return None, _BLOCK
    block = _BLOCK
    with contextlib.suppress(OSError, AttributeError):  # Windows has no statvfs
        block = os.statvfs(there).f_frsize or _BLOCK
    try:
        usage = shutil.disk_usage(there)
    except OSError:
        return None, block
    # Phones and some servers have no size at all.
    return (usage.free if usage.total else None), block
