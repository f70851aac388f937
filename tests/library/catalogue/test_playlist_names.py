"""Names of playlists: what a listener may type, and what is kept of names by others."""

import pytest

from musicsim.library.catalogue.playlist_names import PlaylistNameError, checked_name

GOOD = [
    "Evening",
    "AC/DC \\ live: 50 % <b>?",
    "ערב נעים",
    "می‌خواهم",
    "👩‍🚀 🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "밤 음악",
    "…",
    "x" * 200,
]
BAD = {
    "": "needs a name",
    "   ": "needs a name",
    "\u200b\u200d": "needs a name",
    "\u3164": "needs a name",
    "\u202e": "needs a name",
    "x" * 201: "201 characters",
    "x" * 1_000_000: "1,000,000 characters",
    "two\nlines": "line breaks",
    "two\u2028lines": "line breaks",
    "tab\there": "control characters",
    "\x1b]0;title\x07": "control characters",
    "nul\0": "control characters",
    "mp3\u202egpj.exe": "turn the text",
    "a\u2066b": "turn the text",
    "caf\udce9": "control characters",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_name_in_any_language_is_taken_as_it_is(catalogue, name):
    made = catalogue.playlists.create("first", [])
    catalogue.playlists.rename(made.id, f"  {name} ")
    assert [playlist.name for playlist in catalogue.playlists.all()] == [name]
    assert catalogue.playlists.create(f" {name}", []).name.startswith(name[:190])


@pytest.mark.parametrize(("name", "told"), BAD.items(), ids=range(len(BAD)))
def test_a_name_that_would_mislead_is_refused_where_it_is_typed(catalogue, name, told):
    made = catalogue.playlists.create("first", [])
    with pytest.raises(PlaylistNameError, match=told):
        catalogue.playlists.rename(made.id, name)
    assert [playlist.name for playlist in catalogue.playlists.all()] == ["first"]


@pytest.mark.parametrize("name", BAD, ids=range(len(BAD)))
def test_of_a_name_from_a_file_is_kept_what_can_be(catalogue, name):
    """A playlist is not lost by its name: two of the same get a number."""
    names = [catalogue.playlists.create(name, []).name for _ in range(2)]
    assert len(set(names)) == 2
    assert [checked_name(kept) for kept in names] == names


def test_what_is_kept_can_still_be_read(catalogue):
    assert catalogue.playlists.create("two\nlines \u202eabc", []).name == "two lines  abc"
    assert catalogue.playlists.create("\n\x07", []).name == "Playlist"
