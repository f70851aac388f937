"""Counting what became of the files that a scan found or missed."""

from __future__ import annotations

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import ScanChanges, ScanSummary


def summarise(changes: ScanChanges, catalogue: Catalogue) -> ScanSummary:
    """Return the counts of a scan, as things are now; each file counts once.

    A new file may turn out to be a copy of a lost one or, once it has been listened to, a missing track that was moved
    and retagged. Then it is neither added, nor is the other track missing.
    """
    is_missing = catalogue.files.are_missing(
        (*changes.added, *changes.changed, *changes.moved, *changes.missing)
    )
    moved = set(changes.moved)
    for track_id, path in (*changes.added.items(), *changes.changed.items()):
        if is_missing.get(track_id, True):
            # Either the file is gone again, or it is another track's.
            owner = catalogue.tracks.at(path)
            if owner is not None and not owner.missing and owner.id != track_id:
                moved.add(owner.id)
    there = {track_id for track_id, missing in is_missing.items() if not missing} - moved
    gone = {track_id for track_id, missing in is_missing.items() if missing} - moved
    added, changed = there & changes.added.keys(), there & changes.changed.keys()
    return ScanSummary(
        added=len(added),
        changed=len(changed - added),
        moved=len(moved),
        missing=len(gone - changes.added.keys()),
        unchanged=len(changes.unchanged - added - changed - moved - gone),
        changes=changes,
    )
