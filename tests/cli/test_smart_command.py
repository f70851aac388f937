"""`musicsim smart`: smart playlists on the command line."""

import shutil

import pytest
from command_line import CommandLine

from musicsim.playlists.files.reading import read_playlist
from musicsim.playlists.smart.ready_made import READY_MADE


@pytest.fixture
def smart(scanned_demo: CommandLine, musicsim: CommandLine) -> CommandLine:
    """The command line, on a copy of the scanned demo library."""
    shutil.copytree(scanned_demo.data, musicsim.data)
    return musicsim


def test_ready_made_lists_are_listed_and_shown(smart, demo_library):
    listed = smart("smart", "list", "--json").json
    assert [each["name"] for each in listed] == [name for name, _ in READY_MADE.values()]
    never = smart("smart", "show", "Never played", "--json").json
    assert len(never["tracks"]) == never["matched"] == len(demo_library)
    assert never["rules"] == [
        "plays 0",
        "genre is not Podcast*, Audio*book*, *Spoken, Hörb*, Hörsp*, Speech",
    ]
    assert "Recently added" in smart("smart").out
    assert "Nothing has been played yet" in smart("smart", "show", "For today").out


def test_a_folder_is_also_named_by_a_link_to_it(smart, demo_library, tmp_path):
    folder = demo_library[0].path.parent
    link = tmp_path / "link"
    link.symlink_to(folder)
    count = sum(each.path.is_relative_to(folder) for each in demo_library)
    for text in (folder, f"{folder}/", link, f"{link}/../{link.name}"):
        made = smart("smart", "add", f"Of {text}", "--rule", f"folder is {text}", "--json").json
        assert (made["tracks"], made["rules"]) == (count, [f"folder is {folder}"])


def test_a_list_is_made_shown_changed_and_exported(smart, demo_library, tmp_path):
    genre = smart("smart", "show", "Recently added", "--json").json["tracks"][0]
    track = next(each for each in demo_library if str(each.path) == genre["path"])
    rule = f"sounds like {track.path} at least 20%"

    made = smart(
        "smart", "add", "Near", "--rule", rule, "--order", "similarity", "--length", "4", "--json"
    )

    assert made.json["tracks"] == 4
    shown = smart("smart", "show", "Near", "--json").json
    assert shown["tracks"][0]["path"] == str(track.path)
    assert smart("smart", "add", "Again", *_rules_of(shown)).code == 0
    again = smart("smart", "show", "Again", "--json").json
    assert again["rules"] == shown["rules"], "what is printed can be typed"
    assert smart("playlists", "show", "Near", "--json").json == [
        {**each, "missing": False, "in_library": True} for each in shown["tracks"]
    ]

    assert smart("smart", "edit", "Near", "--length", "2", "--rename", "Nearer").code == 0
    assert len(smart("smart", "show", "Nearer", "--json").json["tracks"]) == 2
    assert smart("smart", "edit", "Nearer", "--length", "none", "--rule", "year 1-2").code == 0
    assert "No track matches" in smart("smart", "show", "Nearer").out

    assert smart("smart", "export", "Again", "-o", tmp_path / "x.m3u8").code == 0
    entries = read_playlist(tmp_path / "x.m3u8", [], lambda path: path.exists()).entries
    assert len(entries) == len(again["tracks"])
    assert smart("smart", "keep", "Again").code == 0
    assert smart("playlists", "list", "--json").json == [
        {"name": "Again", "tracks": len(again["tracks"]), "folder": None, "missing": 0}
    ]


def _rules_of(shown: dict) -> list[str]:
    return [word for rule in shown["rules"] for word in ("--rule", rule)]


def test_rules_are_all_or_any(smart, demo_library):
    arguments = ("--rule", "plays 0", "--rule", "liked", "--json")
    assert smart("smart", "add", "All", *arguments).json["tracks"] == 0
    assert smart("smart", "add", "Any", "--any", *arguments).json["tracks"] == len(demo_library)
    assert smart("smart", "edit", "Any", "--all", "--json").json["tracks"] == 0
    assert smart("smart", "add", "One", "--rule", "plays 0 or liked", "--json").json[
        "tracks"
    ] == len(demo_library)


def test_ready_made_lists_are_hidden_and_brought_back_with_their_rules(smart):
    smart("smart", "edit", "Liked", "--length", "3")
    assert smart("smart", "delete", "Liked").code == 0
    assert "Liked" not in smart("smart", "list").out
    assert "(hidden)" in smart("smart", "list", "--hidden").out
    assert smart("smart", "unhide", "Liked").code == 0
    assert smart("smart", "show", "Liked", "--json").json["length"] is None
    smart("smart", "edit", "Liked", "--length", "3")
    assert smart("smart", "restore", "Liked").code == 0
    assert smart("smart", "show", "Liked", "--json").json["length"] is None
    assert "“Liked (2)”" in smart("smart", "duplicate", "Liked").out
    assert smart("smart", "restore", "Liked (2)").code == 2
    assert "deleted" in smart("smart", "delete", "Liked (2)").out
    assert smart("smart", "hide", "Liked").code == 0
    before = smart("smart", "show", "Never played", "--json").json["tracks"]
    smart("smart", "shuffle", "Never played")
    assert smart("smart", "show", "Never played", "--json").json["tracks"] != before


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "No such list"),
        ("add", "Liked", "--rule", "liked"),
        ("add", " ", "--rule", "liked"),
        ("add", "New", "--rule", "colour is red"),
        ("add", "New", "--rule", "sounds like nothing that is there"),
        ("add", "New", "--order", "colour"),
        ("edit", "Liked", "--length", "0"),
    ],
)
def test_wrong_use_changes_nothing(smart, arguments):
    before = smart("smart", "list", "--json").json
    assert smart("smart", *arguments).code == 2
    assert smart("smart", "list", "--json").json == before


def test_help_explains_the_rules(smart):
    told = smart("smart", "add", "--help").out
    assert "genre is not Rock, Pop" in told
    assert "at least 70%" in told
