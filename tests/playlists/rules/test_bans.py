"""What is banned is in no list, whatever the library, the seeds and the other rules."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.query.filters import Filters
from musicsim.library.types import Tags, Track
from musicsim.playlists.generators.similar import Candidate, Source, playlist_from, similar_tracks
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.bans import Bans, may_be_same_recording
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Hidden, Rule, Rules

ARTISTS = ["", "Mara", "MARA feat. Ann", "The Beetles", "Beetles, The", "Various Artists", "群星"]
ALBUMS = ["", "Hits", "hits (Disc 2)", "Evening", "!!!"]
FOLDERS = ["/m", "/m/Mara/Hits", "/m/Hits", "/m/\udcff"]


@st.composite
def libraries(draw) -> list[Track]:
    def one(number: int) -> Track:
        tags = Tags(
            title=draw(st.sampled_from(["", "Song", "Other", f"T{number}"])),
            artist=draw(st.sampled_from(ARTISTS)),
            album=draw(st.sampled_from(ALBUMS)),
            album_artist=draw(st.sampled_from(["", "Mara", "Various Artists"])),
            duration=draw(st.sampled_from([None, 180.0])),
        )
        file = f"{draw(st.sampled_from(FOLDERS))}/{number}.mp3"
        return Track(number, file, tags, 1, 1, 0.0, compilation=draw(st.booleans()))

    return [one(number) for number in range(draw(st.integers(1, 20)))]


@st.composite
def bans_in(draw, tracks: list[Track]) -> Bans:
    some = st.sets(st.sampled_from(tracks).map(lambda track: track.id), max_size=4)
    keys = {artist_key(track) for track in tracks} - {""}
    albums = {album_key(track) for track in tracks} - {None}
    return Bans(
        draw(some.map(frozenset)),
        frozenset(each for each in sorted(keys) if draw(st.booleans())),
        frozenset(each for each in sorted(albums) if draw(st.booleans())),
    )


RULES = st.builds(
    Rules,
    max_per_artist=st.sampled_from([None, 1, 3]),
    max_per_album=st.sampled_from([None, 1, 3]),
    near_duplicates=st.booleans(),
    filters=st.sampled_from([Filters(), Filters(not_artists=("beetles",))]),
)


def is_banned(track: Track, bans: Bans) -> bool:
    by_artist = artist_key(track) in bans.artists
    return track.id in bans.track_ids or by_artist or album_key(track) in bans.albums


@given(st.data(), libraries(), RULES)
def test_a_ban_is_never_in_a_list(data, tracks, rules):
    bans = data.draw(bans_in(tracks))
    rules = replace(rules, bans=bans)
    points = np.eye(len(tracks) + 1, dtype=np.float32)
    candidates = [Candidate(t, 0.9 - t.id / 100, points[t.id]) for t in tracks]
    seed = replace(tracks[data.draw(st.integers(0, len(tracks) - 1))])

    near = similar_tracks(seed, points[-1], candidates, rules=rules, limit=10)
    made = playlist_from(
        [(seed, points[-1])],
        [Source(candidates)],
        rules=rules,
        length=10,
        rng_seed=data.draw(st.sampled_from([None, 1])),
    )

    # The seed was asked for by name.
    for listed in (near.matches, made.matches[1:]):
        assert not any(is_banned(match.track, bans) for match in listed)
    allowed = sum(rules.filters.admit(t) and not is_banned(t, bans) for t in tracks if t != seed)
    if len(near.matches) < 10:
        assert len(near.matches) + sum(near.hidden.values()) == len(tracks) - 1
    assert len(near.matches) <= allowed


@given(st.data(), libraries())
def test_each_ban_is_counted_as_one(data, tracks):
    bans = data.draw(bans_in(tracks))
    everything = Rules(max_per_artist=None, near_duplicates=True, bans=bans)
    chooser = Chooser(everything, (), seeds_count=False)
    kept = [t for t in tracks if chooser.admit(t, np.ones(1, np.float32))]

    assert kept == [track for track in tracks if not is_banned(track, bans)]
    assert chooser.hidden[Hidden(Rule.BANNED)] == len(tracks) - len(kept)
    assert set(chooser.hidden) <= {Hidden(Rule.BANNED)}


def test_a_banned_artist_is_banned_with_guests_and_in_every_spelling():
    names = ["Mara", "MARA", "Mára feat. Ann", "Ann feat. Mara", "", "Various Artists"]
    tracks = [Track(n, f"/m/{n}", Tags(artist=name), 1, 1, 0.0) for n, name in enumerate(names)]

    bans = Bans(artists=frozenset({artist_key(tracks[0])}))

    assert [track.id for track in tracks if not bans.forbid(track)] == [3, 4, 5]


def test_a_banned_album_is_banned_with_all_its_discs_and_no_other_of_its_title():
    albums = [("Hits", "Mara"), ("Hits (Disc 2)", "mara"), ("Hits", "Ann"), ("", "Mara")]
    tracks = [
        Track(n, f"/m/{n}", Tags(album=album, album_artist=artist), 1, 1, 0.0)
        for n, (album, artist) in enumerate(albums)
    ]
    key = album_key(tracks[0])
    assert key is not None

    bans = Bans(albums=frozenset({key}))

    assert [track.id for track in tracks if not bans.forbid(track)] == [2, 3]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"duration": 181.5}, True),
        ({"duration": None}, True),
        ({"duration": 190.0}, False),
        ({"title": "Another"}, False),
        ({"title": ""}, False),
    ],
)
def test_files_of_one_song_and_length_may_be_one_recording(other: dict, same: bool):
    tags = Tags(title="Song", artist="Mara", duration=180.0)
    one = Track(1, "/m/1.mp3", tags, 1, 1, 0.0)
    two = Track(2, "/n/2.flac", replace(tags, **other), 1, 1, 0.0)

    assert may_be_same_recording(one, two) is may_be_same_recording(two, one) is same
