import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageReader, QPixmapCache
from window_fakes import FakeApp, Library

from musicsim.library.types import Tags
from musicsim.ui.kit import images
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.covers import CoverTile
from musicsim.ui.window.main_window import MainWindow


@pytest.fixture
def tile(app: FakeApp, bridge: Bridge, theme: Theme, qtbot) -> CoverTile:
    QPixmapCache.clear()
    made = CoverTile(app, bridge, theme)
    qtbot.addWidget(made)
    made.show()
    return made


def track_with(library: Library, image: bytes | None):
    """A track of a folder with this image."""
    (track_id,) = library.add(Tags("Blue", "Ada"))
    (track,) = library.catalogue.tracks.by_id([track_id])
    track.path.write_bytes(b"no music")
    if image is not None:
        (track.path.parent / "cover.png").write_bytes(image)
    return track


def image_of(width: int, height: int, colour: str, tmp_path: Path) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    for x in range((width - min(width, height)) // 2, (width + min(width, height)) // 2):
        for y in range((height - min(width, height)) // 2, (height + min(width, height)) // 2):
            image.setPixelColor(x, y, QColor(colour))
    image.save(str(tmp_path / "image.png"))
    return (tmp_path / "image.png").read_bytes()


@pytest.mark.parametrize("size", [(200, 100), (100, 200), (30, 30)])
def test_the_middle_of_the_cover_fills_the_tile(
    tile: CoverTile, library: Library, settle: Callable[[], None], tmp_path: Path, size
) -> None:
    tile.show_track(track_with(library, image_of(*size, "red", tmp_path)))
    settle()
    shown = tile.grab().toImage()
    for x, y in ((4, 24), (24, 4), (24, 24), (43, 24), (24, 43)):
        colour = shown.pixelColor(x, y)
        assert colour.red() > 200
        assert colour.green() < 50


@pytest.mark.parametrize("image", [None, b"no image at all"])
def test_without_a_cover_there_is_a_note(
    tile: CoverTile, library: Library, settle: Callable[[], None], image: bytes | None
) -> None:
    tile.show_track(track_with(library, image))
    settle()
    assert tile.pixmap.isNull()
    tile.grab()


def test_a_broken_image_hides_no_good_one(
    tile: CoverTile, library: Library, settle: Callable[[], None], tmp_path: Path
) -> None:
    track = track_with(library, b"no image at all")
    (track.path.parent / "folder.png").write_bytes(image_of(50, 50, "red", tmp_path))
    tile.show_track(track)
    settle()
    assert not tile.pixmap.isNull()


def test_an_image_that_turns_up_is_shown_with_the_next_look_at_the_track(
    tile: CoverTile, library: Library, settle: Callable[[], None], tmp_path: Path
) -> None:
    track = track_with(library, None)
    tile.show_track(track)
    settle()
    tile.show_track(None)
    (track.path.parent / "cover.png").write_bytes(image_of(50, 50, "red", tmp_path))
    tile.show_track(track)
    settle()
    assert not tile.pixmap.isNull()


def test_a_cover_that_comes_late_is_not_that_of_the_next_track(
    tile: CoverTile, library: Library, app: FakeApp, settle: Callable[[], None], tmp_path: Path
) -> None:
    track = track_with(library, image_of(50, 50, "red", tmp_path))
    tile.show_track(track)
    tile.show_track(None)
    settle()
    assert tile.pixmap.isNull()
    # It was kept, and is there at once.
    tile.show_track(track)
    assert not tile.pixmap.isNull()


def test_a_cover_is_decoded_where_its_file_is_read(
    tile: CoverTile,
    library: Library,
    app: FakeApp,
    settle: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoding: list[threading.Thread] = []

    class Reader(QImageReader):
        def __init__(self, device: QIODevice, kind: QByteArray) -> None:
            super().__init__(device, kind)
            decoding.append(threading.current_thread())

    monkeypatch.setattr(images, "QImageReader", Reader)
    with ThreadPoolExecutor(1) as app.collection.covers:
        tile.show_track(track_with(library, image_of(200, 100, "red", tmp_path)))
    settle()

    assert not tile.pixmap.isNull()
    assert decoding
    assert threading.main_thread() not in decoding


def test_the_player_shows_the_cover_of_what_plays(
    window: MainWindow,
    library: Library,
    ids: list[int],
    settle: Callable[[], None],
    tmp_path: Path,
) -> None:
    (track,) = library.catalogue.tracks.by_id(ids[:1])
    track.path.parent.mkdir(parents=True, exist_ok=True)
    track.path.write_bytes(b"no music")
    (track.path.parent / "cover.png").write_bytes(image_of(50, 50, "red", tmp_path))
    window.player.play(ids[:1])
    settle()
    assert not window.player_bar.findChild(CoverTile).pixmap.isNull()
