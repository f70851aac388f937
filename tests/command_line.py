"""The command line and what it answers: called in this process, or started as a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from musicsim.cli.main import parse, run


class Told(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class CommandLine:
    """Runs `musicsim` on a data folder.

    To call it runs a command in this process, which takes a fraction of a second; `process` runs one as a listener's
    shell does, which takes seconds as soon as something is embedded.
    """

    data: Path

    def __call__(self, *arguments: str | Path, **environment: str) -> Told:
        out, err = _stream(), _stream()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                code = run(parse(["--data", *map(os.fspath, (self.data, *arguments))]))
            except SystemExit as wrong_use:
                code = int(wrong_use.code or 0)
        return Told(code, _text(out), _text(err))

    def process(self, *arguments: str | Path, **environment: str) -> Told:
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


def _stream() -> io.TextIOWrapper:
    """As the standard streams are in a process of its own."""
    return io.TextIOWrapper(io.BytesIO(), "utf-8", errors="surrogateescape", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode("utf-8", "surrogateescape")
