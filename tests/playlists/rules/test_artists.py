"""Guests and spellings count for the main artist, nobody has no limit, and a compilation is one album."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.query.folding import fold
from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.artists import album_key, artist_key


def track(artist: str = "", album: str = "", *, file: str = "/m/1.mp3", **more) -> Track:
    credit = {name: more.pop(name) for name in ("first_artist", "compilation") if name in more}
    return Track(1, file, Tags(artist=artist, album=album, **more), 1, 1, 0.0, **credit)


def key(artist: str, **more) -> str:
    return artist_key(track(artist, **more))


@pytest.mark.parametrize(
    ("artist", "main"),
    [
        ("mara", "Mara"), ("MARA", "Mara"), (" Mara  ", "Mara"), ("Mára", "Mara"), ("Mara feat. Ann", "Mara"),
        ("Mara feat Ann", "Mara"), ("Mara Feat.Ann", "Mara"), ("Mara ft. Cid", "Mara"), ("Mara Ft Cid", "Mara"),
        ("Mara featuring Dee & Eve", "Mara"), ("Mara (feat. Ann)", "Mara"), ("Mara [ft. Ann]", "Mara"),
        ("Mara with Ann", "Mara"), ("Mara (with Ann)", "Mara"), ("Mara w/ Ann", "Mara"), ("Mara & Fay", "Mara"),
        ("Mara and Fay", "Mara"), ("Mara + Fay", "Mara"), ("Mara; Eve", "Mara"), ("Mara;Eve", "Mara"),
        ("Mara / Eve", "Mara"), ("Mara/Evelyn", "Mara"), ("Mara // Eve", "Mara"), ("Mara\\\\Eve", "Mara"),
        ("Mara vs. Gil", "Mara"), ("Mara x Gil", "Mara"), ("Mara × Gil", "Mara"), ("Mara | Gil", "Mara"),
        ("Mara、Gil", "Mara"), ("Mara con Ana", "Mara"), ("Mara avec Ana", "Mara"), ("Mara mit Ana", "Mara"),
        ("Mara part. Ana", "Mara"), ("Mara und Ana", "Mara"), ("Mara y Ana", "Mara"), ("Mara et Ana", "Mara"),
        ("Мара и Аня", "Мара"), ("Mara presents Gil", "Mara"), ("Mara meets Gil", "Mara"),
        ("Lil Nas X feat. Bob", "Lil Nas X"), ("Lil Nas X & Bob", "Lil Nas X"), ("初音ミク feat. Bob", "初音ミク"),
        ("गायक & Bob", "गायक"), ("那英&王菲", "那英"), ("周杰伦／费玉清", "周杰伦"),
        ("中島みゆき×椎名林檎", "中島みゆき"), ("The Beetles", "Beetles"), ("Beetles, The", "Beetles"),
        ("the  beetles", "Beetles"), ("Beetles, The feat. Ann", "Beetles"), ("Ärzte, Die", "Die Ärzte"),
        ("Lobos, Los", "Los Lobos"), ("R.E.M.", "REM"), ("N.W.A", "NWA"), ("Guns N’ Roses", "Guns N' Roses"),
        ("Belle & Sebastian", "Belle and Sebastian"), ("Florence + the Machine", "Florence & The Machine"),
        ("Nick Cave & the Bad Seeds", "Nick Cave and the Bad Seeds"), ("Bob Marley & The Wailers", "Bob Marley"),
        ("Sly & the Family Stone", "Sly and The Family Stone"), ("Prince & The Revolution", "Prince"),
    ],
)  # fmt: skip
def test_guests_and_spellings_are_the_main_artist(artist, main):
    assert key(artist) == key(main) != ""
    assert key(unicodedata.normalize("NFD", artist)) == key(main)


NAMES = [
    "Simon & Garfunkel", "Earth, Wind & Fire", "Tyler, The Creator", "Tyler", "AC/DC", "AC", "Hall & Oates",
    "Mumford & Sons", "Crosby, Stills, Nash & Young", "Crosby, Stills & Nash", "Davis, Miles", "Davis, Sammy",
    "Florence + the Machine", "K/DA", "K", "!!!", "-M-", "M", "+/-", "Sunn O)))", "???", "The The", "Die Ärzte",
    "Le Tigre", "X", "Lil Nas X", "Lil Nas", "The xx", "A-ha", "Йога", "Иога", "गायक", "คาราบาว", "群",
    "Emerson, Lake & Palmer", "Peter, Paul and Mary", "Blood, Sweat & Tears", "Withered Hand", "Featurecast",
    "Andrew", "Vsevolod", "Men Without Hats", "Ft Lauderdale",
]  # fmt: skip


def test_names_of_bands_stay_apart():
    assert len({key(name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize(
    "where",
    [
        {"album_artist": "Simon & Garfunkel"},
        {"file": "/m/Simon & Garfunkel/Bookends/01.mp3"},
        {"file": "/m/Simon and Garfunkel - Bookends/01.mp3"},
    ],
)
@pytest.mark.parametrize("artist", ["Simon & Garfunkel", "Simon and Garfunkel feat. Bob"])
def test_a_name_that_music_is_filed_under_is_one(artist, where):
    assert key(artist, **where) == "simon and garfunkel" != key("Simon")
    assert key("Simon & Fay", album_artist="Simon") == key("Simon")


def test_several_values_are_the_first_and_its_guests():
    assert key("Mara, Eve", first_artist="Mara") == key("Mara")
    assert key("Tyler, The Creator, Eve", first_artist="Tyler, The Creator") == key(
        "Tyler, The Creator"
    )
    # As one text only if the album is the first one's.
    assert key("Mara, Eve", album_artist="Mara") == key("Mara")
    assert key("Mara, Eve", file="/m/Mara/Sky/1.mp3") == key("Mara")
    assert key("那英，王菲", album_artist="那英") == key("那英")


@pytest.mark.parametrize(
    "name",
    [
        "Various Artists", "various artists", "VARIOUS", "V.A.", "VA", "V/A", "Various", "Verschiedene Interpreten",
        "Diverse", "Artistes variés", "Multi-Artistes", "Artisti Vari", "AA.VV.", "Varios Artistas",
        "Vários Artistas", "Vários intérpretes", "Diverse artiesten", "Blandade artister", "Diverse kunstnere",
        "Eri esittäjiä", "Różni wykonawcy", "Různí interpreti", "Különböző előadók", "Artiști diverși",
        "Разные исполнители", "Сборник", "Різні виконавці", "Διάφοροι Καλλιτέχνες", "Çeşitli Sanatçılar",
        "אמנים שונים", "فنانون متنوعون", "विभिन्न कलाकार", "ศิลปินหลายคน", "Nhiều Nghệ Sĩ", "Berbagai Artis",
        "ヴァリアス・アーティスト", "オムニバス", "群星", "各种艺术家", "여러 아티스트", "Razni izvođači",
        "Unknown Artist", "<unknown>", "[unknown]", "Unbekannter Interpret", "Artiste inconnu",
        "Artista desconocido", "Artista desconhecido", "Artista sconosciuto", "Onbekende artiest", "Okänd artist",
        "Ukendt kunstner", "Tuntematon esittäjä", "Nieznany wykonawca", "Neznámý interpret", "Ismeretlen előadó",
        "Неизвестный исполнитель", "Невідомий виконавець", "Άγνωστος καλλιτέχνης", "Bilinmeyen Sanatçı",
        "אמן לא ידוע", "فنان غير معروف", "アーティスト不明", "未知艺术家", "알 수 없는 아티스트", "Soundtrack", "",
        "-",
    ],
)  # fmt: skip
def test_nobody_is_no_artist(name):
    assert key(name) == key(name.upper()) == key(name.lower()) == ""
    assert key(unicodedata.normalize("NFD", name)) == ""
    assert key("", album_artist=name) == ""
    assert key("Mara", album_artist=name) == key("Mara")
    assert key(name, album_artist="Mara") == key("Mara")


words = st.text(st.characters(categories=("Ll", "Lo", "Nd")), min_size=4, max_size=9)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
JOINED = ("feat.", "Ft", "featuring", "&", "/", ";", "x", "vs.", "and")


@given(names, names, st.sampled_from(JOINED))
def test_case_spaces_form_and_guests_do_not_change_the_key(name, guest, joined):
    same = key(name)
    assert same
    assert key(name.upper()) == key(name.upper().lower()) == key(name.casefold())
    assert key(f" {name.replace(' ', '  ')}\N{NO-BREAK SPACE}") == same
    assert key(unicodedata.normalize("NFD", name)) == same
    assert key(f"{name} {joined} {guest}") == same
    assert key(f"The {name}") == key(f"{name}, The") == same
    assert key(f"{name}, {guest}", first_artist=name) == same
    assert key(f"{name}, {guest}", album_artist=name) == same


@given(names, names)
def test_two_names_share_no_key(name, other):
    if fold(name) != fold(other):
        assert key(name) != key(other)


def test_a_compilation_is_one_album_whoever_it_is_by():
    hits = album_key(track("Ann", "Hits", compilation=True))
    assert hits == album_key(track("Bob", "hits", compilation=True))
    assert hits == album_key(track("Bob", "Hits", album_artist="Various Artists"))
    assert hits == album_key(track("Bob", "Hits", album_artist="Verschiedene Interpreten"))
    assert hits != album_key(track("Bob", "Hits", album_artist="DJ Eve"))
    assert hits != album_key(track("Bob", "Hits"))


def test_a_folder_of_an_albums_name_holds_one_album():
    one = album_key(track("Ann", "Club Hits 99", file="/m/Club Hits 99/1.mp3"))
    assert one == album_key(track("Bob", "Club hits 99", file="/m/Club Hits 99/2.mp3"))
    assert one == album_key(track("Eve", "Club Hits 99", file="/m/Club Hits 99/CD 2/1.mp3"))
    assert one != album_key(track("Bob", "Club Hits 99", file="/n/2.mp3"))
    assert one != album_key(track("Bob", "Club Hits 9", file="/m/Club Hits 99/2.mp3"))


def test_guests_discs_and_spellings_are_one_album():
    sky = album_key(track("Mara", "Sky"))
    assert sky == album_key(track("Mara feat. Ann", "SKY"))
    assert sky == album_key(track("The Mara", "Sky (Disc 2)"))
    assert sky == album_key(track("Ann", "Sky [CD1]", album_artist="Mara"))
    assert sky != album_key(track("Ann", "Sky"))
    assert album_key(track("Mara", "")) is None


@pytest.mark.parametrize(
    "title",
    [
        "Unknown Album",
        "<Unknown album>",
        "[non-album tracks]",
        "Unbekanntes Album",
        "不明なアルバム",
        "Unknown Album (12/3/2009 4:15:01 PM)",
        "",
    ],
)
def test_an_album_that_is_not_known_is_none(title: str) -> None:
    assert album_key(track("Mara", title)) is None
    assert album_key(track("Mara", "The Unknown Album")) is not None
