"""`musicsim groups`: the library's own groups on the command line."""

import shutil

import pytest
from command_line import CommandLine

from musicsim.app import Musicsim


@pytest.fixture
def grouped(scanned_demo: CommandLine, musicsim: CommandLine) -> CommandLine:
    """The command line, on a copy of the scanned demo library."""
    shutil.copytree(scanned_demo.data, musicsim.data)
    return musicsim


def test_groups_are_found_listed_and_shown(grouped, demo_library):
    assert grouped("groups", "list", "--json").json == []
    assert "groups refresh" in grouped("groups").out

    found = grouped("groups", "refresh", "--json").json

    assert grouped("groups", "list", "--json").json == found
    assert sum(group["tracks"] for group in found) == len(demo_library)
    assert len(found) >= 3
    assert not any(group["frozen"] or group["renamed"] for group in found)
    shown = []
    for group in found:
        tracks = grouped("groups", "show", group["name"], "--json").json
        assert len(tracks) == group["tracks"]
        assert tracks[0].keys() == {"path", "title", "artist", "album", "duration"}
        assert tracks[0]["title"] in grouped("groups", "show", group["name"]).out
        shown += [track["path"] for track in tracks]
    assert sorted(shown) == sorted(str(track.path) for track in demo_library)
    assert grouped("groups", "refresh", "--json").json == found


def test_a_group_says_how_many_of_its_tracks_are_left_out(grouped):
    before = grouped("groups", "refresh", "--json").json[0]
    name = before["name"]
    with Musicsim.open(grouped.data) as app:
        (group,) = [each for each in app.groups.all() if each.name == name]
        app.catalogue.files.set_missing(group.track_ids[:2], True)
        assert "Left out" not in grouped("groups", "show", app.groups.all()[-1].name).out
    assert "Left out: 2 tracks, missing or banned.\n" in grouped("groups", "show", name).out
    # The list counts as the window's cards do.
    listed = grouped("groups", "list", "--json").json[0]
    assert (listed["tracks"], listed["left_out"]) == (before["tracks"] - 2, 2)


def test_a_group_is_frozen_renamed_and_let_go(grouped):
    name = grouped("groups", "refresh", "--json").json[0]["name"]

    assert grouped("groups", "freeze", name).code == 0
    assert grouped("groups", "rename", name, " For the night ").code == 0
    assert "frozen" in grouped("groups").out
    (group,) = [g for g in grouped("groups", "refresh", "--json").json if g["frozen"]]
    assert (group["name"], group["renamed"]) == ("For the night", True)
    assert grouped("groups", "unfreeze", "night FOR").code == 0
    assert not any(g["frozen"] for g in grouped("groups", "list", "--json").json)


@pytest.mark.parametrize("action", ["show", "freeze", "unfreeze"])
def test_a_name_that_is_no_groups_is_wrong_use(grouped, action):
    refused = grouped("groups", action, "nothing of that kind")

    assert refused.code == 2
    assert "groups list" in refused.err


def test_a_text_that_several_groups_have_in_their_names_lists_them(grouped):
    names = [group["name"] for group in grouped("groups", "refresh", "--json").json]
    for number, name in enumerate(names[:2]):
        assert grouped("groups", "rename", name, f"Evening {number}").code == 0

    refused = grouped("groups", "show", "evening")

    assert refused.code == 2
    assert "“Evening 0”, “Evening 1”" in refused.err
    assert grouped("groups", "show", "evening 1").code == 0


def test_a_name_that_a_group_cannot_have_is_refused(grouped):
    first, second = (g["name"] for g in grouped("groups", "refresh", "--json").json[:2])

    assert "needs a name" in grouped("groups", "rename", first, " ").err
    assert "already" in grouped("groups", "rename", first, second).err


def test_a_library_that_is_too_small_says_so(musicsim):
    with Musicsim.open(musicsim.data):
        pass

    refused = musicsim("groups", "refresh")

    assert refused.code == 1
    assert "at least 30 tracks" in refused.err
