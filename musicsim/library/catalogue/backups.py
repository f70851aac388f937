"""Backups of a SQLite file, beside it: the latest, one of a day before, one of a week before, and one per migration."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_DAY = 86_400.0
_LATEST, _OF_DAY, _OF_WEEK = ".backup", ".day.backup", ".week.backup"
_GENERATIONS = ((7 * _DAY, _OF_WEEK, _OF_DAY), (_DAY, _OF_DAY, _LATEST))
"""Seconds after which a backup is replaced, its suffix, and the suffix of the one that replaces it."""
_LARGEST = 2**29
"""Bytes of a file of which older generations are kept: together they take up to twice as much."""


def latest_of(path: Path) -> Path:
    """Return the name of a file's latest backup."""
    return path.with_name(path.name + _LATEST)


def of_version(path: Path, version: int) -> Path:
    """Return the name of the backup before the migration of a version."""
    return path.with_name(f"{path.name}.version-{version}.backup")


def copies_of(path: Path) -> list[Path]:
    """Return the backups of a file, newest first."""
    generations = [path.with_name(path.name + suffix) for suffix in (_LATEST, _OF_DAY, _OF_WEEK)]
    copies = [*generations, *copies_of_versions(path)]
    return sorted((c for c in copies if c.exists()), key=lambda c: c.stat().st_mtime, reverse=True)


def copies_of_versions(path: Path) -> list[Path]:
    """Return the backups made before migrations."""
    return list(path.parent.glob(f"{path.name}.version-*.backup"))


def make_way(path: Path) -> None:
    """Before the latest backup is replaced, keep it as that of the day, and that of the day as that of the week.

    A loss that is noticed late, such as one by a wrong clock, is not in them. Ages are compared with each other, not
    with the clock.
    """
    latest = latest_of(path)
    if not latest.exists() or latest.stat().st_size > _LARGEST:
        return
    for seconds, older, newer in _GENERATIONS:
        kept, successor = (path.with_name(path.name + suffix) for suffix in (older, newer))
        if successor.exists() and (
            not kept.exists() or abs(latest.stat().st_mtime - kept.stat().st_mtime) >= seconds
        ):
            successor.replace(kept)


def is_sound(path: Path) -> bool:
    """Return whether a backup is sound and not empty."""
    # Immutable: no one else uses it, and SQLite then needs no extra file.
    connection = sqlite3.connect(path.absolute().as_uri() + "?immutable=1", uri=True)
    try:
        return not fault_in(connection, "integrity_check")
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def fault_in(copy: sqlite3.Connection, check: str) -> str:
    """Return the defect of a backup; empty if none."""
    ((verdict,),) = copy.execute(f"PRAGMA {check}(1)")
    ((version,),) = copy.execute("PRAGMA user_version")
    if verdict != "ok":
        return str(verdict)
    return "" if version else "it is empty"
