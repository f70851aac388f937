import os
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicsim.ui.media import Media


@pytest.fixture
def media(qapp) -> Iterator[Media]:
    made = Media()
    yield made
    made.stop()


def write_tone(path: Path) -> Path:
    with wave.open(os.fspath(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\x10\0\xf0" * 400)
    return path


@pytest.mark.parametrize("name", ["plain", "a#b%41?c", "two\nlines", "밤🌅"])
def test_plays_a_file_to_its_end(media: Media, tmp_path: Path, name: str, qtbot) -> None:
    path = write_tone(tmp_path / f"{name}.wav")

    with qtbot.waitSignals([media.duration_changed, media.ended], timeout=20_000):
        media.load(path)
        media.play()


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other platforms")
def test_plays_a_file_whose_name_is_not_text(media: Media, tmp_path: Path, qtbot) -> None:
    path = write_tone(Path(os.fsdecode(os.fsencode(tmp_path) + b"/not \xff text.wav")))

    with qtbot.waitSignal(media.ended, timeout=20_000):
        media.load(path)
        media.play()


@pytest.mark.parametrize("content", [b"", b"this is no music" * 1000, None])
def test_says_once_what_it_can_not_play(
    media: Media, tmp_path: Path, content: bytes | None, qtbot, qapp
) -> None:
    path = tmp_path / "broken.mp3"
    if content is not None:
        path.write_bytes(content)
    reasons: list[str] = []
    media.failed.connect(reasons.append)

    with qtbot.waitSignal(media.failed, timeout=20_000):
        media.load(path)
        media.play()
    qapp.processEvents()

    assert len(reasons) == 1
