"""Putting a list in an order that keeps the rules about what follows what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.playlists.rules.same_song import song_key
from musicsim.playlists.rules.tempo_and_key import keys_match, tempo_change

MINUTES_OF_A_TRACK = 4.0
"""The length of a track that says none."""

Key = tuple[Rule, Hashable]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Something that came again too soon.

    Attributes
    ----------
    rule
        The window.
    earlier
        The number of the track before, in the order in which they were placed.
    tracks
        The number of tracks between.
    minutes
        The minutes from start to start.
    """

    rule: Rule
    earlier: int
    tracks: int
    minutes: float


class Spacing:
    """The tracks of a list, placed one after another, and what may follow them.

    Parameters
    ----------
    rules
        The rules; of these, windows, tempo and keys matter here.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._windows = {
            rule: window
            for rule, window in (
                (Rule.ARTIST_WINDOW, rules.artist_window),
                (Rule.ALBUM_WINDOW, rules.album_window),
                (Rule.SONG_WINDOW, rules.song_window),
            )
            if window
        }
        self._last: dict[Key, tuple[int, float]] = {}
        self._before: Track | None = None
        self._count = 0
        self._minutes = 0.0

    @property
    def matters(self) -> bool:
        """Whether the rules say anything about the order."""
        return bool(
            self._windows or self._rules.tempo_step is not None or self._rules.matching_keys
        )

    @property
    def windows(self) -> Mapping[Rule, Window]:
        """The windows that are kept."""
        return self._windows

    def keys(self, track: Track) -> list[Key]:
        """Return what a track repeats: its artist, its album and its song, if a window is about them."""
        return [(rule, key) for rule in self._windows if (key := _KEYS[rule](track))]

    def repetitions(self, track: Track) -> list[Repetition]:
        """Return what would come again too soon if this track came next."""
        found = []
        for key in self.keys(track):
            rule, last = key[0], self._last.get(key)
            if last is not None:
                between, minutes = self._count - last[0] - 1, self._minutes - last[1]
                window = self._windows[rule]
                if between < window.tracks or minutes < window.minutes:
                    found.append(Repetition(rule, last[0], between, minutes))
        return found

    def count_repetitions(self, keys: Iterable[Key]) -> int:
        """Return how many of these keys would come again too soon if a track with them came next."""
        return sum(map(self._is_too_soon, keys))

    def _is_too_soon(self, key: Key) -> bool:
        last = self._last.get(key)
        if last is None:
            return False
        window = self._windows[key[0]]
        return self._count - last[0] - 1 < window.tracks or self._minutes - last[1] < window.minutes

    def tempo_change(self, track: Track) -> float | None:
        """Return the change of tempo in percent if it is larger than allowed and this track came next."""
        limit, before = self._rules.tempo_step, self._before
        if limit is None or before is None:
            return None
        change = tempo_change(before.bpm, track.bpm)
        return None if change is None or change <= limit else change

    def keys_clash(self, track: Track) -> bool:
        """Return whether the keys would not go together if this track came next."""
        before = self._before
        if not self._rules.matching_keys or before is None:
            return False
        return keys_match(before.key, track.key) is False

    def steps(self, track: Track) -> int:
        """Return how many rules about tempo and key the track would break if it came next."""
        return (self.tempo_change(track) is not None) + self.keys_clash(track)

    def place(self, track: Track) -> None:
        """Let this track come next."""
        for key in self.keys(track):
            self._last[key] = (self._count, self._minutes)
        self._before = track
        self._count += 1
        self._minutes += minutes_of(track)


_KEYS = {
    Rule.ARTIST_WINDOW: artist_key,
    Rule.ALBUM_WINDOW: album_key,
    Rule.SONG_WINDOW: song_key,
}


_DEAREST = (2 * len(_KEYS) + 1, 0, 0)
"""More than any track costs, with a repetition before it and one after it by each key."""


def minutes_of(track: Track) -> float:
    """Return the length of a track in minutes, or a common one if it is unknown."""
    return track.tags.duration / 60 if track.tags.duration else MINUTES_OF_A_TRACK


def spaced(
    tracks: Sequence[Track], rules: Rules, *, fixed: frozenset[int] = frozenset()
) -> list[int]:
    """Return an order of tracks that keeps windows, tempo and keys as far as that is possible.

    The order changes only where a rule would be broken: a track that comes too soon waits. Tracks whose artist or
    album is the most frequent of what is left come as soon as they may, or there would be too many at the end; this is
    how a cyclic schedule with cooling times is filled.

    Parameters
    ----------
    tracks
        The tracks in the order that is wanted.
    fixed
        The rows that stay where they are.

    Returns
    -------
    list of int
        Each row once.
    """
    spacing = Spacing(rules)
    if not spacing.matters:
        return list(range(len(tracks)))
    every = [spacing.keys(track) for track in tracks]
    total = Counter(key for keys in every for key in keys)
    # What comes once can't come again too soon.
    repeated = [tuple(key for key in keys if total[key] > 1) for keys in every]
    queue = _Queue(tracks, repeated, spacing, fixed)
    order: list[int] = []
    for position in range(len(tracks)):
        row = position if position in fixed else queue.take(position)
        spacing.place(tracks[row])
        order.append(row)
    return order


class _Queue:
    """The tracks that have no place yet.

    Parameters
    ----------
    tracks
        The whole list.
    keys
        What each row repeats. Many rows have the same, and cost the same.
    spacing
        What they follow.
    fixed
        The rows that have a place.
    """

    def __init__(
        self,
        tracks: Sequence[Track],
        keys: Sequence[tuple[Key, ...]],
        spacing: Spacing,
        fixed: frozenset[int],
    ) -> None:
        self._tracks = tracks
        self._keys = keys
        self._spacing = spacing
        self._left = [row for row in range(len(tracks)) if row not in fixed]
        self._frequent = Counter(key for row in self._left for key in keys[row])
        self._fixed = sorted(row for row in fixed if row < len(tracks) and keys[row])

    def take(self, position: int) -> int:
        """Take out the row that comes next: the first that breaks least, but a pressing one before it."""
        keys, tracks, spacing = self._keys, self._tracks, self._spacing
        pressing, ahead = self._pressing(), self._ahead(position)
        known: dict[tuple[Key, ...], tuple[int, int]] = {}
        best, lowest = self._left[0], _DEAREST
        for row in self._left:
            mine = keys[row]
            cost = known.get(mine)
            if cost is None:
                again = spacing.count_repetitions(mine) + sum(key in ahead for key in mine)
                cost = known[mine] = again, int(bool(pressing) and pressing.isdisjoint(mine))
            # A rule about tempo and key is looked at only where it decides.
            if (cost[0], 0, cost[1]) < lowest:
                whole = cost[0], spacing.steps(tracks[row]), cost[1]
                if whole < lowest:
                    best, lowest = row, whole
                    if lowest == (0, 0, 0):
                        break
        self._left.remove(best)
        for key in keys[best]:
            self._frequent[key] -= 1
            if self._frequent[key] < 2:
                del self._frequent[key]
        return best

    def _pressing(self) -> set[Key]:
        """Return what is so frequent that it needs all the room from here on."""
        windows = self._spacing.windows
        return {
            key
            for key, count in self._frequent.items()
            if count > 1 and (count - 1) * (windows[key[0]].tracks + 1) + 1 >= len(self._left)
        }

    def _ahead(self, position: int) -> set[Key]:
        """Return what must not come at a position, because it comes in a fixed row soon after."""
        while self._fixed and self._fixed[0] <= position:
            del self._fixed[0]
        return {
            key
            for row in self._fixed
            for key in self._keys[row]
            if row - position - 1 < self._spacing.windows[key[0]].tracks
        }
