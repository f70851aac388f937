"""Likes and bans, in a real catalogue."""

from pathlib import Path

import pytest
from stored import scanned

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import Opinion, Subject

LIKED, BANNED = Opinion.LIKED, Opinion.BANNED
NOTHING: frozenset[int] = frozenset()


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    """Four tracks."""
    folder = catalogue.folders.add(Path("/m"))
    return [catalogue.files.add(folder, scanned(f"/m/{n}.mp3", b"%d" % n)) for n in range(4)]


def test_opinions_come_back_as_they_went_in_the_last_one_first(catalogue, ids, tmp_path):
    catalogue.opinions.set_track(ids[0], BANNED)
    catalogue.opinions.set_track(ids[1], LIKED)
    catalogue.opinions.set_named(Subject.ALBUM, ("/m/\udcff", "hits"), "Hits \ud800", BANNED)
    catalogue.opinions.set_named(Subject.ARTIST, ("mara",), "Mara", LIKED)

    again = Catalogue(tmp_path, read_only=True)
    tracks, named = again.opinions.of_tracks(), again.opinions.named()
    again.close()
    assert [(each.track_id, each.opinion) for each in tracks] == [(ids[1], LIKED), (ids[0], BANNED)]
    assert tracks[0].since >= tracks[1].since > 1_700_000_000
    assert [(each.subject, each.key, each.name, each.opinion) for each in named] == [
        (Subject.ARTIST, ("mara",), "Mara", LIKED),
        (Subject.ALBUM, ("/m/\udcff", "hits"), "Hits ?", BANNED),
    ]


def test_the_last_opinion_counts(catalogue, ids):
    for opinion in (BANNED, LIKED):
        catalogue.opinions.set_track(ids[0], opinion)
        catalogue.opinions.set_named(Subject.ARTIST, ("mara",), "Mara", opinion)

    assert catalogue.opinions.tracks(LIKED) == {ids[0]}
    assert catalogue.opinions.tracks(BANNED) == NOTHING
    assert [each.opinion for each in catalogue.opinions.named()] == [LIKED]
    catalogue.opinions.forget_track(ids[0])
    catalogue.opinions.forget_named(Subject.ARTIST, ("mara",))
    assert (catalogue.opinions.of_tracks(), catalogue.opinions.named()) == ([], [])


def test_an_album_and_an_artist_of_one_key_are_two(catalogue):
    catalogue.opinions.set_named(Subject.ALBUM, ("mara",), "Mara", BANNED)
    catalogue.opinions.set_named(Subject.ARTIST, ("mara",), "Mara", LIKED)

    catalogue.opinions.forget_named(Subject.ALBUM, ("mara",))

    assert [each.subject for each in catalogue.opinions.named()] == [Subject.ARTIST]


def test_tracks_with_the_same_sound_share_their_opinion(catalogue, ids):
    for track_id in ids[:2]:
        catalogue.files.set_fingerprint(track_id, b"sound")
    catalogue.files.set_fingerprint(ids[2], b"another")

    catalogue.opinions.set_track(ids[0], BANNED)
    assert catalogue.opinions.tracks(BANNED) == set(ids[:2])
    catalogue.opinions.set_track(ids[1], LIKED)
    assert catalogue.opinions.tracks(BANNED) == NOTHING
    assert catalogue.opinions.tracks(LIKED) == set(ids[:2])
    catalogue.opinions.forget_track(ids[0])
    assert catalogue.opinions.tracks(LIKED) == NOTHING


def test_each_keeps_its_own_opinion_that_it_had_before_their_sound_was_known(catalogue, ids):
    catalogue.files.set_fingerprint(ids[3], b"sound")
    catalogue.opinions.set_track(ids[3], BANNED)
    catalogue.files.set_missing(ids[3:], True)
    catalogue.files.forget_missing()
    catalogue.opinions.set_track(ids[0], LIKED)
    catalogue.opinions.set_track(ids[1], BANNED)

    for track_id in ids[:3]:
        catalogue.files.set_fingerprint(track_id, b"sound")

    assert ids[0] not in catalogue.opinions.tracks(BANNED)
    assert ids[1] not in catalogue.opinions.tracks(LIKED)
    assert [each.track_id for each in catalogue.opinions.of_tracks()] == [ids[1], ids[0]]


def test_an_album_keeps_the_tracks_that_it_had(catalogue, ids):
    album = (Subject.ALBUM, ("mara", "hits"), "Hits")
    catalogue.opinions.set_named(*album, BANNED, track_ids=[*ids[:2], ids[1], -1])

    assert catalogue.opinions.named_tracks(BANNED) == set(ids[:2])
    (of_track,) = catalogue.opinions.named_of_track(ids[0])
    assert of_track.name == "Hits"
    assert catalogue.opinions.named_of_track(ids[2]) == []
    catalogue.opinions.set_named(*album, LIKED, track_ids=ids[2:3])
    assert catalogue.opinions.named_tracks(BANNED) == NOTHING
    assert catalogue.opinions.named_tracks(LIKED) == set(ids[:3])
    catalogue.opinions.forget_named(*album[:2])
    assert catalogue.opinions.named_tracks(LIKED) == NOTHING


def test_a_replaced_track_passes_on_the_opinions_and_the_later_one_stays(catalogue, ids):
    opinions = catalogue.opinions
    opinions.set_track(ids[0], BANNED)
    opinions.set_track(ids[2], LIKED)
    opinions.set_track(ids[3], BANNED)
    opinions.set_named(Subject.ALBUM, ("", "x"), "X", BANNED, track_ids=[ids[0], ids[1]])

    opinions.replace(ids[0], ids[1])
    assert [(each.track_id, each.opinion) for each in opinions.of_tracks()] == [
        (ids[3], BANNED), (ids[2], LIKED), (ids[1], BANNED),
    ]  # fmt: skip
    assert opinions.named_tracks(BANNED) == {ids[1]}
    opinions.replace(ids[3], ids[2])
    assert opinions.tracks(BANNED) == {ids[1], ids[2]}
    opinions.replace(ids[1], ids[2])
    assert [(each.track_id, each.opinion) for each in opinions.of_tracks()] == [(ids[2], BANNED)]
    assert opinions.named_tracks(BANNED) == {ids[2]}


def test_a_sound_that_leaves_the_library_and_comes_back_keeps_its_opinion(catalogue, ids):
    catalogue.files.set_fingerprint(ids[0], b"sound")
    catalogue.opinions.set_track(ids[0], BANNED)
    catalogue.folders.remove(Path("/m"))
    assert catalogue.opinions.of_tracks() == []

    folder = catalogue.folders.add(Path("/n"))
    back = [catalogue.files.add(folder, scanned(f"/n/{n}.mp3", b"%d" % n)) for n in range(3)]
    for track_id in back[:2]:
        catalogue.files.set_fingerprint(track_id, b"sound")
    assert catalogue.opinions.tracks(BANNED) == set(back[:2])
    assert [(each.track_id, each.opinion) for each in catalogue.opinions.of_tracks()] == [
        (back[0], BANNED)
    ]
    catalogue.opinions.set_track(back[1], LIKED)
    assert catalogue.opinions.tracks(BANNED) == NOTHING
    assert catalogue.opinions.tracks(LIKED) == set(back[:2])
    catalogue.opinions.forget_track(back[0])
    assert catalogue.opinions.of_tracks() == []


def test_opinions_about_a_missing_track_stay_and_about_a_forgotten_one_go(catalogue, ids):
    catalogue.opinions.set_track(ids[0], BANNED)
    catalogue.opinions.set_track(ids[-1] + 1, BANNED)
    catalogue.opinions.set_named(Subject.ALBUM, ("", "x"), "X", BANNED, track_ids=ids[:1])

    catalogue.files.set_missing(ids[:1], True)
    assert catalogue.opinions.tracks(BANNED) == {ids[0]}
    catalogue.files.forget_missing()
    assert catalogue.opinions.tracks(BANNED) == NOTHING
    assert catalogue.opinions.named_tracks(BANNED) == NOTHING
    # An album is known by its tags, too.
    assert len(catalogue.opinions.named()) == 1
