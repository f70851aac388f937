from pathlib import Path

from PySide6.QtWidgets import QApplication
from window_fakes import FakeEngine, Library

from musicsim.base.events import TracksRemoved
from musicsim.library.types import EndOfPlay, Play
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Message
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.playing import FAILURES_IN_A_ROW


def paths(library: Library, ids: list[int]) -> list[Path]:
    return [track.path for track in library.catalogue.tracks.by_id(ids)]


def told(player: Player) -> list[str]:
    messages: list[str] = []
    player._messages.posted.connect(lambda message: messages.append(message.text))
    return messages


def test_one_track_after_the_other_and_then_silence(
    player: Player, engine: FakeEngine, library: Library, ids: list[int], qapp
) -> None:
    player.play(ids[:2])
    qapp.processEvents()
    assert player.playing
    engine.end()
    assert player.track is not None
    assert player.track.id == ids[1]
    engine.end()

    assert engine.loaded == paths(library, ids[:2])
    assert not player.playing
    assert player.track.id == ids[1]


def test_what_comes_next_is_known_before_it_begins(
    player: Player, engine: FakeEngine, library: Library, ids: list[int], qapp
) -> None:
    player.play(ids[:4])
    qapp.processEvents()
    player.queue.upcoming.move([2], 0)
    qapp.processEvents()

    assert engine.following is not None
    assert engine.following.path == paths(library, ids)[3]


def test_next_and_previous(player: Player, engine: FakeEngine, ids: list[int], qapp) -> None:
    player.play(ids[:3])
    player.next()
    qapp.processEvents()
    engine.advance(10.0)
    player.previous()
    assert engine.sought == [0.0], "well into a track, previous goes to its beginning"
    engine.advance(0.0)
    player.previous()

    assert player.queue.current == ids[0]
    assert player.queue.upcoming.ids == ids[1:3]


def test_paused_a_seek_beyond_the_end_leads_to_the_next_track_which_waits(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.play(ids[:3])
    qapp.processEvents()
    player.pause()
    player.seek(10**9)

    assert player.queue.current == ids[1]
    assert not player.playing
    assert not engine.playing
    player.next()
    assert player.playing


def test_playing_something_else_replaces_the_queue_and_keeps_the_way_back(
    player: Player, ids: list[int]
) -> None:
    player.play(ids[:3])
    player.play([ids[4], ids[5]])
    assert player.queue.upcoming.ids == [ids[5]]

    player.previous()

    assert player.queue.current == ids[0]
    assert player.queue.upcoming.ids == [ids[4], ids[5]]


def test_a_broken_track_is_skipped_with_a_message(
    player: Player, engine: FakeEngine, library: Library, ids: list[int], qtbot
) -> None:
    broken = paths(library, ids)[1]
    broken.touch()
    engine.broken = lambda path: path == broken
    messages = told(player)
    player.play(ids[:3])

    player.next()
    qtbot.waitUntil(lambda: player.queue.current == ids[2])

    assert player.playing
    assert messages == [
        "“The Paper Lanterns - Quiet Harbour” can’t be played (Could not open file)."
    ]


def test_a_wholly_broken_queue_ends(
    player: Player, engine: FakeEngine, ids: list[int], qtbot
) -> None:
    engine.broken = lambda path: True
    messages = told(player)

    player.play(ids * 100)
    qtbot.waitUntil(lambda: not player.playing)

    assert len(engine.loaded) == FAILURES_IN_A_ROW
    assert not player.playing
    assert "stops" in messages[-1]
    assert "the file is gone" in messages[-1]


def test_a_track_that_breaks_or_ends_early_is_told_and_the_next_one_plays(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    messages = told(player)
    player.play(ids)
    qapp.processEvents()

    engine.end(shortfall=100.0)
    engine.end(reason="it can't be read: Input/output error")

    assert player.queue.current == ids[2]
    assert messages == [
        "“Motörnacht - Überall” ended early: the file is damaged after 4:00 of 5:40.",
        "“The Paper Lanterns - Quiet Harbour” can’t be played any further "
        "(it can't be read: Input/output error).",
    ]


def test_missing_tracks_are_left_out_of_what_follows(
    player: Player, library: Library, bridge: Bridge, ids: list[int]
) -> None:
    library.catalogue.files.set_missing(ids[1:3], True)
    player._store.refresh(tuple(ids))

    player.play(ids)

    assert player.queue.upcoming.ids == ids[3:]


def test_a_track_that_leaves_the_library_plays_to_its_end(
    player: Player,
    engine: FakeEngine,
    library: Library,
    bridge: Bridge,
    ids: list[int],
) -> None:
    plays: list[Play] = []
    messages: list[Message] = []
    player._messages.posted.connect(messages.append)
    player.played.connect(plays.append)
    player.play(ids)
    QApplication.processEvents()
    engine.advance(30.0)
    before = player.track
    assert before is not None

    library.events.emit(TracksRemoved((ids[0], ids[2])))
    bridge.deliver()

    assert player.playing
    assert player.track is not None
    assert (player.track.path, player.track.title) == (before.path, before.title)
    assert player.position >= 30_000
    assert plays == []
    assert engine.loaded == [before.path]
    assert player.queue.upcoming.ids == [ids[1], *ids[3:]]
    engine.end()
    assert player.queue.current == ids[1]
    assert [play.end for play in plays] == [EndOfPlay.FINISHED]
    assert messages == []


def test_a_stopped_track_that_leaves_the_library_leaves_the_player(
    player: Player, library: Library, bridge: Bridge, ids: list[int]
) -> None:
    player.play(ids)
    player.stop()

    library.events.emit(TracksRemoved((ids[0],)))
    bridge.deliver()

    assert player.track is None
    assert not player.playing


def test_volume_is_heard_as_the_ear_hears_it(player: Player, engine: FakeEngine) -> None:
    player.set_volume(0.5)

    assert engine.volume == 0.125
