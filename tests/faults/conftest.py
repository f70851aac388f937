from pathlib import Path

import pytest
from command_line import CommandLine
from library import FaultyLibrary


@pytest.fixture
def library(tmp_path: Path, musicsim: CommandLine) -> FaultyLibrary:
    """An empty music folder and a fresh data folder."""
    (tmp_path / "music").mkdir()
    return FaultyLibrary(tmp_path / "music", musicsim)
