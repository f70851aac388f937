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
    ("99 Luftballons.mp3", Tags("Luftballons", track_number=99)),
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
