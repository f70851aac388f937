"""Reading and writing M3U playlists, always in UTF-8 (M3U8)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote_to_bytes

from musicsim.errors import MusicsimError, display_path
from musicsim.library.types import Track
from musicsim.writing import write_text


class PlaylistFileError(MusicsimError):
    """A playlist file can't be read or written."""


def write_m3u(file: Path, tracks: Sequence[Track], *, name: str, absolute: bool = False) -> None:
    """Write a playlist; the file is there whole or not at all.

    Parameters
    ----------
    file
        Where to; an existing file is replaced.
    tracks
        In order.
    name
        The playlist's name, for players that show it.
    absolute
        Write absolute paths. By default they are relative to the playlist, so that it moves along with the music;
        a track on another drive is absolute all the same.

    Raises
    ------
    PlaylistFileError
        If the file can't be written.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(name)}"]
    for track in tracks:
        seconds = -1 if track.tags.duration is None else round(track.tags.duration)
        lines += [
            f"#EXTINF:{seconds},{_one_line(track.name)}",
            entry_for(track.path, None if absolute else file.parent),
        ]
    try:
        write_text(file, "\n".join(lines) + "\n")
    except OSError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be written ({error.strerror or error}): choose another place."
        ) from error


def entry_for(path: Path, base: Path | None) -> str:
    """The line by which a player finds a file: relative to the folder `base` where there is one and it can be.

    Most names stand as they are. One that would be misread (a line break, a space at an end, bytes that are not
    text, what looks like an escape or a fragment to a player that takes the line for an address) is written as a
    percent-encoded `file:` address, which is absolute.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100 (a link is what the listener chose)
    text = target.as_posix()
    if not text.isprintable() or text != text.strip() or any(mark in text for mark in "%#?\\"):
        return target.as_uri()
    if base is not None:
        try:
            # From a folder that is a link, ".." leads out of the folder that it is a link to.
            here = base.absolute()
            if (real := here.resolve()) != here:
                here, target = real, target.resolve()
            relative = Path(os.path.relpath(target, here)).as_posix()
        except ValueError:  # another drive
            return str(target)
        # What begins with "#" is a comment, and "x:" might be an address.
        return f"./{relative}" if relative[0] in "#-" or ":" in relative else relative
    return str(target)


def read_m3u(file: Path) -> tuple[str, list[Path]]:
    """Read a playlist's name (the file's where it says none) and the files it lists, as absolute paths.

    Text that is not UTF-8 is read as Latin-1, as old players wrote it. Addresses other than `file:` are left out.

    Raises
    ------
    PlaylistFileError
        If the file can't be read.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be read ({error.strerror or error})."
        ) from error
    if b"\0" in data:
        raise PlaylistFileError(f"{display_path(file)} is not a playlist: it holds binary data.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    name = file.stem
    paths = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("#PLAYLIST:"):
            name = line.removeprefix("#PLAYLIST:").strip() or name
        if not line or line.startswith("#"):
            continue
        if line.startswith("file://"):
            path = Path(os.fsdecode(unquote_to_bytes(line.removeprefix("file://"))))
        elif "://" in line:
            continue
        else:
            path = Path(line if os.sep == "\\" else line.replace("\\", "/"))
        paths.append(Path(os.path.normpath(file.parent.absolute() / path)))
    return name, paths


def _one_line(text: str) -> str:
    return display_path(text).strip()
