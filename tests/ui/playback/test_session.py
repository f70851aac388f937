import json
from collections.abc import Callable
from pathlib import Path

import pytest
from window_fakes import FakeApp, FakeEngine, Library

from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.window.main_window import MainWindow

MakeWindow = Callable[[], MainWindow]


def test_the_next_start_goes_on_where_this_one_stopped(
    window: MainWindow,
    make_window: MakeWindow,
    engine: FakeEngine,
    ids: list[int],
    settle: Callable[[], None],
) -> None:
    window.player.play(ids, 1)
    window.player.queue.upcoming.add([ids[0]])
    window.player.set_shuffle(Shuffle.TRACKS)
    window.player.set_repeat(Repeat.ALL)
    settle()
    window.player.next()
    settle()
    engine.advance(72.5)
    before = window.player.queue.state()
    window.close()

    again = make_window()

    assert again.player.queue.state() == before
    assert again.player.track is not None
    assert again.player.position == pytest.approx(72_500, abs=300)
    assert not again.player.playing
    assert again.player_bar.elapsed.text() == "1:12"
    engine.loaded.clear()
    again.player.toggle()
    assert engine.loaded == [again.player.track.path]
    assert again.player.position == pytest.approx(72_500, abs=300)
    again.player.previous()
    assert again.player.queue.current == before.current, "well into the track"
    again.player.previous()
    assert again.player.queue.current == ids[1]


def test_it_is_written_while_it_plays(
    window: MainWindow,
    app: FakeApp,
    engine: FakeEngine,
    ids: list[int],
    settle: Callable[[], None],
    qtbot,
) -> None:
    window.player.play(ids)
    settle()
    window._deck.session._ticking.setInterval(20)
    engine.advance(10.0)
    place, queue = (app.data_folder / name for name in ("place.json", "queue.json"))
    qtbot.waitUntil(lambda: place.exists() and json.loads(place.read_text())["seconds"] >= 10)
    qtbot.waitUntil(lambda: queue.exists() and json.loads(queue.read_text())["rest"] == ids[1:])


def test_the_place_may_be_newer_than_the_queue(
    window: MainWindow,
    make_window: MakeWindow,
    app: FakeApp,
    ids: list[int],
    settle: Callable[[], None],
) -> None:
    window.player.play(ids)
    settle()
    window.close()
    (app.data_folder / "place.json").write_text(json.dumps({"track": ids[1], "seconds": 5.0}))

    again = make_window()

    assert again.player.queue.current == ids[1]
    assert again.player.queue.upcoming.ids == ids[2:]
    assert again.player.position == 5000


@pytest.mark.logs
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"current": "x"}', '{"current": 1, "visitors": []}', "\0" * 50],
)
def test_files_that_make_no_sense_are_an_empty_queue(
    app: FakeApp, ids: list[int], make_window: MakeWindow, text: str
) -> None:
    for name in ("queue.json", "place.json"):
        (app.data_folder / name).write_text(text)

    window = make_window()

    assert window.player.track is None
    assert window.player.queue.upcoming.ids == []


def test_tracks_that_left_the_library_meanwhile_are_left_out(
    window: MainWindow,
    make_window: MakeWindow,
    library: Library,
    ids: list[int],
    settle: Callable[[], None],
) -> None:
    window.player.play(ids)
    settle()
    window.close()
    library.catalogue.files.set_missing([ids[0], ids[2]], True)
    library.catalogue.files.forget_missing()

    again = make_window()

    assert again.player.track is None
    assert again.player.queue.upcoming.ids == [ids[1], *ids[3:]]


def test_files_from_elsewhere_are_kept_by_their_path(
    window: MainWindow,
    make_window: MakeWindow,
    tmp_path: Path,
    settle: Callable[[], None],
) -> None:
    files = [tmp_path / name for name in ("one.flac", "two.flac")]
    for file in files:
        file.write_bytes(b"fLaC")
    window.open_paths(files)
    settle()
    window.close()

    again = make_window()

    assert again.player.track is not None
    assert again.player.track.path == files[0]
    assert [track.path for track in again.store.tracks(again.player.queue.upcoming.ids)] == files[
        1:
    ]
