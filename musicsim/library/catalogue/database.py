"""One SQLite file: opening, migrating, transactions, and errors in plain words."""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

from musicsim.base.data_folder import ending_aside
from musicsim.base.errors import MusicsimError, TemporaryError, display_path
from musicsim.library.catalogue import backups

_log = logging.getLogger(__name__)

_SOON_CHECKED = 2**25
"""Size in bytes up to which a file can be checked quickly, and is checked at every start."""


_START_AGAIN = "Start musicsim again, or run `musicsim doctor`: it goes back to the last copy."


class CatalogueError(MusicsimError):
    """The catalogue can't be read or written, or can't carry out a request."""


class UnusableError(CatalogueError, TemporaryError):
    """A database file can't be used at the moment, such as on a full disk."""


class DamagedError(CatalogueError):
    """A database file is corrupt."""


class Database:
    """A SQLite file in WAL mode, with one connection that all threads share.

    Reads and writes take a lock, so a thread never sees half of another's transaction. If the process dies, an
    uncommitted transaction is undone.

    A damaged file is put aside and replaced by its newest sound backup (see `back_up`). An empty or missing file is
    also replaced if there is a backup.

    Parameters
    ----------
    path
        The file; created if missing.
    migrations
        SQL scripts; `PRAGMA user_version` counts those already applied. Before a migration the file is backed up to a
        name that ends in `.backup`.
    read_only
        Open an existing file without changing anything.
    derived
        Whether the content can be recreated: a damaged file without a backup is then replaced by an empty one.

    Attributes
    ----------
    mended
        The repair made to a damaged file when this was opened; empty if none was necessary.

    Raises
    ------
    CatalogueError
        If the file can't be opened, is not musicsim's, or was written by a newer musicsim.
    DamagedError
        If it is damaged and has no sound backup.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[str],
        *,
        read_only: bool = False,
        derived: bool = False,
    ) -> None:
        self.path = path
        self.mended = ""
        self._lock = threading.RLock()
        self._depth = 0
        # A file that was not closed properly may contain data that no backup has. So may one restored from a backup.
        self._backed_up = -1 if self._has_log() or not backups.copies_of(path) else 0
        self._backed_up_at = -inf
        try:
            self._open(migrations, read_only)
        except DamagedError:
            if read_only:
                raise
            self.mended = self._mend(derived=derived)
            self._backed_up = -1
            _log.warning("%s", self.mended)
            self._open(migrations, read_only)
        if not read_only:
            self._suspicion.unlink(missing_ok=True)

    def _open(self, migrations: Sequence[str], read_only: bool) -> None:
        with self._plain_errors():
            self._check_is_there()
            if read_only:
                self._connection = self._connect_to_read()
            else:
                self._connection = sqlite3.connect(self.path, check_same_thread=False)
            self._connection.isolation_level = None
            try:
                self._connection.execute("PRAGMA busy_timeout = 10000")
                self._connection.execute("PRAGMA foreign_keys = ON")
                if not read_only:
                    self._check_at_start()
                    self._connection.execute("PRAGMA journal_mode = WAL")
                    # Safe if the process is killed; after a power cut the last embeddings may have to be repeated.
                    self._connection.execute("PRAGMA synchronous = NORMAL")
                self._migrate(migrations, read_only)
            except BaseException:
                self._connection.close()
                raise

    def _connect_to_read(self) -> sqlite3.Connection:
        # Not immutable at first, since another process may be writing.
        address = self.path.absolute().as_uri() + "?mode=ro"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        try:
            connection.execute("PRAGMA schema_version")
        except sqlite3.OperationalError as error:
            connection.close()
            # SQLite creates a small file beside one that others may write to. If that is impossible, as on a full or
            # read-only disk, nobody else writes either. Then, without a log, the file alone is complete.
            name = getattr(error, "sqlite_errorname", "") or ""
            alone = name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR_SHM", "SQLITE_READONLY"))
            if not alone or not self.path.exists() or self._has_log():
                raise
            address += "&immutable=1"
            return sqlite3.connect(address, uri=True, check_same_thread=False)
        return connection

    def _has_log(self) -> bool:
        log = self._beside("-wal")
        return log.exists() and log.stat().st_size > 0

    def _check_is_there(self) -> None:
        """Raise `DamagedError` if only a backup is left; otherwise SQLite would silently create an empty file."""
        state = self._state()
        if state != "damaged" and backups.copies_of(self.path):
            raise DamagedError(f"{display_path(self.path)} is {state}. {_START_AGAIN}")

    def _state(self) -> str:
        """Return the state of an unusable file as one word."""
        if not self.path.exists():
            return "missing"
        return "damaged" if self.path.stat().st_size else "empty"

    def _check_at_start(self) -> None:
        """Check for damage, thoroughly if it is suspected; raise `DamagedError`."""
        ((pages,),) = self._connection.execute("PRAGMA page_count")
        ((page_size,),) = self._connection.execute("PRAGMA page_size")
        if not self._has_log() and self.path.stat().st_size < pages * page_size:
            raise DamagedError(f"{display_path(self.path)} is damaged: it is cut short.")
        check = "integrity_check" if self._suspicion.exists() else "quick_check"
        if check == "integrity_check" or pages * page_size < _SOON_CHECKED:
            ((verdict,),) = self._connection.execute(f"PRAGMA {check}(1)")
            if verdict != "ok":
                raise DamagedError(f"{display_path(self.path)} is damaged ({verdict}).")

    def _beside(self, end: str) -> Path:
        return self.path.with_name(self.path.name + end)

    @property
    def _suspicion(self) -> Path:
        """A marker file: if it exists, the database is checked thoroughly when next opened."""
        return self._beside(".suspect")

    def _mend(self, *, derived: bool) -> str:
        """Put the damaged file aside and restore its newest sound backup; return a description of the repair."""
        where = display_path(self.path)
        state = self._state()
        half_done = self._beside(".part")
        copies = backups.copies_of(self.path)
        try:
            for copy in copies:
                shutil.copyfile(copy, half_done)
                if backups.is_sound(half_done):
                    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(copy.stat().st_mtime))
                    self._put_aside()
                    half_done.replace(self.path)
                    return (
                        f"{where} was {state}. Its copy of {made} has taken its place; "
                        "what is newer is found again by a scan."
                    )
            if derived:
                self._put_aside()
                return f"{where} was {state}. An empty file replaces it; what it held can be computed again."
        except OSError as error:
            raise CatalogueError(
                f"{where} is {state}, and its copy can't take its place ({error.strerror or error}): "
                "make room on the disk, and check the permissions of its folder."
            ) from error
        finally:
            half_done.unlink(missing_ok=True)
        if copies:
            names = ", ".join(display_path(copy.name) for copy in copies)
            raise DamagedError(
                f"{where} is {state}, and all copies beside it are damaged ({names}). If you have a backup of it, put "
                "it in its place; else move these files away and scan again."
            )
        raise DamagedError(
            f"{where} is damaged (there is no copy of it): move the file away and scan again."
        )

    def _put_aside(self) -> None:
        """Keep the damaged file under another name, without replacing earlier ones."""
        aside = ending_aside(self.path)
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._beside(end).replace(self._beside(aside + end))

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
            self._back_up_version(version)
        for number in range(version, len(migrations)):
            script = f"BEGIN; {migrations[number]}; PRAGMA user_version = {number + 1}; COMMIT;"
            self._connection.executescript(script)

    def back_up(self, *, at_most_every: float = 0.0) -> None:
        """Back up the file if it has changed since the last backup; a failure is only logged.

        Other threads can read and write meanwhile.

        Parameters
        ----------
        at_most_every
            Seconds within which a backup by this object is new enough.
        """
        with self._lock:
            changes = self._connection.total_changes
        now = time.monotonic()
        if changes == self._backed_up or now < self._backed_up_at + at_most_every:
            return
        self._backed_up_at = now
        try:
            self._copy_to(backups.latest_of(self.path))
        except (sqlite3.Error, OSError) as error:
            _log.warning("%s can't be copied: %s", display_path(self.path), error)
        else:
            self._backed_up = changes

    def _back_up_version(self, version: int) -> None:
        """Back up the file before a migration, replacing the backup before an earlier migration."""
        target = backups.of_version(self.path, version)
        self._copy_to(target)
        for copy in backups.copies_of_versions(self.path):
            if copy != target:
                copy.unlink()

    def _copy_to(self, target: Path) -> None:
        half_done = self._beside(".part")
        half_done.unlink(missing_ok=True)
        # Use a separate connection, so that nobody waits. It doesn't create the file if it is gone.
        address = self.path.absolute().as_uri() + "?mode=rw"
        source, copy = sqlite3.connect(address, uri=True), sqlite3.connect(half_done)
        try:
            source.backup(copy)
            fault = backups.fault_in(copy, "quick_check")
            copy.close()
            if fault:
                # Keep the earlier backup instead.
                raise sqlite3.DatabaseError(fault)
            if target == backups.latest_of(self.path):
                backups.make_way(self.path)
            half_done.replace(target)
        finally:
            source.close()
            copy.close()
            half_done.unlink(missing_ok=True)
            self._beside(".part-journal").unlink(missing_ok=True)

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn errors that the world causes into a `CatalogueError`; bugs pass unchanged."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.DatabaseError as error:
            where = display_path(self.path)
            code = getattr(error, "sqlite_errorname", "") or ""
            # SQLite's error if there is no room for the small file beside this one.
            if code.startswith(("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")):
                text = f"The disk that holds {where} is full: make room there. Nothing that was stored is lost."
            elif code.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
                text = f"{where} can't be written: check the permissions of its folder, or choose another with --data."
            elif code.startswith("SQLITE_CANTOPEN"):
                text = f"{where} can't be opened: check that its folder exists and may be read and written."
            elif code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                with contextlib.suppress(OSError):
                    self._suspicion.touch()
                raise DamagedError(
                    f"{where} is damaged ({error}). {_START_AGAIN} If there is none, move the file away and scan again."
                ) from error
            elif code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                text = f"{where} is in use by another program: close that and try again."
            elif code.startswith("SQLITE_IOERR"):
                text = f"{where} can't be read or written ({error}): check the disk."
            else:
                raise
            raise UnusableError(text) from error

    @contextlib.contextmanager
    def transaction(self, *, is_news: bool = True) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction, or as part of an outer one: all of it or nothing.

        Parameters
        ----------
        is_news
            Whether the change justifies a new backup; see `back_up`.
        """
        with self._lock, self._plain_errors():
            before = self._connection.total_changes
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
            if not is_news:
                self._backed_up += self._connection.total_changes - before

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Let all queries in the block see the same state; nobody else has to wait, and none waits for others."""
        with self._lock, self._plain_errors():
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a SELECT."""
        with self._lock, self._plain_errors():
            return self._connection.execute(sql, parameters).fetchall()

    @staticmethod
    def exists(path: Path) -> bool:
        """Return whether a file exists, or a backup to restore it from."""
        return path.exists() or bool(backups.copies_of(path))

    @staticmethod
    def suspect(path: Path) -> None:
        """Have a file checked thoroughly, and repaired if need be, when it is next opened."""
        # If the marker can't be written, opening the file reports the reason.
        with contextlib.suppress(OSError):
            if path.exists():
                path.with_name(path.name + ".suspect").touch()

    def check(self) -> tuple[bool, str]:
        """Return whether the file is sound, and SQLite's report."""
        rows = self.query("PRAGMA integrity_check(5)")
        text = "; ".join(str(row[0]) for row in rows)
        return text == "ok", text

    def close(self) -> None:
        """Close the file; SQLite merges the write-ahead log into it."""
        with self._lock:
            self._connection.close()
