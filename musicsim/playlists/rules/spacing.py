"""Putting a list in an order that keeps the rules about what follows what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.playlists.rules.same_song import song_key
from musicsim.playlists.rules.tempo_and_key import keys_match, tempo_change

_DEFAULT_MINUTES = 4.0
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

    def tempo_change(self, track: Track) -> float | None:
        """Return the change of tempo in percent if it is larger than allowed and this track came next."""
        limit, before = self._rules.tempo_step, self._before
        if limit is None or before is None or not before.bpm or not track.bpm:
            return None
        change = tempo_change(before.bpm, track.bpm)
        return change if change > limit else None

    def keys_clash(self, track: Track) -> bool:
        """Return whether the keys would not go together if this track came next."""
        before = self._before
        if not self._rules.matching_keys or before is None:
            return False
        return keys_match(before.key, track.key) is False

    def cost(self, track: Track) -> tuple[int, int]:
        """Return how many windows, and how many rules about tempo and key, the track would break if it came next."""
        steps = (self.tempo_change(track) is not None) + self.keys_clash(track)
        return len(self.repetitions(track)), steps

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


def minutes_of(track: Track) -> float:
    """Return the length of a track in minutes, or a common one if it is unknown."""
    return track.tags.duration / 60 if track.tags.duration else _DEFAULT_MINUTES


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
    left = [row for row in range(len(tracks)) if row not in fixed]
    keys = {row: spacing.keys(tracks[row]) for row in range(len(tracks))}
    frequent = Counter(key for row in left for key in keys[row])
    order: list[int] = []
    for position in range(len(tracks)):
        if position in fixed:
            row = position
        else:
            ahead = _keys_ahead(position, fixed, keys, spacing.windows)
            row = _next(left, tracks, keys, frequent, spacing, ahead)
            left.remove(row)
            frequent.subtract(keys[row])
        spacing.place(tracks[row])
        order.append(row)
    return order


def _keys_ahead(
    position: int,
    fixed: frozenset[int],
    keys: Mapping[int, Sequence[Key]],
    windows: Mapping[Rule, Window],
) -> set[Key]:
    """Return what must not come at a position, because it comes in a fixed row soon after."""
    return {
        key
        for row in fixed
        if row > position
        for key in keys[row]
        if row - position - 1 < windows[key[0]].tracks
    }


def _next(
    left: Sequence[int],
    tracks: Sequence[Track],
    keys: Mapping[int, Sequence[Key]],
    frequent: Counter[Key],
    spacing: Spacing,
    ahead: set[Key],
) -> int:
    """Return the row that comes next: the first that breaks least, but a pressing one before it."""
    # With this many of them left, each needs all the room from here on.
    pressing = {
        key
        for key, count in frequent.items()
        if count > 1 and (count - 1) * (spacing.windows[key[0]].tracks + 1) + 1 >= len(left)
    }
    best, lowest = left[0], (len(left) + 1, 0, 0)
    for row in left:
        windows, steps = spacing.cost(tracks[row])
        windows += sum(key in ahead for key in keys[row])
        cost = (windows, steps, int(bool(pressing) and pressing.isdisjoint(keys[row])))
        if cost < lowest:
            best, lowest = row, cost
        if lowest == (0, 0, 0):
            break
    return best
