from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.duplicates import Duplicate, find_duplicates


def track(track_id: int, title: str = "", artist: str = "Ana", *, missing: bool = False) -> Track:
    tags = Tags(title or f"Song {track_id}", artist)
    return Track(track_id, f"/m/{track_id}.mp3", tags, 1, 1, 0.0, missing=missing)


def test_each_kind_is_told_apart() -> None:
    tracks = [track(1), track(2), track(1), track(3), track(4, "Song 2 (Live)"), track(5)]

    found = find_duplicates(tracks, {2: b"two", 3: b"one", 1: b"one"})

    assert found == {2: Duplicate.TRACK, 3: Duplicate.SOUND, 4: Duplicate.SONG}


def test_a_track_that_can_be_played_stays_instead_of_one_whose_file_is_gone() -> None:
    tracks = [track(1, "Halo", missing=True), track(2, "Halo (Live)"), track(3, "Halo (Demo)")]

    assert find_duplicates(tracks, {}) == {0: Duplicate.SONG, 2: Duplicate.SONG}


def test_tracks_without_names_or_fingerprints_are_no_duplicates() -> None:
    assert find_duplicates([track(1, "Intro"), track(2, "Intro"), track(3, "X", "")], {}) == {}


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=12))
def test_what_stays_is_there_once_and_nothing_is_lost(entries: list[tuple[int, bool]]) -> None:
    gone = {i for i, _ in entries if i % 2}
    tracks = [track(i, f"Song {i % 3}", missing=i in gone) for i, _ in entries]
    sounds = {i: b"%d" % (i % 4) for i, _ in entries}

    found = find_duplicates(tracks, sounds)

    left = [each for row, each in enumerate(tracks) if row not in found]
    assert find_duplicates(left, sounds) == {}
    assert bool(left) == bool(tracks)
