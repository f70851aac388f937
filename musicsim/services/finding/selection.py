"""The tracks of a library that a list may have by its filters, and those that its searches pass over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import numpy as np

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.query.filters import Filters
from musicsim.playlists.rules.chooser import MOST_LEFT_OUT, LeftOut
from musicsim.playlists.rules.rules import Hidden, Rule, Rules
from musicsim.similarity.index.exact import Cosines
from musicsim.similarity.index.protocol import Ids

_FILTERED = Hidden(Rule.FILTERS)


class SelectedSearch:
    """One search of a selection: a sieve that knows how far the search was followed.

    Attributes
    ----------
    reached
        The cosine of the last track that was looked at.
    """

    def __init__(self, admitted: Ids | None, missing: Ids) -> None:
        self._admitted = admitted
        self._missing = missing
        self._refused: list[tuple[Ids, Cosines]] = []
        self.reached = np.inf

    def rows(self, track_ids: Ids, cosines: Cosines) -> Ids | None:
        """Return the rows of compared tracks (N,) that are admitted and not missing; None for all."""
        if self._admitted is None and not len(self._missing):
            return None
        is_here = np.isin(track_ids, self._missing, invert=True)
        if self._admitted is None:
            return np.flatnonzero(is_here)
        is_admitted = np.isin(track_ids, self._admitted)
        refused = is_here & ~is_admitted
        self._refused.append((track_ids[refused], cosines[refused]))
        return np.flatnonzero(is_here & is_admitted)

    def passed_over(self) -> Iterator[tuple[Ids, Cosines]]:
        """Yield the tracks that are nearer than the last one looked at but not admitted, and their cosines."""
        for track_ids, cosines in self._refused:
            is_nearer = cosines > self.reached
            yield track_ids[is_nearer], cosines[is_nearer]


class Selection:
    """The tracks that filters admit, and that can be played now, for the searches of one list.

    The catalogue compares each different tag once. To read all 100,000 tracks to reject most of them takes a second.

    Parameters
    ----------
    catalogue
        The tracks.
    rules
        The list's rules: its filters, and the tracks that it lets in.
    """

    def __init__(self, catalogue: Catalogue, rules: Rules) -> None:
        self._catalogue = catalogue
        # A track on a disconnected disk can't be played now.
        self._missing = np.array(catalogue.tracks.missing_ids(), np.int64)
        self._admitted: Ids | None = None
        self._searches: list[SelectedSearch] = []
        if rules.filters != Filters():
            admitted = [*catalogue.tracks.admitted_by(rules.filters), *rules.let_in]
            self._admitted = np.array(admitted, np.int64)

    def search(self) -> SelectedSearch:
        """Return a new search for the list."""
        search = SelectedSearch(self._admitted, self._missing)
        if self._admitted is not None:
            self._searches.append(search)
        return search

    def hidden_beside(
        self,
        hidden: Mapping[Hidden, int],
        left_out: Collection[LeftOut],
        exempt: Collection[int],
    ) -> tuple[dict[Hidden, int], tuple[LeftOut, ...]]:
        """Return the hidden tracks of a list, and the first of them, with those that searches passed over.

        Call it under `Nearest.steady`, like the searches.

        Parameters
        ----------
        hidden, left_out
            Those that the list's other rules hide.
        exempt
            The ids of tracks that don't count: the list's seeds.
        """
        found = [each for search in self._searches for each in search.passed_over()]
        if not found:
            return dict(hidden), tuple(left_out)
        # A track may have been passed over by several searches.
        nearness = np.full(1 + self._catalogue.tracks.last_id(), -np.inf, np.float32)
        for ids, cosines in found:
            nearness[ids] = np.maximum(nearness[ids], cosines)
        nearness[list(exempt)] = -np.inf
        passed = np.flatnonzero(nearness > -np.inf)
        room = max(0, MOST_LEFT_OUT - len(left_out))
        nearest = passed[np.argsort(-nearness[passed], kind="stable")[:room]]
        first = self._catalogue.tracks.by_id(nearest.tolist())
        return (
            dict(Counter(hidden) + Counter({_FILTERED: len(passed)})),
            (*left_out, *(LeftOut(track, _FILTERED) for track in first)),
        )
