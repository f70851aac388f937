"""Only regular files of up to 10 MB are read as playlists: nothing else ends, or fits."""

import os
import socket
import sys
from pathlib import Path

import pytest

from musicsim.playlists.files import regular_file
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.reading import read_playlist
from musicsim.playlists.files.regular_file import read_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such files")


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.m3u")
    return folder / "pipe.m3u"


def a_device(folder: Path) -> Path:
    (folder / "zero.m3u").symlink_to("/dev/zero")
    return folder / "zero.m3u"


def a_socket(folder: Path) -> Path:
    here = os.open(folder, os.O_RDONLY)
    try:
        # By a short name, whatever the folder's.
        with socket.socket(socket.AF_UNIX) as listener:
            before = Path.cwd()
            os.fchdir(here)
            listener.bind("socket.m3u")
            os.chdir(before)
    finally:
        os.close(here)
    return folder / "socket.m3u"


def a_folder(folder: Path) -> Path:
    (folder / "list.m3u").mkdir()
    return folder / "list.m3u"


def a_huge_file(folder: Path) -> Path:
    with (folder / "huge.m3u").open("wb") as huge:
        huge.truncate(5 * 10**9)
    return folder / "huge.m3u"


def a_little_too_large(folder: Path) -> Path:
    (folder / "large.m3u").write_bytes(b"#" * (10 * 10**6 + 1))
    return folder / "large.m3u"


def nothing(folder: Path) -> Path:
    return folder / "gone.m3u"


MADE = {
    a_pipe: "not a regular file",
    a_device: "not a regular file",
    a_socket: "not a regular file",
    a_folder: "is a folder",
    a_huge_file: "too large",
    a_little_too_large: "too large",
    nothing: "No such file",
}


@pytest.mark.parametrize(("make", "told"), MADE.items(), ids=[make.__name__ for make in MADE])
def test_what_is_no_playlist_file_is_told(tmp_path, make, told):
    with pytest.raises(PlaylistFileError, match=told):
        read_playlist(make(tmp_path))


def test_the_largest_one_is_read(tmp_path):
    (tmp_path / "list.m3u").write_bytes(b"#" * 10 * 10**6)
    assert len(read_bytes(tmp_path / "list.m3u")) == 10**7


def test_a_file_that_becomes_a_pipe_before_it_is_opened_is_not_waited_for(tmp_path, monkeypatch):
    file = tmp_path / "list.m3u"
    file.touch()

    def open_later(path, flags):
        file.unlink()
        os.mkfifo(file)
        return open_at_once(path, flags)

    open_at_once = regular_file.open_at_once
    monkeypatch.setattr(regular_file, "open_at_once", open_later)
    with pytest.raises(PlaylistFileError, match="not a regular file"):
        read_bytes(file)


@pytest.mark.skipif(not Path("/proc/kallsyms").exists(), reason="needs a large file without a size")
def test_a_file_of_the_system_that_claims_to_be_empty_is_read_up_to_the_bound(monkeypatch):
    monkeypatch.setattr(regular_file, "LARGEST", 1000)
    with pytest.raises(PlaylistFileError, match="too large"):
        read_bytes(Path("/proc/kallsyms"))
