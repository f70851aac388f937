"""What comes next: by hand, from the list, shuffled, repeated."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from window_fakes import FakeApp, FakeEngine, Library

from musicsim.base.events import TracksRemoved
from musicsim.library.types import Tags
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playback import play_queue
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.player import Player
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


def order_of(player: Player) -> list[int]:
    """What plays from now to the end of the queue."""
    assert player.queue.current is not None
    return [player.queue.current, *player.queue.upcoming.ids]


def play_through(player: Player, engine: FakeEngine, tracks: int) -> list[int | None]:
    """The tracks that play when each ends by itself."""
    heard = []
    for _ in range(tracks):
        heard.append(player.queue.current)
        engine.end()
    return heard


def test_what_was_queued_by_hand_comes_first(player: Player, ids: list[int]) -> None:
    player.play(ids[:4])
    player.enqueue([ids[4]])
    player.enqueue([ids[5]])
    assert order_of(player) == [ids[0], ids[4], ids[5], ids[1], ids[2], ids[3]]

    player.enqueue([ids[3]], first=True)
    assert order_of(player) == [ids[0], ids[3], ids[4], ids[5], ids[1], ids[2], ids[3]]

    player.play(ids, 1)

    assert order_of(player) == [ids[1], ids[3], ids[4], ids[5], *ids[2:]], "buried by nothing"
    assert player.queue.upcoming.by_hand == [ids[3], ids[4], ids[5]]


def test_queueing_with_nothing_in_the_player_plays(player: Player, ids: list[int]) -> None:
    assert not player.enqueue(ids[:2])
    assert player.playing
    assert order_of(player) == ids[:2]


def test_what_is_moved_is_by_hand_from_then_on(player: Player, ids: list[int]) -> None:
    player.play(ids)
    player.queue.upcoming.move([3], 0)

    player.play([ids[1], ids[2]])

    assert order_of(player) == [ids[1], ids[4], ids[2]]


def test_a_queue_made_by_hand_can_be_had_back(
    window: MainWindow, engine: FakeEngine, ids: list[int], settle: Settle
) -> None:
    player = window.player
    player.play(ids)
    settle()
    engine.advance(33.0)
    player.queue.upcoming.remove([0])
    player.play([ids[5]])
    settle()
    assert window.message_bar.text == "The queue that you made was replaced."

    window.message_bar._action.click()

    assert order_of(player) == [ids[0], *ids[2:]]
    assert player.position == pytest.approx(33_000, abs=600)


def test_jumping_over_what_was_queued_by_hand_can_be_undone(
    window: MainWindow, ids: list[int], settle: Settle
) -> None:
    window.player.play(ids[:4])
    window.player.enqueue([ids[4], ids[5]])

    window.player.play_upcoming(2)
    assert order_of(window.player) == [ids[1], ids[2], ids[3]]
    window.message_bar._action.click()

    assert order_of(window.player) == [ids[0], ids[4], ids[5], ids[1], ids[2], ids[3]]


def test_shuffle_plays_everything_once_and_off_gives_the_order_back(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.set_shuffle(Shuffle.TRACKS)
    player.play(ids, 2)
    qapp.processEvents()
    assert player.queue.current == ids[2], "what was clicked comes first"
    assert sorted(order_of(player)) == ids, "also what stands above it in the list"

    heard = play_through(player, engine, 3)
    assert len(set(heard)) == 3
    current = player.queue.current
    player.set_shuffle(Shuffle.OFF)

    assert current is not None
    assert order_of(player) == ids[ids.index(current) :]
    player.set_shuffle(Shuffle.TRACKS)
    assert not {*heard, current} & set(player.queue.upcoming.ids), "once is enough"


def test_shuffle_by_album_keeps_albums_together_and_in_order(
    library: Library, player: Player, bridge: Bridge
) -> None:
    albums = [
        library.add(
            *(
                Tags(f"{album} {n}", f"Guest {n}", album, "Various", track_number=n)
                for n in (2, 1, 3)
            )
        )
        for album in ("A", "B", "C", "D")
    ]
    everything = [track for album in albums for track in album]
    player._store.refresh(tuple(everything))
    # In its own order within an album: by number, not as in the list.
    in_order = [[album[1], album[0], album[2]] for album in albums]
    player.set_shuffle(Shuffle.ALBUMS)

    player.play(everything, everything.index(in_order[2][1]))
    order = order_of(player)

    assert order[:2] == in_order[2][1:], "the album goes on"
    assert order[-1] == in_order[2][0]
    rest = [order[2 + 3 * i : 5 + 3 * i] for i in range(3)]
    assert sorted(rest) == sorted(in_order[:2] + in_order[3:])


def test_shuffle_by_similarity_brings_the_nearest_forward(
    window: MainWindow, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    window.player.set_shuffle(Shuffle.SIMILAR)
    window.player.play(ids)
    settle()
    # The fake's nearest is the one with the highest id.
    assert order_of(window.player) == [ids[0], ids[5], *ids[1:5]]

    window.player.next()
    settle()

    assert order_of(window.player) == [ids[5], ids[4], *ids[1:4]]


def test_repeat_all_begins_again_with_the_whole_list(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.set_repeat(Repeat.ALL)
    player.play(ids[:3], 1)
    qapp.processEvents()

    heard = play_through(player, engine, 7)

    assert heard == [ids[1], ids[2], *ids[:3], ids[0], ids[1]]


def test_repeat_all_shuffled_plays_everything_again(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.set_repeat(Repeat.ALL)
    player.set_shuffle(Shuffle.TRACKS)
    player.play(ids)
    qapp.processEvents()

    heard = play_through(player, engine, 12)

    assert sorted(heard[:6]) == sorted(heard[6:]) == ids
    assert heard[5] != heard[6]


def test_repeat_one_repeats_until_the_listener_goes_on(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.set_repeat(Repeat.ONE)
    player.play(ids[:2])
    qapp.processEvents()
    began: list[object] = []
    player.track_changed.connect(began.append)

    assert play_through(player, engine, 3) == [ids[0]] * 3
    assert len(began) == 3
    player.next()

    assert player.queue.current == ids[1]


def test_repeat_one_of_a_single_track(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.play(ids[:1])
    player.set_repeat(Repeat.ALL)
    qapp.processEvents()

    assert play_through(player, engine, 3) == [ids[0]] * 3
    assert player.playing


def test_stop_after_this_track_stops_and_goes_on_with_the_next(
    player: Player, engine: FakeEngine, ids: list[int], qapp
) -> None:
    player.play(ids[:3])
    qapp.processEvents()
    player.set_stops_after_this(True)
    qapp.processEvents()
    assert engine.following is None

    engine.end()

    assert not player.playing
    assert not player.stops_after_this
    assert player.queue.current == ids[1]
    player.toggle()
    assert player.playing


def test_a_track_that_left_the_library_is_not_repeated(
    player: Player, library: Library, bridge: Bridge, ids: list[int]
) -> None:
    player.set_repeat(Repeat.ALL)
    player.play(ids[:2])
    library.events.emit(TracksRemoved((ids[1],)))
    bridge.deliver()
    player.next()

    assert player.queue.current == ids[0]


def test_the_menu_and_the_buttons_switch_the_modes(
    window: MainWindow, ids: list[int], qtbot
) -> None:
    bar, player = window.player_bar, window.player
    window.playback_commands.shuffles[Shuffle.ALBUMS].trigger()
    assert bar.shuffle.isChecked()
    qtbot.mouseClick(bar.shuffle, Qt.MouseButton.LeftButton)
    assert player.shuffle is Shuffle.OFF
    qtbot.mouseClick(bar.shuffle, Qt.MouseButton.LeftButton)
    assert player.shuffle is Shuffle.ALBUMS, "as it was before"

    for expected in (Repeat.ALL, Repeat.ONE, Repeat.OFF):
        qtbot.mouseClick(bar.repeat, Qt.MouseButton.LeftButton)
        assert player.repeat is expected
        assert bar.repeat.isChecked() == (expected is not Repeat.OFF)
        assert window.playback_commands.repeats[expected].isChecked()


def test_of_a_long_radio_the_queue_remembers_only_what_it_can_go_back_to(
    player: Player, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_queue, "_LONGEST_WAY_BACK", 2)
    player.play_radio(ids[:5])
    for _ in range(4):
        player.next()
    assert player.queue.state().heard_on_radio == set(ids[2:5])
    player.previous()
    assert player.queue.upcoming.radio == [ids[4]]
