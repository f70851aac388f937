"""Everything but the window works where there is no Qt: on a server, say."""

import subprocess
import sys

import numpy as np
import soundfile

SCRIPT = """
import importlib, pkgutil, sys
from pathlib import Path

sys.modules["PySide6"] = None

import musicsim
for module in pkgutil.walk_packages(musicsim.__path__, "musicsim."):
    if not module.name.startswith("musicsim.ui") and module.name != "musicsim.__main__":
        importlib.import_module(module.name)

from musicsim.app import Musicsim
from musicsim.cli.main import parse, run

data, music = sys.argv[1:]
with Musicsim.open(Path(data)) as app:
    assert app.collection.scan([Path(music)]).added == 1
    (track,) = app.catalogue.tracks.all()
    assert track.tags.duration == 2
raise SystemExit(run(parse(["--data", data, "status"])))
"""


def test_the_core_works_without_qt(tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    soundfile.write(
        music / "a.wav", np.random.default_rng(0).normal(scale=0.1, size=32_000), 16_000
    )
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path / "data", music],
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("1 track: 0 listened to, 1 to come")
