"""Applying the rules to candidates, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from musicsim.library.query.genres import groups_of
from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.rules import RELAXED_IN_ORDER, Hidden, Rule, Rules, Window
from musicsim.playlists.rules.same_song import song_key
from musicsim.playlists.rules.season import is_out_of_season
from musicsim.playlists.rules.spacing import MINUTES_OF_A_TRACK
from musicsim.similarity.space import Vectors

NEAR_DUPLICATE_COSINE = 0.98
"""Cosine that separates different recordings, below, from copies of one recording, above.

Measured with the starter weights on 409 tracks of game music (benchmarks/quality.py): different recordings reached
0.943 at most, except three duplicated pieces at 0.99. In the demo library, where a synthetic band plays three pieces
with the same instruments, they reached 0.974. Of copies, 82 % as FLAC were above 0.98, 65 % as Opus at 64 kbit/s, and
15 % as MP3 at 96 kbit/s. A worse copy is still recognised by its tags.
"""
MOST_DEFERRED = 2000
"""Tracks against which only a rule that can be relaxed stands; beyond them, relaxing beats looking ever further."""
MOST_LEFT_OUT = 200
"""Hidden tracks that are remembered with the reason; the others are counted."""

_RELAXABLE = frozenset(RELAXED_IN_ORDER)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A track that is not in a list, and the rule against it."""

    track: Track
    reason: Hidden


class Chooser:
    """Applies rules to candidates one after the other, and counts the hidden ones by reason.

    Windows limit how many tracks of an artist or album fit into the list; the order is up to `spaced`.

    Parameters
    ----------
    rules
        The rules.
    seeds
        The list's seeds; their sounds and songs must not be repeated. The listener named them, so no rule applies.
    seeds_count
        Whether the seeds are in the list, so that they count towards the limits.
    length, minutes
        The expected size of the list, if it is known.
    """

    def __init__(
        self,
        rules: Rules,
        seeds: Iterable[tuple[Track, Vectors]],
        *,
        seeds_count: bool,
        length: int | None = None,
        minutes: float | None = None,
    ) -> None:
        self._rules = rules
        self._points: Vectors | None = None
        self._count = 0
        self._songs: set[tuple[str, str]] = set()
        self._artists: Counter[str] = Counter()
        self._albums: Counter[tuple[str, str] | None] = Counter()
        self._deferred: list[tuple[Track, Vectors, Hidden]] = []
        self._left_out: dict[int, LeftOut] = {}
        self._artist_room = _room(rules.artist_window, length, minutes)
        self._album_room = _room(rules.album_window, length, minutes)
        self.hidden: Counter[Hidden] = Counter()
        for track, point in seeds:
            self._take(track, point, counts=seeds_count)

    @property
    def has_deferred_enough(self) -> bool:
        """Whether so many tracks wait for a rule to be relaxed that looking for more makes no sense."""
        return len(self._deferred) >= MOST_DEFERRED

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The first of the hidden tracks, each with its reason."""
        return tuple(self._left_out.values())

    def admit(self, track: Track, point: Vectors) -> bool:
        """Decide whether a candidate may join the list; if so, add it and return True."""
        if (reason := self._objection(track, point)) is not None:
            self._hide(track, reason)
            if self._may_relax(reason):
                self._deferred.append((track, point, reason))
            return False
        self._take(track, point, counts=True)
        return True

    def allows(self, track: Track, point: Vectors) -> bool:
        """Return whether `admit` would add a candidate now."""
        return self._objection(track, point) is None

    def hide(self, track: Track, rule: Rule) -> None:
        """Count a track that a generator leaves out by a rule of its own."""
        self._hide(track, Hidden(rule))

    def relax(self, is_enough: Callable[[], bool]) -> Iterator[int]:
        """Relax the rules step by step, and yield the ids of the hidden tracks that then join the list.

        Limits go up by one, and other rules are dropped, in the order of `RELAXED_IN_ORDER`.

        Parameters
        ----------
        is_enough
            Asked before every track.
        """
        while not is_enough():
            against = {reason.rule for _, _, reason in self._deferred}
            rule = next((each for each in RELAXED_IN_ORDER if each in against), None)
            if rule is None:
                return
            self._loosen(rule)
            waiting, self._deferred = self._deferred, []
            for number, (track, point, reason) in enumerate(waiting):
                if is_enough():
                    self._deferred += waiting[number:]
                    return
                if reason.rule is not rule:
                    # That rule is as strict as before, and the list has no less.
                    self._deferred.append((track, point, reason))
                    continue
                again = self._objection(track, point)
                self._unhide(track, reason)
                if again is None:
                    self._take(track, point, counts=True)
                    yield track.id
                    continue
                self._hide(track, again)
                if self._may_relax(again):
                    self._deferred.append((track, point, again))

    def _may_relax(self, reason: Hidden) -> bool:
        return reason.rule in _RELAXABLE and reason.rule not in self._rules.firm

    def _loosen(self, rule: Rule) -> None:
        """Relax one rule by a step."""
        rules = self._rules
        match rule:
            case Rule.ALBUM_WINDOW:
                self._album_room = None if self._album_room is None else self._album_room + 1
            case Rule.ARTIST_WINDOW:
                self._artist_room = None if self._artist_room is None else self._artist_room + 1
            case Rule.ALBUM:
                rules = replace(rules, max_per_album=_one_more(rules.max_per_album))
            case Rule.ARTIST:
                rules = replace(rules, max_per_artist=_one_more(rules.max_per_artist))
            case Rule.LONG:
                rules = replace(rules, longest=None)
            case Rule.SHORT:
                rules = replace(rules, shortest=None)
            case Rule.SEASON:
                rules = replace(rules, today=None)
            case _:
                rules = replace(rules, genre_groups=())
        self._rules = rules

    def _hide(self, track: Track, reason: Hidden) -> None:
        self.hidden[reason] += 1
        if len(self._left_out) < MOST_LEFT_OUT or track.id in self._left_out:
            self._left_out[track.id] = LeftOut(track, reason)

    def _unhide(self, track: Track, reason: Hidden) -> None:
        self.hidden[reason] -= 1
        if not self.hidden[reason]:
            del self.hidden[reason]
        self._left_out.pop(track.id, None)

    def _take(self, track: Track, point: Vectors, *, counts: bool) -> None:
        if self._points is None or self._count == len(self._points):
            more = np.zeros((max(64, self._count), len(point)), np.float32)
            self._points = more if self._points is None else np.concatenate([self._points, more])
        self._points[self._count] = point
        self._count += 1
        if (song := song_key(track)) is not None:
            self._songs.add(song)
        if counts:
            self._artists[artist_key(track)] += 1
            if self._rules.max_per_album is not None or self._album_room is not None:
                self._albums[album_key(track)] += 1

    def _objection(self, track: Track, point: Vectors) -> Hidden | None:
        """Return the first rule against a track, if any.

        First the filters, so that what is banned counts only where it could have come; then what the listener said of
        it and what its tags and the counts tell at once, and last what needs its song and its sound: where nearly
        everything is hidden, these would take most of the time.
        """
        rules = self._rules
        if track.id not in rules.let_in and not rules.filters.admit(track):
            return Hidden(Rule.FILTERS)
        if rules.bans.forbid(track):
            return Hidden(Rule.BANNED)
        if track.id in rules.without:
            return Hidden(Rule.UNWANTED)
        if track.id in rules.let_in:
            return None
        if (reason := self._by_itself(track) or self._beside_others(track)) is not None:
            return reason
        if not rules.near_duplicates:
            if song_key(track) in self._songs:
                return Hidden(Rule.SAME_SONG)
            if self._sounds_as_one_of_them(point):
                return Hidden(Rule.SAME_SOUND)
        return None

    def _by_itself(self, track: Track) -> Hidden | None:
        rules = self._rules
        genre = track.tags.genre
        # A track without a genre may be of any.
        if rules.genre_groups and genre and not groups_of(genre, rules.genre_groups):
            return Hidden(Rule.GENRE)
        if rules.today is not None and is_out_of_season(track, rules.today):
            return Hidden(Rule.SEASON)
        minutes = None if track.tags.duration is None else track.tags.duration / 60
        if minutes is not None:
            if rules.shortest is not None and minutes < rules.shortest:
                return Hidden(Rule.SHORT, rules.shortest)
            if rules.longest is not None and minutes > rules.longest:
                return Hidden(Rule.LONG, rules.longest)
        return None

    def _beside_others(self, track: Track) -> Hidden | None:
        rules = self._rules
        artist_limit, album_limit = rules.max_per_artist, rules.max_per_album
        if (artist_limit is not None or self._artist_room is not None) and (
            artist := artist_key(track)
        ):
            count = self._artists[artist]
            if artist_limit is not None and count >= artist_limit:
                return Hidden(Rule.ARTIST, artist_limit)
            if self._artist_room is not None and count >= self._artist_room:
                return Hidden(Rule.ARTIST_WINDOW)
        if (album_limit is not None or self._album_room is not None) and (
            album := album_key(track)
        ):
            count = self._albums[album]
            if album_limit is not None and count >= album_limit:
                return Hidden(Rule.ALBUM, album_limit)
            if self._album_room is not None and count >= self._album_room:
                return Hidden(Rule.ALBUM_WINDOW)
        return None

    def _sounds_as_one_of_them(self, point: Vectors) -> bool:
        if self._points is None:
            return False
        return bool((self._points[: self._count] @ point).max() > NEAR_DUPLICATE_COSINE)


def _room(window: Window, length: int | None, minutes: float | None) -> int | None:
    """Return how often something can be in a list with a window; None for any number."""
    if not window or (length is None and minutes is None):
        return None
    tracks = length if length is not None else minutes / MINUTES_OF_A_TRACK  # type: ignore[operator]
    rooms = []
    if window.tracks:
        rooms.append(tracks / (window.tracks + 1))
    if window.minutes:
        whole = minutes if minutes is not None else tracks * MINUTES_OF_A_TRACK
        rooms.append(whole / window.minutes)
    return max(1, ceil(min(rooms)))


def _one_more(limit: int | None) -> int | None:
    return None if limit is None else limit + 1
