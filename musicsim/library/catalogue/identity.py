"""Recognising tracks with the same sound, whatever their file names and tags."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.pending import pending_track
from musicsim.library.embedding_types import PendingTrack

_SAME_LENGTH = 0.5
"""Largest difference, in seconds, between the lengths in a header and from the decoder."""
_SAME_HEADER = 0.02
"""Largest difference, in seconds, between the lengths in the headers of two copies."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The result of recognising a track's sound as embedded before.

    Attributes
    ----------
    track_id
        The track that the file now belongs to: itself, or one whose file was gone.
    shares
        Whether it shares the embedding of another track.
    """

    track_id: int
    shares: bool


def may_be_copies(one: PendingTrack, other: PendingTrack) -> bool:
    """Return whether two tracks may have the same sound, judging without decoding them."""
    if one.content_key == other.content_key:
        return True
    if one.duration is None or other.duration is None:
        return False
    return abs(one.duration - other.duration) <= _SAME_HEADER


class SoundIdentity:
    """Recognises changed, copied and moved files by their sound; thread-safe.

    Parameters
    ----------
    catalogue, embeddings
        The tracks, and the models' results for them.
    """

    def __init__(self, catalogue: Catalogue, embeddings: EmbeddingStore) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings

    def known_sounds(self, track: PendingTrack, model: str) -> frozenset[bytes]:
        """Return the fingerprints embedded by `model` that this track may have: its own, or those of likely copies."""
        rows = self._catalogue.database.query(
            "SELECT DISTINCT o.fingerprint FROM tracks t JOIN tracks o ON o.id = t.id "
            "OR o.duration BETWEEN t.duration - ? AND t.duration + ? "
            "OR o.header_length BETWEEN t.header_length - ? AND t.header_length + ? "
            "OR (o.size = t.size AND o.content_key = t.content_key) "
            "WHERE t.id = ? AND o.fingerprint IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM embeddings e WHERE e.track_id = o.id AND e.model = ?)",
            (*(_SAME_LENGTH,) * 4, track.id, model),
        )
        return frozenset(row[0] for row in rows)

    def heard(self, track: PendingTrack, fingerprint: bytes, model: str) -> int:
        """Store the fingerprint of a track just embedded by `model`; delete other models' embeddings of another sound.

        Return the track that the file now belongs to: one whose file is gone, if it had the same sound.
        """
        with self._catalogue.transaction():
            if self._embeddings.pending.is_unchanged(track):
                before, unheard = self._sound_of(track.id)
                if unheard and before not in (None, fingerprint):
                    self._embeddings.pooled.drop(track.id, but=model)
                self._catalogue.files.set_fingerprint(track.id, fingerprint)
        return self._bring_back(track, fingerprint)

    def recognise(
        self, track: PendingTrack, fingerprint: bytes, model: str, problem: Reason | None
    ) -> Recognised:
        """Give a track the existing results for the same sound, including those of `model`."""
        sounds_as_before = self._sounded_so(track.id, fingerprint)
        if sounds_as_before and self._embeddings.pooled.id_of(track.id, model) is not None:
            # All its results stay valid, though its file has changed.
            self._embeddings.windows.confirm(track)
            self._confirm(track, fingerprint, problem)
            return Recognised(track.id, shares=False)
        if not sounds_as_before and (gone := self._bring_back(track, fingerprint)) != track.id:
            return Recognised(gone, shares=False)
        twin = self._embedded_twin(track, fingerprint, model)
        if twin is not None:
            # Other models' results for this track stay valid.
            self._embeddings.copy(twin, track, model if sounds_as_before else None)
            self._confirm(track, fingerprint, problem)
        return Recognised(track.id, shares=twin is not None)

    def share_pass(self, track: PendingTrack, model: str, plan: int) -> bool:
        """Give a track the pass of a copy that has already had it; return whether there is one."""
        rows = self._catalogue.database.query(
            "SELECT fingerprint FROM tracks WHERE id = ? AND fingerprint IS NOT NULL AND NOT unheard",
            (track.id,),
        )
        twin = self._embedded_twin(track, rows[0][0], model, plan) if rows else None
        if twin is not None:
            self._embeddings.copy(twin, track, model)
        return twin is not None

    def copied_elsewhere(self, folder_id: int) -> list[int]:
        """Return the tracks of a music folder that may have a copy in another one; see `follow_copy`."""
        tracks = "FROM tracks t JOIN tracks c ON c.id > t.id AND c.folder_id != t.folder_id AND"
        rows = self._catalogue.database.query(
            f"SELECT t.id {tracks} c.size = t.size AND c.content_key = t.content_key WHERE t.folder_id = ?1 "
            f"UNION SELECT t.id {tracks} c.fingerprint = t.fingerprint WHERE t.folder_id = ?1",
            (folder_id,),
        )
        return [track_id for (track_id,) in rows]

    def later_copies(self, gone: int, also_gone: Set[int] = frozenset()) -> list[PendingTrack]:
        """Return the later copies of a track whose file is gone; their own files may be gone, too.

        They have the same content or the same sound, since they may have been retagged, and are not in `also_gone`.
        """
        rows = self._catalogue.database.query(
            "SELECT c.id, c.path, c.content_key FROM tracks t JOIN tracks c "
            "ON (c.size = t.size AND c.content_key = t.content_key AND t.content_key != x'') "
            "OR (c.fingerprint = t.fingerprint AND NOT c.unheard) "
            "WHERE t.id = ? AND NOT t.unheard AND c.id > t.id AND c.missing_since IS NULL ORDER BY c.id",
            (gone,),
        )
        return [pending_track(*row) for row in rows if row[0] not in also_gone]

    def follow_copy(self, gone: int, copies: Iterable[PendingTrack]) -> int | None:
        """Give a track whose file is gone the file of the first copy that is still in the library; return that copy."""
        return next((copy.id for copy in copies if self._adopt(gone, copy)), None)

    def _sounded_so(self, track_id: int, fingerprint: bytes) -> bool:
        """Return whether a track had this fingerprint when last decoded."""
        sql = "SELECT 1 FROM tracks WHERE id = ? AND fingerprint = ?"
        return bool(self._catalogue.database.query(sql, (track_id, fingerprint)))

    def _embedded_twin(
        self, track: PendingTrack, fingerprint: bytes, model: str, plan: int = 0
    ) -> int | None:
        """Return the first other track with this sound that `model` embedded with at least the windows of `plan`."""
        rows = self._catalogue.database.query(
            "SELECT t.id FROM tracks t JOIN embeddings e ON e.track_id = t.id AND e.model = ? AND e.plan >= ? "
            "WHERE t.fingerprint = ? AND t.id != ? ORDER BY t.id LIMIT 1",
            (model, plan, fingerprint, track.id),
        )
        return int(rows[0][0]) if rows else None

    def _bring_back(self, track: PendingTrack, fingerprint: bytes) -> int:
        """Give a file to the missing track with the same sound; return the track that the file now belongs to."""
        rows = self._catalogue.database.query(
            "SELECT t.id FROM tracks t JOIN folders f ON f.id = t.folder_id AND f.unavailable IS NULL "
            "WHERE t.fingerprint = ? AND t.id != ? AND t.missing_since IS NOT NULL ORDER BY t.id LIMIT 1",
            (fingerprint, track.id),
        )
        gone = int(rows[0][0]) if rows else None
        return gone if gone is not None and self._adopt(gone, track, fingerprint) else track.id

    def _confirm(self, track: PendingTrack, fingerprint: bytes, problem: Reason | None) -> None:
        """Store the fingerprint of a track that has an embedding."""
        with self._catalogue.transaction():
            if self._embeddings.pending.is_unchanged(track):
                self._catalogue.files.set_fingerprint(track.id, fingerprint)
                self._catalogue.files.set_problem(track.id, problem, failed=False)

    def _adopt(self, gone: int, track: PendingTrack, heard: bytes | None = None) -> bool:
        """Give a track whose file is gone the file of another track with the same sound or content.

        Return False, and do nothing, if the file has changed in the meantime.

        Parameters
        ----------
        heard
            The fingerprint of the file, if it has been decoded.
        """
        with self._catalogue.transaction():
            if not self._embeddings.pending.is_unchanged(track):
                return False
            own, unheard = self._sound_of(track.id)
            sound, _ = self._sound_of(gone)
            if own not in (None, sound) and (unheard or heard is not None):
                # The file was overwritten, so each track keeps its own results.
                self._embeddings.windows.confirm(replace(track, id=gone))
                self._catalogue.files.give_back(gone, track.id)
            else:
                self._embeddings.windows.move(track, gone)
                self._merge(gone, track.id)
            if heard is not None:
                self._catalogue.files.set_fingerprint(gone, heard)
            return True

    def _merge(self, gone: int, new: int) -> None:
        """Give a track whose file is gone the file and the results of a new track, and delete the new track."""
        with self._catalogue.transaction():
            self._catalogue.playlists.replace(new, gone)
            self._catalogue.groups.replace(new, gone)
            self._catalogue.plays.replace(new, gone)
            self._catalogue.opinions.replace(new, gone)
            self._catalogue.smart_lists.replace(new, gone)
            self._embeddings.pooled.move(new, gone)
            self._catalogue.files.merge(gone, new)

    def _sound_of(self, track_id: int) -> tuple[bytes | None, bool]:
        """Return the fingerprint of a track's file when last decoded, and whether the file has changed since."""
        rows = self._catalogue.database.query(
            "SELECT fingerprint, unheard FROM tracks WHERE id = ?", (track_id,)
        )
        return (rows[0][0], bool(rows[0][1])) if rows else (None, False)
