"""A window whose library has groups, found by the real service."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from window_fakes import FakeApp, Library

from musicsim.library.types import Tags
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.window.main_window import MainWindow

GENRES = ("Rock", "Jazz", "Techno", "Folk", "Choir")


@pytest.fixture
def add(library: Library) -> Callable[[int], list[int]]:
    """Adds songs of each genre in turn, which sound as their genre does."""
    rng = np.random.default_rng(0)
    sounds = 3 * rng.normal(size=(len(GENRES), 16))
    count = 0

    def make(songs: int) -> list[int]:
        nonlocal count
        ids = []
        for number in range(count, count + songs):
            kind = number % len(GENRES)
            tags = Tags(
                f"T{number}", f"A{number}", f"Album {number}", genre=GENRES[kind], duration=60.0
            )
            (track_id,) = library.add(tags)
            vector = (sounds[kind] + rng.normal(size=16)).astype("<f4").tobytes()
            with library.catalogue.database.transaction() as db:
                db.execute(
                    "UPDATE embeddings SET vector = ? WHERE track_id = ?", (vector, track_id)
                )
            ids.append(track_id)
        count += songs
        return ids

    return make


@pytest.fixture
def thirty(add: Callable[[int], list[int]]) -> list[int]:
    """Thirty songs of five genres."""
    return add(30)


@pytest.fixture
def grouped(
    thirty: list[int],
    app: FakeApp,
    bridge: Bridge,
    make_window: Callable[[], MainWindow],
    qtbot,
) -> MainWindow:
    """The window on the page of five groups."""
    app.groups.refresh().result()
    bridge.deliver()
    window = make_window()
    with qtbot.waitSignal(window.groups.model.updated):
        window.places.show_page("groups")
    return window


@pytest.fixture
def colour_covers(library: Library) -> Callable[[int, str], None]:
    """Gives a track's folder, which is everyone's, a cover of one colour."""

    def paint(side: int, colour: str) -> None:
        image = QImage(side, side, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        image.save(str(library.music / "cover.jpg"))
        for track in library.catalogue.tracks.all():
            track.path.write_bytes(b"")

    return paint
