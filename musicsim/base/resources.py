"""The paths of the files of `resources/`, in a checkout, an installed wheel and a frozen program."""

from __future__ import annotations

from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a resource by its name inside `resources/`, such as ``"starter.h5"``.

    Raises
    ------
    FileNotFoundError
        If there is no such resource: the installation is damaged.
    """
    package = Path(__file__).resolve().parent.parent
    # A wheel and the frozen program have the folder inside the package; a checkout has it beside the package.
    for folder in (package / "_resources", package.parent / "resources"):
        if (path := folder / name).exists():
            return path
    raise FileNotFoundError(f"{name} is missing from musicsim's resources: install musicsim again")
