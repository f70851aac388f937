"""Covers as files for the desktop."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from mpris_fakes import needs_bus, needs_busctl, song

from musicsim.base.events import Events
from musicsim.library.types import Track
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playback.cover_files import KEPT, CoverFiles

JPEG, PNG, WEBP = b"\xff\xd8\xff\xe0 one", b"\x89PNG\r\n\x1a\n two", b"RIFF....WEBP"


class Covers:
    """The images of tracks by id, read in a thread as the app does it."""

    def __init__(self, images: dict[int, bytes]) -> None:
        self.images = images

    def read(self, track: Track, decode: Callable[[bytes], str | None]) -> Future:
        future: Future = Future()

        def work() -> None:
            image = self.images.get(track.id)
            future.set_result(None if image is None else decode(image))

        threading.Thread(target=work).start()
        return future


@pytest.fixture
def bridge(qapp) -> Iterator[Bridge]:
    made = Bridge(Events())
    yield made
    made.close()


@needs_bus
@needs_busctl
def test_the_cover_follows_the_track(
    offer, desktop, fake_player, bridge, qtbot, tmp_path: Path
) -> None:
    def shown() -> bytes | None:
        url = desktop.get("Metadata")["data"].get("mpris:artUrl")
        return url and Path(os.fsdecode(unquote_to_bytes(url["data"][7:]))).read_bytes()

    covers = CoverFiles(Covers({7: JPEG, 8: PNG, 9: WEBP}).read, bridge, tmp_path / "co vers")
    mpris = offer(covers=covers)
    desktop.listen()
    qtbot.waitUntil(lambda: shown() == JPEG)
    fake_player.next()
    qtbot.waitUntil(lambda: shown() == PNG)
    qtbot.waitUntil(
        lambda: any("mpris:artUrl" in each.get("Metadata", {}) for each in desktop.changes())
    )
    fake_player.next()
    qtbot.waitUntil(lambda: shown() is None)
    mpris.close()
    covers.close()
    assert list((tmp_path / "co vers").iterdir()) == []


def test_few_cover_files_are_kept_and_leftovers_removed(bridge, qtbot, tmp_path: Path) -> None:
    (tmp_path / "left.jpg").write_bytes(JPEG)
    images = {i: JPEG + bytes([i]) for i in range(KEPT + 5)}
    covers = CoverFiles(Covers(images).read, bridge, tmp_path)
    for i in images:
        with qtbot.waitSignal(covers.found) as found:
            covers.ask(song(i))
        assert found.args[1] is not None
    assert sorted(file.read_bytes() for file in tmp_path.iterdir()) == [
        JPEG + bytes([i]) for i in range(5, KEPT + 5)
    ]
    covers.close()
    with qtbot.waitSignal(covers.found) as found:
        covers.ask(song(0))
    assert found.args[1] is None
    assert list(tmp_path.iterdir()) == []


def test_a_cover_that_cant_be_written_is_none(bridge, qtbot, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    covers = CoverFiles(Covers({1: PNG}).read, bridge, tmp_path / "file")
    with qtbot.waitSignal(covers.found) as found:
        covers.ask(song(1))
    assert found.args[1] is None
    covers.close()
