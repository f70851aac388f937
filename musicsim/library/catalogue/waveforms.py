"""The computed waveforms, in a SQLite file beside the catalogue that may be deleted at any time."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.database import CatalogueError, Database

WAVEFORMS_FILE = "waveforms.sqlite3"
MOST_KEPT = 20_000
"""Number of waveforms to keep: about 40 MB."""

_log = logging.getLogger(__name__)

_MIGRATIONS = (
    # A newer row has a greater id. The key has an index of its own, so that a lookup reads no other waveforms.
    """
    CREATE TABLE waveforms (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        waveform BLOB NOT NULL
    );
    """,
)


def waveform_keys(catalogue: Catalogue, track_id: int) -> tuple[bytes, ...]:
    """Return the keys of a track's waveform, the best first: its sound, then its file's content.

    A renamed, moved or copied file keeps both keys. A retagged one keeps its sound, whose key returns once it has been
    decoded again. There is no key if the file has changed since the last scan, or can't be reached. Ask before and
    after computing a waveform, and store it only if the keys are the same.

    It reads the file's status, so it may wait for a disk: don't call it in the window's thread.
    """
    rows = catalogue.database.query(
        "SELECT path, size, mtime_ns, content_key, CASE WHEN unheard THEN NULL ELSE fingerprint END "
        "FROM tracks WHERE id = ?",
        (track_id,),
    )
    for path, size, mtime_ns, content_key, fingerprint in rows:
        try:
            status = Path(os.fsdecode(path)).stat()
        except OSError:
            return ()
        if (status.st_size, status.st_mtime_ns) != (size, mtime_ns):
            return ()
        keys = [b"sound " + fingerprint] if fingerprint else []
        if content_key:
            keys.append(b"file %d " % size + content_key)
        return tuple(keys)
    return ()


class Waveforms:
    """Stores waveforms by key, the newest `most` of them; thread-safe.

    All of them can be computed again, so nothing here is an error to the listener. If the file can't be opened, read or
    written, there are no waveforms, and the log says why. A damaged file is put aside and replaced by an empty one.

    Parameters
    ----------
    data_folder
        The folder of the file.
    read_only
        Open the file without changing anything; it may be missing.
    most
        How many waveforms to keep.
    """

    def __init__(
        self, data_folder: Path, *, read_only: bool = False, most: int = MOST_KEPT
    ) -> None:
        self._read_only = read_only
        self._most = most
        self._database: Database | None = None
        path = data_folder / WAVEFORMS_FILE
        if read_only and not path.exists():
            return
        try:
            self._database = Database(path, _MIGRATIONS, read_only=read_only, derived=True)
        except CatalogueError as error:
            _log.warning("No waveforms are kept: %s", error)

    def get(self, *keys: bytes) -> bytes | None:
        """Return the waveform of the first key that has one; None if none has.

        It is then also stored under the first key, since a sound's key outlasts the key of a file's content.
        """
        for key in keys:
            found = self._find(key)
            if found is not None:
                if key != keys[0]:
                    self.put(keys[0], found)
                return found
        return None

    def _find(self, key: bytes) -> bytes | None:
        if self._database is None:
            return None
        try:
            rows = self._database.query("SELECT waveform FROM waveforms WHERE key = ?", (key,))
        except CatalogueError as error:
            _log.warning("A waveform can't be read: %s", error)
            return None
        return rows[0][0] if rows else None

    def put(self, key: bytes, waveform: bytes) -> None:
        """Store a waveform, replacing an earlier one with the key; delete the oldest ones."""
        if self._database is None or self._read_only:
            return
        try:
            with self._database.transaction(is_news=False) as db:
                db.execute(
                    "INSERT INTO waveforms (key, waveform) VALUES (?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET waveform = excluded.waveform",
                    (key, waveform),
                )
                # By id rather than by count, which would read the whole file.
                db.execute(
                    "DELETE FROM waveforms WHERE id <= (SELECT MAX(id) FROM waveforms) - ?",
                    (self._most,),
                )
        except CatalogueError as error:
            _log.warning("A waveform can't be kept: %s", error)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()
            self._database = None
