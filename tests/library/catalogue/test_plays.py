"""What was played, in a real catalogue."""

from pathlib import Path

import pytest

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.plays import PlayCounts
from musicsim.library.types import EndOfPlay, Play, ScannedFile, Tags


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    """Three tracks."""
    folder = catalogue.folders.add(Path("/m"))
    files = [ScannedFile(Path(f"/m/{key}.mp3"), 1, 1, key.encode(), Tags()) for key in "abc"]
    return [catalogue.files.add(folder, file) for file in files]


def play(
    track_id: int,
    at: float,
    *,
    heard: float = 60.0,
    length: float = 60.0,
    end: EndOfPlay = EndOfPlay.FINISHED,
) -> Play:
    return Play(track_id, at, heard, length, end)


@pytest.mark.parametrize("end", EndOfPlay)
def test_a_play_comes_back_as_it_went_in(
    catalogue: Catalogue, ids: list[int], tmp_path: Path, end: EndOfPlay
) -> None:
    heard = Play(ids[1], 1_700_000_000.25, 12.5, 240.125, end)

    catalogue.plays.add(heard)

    again = Catalogue(tmp_path, read_only=True)
    assert again.plays.latest(10) == [heard]
    again.close()


def test_the_one_that_began_last_is_first(catalogue: Catalogue, ids: list[int]) -> None:
    # A clock may be set back, and two plays may have begun at once: then the later one is first.
    plays = [play(ids[0], 300), play(ids[1], 100), play(ids[2], 200), play(ids[0], 300, heard=9.0)]
    for each in plays:
        catalogue.plays.add(each)

    assert catalogue.plays.latest(9) == [plays[3], plays[0], plays[2], plays[1]]
    assert catalogue.plays.latest(2) == [plays[3], plays[0]]


def test_what_was_hardly_heard_can_be_left_out(catalogue: Catalogue, ids: list[int]) -> None:
    short = play(ids[0], 1, heard=2.0, length=2.0)
    glimpse = play(ids[1], 2, heard=4.9, end=EndOfPlay.SKIPPED)
    part = play(ids[2], 3, heard=5.0, end=EndOfPlay.STOPPED)
    for each in (short, glimpse, part):
        catalogue.plays.add(each)

    assert catalogue.plays.latest(2, heard=5.0) == [part, short]
    assert catalogue.plays.latest(9) == [part, glimpse, short]


def test_plays_of_a_missing_track_stay_and_of_a_forgotten_one_go(
    catalogue: Catalogue, ids: list[int]
) -> None:
    for at, track_id in enumerate(ids):
        catalogue.plays.add(play(track_id, at))

    catalogue.files.set_missing(ids[:1], True)
    assert len(catalogue.plays.latest(9)) == 3
    catalogue.files.forget_missing()
    assert [each.track_id for each in catalogue.plays.latest(9)] == [ids[2], ids[1]]
    catalogue.folders.remove(Path("/m"))
    assert catalogue.plays.latest(9) == []


def test_a_play_of_a_track_that_has_left_is_not_kept(catalogue: Catalogue, ids: list[int]) -> None:
    catalogue.plays.add(play(ids[-1] + 1, 1))
    catalogue.plays.add(play(-1, 1))

    assert catalogue.plays.latest(9) == []


def test_all_plays_are_forgotten_and_the_tracks_stay(catalogue: Catalogue, ids: list[int]) -> None:
    catalogue.plays.add(play(ids[0], 1))

    catalogue.plays.clear()

    assert catalogue.plays.latest(9) == []
    assert catalogue.tracks.ids() == ids


def test_a_moved_file_keeps_its_plays(catalogue: Catalogue, ids: list[int]) -> None:
    heard = play(ids[0], 1)
    catalogue.plays.add(heard)

    catalogue.files.set_paths({ids[0]: Path("/m/deeper/a.mp3")})

    assert catalogue.plays.latest(9) == [heard]


def hear(catalogue: Catalogue, sounds: dict[int, bytes]) -> None:
    for track_id, fingerprint in sounds.items():
        catalogue.files.set_fingerprint(track_id, fingerprint)


def test_a_track_that_comes_back_has_its_plays_again(catalogue: Catalogue, ids: list[int]) -> None:
    hear(catalogue, {ids[0]: b"sound", ids[1]: b"other"})
    for at, track_id in ((1, ids[0]), (2, ids[1]), (3, ids[0])):
        catalogue.plays.add(play(track_id, at))
    catalogue.folders.remove(Path("/m"))
    assert catalogue.plays.counts() == {}

    folder = catalogue.folders.add(Path("/n"))
    new, transcode = (
        catalogue.files.add(folder, ScannedFile(Path(f"/n/{name}"), 9, 9, b"x", Tags()))
        for name in ("again.mp3", "again.ogg")
    )
    hear(catalogue, {new: b"sound", transcode: b"another sound"})
    assert catalogue.plays.latest(9) == [play(new, 3), play(new, 1)]
    # Only once.
    hear(catalogue, {new: b"sound"})
    assert len(catalogue.plays.latest(9)) == 2


def test_plays_of_a_copy_that_is_removed_go_to_the_other(
    catalogue: Catalogue, ids: list[int]
) -> None:
    hear(catalogue, dict.fromkeys(ids[:2], b"sound") | {ids[2]: b"other"})
    catalogue.plays.add(play(ids[0], 1))
    catalogue.plays.add(play(ids[1], 2))

    catalogue.files.set_missing(ids[:1], True)
    catalogue.files.forget_missing()

    assert catalogue.plays.latest(9) == [play(ids[1], 2), play(ids[1], 1)]
    # Only once.
    hear(catalogue, {ids[1]: b"sound"})
    assert len(catalogue.plays.latest(9)) == 2


def test_copies_share_their_counts_and_a_transcode_has_its_own(
    catalogue: Catalogue, ids: list[int]
) -> None:
    hear(catalogue, dict.fromkeys(ids[:2], b"sound") | {ids[2]: b"transcode"})
    catalogue.plays.add(play(ids[0], 100))
    catalogue.plays.add(play(ids[1], 300))
    catalogue.plays.add(play(ids[1], 500, heard=3.0, end=EndOfPlay.SKIPPED))
    both = PlayCounts(2, 1, 300.0)

    assert catalogue.plays.counts() == {ids[0]: both, ids[1]: both}
    assert catalogue.plays.counts([ids[0]]) == {ids[0]: both, ids[1]: both}
    assert catalogue.plays.counts([ids[2]]) == {}


def test_the_last_plays_alone_are_forgotten(catalogue: Catalogue, ids: list[int]) -> None:
    hear(catalogue, {ids[2]: b"sound"})
    for at, track_id in enumerate(ids):
        catalogue.plays.add(play(track_id, at))
    catalogue.files.set_missing(ids[2:], True)
    catalogue.files.forget_missing()

    catalogue.plays.clear(1)

    assert catalogue.plays.latest(9) == [play(ids[0], 0)]
    again = catalogue.files.add(
        catalogue.folders.add(Path("/m")), ScannedFile(Path("/m/d.mp3"), 1, 1, b"d", Tags())
    )
    hear(catalogue, {again: b"sound"})
    assert catalogue.plays.latest(9) == [play(ids[0], 0)]


def test_plays_and_skips_are_counted_by_track(catalogue: Catalogue, ids: list[int]) -> None:
    skipped, stopped = EndOfPlay.SKIPPED, EndOfPlay.STOPPED
    for each in (
        play(ids[0], 100),
        play(ids[0], 300, heard=30.0, end=skipped),  # half of it
        play(ids[0], 500, heard=29.0, end=skipped),
        play(ids[1], 200, heard=3.0, length=600.0, end=skipped),
        play(ids[1], 400, heard=240.0, length=600.0, end=stopped),
        play(ids[1], 350, heard=239.0, length=600.0, end=stopped),
        play(ids[2], 600, heard=0.0, length=0.0, end=EndOfPlay.FAILED),
    ):
        catalogue.plays.add(each)

    counts = catalogue.plays.counts()

    assert counts == {
        ids[0]: PlayCounts(plays=2, skips=1, last_played=300.0),
        ids[1]: PlayCounts(plays=1, skips=1, last_played=400.0),
        ids[2]: PlayCounts(plays=0, skips=0, last_played=None),
    }
    assert catalogue.plays.counts([ids[1], ids[1], -1]) == {ids[1]: counts[ids[1]]}
    assert catalogue.plays.counts([]) == {}
