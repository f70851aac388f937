"""What could be added to a playlist, and what it could do without."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import MissingEntry, Playlist, ScannedFile, Tags
from musicsim.playlists.result import GeneratedPlaylist, Match
from musicsim.playlists.rules.duplicates import Duplicate
from musicsim.services.making.completing import between, duplicates_in, merged_entries, suggest
from musicsim.services.making.request import Mode, PlaylistRequest


class Maker:
    """Makes lists of the tracks with the next ids, after the seeds or between them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.requests: list[PlaylistRequest] = []

    def make(self, request: PlaylistRequest) -> Future[GeneratedPlaylist]:
        self.requests.append(request)
        seeds = self.catalogue.tracks.by_id(request.seeds)
        others = [t for t in self.catalogue.tracks.all() if t.id not in request.seeds]
        tracks = [*seeds, *others[: request.length - len(seeds)]]
        if request.mode is Mode.JOURNEY:
            tracks = [tracks[0], *tracks[2:], tracks[1]]
        future: Future[GeneratedPlaylist] = Future()
        matches = tuple(Match(track, 1.0) for track in tracks)
        future.set_result(GeneratedPlaylist("similar", tuple(seeds), matches, {}))
        return future


@pytest.fixture
def catalogue(catalogue: Catalogue) -> Catalogue:
    catalogue.settings.set("model", "m")
    return catalogue


@pytest.fixture
def maker(catalogue: Catalogue) -> Maker:
    return Maker(catalogue)


def add(catalogue: Catalogue, count: int, *, embedded: bool = True, title: str = "") -> list[int]:
    folder = catalogue.folders.add(Path("/m"))
    ids = []
    for _ in range(count):
        number = catalogue.tracks.last_id() + 1
        tags = Tags(title or f"Title of {number}", f"Artist {number if not title else ''}")
        file = ScannedFile(Path(f"/m/{number}.mp3"), 1, 1, b"%d" % number, tags)
        ids.append(catalogue.files.add(folder, file))
    if embedded:
        with catalogue.database.transaction() as db:
            db.executemany(
                "INSERT INTO embeddings (track_id, model, windows, vector, created_at) VALUES (?, 'm', 1, x'', 0)",
                [(track_id,) for track_id in ids],
            )
    return ids


def test_suggestions_are_new(catalogue: Catalogue, maker: Maker) -> None:
    ids = add(catalogue, 30)

    found = suggest(maker, catalogue, ids[:3], 4, without=ids[3:6])

    assert [track.id for track in found] == ids[6:10]


def test_suggestions_are_no_versions_of_songs_in_the_playlist(
    catalogue: Catalogue, maker: Maker
) -> None:
    inside = add(catalogue, 1, title="Halo")
    add(catalogue, 2, title="Halo (Live)")
    others = add(catalogue, 3)

    found = suggest(maker, catalogue, inside, 8)

    assert [track.id for track in found] == others


def test_missing_tracks_are_not_suggested(catalogue: Catalogue, maker: Maker) -> None:
    ids = add(catalogue, 4)
    catalogue.files.set_missing([ids[1]], True)

    assert [track.id for track in suggest(maker, catalogue, ids[:1], 8)] == ids[2:]


def test_a_long_playlist_is_judged_by_tracks_from_all_over_it(
    catalogue: Catalogue, maker: Maker
) -> None:
    ids = add(catalogue, 300)
    pending = add(catalogue, 5, embedded=False)

    found = suggest(maker, catalogue, [*pending, *ids[:280]], 8)

    assert len(found) == 8
    assert not {track.id for track in found} & set(ids[:280])
    seeds = maker.requests[0].seeds
    assert len(seeds) == 40
    assert min(seeds) < ids[10]
    assert max(seeds) > ids[270]


@pytest.mark.parametrize(("count", "told"), [(0, "is empty"), (2, "listened to yet")])
def test_without_sounds_there_is_a_reason_for_no_suggestions(
    catalogue: Catalogue, maker: Maker, count: int, told: str
) -> None:
    with pytest.raises(MusicsimError, match=told):
        suggest(maker, catalogue, add(catalogue, count, embedded=False), 8)


def test_a_gap_is_filled_with_tracks_that_are_not_in_the_playlist(
    catalogue: Catalogue, maker: Maker
) -> None:
    ids = add(catalogue, 20)

    found = between(maker, ids[:6], 2, 3)

    assert len(found) == 3
    assert set(maker.requests[-1].seeds) == {ids[2], ids[3]}
    assert maker.requests[-1].mode is Mode.JOURNEY
    assert not {track.id for track in found} & set(ids[:6])
    assert [t.id for t in found] == sorted(t.id for t in found), "in the journey's order"


def test_a_gap_that_nothing_fills_stays(catalogue: Catalogue, maker: Maker) -> None:
    ids = add(catalogue, 4)

    assert between(maker, ids, 0, 3) == []


@pytest.mark.parametrize(("position", "told"), [(3, "no gap"), (-1, "no gap"), (1, "and itself")])
def test_a_gap_is_between_two_tracks(
    catalogue: Catalogue, maker: Maker, position: int, told: str
) -> None:
    a, b, c = add(catalogue, 3)
    with pytest.raises(MusicsimError, match=told):
        between(maker, [a, b, b, c], position, 3)


def test_duplicates_are_found_by_what_was_listened_to(catalogue: Catalogue) -> None:
    a, b, c = add(catalogue, 3)
    for track_id in (a, b):
        catalogue.files.set_fingerprint(track_id, b"sound")

    found = duplicates_in(catalogue, catalogue.tracks.by_id([c, a, b, c]))

    assert found == {2: Duplicate.SOUND, 3: Duplicate.TRACK}


def test_merging_takes_each_entry_once() -> None:
    lost = MissingEntry(Path("/x.mp3"), id=4, position=1)
    one = Playlist(1, "One", (5, 6), 0.0, missing=(lost,))
    two = Playlist(2, "Two", (6, 7, 7), 0.0, missing=(MissingEntry(Path("/x.mp3"), id=9),))

    assert merged_entries([one, two]) == [5, lost, 6, 7]
