"""What listeners of other programs ran into with their radios, tried on the real window and services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from radio_library import embed
from radio_room import Room

from musicsim.base.events import ModelChanged, TracksChanged, TracksRemoved
from musicsim.library.types import ScannedFile, Tags
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.radio_desk import FEWEST, UPCOMING


@pytest.fixture
def room(tmp_path: Path, theme: Theme, qtbot, qapp) -> Iterator[Room]:
    made = Room(tmp_path, theme, qtbot)
    yield made
    made.close()
    made.app.close()


def unplug(room: Room, ids: Sequence[int]) -> None:
    room.app.catalogue.files.set_missing(ids, True)
    room.app.events.emit(TracksChanged(tuple(ids)))


def add(room: Room, tags: Tags) -> int:
    path = room.app.data_folder / "later" / f"{tags.title}.flac"
    folder = room.app.catalogue.folders.add(path.parent)
    track_id = room.app.catalogue.files.add(folder, ScannedFile(path, 1, 1, b"later", tags))
    room.app.events.emit(TracksChanged((track_id,)))
    return track_id


def test_an_unplugged_disk_takes_its_tracks_out_and_others_come(room: Room, qtbot) -> None:
    room.start()
    gone = room.upcoming.radio
    unplug(room, gone)
    qtbot.waitUntil(lambda: not set(gone) & set(room.upcoming.ids))
    room.until_full()
    assert room.player.playing
    assert room.desk.learned_from == (0, 0)


def test_with_every_other_track_gone_it_says_so_and_goes_on_when_they_are_back(
    room: Room, qtbot
) -> None:
    room.start()
    current = room.queue.current
    others = [i for i in room.ids if i != current]
    unplug(room, others)
    qtbot.waitUntil(lambda: "nothing else to play" in room.said())
    assert room.upcoming.ids == []
    assert room.player.playing
    room.app.catalogue.files.set_missing(others, False)
    room.app.events.emit(TracksChanged(tuple(others)))
    room.until_full()


def test_a_seed_that_is_deleted_leaves_the_radio_on(room: Room, qtbot) -> None:
    room.start(3)
    for _ in range(3):
        room.hear_out()
        room.until_full()
    room.app.catalogue.files.set_missing([room.ids[3]], True)
    gone = room.app.catalogue.files.forget_missing()
    room.app.events.emit(TracksRemoved(tuple(gone)))
    qtbot.waitUntil(lambda: room.ids[3] not in room.window.store)
    before = room.upcoming.radio
    for _ in range(8):
        room.hear_out()
        room.until_full()
    assert room.player.playing
    assert room.desk.is_on
    assert "listened" not in room.said()
    kinds = {room.ids.index(i) // 20 for i in (*before, *room.upcoming.radio) if i in room.ids}
    assert 0 in kinds


def test_next_on_the_last_track_waits_for_the_similar_music(room: Room, qtbot) -> None:
    room.window.queue_pane.goes_on.click()
    with room.app.finding.nearest.steady():
        room.player.play(room.ids[:1])
        QApplication.processEvents()
        room.player.next()
        assert not room.player.playing
    room.until_full()
    assert room.player.playing
    assert room.queue.current != room.ids[0]


def test_similar_music_follows_once_the_last_track_has_been_listened_to(room: Room, qtbot) -> None:
    room.window.queue_pane.goes_on.click()
    new = add(room, Tags("Brand new", "Somebody", duration=200.0))
    qtbot.waitUntil(lambda: new in room.window.store)
    room.player.play([new])
    qtbot.waitUntil(lambda: "not listened to" in room.said(), timeout=20_000)
    assert not room.desk.is_on
    point = room.app.embeddings.pooled.of(room.ids[0], room.app.finding.model.identity)
    assert point is not None
    embed(room.app, new, point.vector)
    room.app.events.emit(TracksChanged((new,)))
    room.until_full()


def test_going_back_is_no_skip(room: Room) -> None:
    room.start()
    QApplication.processEvents()
    room.hear_out()
    room.engine.advance(1.0)
    room.player.previous()
    assert room.desk.learned_from == (0, 0)


def test_going_back_keeps_what_is_from_the_radio(room: Room) -> None:
    room.start()
    QApplication.processEvents()
    heard = [room.queue.current]
    for _ in range(3):
        room.hear_out()
        room.until_full()
        heard.append(room.queue.current)
    for _ in range(3):
        room.player.previous()
        QApplication.processEvents()
    assert room.queue.current == heard[0]
    assert room.upcoming.first(3) == heard[1:]
    assert not room.upcoming.rest
    room.desk.stop()
    assert room.upcoming.ids == []


def test_a_restart_keeps_what_is_from_the_radio(room: Room) -> None:
    room.start()
    QApplication.processEvents()
    room.hear_out()
    room.until_full()
    room.close()
    room.open()
    room.player.previous()
    assert not room.upcoming.rest


def test_from_a_track_that_is_missing_the_others_play(room: Room, qtbot) -> None:
    unplug(room, [room.ids[3]])
    qtbot.waitUntil(lambda: room.window.store.get(room.ids[3]).missing)
    room.start(3)
    assert room.queue.current != room.ids[3]
    assert room.player.playing


def test_stop_after_this_holds_and_play_goes_on_with_the_radio(room: Room) -> None:
    room.start()
    QApplication.processEvents()
    room.player.set_stops_after_this(True)
    QApplication.processEvents()
    room.engine.following = None
    room.hear_out()
    assert not room.player.playing
    room.player.toggle()
    room.until_full()
    assert room.player.playing
    assert len(room.upcoming.radio) >= FEWEST


def test_two_starts_in_a_row_are_one_radio(room: Room, qtbot) -> None:
    room.desk.start([room.seed(3)])
    room.desk.start([room.seed(45)])
    room.until_full()
    assert "Song 45" in room.desk.name
    assert len(room.upcoming.radio) <= UPCOMING


def test_broken_files_are_passed_over_and_others_come(room: Room, qtbot) -> None:
    room.start()
    broken = {room.window.store.get(i).path for i in room.upcoming.radio[:3]}
    room.engine.broken = broken.__contains__
    QApplication.processEvents()
    room.engine.end()
    qtbot.waitUntil(lambda: room.engine.item is not None and room.engine.item.path not in broken)
    room.until_full()
    assert room.player.playing
    assert room.desk.learned_from == (0, 0)


def test_a_seed_of_two_hours_leads_to_songs(room: Room, qtbot) -> None:
    new = add(room, Tags("All night mix", "DJ", duration=7200.0))
    point = room.app.embeddings.pooled.of(room.ids[0], room.app.finding.model.identity)
    assert point is not None
    embed(room.app, new, point.vector)
    room.app.events.emit(TracksChanged((new,)))
    qtbot.waitUntil(lambda: new in room.window.store)
    room.desk.start([Seed(SeedKind.TRACK, "All night mix", (new,))])
    room.until_full()
    assert room.queue.current == new
    assert len(room.upcoming.radio) >= FEWEST


def test_a_seed_that_is_paused_goes_on_where_it_was(room: Room) -> None:
    room.player.play([room.ids[3]])
    QApplication.processEvents()
    room.engine.advance(100.0)
    room.player.pause()
    loaded = list(room.engine.loaded)
    room.start(3)
    assert room.player.playing
    assert room.engine.loaded == loaded
    assert room.player.position >= 100_000


def test_while_another_model_listens_it_says_so_and_goes_on_afterwards(room: Room, qtbot) -> None:
    room.start()
    model = room.app.finding.model
    room.app.finding.nearest.use(replace(model, identity="another"))
    room.app.events.emit(ModelChanged())
    for _ in range(6):
        room.hear_out()
    qtbot.waitUntil(lambda: "not listened to" in room.said(), timeout=20_000)
    assert room.player.playing
    room.app.finding.nearest.use(model)
    room.app.events.emit(TracksChanged((room.ids[0],)))
    room.until_full()
    assert room.desk.is_on


def test_a_scan_in_the_middle_changes_nothing(room: Room, qtbot) -> None:
    room.start()
    before = room.upcoming.ids
    room.app.events.emit(TracksChanged(tuple(room.ids)))
    with qtbot.waitSignal(room.window.store.changed):
        pass
    QApplication.processEvents()
    assert room.upcoming.ids == before


def test_after_the_sleep_timer_play_goes_on_with_it(room: Room) -> None:
    room.start()
    timer, before = room.window._deck.sleep_timer, room.upcoming.radio
    timer.set_minutes(15)
    timer._begin_fade()
    for _ in range(100):
        timer._step()
    assert not room.player.playing
    assert room.upcoming.radio == before
    room.player.toggle()
    assert room.player.playing
    assert room.desk.is_on
