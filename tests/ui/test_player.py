from pathlib import Path

from window_fakes import FakeMedia, Library

from musicsim.events import TracksRemoved
from musicsim.ui.bridge import Bridge
from musicsim.ui.player import FAILURES_IN_A_ROW, Player


def paths(library: Library, ids: list[int]) -> list[Path]:
    return [track.path for track in library.catalogue.tracks_by_id(ids)]


def told(player: Player) -> list[str]:
    messages: list[str] = []
    player._messages.posted.connect(lambda message: messages.append(message.text))
    return messages


def test_one_track_after_the_other_and_then_silence(
    player: Player, media: FakeMedia, library: Library, ids: list[int]
) -> None:
    player.play(ids[:2])
    assert player.playing
    media.ended.emit()
    assert player.track is not None
    assert player.track.id == ids[1]
    media.ended.emit()

    assert media.loaded == paths(library, ids[:2])
    assert not player.playing
    assert player.track.id == ids[1]


def test_next_and_previous(player: Player, media: FakeMedia, ids: list[int]) -> None:
    player.play(ids[:3])
    player.next()
    media.position_changed.emit(10_000)
    player.previous()
    assert media.sought == [0], "well into a track, previous goes to its beginning"
    media.position_changed.emit(0)
    player.previous()

    assert player.queue.current == ids[0]
    assert player.queue.upcoming.ids == ids[1:3]


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
    player: Player, media: FakeMedia, library: Library, ids: list[int], qapp
) -> None:
    broken = paths(library, ids)[1]
    broken.touch()
    media.broken = lambda path: path == broken
    messages = told(player)
    player.play(ids[:3])

    player.next()
    qapp.processEvents()

    assert player.queue.current == ids[2]
    assert player.playing
    assert messages == [
        "“The Paper Lanterns - Quiet Harbour” can’t be played (Could not open file)."
    ]


def test_a_wholly_broken_queue_ends(player: Player, media: FakeMedia, ids: list[int], qapp) -> None:
    media.broken = lambda path: True
    messages = told(player)

    player.play(ids * 100)
    for _ in range(FAILURES_IN_A_ROW + 2):
        qapp.processEvents()

    assert len(media.loaded) == FAILURES_IN_A_ROW
    assert not player.playing
    assert "stopped" in messages[-1]
    assert "the file is gone" in messages[-1]


def test_a_failure_that_comes_late_does_not_skip_the_track_after(
    player: Player, media: FakeMedia, ids: list[int], qapp
) -> None:
    player.play(ids)
    media.failed.emit("broken")
    player.next()

    qapp.processEvents()

    assert player.queue.current == ids[1]


def test_missing_tracks_are_left_out_of_what_follows(
    player: Player, library: Library, bridge: Bridge, ids: list[int]
) -> None:
    library.catalogue.set_missing(ids[1:3], True)
    player._store.refresh(tuple(ids))

    player.play(ids)

    assert player.queue.upcoming.ids == ids[3:]


def test_a_track_that_leaves_the_library_stops(
    player: Player, library: Library, bridge: Bridge, ids: list[int]
) -> None:
    player.play(ids)

    library.events.emit(TracksRemoved((ids[0], ids[2])))
    bridge.deliver()

    assert not player.playing
    assert player.track is None
    assert player.queue.upcoming.ids == [ids[1], *ids[3:]]


def test_volume_is_kept_until_there_is_something_to_hear(
    player: Player, media: FakeMedia, ids: list[int]
) -> None:
    player.set_volume(0.3)
    player.play(ids)

    assert media.volume == 0.3
