import mutagen.id3
import numpy as np
import pytest
import soundfile

from musicsim.library.tags import read_tags
from musicsim.library.tags.encodings import repair


def as_latin_1(text: str, encoding: str) -> str:
    """How text of an old program looks to one that believes what the tag says of itself."""
    return text.encode(encoding).decode("latin-1")


MISLABELLED = [
    ("cp1251", ["Кино", "Группа крови", "Звезда по имени Солнце"]),
    ("cp1251", ["ДДТ", "Что такое осень", "Актриса Весна (1992)"]),
    ("cp1251", ["Аквариум"]),
    ("cp1251", ["Океан Ельзи", "Вулиця"]),
    ("cp949", ["서태지와 아이들", "난 알아요"]),
    ("cp949", ["김광석", "거리에서 (live)"]),
    ("cp932", ["浜崎あゆみ", "桜"]),
    ("cp932", ["宇多田ヒカル", "First Love"]),
    ("cp932", ["Mr.Children 花火"]),
    ("gb18030", ["周杰伦", "七里香"]),
    ("utf-8", ["Björk", "Jóga"]),
    ("utf-8", ["Кино", "Группа крови"]),
]
LATIN = [
    ["Björk", "Jóga"],
    ["Sigur Rós", "Ágætis byrjun"],
    ["Mötley Crüe", "Motörhead", "Blue Öyster Cult"],
    ["Édith Piaf", "À la claire fontaine", "Été"],
    ["Øystein Sævik", "Mørk"],
    ["Señor Coconut", "¿Qué?", "«Où»"],
    ["ÄÖÜ"],
    ["AC/DC", "T.N.T."],
    ["Rock\x92n\x92Roll \x97 \x93Café\x94"],
    ["Ó", "É", "À", "Ú"],
]


@pytest.mark.parametrize(("encoding", "texts"), MISLABELLED)
def test_what_other_alphabets_look_like_is_undone(encoding, texts):
    wrong = [as_latin_1(text, encoding) for text in texts]
    repaired = repair(wrong)
    assert [repaired.get(text, text) for text in wrong] == texts


@pytest.mark.parametrize("texts", LATIN)
def test_latin_text_stays_as_it_is(texts):
    assert repair(texts) == {}


def test_text_that_is_no_latin_1_at_all_stays_as_it_is():
    assert repair(["Кино", "밤"]) == {}


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
