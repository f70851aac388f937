"""Counting what became of the files that a scan found or missed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from musicsim.library.catalogue.catalogue import Catalogue


@dataclass(slots=True)
class ScanChanges:
    """What a scan did with the tracks, by their ids."""

    added: dict[int, Path] = field(default_factory=dict)
    """With the paths of their files, by which they are known if they turn out to be other tracks."""
    changed: dict[int, Path] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    unchanged: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The result of a scan, in numbers of files."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    """Files that were there before this scan and no longer are."""
    unchanged: int = 0
    changes: ScanChanges = field(default_factory=ScanChanges, compare=False)
    """The tracks behind the numbers."""


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
