"""The set-up behind `make`: when it makes an environment, when it keeps one, and what it says when it can't."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CONSTRAINTS = PROJECT / "packaging" / "constraints.txt"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the set-up is a bash script")

# Answers as Python, venv and pip do without making anything that weighs, and keeps a record of what it was asked.
PYTHON = """#!/bin/bash
case "$1 $2" in
"-m venv")
  echo "venv" >>"$RECORD"
  mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "command = $0 -m venv $3" >"$3/pyvenv.cfg" ;;
"-m pip")
  case "$*" in
  *"-c packaging/constraints.txt"*) echo "pip" >>"$RECORD" ;;
  *) echo "pip-without-constraints" >>"$RECORD"; exit 0 ;;
  esac
  printf '%s' "$PIP_SAYS"
  exit "${PIP_EXIT:-0}" ;;
"packaging/system-libraries ")
  exit "${LIBRARIES_EXIT:-0}" ;;
"-V ") echo "Python 3.11.9" ;;
esac
"""


@dataclass
class Checkout:
    """A copy of the set-up's own files, with a Python that only pretends."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "packaging").mkdir(parents=True)
        shutil.copy(PROJECT / "packaging" / "set-up", self.folder / "packaging")
        shutil.copy(CONSTRAINTS, self.folder / "packaging")
        shutil.copy(PROJECT / "pyproject.toml", self.folder)
        self.python = self.folder / "pretended python"
        self.python.write_text(PYTHON, encoding="utf-8")
        self.python.chmod(0o755)
        self.record = self.folder / "record"

    def set_up(self, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {"PYTHON": str(self.python), "RECORD": str(self.record), "PIP_SAYS": ""}
        return subprocess.run(
            ["bash", "packaging/set-up"],
            cwd=self.folder,
            env={**os.environ, **given, **variables},
            capture_output=True,
            text=True,
        )

    def done(self) -> list[str]:
        """What was made since this was asked last."""
        lines = self.record.read_text().split() if self.record.exists() else []
        self.record.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "it's a checkout")


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    assert checkout.set_up().returncode == 0
    assert checkout.done() == ["venv", "pip"]
    return checkout


def test_a_second_time_it_does_and_says_nothing(ready: Checkout) -> None:
    outcome = ready.set_up()
    assert (outcome.returncode, outcome.stdout + outcome.stderr, ready.done()) == (0, "", [])


@pytest.mark.parametrize("name", ["pyproject.toml", "packaging/constraints.txt"])
def test_new_requirements_are_installed_into_the_same_environment(
    ready: Checkout, name: str
) -> None:
    with (ready.folder / name).open("a") as file:
        file.write("# changed\n")
    assert ready.set_up().returncode == 0
    assert ready.done() == ["pip"]
    ready.set_up()
    assert ready.done() == []


def test_an_environment_made_by_hand_is_kept(ready: Checkout) -> None:
    (ready.folder / ".venv" / ".musicsim-set-up").unlink()
    assert ready.set_up().returncode == 0
    assert ready.done() == ["pip"]


def test_a_moved_checkout_gets_a_new_environment(ready: Checkout) -> None:
    ready.folder = ready.folder.rename(ready.folder.with_name("moved"))
    ready.python = ready.folder / ready.python.name
    ready.record = ready.folder / "record"
    assert ready.set_up().returncode == 0
    assert ready.done() == ["venv", "pip"]


@pytest.mark.parametrize("broken", ["bin/python", "pyvenv.cfg"])
def test_a_broken_environment_is_made_anew(ready: Checkout, broken: str) -> None:
    (ready.folder / ".venv" / broken).unlink()
    assert ready.set_up().returncode == 0
    assert ready.done() == ["venv", "pip"]


def test_an_installation_that_failed_or_was_killed_is_not_taken_for_a_whole_one(
    ready: Checkout,
) -> None:
    (ready.folder / "pyproject.toml").write_text("# changed\n")
    assert ready.set_up(PIP_EXIT="1", PIP_SAYS="No space left on device\n").returncode == 1
    ready.done()
    outcome = ready.set_up()
    assert outcome.returncode == 0
    assert "made anew" in outcome.stderr
    assert ready.done() == ["venv", "pip"]


def test_what_pip_says_when_it_fails_is_shown_without_its_noise(checkout: Checkout) -> None:
    said = "WARNING: Location 'x' is ignored\nERROR: No space left on device\n"
    outcome = checkout.set_up(PIP_EXIT="1", PIP_SAYS=said)
    assert outcome.returncode == 1
    assert "No space left on device" in outcome.stderr
    assert "is ignored" not in outcome.stderr


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: No matching distribution found for uvloop==0.23.0\n",
        "ERROR: Cannot install musicsim: conflicting dependencies\nERROR: ResolutionImpossible: see\n",
        "error: subprocess-exited-with-error\n",
        "ERROR: Failed building wheel for h5py\n",
    ],
)
def test_where_a_tested_version_does_not_exist_the_newest_is_installed(
    checkout: Checkout, said: str
) -> None:
    outcome = checkout.set_up(PIP_EXIT="1", PIP_SAYS=said)
    assert outcome.returncode == 0
    assert checkout.done() == ["venv", "pip", "pip-without-constraints"]
    assert "tested versions are not to be had" in outcome.stderr


@pytest.mark.parametrize(
    "said",
    [
        "ERROR: No space left on device\n",
        "NewConnectionError('Failed to establish')\nERROR: No matching distribution found for av\n",
    ],
)
def test_a_failure_that_other_versions_would_share_is_told_at_once(
    checkout: Checkout, said: str
) -> None:
    assert checkout.set_up(PIP_EXIT="1", PIP_SAYS=said).returncode == 1
    assert checkout.done() == ["venv", "pip"]


def test_without_a_network_it_says_so(checkout: Checkout) -> None:
    outcome = checkout.set_up(PIP_EXIT="1", PIP_SAYS="NewConnectionError('Failed to establish')\n")
    assert outcome.returncode == 1
    assert "is this machine online?" in outcome.stderr


def test_a_large_download_is_named_with_its_size(checkout: Checkout) -> None:
    said = "  Downloading tensorflow_cpu-2.21.0-cp311-x86_64.whl (273.8 MB)\n"
    assert "fetching tensorflow_cpu (273.8 MB)" in checkout.set_up(PIP_SAYS=said).stderr


def test_nothing_is_made_while_the_system_lacks_what_it_needs(checkout: Checkout) -> None:
    assert checkout.set_up(LIBRARIES_EXIT="1").returncode == 1
    assert checkout.done() == []


@pytest.mark.parametrize(
    ("says", "told"), [("Python 3.9.2", "is Python 3.9.2"), (None, "is not there")]
)
def test_an_old_or_absent_python_is_named(checkout: Checkout, says: str | None, told: str) -> None:
    if says is None:
        checkout.python.unlink()
    else:
        checkout.python.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "{says}" || exit 1\n')
    outcome = checkout.set_up()
    assert outcome.returncode == 1
    assert f"needs Python 3.11 or newer, and {checkout.python} {told}" in outcome.stderr


def test_another_python_asked_for_by_name_replaces_the_environment(ready: Checkout) -> None:
    other = ready.folder / "other python"
    other.write_text(PYTHON.replace("3.11.9", "3.12.1"))
    other.chmod(0o755)
    assert ready.set_up(PYTHON=str(other)).returncode == 0
    assert ready.done() == ["venv", "pip"]
