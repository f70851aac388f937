"""What a list can be made from, by a few typed letters: artists, albums, genres, playlists and tracks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from musicsim.base.errors import MusicsimError
from musicsim.library.query.folding import fold
from musicsim.library.query.genres import genres_in
from musicsim.library.types import Playlist, Track
from musicsim.services.making.seeds import Seed, SeedKind, Seeds

_MOST = {
    SeedKind.ARTIST: 4,
    SeedKind.ALBUM: 4,
    SeedKind.GENRE: 3,
    SeedKind.PLAYLIST: 3,
    SeedKind.TRACK: 8,
}
"""Suggestions of each kind, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something whose name fits what was typed.

    Attributes
    ----------
    kind
        What it is.
    name
        Its name.
    detail
        What tells it from others of this name: an artist, or empty.
    of
        A track of it or, of a playlist, its id.
    count
        The number of its tracks.
    """

    kind: SeedKind
    name: str
    detail: str
    of: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class _Entry:
    folded: str
    suggestion: Suggestion


class Suggestions:
    """Names of a library, folded once, so that each letter is answered at once.

    Parameters
    ----------
    tracks
        The library.
    playlists
        The kept playlists.
    """

    def __init__(self, tracks: Iterable[Track], playlists: Iterable[Playlist] = ()) -> None:
        artists: dict[str, list[tuple[str, int]]] = {}
        albums: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
        genres: dict[str, list[tuple[str, int]]] = {}
        self._entries: dict[SeedKind, list[_Entry]] = {kind: [] for kind in _MOST}
        for track in tracks:
            tags = track.tags
            title = fold(f"{track.title} {track.artist}")
            self._add(title, Suggestion(SeedKind.TRACK, track.title, track.artist, track.id))
            if track.artist:
                artists.setdefault(fold(track.artist), []).append((track.artist, track.id))
            if tags.album:
                owner = tags.album_artist or tags.artist
                key = (fold(tags.album), fold(tags.album_artist))
                albums.setdefault(key, []).append((tags.album, owner, track.id))
            for genre in genres_in(tags.genre):
                genres.setdefault(genre, []).append((tags.genre, track.id))
        for folded, named in artists.items():
            name, first = named[0]
            self._add(folded, Suggestion(SeedKind.ARTIST, name, "", first, len(named)))
        for (folded, _), titled in albums.items():
            name, owner, first = titled[0]
            owner = owner if len({fold(each[1]) for each in titled}) == 1 else ""
            suggestion = Suggestion(SeedKind.ALBUM, name, owner, first, len(titled))
            self._add(f"{folded} {fold(owner)}", suggestion)
        for folded, tagged in genres.items():
            # As it is written in a tag that holds nothing else.
            name = next((name for name, _ in tagged if fold(name).strip() == folded), folded)
            self._add(folded, Suggestion(SeedKind.GENRE, name, "", tagged[0][1], len(tagged)))
        for playlist in playlists:
            if count := len(playlist.track_ids):
                suggestion = Suggestion(SeedKind.PLAYLIST, playlist.name, "", playlist.id, count)
                self._add(fold(playlist.name), suggestion)

    def find(self, text: str) -> list[Suggestion]:
        """Return what fits a text, by kind and, of each kind, the best first; nothing for an empty one."""
        words = fold(text).split()
        if not words:
            return []
        return [
            entry.suggestion
            for kind, most in _MOST.items()
            for entry in nsmallest(most, self._fitting(kind, words), key=_rank_by(words))
        ]

    def _fitting(self, kind: SeedKind, words: Sequence[str]) -> Iterator[_Entry]:
        for entry in self._entries[kind]:
            if all(word in entry.folded for word in words):
                yield entry

    def _add(self, folded: str, suggestion: Suggestion) -> None:
        self._entries[suggestion.kind].append(_Entry(folded, suggestion))


def seed_of(suggestion: Suggestion, seeds: Seeds, playlists: Sequence[Playlist]) -> Seed:
    """Return the seed that a suggestion names; `MusicsimError` if it is not in the library any more."""
    match suggestion.kind:
        case SeedKind.ARTIST:
            return seeds.artist_of(suggestion.of)
        case SeedKind.ALBUM:
            return seeds.album_of(suggestion.of)
        case SeedKind.GENRE:
            return seeds.genre(suggestion.name)
        case SeedKind.PLAYLIST:
            for playlist in playlists:
                if playlist.id == suggestion.of:
                    return seeds.playlist(playlist)
            raise MusicsimError(f"There is no playlist “{suggestion.name}” any more.")
        case _:
            return seeds.track(suggestion.of)


def _rank_by(words: Sequence[str]) -> Callable[[_Entry], tuple[int, int, str]]:
    """Return a key that puts names first that begin with the text, then those of which a word does."""
    text = " ".join(words)

    def rank(entry: _Entry) -> tuple[int, int, str]:
        name = entry.folded
        place = 0 if name.startswith(text) else 1 if f" {words[0]}" in name else 2
        return place, len(name), name

    return rank
