"""Copying the files of a playlist to a folder or a device, with the playlist."""

from __future__ import annotations

import contextlib
import enum
import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from musicsim.base.opening import open_at_once
from musicsim.base.reasons import Cause, Reason, reason_of
from musicsim.base.writing import write_bytes
from musicsim.library.types import Track
from musicsim.playlists.files.copy_plan import (
    TOO_LARGE,
    CopyPlan,
    CopyState,
    Existing,
    PlannedCopy,
    listed_before,
    same_content,
)
from musicsim.playlists.files.writing import playlist_bytes

_CHUNK = 1024 * 1024
_ABANDONED = 3600.0
"""Seconds after which the beginning of a copy is nobody's: the program or the computer was stopped."""
_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_GONE = frozenset(
    getattr(errno, name)
    for name in ("EIO", "ENODEV", "ENXIO", "ESTALE", "ENOTCONN", "EHOSTDOWN", "ETIMEDOUT")
    if hasattr(errno, name)
)
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class Stopped(enum.Enum):
    """Why copying ended before its end."""

    CANCELLED = "cancelled"
    NO_ROOM = "no-room"
    """There was too little room from the start; nothing was copied."""
    FULL = "full"
    GONE = "gone"
    """The device is no longer connected."""
    REFUSED = "refused"
    """Nothing can be written there."""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far copying is."""

    files: int
    """That are done."""
    of_files: int
    bytes: int
    of_bytes: int
    name: str
    """Of the copy that is being made."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not copied."""

    path: Path
    reason: Reason


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The outcome of copying.

    Attributes
    ----------
    folder
        Where the copies are.
    playlist
        The playlist file, which is written last; None if it was not written.
    copied, there
        The number of files that were copied, and of those that were there already.
    kept
        The names of other files that stayed in place of copies, and of the playlist file if it stayed.
    left_out
        The files that could not be copied.
    earlier
        The names of copies that the playlist listed before, and that are no longer in it. They are not deleted.
    stopped
        Why it ended early, if it did. The copies that were made stay, and the next time it goes on from there.
    detail
        The system's words for it; may be empty.
    needed, room
        Bytes, if there was no room from the start.
    """

    folder: Path
    playlist: Path | None
    copied: int
    there: int
    kept: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    earlier: tuple[str, ...] = ()
    stopped: Stopped | None = None
    detail: str = ""
    needed: int = 0
    room: int = 0


class _TargetError(Exception):
    """Copying ends."""

    def __init__(self, stopped: Stopped, detail: str = "") -> None:
        super().__init__(detail)
        self.stopped = stopped
        self.detail = detail


def never() -> bool:
    """Return that nobody cancels."""
    return False


def copy_playlist(
    plan: CopyPlan,
    existing: Existing,
    *,
    progress: Callable[[CopyProgress], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = never,
) -> CopyResult:
    """Copy the files of a playlist, and write the playlist last.

    A copy appears complete or not at all. What is there already is not copied again, so a copy that was cancelled or
    that failed goes on where it stopped.

    Parameters
    ----------
    plan
        The copies.
    existing
        What happens to other files that have the names of copies.
    progress
        Called often, in this thread.
    is_cancelled
        Asked often whether to stop.

    Raises
    ------
    PlaylistFileError
        If the playlist can't be written in its format.
    """
    # Before minutes of copying: the old M3U may lack a letter.
    names = {copy.track.id: copy.name for copy in plan.copies}
    playlist_bytes(plan.playlist, _placed(plan, names), name=plan.name, style=plan.style)
    return _Copying(plan, existing, progress, is_cancelled).run()


def in_the_way(plan: CopyPlan) -> tuple[str, ...]:
    """Return the names of other files that have the names of copies, or that of the playlist."""
    names = {c.track.id: c.name for c in plan.copies if c.state is not CopyState.LEFT_OUT}
    content = playlist_bytes(plan.playlist, _placed(plan, names), name=plan.name, style=plan.style)
    is_other = os.path.lexists(plan.playlist) and not _holds(plan.playlist, content)
    return (*plan.others, *([plan.playlist.name] if is_other else []))


class _Copying:
    def __init__(
        self,
        plan: CopyPlan,
        existing: Existing,
        progress: Callable[[CopyProgress], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._existing = existing
        self._progress = progress
        self._is_cancelled = is_cancelled
        to_copy = plan.to_copy(existing)
        self._to_copy = {copy.track.id for copy in to_copy}
        self._of_bytes = sum(copy.size for copy in to_copy)
        self._done = 0
        self._bytes = 0
        self._copied = 0
        self._there = sum(copy.state is CopyState.THERE for copy in plan.copies)
        self._kept: list[str] = []
        self._left_out: list[LeftOut] = []
        self._names: dict[int, str] = {}
        """The copies' names by the track's id."""

    def run(self) -> CopyResult:
        plan = self._plan
        needed = plan.needed(self._existing)
        if plan.room is not None and needed > plan.room:
            return replace(
                self._result(None), stopped=Stopped.NO_ROOM, needed=needed, room=plan.room
            )
        try:
            with self._stopping(always=True):
                plan.folder.mkdir(parents=True, exist_ok=True)
            _sweep(plan.folder)
            before = listed_before(plan)
            for copy in plan.copies:
                self._take(copy)
            written = self._write_playlist()
        except _TargetError as error:
            return replace(self._result(None), stopped=error.stopped, detail=error.detail)
        result = self._result(self._plan.playlist if written else None)
        # FAT doesn't tell upper case from lower case.
        names = {name.casefold() for name in self._names.values()}
        return replace(result, earlier=tuple(n for n in before if n.casefold() not in names))

    def _result(self, playlist: Path | None) -> CopyResult:
        return CopyResult(
            self._plan.folder,
            playlist,
            self._copied,
            self._there,
            tuple(self._kept),
            tuple(self._left_out),
        )

    def _take(self, copy: PlannedCopy) -> None:
        if copy.state is CopyState.LEFT_OUT:
            assert copy.reason is not None
            self._left_out.append(LeftOut(copy.track.path, copy.reason))
            return
        name = copy.name
        if copy.track.id in self._to_copy:
            if copy.state is CopyState.OTHER and self._existing is Existing.RENAME:
                name = self._numbered(copy)
            before = self._bytes
            done = self._copy(copy, name)
            self._done += 1
            self._bytes = before + copy.size
            self._tell(name)
            if not done:
                return
        elif copy.state is CopyState.OTHER:
            self._kept.append(name)
        self._names[copy.track.id] = name

    def _numbered(self, copy: PlannedCopy) -> str:
        """Return a free name, or that of the same file from an earlier copy."""
        name = Path(copy.name)
        planned = {each.name for each in self._plan.copies} | set(self._names.values())
        number = 2
        while True:
            numbered = f"{name.stem} ({number}){name.suffix}"
            place = self._plan.folder / numbered
            if numbered not in planned and (
                not os.path.lexists(place) or same_content(copy.track.path, place, copy.size)
            ):
                return numbered
            number += 1

    def _copy(self, copy: PlannedCopy, name: str) -> bool:
        """Copy a file; return False if it is left out."""
        target = self._plan.folder / name
        if self._existing is Existing.RENAME and same_content(copy.track.path, target, copy.size):
            self._there += 1
            return True
        try:
            with open(copy.track.path, "rb", opener=open_at_once) as source:
                status = os.fstat(source.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise _SourceError(Reason(Cause.NOT_REGULAR))
                with self._stopping():
                    self._copy_to(target, source, status)
        except _SourceError as error:
            self._left_out.append(LeftOut(copy.track.path, error.reason))
            return False
        except OSError as error:
            self._left_out.append(LeftOut(copy.track.path, reason_of(error)))
            return False
        self._copied += 1
        return True

    def _copy_to(self, target: Path, source: BinaryIO, status: os.stat_result) -> None:
        partial = target.parent / f".musicsim-{os.getpid()}-{threading.get_ident()}.part"
        try:
            with partial.open("xb", buffering=0) as output:
                self._pour(source, output, target.name)
                os.fsync(output.fileno())
            with contextlib.suppress(OSError):  # phones have no times
                os.utime(partial, ns=(status.st_atime_ns, status.st_mtime_ns))
            if self._existing is not Existing.REPLACE and os.path.lexists(target):
                raise _SourceError(Reason(Cause.OTHER, ("another file has its name by now",)))
            partial.replace(target)
        finally:
            with contextlib.suppress(OSError):  # of an unplugged device
                partial.unlink(missing_ok=True)

    def _pour(self, source: BinaryIO, output: BinaryIO, name: str) -> None:
        while True:
            if self._is_cancelled():
                raise _TargetError(Stopped.CANCELLED)
            self._tell(name)
            try:
                chunk = source.read(_CHUNK)
            except OSError as error:
                raise _SourceError(reason_of(error)) from error
            if not chunk:
                return
            view = memoryview(chunk)
            while view:
                view = view[output.write(view) :]
            self._bytes += len(chunk)

    def _tell(self, name: str) -> None:
        self._progress(
            CopyProgress(self._done, len(self._to_copy), self._bytes, self._of_bytes, name)
        )

    def _write_playlist(self) -> bool:
        plan = self._plan
        if self._is_cancelled():
            raise _TargetError(Stopped.CANCELLED)
        placed = _placed(plan, self._names)
        if not placed:
            return False
        content = playlist_bytes(plan.playlist, placed, name=plan.name, style=plan.style)
        file, number = plan.playlist, 1
        while os.path.lexists(file) and not _holds(file, content):
            if self._existing is Existing.SKIP:
                self._kept.append(file.name)
                return False
            if self._existing is Existing.REPLACE:
                break
            number += 1
            file = plan.playlist.with_stem(f"{plan.playlist.stem} ({number})")
        with self._stopping(always=True):
            write_bytes(file, content)
        self._plan = replace(plan, playlist=file)
        return True

    @contextlib.contextmanager
    def _stopping(self, *, always: bool = False) -> Iterator[None]:
        """Tell an error of the device, which ends copying, from one of a single file.

        Parameters
        ----------
        always
            Any error ends copying.
        """
        try:
            yield
        except OSError as error:
            detail = error.strerror or str(error)
            if error.errno in _FULL:
                raise _TargetError(Stopped.FULL, detail) from error
            is_made = always or self._plan.folder.is_dir()
            if error.errno in _GONE or not is_made:
                raise _TargetError(Stopped.GONE, detail) from error
            if always or error.errno in _REFUSED:
                raise _TargetError(Stopped.REFUSED, detail) from error
            if error.errno == errno.EFBIG:
                raise _SourceError(TOO_LARGE) from error
            raise


class _SourceError(Exception):
    """A file is left out."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _placed(plan: CopyPlan, names: Mapping[int, str]) -> list[Track]:
    """Return the tracks of which there are copies, at the places of these."""
    return [
        replace(track, file=str(plan.folder / names[track.id]))
        for track in plan.tracks
        if track.id in names
    ]


def _holds(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def _sweep(folder: Path) -> None:
    """Remove the beginnings of copies that a stopped program left."""
    with contextlib.suppress(OSError):
        for partial in folder.glob(".musicsim-*.part"):
            with contextlib.suppress(OSError):
                if time.time() - partial.stat().st_mtime > _ABANDONED:
                    partial.unlink()
