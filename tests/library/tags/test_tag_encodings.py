import mutagen.id3
import numpy as np
import pytest
import soundfile
from tagged_files import make

from musicsim.library.tags import read_tags


def as_latin_1(text: str, encoding: str) -> str:
    """How text of an old program looks to one that believes what the tag says of itself."""
    return text.encode(encoding).decode("latin-1")


def test_an_old_tag_is_read_as_it_was_meant_and_never_written(tmp_path):
    path = tmp_path / "a.mp3"
    soundfile.write(path, np.zeros(4800, np.float32), 48_000)
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=0, text=as_latin_1("Группа крови", "cp1251")))
    tags.add(mutagen.id3.TPE1(encoding=0, text=as_latin_1("Кино", "cp1251")))
    # What says that it is Unicode is believed, even if it looks like mojibake.
    tags.add(mutagen.id3.TALB(encoding=3, text=as_latin_1("Группа", "cp1251")))
    tags.save(path)
    before = path.read_bytes()
    found, _ = read_tags(path)
    assert (found.artist, found.title) == ("Кино", "Группа крови")
    assert found.album == as_latin_1("Группа", "cp1251")
    assert path.read_bytes() == before


def test_other_texts_of_a_file_do_not_hinder_it(tmp_path):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=0, text=as_latin_1("잘못된 만남", "cp949")))
    tags.add(mutagen.id3.TPE1(encoding=0, text=as_latin_1("김건모", "cp949")))
    tags.add(mutagen.id3.USLT(encoding=0, text=as_latin_1("난 너를 믿었던 만큼", "cp949")))
    tags.add(mutagen.id3.TCOP(encoding=0, text="\xa9 1995"))
    tags.save(path)
    assert (read_tags(path)[0].title, read_tags(path)[0].artist) == ("잘못된 만남", "김건모")


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_a_character_that_id3_of_version_1_cuts_in_two_is_left_out(tmp_path, encoding):
    path = make(tmp_path, "mp3")
    title = "a나의사랑너의사랑우리의사랑나의사랑"
    fields = [(title.encode(encoding)[:30], 30), ("김건모".encode(encoding), 30)]
    block = b"TAG" + b"".join(text.ljust(size, b"\0") for text, size in fields)
    path.write_bytes(path.read_bytes() + block.ljust(128, b"\0"))
    tags = read_tags(path)[0]
    assert title.startswith(tags.title)
    assert (len(tags.title) > 8, tags.artist) == (True, "김건모")
