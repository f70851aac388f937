"""The rules for lists: which tracks a listener sees, in which order, and the reasons for hiding a track."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date

from musicsim.library.query.filters import Filters
from musicsim.playlists.rules.bans import Bans


@dataclass(frozen=True, slots=True)
class Window:
    """How soon something may come again in a list; of two limits, both must be kept.

    Attributes
    ----------
    tracks
        The number of tracks between it and its repetition, at least.
    minutes
        The minutes from the start of a track to the start of its repetition, at least.
    """

    tracks: int = 0
    minutes: float = 0.0

    def __bool__(self) -> bool:
        return self.tracks > 0 or self.minutes > 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for a list.

    Attributes
    ----------
    max_per_artist, max_per_album
        None for no limit. Tracks without an artist or album don't count.
    near_duplicates
        Whether the same sound and other versions of the same song may appear.
    filters
        What the tags must say.
    bans
        What the listener never wants to hear. The services add those that are stored.
    artist_window, album_window, song_window
        How soon an artist, an album, or a version of a song may come again.
    shortest, longest
        The length of a track in minutes; None for no limit. Tracks of unknown length pass.
    genre_groups
        Genres that belong together, each with ``*`` and ``?`` as wildcards. If the seeds' genres are in some of the
        groups, tracks of other genres are left out.
    today
        The date by which seasonal music is left out when it is not its season; None to allow it always.
    tempo_step
        The largest change of tempo from track to track, in percent, where both tags say it. Half and double tempo are
        the same.
    matching_keys
        Whether the keys of neighbouring tracks must go together, where both tags say them.
    let_in
        The ids of tracks for which only bans count.
    without
        The ids of tracks that are not wanted now.
    firm
        The rules that are never relaxed.
    """

    max_per_artist: int | None = 3
    max_per_album: int | None = None
    near_duplicates: bool = False
    filters: Filters = field(default_factory=Filters)
    bans: Bans = field(default_factory=Bans)
    artist_window: Window = Window()
    album_window: Window = Window()
    song_window: Window = Window()
    shortest: float | None = None
    longest: float | None = None
    genre_groups: tuple[tuple[str, ...], ...] = ()
    today: date | None = None
    tempo_step: float | None = None
    matching_keys: bool = False
    let_in: frozenset[int] = frozenset()
    without: frozenset[int] = frozenset()
    firm: frozenset[Rule] = frozenset()

    @classmethod
    def for_lists(cls, today: date) -> Rules:
        """Return the rules of lists to play, unless the listener chose others: no interludes, and no hour-long mixes.

        Parameters
        ----------
        today
            The date; seasonal music is left out when it is not its season.
        """
        return cls(shortest=1.0, longest=15.0, today=today)


class Rule(enum.StrEnum):
    """A kind of rule."""

    FILTERS = "filters"
    BANNED = "banned"
    UNWANTED = "unwanted"
    SAME_SONG = "same song"
    SAME_SOUND = "same sound"
    UNLIKE = "unlike"
    """It sounds more like what the listener wants less of."""
    KEYS = "keys"
    TEMPO = "tempo"
    SONG_WINDOW = "song window"
    ALBUM_WINDOW = "album window"
    ARTIST_WINDOW = "artist window"
    ALBUM = "album"
    ARTIST = "artist"
    SHORT = "short"
    LONG = "long"
    SEASON = "season"
    GENRE = "genre"


RELAXED_IN_ORDER = (
    Rule.KEYS,
    Rule.TEMPO,
    Rule.SONG_WINDOW,
    Rule.ALBUM_WINDOW,
    Rule.ARTIST_WINDOW,
    Rule.ALBUM,
    Rule.ARTIST,
    Rule.LONG,
    Rule.SHORT,
    Rule.SEASON,
    Rule.GENRE,
)
"""The rules that give way where they leave too few tracks, the first one first.

Filters, bans, and the rules against the same song or sound never do: a listener who sets a filter means it, and nobody
misses a repetition.
"""


@dataclass(frozen=True, slots=True)
class Hidden:
    """The reason why a track may not be in a list.

    Attributes
    ----------
    rule
        The rule against it.
    limit
        The number of tracks that the rule allows, if any; of a rule about length, the minutes.
    """

    rule: Rule
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A rule that a list doesn't keep, because too few tracks are left with it.

    Attributes
    ----------
    rule
        The rule.
    wanted
        The limit that was asked for: a number of tracks, or minutes, or percent; None if the rule has no number.
    got
        How far the list goes beyond it, in the same unit.
    count
        The number of tracks that break the rule.
    in_minutes
        Whether the limit of a window is in minutes.
    """

    rule: Rule
    wanted: float | None
    got: float | None
    count: int
    in_minutes: bool = False
