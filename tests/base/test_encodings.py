"""Text from bytes: what other programs wrote, in whatever encoding."""

import codecs
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from musicsim.base.encodings import decode, decode_all, readable

OF_OTHER_ALPHABETS = [
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
    ("gb18030", ["春はゆく", "椎名林檎"]),
    ("cp950", ["周杰倫", "七里香"]),
    ("cp950", ["愛我別走", "張震嶽"]),
    ("cp950", ["鄧麗君", "月亮代表我的心"]),
    ("cp950", ["陳奕迅 - 十年"]),
    ("euc_jp", ["春はゆく", "坂本龍一"]),
    ("euc_jp", ["プラスティック・ラブ", "竹内まりや"]),
    ("utf-8", ["Björk", "Jóga"]),
    ("utf-8", ["Björk"]),
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


@pytest.mark.parametrize("texts", LATIN)
def test_latin_text_stays_as_it_is(texts):
    # Quotes and dashes of Windows-1252 look like Latin-1's control characters.
    raw = [text.encode("latin-1") for text in texts]
    assert decode_all(raw) == [text.decode("cp1252") for text in raw]


ENCODED = [
    ("cp1252", ["Jóga – ’97", "Björk"]),
    ("cp932", ["春はゆく", "坂本龍一"]),
    ("gb18030", ["长相思", "常静"]),
    ("cp1251", ["Группа крови", "Кино"]),
    ("utf-16-le", ["Группа крови", "Кино"]),
    ("utf-16-be", ["Group", "Björk – ’97"]),
    ("utf-16-le", ["春はゆく", "坂本龍一", "Live"]),
    ("utf-16-le", ["월광 소나타", "김광석", "1999"]),
    ("utf-16", ["Blue", "春はゆく"]),
    ("utf-8-sig", ["Blue", "春はゆく"]),
    ("utf-32", ["Blue", "春はゆく"]),
]


@pytest.mark.parametrize(("encoding", "texts"), [*ENCODED, *OF_OTHER_ALPHABETS])
def test_bytes_of_every_encoding_are_read(encoding, texts):
    assert decode_all([text.encode(encoding) for text in texts]) == texts


def test_no_text_takes_the_others_along():
    texts = [
        "Группа крови".encode("cp1251"),
        "Björk".encode(),
        b"\x01\x02",
        b"\xff\x98\x81\x00\xfe",
        "ДДТ".encode("cp1251"),
        "Звезда".encode("cp1251"),
        "春はゆく".encode("cp932"),
        b"plain",
    ]
    read = decode_all(texts)
    assert read[:2] == ["Группа крови", "Björk"]
    assert read[4:] == ["ДДТ", "Звезда", "春はゆく", "plain"]


def test_a_long_list_is_judged_by_its_beginning():
    names = [f"Группа крови {n}" for n in range(5000)]
    lines = [name.encode("cp1251") for name in names]
    assert decode_all([*lines, b"\x98"]) == [*names, "˜"]
    assert decode_all([b"\x98\xff", *lines, b"\x98"]) == ["˜ÿ", *names, "˜"]


@pytest.mark.parametrize("text", [b"Bl\0", b"Bl\0\0", b"ab\0cd", b"a\0", b"ab\0\x01"])
def test_zeros_after_a_text_make_no_utf_16(text):
    assert decode(text) == text.decode()


def test_damaged_unicode_stays_unicode():
    assert decode("Björk – Jóga".encode() + b" \x97 \xe9t\xe9") == "Björk – Jóga — été"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "gb18030", "cp949"])
def test_a_character_that_is_cut_in_two_is_left_out(encoding):
    text = "사랑해요 그대를" if encoding == "cp949" else "春はゆく花"
    assert decode(text.encode(encoding)[:-1]) == text[:-1]


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("cp1253", "Ελλάδα"),
        ("iso-8859-2", "Dvořák"),
        ("windows-1250", "Dvořák"),
        ("ISO_8859-8", "שלום"),
        ("big5", "紅"),
        ("SHIFT-JIS", "桜"),
        ("koi8-r", "Кино"),
        ("utf-16-le", "桜花"),
    ],
)
def test_what_a_file_declares_is_believed(declared, text):
    assert decode(text.encode(declared), declared) == text
    assert decode(text.encode(), declared) == text  # UTF-8 can't be anything else


@pytest.mark.parametrize(
    "declared",
    [
        "",
        "\0",
        "no such",
        "hex",
        "rot13",
        "idna",
        "unicode_escape",
        "utf-7",
        "mbcs",
        "é",
        "x" * 9999,
    ],
)
def test_what_is_no_encoding_of_text_is_not_believed(declared):
    assert decode(b"caf\xe9 \\x41 +AGE-", declared) == "café \\x41 +AGE-"


@pytest.mark.parametrize("declared", ["latin-1", "iso-8859-1", "cp1252", "us-ascii"])
def test_latin_1_is_what_programs_declare_that_know_no_other(declared):
    assert decode("Группа крови".encode("cp1251"), declared) == "Группа крови"


def test_controls_of_latin_1_are_what_windows_has_there():
    assert readable("Rock\x92n\x92Roll\x85\x81\ufeff") == "Rock’n’Roll…"
    assert readable("Bj\ufffdrk\ud800") == "Bj?rk"
    assert decode("Rock\x92n".encode()) == "Rock’n"


def acceptable(text: str) -> bool:
    return not any(
        c in "\ufffd\ufeff" or "\x80" <= c <= "\x9f" or unicodedata.category(c) == "Cs"
        for c in text
    )


SOME_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=40)
WRITTEN = st.tuples(
    SOME_TEXT, st.sampled_from(["cp1251", "cp1252", "cp932", "gb18030", "cp949", "cp950", "utf-8"])
).map(lambda made: made[0].encode(made[1], "ignore"))
DECLARED = (
    st.none() | st.text(max_size=8) | st.sampled_from(["cp1253", "utf-16", "utf-32-be", "big5"])
)


@given(st.lists(st.binary(max_size=60) | WRITTEN, max_size=8), DECLARED)
@example([b"\xef\xbf\xbd", b"\xed\xa0\x80", codecs.BOM_UTF16_LE + b"\x00\xd8"], None)
@example([bytes(range(256))], "utf-32-be")
@example([b"\0\0\0\0\0\x80\1"], "utf-16")
def test_any_bytes_are_text(texts, declared):
    read = decode_all(texts, declared)
    assert len(read) == len(texts)
    assert all(map(acceptable, read))


@given(st.lists(SOME_TEXT, max_size=6), st.lists(st.binary(max_size=40), max_size=3))
def test_unicode_is_read_as_it_was_written_whatever_stands_beside_it(texts, others):
    read = decode_all([*(text.encode() for text in texts), *others])
    assert read[: len(texts)] == [readable(text) for text in texts]
