"""Files of the data folder that a disk, a crash or a person has spoilt."""

import re
import shutil
from pathlib import Path

import pytest
from damages import DAMAGES, Damage, cut_short, empty, overwrite, scratch
from library import FaultyLibrary

from musicsim.app import Musicsim
from musicsim.audio import SETTLED
from musicsim.worker.protocol import QueryIndex

TRACKS = 12


def each_damage(*end_to_end: Damage) -> pytest.MarkDecorator:
    """All of them, of which some are done end to end in every run; `Database` and `ChromaIndex` are tested with all."""
    others = [
        pytest.param(damage, marks=pytest.mark.stress)
        for damage in DAMAGES
        if damage not in end_to_end
    ]
    return pytest.mark.parametrize("damage", [*end_to_end, *others])


@each_damage(cut_short, Path.unlink)
def test_a_damaged_catalogue_goes_back_to_its_copy(library: FaultyLibrary, damage: Damage):
    library.fill(TRACKS)
    library.scan()
    track = library.music / "00" / "0000.wav"
    assert library.musicsim("playlist", track, "--name", "Evening").code == 0
    before = library.embedded()
    damage(library.data / "catalogue.sqlite3")
    # Whoever only reads says what can be done.
    told = library.musicsim("similar", track, "--raw")
    assert told.code == 1
    assert "musicsim doctor" in told.err
    doctor = library.musicsim("doctor")
    assert doctor.code == 0
    state = {empty: "empty", Path.unlink: "missing"}.get(damage, "damaged")
    assert re.search(rf"catalogue\.sqlite3\s+was\s+{state}\.\s+Its\s+copy\s+of", doctor.out)
    result = library.scan()
    assert (result["tracks"], result["cost"]["windows"]) == (TRACKS, 0)
    assert library.embedded() == before
    assert "Evening" in library.musicsim("playlists", "list").out
    aside = library.data / "catalogue.sqlite3.damaged"
    assert aside.exists() == (damage is not Path.unlink)
    library.check(TRACKS)


def test_whoever_deletes_the_data_folder_begins_anew(library: FaultyLibrary):
    library.fill(2)
    library.scan()
    shutil.rmtree(library.data)
    assert library.scan()["added"] == 2


def test_what_came_after_the_copy_is_found_again(library: FaultyLibrary):
    library.fill(TRACKS)
    library.scan()
    copy = library.data / "catalogue.sqlite3.backup"
    shutil.copy(copy, library.data / "kept")
    library.fill(4, first=TRACKS)
    library.scan()
    (library.data / "kept").replace(copy)
    cut_short(library.data / "catalogue.sqlite3")
    doctor = library.musicsim("doctor")
    assert doctor.code == 0
    assert "was damaged. Its copy of" in doctor.out
    result = library.scan()
    assert (result["added"], result["tracks"]) == (4, TRACKS + 4)
    library.check(TRACKS + 4)


def test_an_older_catalogue_can_be_put_back_by_hand(library: FaultyLibrary):
    library.fill(TRACKS)
    library.scan()
    file = library.data / "catalogue.sqlite3"
    shutil.copy(file, library.data / "kept")
    library.fill(3, first=TRACKS)
    library.scan()
    # Others come in their place.
    for n in range(TRACKS, TRACKS + 3):
        (library.music / "01" / f"{n:04}.wav").unlink()
    library.fill(3, first=TRACKS + 3)
    (library.data / "kept").replace(file)
    library.scan()
    library.check(TRACKS + 3)
    # The index found them by their sound, and does not take them for those that are gone.
    with Musicsim.open(library.data) as app:
        app.finding.index.update()
        for track in app.catalogue.tracks.all():
            point = app.finding.nearest.point_of(track.id)
            found = app.worker.request(QueryIndex(point, 1)).result()
            assert found.ids.tolist() == [
                app.embeddings.pooled.id_of(track.id, app.finding.model.identity)
            ]
            assert found.cosines[0] > 0.999


@each_damage(overwrite)
def test_damaged_windows_cost_no_embedding(library: FaultyLibrary, damage: Damage):
    library.fill(TRACKS)
    library.scan()
    before = library.embedded()
    damage(library.data / "windows.sqlite3")
    assert library.scan()["cost"]["windows"] == 0
    assert library.embedded() == before
    listed = library.musicsim("status", "--json").json
    assert (listed["embedded"], listed["index"]["healthy"]) == (TRACKS, True)
    assert library.musicsim("doctor", "--json").json["healthy"]


@each_damage(scratch, empty)
def test_a_damaged_index_is_made_again(library: FaultyLibrary, damage: Damage):
    library.fill(TRACKS)
    library.scan()
    before = library.embedded()
    files = [file for file in (library.data / "index").rglob("*") if file.is_file()]
    assert any(file.name == "chroma.sqlite3" for file in files)
    for file in files:
        if file.stat().st_size:
            damage(file)
    found = library.musicsim("similar", library.music / "00" / "0000.wav", "--raw", "--json")
    assert len(found.json["results"]) == TRACKS - 1
    assert library.scan()["cost"]["windows"] == 0
    assert library.embedded() == before
    library.check(TRACKS)


def test_lost_windows_are_made_again_by_the_next_pass_and_only_once(library: FaultyLibrary):
    library.seconds = 20
    library.fill(3)
    library.scan("--depth", "quick")
    (library.data / "windows.sqlite3").unlink()
    for file in library.data.glob("windows.sqlite3?*"):
        file.unlink()
    refined = library.scan("--depth", "settled")
    assert refined["cost"]["windows"] == 3 * 20
    assert {embedded.plan for embedded in library.embedded().values()} == {SETTLED}
    library.check_windows(3)
    assert library.scan()["cost"]["windows"] == 0


def test_readers_name_what_makes_missing_windows_again(library: FaultyLibrary):
    library.fill(1)
    library.scan()
    before = library.embedded()
    (library.data / "windows.sqlite3").unlink()
    refused = library.musicsim("status")
    assert refused.code == 1
    assert "windows.sqlite3 is missing" in refused.err
    assert "musicsim doctor" in refused.err
    assert library.musicsim("doctor", "--json").json["healthy"]
    assert library.embedded() == before
    assert library.musicsim("status", "--json").json["index"]["healthy"]


def test_without_a_copy_a_damaged_catalogue_is_named_with_the_remedy(library: FaultyLibrary):
    library.data.mkdir()
    (library.data / "catalogue.sqlite3").write_bytes(b"this is not a database at all" * 200)
    result = library.musicsim("scan", library.music)
    assert result.code == 1
    assert "catalogue.sqlite3 is damaged" in result.err
    assert "move the file away and scan again" in " ".join(result.err.split())
    assert (library.data / "catalogue.sqlite3").read_bytes().startswith(b"this is not")


def test_a_reader_says_what_is_damaged_and_mends_nothing(library: FaultyLibrary):
    library.fill(1)
    library.scan()
    file = library.data / "catalogue.sqlite3"
    overwrite(file)
    damaged = file.read_bytes()
    result = library.musicsim("similar", library.music / "00" / "0000.wav")
    assert result.code == 1
    assert "is damaged" in result.err
    assert file.read_bytes() == damaged
