"""The entry by which desktops list and start the program."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeDatabase, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES

PROJECT = Path(__file__).resolve().parents[2]
DESKTOP_ENTRY = PROJECT / "packaging" / "musicsim.desktop"


@pytest.fixture
def entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DESKTOP_ENTRY, encoding="utf-8")
    return parser["Desktop Entry"]


def test_it_starts_a_command_that_the_wheel_installs(entry: configparser.SectionProxy) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert entry["Type"] == "Application"
    assert entry["Exec"].split()[0] in project["gui-scripts"]
    assert entry["Comment"] == project["description"]


def test_lists_end_with_a_semicolon(entry: configparser.SectionProxy) -> None:
    assert entry["Categories"].endswith(";")
    assert entry["Keywords"].endswith(";")
    assert entry["MimeType"].endswith(";")


def test_it_is_started_once_for_all_files_and_by_their_paths(
    entry: configparser.SectionProxy,
) -> None:
    # Of %f each file would be a start of its own, and in the addresses of %U names that are not text get lost.
    assert entry["Exec"].split()[1:] == ["%F"]


def test_desktops_offer_it_for_the_audio_that_the_library_reads(
    entry: configparser.SectionProxy,
) -> None:
    types = QMimeDatabase()
    mode = QMimeDatabase.MatchMode.MatchExtension
    wanted = set()
    for suffix in AUDIO_SUFFIXES | PLAYLIST_SUFFIXES:
        kind = types.mimeTypeForFile(f"a{suffix}", mode)
        # Not for films, which may be in the same containers.
        if not kind.isDefault() and not kind.name().startswith(
            ("video/", "application/vnd.ms-asf")
        ):
            wanted.add(kind.name())
    offered = entry["MimeType"].split(";")[:-1]
    assert wanted - set(offered) == set()
    assert not [name for name in offered if not name.startswith(("audio/", "application/"))]
    assert len(offered) == len(set(offered))


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed"
)
def test_the_desktop_s_own_validator_has_no_complaint() -> None:
    answer = subprocess.run(
        ["desktop-file-validate", DESKTOP_ENTRY], capture_output=True, text=True
    )
    assert (answer.stdout, answer.returncode) == ("", 0)


@pytest.mark.parametrize("size", [16, 32, 256])
def test_its_icon_shows_a_light_note_on_colour(entry: configparser.SectionProxy, size: int) -> None:
    renderer = QSvgRenderer(str(PROJECT / "resources" / "icons" / f"{entry['Icon']}.svg"))
    assert renderer.isValid()
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()

    def colour(x: float, y: float) -> QColor:
        return image.pixelColor(round(x * size), round(y * size))

    assert colour(0.06, 0.06).alpha() < 200, "the corners are round"
    assert colour(0.3, 0.69).lightness() > 240, "the note's head"
    assert colour(0.2, 0.3).saturation() > 100, "the ground"
