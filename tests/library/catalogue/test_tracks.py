from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from known_reasons import because
from stored import embed, scanned

from musicsim.library.query.filters import Filters
from musicsim.library.types import (
    Problem,
    ScannedFile,
    TagDetails,
    Tags,
    TrackState,
)


def test_a_track_comes_back_as_it_went_in(catalogue):
    folder = catalogue.folders.add(Path("/music"))
    tags = Tags("Über", "Ä", "B", "C", "Jazz", 1959, 3, 1, 61.5)
    track_id = catalogue.files.add(folder, ScannedFile(Path("/music/a.mp3"), 10, 99, b"k", tags))
    (track,) = catalogue.tracks.all()
    assert (track.id, track.path, track.tags) == (track_id, Path("/music/a.mp3"), tags)
    assert track.state is TrackState.PENDING
    assert catalogue.tracks.at(Path("/music/a.mp3")) == track


def test_the_details_of_tags_come_back_as_they_went_in(catalogue):
    folder = catalogue.folders.add(Path("/music"))
    details = TagDetails(
        artists=("Ä", "B"), composers=("C",), date="1999-05", track_total=12, compilation=True,
        track_gain=0.0, track_peak=0.5, artist_ids=("1", "2"), has_cover=True,
    )  # fmt: skip
    file = ScannedFile(Path("/music/a.mp3"), 10, 99, b"k", Tags(), details)
    track_id = catalogue.files.add(folder, file)
    assert catalogue.tracks.details(track_id) == details
    catalogue.files.update(track_id, folder, replace(file, details=TagDetails(bpm=90.0)))
    assert catalogue.tracks.details(track_id) == TagDetails(bpm=90.0)


@pytest.mark.parametrize("artist", ["Ä", "half \udcff of a pair", "Tyler, The Creator"])
def test_what_the_rules_of_lists_need_comes_with_the_tracks_of_a_list(catalogue, artist):
    folder = catalogue.folders.add(Path("/music"))
    details = TagDetails((artist, "B"), compilation=True, bpm=127.5, key="F♯m\udcff", rating=3.5)
    file = ScannedFile(Path("/music/a.mp3"), 10, 99, b"k", Tags(artist=f"{artist}, B"), details)
    ids = [catalogue.files.add(folder, file), catalogue.files.add(folder, scanned("/music/b.mp3"))]
    track, other = catalogue.tracks.by_id(ids)
    assert track.first_artist.startswith(artist.partition("\udcff")[0])
    assert track.compilation
    assert (track.bpm, track.key.rstrip("\ufffd"), track.rating) == (127.5, "F♯m", 3.5)
    assert (other.first_artist, other.compilation) == ("", False)
    assert (other.bpm, other.key, other.rating) == (None, "", None)


@pytest.mark.parametrize(
    "name", ["emoji 🎵.mp3", "line\nbreak.mp3", "#1.mp3", "e\u0301.mp3", "\udcff\udcfe.mp3"]
)
def test_any_file_name_is_kept_to_the_byte(catalogue, name):
    folder = catalogue.folders.add(Path("/music"))
    catalogue.files.add(folder, scanned(Path("/music") / name, title="t\udcff"))
    assert catalogue.tracks.all()[0].path.name == name
    assert catalogue.tracks.at(Path("/music") / name) is not None


def test_tracks_by_id_keeps_the_order_asked_for_and_skips_unknown_ids(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    ids = [catalogue.files.add(folder, scanned(f"/m/{n}.mp3")) for n in range(1200)]
    wanted = [*reversed(ids), 999_999]
    assert [track.id for track in catalogue.tracks.by_id(wanted)] == list(reversed(ids))


def test_the_states_of_tracks_are_counted(catalogue, store):
    catalogue.settings.set("model", "m")
    folder = catalogue.folders.add(Path("/m"))
    embedded, failed, missing, _pending = (
        catalogue.files.add(folder, scanned(f"/m/{n}.mp3", title=str(n))) for n in range(4)
    )
    embed(catalogue, store, embedded, "m", [1.0, 2.0])
    catalogue.files.set_problem(failed, because("it is noise"), failed=True)
    catalogue.files.set_missing([missing], True)
    counts = catalogue.tracks.counts()
    assert (counts.tracks, counts.embedded, counts.failed, counts.missing, counts.pending) == (
        4, 1, 1, 1, 1,
    )  # fmt: skip
    assert [track.state for track in catalogue.tracks.by_id([embedded, failed])] == [
        TrackState.EMBEDDED,
        TrackState.FAILED,
    ]


def test_a_length_is_corrected_unless_another_one_is_known_by_now(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    one = catalogue.files.add(folder, scanned("/m/1.mp3", duration=61.5))
    two = catalogue.files.add(folder, scanned("/m/2.mp3"))

    assert catalogue.files.correct_duration(one, 61.5, 64.25)
    assert catalogue.files.correct_duration(two, None, 30.0)
    # Meanwhile the scanner read a changed file.
    assert not catalogue.files.correct_duration(one, 61.5, 10.0)
    assert [track.tags.duration for track in catalogue.tracks.all()] == [64.25, 30.0]


def test_problems_name_files_and_folders(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    broken = catalogue.files.add(folder, scanned("/m/b.mp3"))
    short = catalogue.files.add(folder, scanned("/m/c.mp3"))
    catalogue.files.set_problem(broken, because("not audio"), failed=True)
    catalogue.files.set_problem(short, because("it ends early"), failed=False)
    closed = [Problem(Path("/m/a"), because("no permission to read it"))]
    assert catalogue.problems.replace(folder, Path("/m"), closed)
    assert not catalogue.problems.replace(folder, Path("/m"), closed)
    assert not catalogue.problems.replace(folder, Path("/m/elsewhere"), [])
    assert catalogue.problems.all() == [
        Problem(Path("/m/a"), because("no permission to read it")),
        Problem(Path("/m/b.mp3"), because("not audio"), mtime_ns=1),
        Problem(Path("/m/c.mp3"), because("it ends early"), failed=False, mtime_ns=1),
    ]
    assert catalogue.files.clear_failures() == [broken]
    assert [problem.path.name for problem in catalogue.problems.all()] == ["a", "c.mp3"]


def test_tracks_are_found_by_album_and_by_artist_as_their_tags_have_them(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    tags = (
        {"album": "Hits", "artist": "Mara", "album_artist": "Ann"},
        {"album": "hits", "album_artist": "Mara"},
        {"album": "Hits"},
        {"artist": "Mara"},
    )
    one, two, three, four = (
        catalogue.files.add(folder, scanned(f"/m/{n}.mp3", b"%d" % n, **some))
        for n, some in enumerate(tags)
    )
    assert catalogue.tracks.by_album() == {"Hits": [one, three], "hits": [two]}
    assert catalogue.tracks.by_artist() == {"Mara": [one, two, four]}


def test_tempo_key_and_rating_of_all_tracks_are_read_together(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    details = [
        TagDetails(bpm=90.5), TagDetails(key="8A"), TagDetails(rating=0.5), TagDetails(composers=("bpm",)),
    ]  # fmt: skip
    ids = [
        catalogue.files.add(folder, ScannedFile(Path(f"/m/{n}.mp3"), 1, 1, b"%d" % n, Tags(), each))
        for n, each in enumerate(details)
    ]
    assert catalogue.tracks.musical_details() == {
        ids[0]: (90.5, "", None),
        ids[1]: (None, "8A", None),
        ids[2]: (None, "", 0.5),
    }


NAMES = st.sampled_from(["", "Ä", "half \udcff of a pair", "O’Neil", "A\nB", "ab"])
GENRES = st.sampled_from(["", "Rock", "rock; Jazz", "Rock\0Jazz", "Röck", "*"])
RANGES = st.tuples(st.sampled_from([None, 1.0, 2.5]), st.sampled_from([None, 2.5, 3.0]))
TAGS = st.builds(
    Tags,
    artist=NAMES,
    album_artist=NAMES,
    genre=GENRES,
    year=st.sampled_from([None, 1, 2, 3]),
    duration=st.sampled_from([None, 60.0, 150.0, 180.1]),
)
FILTERS = st.builds(
    Filters,
    artists=st.lists(NAMES, max_size=2).map(tuple),
    not_artists=st.lists(NAMES, max_size=1).map(tuple),
    genres=st.lists(GENRES | st.just("*ock"), max_size=2).map(tuple),
    not_genres=st.lists(GENRES, max_size=1).map(tuple),
    years=st.lists(RANGES, max_size=2).map(tuple),
    durations=st.lists(RANGES, max_size=2).map(tuple),
)


@given(st.lists(TAGS, max_size=12), st.lists(FILTERS, max_size=8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_admit_the_same_of_the_whole_catalogue_as_track_by_track(catalogue, tags, each):
    folder = catalogue.folders.add(Path("/music"))
    start = catalogue.tracks.last_id()
    for number, some in enumerate(tags):
        path = Path(f"/music/{start + number}.mp3")
        catalogue.files.add(folder, ScannedFile(path, 10, 99, b"k", some))
    tracks = catalogue.tracks.all()
    for filters in each:
        admitted = [track.id for track in tracks if filters.admit(track)]
        assert sorted(catalogue.tracks.admitted_by(filters)) == admitted
