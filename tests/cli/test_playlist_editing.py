"""Playlists that are copied, merged, moved, completed and freed of duplicates on the command line."""

import shutil
from pathlib import Path

import pytest
from command_line import CommandLine

from musicsim.app import Musicsim
from musicsim.library.types import MissingEntry


@pytest.fixture
def lists(scanned_demo: CommandLine, musicsim: CommandLine) -> CommandLine:
    """The demo library with two playlists: "One" with tracks 1 to 6, "Two" with 5 to 8 and a missing entry."""
    shutil.copytree(scanned_demo.data, musicsim.data)
    with Musicsim.open(musicsim.data) as app:
        ids = app.catalogue.tracks.ids()
        app.catalogue.playlists.create("One", ids[:6])
        entries = [*ids[4:6], MissingEntry(Path("/usb/gone.mp3"), "Gone", "Band"), *ids[6:8]]
        app.catalogue.playlists.create("Two", entries)
    return musicsim


def listed(lists: CommandLine) -> dict[str, tuple[str | None, int]]:
    found = lists("playlists", "list", "--json").json
    return {each["name"]: (each["folder"], each["tracks"]) for each in found}


def paths(lists: CommandLine, name: str) -> list[str]:
    return [track["path"] for track in lists("playlists", "show", name, "--json").json]


def test_one_is_copied_and_two_are_merged(lists: CommandLine) -> None:
    assert lists("playlists", "duplicate", "Two").out == "Kept as “Two (2)”.\n"
    assert lists("playlists", "duplicate", "Two", "--name", "Third").code == 0
    assert paths(lists, "Third") == paths(lists, "Two")

    merged = lists("playlists", "merge", "One", "Two", "--name", "Both")

    assert merged.out == "9 tracks kept as “Both”.\n2 tracks that came twice came once.\n"
    assert paths(lists, "Both") == [*paths(lists, "One"), *paths(lists, "Two")[2:]]
    assert lists("playlists", "merge", "One").code == 2
    assert lists("playlists", "merge", "One", "None").code == 2


def test_playlists_are_moved_into_folders(lists: CommandLine) -> None:
    assert lists("playlists", "move", "Two", "Parties/Summer").code == 0
    assert listed(lists) == {"Two": ("Parties/Summer", 4), "One": (None, 6)}
    shown = lists("playlists", "list").out.splitlines()
    assert shown[1].split() == ["Parties/Summer", "Two", "4"]

    assert lists("playlists", "duplicate", "Two").code == 0
    assert lists("playlists", "move", "Two").code == 0
    assert listed(lists)["Two"] == (None, 4)
    assert listed(lists)["Two (2)"] == ("Parties/Summer", 4)


def test_an_entry_that_is_not_in_the_library_is_shown_and_named(
    lists: CommandLine, tmp_path: Path
) -> None:
    shown = lists("playlists", "show", "Two")
    assert shown.out.splitlines()[3].split() == ["3", "Gone", "Band", "not", "in", "the", "library"]
    assert "not in the library: /usb/gone.mp3" in shown.err
    entry = lists("playlists", "show", "Two", "--json").json[2]
    assert (entry["path"], entry["missing"], entry["in_library"]) == ("/usb/gone.mp3", True, False)

    exported = lists("playlists", "export", "Two", "-o", tmp_path / "two.m3u8")

    assert exported.out.startswith("4 tracks written")
    assert "not in the library: /usb/gone.mp3" in exported.err


def test_what_is_empty_is_said_in_words(lists: CommandLine) -> None:
    assert lists("history").out == lists("history", "--tracks").out == "The history is empty.\n"
    assert lists("like").out == "Nothing is liked yet.\n"
    assert lists("ban").out == "Nothing is banned yet.\n"
    kept = lists("smart", "keep", "Liked")
    assert (kept.code, kept.out) == (2, "")
    assert "“Liked” has no tracks to keep now. No track matches the rules." in kept.err
    with Musicsim.open(lists.data) as app:
        app.catalogue.playlists.create("Nothing", [])
    assert lists("playlists", "show", "Nothing").out == "This playlist is empty.\n"
    sorted_ = lists("playlists", "sort", "Nothing")
    assert (sorted_.code, "nothing to sort" in sorted_.err) == (2, True)
    for name in ("Nothing", "One", "Two"):
        lists("playlists", "delete", name)
    assert lists("playlists", "list").out.startswith("There are no playlists yet")
    assert lists("playlists", "list", "--json").json == []


def test_duplicates_are_removed_each_kind_apart(lists: CommandLine) -> None:
    with Musicsim.open(lists.data) as app:
        made = app.catalogue.playlists.named("Two")
        assert made is not None
        first, second = made.track_ids[:2]
        # Another file with the same sound, which is in the library for long.
        with app.catalogue.database.transaction() as db:
            db.execute("UPDATE tracks SET fingerprint = x'01' WHERE id IN (?, ?)", (first, second))
        app.catalogue.playlists.set_entries(made.id, (*made.entries, made.track_ids[3]))
    before = paths(lists, "Two")

    told = lists("playlists", "dedupe", "Two", "--json").json
    assert told == {"removed": {"track": 1, "sound": 1, "song": 0}, "other_versions": []}

    assert paths(lists, "Two") == [before[0], *before[2:-1]]
    assert lists("playlists", "dedupe", "Two").out == "No track is in “Two” twice.\n"


def test_other_versions_go_only_if_they_are_asked_for(lists: CommandLine) -> None:
    with Musicsim.open(lists.data) as app, app.catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET artist = 'Ana', title = 'Halo' WHERE id = 1")
        db.execute("UPDATE tracks SET artist = 'Ana', title = 'Halo (Live)' WHERE id = 2")

    told = lists("playlists", "dedupe", "One")
    assert "--versions removes" in told.out
    assert "Halo (Live)" in told.out
    assert len(paths(lists, "One")) == 6

    told = lists("playlists", "dedupe", "One", "--versions")
    assert told.out == "Removed 1 track that is there in another version, too.\n"
    assert len(paths(lists, "One")) == 5


def test_a_playlist_is_completed(lists: CommandLine) -> None:
    before = paths(lists, "One")
    found = lists("playlists", "complete", "One", "-n", "4", "--json").json
    assert len(found) == 4
    assert not {track["path"] for track in found} & set(before)
    assert paths(lists, "One") == before

    told = lists("playlists", "complete", "One", "-n", "4", "--add")

    assert told.out.endswith("4 tracks added to “One”.\n")
    assert paths(lists, "One") == [*before, *(track["path"] for track in found)]


def test_a_gap_is_filled(lists: CommandLine) -> None:
    before = paths(lists, "Two")

    told = lists("playlists", "fill", "Two", "4", "-n", "2")

    after = paths(lists, "Two")
    assert told.out.endswith("2 tracks put in between.\n")
    assert [*after[:4], *after[6:]] == before
    assert not set(after[4:6]) & set(before)
    for position, why in (
        ("2", "not in the library"),
        ("3", "not in the library"),
        ("7", "none follows"),
    ):
        refused = lists("playlists", "fill", "Two", position)
        assert refused.code == 2
        assert why in refused.err
    assert paths(lists, "Two") == after


def test_a_playlist_is_sorted_with_its_ends_where_they_are(lists: CommandLine) -> None:
    before = paths(lists, "One")

    assert lists("playlists", "sort", "One", "--keep", "both").code == 0

    after = paths(lists, "One")
    assert (after[0], after[-1]) == (before[0], before[-1])
    assert sorted(after) == sorted(before)
    assert lists("playlists", "sort", "One", "--keep", "last").code == 0
    assert paths(lists, "One")[-1] == before[-1]
