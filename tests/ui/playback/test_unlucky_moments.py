"""What a listener may do in an unlucky moment: most of these went wrong once."""

import json
import threading

from hands import press_key
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from musicsim.base.events import TracksRemoved
from musicsim.library.types import Tags
from musicsim.ui.playback.lineup import Mixing
from musicsim.ui.playback.modes import Repeat, Shuffle


def pe():
    for _ in range(3):
        QApplication.processEvents()


def test_repeat_all_last_started(player, engine, ids):
    player.set_repeat(Repeat.ALL)
    player.play(ids, 5)
    pe()
    engine.end()
    assert player.playing
    assert player.track.id == ids[0]


def test_repeat_all_single(player, engine, ids):
    player.set_repeat(Repeat.ALL)
    player.play(ids[:1])
    pe()
    engine.end()
    assert player.playing


def test_repeat_off_during_last(player, engine, ids):
    player.set_repeat(Repeat.ALL)
    player.play(ids[:2])
    pe()
    engine.end()
    pe()
    assert player.track.id == ids[1]
    player.set_repeat(Repeat.OFF)
    pe()
    engine.end()
    pe()
    assert not player.playing


def test_repeat_all_shuffle_off_at_last(player, engine, ids):
    player.set_repeat(Repeat.ALL)
    player.play(ids, 0)
    pe()
    player.set_shuffle(Shuffle.TRACKS)
    row = player.queue.upcoming.ids.index(ids[5])
    player.play_upcoming(row)
    pe()
    player.set_shuffle(Shuffle.OFF)
    pe()
    engine.end()
    pe()
    assert player.playing


def test_repeat_all_unplayable_last(player, engine, ids):
    player.set_repeat(Repeat.ALL)
    player.play(ids[:2])
    pe()
    engine.unplayable.emit(engine.following.token, "broken")  # as the real one: ahead
    engine.following = None
    pe()
    assert not player.queue.is_edited
    engine.end()
    pe()
    assert player.playing


def test_drained_late(player, engine, ids):
    player.play(ids[:1])
    pe()
    player.play(ids[1:])
    engine.drained.emit(1)
    pe()
    assert player.track.id == ids[1]


def test_begun_late(player, engine, ids):
    player.play(ids[:4])
    pe()
    old = engine.following
    player.queue.upcoming.insert(0, [ids[5]])
    pe()
    # the process had begun the old next one already, and stays with it
    engine.begun.emit(old.token, 200.0, 0.0)
    pe()
    engine.progress.emit(old.token, 1.0)
    assert player.track.id == ids[1] or engine.loaded[-1].name != str(old.path.name)


def test_next_removed_as_begun(player, engine, ids, library, bridge):
    lengths = []
    player.length_found.connect(lambda i, s: lengths.append((i, s)))
    player.play(ids[:4])
    pe()
    lengths.clear()
    old = engine.following
    player._store._remove((ids[1],))
    engine.ended.emit(engine.item.token, 240.0, 0.0, None)
    engine.begun.emit(old.token, 77.0, 0.0)
    assert (ids[0], 77.0) not in lengths


def test_removed_current_played(player, engine, ids):
    plays = []
    player.played.connect(plays.append)
    player.play(ids)
    pe()
    engine.advance(1.0)
    player.stop()
    player._store._remove((ids[0],))
    pe()
    assert len(plays) == 1


def test_enqueue_after_removal_keeps_rest(player, engine, ids):
    player.play(ids[:4])
    pe()
    player.stop()
    player._store._remove((ids[0],))
    pe()
    player.enqueue([ids[5]])
    pe()
    assert player.queue.upcoming.ids == [ids[1], ids[2], ids[3]]


def test_place_at_change(window, engine, ids, app, qtbot):
    p = window.player
    p.play(ids)
    pe()
    engine.advance(100.0)
    p.next()
    pe()
    qtbot.wait(300)
    place = json.loads((app.data_folder / "place.json").read_text())
    assert place["track"] == ids[1]
    assert place["seconds"] < 5


def test_place_at_natural_change(window, engine, ids, app, qtbot):
    p = window.player
    p.play(ids)
    pe()
    engine.advance(239.0)
    engine.end()
    pe()
    qtbot.wait(300)
    place = json.loads((app.data_folder / "place.json").read_text())
    assert place["track"] == ids[1]
    assert place["seconds"] < 5


def test_place_of_other_track(ids, app, make_window):
    (app.data_folder / "queue.json").write_text(
        json.dumps(
            {
                "current": ids[0],
                "by_hand": [],
                "rest": [],
                "context": [ids[0]],
                "played": [],
                "heard": [],
                "shuffle": "off",
                "repeat": "off",
                "visitors": {},
            }
        )
    )
    (app.data_folder / "place.json").write_text(
        json.dumps({"track": ids[3], "file": "x", "seconds": 200.0})
    )
    w = make_window()
    assert w.player.track.id == ids[0]
    assert w.player.position == 0


def test_undo_twice(player, engine, ids):
    got = []
    player.replaced.connect(lambda s, t: got.append((s, t)))
    player.play(ids[:4])
    pe()
    player.queue.upcoming.remove([1])
    player.play(ids[4:])
    pe()
    assert len(got) == 1
    player.go_back_to(*got[0])
    pe()
    player.play(ids[4:])
    pe()
    assert len(got) == 2


def test_false_replaced(player, engine, ids):
    got = []
    player.replaced.connect(lambda s, t: got.append((s, t)))
    player.play(ids[:3])
    pe()
    player.enqueue([ids[5]])
    pe()
    player.play(ids[3:5])
    pe()
    assert player.queue.upcoming.by_hand == [ids[5]]
    assert not got


def test_undo_then_extend(player, engine, ids):
    got = []
    player.replaced.connect(lambda s, t: got.append((s, t)))
    player.play(ids[:4])
    pe()
    player.queue.upcoming.remove([1])
    player.play(ids[4:5])
    pe()
    revision = player.queue.revision
    player.go_back_to(*got[0])
    assert player.queue.revision != revision


def test_shuffle_after_move(player, engine, ids):
    player.play(ids)
    pe()
    player.queue.upcoming.move([3], 0)
    pe()
    player.set_shuffle(Shuffle.TRACKS)
    u = player.queue.upcoming.ids
    assert len(u) == len(set(u)), u


def test_shuffle_brings_removed_back(player, engine, ids):
    player.play(ids)
    pe()
    player.queue.upcoming.remove([0])
    pe()
    player.set_shuffle(Shuffle.TRACKS)
    assert ids[1] not in player.queue.upcoming.ids


def test_add_after_previous(player, engine, ids):
    player.play(ids[:3])
    pe()
    player.enqueue([ids[4]])
    player.enqueue([ids[3]])
    pe()
    player.next()
    pe()  # ids[4] plays, ids[3] by hand waits
    player.previous()
    pe()
    player.enqueue([ids[5]])
    u = player.queue.upcoming.ids
    assert u.index(ids[5]) > u.index(ids[3]), [ids.index(i) for i in u]


def test_count_after_previous(window, engine, ids):
    p = window.player
    p.play(ids[:4])
    pe()
    p.next()
    pe()
    p.previous()
    pe()
    assert p.queue.upcoming.by_hand == []
    assert "queued by you" not in window.queue_pane._summary.text(), (
        window.queue_pane._summary.text()
    )


def test_stop_after_repeat_one(player, engine, ids):
    player.set_repeat(Repeat.ONE)
    player.play(ids)
    pe()
    player.set_stops_after_this(True)
    pe()
    engine.end()
    pe()
    assert player.track.id == ids[0]


def test_similar_late(player, engine, ids):
    pass


def test_stop_after_survives_new_list(player, engine, ids):
    player.play(ids)
    pe()
    player.set_stops_after_this(True)
    player.play(ids[2:])
    pe()
    assert not player.stops_after_this


def test_extend_shuffled(player, engine, ids):
    player.set_shuffle(Shuffle.TRACKS)
    orders = set()
    # Once in a while chance gives the order of the list.
    for _ in range(4):
        player.play(ids[:1])
        pe()
        player.queue.extend(ids[1:])
        pe()
        orders.add(tuple(player.queue.upcoming.ids))
        assert sorted(player.queue.upcoming.ids) == sorted(ids[1:])
    assert orders != {tuple(ids[1:])}


def test_album_gain_on_next(player, engine, ids):
    pass


def test_mute_after_restart(window):
    pass


def test_undo_with_nothing_before(player, engine, ids):
    got = []
    player.replaced.connect(lambda s, t: got.append((s, t)))
    player.play(ids[:4])
    pe()
    player.queue.upcoming.remove([1])
    _state, _pos = player.queue.state(), 1.0
    player.stop()
    player._store._remove((ids[0],))
    pe()
    player.play(ids[4:5])
    pe()
    player.go_back_to(*got[0])
    pe()
    print(player.track, player.playing, engine.loaded)
    assert player.track is None


def test_session_edited(ids, app, make_window):
    w = make_window()
    w.player.play(ids[:5])
    pe()
    w.player.queue.upcoming.remove([1])
    w.close()
    pe()
    w2 = make_window()
    assert w2.player.queue.upcoming.ids == [ids[1], ids[3], ids[4]]
    got = []
    w2.player.replaced.connect(lambda s, t: got.append(1))
    w2.player.play(ids[5:])
    pe()
    assert got


def test_clear_undo_after_other(window, ids, engine):
    p = window.player
    p.play(ids[:4])
    pe()
    acts = []
    window.queue_pane._messages.tell = lambda text, action=None, on_action=None: acts.append(
        on_action
    )
    window.queue_pane._clear()
    pe()
    p.play(ids[4:])
    pe()
    acts[0]()
    pe()
    assert p.queue.upcoming.ids == [ids[5]]


def test_seek_then_late_drained(player, engine, ids):
    player.play(ids[:1])
    pe()
    engine.ended.emit(engine.item.token, 240.0, 0.0, None)
    player.seek(1000)
    engine.drained.emit(1)
    pe()
    assert player.playing


def test_show_playing_after_removed_id(player, engine, ids):
    player.play(ids)
    pe()
    player._store._remove((ids[3],))
    item = engine.item
    player.play([ids[3], ids[4]])
    pe()
    print(player.track, engine.item is item, engine.playing, player.playing)
    assert engine.item is not item


def test_waveform_after_close(window, ids):
    window.player.play(ids)
    pe()
    window.close()
    pe()
    window.player.next()
    pe()


def test_volume_client(window):
    p = window.player
    seen = []
    p.volume_changed.connect(seen.append)
    p.set_volume(0.333)
    pe()
    assert p.volume == 0.333
    assert seen[-1] == p.volume


def test_sleep_while_paused_then_resume(window, ids, engine):
    p = window.player
    p.play(ids)
    pe()
    t = window._deck.sleep_timer
    t.set_minutes(15)
    t._begin_fade()
    for _ in range(50):
        t._step()
    p.play(ids[3:])
    pe()
    v = engine.volume
    for _ in range(60):
        t._step()
    print(v, engine.volume, p.playing)


def test_quit_twice(window, ids):
    window.player.play(ids)
    pe()
    n = []
    window.closed.connect(lambda: n.append(1))
    window.close()
    window.close()
    pe()
    assert n == [1], n


def test_enter_presses_buttons(window, ids, qtbot):
    window.player.play(ids)
    pe()
    window.panel.show_tab(__import__("musicsim.ui.window.side_panel", fromlist=["Tab"]).Tab.QUEUE)
    pe()
    b = window.queue_pane.clear
    assert b.isVisible()
    assert b.isEnabled()
    b.setFocus()
    pe()
    for k in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        press_key(window, k)
    assert window.player.queue.upcoming.rowCount() == 0


def test_left_is_not_repeated(player, library, bridge, ids):
    player.set_repeat(Repeat.ALL)
    player.play(ids[:2])
    library.events.emit(TracksRemoved((ids[1],)))
    bridge.deliver()
    player.next()
    assert player.playing


def test_album_gain(library, player, engine, bridge):
    album = library.add(
        *(Tags(f"t{n}", "x", "A", "X", track_number=n, duration=10.0) for n in (1, 2, 3))
    )
    player._store.refresh(tuple(album))
    player.set_mixing(Mixing(lambda t, a: 2.0 if a else 1.0))
    player.play(album)
    pe()
    player.next()
    pe()
    g2 = engine.item.gain
    player.next()
    pe()
    assert (g2, engine.item.gain) == (2.0, 2.0), (g2, engine.item.gain)


def test_album_gain_jumps_on_setting(library, player, engine, bridge):
    album = library.add(
        *(Tags(f"t{n}", "x", "A", "X", track_number=n, duration=10.0) for n in (1, 2, 3))
    )
    player._store.refresh(tuple(album))
    player.set_mixing(Mixing(lambda t, a: 2.0 if a else 1.0))
    player.play(album)
    pe()
    engine.end()
    pe()
    engine.end()
    pe()
    before = engine.item.gain
    player.set_mixing(Mixing(lambda t, a: 2.0 if a else 1.0, 3.0))
    pe()
    assert engine.item.gain == before, (before, engine.item.gain)


def test_unplayable_next_is_no_edit(player, engine, ids):
    got = []
    player.replaced.connect(lambda *a: got.append(a))
    player.play(ids)
    pe()
    engine.unplayable.emit(engine.following.token, "broken")
    pe()
    player.play(ids[4:])
    pe()
    assert not got


def test_next_on_last_is_skipped(player, engine, ids):
    plays = []
    player.played.connect(plays.append)
    player.play(ids[:1])
    pe()
    player.next()
    pe()
    assert plays[0].end.name == "SKIPPED", plays[0].end


def test_crossfade_repeat(player, engine, ids):
    pass


def test_stop_after_then_remove_current(player, engine, ids):
    player.play(ids)
    pe()
    player.set_stops_after_this(True)
    pe()
    player.stop()
    player._store._remove((ids[0],))
    pe()
    player.resume()
    pe()
    assert not player.stops_after_this


def test_resume_position_after_removed_restored(window, ids, engine, settle):
    p = window.player
    p.play(ids)
    pe()
    p.stop()
    pe()
    p.seek(50_000)
    pe()
    p.resume()
    pe()
    assert abs(p.position - 50_000) < 500


def test_repeat_one_broken_messages(player, engine, ids):
    told = []
    player._messages.posted.connect(lambda m: told.append(m.text))
    engine.broken = lambda p: "00000" in p.name
    player.set_repeat(Repeat.ONE)
    player.play(ids)
    for _ in range(60):
        pe()
    print(len(told), player.playing, player.track.id)
    assert len(told) == 1


def test_drained_late_engine_forgets(tmp_path, qapp):
    # the real engine: a Drained on its way when another Play is sent
    from musicsim.ui.playback.engine import Engine
    from musicsim.ui.playback.protocol import Drained, Item

    e = Engine(tmp_path / "log")
    e._say = lambda c: None
    e.play(Item(5, tmp_path / "x"), 0.0, None)
    e._follow(Drained(4))
    assert e._play is not None


def test_threads_left(ids, make_window):
    before = {t.name for t in threading.enumerate()}
    w = make_window()
    w.player.play(ids)
    pe()
    w.close()
    pe()
    left = [t.name for t in threading.enumerate() if t.name not in before]
    assert not left, left


def test_opened_batches_after_undo(window, ids, engine):
    p = window.player
    got = []
    p.replaced.connect(lambda *a: got.append(a))
    p.play(ids[:4])
    pe()
    p.queue.upcoming.remove([0])
    from musicsim.ui.window.opening import _Opening

    class F:
        pass

    o = _Opening(F(), ())
    window.opener._last = o
    window.opener._play(o, [ids[4]])
    p.go_back_to(*got[0])
    pe()
    window.opener._play(o, [ids[5]])
    assert p.queue.upcoming.ids == [ids[2], ids[3]]
