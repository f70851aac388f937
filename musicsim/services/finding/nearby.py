"""The tracks near the places of a journey."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import tee

from musicsim.library.types import Track
from musicsim.playlists.neighbourhood import Candidate
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.selection import Selection
from musicsim.similarity.space import Vectors


class Nearby:
    """Tracks near the places of a journey, of which many are near several: each is read once.

    Parameters
    ----------
    finding
        Searches, under `Nearest.steady`.
    selection
        What the journey's filters admit.
    """

    def __init__(self, finding: Finding, selection: Selection) -> None:
        self._finding = finding
        self._selection = selection
        self._known: dict[int, Track] = {}
        self._found: dict[bytes, list[Iterator[Candidate]]] = {}

    def candidates(self, point: Vectors) -> Iterator[Candidate]:
        """Yield every track, ordered by distance from a point (D,)."""
        return self._finding.candidates(point, self._selection, self._known)

    def candidates_of_each(self, points: Vectors) -> list[Iterator[Candidate]]:
        """Return what `candidates` yields for each of several points (M, D)."""
        key = points.tobytes()
        found = self._found.get(key)
        if found is None:
            found = self._finding.candidates_of_each(points, self._selection, self._known)
        # Where the rules are relaxed, the same places are looked at again.
        pairs = [tee(each) for each in found]
        self._found[key] = [kept for kept, _ in pairs]
        return [again for _, again in pairs]
