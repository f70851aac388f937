import mutagen.id3
import numpy as np
import pytest
import soundfile
from tagged_files import make

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
    ("cp1251", ["Научи меня быть счастливым", "АукцЫон", "Птица"]),
    ("cp1251", ["Знаешь ли ты", "МакSим"]),
    ("cp1251", ["ВКонтакте", "Тату"]),
    ("cp1251", ["Ў кожным доме", "Ляпіс Трубяцкой"]),
    ("cp949", ["서태지와 아이들", "난 알아요"]),
    ("cp949", ["김광석", "거리에서 (live)"]),
    ("cp949", ["사랑Ⅱ", "김건모"]),
    ("cp949", ["愛 사랑", "조용필"]),
    ("cp932", ["ドラゴンクエストⅡ", "すぎやまこういち"]),
    ("cp932", ["①はじまり", "植松伸夫"]),
    ("cp932", ["ＴＲＵＥ　ＬＯＶＥ", "藤井フミヤ"]),
    ("cp932", ["僕らは今のなかで", "μ's"]),
    ("cp932", ["浜崎あゆみ", "桜"]),
    ("cp932", ["宇多田ヒカル", "First Love"]),
    ("cp932", ["Mr.Children 花火"]),
    ("gb18030", ["周杰伦", "七里香"]),
    ("gb18030", ["江南", "林俊杰"]),
    ("gb18030", ["传奇", "李健"]),
    ("gb18030", ["吻别", "张学友"]),
    ("gb18030", ["红豆", "王菲"]),
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
    ["Þú ert", "Þórr", "Ó", "Já"],
    ["ÆØÅ", "Åh", "På"],
    ["ÜBER", "DIE ÄRZTE"],
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
