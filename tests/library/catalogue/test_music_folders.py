import time
from pathlib import Path

from known_reasons import because
from stored import scanned


def test_a_folder_within_a_music_folder_is_part_of_it(catalogue):
    outer = catalogue.folders.add(Path("/music"))
    assert catalogue.folders.add(Path("/music/jazz")) == outer
    assert catalogue.folders.all() == [Path("/music")]


def test_a_folder_around_others_takes_their_tracks_over(catalogue):
    inner = catalogue.folders.add(Path("/music/jazz"))
    track_id = catalogue.files.add(inner, scanned("/music/jazz/a.mp3"))
    catalogue.folders.add(Path("/music"))
    assert catalogue.folders.all() == [Path("/music")]
    assert [track.id for track in catalogue.tracks.all()] == [track_id]


def test_a_folder_that_is_hidden_in_another_is_one_of_its_own(catalogue):
    outer = catalogue.folders.add(Path("/music"))
    inner = catalogue.folders.add(Path("/music/.mine/jazz"))
    assert outer != inner
    assert catalogue.folders.add(Path("/music/.mine/jazz/old")) == inner
    # One around the inner one alone takes it over, one around both only the outer one.
    catalogue.folders.add(Path("/music/.mine"))
    catalogue.folders.add(Path("/"))
    assert catalogue.folders.all() == [Path("/music/.mine"), Path("/")]


def test_removing_a_folder_removes_its_tracks_from_playlists_too(catalogue):
    keep = catalogue.files.add(catalogue.folders.add(Path("/a")), scanned("/a/1.mp3"))
    drop = catalogue.files.add(catalogue.folders.add(Path("/b")), scanned("/b/1.mp3"))
    catalogue.playlists.create("Both", [keep, drop])
    assert catalogue.folders.remove(Path("/b")) == [drop]
    assert [track.id for track in catalogue.tracks.all()] == [keep]
    assert catalogue.playlists.all()[0].track_ids == (keep,)


def test_the_time_on_an_unplugged_disk_counts_for_nothing(catalogue):
    folder = catalogue.folders.add(Path("/disk"))
    track_id = catalogue.files.add(folder, scanned("/disk/1.mp3"))
    deleted = catalogue.files.add(folder, scanned("/disk/2.mp3"))
    catalogue.folders.set_unavailable(folder, because("not connected"))
    catalogue.files.set_missing([track_id, deleted], True)
    with catalogue.database.transaction() as db:
        db.execute("UPDATE folders SET unavailable_since = 1000")
        db.execute("UPDATE tracks SET missing_since = 1000")
        db.execute("UPDATE tracks SET missing_since = 400 WHERE id = ?", (deleted,))
    # It comes back with some of its files; others may still come.
    now = time.time()
    catalogue.folders.set_unavailable(folder, None)
    assert catalogue.files.missing(now - 10) == [deleted]
    assert catalogue.files.forget_missing(now - 1000) == []


def test_missing_tracks_are_forgotten_after_a_while_but_not_those_out_of_reach(catalogue):
    here, away = (catalogue.folders.add(Path(f"/{name}")) for name in ("here", "away"))
    old, young, kept = (catalogue.files.add(here, scanned(f"/here/{n}.mp3")) for n in range(3))
    unreachable = catalogue.files.add(away, scanned("/away/1.mp3"))
    catalogue.files.set_missing([old, young, unreachable], True)
    with catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET missing_since = 1000 WHERE id IN (?, ?)", (old, unreachable))
    catalogue.folders.set_unavailable(away, because("not connected"))
    assert (catalogue.tracks.counts().missing, catalogue.tracks.counts().unavailable) == (2, 1)
    assert catalogue.files.forget_missing(2000) == [old]
    assert catalogue.files.forget_missing(2000) == []
    catalogue.folders.set_all_available()
    assert sorted(catalogue.files.forget_missing()) == [young, unreachable]
    assert catalogue.tracks.ids() == [kept]
    assert catalogue.folders.unavailable() == {}
