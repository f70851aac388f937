"""Choosing what comes after the tracks of an endless list, one after the other."""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.feedback import Reactions
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.rules.artists import artist_key
from musicsim.playlists.rules.chooser import NEAR_DUPLICATE_COSINE, Chooser
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.playlists.rules.spacing import Spacing
from musicsim.similarity.space import Vectors

LEAST_EXPECTED = -0.2
"""What a listener must make of a track at least, by what is expected; see `Reactions.expected`."""
_EXPECTED_COUNTS = 0.5
"""How much that counts beside the cosine."""
_DOUBT_COUNTS = 16.0
"""How much the chance of a track falls if the listener may skip it: e to the power of this times what is expected."""
_FAR_COUNTS = 3.0
"""How much the chance of a track falls with its distance: by e to the power of this where it is not similar at all.

In a small library, tracks of a near rank may be of quite another kind.
"""
_FAMILIAR_COUNTS = 0.8
"""How much the chance of a track falls with each of the last tracks by its artist: by e to the power of this."""
_FAMILIAR = 100
"""The last tracks that make an artist familiar."""
_FIRST, _MOST_AT_FIRST = 10, 150
"""How many times the reach is looked at first, and how many candidates at most."""
_MORE = 100
"""By how many candidates a pool grows where the rules leave none."""
_WIDEST = 2000
"""Candidates after which rules give way instead."""
_SOUNDS = 200
"""Tracks before that must not sound the same."""


def looked_back_at(rules: Rules) -> int:
    """Return how many tracks before the next one the rules look at, except for songs."""
    windows = rules.artist_window, rules.album_window
    if any(window.minutes for window in windows):
        return _SOUNDS
    return 1 + max(window.tracks for window in windows)


class Sequel:
    """What was placed so far, and which rules a track would break if it came next.

    Parameters
    ----------
    rules
        The rules; the window of songs is not its concern.
    before
        The tracks so far, the last one at the end, with the points that are known.
    """

    def __init__(self, rules: Rules, before: Sequence[tuple[Track, Vectors | None]]) -> None:
        self._rules = rules
        self._spacing = Spacing(replace(rules, song_window=Window()))
        self._last: int | None = None
        self._artists: deque[str] = deque(maxlen=_FAMILIAR)
        self._sounds: list[Vectors] = []
        self.against: dict[int, Candidate] = {}
        """What the rules leave out, by id."""
        recent = looked_back_at(rules)
        for number, (track, point) in enumerate(before):
            self._note(track, point)
            if number >= len(before) - recent:
                self._spacing.place(track)
        # Windows, songs and sounds are looked at here, and there is no list that limits could be for.
        self.chooser = Chooser(
            replace(
                rules,
                max_per_artist=None,
                max_per_album=None,
                artist_window=Window(),
                album_window=Window(),
                near_duplicates=True,
            ),
            (),
            seeds_count=False,
        )

    def place(self, track: Track, point: Vectors | None) -> None:
        """Let a track come next."""
        self._spacing.place(track)
        self._note(track, point)

    def _note(self, track: Track, point: Vectors | None) -> None:
        self._last = track.id
        self._artists.append(artist_key(track))
        if point is not None:
            self._sounds.append(point)
            # What may come again also sounds the same.
            del self._sounds[: -min(_SOUNDS, self._rules.song_window.tracks or _SOUNDS)]

    def cost(self, track: Track) -> tuple[int, int, int, int]:
        """Return how far a track would break the order's rules if it came next; all 0 if it keeps them.

        First whether it breaks the window of the artist, then that of the album, each the more the sooner it would come
        again, and last how many rules about tempo and key.
        """
        sooner = dict.fromkeys((Rule.ARTIST_WINDOW, Rule.ALBUM_WINDOW), 0)
        for again in self._spacing.repetitions(track):
            window = self._spacing.windows[again.rule]
            missing = max(window.tracks - again.tracks, math.ceil(window.minutes - again.minutes))
            sooner[again.rule] = max(1, missing)
        tempo = self._spacing.tempo_change(track) is not None
        keys = self._spacing.keys_clash(track)
        return (sooner[Rule.ARTIST_WINDOW], sooner[Rule.ALBUM_WINDOW], int(tempo), int(keys))

    def familiarity(self) -> Counter[str]:
        """Return how often each artist was among the last tracks."""
        return Counter(artist for artist in self._artists if artist)

    def keeps_firm(self, cost: tuple[int, int, int, int]) -> bool:
        """Return whether a track of a cost breaks none of the rules that are never relaxed."""
        rules = (Rule.ARTIST_WINDOW, Rule.ALBUM_WINDOW, Rule.TEMPO, Rule.KEYS)
        return not any(
            broken and rule in self._rules.firm for rule, broken in zip(rules, cost, strict=True)
        )

    def may_come_again(self, candidate: Candidate) -> bool:
        """Return whether a track may come once more, whatever the windows say."""
        track = candidate.track
        return (
            track.id != self._last
            and self.chooser.allows(track, candidate.point)
            and self.keeps_firm(self.cost(track))
        )

    def sounds_as_before(self, points: Vectors) -> list[bool]:
        """Return for points (N, D) whether one of the tracks before sounds the same."""
        if self._rules.near_duplicates or not self._sounds:
            return [False] * len(points)
        nearest = (points @ np.stack(self._sounds).T).max(axis=1)
        found: list[bool] = (nearest > NEAR_DUPLICATE_COSINE).tolist()
        return found


class Pool:
    """Tracks near a point that may come next, drawn so that near ones tend to come first.

    The chance of a track falls with its rank in the order of nearness, by e with each reach, and with its distance. The
    largest of the logarithms of these chances plus Gumbel noise is a draw by them (E. J. Gumbel, "Statistical theory of
    extreme values and some practical applications", 1954).

    Parameters
    ----------
    near
        The candidates, the nearest first; consumed only as far as necessary.
    sequel
        What they follow.
    reactions
        What is expected of them.
    is_known
        Whether a track, or its song, was heard too short a time ago.
    reach
        The rank up to which most tracks are taken.
    rng
        Makes the draw.
    """

    def __init__(
        self,
        near: Iterator[Candidate],
        sequel: Sequel,
        reactions: Reactions,
        *,
        is_known: Callable[[Track], bool],
        reach: int,
        rng: random.Random,
    ) -> None:
        self._near = near
        self._sequel = sequel
        self._reactions = reactions
        self._is_known = is_known
        self._reach = reach
        self._rng = rng
        self._seen = self._rank = 0
        self._best, self._seen_any = 0.0, False
        self._keyed: list[tuple[float, Candidate]] = []
        """What may come, with its key, the largest first."""
        self._unloved: list[tuple[float, Candidate]] = []
        """What the listener is expected to skip, with what is expected."""

    def pick(self, *, relaxed: bool = False) -> Candidate | None:
        """Take out the next track.

        Parameters
        ----------
        relaxed
            Whether the order's rules may be broken; the track that breaks them least is taken.
        """
        least: tuple[tuple[int, int, int, int], int] | None = None
        number = 0
        while number < len(self._keyed) or self._widen():
            if number >= len(self._keyed):
                continue
            candidate = self._keyed[number][1]
            if not self._may_come(candidate):
                del self._keyed[number]
                continue
            cost = self._sequel.cost(candidate.track)
            if not any(cost):
                return self._keyed.pop(number)[1]
            if relaxed and self._sequel.keeps_firm(cost) and (least is None or cost < least[0]):
                least = cost, number
            number += 1
        return None if least is None else self._keyed.pop(least[1])[1]

    def pick_unloved(self) -> Candidate | None:
        """Take out the track that the listener is least expected to skip, of those that are left."""
        self._unloved.sort(key=lambda each: -each[0])
        for number, (_, candidate) in enumerate(self._unloved):
            if self._may_come(candidate) and self._sequel.keeps_firm(
                self._sequel.cost(candidate.track)
            ):
                return self._unloved.pop(number)[1]
        return None

    def pick_against_rules(self) -> Candidate | None:
        """Take out a track of another length, season or genre than the rules allow."""
        found: list[Candidate] = []
        for track_id in self._sequel.chooser.relax(lambda: bool(found)):
            candidate = self._sequel.against.pop(track_id, None)
            if candidate is not None and self._may_come(candidate):
                found.append(candidate)
        return next(iter(found), None)

    def _may_come(self, candidate: Candidate) -> bool:
        """Return whether neither it nor its sound has been placed since it was looked at."""
        return not (
            self._is_known(candidate.track)
            or self._sequel.sounds_as_before(candidate.point[np.newaxis])[0]
        )

    def _widen(self) -> bool:
        """Look at more candidates; return False if there are no more, or enough."""
        count = _MORE if self._seen else min(_FIRST * self._reach, _MOST_AT_FIRST)
        found = list(islice(self._near, count)) if self._seen < _WIDEST else []
        if not found:
            return False
        self._seen += len(found)
        chooser, admitted = self._sequel.chooser, []
        same = self._sequel.sounds_as_before(np.stack([each.point for each in found]))
        for candidate, sounds_the_same in zip(found, same, strict=True):
            if self._is_known(candidate.track):
                chooser.hide(candidate.track, Rule.SONG_WINDOW)
            elif sounds_the_same:
                chooser.hide(candidate.track, Rule.SAME_SOUND)
            elif chooser.admit(candidate.track, candidate.point):
                admitted.append(candidate)
            else:
                self._sequel.against[candidate.track.id] = candidate
        if admitted:
            self._add(admitted)
        return True

    def _add(self, admitted: Sequence[Candidate]) -> None:
        points = np.stack([each.point for each in admitted])
        expected = self._reactions.expected([each.track for each in admitted], points)
        if not self._seen_any:
            self._best, self._seen_any = max(each.cosine for each in admitted), True
        scores = [
            each.cosine + _EXPECTED_COUNTS * float(liking)
            for each, liking in zip(admitted, expected, strict=True)
        ]
        familiarity = self._sequel.familiarity()
        keyed = []
        for row in sorted(range(len(admitted)), key=lambda row: -scores[row]):
            if expected[row] < LEAST_EXPECTED:
                self._unloved.append((float(expected[row]), admitted[row]))
                continue
            noise = -math.log(max(self._rng.expovariate(1.0), 1e-300))
            key = noise - self._rank / self._reach
            if self._best > 0:
                key -= _FAR_COUNTS * max(0.0, 1.0 - admitted[row].cosine / self._best)
            key += _DOUBT_COUNTS * min(0.0, float(expected[row]))
            key -= _FAMILIAR_COUNTS * familiarity[artist_key(admitted[row].track)]
            keyed.append((key, admitted[row]))
            self._rank += 1
        # Those that were looked at before stay before them.
        self._keyed += sorted(keyed, key=lambda each: -each[0])
