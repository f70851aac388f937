"""`make run MUSIC=FOLDER` hands the folder on as it was typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

NAMES = [
    "plain",
    "two words",
    'it\'s "so" called',
    "$5 $HOME $$ $(date) ${HOME}",
    "`date`; echo no & | > <",
    "back\\slash # not a comment",
    "*",
    "élan 音楽",
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project whose Python prints its arguments, each on a line of its own."""
    folder = tmp_path / "a checkout"
    for name, script in {
        "packaging/set-up": "exit 0",
        ".venv/bin/python": 'printf "%s\\n" "$@"',
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True)
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)
    shutil.copy(PROJECT / "Makefile", folder)
    return folder


def make(checkout: Path, *arguments: str, **variables: str) -> list[str]:
    # Under `make test` the outer make's own variables must not reach this one.
    outer = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MUSIC"}
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    outcome = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=checkout,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return outcome.stdout.splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_on_the_command_line(checkout: Path, name: str) -> None:
    assert make(checkout, "run", f"MUSIC=/music/{name}") == [
        "-P",
        "-m",
        "musicsim",
        "gui",
        f"/music/{name}",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_in_the_environment(checkout: Path, name: str) -> None:
    assert make(checkout, "run", MUSIC=name) == ["-P", "-m", "musicsim", "gui", name]


def test_a_tilde_that_the_shell_left_is_the_home_folder(checkout: Path) -> None:
    lines = make(checkout, "run", "MUSIC=~/My Music", HOME="/home/ann lee")
    assert lines == ["-P", "-m", "musicsim", "gui", "/home/ann lee/My Music"]


def test_without_a_folder_the_window_asks(checkout: Path) -> None:
    assert make(checkout, "run") == ["-P", "-m", "musicsim", "gui"]
