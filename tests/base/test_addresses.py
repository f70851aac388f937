"""`file:` addresses in every spelling that desktops and playlists use."""

import os
import socket
from pathlib import Path

import pytest

from musicsim.base.addresses import is_address, path_of_address

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these are paths of other systems")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///a/b.mp3", "/a/b.mp3"),
        ("file:/a/b.mp3", "/a/b.mp3"),
        ("file://localhost/a/b.mp3", "/a/b.mp3"),
        ("FILE://LocalHost/a/b.mp3", "/a/b.mp3"),
        ("File:///a%20b/%C3%9C%23%25%3F.mp3", "/a b/Ü#%?.mp3"),
        ("file:///a b/Ü#1?.mp3", "/a b/Ü#1?.mp3"),
        ("file:///%FF%e9.mp3", "/\udcff\udce9.mp3"),
        ("file:///\udcff.mp3", "/\udcff.mp3"),
        ("file:///100%.mp3", "/100%.mp3"),
        ("file:///two%0Alines%2520.mp3", "/two\nlines%20.mp3"),
        (f"file://{socket.gethostname()}/a", "/a"),
    ],
)
def test_the_path_of_an_address(address: str, path: str) -> None:
    assert is_address(address)
    assert path_of_address(address) == Path(path)


@pytest.mark.parametrize(
    "text",
    [
        "file://another.example/a",
        "file:relative.mp3",
        "file:",
        "file:///a%00b",
        "file:///\ud800",
        "http://radio.example/a.mp3",
        "/a/b.mp3",
        "a%20b.mp3",
        "",
    ],
)
def test_what_is_no_file_of_this_computer(text: str) -> None:
    assert path_of_address(text) is None


@pytest.mark.parametrize("path", ["/a/b.mp3", "C:/a/b.mp3", "a:b.mp3", "file:x.mp3", "http:x.mp3"])
def test_a_path_is_no_address(path: str) -> None:
    assert not is_address(path)
