"""`musicsim FILE...` as a process of its own: with a window, without a screen, and beside another command."""

import os
from pathlib import Path

import pytest
from command_line import CommandLine

from musicsim.app import Musicsim
from musicsim.cli import window
from musicsim.cli.main import main_gui, parse, run
from musicsim.ui.window.instance import Request

NO_SCREEN = {"QT_QPA_PLATFORM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Request]:
    """What windows are opened with, from the folder `tmp_path`."""
    requests: list[Request] = []

    def run_window(app: Musicsim, request: Request) -> int:
        requests.append(request)
        app.close()
        return 0

    monkeypatch.setattr("musicsim.ui.main.run_window", run_window)
    monkeypatch.chdir(tmp_path)
    return requests


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["song.mp3"], ["song.mp3"]),
        (["--verbose", "b.mp3", "sub/../a.mp3"], ["b.mp3", "a.mp3"]),
        (["gui", "a.mp3", "b.mp3"], ["a.mp3", "b.mp3"]),
        (["a folder"], ["a folder"]),
        (["gui", "a folder"], ["a folder"]),
        (["./scan"], ["scan"]),
        (["gone.m3u8", "x"], ["gone.m3u8", "x"]),
        (["100%20 #1.mp3"], ["100%20 #1.mp3"]),
        (["file:{here}/100%2520%20%231.mp3"], ["100%20 #1.mp3"]),
        (["FILE://localhost{here}/%FF.mp3"], ["\udcff.mp3"]),
        (["file:odd.mp3"], ["file:odd.mp3"]),
        (["--", "-x.mp3", "--queue"], ["-x.mp3", "--queue"]),
        ([], []),
        (["gui"], []),
    ],
)
def test_files_are_opened_by_their_paths(opened, tmp_path, arguments, names) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "file:odd.mp3").touch()
    assert run(parse([argument.format(here=tmp_path) for argument in arguments])) == 0
    assert opened == [Request(tuple(tmp_path / name for name in names))]


def test_files_for_the_queue(opened, tmp_path) -> None:
    assert run(parse(["--queue", "a.mp3"])) == 0
    assert run(parse(["gui", "--queue", "a.mp3"])) == 0
    assert opened == [Request((tmp_path / "a.mp3",), enqueue=True)] * 2


@pytest.mark.usefixtures("signals_as_before")
def test_what_the_desktop_starts(opened, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("sys.argv", ["musicsim-gui", "scan", "--", "b"])
    with pytest.raises(SystemExit) as ended:
        main_gui()
    assert ended.value.code == 0
    assert opened == [Request((tmp_path / "scan", tmp_path / "b"))]


def test_an_address_that_is_no_file_is_named_and_the_others_are_opened(
    opened, tmp_path, capsys
) -> None:
    assert run(parse(["http://radio.example/a.mp3", "a.mp3"])) == 0
    assert opened == [Request((tmp_path / "a.mp3",))]
    assert "http://radio.example/a.mp3 is not a file" in capsys.readouterr().err
    assert run(parse(["file://elsewhere.example/a.mp3"])) == 2
    assert len(opened) == 1


def test_a_mistyped_command_is_an_error(opened, tmp_path, capsys) -> None:
    (tmp_path / "status").touch()
    for word in ("scna", "playlits"):
        with pytest.raises(SystemExit) as ended:
            run(parse([word]))
        assert ended.value.code == 2
        assert "invalid choice" in capsys.readouterr().err
    # A command's name is the command, also where a file is called the same.
    assert run(parse(["status"])) == 1
    assert opened == []


def test_a_command_that_owns_the_data_folder_is_named_and_so_is_a_lost_file(
    musicsim: CommandLine, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(window, "_PATIENCE", 0)
    monkeypatch.setattr(window, "_PAUSE", 0)
    (tmp_path / "a.mp3").touch()
    with Musicsim.open(musicsim.data):
        code, _, told = musicsim(tmp_path / "a.mp3", tmp_path / "gone.mp3")
    assert code == 75
    assert f"{tmp_path / 'gone.mp3'} can't be played: there is no such file" in told
    assert "a.mp3 can't" not in told
    assert "Another musicsim" in told


def test_without_a_screen_a_file_is_refused(musicsim: CommandLine, tmp_path) -> None:
    song = tmp_path / "song.mp3"
    song.touch()
    told = musicsim.process(song, **NO_SCREEN)
    assert told.code == 1
    assert "There is no screen" in told.err
    assert os.fspath(song) in told.err


def test_a_mistyped_command_as_a_process(musicsim: CommandLine) -> None:
    told = musicsim.process("scna")
    assert (told.code, told.out) == (2, "")
    assert "invalid choice: 'scna'" in told.err
