"""The check for the system's libraries: installs as root on Debian, else says what to type."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "system-libraries"


class Machine:
    """A pretended Debian: what it lacks, who is logged in, and what apt-get was asked for."""

    def __init__(self, script: ModuleType, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.script = script
        self.patch = patch
        self.asked = folder / "asked"
        self.patch.setenv("PATH", str(folder), prepend=os.pathsep)
        for name, body in {
            "apt-get": f'echo "$*" >>"{self.asked}"; [ -z "$APT_FAILS" ] || {{ echo "$APT_FAILS"; exit 100; }}',
            # A release from before libglib2.0-0t64.
            "apt-cache": 'case "$2" in *t64) exit 100 ;; esac',
        }.items():
            (folder / name).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name).chmod(0o755)
        self.log_in(1000)
        self.lacks([])

    def lacks(self, *states: list[str]) -> None:
        """What is missing at each look."""
        looks = iter(states)
        self.patch.setattr(self.script, "missing", lambda: next(looks))

    def log_in(self, user: int) -> None:
        self.patch.setattr(os, "geteuid", lambda: user)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Machine]:
    loader = importlib.machinery.SourceFileLoader("system_libraries", str(SCRIPT))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    monkeypatch.setattr(script.sys, "platform", "linux")
    with monkeypatch.context() as patch:
        yield Machine(script, patch, tmp_path)


def test_a_complete_machine_hears_nothing(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine.script.main() == 0
    assert capsys.readouterr() == ("", "")
    assert not machine.asked.exists()


def test_a_listener_is_told_one_command(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.lacks(["libglib-2.0.so.0", "libpulse.so.0", "libxcb-cursor.so.0"])
    assert machine.script.main() == 1
    command = "    sudo apt-get install libglib2.0-0 libpulse0 libxcb-cursor0\n"
    assert command in capsys.readouterr().err
    assert not machine.asked.exists()


def test_without_the_screen_s_libraries_it_goes_on(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.lacks(["libxcb-cursor.so.0"])
    assert machine.script.main() == 0
    assert "sudo apt-get install libxcb-cursor0" in capsys.readouterr().err


def test_root_gets_them_installed(machine: Machine) -> None:
    machine.log_in(0)
    machine.lacks(["ensurepip", "libEGL.so.1"], [])
    assert machine.script.main() == 0
    update, install = machine.asked.read_text().splitlines()
    assert update.endswith(" update")
    assert install.endswith("-venv libegl1")
    assert "--yes" in install


def test_what_apt_get_complains_of_is_shown(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.log_in(0)
    machine.patch.setenv("APT_FAILS", "E: Unable to fetch some archives")
    machine.lacks(["libEGL.so.1"], ["libEGL.so.1"])
    assert machine.script.main() == 1
    told = capsys.readouterr().err
    assert "E: Unable to fetch some archives" in told
    assert "    apt-get install libegl1\n" in told


def test_other_systems_are_told_the_libraries_names(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.patch.setattr(shutil, "which", lambda _: None)
    machine.lacks(["libEGL.so.1"])
    assert machine.script.main() == 1
    assert "libEGL.so.1" in capsys.readouterr().err


def test_a_library_that_no_linker_knows_is_missing(machine: Machine) -> None:
    machine.patch.undo()
    machine.patch.setattr(machine.script, "QT", {"libmusicsim-has-none.so.9": ("none",)})
    assert "libmusicsim-has-none.so.9" in machine.script.missing()


def test_as_root_the_programs_of_the_tests_are_installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.script.sys, "argv", ["system-libraries", "tests"])
    looks = iter([["pulseaudio", "playerctl"], []])
    monkeypatch.setattr(machine.script, "missing_for_tests", lambda: next(looks))
    machine.log_in(0)

    assert machine.script.main() == 0
    assert machine.asked.read_text().splitlines()[-1].endswith(" pulseaudio playerctl")


def test_others_are_told_what_is_skipped(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine.script.sys, "argv", ["system-libraries", "tests"])
    monkeypatch.setattr(machine.script, "missing_for_tests", lambda: ["pulseaudio"])

    assert machine.script.main() == 0
    assert "skipped without: pulseaudio\n" in capsys.readouterr().err
    assert not machine.asked.exists()
