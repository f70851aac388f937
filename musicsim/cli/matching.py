"""The track that a typed text means."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from musicsim.cli.output import UsageError, names, path_text, print_table, printable, short
from musicsim.library.query.folding import fold
from musicsim.library.types import Track

_SHOWN = 30
"""Tracks that are listed of several that match."""


def only_match(text: str, tracks: Sequence[Track]) -> Track:
    """Return the track that a text names: the only one with all of its words, else the only one of this title.

    A title is compared letter by letter, then without case, then as search does: "ガ" is not "カ", and "Tomé" is not
    "Tome" if there are both.

    Raises
    ------
    UsageError
        If no track matches, or several do; they are listed.
    """
    words = fold(text).split()
    if not words:
        raise UsageError(
            f"“{printable(text)}” has no words: name a file, or words of an artist, title or album."
        )
    matching = [
        track
        for track in tracks
        if not track.missing
        and all(word in fold(f"{track.name} {track.tags.album}") for word in words)
    ]
    if not matching:
        raise UsageError(
            f"Nothing matches “{printable(short(text))}”: name a file, or words of an artist, title or album."
        )
    if len(matching) == 1:
        return matching[0]
    spellings: tuple[Callable[[str], str], ...] = (_composed, _caseless, fold)
    for spelled in spellings:
        exact = [t for t in matching if spelled(text) in (spelled(t.title), spelled(t.name))]
        if len(exact) == 1:
            return exact[0]
        if exact:
            break
    print_table(
        ("Artist", "Title", "Album", "File"),
        [
            (artist, title, album, path_text(track.path))
            for track in matching[:_SHOWN]
            for title, artist, album in [names(track)]
        ],
    )
    more = f", {len(matching) - _SHOWN} of them not shown" if len(matching) > _SHOWN else ""
    raise UsageError(
        f"“{printable(short(text))}” matches {len(matching)} tracks{more}: add words, or name the file."
    )


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _caseless(text: str) -> str:
    return _composed(text).casefold()
