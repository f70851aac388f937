"""What disks, crashes and people do to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], object]


def cut_short(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def overwrite(file: Path) -> None:
    """Put other bytes over the first half, the header included."""
    with file.open("r+b") as opened:
        opened.write(b"\xa5" * (file.stat().st_size // 2))


def scratch(file: Path) -> None:
    """Put other bytes over the middle third, so that the header looks right."""
    third = file.stat().st_size // 3
    with file.open("r+b") as opened:
        opened.seek(third)
        opened.write(b"\xa5" * third)


def empty(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES: tuple[Damage, ...] = (cut_short, overwrite, scratch, empty, Path.unlink)
