"""What a list is made from: tracks, artists, albums, genres and playlists."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import Subject
from musicsim.library.query.folding import fold
from musicsim.library.query.genres import genres_in, has_wildcards, is_in_group
from musicsim.library.types import Playlist, Track
from musicsim.playlists.rules.artists import album_key, album_title_key, artist_key, credit_key
from musicsim.services.opinions import Opinions

MOST_TRACKS = 400
"""Tracks of one seed that are read; of a larger one, they are spread evenly over it."""


class SeedKind(enum.StrEnum):
    """A kind of seed."""

    TRACK = "track"
    ARTIST = "artist"
    ALBUM = "album"
    GENRE = "genre"
    PLAYLIST = "playlist"


@dataclass(frozen=True, slots=True)
class Seed:
    """Something that a list is made from.

    Attributes
    ----------
    kind
        A single track is in the list; of the others, some tracks may be.
    name
        For people.
    track_ids
        Its tracks.
    weight
        Its share of a mix, compared to the others; below 0, the mix should not sound like it.
    """

    kind: SeedKind
    name: str
    track_ids: tuple[int, ...]
    weight: float = 1.0


class Seeds:
    """Finds the tracks of seeds in the catalogue; every method blocks while it reads.

    Parameters
    ----------
    catalogue
        The tracks and playlists.
    opinions
        Knows albums and artists by their names.
    """

    def __init__(self, catalogue: Catalogue, opinions: Opinions) -> None:
        self._catalogue = catalogue
        self._opinions = opinions

    def track(self, track_id: int) -> Seed:
        """Return a track as a seed; `MusicsimError` if it has left the library."""
        track = self._known(track_id)
        return Seed(SeedKind.TRACK, track.name, (track_id,))

    def artist_of(self, track_id: int) -> Seed:
        """Return all music of a track's main artist; `MusicsimError` if the tags name nobody."""
        track = self._known(track_id)
        key = artist_key(track)
        if not key:
            raise MusicsimError(f"“{track.title}” names no artist: choose the track alone.")
        # All whose credit begins with the same name, of which some may be a duo's.
        first = {credit_key(name) for name in (track.artist, track.first_artist) if name}
        artists = self._catalogue.tracks.by_artist()
        near = [i for name, ids in artists.items() if credit_key(name) in first for i in ids]
        tracks = self._catalogue.tracks.by_id({*near, track_id})
        ids = sorted(each.id for each in tracks if artist_key(each) == key)
        return Seed(SeedKind.ARTIST, track.first_artist or track.artist, tuple(ids))

    def album_of(self, track_id: int) -> Seed:
        """Return the album of a track; `MusicsimError` if the tags name none."""
        track = self._known(track_id)
        key = album_key(track)
        if key is None:
            raise MusicsimError(f"“{track.title}” names no album: choose the track alone.")
        albums = self._catalogue.tracks.by_album()
        near = [i for name, ids in albums.items() if album_title_key(name) == key[1] for i in ids]
        tracks = [each for each in self._catalogue.tracks.by_id(near) if album_key(each) == key]
        return Seed(SeedKind.ALBUM, track.tags.album, tuple(each.id for each in tracks))

    def genre(self, name: str) -> Seed:
        """Return all music of a genre, in which ``*`` and ``?`` are wildcards; `MusicsimError` if there is none."""
        group, folded = (name,), fold(name).strip()
        ids = [
            track_id
            for genre, tracks in self._catalogue.tracks.by_genre().items()
            if (is_in_group(genre, group) if has_wildcards(name) else folded in genres_in(genre))
            for track_id in tracks
        ]
        if not ids:
            raise MusicsimError(f"No track has the genre “{name}”: choose another one.")
        return Seed(SeedKind.GENRE, name, tuple(sorted(ids)))

    def playlist(self, playlist: Playlist) -> Seed:
        """Return a playlist as a seed; `MusicsimError` if it is empty."""
        if not playlist.track_ids:
            raise MusicsimError(f"The playlist “{playlist.name}” is empty: add tracks to it first.")
        return Seed(SeedKind.PLAYLIST, playlist.name, tuple(dict.fromkeys(playlist.track_ids)))

    def named(self, kind: SeedKind, text: str) -> list[Seed]:
        """Return the artists, albums, genres or playlists of a name, without case and accents; often one or none."""
        if kind is SeedKind.PLAYLIST:
            kept = self._catalogue.playlists.all()
            same = [each for each in kept if each.name == text]
            same = same or [each for each in kept if fold(each.name) == fold(text)]
            return [self.playlist(each) for each in same]
        if kind is SeedKind.GENRE:
            return [self.genre(text)]
        if kind is SeedKind.ARTIST:
            firsts = self._opinions.tracks_named(Subject.ARTIST, text)
            return [self.artist_of(track.id) for track in firsts]
        firsts = self._opinions.tracks_named(Subject.ALBUM, text)
        return [self.album_of(track.id) for track in firsts]

    def _known(self, track_id: int) -> Track:
        for track in self._catalogue.tracks.by_id([track_id]):
            return track
        raise MusicsimError("This track is not in the library any more: choose another one.")


def as_seeds(seeds: Sequence[int | Seed]) -> list[Seed]:
    """Return seeds, of which tracks may be given by their ids."""
    return [Seed(SeedKind.TRACK, "", (each,)) if isinstance(each, int) else each for each in seeds]


def contradiction(seeds: Sequence[Seed], less: Collection[int] = ()) -> str:
    """Return which of the seeds is both wanted and unwanted, and what can be done; empty if none is.

    To want a track, but not what else its artist or album sounds like, is no contradiction.

    Parameters
    ----------
    seeds
        Those with a weight of 0 or below are unwanted.
    less
        The ids of other tracks that are unwanted.
    """
    unwanted = [frozenset(seed.track_ids) for seed in seeds if seed.weight <= 0]
    tracks = frozenset(less).union(*(own for own in unwanted if len(own) == 1))
    for seed in seeds:
        own = frozenset(seed.track_ids)
        if seed.weight > 0 and own and (own in unwanted or own <= tracks):
            name = f"“{seed.name}”" if seed.name else "the same track"
            return f"A list can't sound both more and less like {name}: choose one of the two."
    return ""


def some_of(track_ids: tuple[int, ...]) -> tuple[int, ...]:
    """Return the tracks of a seed from which its points are taken: if there are many, some from everywhere in it."""
    if len(track_ids) <= MOST_TRACKS:
        return track_ids
    rows = np.linspace(0, len(track_ids) - 1, MOST_TRACKS).astype(int)
    return tuple(track_ids[row] for row in rows.tolist())
