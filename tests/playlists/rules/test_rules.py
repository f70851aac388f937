from dataclasses import replace

import numpy as np
import pytest

from musicsim.library.query.filters import Filters
from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Hidden, Rule, Rules
from musicsim.playlists.rules.same_song import song_key


def track(number: int = 0, **tags) -> Track:
    fields = {"title": f"Song {number}", "artist": f"Artist {number}", **tags}
    return Track(number, f"/m/{number}.mp3", Tags(**fields), 1, 1, 0.0)


def point(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def different_points(count: int) -> list[np.ndarray]:
    return list(np.eye(count, dtype=np.float32))


def chosen(rules: Rules, tracks, points=None, seeds=(), *, seeds_count=False):
    chooser = Chooser(rules, seeds, seeds_count=seeds_count)
    points = points or different_points(len(tracks))
    kept = [t.id for t, p in zip(tracks, points, strict=True) if chooser.admit(t, p)]
    return kept, dict(chooser.hidden)


def test_at_most_three_per_artist_whatever_the_spelling():
    names = ["Björk", "bjork", "BJÖRK", "Björk", "Other", "Björk"]
    tracks = [track(n, artist=name) for n, name in enumerate(names)]
    assert chosen(Rules(), tracks) == ([0, 1, 2, 4], {Hidden(Rule.ARTIST, 3): 2})


def test_guests_count_for_the_main_artist():
    names = ["Mara", "Mara feat. Ann", "Mara & Fay", "MARA ft. Cid", "The Beetles", "Beetles, The"]
    tracks = [track(n, artist=name) for n, name in enumerate(names)]
    assert chosen(Rules(), tracks) == ([0, 1, 2, 4, 5], {Hidden(Rule.ARTIST, 3): 1})


def test_various_and_unknown_artists_have_no_limit():
    for name in ("Various Artists", "Unbekannter Interpret", "群星"):
        tracks = [track(n, artist=name) for n in range(6)]
        assert chosen(Rules(), tracks)[0] == [0, 1, 2, 3, 4, 5]
        tracks = [track(n, artist="", album_artist=name) for n in range(6)]
        assert chosen(Rules(), tracks)[0] == [0, 1, 2, 3, 4, 5]


def test_a_compilation_is_one_album():
    rules = Rules(max_per_artist=None, max_per_album=2)
    tracks = [track(n, album="Hits", album_artist="Various Artists") for n in range(4)]
    assert chosen(rules, tracks) == ([0, 1], {Hidden(Rule.ALBUM, 2): 2})
    tracks = [replace(track(n, album="Hits"), compilation=True) for n in range(4)]
    assert chosen(rules, tracks) == ([0, 1], {Hidden(Rule.ALBUM, 2): 2})


def test_pieces_of_one_title_that_says_nothing_all_come():
    titles = ["Intro", "Intro", "I. Allegro", "I. Allegro", "Untitled", "Untitled (Live)"]
    tracks = [track(n, title=title, artist="A") for n, title in enumerate(titles)]
    assert chosen(Rules(max_per_artist=None), tracks)[0] == [0, 1, 2, 3, 4, 5]


def test_tracks_without_an_artist_are_not_one_artist():
    tracks = [track(n, artist="") for n in range(6)]
    assert chosen(Rules(), tracks)[0] == [0, 1, 2, 3, 4, 5]


def test_albums_of_the_same_name_by_different_artists_are_different():
    tracks = [track(n, album="Greatest Hits", artist="ab"[n % 2]) for n in range(6)]
    rules = Rules(max_per_artist=None, max_per_album=2)
    assert chosen(rules, tracks) == ([0, 1, 2, 3], {Hidden(Rule.ALBUM, 2): 2})


def test_the_same_sound_appears_once():
    tracks = [track(n) for n in range(3)]
    points = [point(1, 0), point(1, 0.01), point(1, 1)]
    assert chosen(Rules(), tracks, points) == ([0, 2], {Hidden(Rule.SAME_SOUND): 1})
    assert chosen(Rules(near_duplicates=True), tracks, points)[0] == [0, 1, 2]


def test_the_seed_does_not_come_back_as_a_copy_or_another_version():
    seed = track(9, title="Hello", artist="A")
    copies = [track(1), track(2, title="Hello (Live)", artist="a"), track(3)]
    points = [point(1, 0.001, 0), point(0, 1, 0), point(0, 0, 1)]
    kept, hidden = chosen(Rules(), copies, points, [(seed, point(1, 0, 0))])
    assert kept == [3]
    assert hidden == {Hidden(Rule.SAME_SOUND): 1, Hidden(Rule.SAME_SONG): 1}


def test_a_seed_in_the_list_counts_to_its_artist_and_one_outside_does_not():
    seed = (track(9, artist="A"), point(0, 0, 0, 0, 1))
    tracks = [track(n, artist="A") for n in range(4)]
    points = [np.append(p, 0) for p in different_points(4)]
    assert chosen(Rules(), tracks, points, [seed], seeds_count=True)[0] == [0, 1]
    assert chosen(Rules(), tracks, points, [seed], seeds_count=False)[0] == [0, 1, 2]


@pytest.mark.parametrize(
    "title",
    [
        "Hello",
        "hello",
        "Hello (Live)",
        "Hello [Demo]",
        "Hello - 2011 Remaster",
        "Hello - Live at X",
    ],
)
def test_versions_of_a_song_share_a_key(title):
    assert song_key(track(title=title, artist="A")) == song_key(track(title="Hello", artist="A"))


def test_other_songs_do_not():
    hello = song_key(track(title="Hello", artist="A"))
    assert song_key(track(title="Hello - Goodbye", artist="A")) != hello
    assert song_key(track(title="Hello", artist="B")) != hello
    assert song_key(track(title="Part 1", artist="A")) != song_key(
        track(title="Part 2", artist="A")
    )
    assert song_key(track(title="", artist="A")) is None
    assert song_key(track(title="(Live)", artist="A")) is None
    parts = [song_key(track(title=f"Hello (Part {n})", artist="A")) for n in (1, 2)]
    assert parts[0] != parts[1]


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (Filters(), [0, 1, 2]),
        (Filters(artists=("motorhead",)), [0]),
        (Filters(artists=("motör", "ella")), [0, 1]),
        (Filters(not_artists=("ella",)), [0, 2]),
        (Filters(genres=("jazz",)), [1]),
        (Filters(not_genres=("jazz", "rock")), [2]),
        (Filters(years=((1950, 1960),)), [1]),
        (Filters(years=((None, 1960), (1980, None))), [0, 1]),
        (Filters(durations=((2, 3),)), [0]),
        (Filters(artists=("ella",), genres=("rock",)), []),
        (Filters(artists=("",), genres=(" ",)), [0, 1, 2]),
        (Filters(not_artists=("",), not_genres=("'",)), [0, 1, 2]),
        (Filters(artists=("", "ella")), [1]),
    ],
)
def test_filters(filters, admitted):
    tracks = [
        track(0, artist="Motörhead", genre="Rock", year=1980, duration=168),
        track(1, artist="Ella", genre="Vocal Jazz", year=1956, duration=200),
        track(2, artist="Nobody"),
    ]
    assert chosen(Rules(filters=filters), tracks)[0] == admitted
