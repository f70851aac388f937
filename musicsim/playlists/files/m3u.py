"""Reading M3U playlists as any program wrote them, and writing them, always in UTF-8 (M3U8)."""

from __future__ import annotations

import codecs
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from musicsim.base.addresses import path_of_address
from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.writing import write_text
from musicsim.library.types import Track

M3U_SUFFIXES = frozenset({".m3u", ".m3u8"})
"""Lower-case suffixes with their dot."""

_LARGEST = 64 * 2**20
"""Bytes: some hundred thousand entries."""
_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_NUMBER = re.compile(r"\s*\d{1,9}(?:\.\d+)?")


class PlaylistFileError(MusicsimError):
    """A playlist file can't be read or written."""


@dataclass(frozen=True, slots=True)
class M3UEntry:
    """A file that a playlist lists."""

    path: Path
    """Absolute."""
    title: str = ""
    """What the playlist calls it, often "Artist - Title"; empty where it says nothing."""
    seconds: float | None = None
    """How long the playlist says it is."""


@dataclass(frozen=True, slots=True)
class M3U:
    """What a playlist file says."""

    name: str
    """The file's where it says none."""
    entries: tuple[M3UEntry, ...]
    elsewhere: int = 0
    """How many entries are no files of this computer, such as radio stations, and were left out."""


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
    """Read a playlist's name (the file's where it says none) and the files it lists; see `read_playlist`."""
    playlist = read_playlist(file)
    return playlist.name, [entry.path for entry in playlist.entries]


def read_playlist(file: Path) -> M3U:
    """Read a playlist that any program wrote.

    Lines are UTF-8; one that is not is taken as the bytes of a file's name where there is such a file, else as
    Windows-1252, as old players wrote it. Where no file has the name as it stands, one is looked for whose name has
    slashes for backslashes, percent-encoding resolved, or accents composed in another way, and from the folder that
    the playlist's folder is a link to.

    Raises
    ------
    PlaylistFileError
        If the file can't be read.
    """
    bases = _bases(file)
    name, title, seconds = file.stem, "", None
    entries: list[M3UEntry] = []
    elsewhere = 0
    for line, raw in _lines(file):
        if line.startswith("#PLAYLIST:"):
            name = line.removeprefix("#PLAYLIST:").strip() or name
        elif line.startswith("#EXTINF:"):
            title, seconds = _information(line.removeprefix("#EXTINF:"))
        if not line or line.startswith("#"):
            continue
        path = path_of_address(line)
        if path is None and "://" in line:
            elsewhere += 1
        else:
            entries.append(M3UEntry(path or _find(bases, line, raw), title, seconds))
        title, seconds = "", None
    return M3U(name, tuple(entries), elsewhere)


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """Each line of a playlist as text, and as its bytes make a file's name."""
    try:
        if file.stat().st_size > _LARGEST:
            raise PlaylistFileError(f"{display_path(file)} is too large for a playlist.")
        data = file.read_bytes()
    except OSError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be read ({error.strerror or error})."
        ) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    if b"\0" in data:
        raise PlaylistFileError(f"{display_path(file)} is not a playlist: it holds binary data.")
    # Split before it is decoded: the other line breaks of Unicode, and of Windows-1252, may stand in names.
    for line in _LINE_BREAK.split(data.removeprefix(codecs.BOM_UTF8)):
        line = line.strip(b" \t")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("cp1252", "replace")
        yield text, os.fsdecode(line)


def _information(text: str) -> tuple[str, float | None]:
    """The title and the seconds of what follows "#EXTINF:", such as "61,Artist - Title"."""
    before, _, title = text.partition(",")
    number = _NUMBER.match(before)
    seconds = float(number[0]) if number else 0.0
    return title.strip(), seconds if seconds > 0 else None


def _bases(file: Path) -> list[Path]:
    """The folders that a playlist's relative paths may start from, the likelier first."""
    # A playlist may itself be a link to one that lies beside its music.
    folders = [file.parent.absolute(), file.parent.resolve(), file.resolve().parent]
    return list(dict.fromkeys(folders))


def _find(bases: Sequence[Path], line: str, raw: str) -> Path:
    """The file that a line names, by the first reading of it that finds one."""
    plain = line if os.sep == "\\" else line.replace("\\", "/")
    readings = [line, raw, plain]
    if "%" in plain:
        readings.append(os.fsdecode(unquote_to_bytes(plain)))
    readings += [unicodedata.normalize(form, plain) for form in ("NFC", "NFD")]
    for reading in dict.fromkeys(readings):
        for base in bases:
            path = _below(base, reading)
            if os.path.lexists(path):
                return path
    return _below(bases[0], plain)


def _below(base: Path, name: str) -> Path:
    return Path(os.path.normpath(base / name))


def _one_line(text: str) -> str:
    return display_path(text).strip()
