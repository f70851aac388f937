"""What a list is made from, and which rules it keeps, on the command line and a real library."""

from collections import Counter

import pytest

from musicsim.playlists.generators import journey

LAMPS = "artist:the regrettable LAMPS"
ROCK = ("The Regrettable Lamps", "Gravel Duchess")


def playlist(musicsim, *arguments):
    made = musicsim("playlist", *arguments, "--json")
    assert made.code == 0, made.err
    return made.json


def artists(made) -> list[str]:
    return [track["artist"] for track in made["tracks"]]


@pytest.mark.parametrize(
    ("seed", "field", "value"),
    [
        (LAMPS, "artist", "The Regrettable Lamps"),
        ("album:porch light almanac", "album", "Porch Light Almanac"),
    ],
)
def test_a_list_from_an_artist_or_an_album_begins_near_it(scanned_demo, seed, field, value):
    made = playlist(scanned_demo, seed, "--length", "6")
    assert made["seeds"] == [f"{seed.split(':')[0]}:{value}"]
    assert made["tracks"][0][field] == value
    assert len(made["tracks"]) == 6


def test_each_seed_of_a_mix_gets_its_share(scanned_demo):
    made = playlist(
        scanned_demo, LAMPS, "genre:Techno", "--mode", "mix", "--weights", "1,3", "--length", "8"
    )
    assert 1 <= sum(name in ROCK for name in artists(made)) <= 3
    evenly = playlist(scanned_demo, LAMPS, "genre:Techno", "--mode", "mix", "--length", "6")
    assert sum(name in ROCK for name in artists(evenly)) == 3


def test_a_playlist_is_a_seed(musicsim_of_demo, demo_library):
    kept = musicsim_of_demo("playlist", demo_library[0].path, "--length", "4", "--name", "Évening")
    assert kept.code == 0, kept.err
    made = playlist(musicsim_of_demo, "playlist:evening", "--length", "8")
    assert made["seeds"] == ["playlist:Évening"]


def test_the_genre_of_a_seed_may_have_wildcards(scanned_demo):
    made = playlist(scanned_demo, "genre:tech*", "--length", "3")
    assert set(artists(made)) <= {"Voltage Auntie", "Parallax Kitchen"}


@pytest.mark.parametrize(
    "seed", ["artist:Nobody Known", "album:Nothing", "genre:Polka", "playlist:None"]
)
def test_what_the_library_lacks_is_wrong_use(scanned_demo, seed):
    refused = scanned_demo("playlist", seed, "--json")
    assert refused.code in (1, 2)
    assert refused.out == ""
    assert seed.split(":")[1] in refused.err


def test_rules_that_are_given_are_kept_and_others_give_way(scanned_demo, demo_library):
    seed = demo_library[3].path
    given = playlist(scanned_demo, seed, "--max-per-artist", "1")
    assert max(Counter(artists(given)).values()) == 1
    assert len(given["tracks"]) < 25
    assert not any("artist" in text for text in given["relaxed"])

    relaxed = playlist(scanned_demo, seed, "--max-per-artist", "1", "--relax")
    most = max(Counter(artists(relaxed)).values())
    assert len(relaxed["tracks"]) == 25
    assert f"up to {most} by the same artist instead of 1" in relaxed["relaxed"]

    said = scanned_demo("playlist", seed, "--max-per-artist", "1")
    assert "less than 25 tracks" in said.out


def test_nothing_gives_way_if_nothing_may(scanned_demo, demo_library):
    seed = demo_library[3].path
    made = playlist(scanned_demo, seed, "--no-relax", "--length", "30")
    assert made["relaxed"] == []
    assert max(Counter(artists(made)).values()) <= 3


def test_an_artist_comes_again_after_its_window(scanned_demo, demo_library):
    made = playlist(
        scanned_demo, demo_library[3].path, "--length", "12", "--artist-window", "2", "--order", "random",
        "--rng-seed", "4",
    )  # fmt: skip
    names = artists(made)
    for number, name in enumerate(names):
        assert name not in names[number + 1 : number + 3]


def test_each_track_comes_with_the_reason(scanned_demo, demo_library):
    seed = demo_library[0]
    made = playlist(scanned_demo, seed.path, "--length", "5", "--why")
    assert made["tracks"][0]["why"] == ["you asked for it"]
    assert all(track["why"] for track in made["tracks"])
    assert any("sounds like" in text for text in made["tracks"][1]["why"])
    near = scanned_demo("similar", seed.path, "--why", "--json").json
    assert all(seed.title in result["why"][0] for result in near["results"])
    assert "Why" in scanned_demo("playlist", seed.path, "--why").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--weights", "1,2"), "--weights is for --mode mix"),
        (("--weights", "1,2", "--mode", "mix"), "2 for 1 seeds"),
        (("--weights", "0", "--mode", "mix"), "no weights"),
        (("--artist-window", "soon"), "neither tracks nor minutes"),
        (("--shortest", "-1"), "not a number of minutes"),
    ],
)
def test_options_that_make_no_sense_are_wrong_use(scanned_demo, demo_library, options, said):
    refused = scanned_demo("playlist", demo_library[0].path, *options)
    assert refused.code == 2
    assert said in refused.err


def test_genres_that_belong_together_stay_together(scanned_demo, demo_library):
    made = playlist(
        scanned_demo, "Fuse Box Serenade", "--genre-group", "house; *tech*", "--length", "25"
    )
    assert set(artists(made)) <= {"Voltage Auntie", "Parallax Kitchen"}
    assert made["hidden"]["another kind of genre"] > 10


@pytest.fixture
def musicsim_of_demo(scanned_demo, tmp_path):
    import shutil

    from command_line import CommandLine

    return CommandLine(shutil.copytree(scanned_demo.data, tmp_path / "data"))


def test_a_list_of_a_group_stays_in_it(musicsim_of_demo, demo_library):
    alone = musicsim_of_demo("playlist", demo_library[0].path, "--mode", "group")
    assert alone.code == 1
    assert "groups" in alone.err.lower()
    groups = musicsim_of_demo("groups", "refresh", "--json")
    assert groups.code == 0, groups.err
    made = playlist(musicsim_of_demo, "Fuse Box Serenade", "--mode", "group", "--length", "5")
    assert made["mode"] == "group"
    assert set(artists(made)) <= {"Voltage Auntie", "Parallax Kitchen"}


def test_a_list_as_a_radio_plays_it(scanned_demo, demo_library):
    def radio(*options):
        return playlist(
            scanned_demo, "Fuse Box Serenade", "--mode", "radio", "--length", "30", *options
        )

    made = radio("--rng-seed", "3")
    assert made["mode"] == "radio"
    paths = [track["path"] for track in made["tracks"]]
    assert len(set(paths)) == len(paths) == 30
    again = radio("--rng-seed", "3")
    assert [track["path"] for track in again["tracks"]] == paths
    near = radio("--length", "8", "--strictness", "locked-in")
    far = radio("--length", "8", "--strictness", "adventurous", "--follow-vibe")
    techno = ("Voltage Auntie", "Parallax Kitchen")
    assert sum(name in techno for name in artists(near)[:6]) >= 4
    assert artists(near) != artists(far)
    refused = scanned_demo("playlist", "Moths", "--strictness", "focused")
    assert (refused.code, "--mode radio" in refused.err) == (2, True)


def test_a_journey_that_is_too_long_says_how_long_one_may_be(
    scanned_demo, demo_library, monkeypatch
):
    monkeypatch.setattr(journey, "LONGEST", 10)
    ends = [demo_library[row].path for row in (3, 20)]
    said = scanned_demo("playlist", "--mode", "journey", *ends, "--length", "12")
    assert "10 tracks" in said.out
    assert "less than 12 tracks: a journey has 10 tracks at most" in said.out
    assert "gave way" not in said.out
