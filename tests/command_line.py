"""The command line, as a process of its own, and what it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple


class Told(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


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
