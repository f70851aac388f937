"""The listener's likes and bans: of a track, of its album and of its artist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, OpinionsChanged
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import NamedOpinion, Opinion, Subject, TrackOpinion
from musicsim.library.query.folding import fold
from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, album_title_key, artist_key, credit_key
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.nobody import is_nobody


@dataclass(frozen=True, slots=True)
class StoredOpinion:
    """An opinion, with the name of what it is about.

    Attributes
    ----------
    subject, opinion, name, since
        As for `NamedOpinion`.
    track
        The track that it is about, if it is about one.
    key
        The key of the album or artist; empty for a track.
    """

    subject: Subject
    opinion: Opinion
    name: str
    since: float
    track: Track | None = None
    key: tuple[str, ...] = ()


class Opinions:
    """Stores and applies opinions; every method blocks while it uses the catalogue.

    Parameters
    ----------
    catalogue
        Where they are stored.
    events
        Receives `OpinionsChanged`.
    """

    def __init__(self, catalogue: Catalogue, events: Events | None = None) -> None:
        self._catalogue = catalogue
        self._store = catalogue.opinions
        self._events = events or Events()

    def tracks(self, opinion: Opinion) -> frozenset[int]:
        """Return the tracks that this opinion is about; see `OpinionStore.tracks`."""
        return self._store.tracks(opinion)

    def bans(self) -> Bans:
        """Return everything that is banned; `BannedTracks` also knows other files of it."""
        named = [each for each in self._store.named() if each.opinion is Opinion.BANNED]
        banned = self._store.tracks(Opinion.BANNED)
        return Bans(
            banned | self._store.named_tracks(Opinion.BANNED) if named else banned,
            frozenset(each.key[0] for each in named if each.subject is Subject.ARTIST),
            frozenset(
                (each.key[0], each.key[1]) for each in named if each.subject is Subject.ALBUM
            ),
        )

    def all(self) -> list[TrackOpinion | NamedOpinion]:
        """Return every opinion, the last one first."""
        every: list[TrackOpinion | NamedOpinion] = [*self._store.of_tracks(), *self._store.named()]
        return sorted(every, key=lambda each: each.since, reverse=True)

    def listed(self) -> list[StoredOpinion]:
        """Return every opinion with a name for people, the last one first."""
        stored = self.all()
        ids = [each.track_id for each in stored if isinstance(each, TrackOpinion)]
        tracks = {track.id: track for track in self._catalogue.tracks.by_id(ids)}
        found = []
        for each in stored:
            if isinstance(each, NamedOpinion):
                about = each.subject, each.opinion, each.name, each.since
                found.append(StoredOpinion(*about, key=each.key))
            elif (track := tracks.get(each.track_id)) is not None:
                about = Subject.TRACK, each.opinion, track.name, each.since
                found.append(StoredOpinion(*about, track=track))
        return found

    def remove(self, opinions: Iterable[StoredOpinion]) -> None:
        """Delete opinions, of whose albums and artists the library need not have a track any more."""
        with self._catalogue.transaction():
            for each in opinions:
                if each.track is not None:
                    self._store.forget_track(each.track.id)
                else:
                    self._store.forget_named(each.subject, each.key)
        self._events.emit(OpinionsChanged())

    def bring_back(self, opinions: Iterable[StoredOpinion]) -> None:
        """Store opinions again that were deleted."""
        # The last one first, as they are listed.
        with self._catalogue.transaction():
            for each in reversed(list(opinions)):
                if each.track is not None:
                    self._store.set_track(each.track.id, each.opinion, since=each.since)
                else:
                    self._store.set_named(
                        each.subject,
                        each.key,
                        each.name,
                        each.opinion,
                        track_ids=self._tracks_with(each.subject, each.key),
                        since=each.since,
                    )
        self._events.emit(OpinionsChanged())

    def set_tracks(self, wanted: Mapping[int, Opinion | None]) -> None:
        """Store what the listener thinks of tracks; None deletes an opinion."""
        with self._catalogue.transaction():
            for track_id, opinion in wanted.items():
                if opinion is None:
                    self._store.forget_track(track_id)
                else:
                    self._store.set_track(track_id, opinion)
        self._events.emit(OpinionsChanged())

    def about(self, track_ids: Iterable[int], subject: Subject) -> list[StoredOpinion]:
        """Return the opinions about the albums or artists of tracks, each once."""
        found: dict[tuple[str, ...], StoredOpinion] = {}
        for track in self._one_each(track_ids, subject):
            for each in self._about(track, subject):
                about = each.subject, each.opinion, each.name, each.since
                found[each.key] = StoredOpinion(*about, key=each.key)
        return list(found.values())

    def names(self, track_ids: Iterable[int], subject: Subject) -> list[str]:
        """Return the names of the albums or artists of tracks, each once; none of those that the tags don't name."""
        return [_named(track, subject)[1] for track in self._one_each(track_ids, subject)]

    def set_all(self, track_ids: Iterable[int], subject: Subject, opinion: Opinion) -> list[str]:
        """Store the opinion about the albums or artists of tracks, each once; return their names."""
        tracks = self._one_each(track_ids, subject)
        with self._catalogue.transaction():
            names = [self._set_named(track, subject, opinion) for track in tracks]
        self._events.emit(OpinionsChanged())
        return names

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
            name = track.name
        else:
            name = self._set_named(track, subject, opinion)
        self._events.emit(OpinionsChanged())
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
            self._events.emit(OpinionsChanged())
            return [track.name]
        about = [each for each in self._about(track, subject) if each.opinion is opinion]
        for each in about:
            self._store.forget_named(subject, each.key)
        self._events.emit(OpinionsChanged())
        return [each.name for each in about]

    def withdraw_named(self, opinion: NamedOpinion) -> None:
        """Delete the opinion about an album or an artist, of which the library need not have a track any more."""
        self._store.forget_named(opinion.subject, opinion.key)
        self._events.emit(OpinionsChanged())

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
        return self._one_each(ids, subject)

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

    def _set_named(self, track: Track, subject: Subject, opinion: Opinion) -> str:
        key, name = _named(track, subject)
        with self._catalogue.transaction():
            for earlier in self._about(track, subject):
                self._store.forget_named(subject, earlier.key)
            self._store.set_named(
                subject, key, name, opinion, track_ids=self._tracks_with(subject, key)
            )
        return name

    def _one_each(self, track_ids: Iterable[int], subject: Subject) -> list[Track]:
        """Return the first of the tracks with each album or artist."""
        found: dict[tuple[str, ...], Track] = {}
        for track in self._catalogue.tracks.by_id(track_ids):
            if (key := _key(track, subject)) is not None:
                found.setdefault(key, track)
        return list(found.values())

    def _tracks_with(self, subject: Subject, key: tuple[str, ...]) -> list[int]:
        """Return the tracks by which an album stays known; none for an artist."""
        if subject is not Subject.ALBUM:
            return []
        tracks = self._catalogue.tracks.by_id(self._of_albums(key[1]))
        return [track.id for track in tracks if album_key(track) == key]

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
