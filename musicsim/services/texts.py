"""Reasons in plain words, for both the window and the command line."""

from __future__ import annotations

from musicsim.base.counts import counted
from musicsim.playlists.rules.rules import Hidden, Relaxed, Rule

_HIDDEN = {
    Rule.FILTERS: "left out by the filters",
    Rule.BANNED: "banned",
    Rule.UNWANTED: "not wanted here",
    Rule.SAME_SONG: "another version of the same song",
    Rule.SAME_SOUND: "the same sound",
    Rule.UNLIKE: "more like what you want less of",
    Rule.KEYS: "the keys don't match",
    Rule.TEMPO: "the tempo changes too much",
    Rule.SONG_WINDOW: "the same song too soon",
    Rule.ALBUM_WINDOW: "the same album too soon",
    Rule.ARTIST_WINDOW: "the same artist too soon",
    Rule.ALBUM: "more than {limit} from the same album",
    Rule.ARTIST: "more than {limit} by the same artist",
    Rule.SHORT: "shorter than {limit} min",
    Rule.LONG: "longer than {limit} min",
    Rule.SEASON: "music of another season",
    Rule.GENRE: "another kind of genre",
}


def hidden_text(hidden: Hidden) -> str:
    """Return why a track may not be in a list, such as "more than 3 by the same artist"."""
    limit = "" if hidden.limit is None else _number(hidden.limit)
    return _HIDDEN[hidden.rule].format(limit=limit)


def relaxed_text(relaxed: Relaxed) -> str:
    """Return which rule a list doesn't keep, and how far, such as "up to 5 by the same artist instead of 3"."""
    count = counted(relaxed.count, "track")
    got = "" if relaxed.got is None else _number(relaxed.got)
    wanted = "" if relaxed.wanted is None else _number(relaxed.wanted)
    between = f"{got} min" if relaxed.in_minutes else counted(int(relaxed.got or 0), "track")
    match relaxed.rule:
        case Rule.ARTIST:
            return f"up to {got} by the same artist instead of {wanted}"
        case Rule.ALBUM:
            return f"up to {got} from the same album instead of {wanted}"
        case Rule.ARTIST_WINDOW:
            return f"the same artist again after {between} instead of {wanted}"
        case Rule.ALBUM_WINDOW:
            return f"the same album again after {between} instead of {wanted}"
        case Rule.SONG_WINDOW:
            return f"the same song again after {between} instead of {wanted}"
        case Rule.SHORT:
            return f"{count} shorter than {wanted} min"
        case Rule.LONG:
            return f"{count} longer than {wanted} min"
        case Rule.TEMPO:
            return f"{count} with a change of tempo of up to {got} % instead of {wanted} %"
        case Rule.KEYS:
            return f"{count} whose key doesn't match the one before"
        case Rule.SEASON:
            return f"{count} of another season"
        case _:
            return f"{count} of other genres"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def unknown_lengths_text(count: int, minutes: float) -> str:
    """Return a sentence about tracks that state no length, and count as if they had a common one."""
    verb = "states no length and counts" if count == 1 else "state no length and count"
    return f"{counted(count, 'track')} {verb} as {minutes:.2g} min."
