"""Likes and bans of albums and artists, and the list of everything that has one, over a real catalogue."""

from pathlib import Path

import pytest

from musicsim.base.events import Event, Events, OpinionsChanged
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.types import ScannedFile, Tags
from musicsim.services.opinions import Opinions

LIKED, BANNED = Opinion.LIKED, Opinion.BANNED
TAGS = (
    Tags("One", "Mara", "Hits", "Mara"),
    Tags("Two", "Mara feat. Ann", "Hits", "Mara"),
    Tags("Three", "Ann", "Lakes", "Ann"),
    Tags("Four"),
)


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    folder = catalogue.folders.add(Path("/m"))
    return [
        catalogue.files.add(folder, ScannedFile(Path(f"/m/{n}.mp3"), 1, 1, b"%d" % n, tags))
        for n, tags in enumerate(TAGS)
    ]


@pytest.fixture
def opinions(catalogue: Catalogue, events: Events) -> Opinions:
    return Opinions(catalogue, events)


def listed(opinions: Opinions) -> list[tuple[Subject, Opinion, str]]:
    return [(each.subject, each.opinion, each.name) for each in opinions.listed()]


def test_several_tracks_stand_for_each_of_their_albums_once(
    opinions: Opinions, ids: list[int], told: list[Event]
) -> None:
    assert opinions.names(ids, Subject.ALBUM) == ["Mara - Hits", "Ann - Lakes"]

    assert opinions.set_all(ids, Subject.ALBUM, BANNED) == ["Mara - Hits", "Ann - Lakes"]

    assert told == [OpinionsChanged()]
    assert {each.name for each in opinions.about(ids, Subject.ALBUM)} == {
        "Mara - Hits",
        "Ann - Lakes",
    }
    assert opinions.about(ids, Subject.ARTIST) == []
    assert opinions.bans().track_ids == set(ids[:3])


def test_everything_is_listed_the_last_one_first(opinions: Opinions, ids: list[int]) -> None:
    opinions.set_tracks({ids[3]: LIKED})
    opinions.set_all(ids[1:2], Subject.ARTIST, BANNED)

    assert listed(opinions) == [
        (Subject.ARTIST, BANNED, "Mara"),
        (Subject.TRACK, LIKED, "Four"),
    ]


def test_what_was_removed_comes_back_as_it_was(
    opinions: Opinions, ids: list[int], told: list[Event]
) -> None:
    opinions.set_tracks(dict.fromkeys(ids[:1], BANNED))
    opinions.set_all(ids, Subject.ALBUM, LIKED)
    before, bans = opinions.listed(), opinions.bans()

    opinions.remove(before[1:])
    assert opinions.listed() == before[:1]
    opinions.bring_back(before[1:])

    assert opinions.listed() == before
    assert opinions.bans() == bans
    assert len(told) == 4


def test_an_opinion_is_withdrawn_from_tracks(opinions: Opinions, ids: list[int]) -> None:
    opinions.set_tracks({ids[0]: BANNED, ids[1]: LIKED})

    opinions.set_tracks({ids[0]: None, ids[1]: BANNED})

    assert listed(opinions) == [(Subject.TRACK, BANNED, "Mara feat. Ann - Two")]
