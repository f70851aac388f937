import json
from dataclasses import replace

import pytest
from stored import scanned

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.playlist_names import PlaylistNameError
from musicsim.library.types import EndOfPlay, Play, TagDetails


def refers_to(name: str) -> str:
    inner = {"kind": "group", "rules": [{"kind": "playlist", "name": name}]}
    return json.dumps({"rules": [inner, {"kind": "liked"}]})


def referred(catalogue: Catalogue, list_id: int) -> str:
    stored = catalogue.smart_lists.get(list_id)
    assert stored is not None
    return json.loads(stored.rules or "")["rules"][0]["rules"][0]["name"]


def test_those_that_every_library_has_are_there_once_and_come_first(catalogue):
    store = catalogue.smart_lists
    store.create("Zoo", "{}")
    store.create("Liked", "{}")
    for _ in range(2):
        store.provide({"recent": "Recently added", "liked": "Liked"})

    names = [(each.name, each.ready_made, each.rules) for each in store.all()]

    assert names == [
        ("Recently added", "recent", None),
        ("Liked (2)", "liked", None),
        ("Liked", None, "{}"),
        ("Zoo", None, "{}"),
    ]
    assert not catalogue.smart_lists.named("Liked (3)")


def test_a_ready_made_one_is_hidden_instead_of_deleted_and_gets_its_rules_back(catalogue):
    store = catalogue.smart_lists
    store.provide({"liked": "Liked"})
    (liked,) = store.all()
    own = store.create("Own", "{}")
    store.set_rules(liked.id, "{}")
    assert store.get(liked.id).rules == "{}"

    store.delete(liked.id)
    store.delete(own.id)

    (left,) = store.all()
    assert (left.hidden, left.rules) == (True, None)
    store.set_hidden(liked.id, False)
    assert not store.get(liked.id).hidden
    assert store.get(own.id) is None
    assert store.create("Other", "{}").id != own.id, "an id is never used again"


def test_the_listeners_own_never_loses_its_rules(catalogue):
    own = catalogue.smart_lists.create("Own", "{}")
    catalogue.smart_lists.set_rules(own.id, None)
    assert catalogue.smart_lists.get(own.id).rules == "{}"


def test_names(catalogue):
    store = catalogue.smart_lists
    first, second = store.create("A", "{}"), store.create(" \n", "{}")
    assert second.name == "Smart playlist"
    with pytest.raises(PlaylistNameError, match="already"):
        store.rename(second.id, "A")
    with pytest.raises(PlaylistNameError, match="needs a name"):
        store.rename(second.id, " ")
    store.rename(first.id, "A")
    store.rename(-1, "B")
    assert store.named("B") is None


def test_rules_follow_a_playlist_that_is_renamed(catalogue):
    store = catalogue.smart_lists
    sunday = catalogue.playlists.create("Sunday", [])
    inner = store.create("Inner", "{}")
    to_plain, to_smart = (
        store.create("1", refers_to("Sunday")),
        store.create("2", refers_to("Inner")),
    )

    catalogue.playlists.rename(sunday.id, "Monday")
    store.rename(inner.id, "Outer")

    assert (referred(catalogue, to_plain.id), referred(catalogue, to_smart.id)) == (
        "Monday",
        "Outer",
    )


def test_a_playlist_comes_before_a_smart_one_of_the_same_name(catalogue):
    catalogue.playlists.create("Same", [])
    smart = catalogue.smart_lists.create("Same", "{}")
    other = catalogue.smart_lists.create("1", refers_to("Same"))
    catalogue.smart_lists.rename(smart.id, "Another")
    assert referred(catalogue, other.id) == "Same"


def test_rules_follow_a_track_that_turns_out_to_be_another(catalogue):
    sound = json.dumps(
        {"rules": [{"kind": "sound", "tracks": [3, 1, 2]}, {"kind": "sound", "tracks": None}]}
    )
    kept = catalogue.smart_lists.create("1", sound)
    damaged = catalogue.smart_lists.create("2", "{ 3")

    catalogue.smart_lists.replace(3, 2)

    rules = json.loads(catalogue.smart_lists.get(kept.id).rules)["rules"]
    assert rules[0]["tracks"] == [2, 1]
    assert catalogue.smart_lists.get(damaged.id).rules == "{ 3"


def test_facts_have_each_of_several_artists_and_any_bytes(catalogue, tmp_path):
    folder = catalogue.folders.add(tmp_path)
    strange = (tmp_path / "\udcff.mp3").as_posix()
    duo = TagDetails(artists=("Queen", "David \ud83d Bowie"), rating=4.5)
    file = scanned(strange, title="Under", artist="Queen, David Bowie", year=1981, duration=2.5)
    track = catalogue.files.add(folder, replace(file, details=duo))
    single = catalogue.files.add(
        folder, replace(scanned("b", b"2", artist="Solo"), details=TagDetails(artists=("Solo",)))
    )

    first, second = catalogue.facts.all()

    assert (first.id, first.file, first.title, first.year) == (track, strange, "Under", 1981)
    assert first.artists[0] == "Queen"
    assert (first.rating, catalogue.facts.all()[1].rating) == (4.5, None)
    assert first.artists[1].endswith("Bowie")
    assert (second.id, second.artists, second.missing) == (single, (), False)
    catalogue.files.set_missing([single], True)
    assert catalogue.facts.by_id([single, -1])[0].missing


def test_the_history_as_of_a_time(catalogue, tmp_path):
    folder = catalogue.folders.add(tmp_path)
    ids = [catalogue.files.add(folder, scanned(f"{n}", bytes([n]))) for n in range(3)]
    for track_id, at in ((ids[0], 10.0), (ids[1], 20.0), (ids[0], 30.0)):
        catalogue.plays.add(Play(track_id, at, 9.0, 9.0, EndOfPlay.FINISHED))
    catalogue.plays.add(Play(ids[2], 5.0, 1.0, 9.0, EndOfPlay.SKIPPED))

    assert catalogue.plays.last_played(9) == [ids[0], ids[1]]
    assert catalogue.plays.last_played(9, before=30.0) == [ids[1], ids[0]]
    assert catalogue.plays.last_played(1, before=30.0) == [ids[1]]
    assert catalogue.plays.counts(before=30.0)[ids[0]].plays == 1
    assert catalogue.plays.counts(before=1.0) == {}
    assert catalogue.plays.counts([ids[0], ids[2]], before=30.0).keys() == {ids[0], ids[2]}
