"""One SQLite file: opening, migrating, transactions, and errors in plain words."""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from musicsim.base.data_folder import ending_aside
from musicsim.base.errors import MusicsimError, display_path

_log = logging.getLogger(__name__)

_SOON_CHECKED = 2**25
"""Bytes that are read in no time: a file of fewer is checked at every start."""


_START_AGAIN = "Start musicsim again, or run `musicsim doctor`: it goes back to the last copy."


class CatalogueError(MusicsimError):
    """The catalogue can't be read or written, or what is asked of it can't be done."""


class DamagedError(CatalogueError):
    """A database file is not what was written."""


class Database:
    """A SQLite file in WAL mode with one connection that all threads share.

    Reads and writes take a lock, so a thread never sees half of another's transaction. A transaction that is not
    committed when the process dies never was.

    A damaged file is put aside, and the newest sound copy of it (see `back_up`) takes its place; likewise where the
    file is empty or gone and there is a copy.

    Parameters
    ----------
    path
        The file; made if it does not exist.
    migrations
        SQL scripts; `PRAGMA user_version` counts those that the file has seen. Before a file is migrated it is copied,
        to a name that ends in `.backup`.
    read_only
        Open an existing file without changing anything.
    derived
        What it holds can be made again: a damaged file without a copy is begun anew.

    Attributes
    ----------
    mended
        What was done about a damaged file when this was opened; empty if it was none.

    Raises
    ------
    CatalogueError
        If the file can't be opened, is not ours, or was written by a newer musicsim.
    DamagedError
        If it is damaged, and there is no sound copy.
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
        # What was not closed may hold what no copy does, and so may what a copy has taken the place of.
        self._backed_up = -1 if self._has_log() or not _copies_of(path) else 0
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
                    # Safe against a killed process; after a power cut the last moments may be embedded again.
                    self._connection.execute("PRAGMA synchronous = NORMAL")
                self._migrate(migrations, read_only)
            except BaseException:
                self._connection.close()
                raise

    def _connect_to_read(self) -> sqlite3.Connection:
        # Not immutable at once: another process may be writing this very moment.
        address = self.path.absolute().as_uri() + "?mode=ro"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        try:
            connection.execute("PRAGMA schema_version")
        except sqlite3.OperationalError as error:
            connection.close()
            # SQLite makes a small file beside one that others may write to. Where that can't be made, as on a disk that
            # is full or can't be written, nobody else writes either, and without a log the file is all there is.
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
        """Raise `DamagedError` if all that is left is a copy: SQLite would begin an empty file without a word."""
        state = self._state()
        if state != "damaged" and _copies_of(self.path):
            raise DamagedError(f"{display_path(self.path)} is {state}. {_START_AGAIN}")

    def _state(self) -> str:
        """What a file that can't be used is, in a word."""
        if not self.path.exists():
            return "missing"
        return "damaged" if self.path.stat().st_size else "empty"

    def _check_at_start(self) -> None:
        """Look for damage, thoroughly where there was a sign of it; raise `DamagedError`."""
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
        """A file that is there if this one is to be checked when it is opened next."""
        return self._beside(".suspect")

    def _mend(self, *, derived: bool) -> str:
        """Put the damaged file aside, and its newest sound copy in its place; returns what was done."""
        where = display_path(self.path)
        state = self._state()
        half_done = self._beside(".part")
        copies = _copies_of(self.path)
        try:
            for copy in copies:
                shutil.copyfile(copy, half_done)
                if _is_sound(half_done):
                    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(copy.stat().st_mtime))
                    self._put_aside()
                    half_done.replace(self.path)
                    return (
                        f"{where} was {state}. Its copy of {made} has taken its place; "
                        "what is newer is found again by a scan."
                    )
            if derived:
                self._put_aside()
                return f"{where} was {state}, and is begun anew."
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
        """Keep the damaged file under another name; what was put aside before stays, too."""
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

    def back_up(self) -> None:
        """Copy the file, if something was written since the last time; a full disk is no reason to stop.

        Others read and write meanwhile.
        """
        with self._lock:
            changes = self._connection.total_changes
        if changes == self._backed_up:
            return
        try:
            self._copy_to(self._beside(".backup"))
        except (sqlite3.Error, OSError) as error:
            _log.warning("%s can't be copied: %s", display_path(self.path), error)
        else:
            self._backed_up = changes

    def _back_up_version(self, version: int) -> None:
        """Copy the file as it is before it is migrated; the copy before an earlier migration makes way."""
        target = self._beside(f".version-{version}.backup")
        self._copy_to(target)
        for copy in _copies_of_versions(self.path):
            if copy != target:
                copy.unlink()

    def _copy_to(self, target: Path) -> None:
        half_done = self._beside(".part")
        half_done.unlink(missing_ok=True)
        # By a connection of its own, so that nobody waits; it makes no file in place of one that is gone.
        address = self.path.absolute().as_uri() + "?mode=rw"
        source, copy = sqlite3.connect(address, uri=True), sqlite3.connect(half_done)
        try:
            source.backup(copy)
            fault = _fault_in(copy, "quick_check")
            copy.close()
            if fault:
                # An earlier copy is worth more.
                raise sqlite3.DatabaseError(fault)
            half_done.replace(target)
        finally:
            source.close()
            copy.close()
            half_done.unlink(missing_ok=True)
            self._beside(".part-journal").unlink(missing_ok=True)

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
            # What SQLite says where there is no room for the small file beside this one.
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
            raise CatalogueError(text) from error

    @contextlib.contextmanager
    def transaction(self, *, is_news: bool = True) -> Iterator[sqlite3.Connection]:
        """All or nothing; a transaction inside a transaction is part of it.

        Parameters
        ----------
        is_news
            Whether what is written is worth a new copy; see `back_up`.
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

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row of a SELECT."""
        with self._lock, self._plain_errors():
            return self._connection.execute(sql, parameters).fetchall()

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether there is a file, or a copy to make it of."""
        return path.exists() or bool(_copies_of(path))

    @staticmethod
    def suspect(path: Path) -> None:
        """Have a file checked thoroughly, and mended if need be, when it is opened next."""
        # Where it can't be noted, opening it says why.
        with contextlib.suppress(OSError):
            if path.exists():
                path.with_name(path.name + ".suspect").touch()

    def check(self) -> tuple[bool, str]:
        """Whether the file is sound, and what SQLite says of it."""
        rows = self.query("PRAGMA integrity_check(5)")
        text = "; ".join(str(row[0]) for row in rows)
        return text == "ok", text

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it."""
        with self._lock:
            self._connection.close()


def _copies_of(path: Path) -> list[Path]:
    """The copies that were made of a file, newest first."""
    copies = [path.with_name(f"{path.name}.backup"), *_copies_of_versions(path)]
    return sorted((c for c in copies if c.exists()), key=lambda c: c.stat().st_mtime, reverse=True)


def _copies_of_versions(path: Path) -> list[Path]:
    """Those that were made before it was migrated."""
    return list(path.parent.glob(f"{path.name}.version-*.backup"))


def _is_sound(path: Path) -> bool:
    """Whether a copy is whole, and holds something."""
    # Immutable: it is nobody else's, and SQLite needs no room beside it.
    connection = sqlite3.connect(path.absolute().as_uri() + "?immutable=1", uri=True)
    try:
        return not _fault_in(connection, "integrity_check")
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def _fault_in(copy: sqlite3.Connection, check: str) -> str:
    """What makes a copy worthless; empty for nothing."""
    ((verdict,),) = copy.execute(f"PRAGMA {check}(1)")
    ((version,),) = copy.execute("PRAGMA user_version")
    if verdict != "ok":
        return str(verdict)
    return "" if version else "it is empty"
