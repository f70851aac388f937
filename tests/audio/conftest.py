from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from known_audio import EVERY_FORMAT, FORMATS, Make, encode, known_file, known_sound


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a file: ``make("flac", sound, name="x.flac")``; `sound` at the format's rate."""

    def write(name_of_format: str, sound: np.ndarray | None = None, *, name: str = "") -> Path:
        how = FORMATS[name_of_format]
        if sound is None:
            sound = known_sound(36, how.rate)
        if sound.ndim == 1:
            sound = sound[:, None]
        path = encode(tmp_path / f"written{how.suffix}", sound, how)
        return path.rename(tmp_path / name) if name else path

    return write


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The known file of every format, 36 s long if nothing else is said; read only."""
    folder = tmp_path_factory.mktemp("formats")
    return {
        name: known_file(folder / f"{name}{how.suffix}", how) for name, how in EVERY_FORMAT.items()
    }
