"""`like`, `ban` and `history`: what the listener thinks of a track stays with it, and a ban is in no list."""

import json
import shutil
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from command_line import CommandLine

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.types import EndOfPlay, Play

TRACKS = {
    "Mara/Hits/1.flac": {"title": "One", "artist": "Mara", "album": "Hits"},
    "Mara/Hits/2.flac": {"title": "Two", "artist": "Mara feat. Ann", "album": "Hits"},
    "Ann/Hits/3.flac": {"title": "Three", "artist": "Ann", "album": "Hits"},
    "4.flac": {"title": "Four", "artist": "The Beetles"},
    "5.flac": {"title": "Five"},
}


def noise(path: Path, seed: int, **tags: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    time = np.arange(2 * 24_000) / 24_000
    sound = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(100, 3000, 5)) / 20
    soundfile.write(path, sound * (1 + np.sin(rng.uniform(5, 30) * time)), 24_000)
    retag(path, **tags)


def retag(path: Path, **tags: str) -> None:
    file = mutagen.File(path)
    file.update(tags)
    file.save()


def scan(musicsim, *arguments) -> None:
    result = musicsim("scan", *arguments, "--depth", "quick", "--json")
    assert result.code == 0, result.err
    assert result.json["failed"] == []


@pytest.fixture(scope="module")
def scanned(tmp_path_factory) -> Path:
    """A folder with music, another with a copy of it, and the data folder of a scan; to be copied back."""
    folder = tmp_path_factory.mktemp("opinions")
    for seed, (name, tags) in enumerate(TRACKS.items()):
        noise(folder / "music" / name, seed, **tags)
    scan(CommandLine(folder / "data"), folder / "music")
    shutil.copytree(folder / "music", folder / "copy")
    return folder


@pytest.fixture
def music(musicsim, scanned) -> Path:
    """Five tracks that are in the library."""
    shutil.copytree(scanned / "data", musicsim.data)
    shutil.rmtree(scanned / "music")
    return Path(shutil.copytree(scanned / "copy", scanned / "music"))


def told(musicsim, *arguments: str | Path) -> str:
    """What a command that succeeds tells people."""
    result = musicsim(*arguments)
    assert result.code == 0, result.err
    return result.out


def listed(musicsim, seed: Path) -> set[str]:
    """The titles in lists from a track, which all have the same."""
    similar = musicsim("similar", seed, "--raw", "-n", "50", "--json").json
    playlist = musicsim("playlist", seed, "--length", "50", "--json").json
    titles = {track["title"] for track in similar["results"]}
    # A playlist also has its seed, and never two with the same sound.
    assert {track["title"] for track in playlist["tracks"][1:]} <= titles
    return titles


def banned(musicsim) -> list[tuple[str, str]]:
    return [(each["subject"], each["name"]) for each in musicsim("ban", "--json").json]


def test_a_banned_track_is_in_no_list_and_the_reason_is_told(musicsim, music):
    assert told(musicsim, "ban", "Four") == (
        "Banned: “The Beetles - Four”. No list that musicsim makes has it.\n"
    )
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three"}
    for arguments in (["similar"], ["similar", "--raw"], ["playlist"]):
        hidden = musicsim(*arguments, music / "5.flac", "--json").json["hidden"]
        assert hidden["banned"] == 1
    assert "1 banned" in told(musicsim, "similar", music / "5.flac", "--raw")

    assert told(musicsim, "unban", music / "4.flac") == "No longer banned: “The Beetles - Four”.\n"
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three", "Four"}
    assert banned(musicsim) == []


def test_a_banned_track_that_is_asked_for_by_name_only_says_how_a_list_sounds(musicsim, music):
    told(musicsim, "ban", "Four")
    made = musicsim("playlist", music / "4.flac", music / "5.flac", "--json").json
    titles = [track["title"] for track in made["tracks"]]
    assert titles[0] == "Five"
    assert "Four" not in titles
    assert made["seeds"] == [str(music / "4.flac"), str(music / "5.flac")]
    assert musicsim("similar", "Four", "--json").json["query"]["title"] == "Four"


def test_a_ban_stays_with_a_track_that_is_moved_and_retagged(musicsim, music):
    told(musicsim, "ban", "Four")
    (music / "4.flac").rename(music / "moved.flac")
    scan(musicsim)
    assert banned(musicsim) == [("track", "The Beetles - Four")]
    retag(music / "moved.flac", title="Another", artist="Somebody")
    scan(musicsim)
    assert banned(musicsim) == [("track", "Somebody - Another")]
    # Both at once.
    (music / "moved.flac").rename(music / "Ann" / "again.flac")
    retag(music / "Ann" / "again.flac", title="Last", comment="x" * 300_000)
    scan(musicsim)
    assert banned(musicsim) == [("track", "Somebody - Last")]
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three"}


def test_a_ban_holds_for_copies_and_when_the_original_is_deleted(musicsim, music):
    told(musicsim, "ban", music / "4.flac")
    shutil.copy(music / "4.flac", music / "copy.flac")
    retag(music / "copy.flac", title="Copy")
    sound, rate = soundfile.read(music / "4.flac", dtype="int16")
    soundfile.write(music / "copy.wav", sound, rate, subtype="PCM_16")
    scan(musicsim)
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three"}
    (music / "4.flac").unlink()
    scan(musicsim)
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three"}
    assert banned(musicsim) == [("track", "The Beetles - Copy")]
    # It is one sound, whichever file of it is named.
    told(musicsim, "unban", music / "copy.wav")
    assert {"Copy", "copy"} <= listed(musicsim, music / "5.flac")


def test_a_ban_holds_when_a_track_was_forgotten_and_comes_back(musicsim, music, tmp_path):
    told(musicsim, "ban", "Four")
    (music / "4.flac").rename(tmp_path / "away.flac")
    scan(musicsim, "--forget-missing")
    assert banned(musicsim) == []
    (tmp_path / "away.flac").rename(music / "back.flac")
    retag(music / "back.flac", title="Back")
    scan(musicsim)
    assert banned(musicsim) == [("track", "The Beetles - Back")]
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three"}


def test_a_copy_that_was_banned_is_still_banned_as_the_original_that_went(musicsim, music):
    shutil.copy(music / "4.flac", music / "copy.flac")
    scan(musicsim)
    told(musicsim, "ban", music / "copy.flac")
    (music / "4.flac").unlink()
    scan(musicsim)
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three"}


def test_a_banned_artist(musicsim, music):
    assert "the artist “Mara”" in told(musicsim, "ban", "--artist", music / "Mara/Hits/2.flac")
    assert listed(musicsim, music / "5.flac") == {"Three", "Four"}
    noise(music / "new.flac", 9, title="New", artist="MARA")
    scan(musicsim)
    assert listed(musicsim, music / "5.flac") == {"Three", "Four"}
    wrong = musicsim("unban", "One")
    assert wrong.code == 2
    assert "the artist “Mara” is: use `musicsim unban --artist`" in wrong.err
    told(musicsim, "unban", "--artist", "mara")
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three", "Four", "New"}


def test_a_banned_album_stays_banned_when_it_is_moved_or_retagged(musicsim, music):
    assert musicsim("ban", "--album", "hits").code == 2  # there are two
    assert "the album “Hits”" in told(musicsim, "ban", "--album", music / "Mara/Hits/1.flac")
    assert listed(musicsim, music / "5.flac") == {"Three", "Four"}
    # Without an album artist, its folder says whose it is.
    (music / "Mara").rename(music / "M")
    scan(musicsim)
    assert listed(musicsim, music / "5.flac") == {"Three", "Four"}
    for path in (music / "M/Hits").iterdir():
        retag(path, album="Best of")
    scan(musicsim)
    assert listed(musicsim, music / "5.flac") == {"Three", "Four"}
    told(musicsim, "unban", "--album", music / "M/Hits/2.flac")
    assert listed(musicsim, music / "5.flac") == {"One", "Two", "Three", "Four"}


def test_what_has_left_the_library_can_be_unbanned_by_its_name(musicsim, music):
    told(musicsim, "ban", "--artist", "Beetles, The")
    told(musicsim, "ban", "--album", music / "Ann/Hits/3.flac")
    (music / "4.flac").unlink()
    shutil.rmtree(music / "Ann")
    scan(musicsim, "--forget-missing")
    assert banned(musicsim) == [("album", "Hits"), ("artist", "The Beetles")]
    told(musicsim, "unban", "--artist", "the beetles")
    told(musicsim, "unban", "--album", "HITS")
    assert banned(musicsim) == []


def test_likes_are_listed_and_a_ban_takes_their_place(musicsim, music):
    assert told(musicsim, "like", "Four") == "You like “The Beetles - Four”.\n"
    assert musicsim("like", "--artist", "Ann", "--json").json == {
        "subject": "artist", "name": "Ann", "opinion": "liked",
    }  # fmt: skip
    found = musicsim("like", "--json").json
    assert [(each["subject"], each["name"], each["path"]) for each in found] == [
        ("artist", "Ann", None),
        ("track", "The Beetles - Four", str(music / "4.flac")),
    ]
    assert "The Beetles - Four" in told(musicsim, "like")
    assert musicsim("unban", "Four").code == 2
    told(musicsim, "ban", "Four")
    assert [each["name"] for each in musicsim("like", "--json").json] == ["Ann"]
    assert musicsim("unlike", "Four").code == 2
    told(musicsim, "unlike", "--artist", "Ann")
    assert musicsim("like", "--json").json == []


def test_what_is_not_there_or_has_no_such_tag_is_told(musicsim, music, tmp_path):
    assert musicsim("ban", "no such track").code == 2
    outside = shutil.copy(music / "4.flac", tmp_path / "outside.flac")
    assert "is not in the library" in musicsim("ban", outside).err
    for subject in ("album", "artist"):
        result = musicsim("ban", f"--{subject}", music / "5.flac")
        assert result.code == 1
        assert "5.flac" in result.err
        assert f"name no {subject}" in result.err
    assert musicsim("ban", "--album", "--artist", "Mara").code == 2


def played(musicsim, *plays: tuple[Path, float, float, EndOfPlay]) -> None:
    with Musicsim.open(musicsim.data) as app:
        for path, at, heard, end in plays:
            app.catalogue.plays.add(Play(app.catalogue.tracks.at(path).id, at, heard, 60.0, end))


def test_the_history_is_shown_and_cleared(musicsim, music):
    assert musicsim("history", "--json").json == []
    four, five = music / "4.flac", music / "5.flac"
    played(
        musicsim,
        (four, 1_700_000_000, 60.0, EndOfPlay.FINISHED),
        (five, 1_700_000_100, 12.5, EndOfPlay.SKIPPED),
        (four, 1_700_000_200, 40.0, EndOfPlay.SKIPPED),
    )
    told(musicsim, "like", four)
    four = four.rename(music / "moved.flac")
    scan(musicsim)

    newest, _, oldest = musicsim("history", "--json").json
    assert newest == {
        "path": str(four), "title": "Four", "artist": "The Beetles", "album": "",
        "started_at": "2023-11-14T22:16:40+00:00", "heard": 40.0, "length": 60.0, "end": "skipped",
    }  # fmt: skip
    assert oldest["end"] == "finished"
    assert len(musicsim("history", "-n", "1", "--json").json) == 1
    assert "skipped" in told(musicsim, "history")
    counts = musicsim("history", "--tracks", "--json").json
    assert [
        (each["title"], each["plays"], each["skips"], each["last_played"], each["liked"])
        for each in counts
    ] == [("Four", 2, 0, "2023-11-14T22:16:40+00:00", True), ("Five", 0, 1, None, False)]
    assert "1 more track." in told(musicsim, "history", "--tracks", "-n", "1")

    assert musicsim("history", "--clear", "--json").code == 2
    told(musicsim, "history", "--clear")
    assert musicsim("history", "--json").json == []
    assert "Four" in told(musicsim, "like")


def test_plays_stay_with_a_sound_that_is_copied_retagged_removed_and_brought_back(musicsim, music):
    four = music / "4.flac"
    played(musicsim, (four, 1_700_000_000, 60.0, EndOfPlay.FINISHED))

    def plays() -> dict[str, int]:
        counts = musicsim("history", "--tracks", "--json").json
        return {Path(each["path"]).name: each["plays"] for each in counts}

    copy, transcode = music / "copy.flac", music / "transcode.wav"
    shutil.copy(four, copy)
    retag(copy, title="Another name")
    sound, rate = soundfile.read(four)
    soundfile.write(transcode, sound * 0.99, rate, subtype="FLOAT")
    scan(musicsim)
    assert plays() == {"4.flac": 1, "copy.flac": 1}

    kept = shutil.move(four, musicsim.data / "kept.flac")
    copy.unlink()
    scan(musicsim)
    with Musicsim.open(musicsim.data) as app:
        app.collection.forget_missing()
    assert plays() == {}

    shutil.move(kept, music / "again.flac")
    scan(musicsim)
    assert plays() == {"again.flac": 1}


def test_the_history_is_switched_off_and_exported(musicsim, music):
    four = music / "4.flac"
    played(musicsim, (four, 1_700_000_000, 60.0, EndOfPlay.FINISHED))
    assert "not remembered" in told(musicsim, "history", "off")
    with Musicsim.open(musicsim.data) as app:
        app.history.add(Play(app.catalogue.tracks.at(four).id, 1, 60.0, 60.0, EndOfPlay.FINISHED))
    assert len(musicsim("history", "--json").json) == 1
    told(musicsim, "history", "on")
    with Musicsim.open(musicsim.data) as app:
        app.history.add(Play(app.catalogue.tracks.at(four).id, 2, 60.0, 60.0, EndOfPlay.FINISHED))
    assert len(musicsim("history", "--json").json) == 2

    file = musicsim.data / "history.json"
    assert told(musicsim, "history", "export", file) == f"2 plays written to {file}.\n"
    assert json.loads(file.read_text()) == musicsim("history", "--json").json
    for wrong in (
        ["export"],
        ["on", "x.csv"],
        ["--since", "today"],
        ["on", "--clear"],
        ["export", "/no/x.csv"],
    ):
        assert musicsim("history", *wrong).code != 0

    told(musicsim, "history", "--clear", "--since", "today")
    assert len(musicsim("history", "--json").json) == 2
    assert musicsim("history", "--clear", "--since", "tomorrow").code == 2


def test_beside_a_running_window_opinions_and_history_can_be_read(musicsim, music):
    told(musicsim, "ban", "Four")
    with Musicsim.open(musicsim.data) as window:
        assert banned(musicsim) == [("track", "The Beetles - Four")]
        assert musicsim("history", "--json").json == []
        for arguments in (["ban", "Five"], ["unban", "Four"], ["history", "--clear"]):
            assert musicsim(*arguments).code == 75
        # What the window bans is known at once.
        window.opinions.set(
            window.catalogue.tracks.at(music / "5.flac").id, Subject.TRACK, Opinion.BANNED
        )
        assert listed(musicsim, music / "4.flac") == {"One", "Two", "Three"}
