import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from told import Told


@dataclass
class CommandLine:
    """Runs `musicsim` as a process of its own, on a data folder."""

    data: Path

    def __call__(self, *arguments: str | Path, **environment: str) -> Told:
        process = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            check=False,
            timeout=240,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
        )
        return Told(
            process.returncode,
            process.stdout.decode("utf-8", "surrogateescape"),
            process.stderr.decode("utf-8", "surrogateescape"),
        )

    def command(self, *arguments: str | Path) -> list[str | Path]:
        return [sys.executable, "-m", "musicsim", "--data", self.data, *arguments]


@pytest.fixture
def musicsim(tmp_path) -> CommandLine:
    """A fresh data folder."""
    return CommandLine(tmp_path / "data")


@pytest.fixture(scope="session")
def scanned_demo(tmp_path_factory, demo_library) -> CommandLine:
    """A data folder in which the demo library is scanned; not to be written to."""
    command_line = CommandLine(tmp_path_factory.mktemp("scanned") / "data")
    result = command_line("scan", demo_library[0].path.parents[2], "--json")
    assert result.code == 0, result.err
    return command_line
