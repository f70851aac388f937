"""Writing playlists for other programs, in the format that the file's name tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from musicsim.base.errors import display_path
from musicsim.base.writing import write_bytes
from musicsim.library.types import Track
from musicsim.playlists.files.entries import PlaylistFileError, UnwritableError, WrittenEntry
from musicsim.playlists.files.formats import WrittenFormat, written_format
from musicsim.playlists.files.locations import Locations, PathStyle, Slashes

_AS_IT_IS = PathStyle()


def write_playlist(
    file: Path, tracks: Sequence[Track], *, name: str, style: PathStyle = _AS_IT_IS
) -> None:
    """Write a playlist; the file appears complete or not at all.

    Parameters
    ----------
    file
        The target; an existing file is replaced. Its suffix tells the format.
    tracks
        The tracks, in order.
    name
        The playlist's name, for players that show it.
    style
        The paths in it.

    Raises
    ------
    PlaylistFileError
        If the file can't be written.
    """
    content = playlist_bytes(file, tracks, name=name, style=style)
    try:
        write_bytes(file, content)
    except OSError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be written ({error.strerror or error}): choose another place."
        ) from error


def playlist_bytes(
    file: Path, tracks: Sequence[Track], *, name: str, style: PathStyle = _AS_IT_IS
) -> bytes:
    """Return the content that `write_playlist` writes."""
    how = written_format(file)
    _check(file, how, style)
    locations = Locations(file.parent, style)
    try:
        return how.to_bytes(name, [_entry(track, locations) for track in tracks])
    except UnwritableError as error:
        raise PlaylistFileError(f"{display_path(file)} can't be written: {error}.") from error


def _check(file: Path, how: WrittenFormat, style: PathStyle) -> None:
    if how.has_addresses and style.slashes is Slashes.BACK:
        raise PlaylistFileError(
            f"{display_path(file)} can't be written with backslashes: {how.name} holds addresses, which have forward "
            "slashes. Choose forward slashes, or .m3u8."
        )


def _entry(track: Track, locations: Locations) -> WrittenEntry:
    return WrittenEntry(
        locations.line(track.path),
        locations.address(track.path),
        track.title,
        track.artist,
        track.tags.album,
        track.tags.duration,
    )
