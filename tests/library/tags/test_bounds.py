"""What tags may inflate to; tests/security has the files that try it."""

import io
import zlib

import pytest
from mutagen.id3 import _frames

from musicsim.library.tags import bounds, read_tags
from musicsim.library.tags.bounds import BoundedFile, TooMuchError, begin_file

inflate = _frames.zlib.decompress


def test_mutagen_inflates_within_the_bound_of_a_file(monkeypatch):
    monkeypatch.setattr(bounds, "_MOST_INFLATED", 100)
    assert begin_file(io.BytesIO(b"fLaC"))
    assert inflate(zlib.compress(bytes(60))) == bytes(60)
    with pytest.raises(zlib.error, match="too large"):
        inflate(zlib.compress(bytes(41)))
    assert inflate(zlib.compress(bytes(40))) == bytes(40)
    assert begin_file(io.BytesIO(b""))
    assert inflate(zlib.compress(bytes(100))) == bytes(100)


def test_what_is_cut_short_is_no_frame():
    begin_file(io.BytesIO(b""))
    with pytest.raises(zlib.error, match="cut short"):
        inflate(zlib.compress(bytes(1000))[:-3])


@pytest.mark.parametrize(("size", "is_read"), [(b"\0\0\1\0", True), (b"\x7f\x7f\x7f\x7f", False)])
def test_an_id3_tag_may_have_a_size_and_no_more(tmp_path, size, is_read):
    file = io.BytesIO(b"ID3\4\0\0" + size)
    assert begin_file(file) is is_read
    assert file.tell() == 0
    path = tmp_path / "a.mp3"
    path.write_bytes(file.getvalue() + bytes(300))
    assert read_tags(path)[0].title == ""


def test_only_so_much_is_read_of_a_file(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(bytes(100))
    for limit, value in (("LARGEST_READ", 50), ("_MOST_READ", 99), ("_MOST_READS", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(bounds, limit, value)
            with BoundedFile(io.FileIO(path)) as file, pytest.raises(TooMuchError):  # noqa: PT012
                file.read(40)
                file.read()
    with BoundedFile(io.FileIO(path)) as file:
        assert file.read(2**40) == bytes(100)
