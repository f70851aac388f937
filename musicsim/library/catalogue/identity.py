"""Which tracks are the same sound, whatever their files are called and however they are tagged."""

from __future__ import annotations

import os
from collections.abc import Set
from dataclasses import dataclass, replace

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.pending import pending_track
from musicsim.library.types import PendingTrack

_SAME_LENGTH = 0.5
"""Seconds by which a header's length and the decoder's may differ."""
_SAME_HEADER = 0.02
"""Seconds by which the lengths in the headers of two copies may differ."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a track turned out to be whose sound was embedded before.

    Attributes
    ----------
    track_id
        Which track it is now: itself, or one whose file was gone.
    shares
        Whether it has the embedding of another track.
    """

    track_id: int
    shares: bool


def may_be_copies(one: PendingTrack, other: PendingTrack) -> bool:
    """Whether two tracks may turn out to be the same sound, as far as can be told without decoding them."""
    if one.content_key == other.content_key:
        return True
    if one.duration is None or other.duration is None:
        return False
    return abs(one.duration - other.duration) <= _SAME_HEADER


class SoundIdentity:
    """Recognises what was changed, copied or moved by its sound; thread-safe.

    Parameters
    ----------
    catalogue, embeddings
        What is known of the tracks, and what was made of them.
    """

    def __init__(self, catalogue: Catalogue, embeddings: EmbeddingStore) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings

    def known_sounds(self, track: PendingTrack, model: str) -> frozenset[bytes]:
        """The fingerprints of what `model` has embedded that this track may be: its own, or those of likely copies."""
        rows = self._catalogue.database.query(
            "SELECT DISTINCT o.fingerprint FROM tracks t JOIN tracks o ON o.id = t.id "
            "OR o.duration BETWEEN t.duration - ? AND t.duration + ? "
            "OR (o.size = t.size AND o.content_key = t.content_key) "
            "WHERE t.id = ? AND o.fingerprint IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM embeddings e WHERE e.track_id = o.id AND e.model = ?)",
            (_SAME_LENGTH, _SAME_LENGTH, track.id, model),
        )
        return frozenset(row[0] for row in rows)

    def heard(self, track: PendingTrack, fingerprint: bytes, model: str) -> int:
        """Note what a track sounds like that `model` has embedded just now; what others made of another sound goes.

        Returns which track it is now: one whose file is gone, if that sounded the same.
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
        """Let a track have what was made of the same sound before, by `model` among others."""
        sounds_as_before = self._sounded_so(track.id, fingerprint)
        if sounds_as_before and self._embeddings.pooled.id_of(track.id, model) is not None:
            # All that was made of it holds, though its file has changed.
            self._embeddings.windows.confirm(track)
            self._confirm(track, fingerprint, problem)
            return Recognised(track.id, shares=False)
        if not sounds_as_before and (gone := self._bring_back(track, fingerprint)) != track.id:
            return Recognised(gone, shares=False)
        twin = self._embedded_twin(track, fingerprint, model)
        if twin is not None:
            # What other models made of this very track holds.
            self._embeddings.copy(twin, track, model if sounds_as_before else None)
            self._confirm(track, fingerprint, problem)
        return Recognised(track.id, shares=twin is not None)

    def share_pass(self, track: PendingTrack, model: str, plan: int) -> bool:
        """Let a track have the pass of a copy that has reached it; returns whether there is one."""
        rows = self._catalogue.database.query(
            "SELECT fingerprint FROM tracks WHERE id = ? AND fingerprint IS NOT NULL AND NOT unheard",
            (track.id,),
        )
        twin = self._embedded_twin(track, rows[0][0], model, plan) if rows else None
        if twin is not None:
            self._embeddings.copy(twin, track, model)
        return twin is not None

    def copied_elsewhere(self, folder_id: int) -> list[int]:
        """The tracks of a music folder that may have a copy in another one; see `follow_copy`."""
        tracks = "FROM tracks t JOIN tracks c ON c.id > t.id AND c.folder_id != t.folder_id AND"
        rows = self._catalogue.database.query(
            f"SELECT t.id {tracks} c.size = t.size AND c.content_key = t.content_key WHERE t.folder_id = ?1 "
            f"UNION SELECT t.id {tracks} c.fingerprint = t.fingerprint WHERE t.folder_id = ?1",
            (folder_id,),
        )
        return [track_id for (track_id,) in rows]

    def follow_copy(self, gone: int, also_gone: Set[int] = frozenset()) -> int | None:
        """Let a track whose file is gone have that of a copy that came later; returns the copy, None without one.

        The copy has the same content, or sounds the same: it may have been retagged. It is not among `also_gone`.
        """
        rows = self._catalogue.database.query(
            "SELECT c.id, c.path, c.content_key FROM tracks t JOIN tracks c "
            "ON (c.size = t.size AND c.content_key = t.content_key AND t.content_key != x'') "
            "OR (c.fingerprint = t.fingerprint AND NOT c.unheard) "
            "WHERE t.id = ? AND NOT t.unheard AND c.id > t.id AND c.missing_since IS NULL ORDER BY c.id",
            (gone,),
        )
        copies = (pending_track(*row) for row in rows if row[0] not in also_gone)
        # The copy's music folder may not have been looked through since.
        copy = next((copy for copy in copies if os.path.lexists(copy.path)), None)
        return copy.id if copy is not None and self._adopt(gone, copy) else None

    def _sounded_so(self, track_id: int, fingerprint: bytes) -> bool:
        """Whether a track sounded so when it was last heard."""
        sql = "SELECT 1 FROM tracks WHERE id = ? AND fingerprint = ?"
        return bool(self._catalogue.database.query(sql, (track_id, fingerprint)))

    def _embedded_twin(
        self, track: PendingTrack, fingerprint: bytes, model: str, plan: int = 0
    ) -> int | None:
        """The first other track of this sound that `model` has embedded with the windows of `plan`, or more."""
        rows = self._catalogue.database.query(
            "SELECT t.id FROM tracks t JOIN embeddings e ON e.track_id = t.id AND e.model = ? AND e.plan >= ? "
            "WHERE t.fingerprint = ? AND t.id != ? ORDER BY t.id LIMIT 1",
            (model, plan, fingerprint, track.id),
        )
        return int(rows[0][0]) if rows else None

    def _bring_back(self, track: PendingTrack, fingerprint: bytes) -> int:
        """Give a file to the track with the same sound whose own was deleted; returns which track it is now."""
        rows = self._catalogue.database.query(
            "SELECT t.id FROM tracks t JOIN folders f ON f.id = t.folder_id AND f.unavailable IS NULL "
            "WHERE t.fingerprint = ? AND t.id != ? AND t.missing_since IS NOT NULL ORDER BY t.id LIMIT 1",
            (fingerprint, track.id),
        )
        gone = int(rows[0][0]) if rows else None
        return gone if gone is not None and self._adopt(gone, track, fingerprint) else track.id

    def _confirm(self, track: PendingTrack, fingerprint: bytes, problem: Reason | None) -> None:
        """Note what a track sounds like of which there is an embedding."""
        with self._catalogue.transaction():
            if self._embeddings.pending.is_unchanged(track):
                self._catalogue.files.set_fingerprint(track.id, fingerprint)
                self._catalogue.files.set_problem(track.id, problem, failed=False)

    def _adopt(self, gone: int, track: PendingTrack, heard: bytes | None = None) -> bool:
        """Let a track whose file is gone have that of another one that sounds the same, or has the same content.

        Returns whether it has, which it has not where the file has changed meanwhile.

        Parameters
        ----------
        heard
            What the file sounds like, as far as somebody has heard it.
        """
        with self._catalogue.transaction():
            if not self._embeddings.pending.is_unchanged(track):
                return False
            own, unheard = self._sound_of(track.id)
            sound, _ = self._sound_of(gone)
            if own not in (None, sound) and (unheard or heard is not None):
                # What was made of either stays with it: the file was written over.
                self._embeddings.windows.confirm(replace(track, id=gone))
                self._catalogue.files.give_back(gone, track.id)
            else:
                self._embeddings.windows.move(track, gone)
                self._merge(gone, track.id)
            if heard is not None:
                self._catalogue.files.set_fingerprint(gone, heard)
            return True

    def _merge(self, gone: int, new: int) -> None:
        """Let a track whose file is gone have that of a new track, and what was made of it.

        The new track is no track of its own then.
        """
        with self._catalogue.transaction():
            self._catalogue.playlists.replace(new, gone)
            self._catalogue.plays.replace(new, gone)
            self._embeddings.pooled.move(new, gone)
            self._catalogue.files.merge(gone, new)

    def _sound_of(self, track_id: int) -> tuple[bytes | None, bool]:
        """The fingerprint of what a track's file sounded like when it was last heard, and whether it changed since."""
        rows = self._catalogue.database.query(
            "SELECT fingerprint, unheard FROM tracks WHERE id = ?", (track_id,)
        )
        return (rows[0][0], bool(rows[0][1])) if rows else (None, False)
