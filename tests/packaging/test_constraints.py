"""`make constraints`: the versions that passed are kept, and only those."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
CONSTRAINTS = PROJECT / "packaging" / "constraints.txt"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script is one of bash")

PYTHON = """#!/bin/bash
case "$3" in
install) echo "$@" >>record ;;
freeze) printf '%s\\n' 'tensorflow_cpu==2.99.0' 'av==99.1' '-e /somewhere' 'torch @ https://example.org/torch.whl' ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project whose pip has newer versions."""
    folder = tmp_path / "a checkout"
    for name in (".venv/bin", ".ci", "packaging"):
        (folder / name).mkdir(parents=True)
    shutil.copy(PROJECT / "packaging" / "renew-constraints", folder / "packaging")
    (folder / "packaging" / "constraints.txt").write_text("# Why.\nav==18.1.0\n")
    for name, text in ((".venv/bin/python", PYTHON), (".ci/run", "#!/bin/sh\nexit $CI_EXIT\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


def renew(checkout: Path, ci_exit: int) -> int:
    environment = {**os.environ, "CI_EXIT": str(ci_exit)}
    command = ["packaging/renew-constraints"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True).returncode


def test_versions_that_passed_are_kept_without_where_they_came_from(checkout: Path) -> None:
    assert renew(checkout, 0) == 0
    kept = (checkout / "packaging" / "constraints.txt").read_text()
    assert kept == "# Why.\nav==99.1\ntensorflow==2.99.0\ntensorflow_cpu==2.99.0\n"


def test_versions_that_failed_are_given_up_and_those_of_before_installed_again(
    checkout: Path,
) -> None:
    assert renew(checkout, 1) == 1
    assert (checkout / "packaging" / "constraints.txt").read_text() == "# Why.\nav==18.1.0\n"
    last = (checkout / "record").read_text().splitlines()[-1]
    assert "-c packaging/constraints.txt" in last


def test_the_tested_versions_are_within_what_is_asked_for_and_name_no_place_to_fetch_from() -> None:
    lines = [
        line
        for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    tested = {}
    for line in lines:
        name, version = re.fullmatch(r"([\w.-]+)==([\w.!+]+)", line).groups()
        tested[canonicalize_name(name)] = version
    assert len(tested) == len(lines)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # Also those for other platforms.
    for needed in map(
        Requirement, project["dependencies"] + project["optional-dependencies"]["dev"]
    ):
        assert needed.specifier.contains(tested[canonicalize_name(needed.name)]), needed
