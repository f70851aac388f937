import sys
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMessageBox

from musicsim.app import Musicsim
from musicsim.cli import main_gui, window


class Clock:
    """Time that goes by only while somebody sleeps; in the first second of it nothing happens."""

    def __init__(self) -> None:
        self.now = 0.0
        self.after_a_second: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        was, self.now = self.now, self.now + seconds
        if was < 1 <= self.now:
            self.after_a_second()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(window, "time", made)
    return made


pytestmark = pytest.mark.usefixtures("signals_as_before")


@pytest.fixture(autouse=True)
def shown(qapp, tmp_path, monkeypatch) -> list[str]:
    """The failures that are shown where the program is started from the desktop, on `tmp_path`."""
    texts: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: texts.append(box.text()))
    monkeypatch.setattr(sys, "argv", ["musicsim-gui"])
    monkeypatch.setenv("MUSICSIM_DATA", str(tmp_path))
    return texts


def test_a_start_from_the_desktop_that_fails_shows_why(shown, clock, tmp_path, capsys):
    with Musicsim.open(tmp_path), pytest.raises(SystemExit) as ended:
        main_gui()
    assert ended.value.code == 75
    assert "Another musicsim" in shown[0]
    assert "Another musicsim" in capsys.readouterr().err
    assert clock.now == pytest.approx(10, abs=1)


def test_a_start_while_the_window_closes_opens_it_again(clock, tmp_path, monkeypatch):
    opened = []

    def run_window(app: Musicsim, *_: object) -> int:
        opened.append(app.data_folder)
        app.close()
        return 0

    monkeypatch.setattr("musicsim.ui.main.run_window", run_window)
    clock.after_a_second = Musicsim.open(tmp_path).close
    with pytest.raises(SystemExit) as ended:
        main_gui()
    assert ended.value.code == 0
    assert opened == [tmp_path]


def test_a_start_while_the_window_opens_brings_it_forward(clock, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("musicsim.ui.window.instance.hand_over", lambda *_: clock.now >= 1)
    with Musicsim.open(tmp_path), pytest.raises(SystemExit) as ended:
        main_gui()
    assert ended.value.code == 0
    assert "open already" in capsys.readouterr().out
