"""Files and folders that could not be read: the table `folder_problems`, and the problems of tracks and folders.

A track's own problem is a column of `tracks`, see `files`; the reason why a folder is unavailable is one of `folders`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from musicsim.base.reasons import NOTICES, Reason
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import AT_OR_BELOW, at_or_below, stored_path
from musicsim.library.types import Problem

_ALL = (
    "SELECT path, reason, 1, NULL FROM folder_problems UNION SELECT path, unavailable, 1, NULL FROM folders "
    "WHERE unavailable IS NOT NULL UNION ALL SELECT path, problem, failed, mtime_ns FROM tracks "
    "WHERE problem IS NOT NULL AND missing_since IS NULL"
)


class Problems:
    """Lists all problems, and stores those of files and folders that are not tracks; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Problem]:
        """Return every file and folder with a problem, by path."""
        rows = self._database.query(f"{_ALL} ORDER BY 1")
        problems = []
        for path, stored, failed, mtime_ns in rows:
            reason = Reason.from_stored(stored)
            failed = bool(failed) and reason.cause not in NOTICES
            problems.append(Problem(stored_path(path), reason, failed, mtime_ns))
        return problems

    def count(self) -> int:
        """Return the number of problems."""
        return int(self._database.query(f"SELECT COUNT(*) FROM ({_ALL})")[0][0])

    def replace(self, folder_id: int, area: Path, problems: Iterable[Problem]) -> bool:
        """Replace the problems at or below a path, except those of tracks; return whether this is a change."""
        values = [(os.fsencode(p.path), folder_id, p.reason.to_stored()) for p in problems]
        with self._database.transaction() as db:
            if not db.execute("SELECT 1 FROM folders WHERE id = ?", (folder_id,)).fetchone():
                return False
            there = f"FROM folder_problems WHERE folder_id = ? AND {AT_OR_BELOW}"
            where = (folder_id, *at_or_below(area))
            if set(db.execute(f"SELECT * {there}", where)) == set(values):
                return False
            db.execute(f"DELETE {there}", where)
            db.executemany("INSERT OR REPLACE INTO folder_problems VALUES (?, ?, ?)", values)
            return True
