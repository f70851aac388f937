"""The export dialog: a file by one key, and everything else that people need for other players."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from musicsim.library.types import Tags, Track
from musicsim.playlists.files.copy_plan import Existing
from musicsim.playlists.files.locations import Slashes
from musicsim.playlists.files.reading import read_playlist
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Message, Messages
from musicsim.ui.playlists import copying, export_dialog
from musicsim.ui.playlists.export_dialog import CopyWish, ExportDialog
from musicsim.ui.playlists.export_options import ExportOptions, Paths
from musicsim.ui.playlists.exporting import Exporter


@pytest.fixture
def parent(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def make(parent: QWidget, qtbot, tmp_path: Path) -> Callable[..., ExportDialog]:
    def make(**options: object) -> ExportDialog:
        dialog = ExportDialog(parent, tmp_path / "Sunday.m3u8", ExportOptions(**options))
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.activateWindow()
        return dialog

    return make


def choose(dialog: ExportDialog, box: str, data: object) -> None:
    combo = getattr(dialog, box)
    combo.setCurrentIndex(combo.findData(data))


def test_return_exports_to_the_suggested_file(make, qtbot, tmp_path) -> None:
    dialog = make()
    qtbot.keyClick(dialog.file, Qt.Key.Key_Return)
    assert dialog.wish == tmp_path / "Sunday.m3u8"
    assert dialog.options == ExportOptions()


def test_typing_replaces_the_name_and_keeps_the_folder_and_the_format(
    make, qtbot, tmp_path
) -> None:
    dialog = make()
    qtbot.keyClicks(dialog.file, "Monday")
    qtbot.keyClick(dialog.file, Qt.Key.Key_Return)
    assert dialog.wish == tmp_path / "Monday.m3u8"


def test_the_format_and_the_suffix_follow_each_other(make, qtbot, tmp_path) -> None:
    dialog = make()
    choose(dialog, "format", ".xspf")
    assert dialog.file.text() == str(tmp_path / "Sunday.xspf")
    assert not dialog.slashes.isVisible()
    dialog.file.clear()
    qtbot.keyClicks(dialog.file, f"{tmp_path}/x.pls")
    assert dialog.format.currentData() == ".pls"
    assert dialog.slashes.isVisible()
    dialog.file.clear()
    qtbot.keyClicks(dialog.file, f"{tmp_path}/Vol. 2")
    dialog.export.click()
    assert dialog.wish == tmp_path / "Vol. 2.pls"
    assert dialog.options.suffix == ".pls"


def test_paths_for_another_device(make, tmp_path) -> None:
    dialog = make(old="/home/me/Music")
    assert not dialog.new.isVisible()
    choose(dialog, "paths", Paths.REPLACED)
    dialog.export.click()
    assert "what the other device calls it" in dialog.notice.text()
    assert dialog.wish is None
    dialog.new.setText("D:\\Music")
    choose(dialog, "slashes", Slashes.FORWARD)
    dialog.export.click()
    style = dialog.options.style
    assert (style.prefix.old, style.prefix.new) == (Path("/home/me/Music"), "D:\\Music")
    assert style.slashes is Slashes.FORWARD


def test_a_file_is_not_replaced_unasked(make, monkeypatch, tmp_path) -> None:
    (tmp_path / "Sunday.m3u8").write_text("mine")
    asked: list[str] = []

    def answer(_parent, _title, question, _yes) -> bool:
        asked.append(question)
        return len(asked) > 1

    monkeypatch.setattr(export_dialog, "confirm", answer)
    dialog = make()
    dialog.export.click()
    assert dialog.wish is None
    assert dialog.isVisible()
    dialog.export.click()
    assert dialog.wish == tmp_path / "Sunday.m3u8"
    assert "“Sunday.m3u8”" in asked[0]


def test_a_file_that_the_file_dialog_asked_about_is_not_asked_about_again(
    make, monkeypatch, tmp_path
) -> None:
    (tmp_path / "l.pls").write_text("mine")
    monkeypatch.setattr(export_dialog, "ask_new_file", lambda *_: tmp_path / "l.pls")
    monkeypatch.setattr(export_dialog, "confirm", lambda *_: pytest.fail("asked twice"))
    dialog = make()
    dialog._choose_file()
    assert dialog.format.currentData() == ".pls"
    dialog.export.click()
    assert dialog.wish == tmp_path / "l.pls"


@pytest.mark.parametrize("text", ["", "relative.m3u8", "/no such folder/l.m3u8"])
def test_a_file_that_cannot_be_written_is_told_before(make, text) -> None:
    dialog = make()
    dialog.file.setText(text)
    dialog.export.click()
    assert "no such folder" in dialog.notice.text()
    assert dialog.wish is None


def test_the_folder_for_a_copy(make, monkeypatch, tmp_path) -> None:
    dialog = make()
    dialog.with_music.click()
    assert (dialog.file.isVisible(), dialog.folder.isVisible()) == (False, True)
    dialog.export.click()
    assert "Choose the folder" in dialog.notice.text()
    dialog.folder.setText("/no such stick")
    dialog.export.click()
    assert "Is the device connected?" in dialog.notice.text()
    monkeypatch.setattr(export_dialog, "ask_folder", lambda *_: tmp_path)
    dialog._choose_folder()
    dialog.numbered.click()
    dialog.export.click()
    assert dialog.wish == CopyWish(tmp_path)
    assert dialog.options == ExportOptions(copy_folder=str(tmp_path), numbered=True)


def test_choices_are_remembered(tmp_path) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    assert ExportOptions.load(settings) == ExportOptions()
    options = ExportOptions(".pls", Paths.REPLACED, Slashes.BACK, "/a", "D:\\", "/usb", True)
    options.save(settings)
    settings.sync()
    again = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    assert ExportOptions.load(again) == options
    again.setValue("export/suffix", ".exe")
    again.setValue("export/paths", "?")
    assert ExportOptions.load(again).suffix == ".m3u8"


class Copies:
    """An exporter that copies three tracks to a device, and what it told."""

    def __init__(self, parent: QWidget, bridge: Bridge, folder: Path) -> None:
        self.device = folder / "usb"
        self.device.mkdir()
        (folder / "music").mkdir(exist_ok=True)
        self.tracks = []
        for number in (1, 2, 3):
            path = folder / "music" / f"{number}.mp3"
            path.write_bytes(bytes([number]) * 100_000)
            self.tracks.append(Track(number, str(path), Tags(f"T{number}", "Ann"), 1, 1, 0.0))
        self.told: list[Message] = []
        self.messages = Messages()
        self.messages.posted.connect(self.told.append)
        settings = QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat)
        self.exporter = Exporter(parent, bridge, self.messages, settings)
        self.exporter.ask_for_file = lambda _: CopyWish(self.device)  # type: ignore[method-assign]

    def names(self) -> list[str]:
        return sorted(path.name for path in (self.device / "Sunday").iterdir())


@pytest.fixture
def copies(parent: QWidget, bridge: Bridge, tmp_path: Path):
    made = Copies(parent, bridge, tmp_path)
    yield made
    made.exporter.close()


def test_a_copy_runs_in_the_background_and_says_what_it_did(copies, qtbot) -> None:
    with qtbot.waitSignal(copies.messages.posted):
        copies.exporter.export("Sunday", copies.tracks)
    assert copies.names() == ["Ann - T1.mp3", "Ann - T2.mp3", "Ann - T3.mp3", "Sunday.m3u8"]
    assert copies.told[0].text == f"3 files copied to {copies.device / 'Sunday'}."
    assert (copies.told[0].error, copies.told[0].action) == (False, "Show")


@pytest.mark.parametrize(
    ("answer", "copied"), [(Existing.RENAME, 4), (Existing.REPLACE, 3), (None, 1)]
)
def test_other_files_in_the_way_are_asked_about(copies, qtbot, answer, copied) -> None:
    (copies.device / "Sunday").mkdir()
    (copies.device / "Sunday" / "Ann - T1.mp3").write_bytes(b"mine")
    asked: list[tuple[str, ...]] = []
    copies.exporter.ask_existing = lambda others: asked.append(others) or answer
    copies.exporter.export("Sunday", copies.tracks)
    (run,) = copies.exporter._runs
    with qtbot.waitSignal(run.done):
        pass
    QApplication.processEvents()
    assert asked == [("Ann - T1.mp3",)]
    assert len([name for name in copies.names() if name.endswith(".mp3")]) == copied
    assert copies.exporter._runs == []


def test_the_question_says_which_files(parent, monkeypatch) -> None:
    texts: list[str] = []

    def execute(box: QMessageBox) -> None:
        texts.append(box.text())
        next(b for b in box.buttons() if b.text() == "Keep both").click()

    monkeypatch.setattr(QMessageBox, "exec", execute)
    assert copying.ask_existing(parent, ("a.mp3", "b.mp3")) is Existing.RENAME
    assert texts == ["2 other files there have the names of copies: a.mp3, b.mp3."]


def test_a_copy_can_be_cancelled(copies, qtbot, parent) -> None:
    # The question waits until the listener cancels.
    (copies.device / "Sunday").mkdir()
    (copies.device / "Sunday" / "Ann - T1.mp3").write_bytes(b"mine")

    def cancels(_others: tuple[str, ...]) -> Existing:
        dialog = parent.findChild(copying.CopyDialog)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.stop.isEnabled()
        return Existing.REPLACE

    copies.exporter.ask_existing = cancels
    copies.exporter.export("Sunday", copies.tracks)
    (run,) = copies.exporter._runs
    with qtbot.waitSignal(run.done):
        pass
    QApplication.processEvents()
    assert copies.exporter._runs == []
    assert copies.told == []
    assert copies.names() == ["Ann - T1.mp3"]
    assert (copies.device / "Sunday" / "Ann - T1.mp3").read_bytes() == b"mine"


def test_what_fails_stays_on_the_screen(copies, qtbot) -> None:
    copies.tracks[1].path.unlink()
    with qtbot.waitSignal(copies.messages.posted):
        copies.exporter.export("Sunday", copies.tracks)
    assert copies.told[0].error
    assert "1 file was not copied: 2.mp3: it is not there" in copies.told[0].text
    assert len(read_playlist(copies.device / "Sunday" / "Sunday.m3u8").entries) == 2


def test_a_closing_window_waits_for_the_copy(copies) -> None:
    copies.exporter.export("Sunday", copies.tracks)
    (run,) = copies.exporter._runs
    copies.exporter.close()
    assert not run._thread.is_alive()
    assert not list(copies.device.rglob("*.part"))
