"""The groups that are kept, and what the listener decided about them."""

from pathlib import Path

import numpy as np
import pytest
from stored import scanned

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.playlist_names import PlaylistNameError
from musicsim.library.types import FoundGroup

CENTRE = np.array([0.6, 0.8], np.float32)


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    """Eight tracks."""
    folder = catalogue.folders.add(Path("/m"))
    return [catalogue.files.add(folder, scanned(f"/m/{n}.mp3", b"%d" % n)) for n in range(8)]


def found(name: str, *tracks: int, id: int | None = None) -> FoundGroup:  # noqa: A002
    return FoundGroup(id, name, tracks, "model", CENTRE)


def names(catalogue: Catalogue) -> dict[str, tuple[int, ...]]:
    return {group.name: group.track_ids for group in catalogue.groups.all()}


def id_of(catalogue: Catalogue, name: str) -> int:
    group = catalogue.groups.named(name)
    assert group is not None
    return group.id


def test_groups_come_back_as_they_went_in(catalogue, ids, tmp_path):
    catalogue.groups.store([found("Rock", *ids[:4]), found("jazz", ids[6], ids[5])])

    again = Catalogue(tmp_path, read_only=True)
    jazz, rock = again.groups.all()
    again.close()
    assert (jazz.name, jazz.track_ids) == ("jazz", (ids[6], ids[5]))
    assert (rock.name, rock.track_ids) == ("Rock", tuple(ids[:4]))
    assert (rock.frozen, rock.renamed) == (False, False)
    assert rock.model == "model"
    assert np.array_equal(rock.centre, CENTRE)


def test_a_group_that_is_found_again_is_the_same_group(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])
    before = id_of(catalogue, "Rock")

    catalogue.groups.store([found("Rock", *ids[1:6], id=before)])

    assert names(catalogue) == {"Rock": tuple(ids[1:6])}
    assert id_of(catalogue, "Rock") == before


def test_two_groups_can_exchange_their_names_and_tracks(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])
    rock, jazz = id_of(catalogue, "Rock"), id_of(catalogue, "Jazz")

    catalogue.groups.store([found("Jazz", *ids[4:], id=rock), found("Rock", *ids[:4], id=jazz)])

    assert names(catalogue) == {"Rock": tuple(ids[:4]), "Jazz": tuple(ids[4:])}
    assert id_of(catalogue, "Jazz") == rock


def test_two_groups_of_one_name_are_told_apart(catalogue, ids):
    catalogue.groups.store([found("Rock", ids[0]), found("Rock", ids[1]), found("\n", ids[2])])

    assert set(names(catalogue)) == {"Rock", "Rock (2)", "Group"}


def test_a_name_that_the_listener_chose_stays(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])
    rock = id_of(catalogue, "Rock")
    catalogue.groups.rename(rock, "  Loud ones ")

    catalogue.groups.store([found("Metal", *ids[:5], id=rock), found("Loud ones", ids[7])])
    assert names(catalogue) == {"Loud ones": tuple(ids[:5]), "Loud ones (2)": (ids[7],)}
    # Even when no track is left that sounds like it.
    catalogue.groups.store([found("Rock", *ids[3:])])
    assert names(catalogue) == {"Loud ones": tuple(ids[:5]), "Rock": tuple(ids[5:])}


@pytest.mark.parametrize("name", ["", " \t", "Jazz", "a\nb", "x" * 201])
def test_a_name_that_a_group_cannot_have_is_refused(catalogue, ids, name):
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])

    with pytest.raises(PlaylistNameError, match="group"):
        catalogue.groups.rename(id_of(catalogue, "Rock"), name)

    assert set(names(catalogue)) == {"Rock", "Jazz"}


def test_what_is_frozen_while_groups_are_found_stays_as_it_is(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])
    rock, jazz = id_of(catalogue, "Rock"), id_of(catalogue, "Jazz")
    catalogue.groups.set_frozen(rock, True)

    catalogue.groups.store([found("Pop", *ids[2:], id=jazz), found("Metal", ids[0], id=rock)])
    assert names(catalogue) == {"Rock": tuple(ids[:4]), "Pop": tuple(ids[4:])}
    catalogue.groups.store([])
    assert names(catalogue) == {"Rock": tuple(ids[:4])}

    catalogue.groups.set_frozen(rock, False)
    catalogue.groups.store([])
    assert names(catalogue) == {}


def test_a_group_that_has_gone_meanwhile_does_not_come_back(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4])])
    rock = id_of(catalogue, "Rock")
    catalogue.groups.store([])

    catalogue.groups.store([found("Rock", *ids[:4], id=rock), found("Jazz", *ids[4:])])

    assert names(catalogue) == {"Jazz": tuple(ids[4:])}


def test_missing_tracks_stay_in_their_group_and_forgotten_ones_go(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4])])

    catalogue.files.set_missing(ids[:1], True)
    assert names(catalogue) == {"Rock": tuple(ids[:4])}
    catalogue.files.forget_missing()
    assert names(catalogue) == {"Rock": tuple(ids[1:4])}
    catalogue.groups.store([found("Rock", ids[0], -1, ids[7])])
    assert names(catalogue) == {"Rock": (ids[7],)}


def test_a_track_that_is_replaced_is_in_one_group(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:3]), found("Jazz", *ids[3:5])])

    catalogue.groups.replace(ids[0], ids[3])
    catalogue.groups.replace(ids[1], ids[7])

    assert names(catalogue) == {"Rock": (ids[7], ids[2]), "Jazz": tuple(ids[3:5])}


def test_a_group_that_is_frozen_while_groups_are_stored_stays_as_it_is(catalogue, ids, monkeypatch):
    monkeypatch.setattr("musicsim.library.catalogue.groups._PORTION", 2)
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])
    rock, jazz = id_of(catalogue, "Rock"), id_of(catalogue, "Jazz")

    def freeze() -> None:
        catalogue.groups.set_frozen(jazz, True)

    catalogue.groups.store(
        [found("Rock", *ids[1:7], id=rock), found("Jazz", ids[0], ids[7], id=jazz)], step=freeze
    )

    assert set(names(catalogue)["Rock"]) == set(ids[:4])
    assert names(catalogue)["Jazz"] == tuple(ids[4:])


def test_tracks_that_are_in_no_group_any_more_leave_theirs(catalogue, ids):
    catalogue.groups.store([found("Rock", *ids[:4]), found("Jazz", *ids[4:])])
    rock = id_of(catalogue, "Rock")

    catalogue.groups.store([found("Rock", *ids[2:4], id=rock)])

    assert names(catalogue) == {"Rock": tuple(ids[2:4])}
    assert catalogue.groups.of_track(ids[2]) == rock
    assert catalogue.groups.of_track(ids[0]) is None
    assert (catalogue.groups.count(), catalogue.groups.count_tracks()) == (1, 2)
