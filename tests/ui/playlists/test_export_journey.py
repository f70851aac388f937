"""A playlist goes out in every way that the dialog offers, clicked through with all real services."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import hands
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox

from musicsim.app import Musicsim
from musicsim.library.types import Track
from musicsim.playlists.files.locations import Slashes
from musicsim.ui.playlists.export_dialog import ExportDialog
from musicsim.ui.playlists.export_options import Paths
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def chosen(demo_window: MainWindow, demo_app: Musicsim) -> list[Track]:
    """Three tracks, in a playlist that is open."""
    every = demo_app.catalogue.tracks.all()
    tracks = [every[n] for n in (7, 0, 21)]
    made = demo_window.playlists.create("Sunday", [track.id for track in tracks])
    demo_window.places.show_playlist(made.id)
    QApplication.processEvents()
    return tracks


def pick(box: QComboBox, data: object) -> None:
    """Choose an entry with the keyboard."""
    assert box.isVisible()
    box.setFocus()
    for _ in range(box.count()):
        hands.QTest.keyClick(box, Key.Key_Up)
    for _ in range(box.findData(data)):
        hands.QTest.keyClick(box, Key.Key_Down)
    assert box.currentData() == data


def paths_in(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]


def test_files_of_every_format_with_the_paths_that_are_wanted(
    demo_window: MainWindow, chosen: list[Track], tmp_path: Path, qtbot
) -> None:
    root = chosen[0].path.parents[2]

    def export(set_up: Callable[[ExportDialog], object], name: str) -> Path:
        file = tmp_path / name

        def answer(dialog: ExportDialog) -> None:
            set_up(dialog)
            hands.type_over(dialog.file, str(file))
            hands.click(dialog.export)

        hands.answering(ExportDialog, answer)
        hands.click(demo_window.places.playlist.export)
        assert f"Exported 3 tracks to {file}" in demo_window.message_bar.text
        return file

    written = export(lambda dialog: pick(dialog.paths, Paths.ABSOLUTE), "whole.m3u8")
    assert paths_in(written) == [str(track.path) for track in chosen]

    def for_a_phone(dialog: ExportDialog) -> None:
        assert dialog.paths.currentData() == Paths.ABSOLUTE, "what was chosen last"
        pick(dialog.paths, Paths.REPLACED)
        hands.type_over(dialog.old, str(root))
        hands.type_over(dialog.new, "D:\\Music")

    written = export(for_a_phone, "phone.m3u8")
    inside = ["\\".join(track.path.relative_to(root).parts) for track in chosen]
    assert paths_in(written) == [f"D:\\Music\\{path}" for path in inside]

    def forward(dialog: ExportDialog) -> None:

        pick(dialog.slashes, Slashes.FORWARD)

    written = export(forward, "forward.m3u8")
    assert paths_in(written) == [f"D:/Music/{path}".replace("\\", "/") for path in inside]

    export(lambda dialog: pick(dialog.paths, Paths.RELATIVE), "near.pls")
    assert "File3=" in (tmp_path / "near.pls").read_text("utf-8")
    export(lambda dialog: None, "near.xspf")
    export(lambda dialog: None, "near.jspf")
    listed = json.loads((tmp_path / "near.jspf").read_text("utf-8"))["playlist"]["track"]
    assert [each["title"] for each in listed] == [track.title for track in chosen]
    # What was written is read back as it was.
    for name in ("whole.m3u8", "near.pls", "near.xspf", "near.jspf"):
        demo_window.playlist_commands.importing.take([tmp_path / name])
        with qtbot.waitSignal(demo_window.messages.posted, timeout=20_000):
            pass
        page = demo_window.places.playlist
        assert page.list.ids == [track.id for track in chosen], name


def test_the_music_is_copied_along_in_its_order(
    demo_window: MainWindow, chosen: list[Track], tmp_path: Path, qtbot
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()

    def answer(dialog: ExportDialog) -> None:
        hands.click(dialog.with_music)
        assert not dialog.file.isVisible()
        hands.click(dialog.export)
        assert "Choose the folder or device" in dialog.notice.text()
        hands.type_over(dialog.folder, str(stick))
        dialog.numbered.setFocus()
        qtbot.keyClick(dialog.numbered, Key.Key_Space)
        hands.click(dialog.export)

    hands.answering(ExportDialog, answer)
    hands.click(demo_window.places.playlist.export)
    qtbot.waitUntil(lambda: "3 files copied" in demo_window.message_bar.text, timeout=20_000)

    folder = stick / "Sunday"
    music = sorted(path for path in folder.rglob("*") if path.suffix != ".m3u8" and path.is_file())
    assert [path.read_bytes() for path in music] == [track.path.read_bytes() for track in chosen]
    assert [path.name[:3] for path in music] == ["001", "002", "003"]
    (playlist,) = folder.rglob("*.m3u8")
    assert [(playlist.parent / path).resolve() for path in paths_in(playlist)] == music
