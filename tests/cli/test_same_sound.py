"""A track is its sound: what was made of it stays, whatever becomes of its file's name and tags."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import mutagen
import mutagen.id3
import pytest
import soundfile
from command_line import CommandLine

from musicsim.audio import FIRST_PASS, SETTLED, SamplingPlan, sample_windows
from musicsim.base.resources import resource
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.types import Loudness


@pytest.fixture
def music(tmp_path, demo_library) -> Path:
    """A FLAC and an MP3, and something else that is as long as neither."""
    folder = tmp_path / "music"
    folder.mkdir()
    for suffix in (".flac", ".mp3"):
        track = next(track for track in demo_library if track.path.suffix == suffix)
        shutil.copy(track.path, folder / f"one{suffix}")
    return folder


def embeddings(data: Path) -> dict[str, tuple[int, int]]:
    """The track's and the embedding's id by the file's name."""
    connection = sqlite3.connect(data / "catalogue.sqlite3")
    rows = connection.execute(
        "SELECT CAST(path AS TEXT), t.id, e.id FROM tracks t JOIN embeddings e ON e.track_id = t.id"
    ).fetchall()
    connection.close()
    return {Path(path).name: (track, embedding) for path, track, embedding in rows}


def retag(path: Path) -> None:
    file = mutagen.File(path)
    if isinstance(file.tags, mutagen.id3.ID3):
        file.tags.add(mutagen.id3.TIT2(text="Another"))
        # Large enough to move all that follows it.
        file.tags.add(mutagen.id3.APIC(mime="image/png", data=bytes(300_000)))
    else:
        file["title"] = "Another"
        file["comment"] = "x" * 300_000
    file.save()


def scan(musicsim, *arguments):
    result = musicsim("scan", *arguments, "--depth", "quick", "--json")
    assert result.code == 0, result.err
    assert result.json["failed"] == []
    return result.json


def test_new_tags_are_read_and_nothing_is_embedded(musicsim, music):
    scan(musicsim, music)
    before = embeddings(musicsim.data)
    for path in music.iterdir():
        retag(path)
    result = scan(musicsim)
    assert (result["changed"], result["cost"]["windows"]) == (2, 0)
    assert embeddings(musicsim.data) == before
    found = musicsim("similar", music / "one.mp3", "--raw", "--json").json
    assert found["query"]["title"] == "Another"
    assert [track["title"] for track in found["results"]] == ["Another"]
    # It is settled now, and a later pass goes on from what there is.
    assert scan(musicsim)["unchanged"] == 2
    settled = musicsim("scan", "--depth", "settled", "--json").json
    assert settled["cost"]["windows"] > 0
    assert musicsim("doctor", "--json").json["healthy"]


def loudness(data: Path) -> dict[str, Loudness | None]:
    """By the names of the files that are there."""
    with contextlib.closing(Catalogue(data, read_only=True)) as catalogue:
        return {
            track.path.name: catalogue.loudness.of(track.id)
            for track in catalogue.tracks.all()
            if not track.missing
        }


def measured(path: Path) -> Loudness:
    """What the first pass measures of a file."""
    found = sample_windows(path, SamplingPlan(FIRST_PASS)).loudness
    return Loudness(found.lufs, found.peak)


def test_how_loud_a_track_is_goes_with_its_sound(musicsim, music):
    names = ("one.flac", "one.mp3")
    expected = {name: measured(music / name) for name in names}
    assert all(-40 < found.lufs < -5 for found in expected.values())
    scan(musicsim, music)
    assert loudness(musicsim.data) == expected

    retag(music / "one.flac")
    (music / "new").mkdir()
    (music / "one.mp3").rename(music / "new" / "two.mp3")
    shutil.copy(music / "one.flac", music / "copy.flac")
    retag(music / "copy.flac")
    assert scan(musicsim)["cost"]["windows"] == 0
    flac, mp3 = expected.values()
    assert loudness(musicsim.data) == {"one.flac": flac, "copy.flac": flac, "two.mp3": mp3}

    sound, rate = soundfile.read(music / "one.flac")
    soundfile.write(music / "one.flac", sound / 4, rate)
    scan(musicsim)
    found = loudness(musicsim.data)
    assert found["one.flac"].lufs == pytest.approx(flac.lufs - 12.04, abs=0.02)
    assert found["one.flac"].peak == pytest.approx(flac.peak / 4, abs=1e-4)
    assert (found["copy.flac"], found["two.mp3"]) == (flac, mp3)


def go_back_to(version: int, db: sqlite3.Connection) -> None:
    """Remove what later versions have added to a catalogue."""
    with contextlib.closing(sqlite3.connect(":memory:")) as old:
        old.executescript("".join(f"{script};" for script in MIGRATIONS[:version]))
        before = parts(old)
    # Triggers first, then tables, which take their indexes along, then indexes, then columns.
    for kind, table, name in sorted(parts(db) - before, reverse=True):
        if kind == "column":
            # Columns of a table that is gone are gone, too.
            if ("table", table, table) in before:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        else:
            db.execute(f"DROP {kind} IF EXISTS {name}")
    db.execute(f"PRAGMA user_version = {version}")


def parts(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """The triggers, tables, indexes and columns of a catalogue, with the tables that they are of."""
    named = db.execute("SELECT type, tbl_name, name FROM sqlite_master WHERE sql IS NOT NULL")
    columns = db.execute(
        "SELECT 'column', m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table'"
    )
    return {part for part in [*named, *columns] if not part[1].startswith("sqlite_")}


def test_a_library_that_was_embedded_before_is_measured_by_its_next_pass(musicsim, music):
    scan(musicsim, music)
    with contextlib.closing(sqlite3.connect(musicsim.data / "catalogue.sqlite3")) as db:
        go_back_to(6, db)
    scan(musicsim)
    assert set(loudness(musicsim.data).values()) == {None}
    assert musicsim("scan", "--depth", "settled", "--json").code == 0
    for name, found in loudness(musicsim.data).items():
        earlier = sample_windows(music / name, SamplingPlan(FIRST_PASS)).offsets
        later = sample_windows(music / name, SamplingPlan(SETTLED), listened=earlier)
        assert found == Loudness(later.loudness.lufs, later.loudness.peak)


def test_a_file_renamed_and_retagged_at_once_keeps_its_place_in_playlists(musicsim, music):
    scan(musicsim, music)
    before = embeddings(musicsim.data)
    musicsim("playlist", music / "one.flac", "--name", "Evening")
    listed = musicsim("playlists", "show", "Evening", "--json").json
    assert str(music / "one.flac") in [track["path"] for track in listed]
    (music / "new").mkdir()
    moved = music / "new" / "two.flac"
    (music / "one.flac").rename(moved)
    retag(moved)
    result = scan(musicsim)
    assert (result["tracks"], result["cost"]["windows"]) == (2, 0)
    counts = [result[name] for name in ("added", "changed", "moved", "missing", "unchanged")]
    assert counts == [0, 0, 1, 0, 1]
    assert embeddings(musicsim.data)["two.flac"] == before["one.flac"]
    shown = musicsim("playlists", "show", "Evening", "--json").json
    assert [track["path"] for track in shown] == [
        str(moved) if track["path"] == str(music / "one.flac") else track["path"]
        for track in listed
    ]
    assert musicsim("doctor", "--json").json["healthy"]


def test_a_copy_is_a_track_of_its_own_and_is_not_embedded_again(musicsim, music):
    scan(musicsim, music)
    shutil.copy(music / "one.mp3", music / "copy.mp3")
    retag(music / "copy.mp3")
    # The same sound in another lossless format.
    sound, rate = soundfile.read(music / "one.flac", dtype="int16")
    soundfile.write(music / "one.wav", sound, rate, subtype="PCM_16")
    result = scan(musicsim)
    assert (result["added"], result["tracks"], result["cost"]["windows"]) == (2, 4, 0)
    assert len(embeddings(musicsim.data)) == 4
    for copy, original in (("copy.mp3", "one.mp3"), ("one.wav", "one.flac")):
        nearest = musicsim("similar", music / copy, "--raw", "--json").json["results"][0]
        assert Path(nearest["path"]).name == original
        assert nearest["similarity"] == pytest.approx(1.0, abs=1e-4)


def test_copies_that_are_new_at_the_same_moment_are_embedded_once(musicsim, music, tmp_path):
    first = scan(musicsim, music)["cost"]["windows"]
    later = musicsim("scan", "--depth", "settled", "--json").json["cost"]["windows"]
    for name in ("copy.mp3", "retagged.mp3"):
        shutil.copy(music / "one.mp3", music / name)
    retag(music / "retagged.mp3")
    with_copies = CommandLine(tmp_path / "with copies")
    result = scan(with_copies, music)
    assert (result["tracks"], result["cost"]["windows"]) == (4, first)
    settled = with_copies("scan", "--depth", "settled", "--json").json
    assert settled["cost"]["windows"] == later > 0
    assert len(embeddings(with_copies.data)) == 4
    assert with_copies("doctor", "--json").json["healthy"]


def test_copies_are_embedded_by_another_model_as_well(musicsim, music, tmp_path):
    weights = tmp_path / "other.h5"
    weights.write_bytes(resource("starter.h5").read_bytes() + b"\0")
    shutil.copy(music / "one.mp3", music / "copy.mp3")
    windows = scan(musicsim, music)["cost"]["windows"]
    assert musicsim("models", "use", weights).code == 0
    assert scan(musicsim)["cost"]["windows"] == windows
    status = musicsim("status", "--json").json
    assert (status["embedded"], status["pending"], status["coming_model"]) == (3, 0, None)


def test_a_copy_that_was_damaged_and_is_mended_has_its_embedding_again(musicsim, music):
    shutil.copy(music / "one.mp3", music / "copy.mp3")
    scan(musicsim, music)
    (music / "copy.mp3").write_bytes(b"damaged")
    assert len(musicsim("scan", "--json").json["failed"]) == 1
    shutil.copy(music / "one.mp3", music / "copy.mp3")
    retag(music / "copy.mp3")
    assert scan(musicsim)["cost"]["windows"] == 0
    assert len(embeddings(musicsim.data)) == 3


def test_what_was_copied_and_retagged_before_the_original_went_is_that_track(musicsim, music):
    scan(musicsim, music)
    before = embeddings(musicsim.data)
    musicsim("playlist", music / "one.mp3", "--name", "Evening")
    shutil.copy(music / "one.flac", music / "copy.flac")
    retag(music / "copy.flac")
    assert scan(musicsim)["added"] == 1
    (music / "one.flac").unlink()
    result = scan(musicsim)
    assert (result["tracks"], result["moved"], result["cost"]["windows"]) == (2, 1, 0)
    assert embeddings(musicsim.data)["copy.flac"][0] == before["one.flac"][0]
    shown = musicsim("playlists", "show", "Evening", "--json").json
    assert str(music / "copy.flac") in [track["path"] for track in shown]
    # A later pass adds to what there is.
    added = musicsim("scan", "--depth", "settled", "--json").json["cost"]["windows"]
    afresh = CommandLine(music.parent / "afresh")
    windows = scan(afresh, music)["cost"]["windows"]
    assert added == afresh("scan", "--depth", "settled", "--json").json["cost"]["windows"]
    assert windows > 0


def test_other_sound_under_the_same_name_is_embedded(musicsim, music, demo_library):
    scan(musicsim, music)
    before = embeddings(musicsim.data)
    other = [track.path for track in demo_library if track.path.suffix == ".flac"][1]
    shutil.copy(other, music / "one.flac")
    result = scan(musicsim)
    assert result["changed"] == 1
    assert result["cost"]["windows"] > 0
    after = embeddings(musicsim.data)
    assert after["one.flac"][0] == before["one.flac"][0]
    assert after["one.flac"][1] != before["one.flac"][1]
    assert after["one.mp3"] == before["one.mp3"]


def test_a_changed_file_that_cannot_be_decoded_any_more_is_offered_no_more(musicsim, music):
    scan(musicsim, music)
    (music / "one.flac").write_bytes(b"no music any more")
    failed = musicsim("scan", "--depth", "quick", "--json").json["failed"]
    assert [Path(problem["path"]).name for problem in failed] == ["one.flac"]
    assert set(embeddings(musicsim.data)) == {"one.mp3"}
    assert musicsim("similar", music / "one.mp3", "--raw", "--json").json["results"] == []
