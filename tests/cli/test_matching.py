"""Texts on the command line: which track one names, empty filters, names that fill the screen, and counts of one."""

from pathlib import Path

import pytest

from musicsim.app import Musicsim
from musicsim.cli.matching import only_match
from musicsim.cli.output import UsageError
from musicsim.library.types import ScannedFile, Tags, Track

LONG = "Cacophony " * 500


def tracks(*titles: str) -> list[Track]:
    return [
        Track(n, f"/m/{n}.mp3", Tags(title=title, artist="Ada"), 1, 1, 0.0)
        for n, title in enumerate(titles)
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("ガ", ("ガ", "カ", "ガガ", "ガラス")),
        ("カ", ("カ", "ガ", "カカ")),
        ("カ\u3099", ("ガ", "カ", "ガガ")),
        ("Tomé", ("Tomé", "Tome", "Tomé II")),
        ("tome", ("Tome", "Tomé", "Tome II")),
        ("HELP", ("Help", "Hélp", "Help me")),
        ("Й", ("Й", "И", "Йога")),
        ("+", ("+", "+/-", "1 + 1")),
        ("( )", ("( )", "(a)")),
        ("Ada - Blue", ("Blue", "Blue Sky")),
        ("sky", ("Blue Sky", "Red")),
    ],
)
def test_the_only_track_of_an_exact_title_is_meant(text, titles):
    assert only_match(text, tracks(*titles)).title == titles[0]


@pytest.mark.parametrize(
    ("text", "titles"), [("ガ", ("ガガ", "ガラス")), ("Tome", ("Tome", "Tome"))]
)
def test_several_tracks_are_listed(capsys, text, titles):
    with pytest.raises(UsageError, match=r"matches 2 tracks: add words"):
        only_match(text, tracks(*titles))
    assert all(title in capsys.readouterr().out for title in titles[:1])


@pytest.mark.parametrize("text", ["", "  ", "'", "\N{ZERO WIDTH SPACE}"])
def test_a_text_without_words_is_no_track(text):
    with pytest.raises(UsageError, match="has no words"):
        only_match(text, tracks("Blue"))


@pytest.mark.parametrize(
    "empty", [("--artist", ""), ("--not-artist", " "), ("--genre", "'"), ("--not-genre", "")]
)
def test_an_empty_filter_filters_nothing_and_says_so(scanned_demo, demo_library, empty):
    seed = demo_library[0].path
    without = scanned_demo("similar", seed, "--json")
    found = scanned_demo("similar", seed, *empty, "--json")
    assert (found.code, found.json) == (0, without.json)
    assert f"{empty[0]} without a text filters nothing" in found.err
    assert without.err == ""
    made = scanned_demo("playlist", seed, *empty, "--length", "3")
    assert f"{empty[0]} without a text filters nothing" in made.err
    other = demo_library[-1].artist
    found = scanned_demo("similar", seed, "--artist", "", "--artist", other, "--json")
    assert {entry["artist"] for entry in found.json["results"]} == {other}


def test_a_name_of_5000_letters_fills_no_screen(musicsim):
    tags = Tags(LONG, LONG, LONG)
    files = [ScannedFile(Path(f"/m/{n}.mp3"), 1, 1, b"", tags) for n in range(2)]
    with Musicsim.open(musicsim.data) as app:
        folder = app.catalogue.folders.add(Path("/m"))
        app.catalogue.playlists.create(
            "Long", [app.catalogue.files.add(folder, file) for file in files]
        )
    shown = musicsim("playlists", "show", "Long")
    assert shown.code == 0
    assert len(shown.out) < 2_000
    assert "Cacophony Cacophony" in shown.out
    assert shown.out.count("…") == 6
    whole = musicsim("playlists", "show", "Long", "--json").json
    assert whole[0]["title"] == LONG
    ambiguous = musicsim("similar", "cacophony")
    assert ambiguous.code == 2
    assert "/m/0.mp3" in ambiguous.out
    assert len(ambiguous.out) < 2_500
    missing = musicsim("similar", "x" * 5_000)
    assert len(missing.err) < 300


def test_one_is_no_plural(scanned_demo, demo_library):
    made = scanned_demo("playlist", demo_library[0].path, "--length", "1")
    assert "1 track, " in made.out
    assert "1 minutes" not in made.out
