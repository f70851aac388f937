"""Names of playlists and groups: typed names are checked, names from tags and files are cleaned."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Container

from musicsim.base.errors import MusicsimError

LONGEST_NAME = 200
"""Characters."""

_BREAKS = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, bytes that are not text, and line breaks."""
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of the text around them, and so what another name seems to say."""
_INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that look like nothing."""


class PlaylistNameError(MusicsimError):
    """A playlist or group can't have this name."""


def checked_name(name: str, *, of: str = "playlist") -> str:
    """Return a name that a listener typed, without spaces around it.

    Raises
    ------
    PlaylistNameError
        If nothing of it can be seen, it is longer than 200 characters, or it has line breaks or other control
        characters.
    """
    name = name.strip()
    if not _is_visible(name):
        raise PlaylistNameError(f"A {of} needs a name.")
    if len(name) > LONGEST_NAME:
        raise PlaylistNameError(
            f"This name has {len(name):,} characters, and a {of}'s may have {LONGEST_NAME}: choose a shorter one."
        )
    if any(map(_is_control, name)):
        raise PlaylistNameError(
            f"A {of}'s name can't hold line breaks, other control characters, or characters that turn the text around "
            "them: choose another name."
        )
    return name


def cleaned_name(name: str, *, instead: str = "Playlist") -> str:
    """Return what a name can keep of a text; `instead` if that is nothing."""
    # The rest of a file's line may be megabytes.
    kept = "".join(" " if _is_control(c) else c for c in name.strip()[:LONGEST_NAME]).strip()
    return kept if _is_visible(kept) else instead


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken: with a number if it must be."""
    number, free = 1, name
    while free in taken:
        number += 1
        ending = f" ({number})"
        free = name[: LONGEST_NAME - len(ending)] + ending
    return free


def check_not_taken(
    db: sqlite3.Connection, table: str, name: str, own_id: int, *, of: str = "playlist"
) -> None:
    """Raise `PlaylistNameError` if another row of a table has this name."""
    sql = f"SELECT 1 FROM {table} WHERE name = ? AND id != ?"
    if db.execute(sql, (name, own_id)).fetchone():
        raise PlaylistNameError(f"There is a {of} named “{name}” already: choose another name.")


def _is_control(character: str) -> bool:
    return character in _TURNS or unicodedata.category(character) in _BREAKS


def _is_visible(name: str) -> bool:
    return any(unicodedata.category(c) not in _INVISIBLE and c not in _BLANK for c in name)
