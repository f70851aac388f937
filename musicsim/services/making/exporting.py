"""Exporting playlists: what happened, in words for both the window and the command line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from musicsim.base.counts import counted
from musicsim.base.errors import display_path
from musicsim.library.types import Track
from musicsim.playlists.files.copying import CopyResult, Stopped
from musicsim.playlists.files.locations import Locations, PathStyle

_NAMED = 3
"""Most files that a text names; the others are counted."""
_PATIENCE = 10.0
"""Seconds for which files are looked for on a slow disk."""

_STOPPED = {
    Stopped.CANCELLED: "Copying was cancelled.",
    Stopped.FULL: "The device is full.",
    Stopped.GONE: "The device is no longer connected ({detail}).",
    Stopped.REFUSED: "Nothing can be written to {folder} ({detail}): choose another folder.",
}


def size_text(size: int) -> str:
    """Return a number of bytes for people, such as "3.4 GB"."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return counted(size, "byte")


def without_files(tracks: Sequence[Track]) -> list[Track]:
    """Return the tracks whose files are gone, each once, by a look at the disk.

    Of those that a slow disk leaves no time for, the last scan tells. Blocks for some seconds at most, unless a disk
    doesn't answer at all.
    """
    end = time.monotonic() + _PATIENCE
    return [
        track
        for track in {track.id: track for track in tracks}.values()
        if (not track.path.exists() if time.monotonic() < end else track.missing)
    ]


def outside_prefix(tracks: Sequence[Track], style: PathStyle) -> list[Path]:
    """Return the files whose paths don't have the prefix that is replaced, if one is."""
    if style.prefix is None:
        return []
    locations = Locations(Path(), style)
    return [track.path for track in tracks if not locations.is_replaced(track.path)]


def outside_text(paths: Sequence[Path], style: PathStyle) -> str:
    """Return which files don't have the prefix that is replaced; empty if all have it."""
    if not paths or style.prefix is None:
        return ""
    verb = "is" if len(paths) == 1 else "are"
    return (
        f"{counted(len(paths), 'file')} {verb} not in {display_path(style.prefix.old)}, so the whole path is written: "
        f"{named([path.name for path in paths])}."
    )


def copied_text(result: CopyResult) -> str:
    """Return the outcome of copying: what was copied, what was not, and why, a sentence a line."""
    folder = display_path(result.folder)
    lines: list[str] = []
    if result.stopped is Stopped.NO_ROOM:
        lines.append(
            f"There is too little room: {size_text(result.needed)} are to be copied to {folder}, and "
            f"{size_text(result.room)} are free. Nothing was copied. Make room there, or copy fewer tracks."
        )
    else:
        copied = f"{counted(result.copied, 'file')} copied to {folder}"
        there = f", {result.there} there already" if result.there else ""
        lines.append(f"{copied}{there}.")
    if result.stopped in _STOPPED:
        lines.insert(0, _STOPPED[result.stopped].format(folder=folder, detail=result.detail))
        lines.append("No half file is left there. Copy again to go on where it stopped.")
    if result.left_out:
        count = counted(len(result.left_out), "file")
        verb = "was" if len(result.left_out) == 1 else "were"
        shown = "; ".join(
            f"{display_path(each.path.name)}: {each.reason}" for each in result.left_out[:_NAMED]
        )
        lines.append(f"{count} {verb} not copied: {shown}{_and_more(len(result.left_out))}.")
    if result.kept:
        verb = "stays as it was" if len(result.kept) == 1 else "stay as they were"
        lines.append(
            f"{counted(len(result.kept), 'other file')} of the same name {verb}: {named(result.kept)}."
        )
    if result.earlier:
        verb = "is" if len(result.earlier) == 1 else "are"
        lines.append(
            f"{counted(len(result.earlier), 'file')} of an earlier copy {verb} left there: {named(result.earlier)}."
        )
    return "\n".join(lines)


def named(names: Sequence[str]) -> str:
    """Return the first of some names, and the number of the others."""
    return ", ".join(map(display_path, names[:_NAMED])) + _and_more(len(names))


def _and_more(count: int) -> str:
    return f" and {count - _NAMED:,} more" if count > _NAMED else ""
