"""How loud the tracks are, in the catalogue: kept by their sound, so that copies share it and no move loses it."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database
from musicsim.library.types import Loudness


class LoudnessStore:
    """Keeps what listening measured; thread-safe.

    The key is the fingerprint of a track's sound. Another sound in the same file has another one, so that it never has
    the loudness of what was there before. While nobody has heard what changed in a file, its loudness is that of the
    sound before, as its embedding is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, track_id: int) -> Loudness | None:
        """The loudness of a track; None where it is unknown: not heard yet, or not since this is measured."""
        rows = self._database.query(
            "SELECT l.lufs, l.peak FROM tracks t JOIN loudness l ON l.fingerprint = t.fingerprint "
            "WHERE t.id = ? AND NOT t.failed",
            (track_id,),
        )
        return Loudness(*rows[0]) if rows else None

    def keep(self, track_id: int, content_key: bytes, loudness: Loudness, seconds: int) -> None:
        """Keep what was measured on some seconds of a track, unless more were heard of the same sound before.

        A later pass hears other seconds than the earlier ones, and more of them. Its measurement takes the place of
        theirs, since gating can't be undone to join the two. The larger peak stays.

        Parameters
        ----------
        content_key
            Of the file that was heard: if the track has another one by now, nothing is kept.
        seconds
            How many were heard.
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
