"""The loudness of tracks in the catalogue, stored by sound so that copies share it and moves keep it."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database
from musicsim.library.types import Loudness


class LoudnessStore:
    """Stores measured loudness; thread-safe.

    The key is the fingerprint of a track's sound, so a new sound in the same file never gets the old loudness. After a
    file has changed and until it is decoded again, it keeps the loudness of the old sound, like its embedding.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, track_id: int) -> Loudness | None:
        """Return the loudness of a track; None if it has not been measured yet."""
        rows = self._database.query(
            "SELECT l.lufs, l.peak FROM tracks t JOIN loudness l ON l.fingerprint = t.fingerprint "
            "WHERE t.id = ? AND NOT t.failed",
            (track_id,),
        )
        return Loudness(*rows[0]) if rows else None

    def keep(self, track_id: int, content_key: bytes, loudness: Loudness, seconds: int) -> None:
        """Store the loudness measured on some seconds of a track, unless it was measured on more seconds before.

        A later pass decodes other and more seconds than the earlier ones. Its loudness replaces theirs, since gated
        measurements can't be combined. The larger peak stays.

        Parameters
        ----------
        content_key
            The content of the measured file; nothing is stored if the track's file has changed since.
        seconds
            How many seconds were measured.
        """
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO loudness SELECT fingerprint, ?, ?, ? FROM tracks "
                "WHERE id = ? AND content_key = ? AND NOT unheard AND fingerprint IS NOT NULL "
                "ON CONFLICT (fingerprint) DO UPDATE SET peak = MAX(peak, excluded.peak), "
                "lufs = IIF(excluded.seconds >= seconds, excluded.lufs, lufs), "
                "seconds = MAX(excluded.seconds, seconds)",
                (loudness.lufs, loudness.peak, seconds, track_id, content_key),
            )

    def prune(self) -> None:
        """Delete the loudness of sounds that no track has any more."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM loudness WHERE NOT EXISTS "
                "(SELECT 1 FROM tracks t WHERE t.fingerprint = loudness.fingerprint)"
            )
