"""What a finished list doesn't keep of the rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from musicsim.library.query.genres import groups_of
from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.rules import RELAXED_IN_ORDER, Relaxed, Rule, Rules
from musicsim.playlists.rules.season import is_out_of_season
from musicsim.playlists.rules.spacing import Spacing


@dataclass(slots=True)
class _Breach:
    """The tracks against a rule, and the values by which they are."""

    wanted: float | None
    values: list[float] = field(default_factory=list)
    count: int = 0


_Found = dict[tuple[Rule, bool], _Breach]
"""The breaches by rule, and by whether they are in minutes."""


def breaches(
    tracks: Sequence[Track], rules: Rules, *, exempt: frozenset[int] = frozenset()
) -> tuple[Relaxed, ...]:
    """Return the rules that a list breaks, and how far, in the order in which rules are relaxed.

    Parameters
    ----------
    tracks
        The list, in its order.
    rules
        As the list was made with, fitted to its seeds.
    exempt
        The ids of tracks that the listener put there; against them there is no rule, but they count for the others.
    """
    exempt = exempt | rules.let_in
    found: _Found = {}
    _too_many(found, Rule.ARTIST, rules.max_per_artist, tracks, artist_key, exempt)
    _too_many(found, Rule.ALBUM, rules.max_per_album, tracks, album_key, exempt)
    for track in tracks:
        if track.id not in exempt:
            _by_itself(found, track, rules)
    _by_order(found, tracks, rules, exempt)
    return tuple(
        Relaxed(rule, breach.wanted, _furthest(rule, breach.values), breach.count, in_minutes)
        for rule in RELAXED_IN_ORDER
        for in_minutes in (False, True)
        if (breach := found.get((rule, in_minutes)))
    )


def _furthest(rule: Rule, values: Iterable[float]) -> float | None:
    least = rule in (Rule.SHORT, Rule.ARTIST_WINDOW, Rule.ALBUM_WINDOW, Rule.SONG_WINDOW)
    return min(values, default=None) if least else max(values, default=None)


def _note(
    found: _Found,
    rule: Rule,
    wanted: float | None,
    value: float | None = None,
    *,
    in_minutes: bool = False,
) -> None:
    breach = found.setdefault((rule, in_minutes), _Breach(wanted))
    breach.count += 1
    if value is not None:
        breach.values.append(value)


def _too_many(
    found: _Found,
    rule: Rule,
    limit: int | None,
    tracks: Sequence[Track],
    key_of: Callable[[Track], Hashable],
    exempt: frozenset[int],
) -> None:
    if limit is None:
        return
    total: Counter[Hashable] = Counter()
    theirs: defaultdict[Hashable, int] = defaultdict(int)
    for track in tracks:
        if key := key_of(track):
            total[key] += 1
            theirs[key] += track.id not in exempt
    for key, count in total.items():
        # What the listener put there may be more than the limit by itself.
        for _ in range(min(theirs[key], count - limit)):
            _note(found, rule, limit, count)


def _by_itself(found: _Found, track: Track, rules: Rules) -> None:
    tags = track.tags
    minutes = None if tags.duration is None else tags.duration / 60
    if minutes is not None:
        if rules.shortest is not None and minutes < rules.shortest:
            _note(found, Rule.SHORT, rules.shortest, minutes)
        if rules.longest is not None and minutes > rules.longest:
            _note(found, Rule.LONG, rules.longest, minutes)
    if rules.today is not None and is_out_of_season(track, rules.today):
        _note(found, Rule.SEASON, None)
    if rules.genre_groups and tags.genre and not groups_of(tags.genre, rules.genre_groups):
        _note(found, Rule.GENRE, None)


def _by_order(found: _Found, tracks: Sequence[Track], rules: Rules, exempt: frozenset[int]) -> None:
    spacing = Spacing(rules)
    if not spacing.matters:
        return
    for number, track in enumerate(tracks):
        for again in spacing.repetitions(track):
            if not {track.id, tracks[again.earlier].id} <= exempt:
                window = spacing.windows[again.rule]
                if again.tracks < window.tracks:
                    _note(found, again.rule, window.tracks, again.tracks)
                if again.minutes < window.minutes:
                    _note(found, again.rule, window.minutes, again.minutes, in_minutes=True)
        before = tracks[number - 1].id if number else track.id
        if not {track.id, before} <= exempt:
            if (change := spacing.tempo_change(track)) is not None:
                _note(found, Rule.TEMPO, rules.tempo_step, change)
            if spacing.keys_clash(track):
                _note(found, Rule.KEYS, None)
        spacing.place(track)
