"""The listener's likes and bans: of a track, of its album and of its artist."""

from __future__ import annotations

from dataclasses import replace

from musicsim.base.errors import MusicsimError, display_path
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import NamedOpinion, Opinion, Subject, TrackOpinion
from musicsim.library.query.folding import fold
from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, album_title_key, artist_key, credit_key
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.nobody import is_nobody
from musicsim.playlists.rules.rules import Rules


class Opinions:
    """Stores and applies opinions; every method blocks while it uses the catalogue.

    Parameters
    ----------
    catalogue
        Where they are stored.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._store = catalogue.opinions

    def tracks(self, opinion: Opinion) -> frozenset[int]:
        """Return the tracks that this opinion is about; see `OpinionStore.tracks`."""
        return self._store.tracks(opinion)

    def bans(self) -> Bans:
        """Return everything that is banned."""
        named = [each for each in self._store.named() if each.opinion is Opinion.BANNED]
        banned = self._store.tracks(Opinion.BANNED)
        return Bans(
            banned | self._store.named_tracks(Opinion.BANNED) if named else banned,
            frozenset(each.key[0] for each in named if each.subject is Subject.ARTIST),
            frozenset(
                (each.key[0], each.key[1]) for each in named if each.subject is Subject.ALBUM
            ),
        )

    def added_to(self, rules: Rules) -> Rules:
        """Return rules with everything that is banned."""
        return replace(rules, bans=self.bans())

    def all(self) -> list[TrackOpinion | NamedOpinion]:
        """Return every opinion, the last one first."""
        every: list[TrackOpinion | NamedOpinion] = [*self._store.of_tracks(), *self._store.named()]
        return sorted(every, key=lambda each: each.since, reverse=True)

    def set(self, track_id: int, subject: Subject, opinion: Opinion) -> str:
        """Store the opinion about a track, its album or its artist, in place of the earlier one.

        Returns
        -------
        The name of what it is about.

        Raises
        ------
        MusicsimError
            If the track has left the library, or its tags don't name the album or artist.
        """
        track = self._track(track_id)
        if subject is Subject.TRACK:
            self._store.set_track(track_id, opinion)
            return track.name
        key, name = _named(track, subject)
        with self._catalogue.transaction():
            for earlier in self._about(track, subject):
                self._store.forget_named(subject, earlier.key)
            self._store.set_named(
                subject, key, name, opinion, track_ids=self._tracks_of_album(track, subject)
            )
        return name

    def withdraw(self, track_id: int, subject: Subject, opinion: Opinion) -> list[str]:
        """Delete the opinion about a track, its album or its artist.

        Returns
        -------
        The names of what it was about; empty if there was no such opinion.
        """
        track = self._track(track_id)
        if subject is Subject.TRACK:
            if track_id not in self._store.tracks(opinion):
                return []
            self._store.forget_track(track_id)
            return [track.name]
        about = [each for each in self._about(track, subject) if each.opinion is opinion]
        for each in about:
            self._store.forget_named(subject, each.key)
        return [each.name for each in about]

    def withdraw_named(self, opinion: NamedOpinion) -> None:
        """Delete the opinion about an album or an artist, of which the library need not have a track any more."""
        self._store.forget_named(opinion.subject, opinion.key)

    def on(self, track_id: int) -> list[NamedOpinion]:
        """Return the opinions about a track's album and artist."""
        track = self._track(track_id)
        return [*self._about(track, Subject.ALBUM), *self._about(track, Subject.ARTIST)]

    def tracks_named(self, subject: Subject, text: str) -> list[Track]:
        """Return a track of each album of this title, or of each artist of this name."""
        if subject is Subject.ALBUM:
            ids = self._of_albums(album_title_key(text))
        else:
            name, key, artists = fold(text), credit_key(text), self._catalogue.tracks.by_artist()
            spelled = [artist for artist in artists if fold(artist) == name]
            same = spelled or [artist for artist in artists if key and credit_key(artist) == key]
            ids = [track_id for artist in same for track_id in artists[artist]]
        one_each: dict[tuple[str, ...], Track] = {}
        for track in self._catalogue.tracks.by_id(ids):
            if (keyed := _key(track, subject)) is not None:
                one_each.setdefault(keyed, track)
        return list(one_each.values())

    def named(self, subject: Subject, text: str) -> list[NamedOpinion]:
        """Return the opinions about the albums of this title, or about the artists of this name."""
        key = album_title_key(text) if subject is Subject.ALBUM else credit_key(text)
        return [
            each
            for each in self._store.named()
            if each.subject is subject and (each.key[-1] == key or fold(each.name) == fold(text))
        ]

    def _track(self, track_id: int) -> Track:
        for track in self._catalogue.tracks.by_id([track_id]):
            return track
        raise MusicsimError("This track is not in the library any more: choose another one.")

    def _about(self, track: Track, subject: Subject) -> list[NamedOpinion]:
        """Return the opinions about a track's album or artist, by its tags, or by what they were."""
        key = _key(track, subject)
        known_by = self._store.named_of_track(track.id)
        return [
            each
            for each in self._store.named()
            if each.subject is subject and (each.key == key or each in known_by)
        ]

    def _tracks_of_album(self, track: Track, subject: Subject) -> list[int]:
        key = album_key(track)
        if subject is not Subject.ALBUM or key is None:
            return []
        tracks = self._catalogue.tracks.by_id(self._of_albums(key[1]))
        return [other.id for other in tracks if album_key(other) == key]

    def _of_albums(self, title: str) -> list[int]:
        """Return the tracks of all albums whose title has this key; none for an empty one."""
        albums = self._catalogue.tracks.by_album()
        titled = [album for album in albums if title and album_title_key(album) == title]
        return [track_id for album in titled for track_id in albums[album]]


def _key(track: Track, subject: Subject) -> tuple[str, ...] | None:
    if subject is Subject.ALBUM:
        return album_key(track)
    artist = artist_key(track)
    return (artist,) if artist else None


def _named(track: Track, subject: Subject) -> tuple[tuple[str, ...], str]:
    """Return the key and the name of a track's album or artist."""
    key = _key(track, subject)
    if key is None:
        raise MusicsimError(
            f"{display_path(track.path)}: the tags name no {subject.value}. Choose the track alone."
        )
    if subject is Subject.ARTIST:
        return key, _artist_name(track, key[0])
    owner = track.tags.album_artist
    if is_nobody(owner):
        owner = _artist_name(track, key[0]) if key[0] and key[0] == artist_key(track) else ""
    return key, f"{owner} - {track.tags.album}" if owner else track.tags.album


def _artist_name(track: Track, key: str) -> str:
    """Return the name of a track's main artist, without guests."""
    tags = track.tags
    credited = [
        name for name in (track.first_artist, tags.artist, tags.album_artist) if not is_nobody(name)
    ]
    for credit in credited:
        words = credit.split()
        for count in range(1, len(words) + 1):
            name = " ".join(words[:count]).rstrip(",;")
            if credit_key(name) == key:
                return name
    # A name with a sign that could announce a guest, such as Simon & Garfunkel.
    return credited[0]
