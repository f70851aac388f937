"""CUE sheets, which divide one file of a whole album into tracks. musicsim doesn't follow them, and says so."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from musicsim.base.encodings import decode
from musicsim.base.reasons import Cause, Reason
from musicsim.library.types import Problem

CUE_SUFFIX = ".cue"

_LARGEST = 2**18
"""Bytes."""
_COMMAND = re.compile(r"\s*(FILE|TRACK)\s+(?:\"([^\"]*)\"|(\S+))", re.IGNORECASE)


def ignored_sheet(sheet: Path, audio: Collection[str]) -> Problem | None:
    """Return a notice about a CUE sheet that divides an audio file beside it into several tracks; None for others.

    Parameters
    ----------
    sheet
        The CUE sheet. One that can't be read is none.
    audio
        The names of the audio files in its folder.
    """
    if not audio:
        return None
    try:
        status = sheet.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            return None
        text = decode(sheet.read_bytes())
    except OSError:
        return None
    most = 0
    name, tracks = "", 0
    for line in text.splitlines():
        command = _COMMAND.match(line)
        if command is None:
            continue
        if command[1].upper() == "FILE":
            name, tracks = command[2] or command[3] or "", 0
        else:
            tracks += 1
            if tracks > max(1, most) and _is_beside(name, sheet, audio):
                most = tracks
    return Problem(sheet, Reason(Cause.CUE_SHEET, (most,)), failed=False) if most else None


def _is_beside(name: str, sheet: Path, audio: Collection[str]) -> bool:
    """Return whether the file of a CUE sheet is among the audio files, perhaps compressed or renamed since."""
    if len(audio) == 1:
        return True
    stem = PurePosixPath(name.replace("\\", "/")).stem.casefold()
    stems = {PurePosixPath(other).stem.casefold() for other in audio}
    whole = {other.casefold() for other in audio}
    own = sheet.stem.casefold()
    return stem in stems or own in stems or own in whole
