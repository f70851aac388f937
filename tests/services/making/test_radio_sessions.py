"""Radios of a real library: from any seed, learning, saved, resumed; and lists as a radio plays them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from radio_library import fill

from musicsim.app import Musicsim
from musicsim.base.events import TrackWanted
from musicsim.base.reasons import Cause, Reason
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.types import EndOfPlay, Play, ScannedFile, Tags
from musicsim.playlists.rules.artists import artist_key
from musicsim.playlists.rules.rules import Rule, Rules
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.making.radio import (
    NothingMore,
    RadioSession,
    RadioSettings,
    Strictness,
)
from musicsim.services.making.request import PlaylistRequest
from musicsim.services.making.seeds import Seed, SeedKind


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Musicsim]:
    with Musicsim.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def ids(app: Musicsim, tmp_path: Path) -> list[int]:
    return fill(app, tmp_path / "music")


def session(app: Musicsim, *ids: int, strictness: Strictness = Strictness.FOCUSED) -> RadioSession:
    seeds = [Seed(SeedKind.TRACK, f"seed {track_id}", (track_id,)) for track_id in ids]
    made = app.radio.session(seeds, RadioSettings(strictness), rng_seed=1)
    made.remember(ids[:1])
    return made


def more(radio: RadioSession, count: int = 10, upcoming: tuple[int, ...] = ()) -> list[int]:
    return [match.track.id for match in radio.more(count, upcoming).result().matches]


def play(
    radio: RadioSession, track_id: int, end: EndOfPlay = EndOfPlay.FINISHED, share: float = 1.0
) -> None:
    radio.hear(track_id)
    radio.note(Play(track_id, time.time(), 200 * share, 200.0, end))


def test_it_begins_near_its_seed_and_repeats_nothing(app: Musicsim, ids: list[int]) -> None:
    radio = session(app, ids[0], strictness=Strictness.LOCKED_IN)
    found = more(radio) + more(radio)
    assert len(set(found) | {ids[0]}) == 21
    assert len(set(found[:10]) & set(ids[:20])) >= 8


@pytest.mark.parametrize("kind", ["artist", "album", "genre", "playlist"])
def test_it_begins_with_anything(app: Musicsim, ids: list[int], kind: str) -> None:
    seeds = app.playlists.seeds
    for track_id in ids[:3]:
        (track,) = app.catalogue.tracks.by_id([track_id])
        tags = replace(track.tags, genre="Polka")
        file = ScannedFile(track.path, 2, 2, str(track_id).encode(), tags)
        app.catalogue.files.update(track_id, app.catalogue.folders.add(track.path.parent), file)
        from radio_library import embed

        embed(app, track_id, app.finding.nearest.all_points()[1][0])
    if kind == "playlist":
        seed = seeds.playlist(app.catalogue.playlists.create("Mine", ids[:4]))
    else:
        seed = {
            "artist": lambda: seeds.artist_of(ids[0]),
            "album": lambda: seeds.album_of(ids[0]),
            "genre": lambda: seeds.genre("Polka"),
        }[kind]()
    radio = app.radio.session([seed], RadioSettings(), rng_seed=1)
    assert len(set(more(radio))) == 10


def test_skips_push_away_and_the_number_of_them_is_told(app: Musicsim, ids: list[int]) -> None:
    radio = session(app, ids[0], ids[20], strictness=Strictness.BALANCED)
    for _ in range(8):
        for track_id in more(radio, 2):
            skipped = track_id in ids[:20]
            play(
                radio,
                track_id,
                EndOfPlay.SKIPPED if skipped else EndOfPlay.FINISHED,
                0.05 if skipped else 1.0,
            )
    assert radio.learned_from[0] >= 1
    assert len(set(more(radio, 8)) & set(ids[:20])) <= 1


def test_bans_count_at_once(app: Musicsim, ids: list[int]) -> None:
    radio = session(app, ids[0])
    more(radio, 2)
    app.opinions.set(ids[5], Subject.ARTIST, Opinion.BANNED)
    (banned,) = app.catalogue.tracks.by_id([ids[5]])
    found = app.catalogue.tracks.by_id(more(radio, 30))
    assert artist_key(banned) not in {artist_key(track) for track in found}


def test_what_was_heard_this_morning_does_not_come(app: Musicsim, ids: list[int]) -> None:
    near = more(session(app, ids[0]), 10)
    for track_id in near[:6]:
        app.history.add(Play(track_id, time.time() - 3600, 200.0, 200.0, EndOfPlay.FINISHED))
    for track_id in near[6:]:
        app.history.add(Play(track_id, time.time() - 86400, 200.0, 200.0, EndOfPlay.FINISHED))
    again = more(session(app, ids[0]), 12)
    assert not set(near[:6]) & set(again)
    assert set(near[6:]) & set(again)


def test_a_resumed_radio_repeats_nothing_and_remembers(app: Musicsim, ids: list[int]) -> None:
    radio = session(app, ids[0], strictness=Strictness.BALANCED)
    heard = more(radio, 12)
    for track_id in heard[:6]:
        play(radio, track_id, EndOfPlay.SKIPPED, 0.1)
    state = radio.state()
    resumed = app.radio.resume(state)
    assert resumed.learned_from == (6, 0)
    assert resumed.state() == state
    found = more(resumed, 12, tuple(heard[6:]))
    assert not set(found) & set(heard)
    assert len(set(found) & set(ids[:20])) < 6


def test_another_strictness_frees_what_was_planned(app: Musicsim, ids: list[int]) -> None:
    radio = session(app, ids[0], strictness=Strictness.ADVENTUROUS)
    planned = more(radio)
    radio.change(RadioSettings(Strictness.LOCKED_IN), planned)
    found = more(radio, 15)
    assert len(set(found) & set(ids[:20])) > len(set(planned) & set(ids[:20]))
    assert set(found) & set(planned)


def test_one_track_is_not_enough_and_it_says_so(app: Musicsim, tmp_path: Path) -> None:
    (only,) = fill(app, tmp_path / "music", kinds=1, of_each=1)
    with pytest.raises(NothingMore, match="one track only"):
        more(session(app, only))


def test_with_everything_else_banned_it_says_so(app: Musicsim, ids: list[int]) -> None:
    app.opinions.set_tracks(dict.fromkeys(ids[1:], Opinion.BANNED))
    with pytest.raises(NothingMore, match="banned"):
        more(session(app, ids[0]))


def test_a_disk_that_is_away_is_no_silence_once_it_is_back(app: Musicsim, ids: list[int]) -> None:
    radio = session(app, ids[0])
    app.catalogue.files.set_missing(ids[1:], True)
    with pytest.raises(NothingMore):
        more(radio)
    app.catalogue.files.set_missing(ids[1:], False)
    assert len(more(radio)) == 10


def test_a_seed_that_is_not_embedded_is_asked_for(app: Musicsim, ids: list[int]) -> None:
    seen: list[object] = []
    app.events.subscribe(seen.append)
    file = ScannedFile(Path("/m/new.mp3"), 1, 1, b"new", Tags("New"))
    new = app.catalogue.files.add(app.catalogue.folders.add(Path("/m")), file)
    with pytest.raises(NotEmbedded, match="seed"):
        more(session(app, new))
    assert TrackWanted(new) in seen


def test_a_seed_that_can_not_be_listened_to_says_why_as_in_a_list(
    app: Musicsim, ids: list[int]
) -> None:
    file = ScannedFile(Path("/m/hush.mp3"), 1, 1, b"hush", Tags("Hush"))
    hush = app.catalogue.files.add(app.catalogue.folders.add(Path("/m")), file)
    app.catalogue.files.set_problem(hush, Reason(Cause.SILENT), failed=True)
    with pytest.raises(NotEmbedded) as of_radio:
        more(session(app, hush))
    assert str(Reason(Cause.SILENT)) in str(of_radio.value)
    seed = Seed(SeedKind.ALBUM, f"seed {hush}", (hush,))
    with pytest.raises(NotEmbedded) as of_list:
        app.playlists.make(PlaylistRequest([seed])).result()
    assert str(of_list.value) == str(of_radio.value)


def test_a_list_is_a_function_of_its_number(app: Musicsim, ids: list[int]) -> None:
    seeds = [Seed(SeedKind.TRACK, "", (ids[0],))]

    def made(number: int, length: int = 25):
        return app.radio.playlist(seeds, RadioSettings(), length=length, rng_seed=number).result()

    assert made(1) == made(1)
    assert made(1).matches != made(2).matches
    assert (made(1).mode, made(1).matches[0].track.id, len(made(1).matches)) == (
        "radio",
        ids[0],
        25,
    )
    assert len(made(1).steps) == 24


def test_a_list_ends_rather_than_repeating_itself(app: Musicsim, ids: list[int]) -> None:
    seeds = [Seed(SeedKind.TRACK, "", (ids[0],))]
    app.opinions.set_tracks({ids[30]: Opinion.BANNED})
    made = app.radio.playlist(seeds, RadioSettings(), length=500).result()
    found = [match.track.id for match in made.matches]
    assert sorted(found) == sorted(set(ids) - {ids[30]})
    assert made.is_short
    assert {hidden.rule for hidden in made.hidden} == {Rule.BANNED}


def test_a_list_of_minutes_and_of_the_listeners_rules(app: Musicsim, ids: list[int]) -> None:
    seeds = [Seed(SeedKind.TRACK, "", (ids[0],))]
    made = app.radio.playlist(
        seeds, RadioSettings(), minutes=40, rules=Rules(without=frozenset({ids[1]}))
    ).result()
    assert 40 * 60 <= made.duration < 44 * 60
    assert ids[1] not in {match.track.id for match in made.matches}
    assert made.relaxed == ()
