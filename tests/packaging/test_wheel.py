"""What `pip install` gets: the wheel holds the program, its resources and its commands."""

from __future__ import annotations

import configparser
import os
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_every_resource_that_the_program_uses_is_in_the_wheel(wheel: Path) -> None:
    resources = PROJECT / "resources"
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("icons", "style"):
        for path in filter(Path.is_file, (resources / folder).rglob("*")):
            assert f"musicsim/_resources/{path.relative_to(resources).as_posix()}" in names
    for name in ("starter.h5", "starter.md", "musicnn-licence.txt"):
        assert f"musicsim/_resources/{name}" in names


def test_the_installed_program_finds_its_own_resources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from musicsim.base.resources import resource; print(resource('starter.h5'))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(answer.stdout.strip()) == tmp_path / "musicsim/_resources/starter.h5"


def test_the_wheel_holds_nothing_but_the_program_and_its_metadata(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"musicsim"}


def test_the_commands_lead_to_functions(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    commands = configparser.ConfigParser(delimiters=("=",))
    commands.read_string(archive.read(name).decode())
    assert set(commands["console_scripts"]) == {"musicsim"}
    assert set(commands["gui_scripts"]) == {"musicsim-gui"}
    for section in ("console_scripts", "gui_scripts"):
        for target in commands[section].values():
            assert callable(pkgutil.resolve_name(target))
