from pathlib import PurePosixPath

import pytest

from musicsim.library.tags.names import complete
from musicsim.library.types import Tags

CASES = [
    ("Blue.mp3", Tags("Blue")),
    ("Ada - Blue.mp3", Tags("Blue", "Ada")),
    ("03 Blue.mp3", Tags("Blue", track_number=3)),
    ("03. Blue.mp3", Tags("Blue", track_number=3)),
    ("2-03 - Ada - Blue.mp3", Tags("Blue", "Ada", disc_number=2, track_number=3)),
    ("03_ada_-_blue.mp3", Tags("blue", "ada", track_number=3)),
    ("1999.mp3", Tags()),
    ("Track 01.mp3", Tags()),
    ("Ada/Sky (1999)/03 Blue.mp3", Tags("Blue", "Ada", "Sky", year=1999, track_number=3)),
    ("Ada/1999 - Sky/03 Blue.mp3", Tags("Blue", "Ada", "Sky", year=1999, track_number=3)),
    ("Ada/Sky/CD 2/03 Blue.mp3", Tags("Blue", "Ada", "Sky", disc_number=2, track_number=3)),
    ("Ada - Sky/Blue.mp3", Tags("Blue", "Ada", "Sky")),
    ("Ada - Sky [1999]/03 - Ada - Blue.mp3", Tags("Blue", "Ada", "Sky", year=1999, track_number=3)),
    ("Ada/Sky/Blue - Live.mp3", Tags("Blue - Live", "Ada", "Sky")),
    ("Jazz/Ada/Sky/Blue.mp3", Tags("Blue", "Ada", "Sky")),
    ("Downloads/Blue.mp3", Tags("Blue")),
    ("Evening/Blue.mp3", Tags("Blue")),
    ("Music/Sky/Blue.mp3", Tags("Blue")),
    ("Ada/Unsorted/Blue.mp3", Tags("Blue")),
]


@pytest.mark.parametrize(("path", "expected"), CASES)
def test_names_stand_in_for_tags(path, expected):
    assert complete(Tags(), PurePosixPath(path)) == expected


def test_what_the_tags_say_stays():
    tags = Tags("Red", "Eve", "Sea", year=2001, track_number=9, disc_number=1)
    assert complete(tags, PurePosixPath("Ada/Sky (1999)/2-03 Blue.mp3")) == tags


def test_an_artist_beside_another_title_is_not_taken():
    assert complete(Tags("Red"), PurePosixPath("Ada - Blue.mp3")) == Tags("Red")
    assert complete(Tags("Blue"), PurePosixPath("Ada - Blue.mp3")) == Tags("Blue", "Ada")


def test_a_name_that_is_not_text_can_be_shown():
    assert (
        complete(Tags(), PurePosixPath("Bl\udcffue.mp3")).title == "Bl\N{REPLACEMENT CHARACTER}ue"
    )


ALBUM = ("1 Red", "2 Blue", "3 Sea", "10 Sky")
SINGLES = (
    "50 Cent - In da Club",
    "7 Rings",
    "99 Luftballons",
    "Blue",
    "Ada - Sea",
    "01 - 99 Problems",
)


@pytest.mark.parametrize(
    ("name", "siblings", "expected"),
    [
        # Without a separator, a number is a track's only among others.
        ("99 Luftballons", (), Tags("99 Luftballons")),
        ("99 Luftballons", SINGLES, Tags("99 Luftballons")),
        ("7 Rings", SINGLES, Tags("7 Rings")),
        ("8 Mile", (*SINGLES, "8 Mile", "Green", "Yellow", "Black"), Tags("8 Mile")),
        ("50 Cent - In da Club", (), Tags("In da Club", "50 Cent")),
        ("50 Cent - In da Club", SINGLES, Tags("In da Club", "50 Cent")),
        ("50 Cent - In da Club", ("50 Cent - In da Club", "50 Cent - P.I.M.P."), Tags("In da Club", "50 Cent")),
        ("50 Cent - In da Club", ("50 Cent - In da Club", "99 Luftballons"), Tags("In da Club", "50 Cent")),
        ("2 Blue", ALBUM, Tags("Blue", track_number=2)),
        ("10 Sky", ALBUM, Tags("Sky", track_number=10)),
        ("12 Sky", ("2 Blue", "5 Red", "12 Sky", "9 Sea"), Tags("Sky", track_number=12)),
        ("09 Blue", (), Tags("Blue", track_number=9)),
        ("21 Guns", ("19 Red", "20 Blue", "21 Guns"), Tags("Guns", track_number=21)),
        # A hyphen may be part of a name.
        ("4-Ever", SINGLES, Tags("4-Ever")),
        ("4-Ever", ("3-Red", "4-Ever", "5-Sea"), Tags("Ever", track_number=4)),
        ("112 - Only You", ("112 - Only You", "112 - Dance with Me", "Blue"), Tags("Only You", "112")),
        ("112 - Only You", ("111 - Blue", "112 - Only You", "113 - Red"), Tags("Only You", track_number=112)),
        # With one, it is one, and the title may have another.
        ("01 - 99 Problems", SINGLES, Tags("99 Problems", track_number=1)),
        ("01. 99 Problems", (), Tags("99 Problems", track_number=1)),
        ("7) 99 Problems", (), Tags("99 Problems", track_number=7)),
        ("01 99 Problems", (), Tags("99 Problems", track_number=1)),
        ("01 - 50 Cent - In da Club", (), Tags("In da Club", "50 Cent", track_number=1)),
        # In the middle
        ("Massive Attack - 05 - Exchange", SINGLES, Tags("Exchange", "Massive Attack", track_number=5)),
        ("Ada - Sky - 05 - Blue", (), Tags("Blue", "Ada", "Sky", track_number=5)),
        ("Ada - Sky - 5 - Blue", (), Tags("Blue", "Ada", "Sky", track_number=5)),
        ("Ada – Sky – 05 – Blue – Live", (), Tags("Blue – Live", "Ada", "Sky", track_number=5)),
        ("Ada - Sky (1999) - 05 - Blue", (), Tags("Blue", "Ada", "Sky", year=1999, track_number=5)),
        ("Ada - 1999 - Sky - 05 - Blue", (), Tags("Blue", "Ada", "Sky", year=1999, track_number=5)),
        ("Ada - [1999] Sky - 05. Blue", (), Tags("Blue", "Ada", "Sky", year=1999, track_number=5)),
        ("Ada - Sky - 2-05 - Blue", (), Tags("Blue", "Ada", "Sky", disc_number=2, track_number=5)),
        ("Ada - Sky - 05 Blue", (), Tags("Blue", "Ada", "Sky", track_number=5)),
        ("Ada - 05 Blue", (), Tags("Blue", "Ada", track_number=5)),
        ("Ada - Sky - Track 05 - Blue", (), Tags("Blue", "Ada", "Sky", track_number=5)),
        ("Ada - Sky - 05 - 99 Luftballons", (), Tags("99 Luftballons", "Ada", "Sky", track_number=5)),
        ("50 Cent - Get Rich - 05 - In da Club", (), Tags("In da Club", "50 Cent", "Get Rich", track_number=5)),
        ("Nena - 99 Luftballons", (), Tags("99 Luftballons", "Nena")),
        ("Ada - 1979", (), Tags("", "Ada")),
        ("Adele - 21 - Turning Tables", ("Adele - 21 - Lovesong", "Adele - 21 - Turning Tables"),
         Tags("Turning Tables", "Adele", "21")),
        ("Adele - 21 - 05 - Turning Tables", (), Tags("Turning Tables", "Adele", "21", track_number=5)),
        ("Ada - Sky - 05 - Track 5", (), Tags("", "Ada", "Sky", track_number=5)),
        # Without a number, or before it
        ("Ada - Sky - Blue", ("Ada - Sky - Blue", "Ada - Sky - Red", "Ada - Sky - Sea"), Tags("Blue", "Ada", "Sky")),
        ("02 - Ada - Sky (1999) - Blue",
         ("01 - Ada - Sky (1999) - Red", "02 - Ada - Sky (1999) - Blue", "3. Ada - Sky (1999) - C"),
         Tags("Blue", "Ada", "Sky", year=1999, track_number=2)),
        ("Ada - Blue - Live", ("Ada - Blue - Live", "Ada - Blue - Demo", "Ada - Sky"), Tags("Blue - Live", "Ada")),
        ("Ada - Blue - Live", (), Tags("Blue - Live", "Ada")),
        # As releases are named
        ("05-massive_attack-exchange", (), Tags("exchange", "massive attack", track_number=5)),
        ("massive_attack-mezzanine-05-exchange_two", (),
         Tags("exchange two", "massive attack", "mezzanine", track_number=5)),
        ("massive_attack_-_05_-_exchange", (), Tags("exchange", "massive attack", track_number=5)),
    ],
)  # fmt: skip
def test_a_number_is_a_tracks_where_the_folder_or_a_separator_says_so(name, siblings, expected):
    path = PurePosixPath(f"{name}.mp3")
    assert complete(Tags(), path, lambda: siblings) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("50 Cent/Get Rich (2003)/50 Cent - In da Club.mp3", Tags("In da Club", "50 Cent", "Get Rich", year=2003)),
        ("50 Cent/50 Cent - In da Club.mp3", Tags("In da Club", "50 Cent")),
        ("50 Cent/Get Rich/05 In da Club.mp3", Tags("In da Club", "50 Cent", "Get Rich", track_number=5)),
        ("50 Cent/Get Rich/50 Cent - 05 - In da Club.mp3", Tags("In da Club", "50 Cent", "Get Rich", track_number=5)),
        ("311/Sky/311 - Down.mp3", Tags("Down", "311", "Sky")),
        ("3 Doors Down - Away/3 Doors Down - Blue.mp3", Tags("Blue", "3 Doors Down", "Away")),
        ("2 Unlimited/No Limits/2 Unlimited.mp3", Tags("2 Unlimited", "2 Unlimited", "No Limits")),
        ("Massive Attack/Mezzanine/Mezzanine - 05 - Exchange.mp3",
         Tags("Exchange", "Massive Attack", "Mezzanine", track_number=5)),
        ("DJ Eve/Hits/Ada - Sky - 05 - Blue.mp3", Tags("Blue", "Ada", "Sky", track_number=5)),
        ("Ada - 1999 - Sky/05 Blue.mp3", Tags("Blue", "Ada", "Sky", year=1999, track_number=5)),
    ],
)  # fmt: skip
def test_folders_of_artists_are_believed(path, expected):
    # All files begin with the same numbers as a track's would.
    assert (
        complete(Tags(), PurePosixPath(path), lambda: ("49 A", PurePosixPath(path).stem, "51 B"))
        == expected
    )


def test_a_tagged_artist_or_title_that_begins_with_a_number_keeps_it():
    path = PurePosixPath("50 Cent - In da Club.mp3")
    among = ("49 Red", "50 Cent - In da Club", "51 Blue")
    known = Tags(artist="50 Cent")
    assert complete(known, path, lambda: among) == Tags("In da Club", "50 Cent")
    known = Tags("99 Luftballons")
    assert (
        complete(known, PurePosixPath("99 Luftballons.mp3"), lambda: ("98 A", "99 Luftballons"))
        == known
    )
