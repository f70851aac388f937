"""Random libraries for hypothesis: odd tags, odd lengths, tracks at the same place, at opposite ones and nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from musicsim.library.query.filters import Filters
from musicsim.library.query.genres import is_in_group
from musicsim.library.types import Tags, Track, TrackState
from musicsim.playlists.neighbourhood import Candidate, Neighbourhood
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.chooser import NEAR_DUPLICATE_COSINE
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.playlists.rules.same_song import song_key
from musicsim.playlists.rules.season import is_out_of_season
from musicsim.playlists.rules.tempo_and_key import keys_match, tempo_change
from musicsim.similarity.space import Space, Vectors

TITLES = (
    "",
    "Halo",
    "Halo (Live)",
    "halo - 2011 Remaster",
    "Sun",
    "Sun, Pt. 2",
    "1",
    "?",
    "陽",
    "\u202eHalo",
)
ARTISTS = (
    *("", "Various Artists", "Unknown Artist", "<unknown>", "群星"),
    *("Ana", "ANA feat. Bob", "Bob & Ana", "The Beetles", "Beetles, The", "AC/DC", "Ana; Bob"),
)
ALBUMS = ("", "Hits", "Hits (Disc 2)", "hits", "Unknown Album", "Zwölf")
GENRES = ("", "Rock", "rock", "Hip-Hop/Rap", "Christmas", "Sound\u00adtrack", "Classical; Opera")
TEMPOS = (None, None, 0.0, 60.0, 120.0, 125.0, 1e6)
KEYS = ("", "Am", "C", "8A", "8B", "F#m", "o", "Ges-Dur")
WINDOWS = (Window(), Window(), Window(1), Window(3), Window(minutes=4), Window(2, 10), Window(99))
GENRE_GROUPS = ((), (("rock", "*rap*"),), (("classical",), ("rock",)), (("[",), ("*",)))
YEARS = (None, 0, 1, 1969, 1999, 2024, 9999)
DURATIONS = (None, 0.0, 0.4, 59.9, 60.0, 180.0, 200.5, 900.0, 901.0, 86_400.0, 1e9)
ADDED = (0.0, 1.0, 1_700_000_000.0, 4e9)

_Value = TypeVar("_Value")


@dataclass(frozen=True, eq=False)
class RandomLibrary(Neighbourhood):
    """Tracks and their points; a `Neighbourhood`.

    Attributes
    ----------
    tracks
        Their ids are neither rows nor in order.
    points
        Shape (N, D), of length 1 or, for a track of silence, 0.
    """

    tracks: tuple[Track, ...]
    points: Vectors

    def __repr__(self) -> str:
        """As hypothesis shows it: each track on a line with its point."""
        lines = zip(self.tracks, self.points.round(3).tolist(), strict=True)
        return "\n".join(f"{track.id}: {track.tags} in {track.file} at {at}" for track, at in lines)

    @property
    def by_id(self) -> Mapping[int, Track]:
        return {track.id: track for track in self.tracks}

    def point_of(self, track_id: int) -> Vectors:
        (point,) = [p for t, p in zip(self.tracks, self.points, strict=True) if t.id == track_id]
        return point

    def points_of(self, tracks: Iterable[Track]) -> Vectors:
        return np.array([self.point_of(track.id) for track in tracks]).reshape(
            -1, self.points.shape[1]
        )

    def stops(self, *rows: int) -> list[tuple[Track, Vectors]]:
        return [(self.tracks[row], self.points[row]) for row in rows]

    def candidates(self, point: Vectors) -> Iterator[Candidate]:
        """As `Finding.candidates`: the nearest first, and equally near ones by id; no missing ones."""
        cosines = self.points @ point
        ids = np.array([track.id for track in self.tracks])
        for row in np.lexsort((ids, -cosines)).tolist():
            if not self.tracks[row].missing:
                yield Candidate(self.tracks[row], float(cosines[row]), self.points[row])


@st.composite
def libraries(
    draw: st.DrawFn, *, smallest: int = 1, largest: int = 25, dimensions: int = 4
) -> RandomLibrary:
    """Draw a library. A small pool of names and places makes copies, versions, albums and crowds likely.

    Only its size and a number are drawn, since hypothesis would take minutes to simplify hundreds of tags.
    """
    count = draw(st.integers(smallest, largest))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    ids = (7 * (1 + rng.permutation(count))).tolist()
    return RandomLibrary(
        tuple(_track(rng, track_id) for track_id in ids), _points(rng, count, dimensions)
    )


def _track(rng: np.random.Generator, track_id: int) -> Track:
    def one(values: Sequence[_Value]) -> _Value:
        return values[int(rng.integers(len(values)))]

    artist = one(ARTISTS)
    tags = Tags(
        title=one(TITLES),
        artist=artist,
        album=one(ALBUMS),
        album_artist=one(("", artist, "Various Artists", "Ana")),
        genre=one(GENRES),
        year=one(YEARS),
        track_number=one((None, 0, 1, 2, 99)),
        duration=one(DURATIONS),
    )
    folder = one(("/m", "/m/Ana/Hits", "/m/Hits/CD2", "/m/Beetles - Hits"))
    return Track(
        id=track_id,
        file=f"{folder}/{track_id}.mp3",
        tags=tags,
        size=1,
        mtime_ns=1,
        added_at=one(ADDED),
        state=TrackState.EMBEDDED,
        missing=one((False,) * 9 + (True,)),
        first_artist=one(("", "", artist)),
        compilation=one((False, False, True)),
        bpm=one(TEMPOS),
        key=one(KEYS),
    )


def _points(rng: np.random.Generator, count: int, dimensions: int) -> Vectors:
    """Points around a few places, or exactly there; some at the opposite place, and some at none."""
    places = rng.normal(size=(int(rng.integers(1, count + 1)), dimensions))
    home = rng.integers(len(places), size=count)
    kinds = rng.choice(["near", "near", "far", "same", "opposite", "zero"], size=count)
    spread = np.array([{"near": 0.1, "far": 1.0}.get(kind, 0.0) for kind in kinds])
    sign = np.array([{"opposite": -1.0, "zero": 0.0}.get(kind, 1.0) for kind in kinds])
    drawn = places[home] + spread[:, None] * rng.normal(size=(count, dimensions))
    return Space().transform((sign[:, None] * drawn).astype(np.float32))


@st.composite
def rules_for(draw: st.DrawFn, library: RandomLibrary) -> Rules:
    """Draw rules, with bans of tracks, artists and albums that the library has."""
    rules = Rules(
        max_per_artist=draw(st.sampled_from((None, None, 0, 1, 3))),
        max_per_album=draw(st.sampled_from((None, None, None, 0, 1, 3))),
        near_duplicates=draw(st.booleans()),
    )
    if draw(st.booleans()):
        rules = replace(rules, bans=draw(bans_for(library)))
    if draw(st.sampled_from((False, False, True))):
        rules = replace(rules, filters=draw(_filters()))
    if draw(st.booleans()):
        ids = st.frozensets(st.sampled_from([track.id for track in library.tracks]), max_size=2)
        rules = replace(
            rules,
            artist_window=draw(st.sampled_from(WINDOWS)),
            album_window=draw(st.sampled_from(WINDOWS)),
            song_window=draw(st.sampled_from(WINDOWS)),
            shortest=draw(st.sampled_from((None, None, 0.0, 1.0, 99.0))),
            longest=draw(st.sampled_from((None, None, 0.0, 3.0, 15.0))),
            genre_groups=draw(st.sampled_from(GENRE_GROUPS)),
            today=draw(st.sampled_from((None, date(2026, 7, 1), date(2026, 12, 24)))),
            tempo_step=draw(st.sampled_from((None, None, 0.0, 8.0))),
            matching_keys=draw(st.sampled_from((False, False, True))),
            let_in=draw(ids),
            without=draw(ids),
            firm=draw(st.frozensets(st.sampled_from(Rule), max_size=3)),
        )
    return rules


@st.composite
def bans_for(draw: st.DrawFn, library: RandomLibrary) -> Bans:
    """Draw bans of some tracks, artists and albums of a library."""
    artists = sorted({artist_key(track) for track in library.tracks} - {""})
    albums = sorted({key for track in library.tracks if (key := album_key(track)) is not None})
    ids = [track.id for track in library.tracks]
    return Bans(
        frozenset(draw(st.lists(st.sampled_from(ids), max_size=4))),
        frozenset(draw(st.lists(st.sampled_from(artists), max_size=1)) if artists else ()),
        frozenset(draw(st.lists(st.sampled_from(albums), max_size=1)) if albums else ()),
    )


@st.composite
def _filters(draw: st.DrawFn) -> Filters:
    def some(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(values), max_size=1)))

    bounds = st.sampled_from((None, 0.0, 1.0, 15.0, 1990.0, 2000.0))
    ranges = st.lists(st.tuples(bounds, bounds), max_size=1).map(tuple)
    return Filters(
        artists=some(ARTISTS),
        not_artists=some(ARTISTS),
        genres=some(GENRES),
        not_genres=some(GENRES),
        years=draw(ranges),
        durations=draw(ranges),
    )


def broken_rules(
    rules: Rules,
    tracks: Sequence[Track],
    points: Vectors,
    *,
    named: Iterable[int] = (),
) -> set[Rule]:
    """Return the rules that a list breaks, found by looking at every track and every pair.

    Parameters
    ----------
    tracks, points
        The list, and its points (N, D).
    named
        Ids of tracks that the listener asked for: these alone break no rule, but others may because of them.
    """
    free = set(named)
    let_in = free | rules.let_in
    broken: set[Rule] = set()
    artists = Counter(artist_key(track) for track in tracks)
    albums = Counter(album_key(track) for track in tracks)
    for track in tracks:
        if track.id in free:
            continue
        if rules.bans.forbid(track):
            broken.add(Rule.BANNED)
        if track.id in rules.without:
            broken.add(Rule.UNWANTED)
        if track.id in let_in:
            continue
        if not rules.filters.admit(track):
            broken.add(Rule.FILTERS)
        artist, album = artist_key(track), album_key(track)
        if rules.max_per_artist is not None and artist and artists[artist] > rules.max_per_artist:
            broken.add(Rule.ARTIST)
        if rules.max_per_album is not None and album and albums[album] > rules.max_per_album:
            broken.add(Rule.ALBUM)
        genre, minutes = track.tags.genre, (track.tags.duration or 0) / 60
        if track.tags.duration is not None:
            if rules.shortest is not None and minutes < rules.shortest:
                broken.add(Rule.SHORT)
            if rules.longest is not None and minutes > rules.longest:
                broken.add(Rule.LONG)
        if (
            genre
            and rules.genre_groups
            and not any(is_in_group(genre, g) for g in rules.genre_groups)
        ):
            broken.add(Rule.GENRE)
        if rules.today is not None and is_out_of_season(track, rules.today):
            broken.add(Rule.SEASON)
    if not rules.near_duplicates:
        likeness = points @ points.T
        for row, track in enumerate(tracks):
            for other_row, other in enumerate(tracks[:row]):
                if let_in & {track.id, other.id}:
                    continue
                if song_key(track) is not None and song_key(track) == song_key(other):
                    broken.add(Rule.SAME_SONG)
                if likeness[row, other_row] > NEAR_DUPLICATE_COSINE:
                    broken.add(Rule.SAME_SOUND)
    return broken | _broken_by_order(rules, tracks, let_in)


def _broken_by_order(rules: Rules, tracks: Sequence[Track], let_in: set[int]) -> set[Rule]:
    broken: set[Rule] = set()
    starts = np.cumsum([0.0, *((track.tags.duration or 240.0) / 60 for track in tracks)])
    windows = (
        (Rule.ARTIST_WINDOW, rules.artist_window, artist_key),
        (Rule.ALBUM_WINDOW, rules.album_window, album_key),
        (Rule.SONG_WINDOW, rules.song_window, song_key),
    )
    for row, track in enumerate(tracks):
        for other_row, other in enumerate(tracks[:row]):
            if {track.id, other.id} <= let_in:
                continue
            for rule, window, key in windows:
                too_soon = row - other_row - 1 < window.tracks or (
                    starts[row] - starts[other_row] < window.minutes
                )
                if too_soon and key(track) and key(track) == key(other):
                    broken.add(rule)
        before = tracks[row - 1] if row else track
        if row and not {track.id, before.id} <= let_in:
            step, change = rules.tempo_step, tempo_change(before.bpm, track.bpm)
            if step is not None and change is not None and change > step:
                broken.add(Rule.TEMPO)
            if rules.matching_keys and keys_match(before.key, track.key) is False:
                broken.add(Rule.KEYS)
    return broken
