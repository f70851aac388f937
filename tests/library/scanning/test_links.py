"""Links in a music folder: ordinary ones are followed, those to everything are asked about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from scanned_library import Library

from musicsim.base.reasons import Cause, Reason


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def library(home):
    """A music folder in the listener's home, which holds something else, too."""
    made = Library(home)
    made.file("own.mp3")
    (home / "Downloads").mkdir()
    (home / "Downloads" / "private.mp3").write_bytes(b"private")
    yield made
    made.embeddings.close()
    made.catalogue.close()


@pytest.fixture
def disks(monkeypatch) -> set[str]:
    """Folders that count as tops of disks."""
    tops: set[str] = set()
    monkeypatch.setattr(os.path, "ismount", lambda path: os.fspath(path) in tops)
    return tops


def problems(library: Library) -> dict[str, Reason]:
    return {problem.path.name: problem.reason for problem in library.catalogue.problems.all()}


@pytest.mark.parametrize("target", ["/", "..", "../..", "home", "above home"])
@pytest.mark.parametrize("how", ["scan", "update"])
def test_a_link_to_much_more_is_not_followed_but_told(library, home, disks, target, how):
    library.scan()
    target = {"home": str(home), "above home": str(home.parent)}.get(target, target)
    link = library.music / "deep" / "link"
    link.parent.mkdir()
    link.symlink_to(target if target[0] == "/" else Path("..") / target)
    if how == "scan":
        library.scan()
    else:
        library.scanner.update([link])
    assert library.paths() == {"own.mp3"}
    (told,) = problems(library).values()
    assert told == Reason(Cause.LEADS_FAR, (os.path.realpath(link),))
    assert "add that folder to your music folders" in str(told)
    # What is said of a link behind it is the same.
    library.scanner.update([link / "Downloads" / "private.mp3", link / "home" / "Downloads"])
    assert library.paths() == {"own.mp3"}
    link.unlink()
    library.scan()
    assert problems(library) == {}


def test_a_link_in_a_folder_behind_a_link_is_told_too(library, home, tmp_path, disks):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "everything").symlink_to(home)
    (library.music / "link").symlink_to(tmp_path / "elsewhere")
    library.scan()
    assert library.paths() == {"own.mp3"}
    assert set(problems(library)) == {"everything"}


def test_a_link_to_another_folder_or_a_file_is_followed_as_ever(library, home, tmp_path, disks):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.mp3").write_bytes(b"a")
    for name, target in {
        "elsewhere": tmp_path / "elsewhere",
        "Downloads": home / "Downloads",
        "file.mp3": home / "Downloads" / "private.mp3",
        "itself": library.music,
        "gone": tmp_path / "gone",
    }.items():
        (library.music / name).symlink_to(target)
    library.scan()
    assert library.paths() == {"own.mp3", "elsewhere/a.mp3", "Downloads/private.mp3", "file.mp3"}
    assert problems(library) == {}


def test_a_link_to_a_disk_is_asked_about(library, tmp_path, disks):
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "a.mp3").write_bytes(b"a")
    disks.add(str(disk))
    (library.music / "disk").symlink_to(disk)
    library.scan()
    assert library.paths() == {"own.mp3"}
    assert problems(library) == {"disk": Reason(Cause.LEADS_FAR, (str(disk),))}
    # As it says.
    library.scanner.scan([disk])
    library.scanner.scan()
    assert {track.path for track in library.catalogue.tracks.all()} == {
        library.music / "own.mp3",
        disk / "a.mp3",
    }


def test_a_disk_from_which_the_library_has_tracks_is_followed_as_before(library, tmp_path, disks):
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "a.mp3").write_bytes(b"a")
    (library.music / "disk").symlink_to(disk)
    library.scan()
    disks.add(str(disk))
    (disk / "b.mp3").write_bytes(b"b")
    library.scan()
    assert library.paths() == {"own.mp3", "disk/a.mp3", "disk/b.mp3"}
    assert problems(library) == {}


def test_tracks_that_an_earlier_musicsim_found_behind_such_a_link_are_kept(
    library, home, monkeypatch, disks
):
    (library.music / "home").symlink_to(home)
    with monkeypatch.context() as patch:
        patch.setattr("musicsim.library.scanning.walking.far_target", lambda *_: None)
        library.scan()
    assert "home/Downloads/private.mp3" in library.paths()
    library.scan()
    assert "home/Downloads/private.mp3" in library.paths()
    assert library.paths(missing=True) == set()
    assert set(problems(library)) == {"home"}


def test_a_link_that_is_left_out_is_not_told(library, home, disks):
    (library.music / ".hidden").symlink_to(home)
    (library.music / "up").symlink_to(home)
    (library.music / ".musicsimignore").write_text("up")
    library.scan()
    library.scanner.update([library.music / "up"])
    assert problems(library) == {}
