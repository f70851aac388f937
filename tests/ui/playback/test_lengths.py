"""The lists say a track's length as the player does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tagged_files import make, write_id3
from window_fakes import FakeApp, FakeEngine

from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


def length_of(window: MainWindow, track_id: int) -> str:
    (row,) = window.places.library.model.rows_of([track_id])
    return str(window.places.library.model.index(row, Column.LENGTH).data())


@pytest.mark.parametrize(
    ("seconds", "kept", "text"),
    [(241.5, 241.0, "4:01"), (241.6, 241.6, "4:02"), (239.0, 239.0, "3:59"), (0.0, 241.0, "4:01")],
)
def test_a_wrong_length_is_corrected(
    window: MainWindow,
    app: FakeApp,
    engine: FakeEngine,
    ids: list[int],
    settle: Settle,
    seconds: float,
    kept: float,
    text: str,
) -> None:
    engine.seconds = seconds

    window.player.play(ids[:1])
    settle()
    settle()

    assert app.catalogue.tracks.by_id(ids[:1])[0].tags.duration == kept
    assert length_of(window, ids[0]) == text


def test_a_visitors_length_is_corrected_in_memory(
    window: MainWindow, engine: FakeEngine, settle: Settle, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    path = make(folder, "mp3")
    engine.seconds = 77.0
    window.open_paths([path])
    settle()
    settle()
    assert window.store.get(-1).tags.duration == 77.0

    # Its tags are read again when it is opened again; the same file has the same length.
    window.store.track_for(path)
    settle()
    assert window.store.get(-1).tags.duration == 77.0
    write_id3(path)
    window.store.track_for(path)
    settle()
    assert window.store.get(-1).tags.duration == pytest.approx(1, abs=0.1)
