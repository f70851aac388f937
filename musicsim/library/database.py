"""One SQLite file: opening, migrating, transactions, and errors in plain words."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from musicsim.errors import MusicsimError, display_path


class CatalogueError(MusicsimError):
    """The catalogue can't be read or written, or what is asked of it can't be done."""


class Database:
    """A SQLite file in WAL mode with one connection that all threads share.

    Reads and writes take a lock, so a thread never sees half of another's transaction. A transaction that is not
    committed when the process dies never was.

    Parameters
    ----------
    path
        The file; made if it does not exist.
    migrations
        SQL scripts; `PRAGMA user_version` counts those that the file has seen. Before a file is migrated it is copied,
        to a name that ends in `.backup`.
    read_only
        Open an existing file without changing anything.

    Raises
    ------
    CatalogueError
        If the file can't be opened, is not ours, or was written by a newer musicsim.
    """

    def __init__(self, path: Path, migrations: Sequence[str], *, read_only: bool = False) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        with self._plain_errors():
            if read_only:
                # Not immutable: another process may be writing this very moment.
                address = path.absolute().as_uri() + "?mode=ro"
                self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            else:
                self._connection = sqlite3.connect(path, check_same_thread=False)
            self._connection.isolation_level = None
            try:
                self._connection.execute("PRAGMA busy_timeout = 10000")
                self._connection.execute("PRAGMA foreign_keys = ON")
                if not read_only:
                    self._connection.execute("PRAGMA journal_mode = WAL")
                    # Safe against a killed process; after a power cut the last moments may be embedded again.
                    self._connection.execute("PRAGMA synchronous = NORMAL")
                self._migrate(migrations, read_only)
            except BaseException:
                self._connection.close()
                raise

    def _migrate(self, migrations: Sequence[str], read_only: bool) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(migrations):
            raise CatalogueError(
                f"{display_path(self.path)} was written by a newer musicsim: update this one, or choose another "
                "data folder with --data."
            )
        if read_only and version < len(migrations):
            raise CatalogueError(
                f"{display_path(self.path)} was written by an older musicsim: run `musicsim scan` once to update it."
            )
        if 0 < version < len(migrations):
            self._back_up(version)
        for number in range(version, len(migrations)):
            script = f"BEGIN; {migrations[number]}; PRAGMA user_version = {number + 1}; COMMIT;"
            self._connection.executescript(script)

    def _back_up(self, version: int) -> None:
        """Copy the file as it is before it is migrated; the copy before an earlier migration makes way."""
        half_done = self.path.with_name(f"{self.path.name}.backup.part")
        half_done.unlink(missing_ok=True)
        copy = sqlite3.connect(half_done)
        try:
            self._connection.backup(copy)
            copy.close()
            for older in self.path.parent.glob(f"{self.path.name}.version-*.backup"):
                older.unlink()
            half_done.replace(self.path.with_name(f"{self.path.name}.version-{version}.backup"))
        finally:
            copy.close()
            half_done.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn what the world does to a database file into a `CatalogueError`; bugs stay what they are."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.DatabaseError as error:
            where = display_path(self.path)
            code = getattr(error, "sqlite_errorname", "") or ""
            if code.startswith("SQLITE_FULL"):
                text = f"The disk that holds {where} is full: make room there. Nothing that was stored is lost."
            elif code.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
                text = f"{where} can't be written: check the permissions of its folder, or choose another with --data."
            elif code.startswith("SQLITE_CANTOPEN"):
                text = f"{where} can't be opened: check that its folder exists and may be read and written."
            elif code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                text = f"{where} is damaged ({error}): move it away and scan again, or bring it back from a backup."
            elif code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                text = f"{where} is in use by another program: close that and try again."
            elif code.startswith("SQLITE_IOERR"):
                text = f"{where} can't be read or written ({error}): check the disk."
            else:
                raise
            raise CatalogueError(text) from error

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; a transaction inside a transaction is part of it."""
        with self._lock, self._plain_errors():
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._connection
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                try:
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row of a SELECT."""
        with self._lock, self._plain_errors():
            return self._connection.execute(sql, parameters).fetchall()

    def check(self) -> tuple[bool, str]:
        """Whether the file is sound, and what SQLite says of it."""
        rows = self.query("PRAGMA integrity_check(5)")
        text = "; ".join(str(row[0]) for row in rows)
        return text == "ok", text

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it."""
        with self._lock:
            self._connection.close()
