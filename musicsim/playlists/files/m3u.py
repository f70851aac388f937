"""Reading M3U playlists of any program, and writing them, always in UTF-8 (M3U8)."""

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
from musicsim.base.errors import display_path
from musicsim.base.writing import write_text
from musicsim.library.types import Track
from musicsim.playlists.files.reading import PlaylistFileError, read_bytes

M3U_SUFFIXES = frozenset({".m3u", ".m3u8"})
"""Lower-case suffixes with their dot."""

_MOST_ENTRIES = 100_000
_LONGEST_LINE = 32 * 2**10
"""Bytes: more than any path has."""
_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_NUMBER = re.compile(r"\s*\d{1,9}(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class M3UEntry:
    """A file listed in a playlist."""

    path: Path
    """Absolute."""
    title: str = ""
    """Its title in the playlist, often "Artist - Title"; empty if missing."""
    seconds: float | None = None
    """Its length according to the playlist, in seconds."""


@dataclass(frozen=True, slots=True)
class M3U:
    """The content of a playlist file."""

    name: str
    """The playlist's name, else the file's."""
    entries: tuple[M3UEntry, ...]
    elsewhere: int = 0
    """The number of entries left out because they are not files on this computer, such as radio stations."""


def write_m3u(file: Path, tracks: Sequence[Track], *, name: str, absolute: bool = False) -> None:
    """Write a playlist; the file appears complete or not at all.

    Parameters
    ----------
    file
        The target; an existing file is replaced.
    tracks
        The tracks, in order.
    name
        The playlist's name, for players that show it.
    absolute
        Write absolute paths. By default they are relative to the playlist, so that it can move together with the music.
        A track on another drive always gets an absolute path.

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
    """Return the line by which a player finds a file, relative to the folder `base` if there is one and it is possible.

    Most names are written unchanged. A name that would be misread becomes a percent-encoded `file:` address, which is
    absolute. These are names with a line break, a space at an end, or bytes that are not text, and names in which a
    player that expects addresses would see an escape or a fragment.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100 (keeps a link that the listener chose)
    text = target.as_posix()
    if not text.isprintable() or text != text.strip() or any(mark in text for mark in "%#?\\"):
        return target.as_uri()
    if base is not None:
        try:
            # ".." in a linked folder leads out of the link's target.
            here = base.absolute()
            if (real := here.resolve()) != here:
                here, target = real, target.resolve()
            relative = Path(os.path.relpath(target, here)).as_posix()
        except ValueError:  # another drive
            return str(target)
        # A line that begins with "#" is a comment, and "x:" might be an address.
        return f"./{relative}" if relative[0] in "#-" or ":" in relative else relative
    return str(target)


def read_m3u(file: Path) -> tuple[str, list[Path]]:
    """Read a playlist's name (else the file's) and the files it lists; see `read_playlist`."""
    playlist = read_playlist(file)
    return playlist.name, [entry.path for entry in playlist.entries]


def read_playlist(file: Path) -> M3U:
    """Read a playlist written by any program.

    Lines are UTF-8. Otherwise the bytes are a file's name if that file exists, else Windows-1252, as in old players. If
    no file has the exact name, other readings are tried: slashes for backslashes, percent-encoding resolved, or accents
    composed differently. Relative names are also tried from the target of a linked folder.

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
        if len(entries) + elsewhere >= _MOST_ENTRIES:
            # Each is looked for, in several ways: ten megabytes of short lines would take minutes and gigabytes.
            raise PlaylistFileError(
                f"{display_path(file)} has more than {_MOST_ENTRIES:,} entries: split it, if it is a playlist."
            )
        path = path_of_address(line)
        if path is None and "://" in line:
            elsewhere += 1
        else:
            entries.append(M3UEntry(path or _find(bases, line, raw), title, seconds))
        title, seconds = "", None
    return M3U(name, tuple(entries), elsewhere)


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield each line of a playlist as text, and as a file name with the same bytes."""
    data = read_bytes(file)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    if b"\0" in data:
        raise PlaylistFileError(f"{display_path(file)} is not a playlist: it holds binary data.")
    # Split before decoding, since names may contain the other line breaks of Unicode and Windows-1252.
    for line in _LINE_BREAK.split(data.removeprefix(codecs.BOM_UTF8)):
        line = line.strip(b" \t")[:_LONGEST_LINE]
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("cp1252", "replace")
        yield text, os.fsdecode(line)


def _information(text: str) -> tuple[str, float | None]:
    """Return the title and the seconds in the text after "#EXTINF:", such as "61,Artist - Title"."""
    before, _, title = text.partition(",")
    number = _NUMBER.match(before)
    seconds = float(number[0]) if number else 0.0
    return title.strip(), seconds if seconds > 0 else None


def _bases(file: Path) -> list[Path]:
    """Return the folders that a playlist's relative paths may start from, the likelier first."""
    # The playlist may be a link to one beside its music.
    folders = [file.parent.absolute(), file.parent.resolve(), file.resolve().parent]
    return list(dict.fromkeys(folders))


def _find(bases: Sequence[Path], line: str, raw: str) -> Path:
    """Return the file that a line names, by the first reading that finds one."""
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
