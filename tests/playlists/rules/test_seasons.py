"""Seasonal music is known by what tags say in many languages, and by nothing that only looks like it."""

from datetime import date

import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.season import Season, is_out_of_season, season_of


def season(**tags) -> Season | None:
    return season_of(Track(1, "/m/1.mp3", Tags(**tags), 1, 1, 0.0))


@pytest.mark.parametrize(
    "text",
    [
        *("White Christmas", "Christmas", "X-Mas Party", "Merry X’mas", "XMAS", "Yule Log"),
        *(
            "Petit Papa Noël",
            "The First Nowell & Noel",
            "Feliz Navidad",
            "Villancicos",
            "Bon Nadal",
        ),
        *(
            "Buon Natale",
            "Canções de Natal",
            "Weihnachtslieder",
            "Oh Weihnachtszeit",
            "Adventszeit",
        ),
        *("Kerst", "Kerstmis", "Kerstliedjes", "God Jul", "Glædelig jul", "Julsånger", "Juleaften"),
        *("Joululauluja", "Boże Narodzenie", "Kolędy", "Vánoce", "Vianočné", "Sretan Božić"),
        *("Karácsonyi dalok", "Crăciun fericit", "Colinde", "Kalėdos", "Giáng Sinh"),
        *("Рождество", "Різдвяна", "Колядки", "Коледа", "Χριστούγεννα", "כריסמס"),
        *(
            "クリスマス・イブ",
            "圣诞快乐",
            "聖誕節",
            "메리 크리스마스",
            "สุขสันต์วันคริสต์มาส",
            "मेरी क्रिसमस",
        ),
        *("Jingle Bells", "Silent Night", "Stille Nacht", "Rudolph, the Red-Nosed Reindeer"),
        *("Carol of the Bells", "O Tannenbaum", "Minuit, chrétiens"),
    ],
)
def test_christmas_in_many_languages(text):
    assert season(title=text) is season(album=text) is season(genre=text) is Season.CHRISTMAS


@pytest.mark.parametrize(
    "text", ["Halloween", "Hallowe'en", "Samhain", "ハロウィン", "핼러윈", "Monster Mash"]
)
def test_halloween(text):
    assert season(title=text) is Season.HALLOWEEN


@pytest.mark.parametrize(
    "text",
    [
        *("Adventure", "Adventures", "Advent of the Robots"),
        *("July", "Julia", "Juliet", "Jules", "Live 12 Jul 1999", "Juliana", "Julenka"),
        *("Natalie", "Natalia", "Natal Chart", "Pre-Natal", "Kwazulu-Natal"),
        *("Kerstin", "Kersten", "Kersti", "Noelle", "Noelia", "Joules", "Joy to the World"),
        *("Holiday", "Winter", "Snow", "Carol", "Oh Carol", "Rudolph Valentino", "Rudolf"),
        *("Helloween", "Hallow", "Xmascara", "Colindale", "크리스", ""),
    ],
)
def test_what_only_looks_like_it(text):
    assert season(title=text, album=text) is None


def test_the_artist_is_not_looked_at():
    assert season(title="Riverman", artist="Noel Gallagher") is None
    assert (
        season(album="Noel Gallagher’s High Flying Birds", artist="Noel Gallagher", title="AKA")
        is None
    )
    assert season(album="Noel Harrison", album_artist="Noel Harrison") is None
    assert season(title="White Christmas", artist="Christmas") is Season.CHRISTMAS
    assert (
        season(title="Christmas Time", album="Noel Gallagher", artist="Noel Gallagher")
        is Season.CHRISTMAS
    )


def test_shops_file_it_under_holiday():
    assert season(genre="Holiday") is season(genre="Pop; Holiday") is Season.CHRISTMAS
    assert season(genre="Holiday Rock") is None


@pytest.mark.parametrize(
    ("which", "day", "includes"),
    [
        (Season.CHRISTMAS, date(2026, 11, 24), False),
        (Season.CHRISTMAS, date(2026, 11, 25), True),
        (Season.CHRISTMAS, date(2026, 12, 31), True),
        (Season.CHRISTMAS, date(2027, 1, 7), True),
        (Season.CHRISTMAS, date(2027, 1, 8), False),
        (Season.HALLOWEEN, date(2026, 10, 14), False),
        (Season.HALLOWEEN, date(2026, 10, 31), True),
        (Season.HALLOWEEN, date(2026, 11, 3), False),
        (Season.CHRISTMAS, date(2028, 2, 29), False),
    ],
)
def test_when_it_is_played(which, day, includes):
    title = {Season.CHRISTMAS: "Christmas", Season.HALLOWEEN: "Halloween"}[which]
    track = Track(1, "/m/1.mp3", Tags(title), 1, 1, 0.0)

    assert which.includes(day) is includes
    assert is_out_of_season(track, day) is not includes
    assert not is_out_of_season(Track(1, "/m/1.mp3", Tags("Song"), 1, 1, 0.0), day)
