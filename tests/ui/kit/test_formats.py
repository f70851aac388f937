from pathlib import Path

import pytest

from musicsim.base.lengths import length_text
from musicsim.playlists.files.names import file_name
from musicsim.ui.kit import formats


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.4, "0:00"), (59.6, "1:00"), (245.0, "4:05"), (3723.0, "1:02:03")],
)
def test_length(seconds: float | None, text: str) -> None:
    assert length_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(40, "40 s"), (480, "8 min"), (3600, "1 h"), (5520, "1 h 32 min"), (3599, "1 h")],
)
def test_span(seconds: float, text: str) -> None:
    assert formats.span(seconds) == text


def test_counted() -> None:
    assert formats.counted("test", 1, "%n track", "%n tracks") == "1 track"
    assert formats.counted("test", 10_000, "%n track", "%n tracks") == "10,000 tracks"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Like Überall", "Like Überall.m3u8"),
        ("AC/DC: live?", "AC_DC_ live_.m3u8"),
        ("two\nlines", "two_lines.m3u8"),
        (" . ", "playlist.m3u8"),
    ],
)
def test_file_name(name: str, file: str) -> None:
    assert file_name(name, ".m3u8") == file


def test_a_long_name_makes_a_file_name_that_the_system_takes(tmp_path: Path) -> None:
    path = tmp_path / file_name("밤" * 300, ".m3u8")

    path.touch()

    assert path.exists()
