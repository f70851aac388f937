import sys

import pytest
from PySide6.QtWidgets import QMessageBox

from musicsim.app import Musicsim
from musicsim.cli import main_gui


def test_a_start_from_the_desktop_that_fails_shows_why(qapp, tmp_path, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(QMessageBox, "critical", lambda *arguments: shown.append(arguments[-1]))
    monkeypatch.setattr(sys, "argv", ["musicsim-gui"])
    monkeypatch.setenv("MUSICSIM_DATA", str(tmp_path))
    with Musicsim.open(tmp_path), pytest.raises(SystemExit) as ended:
        main_gui()
    assert ended.value.code == 75
    assert "Another musicsim" in shown[0]
    assert "Another musicsim" in capsys.readouterr().err
