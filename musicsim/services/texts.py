"""Reasons in plain words, for both the window and the command line."""

from __future__ import annotations

from musicsim.playlists.rules.rules import Hidden, Rule

_HIDDEN = {
    Rule.FILTERS: "left out by the filters",
    Rule.BANNED: "banned",
    Rule.SAME_SONG: "another version of the same song",
    Rule.SAME_SOUND: "the same sound",
    Rule.ARTIST: "more than {limit} by the same artist",
    Rule.ALBUM: "more than {limit} from the same album",
}


def hidden_text(hidden: Hidden) -> str:
    """Return why a track may not be in a list, such as "more than 3 by the same artist"."""
    return _HIDDEN[hidden.rule].format(limit=hidden.limit)
