"""Genres in tags, and groups of genres that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from musicsim.library.query.folding import fold

_BETWEEN_GENRES = re.compile(r"\s*[,;/|\\\0]\s*")

GenreGroup = tuple[str, ...]
"""Genres, each with ``*`` and ``?`` as wildcards."""


def parse_genre_groups(text: str) -> tuple[GenreGroup, ...]:
    """Return the groups in a text with one group a line, and its genres separated by ``;``.

    A name before a colon is for the reader: ``Heavy: *metal*; djent``.
    """
    groups = []
    for line in text.splitlines():
        _, _, genres = line.rpartition(":")
        if group := tuple(genre for each in genres.split(";") if (genre := each.strip())):
            groups.append(group)
    return tuple(groups)


def groups_of(genre: str, groups: Iterable[GenreGroup]) -> frozenset[GenreGroup]:
    """Return the groups to which a tag belongs, which may hold several genres."""
    return frozenset(group for group in groups if is_in_group(genre, group))


def is_in_group(genre: str, group: GenreGroup) -> bool:
    """Return whether one of the genres in a tag is in a group."""
    return is_any_in_group(genres_in(genre), group)


def is_any_in_group(folded: Iterable[str], group: GenreGroup) -> bool:
    """Return whether one of some folded genres is in a group."""
    pattern = _pattern(group)
    return any(pattern.fullmatch(each) for each in folded)


def has_wildcards(genre: str) -> bool:
    """Return whether ``*`` or ``?`` in a genre stand for other characters."""
    return "*" in genre or "?" in genre


def split_genres(genre: str) -> list[str]:
    """Return the parts of a tag that may hold several genres, as they are written; they may be empty."""
    return _BETWEEN_GENRES.split(genre.strip())


@lru_cache(maxsize=4096)
def genres_in(genre: str) -> tuple[str, ...]:
    """Return the genres in a tag, folded: the whole, and its parts if it has several."""
    folded = fold(genre).strip()
    parts = (folded, *split_genres(folded))
    return tuple(dict.fromkeys(text for each in parts if (text := each.strip())))


@lru_cache(maxsize=256)
def _pattern(group: GenreGroup) -> re.Pattern[str]:
    # A bracket is a part of the name.
    plain = (fold(each).replace("[", "[[]") for each in group)
    return re.compile("|".join(map(translate, plain)))
