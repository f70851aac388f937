"""A small library whose file names are not all ASCII."""

from pathlib import Path

import numpy as np
import soundfile
from command_line import CommandLine

from musicsim.app import Musicsim

NAMES = ["01 Don’t Stop….flac", "02 Björk.flac", "03 100% Pure.flac"]


def scan_three_tracks(musicsim: CommandLine, root: Path) -> Path:
    """Make a music folder of three tracks, scan it, and return the folder in it that they are in."""
    folder = root / "Music" / "Album"
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        sound = np.random.default_rng(number).normal(0, 0.1, 22_050)
        soundfile.write(folder / name, sound.astype("float32"), 22_050)
    with Musicsim.open(musicsim.data) as app:
        app.collection.scan([folder.parent])
    return folder
