"""A folder of files from strangers, in which a listener starts musicsim: nothing in it is run or read as settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from known_audio import FORMATS, encode, known_sound

ROOT = Path(__file__).parents[2]
HOSTILE = """
import os
with open({marker!r}, "a") as marker:
    marker.write(__name__ + " ran\\n")
os._exit(99)
"""
# Of the standard library, of what is installed, and what Python imports by itself.
NAMES = (
    "pickle", "random", "struct", "queue", "selectors", "tempfile", "json", "sitecustomize", "usercustomize", "numpy",
    "av", "soxr", "mutagen", "chromadb", "tensorflow", "keras", "PySide6", "pydantic", "h5py",
)  # fmt: skip
AS_A_MODULE = [sys.executable, "-m", "musicsim"]
AS_INSTALLED = [sys.executable, "SCRIPT"]


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """Names the modules that ran; is not there while there are none."""
    return tmp_path / "ran"


@pytest.fixture
def folder(tmp_path: Path, marker: Path) -> Path:
    """A folder with music, and with modules beside it, as a download may have them."""
    folder = tmp_path / "downloads"
    (folder / "music").mkdir(parents=True)
    encode(folder / "music/song.flac", known_sound(3), FORMATS["flac"])
    for name in NAMES:
        for place in (folder, folder / "music"):
            (place / f"{name}.py").write_text(HOSTILE.format(marker=str(marker)))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "here"),
    [
        pytest.param(AS_A_MODULE, ".", id="-m"),
        pytest.param(AS_INSTALLED, "music", id="script"),
        pytest.param(AS_A_MODULE, "music", marks=pytest.mark.stress),
        pytest.param(AS_INSTALLED, ".", marks=pytest.mark.stress),
    ],
)
def test_no_module_of_the_current_folder_is_run(folder, marker, tmp_path, start, here):
    script = tmp_path / "bin/musicsim"
    script.parent.mkdir()
    script.write_text("from musicsim.cli import main\nif __name__ == '__main__':\n    main()\n")
    command = [str(script) if word == "SCRIPT" else word for word in start]
    done = subprocess.run(
        [*command, "--data", tmp_path / "data", "scan", ".", "--json"],
        cwd=folder / here,
        capture_output=True,
        text=True,
        timeout=240,
        env={name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"},
    )
    assert not marker.exists(), marker.read_text()
    assert done.returncode == 0, done.stderr
    assert '"failed": []' in done.stdout


PLAY = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from musicsim.ui.playback.player_process import PlayerProcess
if __name__ == "__main__":
    app = QCoreApplication([])
    process = PlayerProcess(Path(sys.argv[1]))
    process.crashed.connect(lambda: print("crashed") or app.quit())
    process.start()
    QTimer.singleShot(2000, app.quit)
    app.exec()
    process.end()
    print("ended")
"""


def test_the_process_that_plays_runs_no_module_of_the_current_folder(folder, marker, tmp_path):
    script = tmp_path / "play.py"
    script.write_text(PLAY)
    done = subprocess.run(
        [sys.executable, script, tmp_path / "log"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert not marker.exists(), marker.read_text()
    assert done.stdout.split() == ["ended"], done.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("target", ["run", "demo"])
def test_make_runs_musicsim_with_a_safe_path(target):
    shown = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (line,) = [line for line in shown.splitlines() if "-m musicsim" in line]
    assert "python -P -m musicsim" in line
