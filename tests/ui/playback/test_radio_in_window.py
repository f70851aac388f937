"""The radio in the real window, on the real services, by real keys and clicks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from radio_room import Room

from musicsim.library.catalogue.opinions import Opinion
from musicsim.services.making.radio import Strictness
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.radio_desk import UPCOMING


@pytest.fixture
def room(tmp_path: Path, theme: Theme, qtbot, qapp) -> Iterator[Room]:
    made = Room(tmp_path, theme, qtbot)
    yield made
    made.close()
    made.app.close()


def test_by_keyboard_with_nothing_playing_the_seed_comes_first(room: Room, qtbot) -> None:
    room.table.show_track(room.ids[3])
    qtbot.keyClick(
        room.table,
        Qt.Key.Key_Return,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    room.until_full()

    assert room.queue.current == room.ids[3]
    assert room.player.playing
    assert len(set(room.upcoming.radio)) == UPCOMING - 1
    assert room.window.queue_pane.radio.isVisible()
    assert "Song 3" in room.window.queue_pane.radio.title.text()


def test_the_rest_of_a_list_that_plays_keeps_nothing_from_the_radio(room: Room) -> None:
    room.player.play(room.ids[:20])
    QApplication.processEvents()
    room.start(3)
    room.until_full()

    upcoming = room.upcoming.radio
    assert len(set(upcoming)) == len(upcoming)
    assert room.ids[0] not in upcoming, "it plays now"
    assert len(set(upcoming) & set(room.ids[:20])) >= 5, "these sound like the seed"


def test_a_song_that_plays_goes_on_and_what_was_queued_by_hand_comes_first(
    room: Room, qtbot
) -> None:
    room.player.play(room.ids[40:50])
    room.player.enqueue([room.ids[55]])
    QApplication.processEvents()
    room.engine.advance(10.0)
    loaded = list(room.engine.loaded)

    room.start(3)

    assert room.engine.loaded == loaded, "nothing was interrupted"
    assert room.queue.current == room.ids[40]
    assert room.upcoming.first(2) == [room.ids[55], room.ids[3]]
    assert not room.upcoming.rest
    assert room.upcoming.is_by_hand(0)
    assert room.upcoming.is_radio(1)
    assert "after this song" in room.said()

    room.window.message_bar._action.click()
    assert room.upcoming.ids == [room.ids[55], *room.ids[41:50]]
    assert not room.desk.is_on
    assert room.engine.loaded == loaded


def test_from_the_song_that_plays_it_is_not_repeated(room: Room) -> None:
    room.player.play([room.ids[0]])
    QApplication.processEvents()
    room.start(0)
    assert room.ids[0] not in room.upcoming.ids


def test_it_refills_by_itself_and_repeats_nothing(room: Room) -> None:
    room.start()
    heard = [room.queue.current]
    for _ in range(30):
        room.hear_out()
        heard.append(room.queue.current)
        room.until_full()
        assert room.engine.following is not None or room.player._preparing.isActive()
        assert room.upcoming.rowCount() <= UPCOMING
    assert len(set(heard)) == 31


def test_a_jump_to_the_last_track_ends_neither_the_radio_nor_floods_the_queue(room: Room) -> None:
    room.start()
    seen: set[int] = set()
    for _ in range(3):
        room.player.play_upcoming(room.upcoming.rowCount() - 1)
        room.until_full()
        assert len(room.upcoming.radio) == UPCOMING
        assert room.queue.current not in seen
        assert room.queue.current is not None
        seen.add(room.queue.current)


def test_next_pressed_faster_than_tracks_come_goes_on_when_they_are_there(room: Room) -> None:
    room.start()
    with room.app.finding.nearest.steady():
        for _ in range(UPCOMING + 1):
            room.player.next()
        assert not room.player.playing
    room.until_full()
    assert room.player.playing


def test_stopped_by_the_listener_it_stays_stopped(room: Room, qtbot) -> None:
    room.start()
    with room.app.finding.nearest.steady():
        room.player.play_upcoming(room.upcoming.rowCount() - 1)
        room.player.stop()
    room.until_full()
    assert not room.player.playing


def test_skips_likes_and_removals_are_learned_from(room: Room, qtbot) -> None:
    room.start()
    QApplication.processEvents()
    room.engine.advance(1.0)
    qtbot.keyClick(room.window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    room.app.opinions.set_tracks({room.upcoming.radio[0]: Opinion.LIKED})
    qtbot.waitUntil(lambda: room.desk.learned_from == (1, 1))
    assert room.window.queue_pane.radio.about.text() == "Learned from 1 skip and 1 like"
    gone = room.upcoming.radio[2]
    table = room.window.queue_pane.table
    table.setFocus()
    table.select_rows([2])
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    session = room.desk._session
    assert session is not None
    assert session.state().reactions[-1] == (gone, -0.25)
    for _ in range(10):
        room.hear_out()
        room.until_full()
        assert gone not in room.upcoming.ids


def test_a_track_that_is_moved_is_the_listeners_own(room: Room, qtbot) -> None:
    room.start()
    moved = room.upcoming.radio[3]
    table = room.window.queue_pane.table
    table.setFocus()
    table.select_rows([3])
    qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert room.upcoming.by_hand == [moved]
    room.desk.stop()
    assert room.upcoming.ids == [moved]


def test_a_banned_track_leaves_the_queue(room: Room, qtbot) -> None:
    room.start()
    banned = room.upcoming.radio[1]
    room.app.opinions.set_tracks({banned: Opinion.BANNED})
    qtbot.waitUntil(lambda: banned not in room.upcoming.ids)
    assert room.desk.learned_from == (0, 0)


def test_a_radio_learns_nothing_from_likes_before_it_began(room: Room, qtbot) -> None:
    room.start()
    room.window.actions_.toggle_opinion(room.ids[5])
    qtbot.waitUntil(lambda: room.desk.learned_from == (0, 1))
    room.desk.stop()
    with qtbot.waitSignal(room.bridge.opinions_changed):
        room.window.actions_.toggle_opinion(room.ids[6])
    room.start(1)
    # The answer to this one comes after that to the first.
    room.window.actions_.toggle_opinion(room.ids[7])
    qtbot.waitUntil(lambda: room.desk.learned_from != (0, 0))
    assert room.desk.learned_from == (0, 1)


def test_a_like_is_stored_while_a_long_list_is_made(room: Room, qtbot) -> None:
    room.start()
    begun, done = threading.Event(), threading.Event()

    def make() -> None:
        with room.app.finding.nearest.steady():
            begun.set()
            done.wait(30)

    making = threading.Thread(target=make)
    making.start()
    begun.wait(30)
    try:
        # When the first is known, the radio learns of it.
        for track_id in room.ids[:2]:
            with qtbot.waitSignal(room.bridge.opinions_changed):
                room.window.actions_.toggle_opinion(track_id)
    finally:
        done.set()
        making.join()
    assert room.app.opinions.tracks(Opinion.LIKED) == set(room.ids[:2])


def test_strictness_and_vibe_are_chosen_in_the_queue(room: Room, qtbot) -> None:
    room.start()
    header = room.window.queue_pane.radio
    before = room.upcoming.radio
    header.strictness.setFocus()
    qtbot.keyClick(header.strictness, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: room.upcoming.radio != before and not room.desk._is_waiting)
    assert room.desk.settings.strictness is Strictness.ADVENTUROUS
    assert len(room.upcoming.radio) == UPCOMING
    qtbot.mouseClick(
        header.follows_vibe,
        Qt.MouseButton.LeftButton,
        pos=header.follows_vibe.rect().topLeft() + header.follows_vibe.rect().center() / 8,
    )
    assert room.desk.settings.follows_vibe
    qtbot.waitUntil(lambda: not room.desk._is_waiting)


def test_stop_radio_lets_the_song_end(room: Room, qtbot) -> None:
    room.start()
    room.player.enqueue([room.ids[50]])
    qtbot.mouseClick(room.window.queue_pane.radio.stop, Qt.MouseButton.LeftButton)
    assert room.player.playing
    assert room.upcoming.ids == [room.ids[50]]
    assert not room.window.queue_pane.radio.isVisible()


def test_another_list_ends_it_and_it_can_be_had_back(room: Room, qtbot) -> None:
    room.start()
    room.player.play(room.ids[40:43])
    assert not room.desk.is_on
    assert room.upcoming.ids == room.ids[41:43]
    assert "has ended" in room.said()
    room.window.message_bar._action.click()
    room.until_full()
    assert room.queue.current == room.ids[40], "what plays goes on"
    assert not room.upcoming.rest


def test_clear_stops_it_and_undo_brings_it_back(room: Room, qtbot) -> None:
    room.start()
    before = room.upcoming.ids
    room.window.queue_pane.clear.click()
    QApplication.processEvents()
    assert room.upcoming.ids == []
    assert not room.desk.is_on
    room.window.message_bar._action.click()
    assert room.upcoming.radio == before
    assert room.desk.is_on


@pytest.mark.parametrize("wanted", [True, False])
def test_when_the_queue_ends_similar_music_follows_if_wanted(
    room: Room, wanted: bool, qtbot
) -> None:
    if wanted:
        room.window.queue_pane.goes_on.click()
    room.player.play(room.ids[:2])
    QApplication.processEvents()
    assert not room.desk.is_on, "not before the last track"
    room.hear_out()
    if wanted:
        room.until_full()
        qtbot.waitUntil(lambda: room.engine.following is not None)
        session = room.desk._session
        assert session is not None
        assert [seed.track_ids for seed in session.seeds] == [(i,) for i in room.ids[:2]]
        assert not set(room.ids[:2]) & set(room.upcoming.ids)
        assert "similar music follows" in room.said()
    room.hear_out()
    assert room.player.playing is wanted


@pytest.mark.parametrize("why", ["stop after", "repeat", "repeat one", "stopped", "paused"])
def test_it_does_not_go_on_where_the_listener_wants_an_end(room: Room, why: str, qtbot) -> None:
    room.window.queue_pane.goes_on.click()
    room.player.play(room.ids[:2])
    QApplication.processEvents()
    match why:
        case "repeat":
            room.player.set_repeat(Repeat.ALL)
        case "repeat one":
            room.player.set_repeat(Repeat.ONE)
        case "paused":
            room.player.pause()
            room.queue.upcoming.set_ids(())
    if why == "stopped":
        room.player.stop()
        room.queue.upcoming.set_ids(())
    elif why == "stop after":
        room.player.set_stops_after_this(True)
        room.queue.upcoming.set_ids(())
    elif why == "repeat":
        room.hear_out()
    QApplication.processEvents()
    assert not room.desk.is_on
    assert not room.desk._is_waiting


def test_stopping_what_began_by_itself_is_final(room: Room, qtbot) -> None:
    room.window.queue_pane.goes_on.click()
    room.player.play(room.ids[:1])
    room.until_full()
    room.window.message_bar._action.click()
    QApplication.processEvents()
    assert not room.desk._is_waiting
    assert not room.desk.is_on
    assert room.upcoming.ids == []
    room.hear_out()
    assert not room.player.playing


def test_the_next_start_goes_on_with_it(room: Room, qtbot) -> None:
    room.start(2)
    QApplication.processEvents()
    room.engine.advance(1.0)
    room.player.next()
    room.until_full()
    radio, known = room.upcoming.radio, room.desk.state()
    room.close()
    room.open()
    assert room.upcoming.radio == radio
    assert room.desk.state() == known
    assert "Song 2" in room.window.queue_pane.radio.title.text()
    assert room.window.queue_pane.radio.about.text() == "Learned from 1 skip"
    room.player.toggle()
    for _ in range(12):
        QApplication.processEvents()
        room.hear_out()
        room.until_full()
    assert len(set(room.queue._played)) == len(room.queue._played)


def test_shuffle_and_repeat_leave_it_alone(room: Room) -> None:
    room.start()
    before = room.upcoming.radio
    room.player.set_shuffle(Shuffle.TRACKS)
    room.player.set_repeat(Repeat.ALL)
    room.player.set_shuffle(Shuffle.OFF)
    assert room.upcoming.radio == before


def test_previous_and_next_come_back_to_the_same_track(room: Room) -> None:
    room.start()
    QApplication.processEvents()
    room.player.next()
    second, after = room.queue.current, room.upcoming.radio
    QApplication.processEvents()
    room.player.previous()
    assert room.upcoming.radio == [second, *after]
    room.player.next()
    assert room.queue.current == second


def test_five_similar_tracks_after_this_one(room: Room, qtbot) -> None:
    room.player.play(room.ids[40:45])
    room.table.show_track(room.ids[0])
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(room.table, Qt.Key.Key_U, keys)
    qtbot.waitUntil(lambda: len(room.upcoming.by_hand) == 5)
    assert room.upcoming.first(5) == room.upcoming.by_hand
    assert set(room.upcoming.by_hand) <= set(room.ids[1:20])
    assert room.upcoming.rest == room.ids[41:45]

    room.window.queue_pane.table.select_rows([6])
    room.window.queue_pane.table.setFocus()
    qtbot.keyClick(room.window.queue_pane.table, Qt.Key.Key_U, keys)
    qtbot.waitUntil(lambda: len(room.upcoming.by_hand) == 10)
    assert all(room.upcoming.is_by_hand(row) for row in range(7, 12))
    assert len(set(room.upcoming.ids)) == len(room.upcoming.ids)


def test_a_seed_that_was_not_listened_to_changes_nothing(room: Room, qtbot) -> None:
    room.player.play(room.ids[40:45])
    room.app.embeddings.forget_model(room.app.finding.model.identity) if hasattr(
        room.app.embeddings, "forget_model"
    ) else None
    with room.app.catalogue.database.transaction() as db:
        db.execute("DELETE FROM embeddings WHERE track_id = ?", (room.ids[0],))
    room.desk.start([room.seed(0)])
    qtbot.waitUntil(lambda: "listened to" in room.said())
    assert room.upcoming.rest == room.ids[41:45]
    assert not room.desk.is_on
