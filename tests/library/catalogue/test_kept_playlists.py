"""Playlists that lose nothing: missing entries, restored playlists, folders."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from stored import scanned

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.playlist_folders import PlaylistFolderError, folder_names
from musicsim.library.catalogue.playlist_names import PlaylistNameError
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.types import MissingEntry, Playlist, PlaylistFolder

BEFORE = next(n for n, script in enumerate(MIGRATIONS) if "playlist_folders" in script)


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    return add(catalogue, "a", "b", "c")


def add(catalogue: Catalogue, *names: str, folder: str = "/music") -> list[int]:
    folder_id = catalogue.folders.add(Path(folder))
    return [
        catalogue.files.add(
            folder_id,
            scanned(f"{folder}/{name}.mp3", name.encode(), title=name.upper(), artist="X"),
        )
        for name in names
    ]


def forget(catalogue: Catalogue, *ids: int) -> None:
    catalogue.files.set_missing(ids, True)
    catalogue.files.forget_missing()


def named(catalogue: Catalogue, name: str) -> Playlist:
    playlist = catalogue.playlists.named(name)
    assert playlist is not None
    return playlist


def labels(playlist: Playlist) -> list[int | str]:
    return [e.title if isinstance(e, MissingEntry) else e for e in playlist.entries]


# Entries that are missing


def test_a_track_that_leaves_the_library_becomes_a_missing_entry_in_its_place(
    catalogue: Catalogue, ids: list[int]
) -> None:
    a, b, c = ids
    catalogue.playlists.create("List", [b, a, b, c])

    forget(catalogue, b)

    playlist = named(catalogue, "List")
    assert labels(playlist) == ["B", a, "B", c]
    assert playlist.track_ids == (a, c)
    first = playlist.missing[0]
    assert (first.path, first.name) == (Path("/music/b.mp3"), "X - B")


def test_tracks_of_a_removed_music_folder_become_missing_entries_and_come_back_with_it(
    catalogue: Catalogue, ids: list[int]
) -> None:
    (other,) = add(catalogue, "d", folder="/other")
    catalogue.playlists.create("List", [ids[0], other, ids[1]])

    catalogue.folders.remove(Path("/music"))
    assert labels(named(catalogue, "List")) == ["A", other, "B"]
    assert catalogue.playlists.count_missing() == 2

    a, b = add(catalogue, "a", "b")
    assert named(catalogue, "List").entries == (a, other, b)
    assert catalogue.playlists.count_missing() == 0


def test_an_entry_is_found_when_a_file_is_moved_to_its_place(
    catalogue: Catalogue, ids: list[int]
) -> None:
    expected = Path("/music/new/e.mp3")
    catalogue.playlists.create("List", [MissingEntry(expected, "E"), ids[0]])

    catalogue.files.set_paths({ids[2]: expected})

    assert named(catalogue, "List").entries == (ids[2], ids[0])


def test_an_entry_is_found_by_its_sound(catalogue: Catalogue, ids: list[int]) -> None:
    a, b, c = ids
    catalogue.files.set_fingerprint(b, b"sound")
    catalogue.playlists.create("List", [a, b])
    forget(catalogue, b)

    catalogue.files.set_fingerprint(c, b"another")
    assert labels(named(catalogue, "List")) == [a, "B"]
    catalogue.files.set_fingerprint(c, b"sound")

    assert named(catalogue, "List").entries == (a, c)


def test_an_entry_turns_into_the_track_that_a_service_found(
    catalogue: Catalogue, ids: list[int]
) -> None:
    entry = MissingEntry(Path("/usb/x.mp3"), "X", "Band", "Album", 61.5)
    made = catalogue.playlists.create("List", [ids[0], entry, ids[1]])
    ((playlist_id, stored),) = catalogue.playlists.missing_entries()
    assert playlist_id == made.id
    assert (stored.path, stored.title, stored.artist) == (entry.path, "X", "Band")
    assert (stored.album, stored.duration, stored.position) == ("Album", 61.5, 1)

    assert not catalogue.playlists.resolve(made.id, stored.id, 999), "no such track"
    assert catalogue.playlists.resolve(made.id, stored.id, ids[2])
    assert not catalogue.playlists.resolve(made.id, stored.id, ids[2]), "it is no longer missing"

    assert named(catalogue, "List").entries == (ids[0], ids[2], ids[1])


def test_an_entry_whose_file_is_known_becomes_its_track_at_once(
    catalogue: Catalogue, ids: list[int]
) -> None:
    catalogue.files.set_fingerprint(ids[1], b"sound")
    by_path = MissingEntry(Path("/music/a.mp3"))
    by_sound = MissingEntry(Path("/old/b.mp3"), fingerprint=b"sound")

    made = catalogue.playlists.create("List", [by_sound, by_path])

    assert made.entries == (ids[1], ids[0])


def test_other_tracks_leave_the_missing_entries_where_they_are(
    catalogue: Catalogue, ids: list[int]
) -> None:
    a, b, c = ids
    lost = MissingEntry(Path("/x.mp3"), "Lost"), MissingEntry(Path("/y.mp3"), "Last")
    made = catalogue.playlists.create("List", [a, lost[0], b, c, lost[1]])

    catalogue.playlists.set_tracks(made.id, [c, b])

    assert labels(named(catalogue, "List")) == [c, "Lost", b, "Last"]


def test_an_entry_keeps_its_id_and_a_copy_gets_its_own(
    catalogue: Catalogue, ids: list[int]
) -> None:
    made = catalogue.playlists.create("List", [ids[0], MissingEntry(Path("/x.mp3"), "Lost")])

    catalogue.playlists.set_entries(made.id, made.entries[::-1])
    copy = catalogue.playlists.create("Copy", made.entries)

    (moved,) = named(catalogue, "List").missing
    assert (moved.id, moved.position) == (made.missing[0].id, 0)
    assert copy.missing[0].id not in (0, moved.id)


# Deleting and restoring


def test_a_deleted_playlist_is_restored_exactly(catalogue: Catalogue, ids: list[int]) -> None:
    folder = catalogue.playlist_folders.create("Folder")
    entries = [ids[2], MissingEntry(Path("/x.mp3"), "Lost"), ids[0], ids[2]]
    made = catalogue.playlists.create("List", entries, folder_id=folder.id)

    catalogue.playlists.delete(made.id)
    other = catalogue.playlists.create("Other", [])
    catalogue.playlists.restore(made)

    assert named(catalogue, "List") == made
    assert other.id != made.id, "an id is never used again"


def test_a_restored_playlist_makes_way_for_what_was_made_meanwhile(
    catalogue: Catalogue, ids: list[int]
) -> None:
    folder = catalogue.playlist_folders.create("Folder")
    made = catalogue.playlists.create("List", ids, folder_id=folder.id)
    catalogue.playlists.delete(made.id)
    catalogue.playlists.create("List", [])
    catalogue.playlist_folders.delete(folder.id, with_playlists=False)
    forget(catalogue, ids[0])

    catalogue.playlists.restore(made)

    restored = named(catalogue, "List (2)")
    assert (restored.id, restored.folder_id) == (made.id, None)
    assert restored.track_ids == (ids[1], ids[2])


def test_playlists_are_sorted_naturally(catalogue: Catalogue) -> None:
    for name in ("Mix 10", "mix 2", "Éclair"):
        catalogue.playlists.create(name, [])

    assert [each.name for each in catalogue.playlists.all()] == ["Éclair", "mix 2", "Mix 10"]


def test_playlists_of_an_older_catalogue_stay(tmp_path: Path) -> None:
    old = Database(tmp_path / "catalogue.sqlite3", MIGRATIONS[:BEFORE])
    with old.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, x'2f6d')")
        for number in (7, 8):
            db.execute(
                "INSERT INTO tracks (id, folder_id, path, size, mtime_ns, content_key, title, artist, album, "
                "album_artist, genre, added_at) VALUES (?, 1, ?, 1, 1, x'', 'T', '', '', 'Band', '', 0)",
                (number, b"/m/%d" % number),
            )
        db.execute("INSERT INTO playlists VALUES (3, 'Old', 12.5), (5, 'Empty', 13)")
        # Positions have gaps where tracks have left the library.
        db.execute("INSERT INTO playlist_tracks VALUES (3, 0, 8), (3, 4, 7), (3, 9, 8)")
    old.close()

    catalogue = Catalogue(tmp_path)

    assert catalogue.playlists.all() == [
        Playlist(5, "Empty", (), 13.0),
        Playlist(3, "Old", (8, 7, 8), 12.5),
    ]
    forget(catalogue, 8)
    assert [entry.position for entry in named(catalogue, "Old").missing] == [0, 2]
    assert named(catalogue, "Old").missing[0].artist == "Band"
    assert catalogue.playlists.create("New", []).id > 5
    assert catalogue.check()[0]
    catalogue.close()


# Folders


@pytest.fixture
def tree(catalogue: Catalogue) -> dict[str, int]:
    """A > B > C, each with a playlist named after it, and D beside A."""
    folders = catalogue.playlist_folders
    found: dict[str, int] = {}
    parent = None
    for name in "ABC":
        parent = found[name] = folders.create(name, parent).id
        catalogue.playlists.create(name.lower(), [], folder_id=parent)
    found["D"] = folders.create("D").id
    return found


def places(catalogue: Catalogue) -> dict[str, str]:
    folders = catalogue.playlist_folders.all()
    return {
        each.name: "/".join(folder_names(each.folder_id, folders))
        for each in catalogue.playlists.all()
    }


def test_playlists_are_in_nested_folders(catalogue: Catalogue, tree: dict[str, int]) -> None:
    assert places(catalogue) == {"a": "A", "b": "A/B", "c": "A/B/C"}
    assert catalogue.playlist_folders.at(["A", "B"]) == tree["B"]
    new = catalogue.playlist_folders.at(["A", "New", "Inside"])
    catalogue.playlists.move([named(catalogue, "c").id], new)

    assert places(catalogue)["c"] == "A/New/Inside"
    assert catalogue.playlist_folders.at([]) is None


def test_a_folder_can_be_moved_but_not_into_itself(
    catalogue: Catalogue, tree: dict[str, int]
) -> None:
    catalogue.playlist_folders.move(tree["B"], tree["D"])
    assert places(catalogue) == {"a": "A", "b": "D/B", "c": "D/B/C"}

    for into in ("D", "B", "C"):
        with pytest.raises(PlaylistFolderError, match="put into itself"):
            catalogue.playlist_folders.move(tree["D"], tree[into])
    catalogue.playlist_folders.move(tree["B"], tree["D"])
    assert places(catalogue)["c"] == "D/B/C"


def test_names_of_folders_are_unique_beside_each_other(
    catalogue: Catalogue, tree: dict[str, int]
) -> None:
    folders = catalogue.playlist_folders
    assert folders.create("A").name == "A (2)"
    assert folders.create("A", tree["A"]).name == "A"
    assert folders.create("\n").name == "Folder"

    folders.rename(tree["D"], " Other ")
    folders.rename(tree["D"], "Other")
    with pytest.raises(PlaylistNameError, match="a folder named “A”"):
        folders.rename(tree["D"], "A")
    with pytest.raises(PlaylistNameError, match="A folder needs a name"):
        folders.rename(tree["D"], " ")

    assert PlaylistFolder(tree["D"], "Other") in folders.all()


@pytest.mark.parametrize("with_playlists", [True, False])
def test_a_deleted_folder_is_restored_exactly(
    catalogue: Catalogue, tree: dict[str, int], with_playlists: bool
) -> None:
    # Its name is taken where it moves to.
    catalogue.playlist_folders.create("C", tree["A"])
    before = places(catalogue), catalogue.playlist_folders.all(), catalogue.playlists.all()

    deleted = catalogue.playlist_folders.delete(tree["B"], with_playlists=with_playlists)

    assert places(catalogue) == (
        {"a": "A"} if with_playlists else {"a": "A", "b": "A", "c": "A/C (2)"}
    )
    catalogue.playlist_folders.restore(deleted)
    after = places(catalogue), catalogue.playlist_folders.all(), catalogue.playlists.all()
    assert after == before


def test_to_restore_a_folder_leaves_what_was_moved_meanwhile(
    catalogue: Catalogue, tree: dict[str, int]
) -> None:
    deleted = catalogue.playlist_folders.delete(tree["A"], with_playlists=True)
    nothing = catalogue.playlist_folders.delete(tree["A"], with_playlists=True)
    assert (nothing.folders, nothing.playlists) == ((), ())
    catalogue.playlist_folders.create("A")

    catalogue.playlist_folders.restore(deleted)

    assert places(catalogue) == {"a": "A (2)", "b": "A (2)/B", "c": "A (2)/B/C"}


def test_playlists_are_read_while_another_process_writes(
    catalogue: Catalogue, ids: list[int], tmp_path: Path
) -> None:
    made = catalogue.playlists.create("List", ids)
    with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")

        assert catalogue.playlists.all() == [made]
