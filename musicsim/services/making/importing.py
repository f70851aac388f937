"""Importing playlist files: the library's tracks of their entries, found by their place or by their tags."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from musicsim.base.addresses import is_address, paths_in_address
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.library.types import MissingEntry, Track
from musicsim.playlists.files.entries import LostEntry
from musicsim.playlists.files.reading import PlaylistEntry, read_playlist
from musicsim.playlists.rules.artists import artist_key, credit_key
from musicsim.playlists.rules.key_words import key_words
from musicsim.playlists.rules.versions import song_title
from musicsim.services.making.path_ends import PathMatcher, is_as_long, only_present

_DASH = re.compile(r"\s+[-–—]\s+")
_WHOLE_PATH = re.compile(r"[/\\]|[A-Za-z]:[/\\]")


class FoundBy(enum.Enum):
    """How the track of an entry was found."""

    PLACE = "place"
    """By its path or address, or by the end of it."""
    TAGS = "tags"
    """By artist, title and length, which fit one track only."""


@dataclass(frozen=True, slots=True)
class ImportedTrack:
    """An entry with its track; `position` is its place among all entries of the playlist, from 0."""

    position: int
    track: Track
    by: FoundBy


@dataclass(frozen=True, slots=True)
class NotFound:
    """An entry without a track.

    Attributes
    ----------
    entry
        What is known of it, to be kept: its location is absolute if the playlist's folder tells where it would be.
    written
        Its name as it is written in the playlist.
    is_there
        Whether there is such a file, which is not in the library.
    """

    entry: LostEntry
    written: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class ImportedPlaylist:
    """The content of a playlist file, as the library knows it.

    Attributes
    ----------
    name
        The playlist's name.
    tracks
        The entries that are in the library, in order.
    not_found
        Those that are not, in order.
    elsewhere
        Addresses that are no files, such as radio stations.
    """

    name: str
    tracks: tuple[ImportedTrack, ...]
    not_found: tuple[NotFound, ...]
    elsewhere: tuple[str, ...]

    @property
    def entries(self) -> list[int | MissingEntry]:
        """The tracks' ids, and what is known of the entries that are not in the library, in order."""
        placed: list[tuple[int, int | MissingEntry]] = [
            (each.position, each.track.id) for each in self.tracks
        ]
        placed += [(each.entry.position, _missing(each.entry)) for each in self.not_found]
        return [entry for _, entry in sorted(placed, key=lambda one: one[0])]


class TagMatcher:
    """Finds the one track of a library that an entry of a playlist means by its artist, title and length.

    Parameters
    ----------
    tracks
        All tracks of the library.
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._tracks = [track for track in tracks if track.tags.title]
        self._by_title: dict[str, list[Track]] = {}
        self._by_song: dict[str, list[Track]] = {}
        for track in self._tracks:
            self._by_title.setdefault(key_words(track.tags.title), []).append(track)

    def find(self, entry: LostEntry) -> Track | None:
        """Return the track of an entry; None if there is none, or more than one fits.

        Case, accents, punctuation and guests don't matter. Lengths may differ by some seconds. Another version of the
        song, such as "(2011 remaster)", fits only if both lengths are known. The title may come before the artist.
        """
        written = list(_readings(entry))
        swapped = [(title, artist) for artist, title in written]
        for readings in (written, swapped):
            fitting = {
                track.id: track
                for artist, title in readings
                for track in self._by_title.get(key_words(title), ())
                if _is_by(track, artist) and is_as_long(track, entry.duration) is not False
            }
            if not fitting and entry.duration is not None:
                fitting = {
                    track.id: track
                    for artist, title in readings
                    for track in self._songs().get(song_title(title), ())
                    if _is_by(track, artist) and is_as_long(track, entry.duration)
                }
            if fitting:
                return only_present(fitting.values())
        return None

    def _songs(self) -> dict[str, list[Track]]:
        if not self._by_song:
            for track in self._tracks:
                if song := song_title(track.tags.title):
                    self._by_song.setdefault(song, []).append(track)
        return self._by_song


def import_playlist(file: Path, catalogue: Catalogue) -> ImportedPlaylist:
    """Read a playlist file, and find the tracks of its entries; blocks, and stores nothing.

    Raises
    ------
    PlaylistFileError
        If the file can't be read.
    """
    known = KnownFiles(catalogue)
    read = read_playlist(
        file,
        catalogue.folders.all(),
        # A disk that is not connected now holds tracks all the same.
        lambda path: os.path.lexists(path) or known.track_at(path) is not None,
    )
    tracks: list[ImportedTrack] = []
    lost: list[NotFound] = []
    for entry in read.entries:
        track = known.track_at(entry.path)
        if track is not None:
            tracks.append(ImportedTrack(entry.position, track, FoundBy.PLACE))
        else:
            lost.append(_not_found(entry))
    lost += [
        NotFound(other, other.location or _name(other), is_there=False) for other in read.others
    ]
    library = catalogue.tracks.all() if lost else ()
    paths, tags = PathMatcher(library), TagMatcher(library)
    not_found: list[NotFound] = []
    elsewhere: list[str] = []
    for each in sorted(lost, key=lambda one: one.entry.position):
        if (track := _by_its_end(paths, each.written, each.entry)) is not None:
            tracks.append(ImportedTrack(each.entry.position, track, FoundBy.PLACE))
        elif (track := tags.find(each.entry)) is not None:
            tracks.append(ImportedTrack(each.entry.position, track, FoundBy.TAGS))
        elif _is_station(each.entry):
            elsewhere.append(each.written)
        else:
            not_found.append(each)
    tracks.sort(key=lambda one: one.position)
    return ImportedPlaylist(read.name, tuple(tracks), tuple(not_found), tuple(elsewhere))


def find_missing_entries(catalogue: Catalogue) -> int:
    """Turn missing entries of kept playlists into the tracks that fit by path or tags; return how many."""
    if not catalogue.playlists.count_missing():
        return 0
    library = catalogue.tracks.all()
    paths, tags = PathMatcher(library), TagMatcher(library)
    found = 0
    for playlist_id, entry in catalogue.playlists.missing_entries():
        place = os.fspath(entry.path)
        wanted = LostEntry(entry.position, place, entry.title, entry.artist, entry.duration)
        # Where a sound was that is known, there may be another by now.
        track = None if entry.fingerprint else _by_its_end(paths, place, wanted)
        if (track := track or tags.find(wanted)) is not None:
            found += catalogue.playlists.resolve(playlist_id, entry.id, track.id)
    return found


def _by_its_end(paths: PathMatcher, written: str, entry: LostEntry) -> Track | None:
    """Return the track that the end of an entry's path means, if it has a path."""
    is_elsewhere = is_address(written) and not paths_in_address(written)
    return None if is_elsewhere else paths.find(written, entry.duration)


def _missing(entry: LostEntry) -> MissingEntry:
    # Of a title without a file, the title stands where the path would.
    path = Path(entry.location or entry.title)
    return MissingEntry(path, entry.title, entry.artist, duration=entry.duration)


def _not_found(entry: PlaylistEntry) -> NotFound:
    written = entry.lost or os.fspath(entry.path)
    is_whole = is_address(written) or _WHOLE_PATH.match(written)
    missing = LostEntry(
        entry.position,
        written if is_whole else os.fspath(entry.path),
        entry.title.removeprefix(f"{entry.artist} - ") if entry.artist else entry.title,
        entry.artist,
        entry.seconds,
    )
    return NotFound(_apart(missing), written, is_there=not entry.lost)


def _apart(entry: LostEntry) -> LostEntry:
    """Return an entry with its title "Artist - Title" taken apart, if that is not ambiguous."""
    parts = _DASH.split(entry.title)
    if entry.artist or len(parts) != 2 or not all(parts):
        return entry
    return replace(entry, artist=parts[0], title=parts[1])


def _readings(entry: LostEntry) -> Iterator[tuple[str, str]]:
    """Yield the artists and titles that an entry may mean."""
    if entry.artist:
        yield entry.artist, entry.title
        return
    for dash in _DASH.finditer(entry.title):
        yield entry.title[: dash.start()], entry.title[dash.end() :]


def _is_by(track: Track, artist: str) -> bool:
    wanted = credit_key(artist)
    if not wanted:
        return False
    return wanted in (
        artist_key(track),
        credit_key(track.tags.artist),
        credit_key(track.tags.album_artist),
    )


def _is_station(entry: LostEntry) -> bool:
    """Return whether an entry is an address without a length, or nothing at all."""
    if entry.location:
        return (
            is_address(entry.location)
            and entry.location[:5].casefold() != "file:"
            and (entry.duration is None)
        )
    return not entry.title


def _name(entry: LostEntry) -> str:
    return f"{entry.artist} - {entry.title}" if entry.artist else entry.title
