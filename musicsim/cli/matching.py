"""The track that a typed text means."""

from __future__ import annotations

import contextlib
import io
import os
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.base.addresses import paths_in_address
from musicsim.base.named_files import FileFinder
from musicsim.cli.output import (
    UsageError,
    file_path,
    names,
    path_text,
    print_table,
    printable,
    short,
)
from musicsim.library.query.folding import fold
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.library.types import Track

TRACK_HELP = "a file, or text that matches one track's artist, title and album"
_SHOWN = 30
"""Tracks that are listed of several that match."""


def find_track(app: Musicsim, text: str, *, quiet: bool = False) -> Track | Path:
    """Return the library's track for a path or a text, or the path of an audio file that is not in the library.

    Parameters
    ----------
    quiet
        Don't print the list of several matches.

    Raises
    ------
    UsageError
        If there is no match, or an ambiguous one.
    """
    if (found := find_file(app, text)) is not None:
        return found
    with contextlib.redirect_stdout(io.StringIO()) if quiet else contextlib.nullcontext():
        return only_match(text, app.catalogue.tracks.all())


def find_file(app: Musicsim, text: str) -> Track | Path | None:
    """Return the library's track for a path, or the path of an audio file outside it; None for other texts."""
    known = KnownFiles(app.catalogue)
    path = file_path(text)
    if (track := known.track_at(path)) is not None:
        return track
    if not os.path.isfile(path) and _looks_like_a_path(text):  # noqa: PTH113 (Path's raises for a name that is too long)
        finder = FileFinder(
            [Path.cwd()],
            app.catalogue.folders.all(),
            lambda path: os.path.isfile(path) or known.track_at(path) is not None,  # noqa: PTH113
        )
        path = finder.find(text) or path
        if (track := known.track_at(path)) is not None:
            return track
    return path if os.path.isfile(path) else None  # noqa: PTH113


def library_track(app: Musicsim, text: str, *, quiet: bool = False) -> Track:
    """Return the library's track for a path or a text, as `find_track` does.

    Raises
    ------
    UsageError
        If there is no match, an ambiguous one, or a file that is not in the library.
    """
    track = find_track(app, text, quiet=quiet)
    if isinstance(track, Track):
        return track
    raise UsageError(
        f"{printable(text)} is not in the library: add its folder with `musicsim scan` first."
    )


def _looks_like_a_path(text: str) -> bool:
    suffix = os.path.splitext(text)[1].lower()  # noqa: PTH122 (a text, which may be no path)
    return (
        "/" in text
        or os.sep in text
        or "\\" in text
        or suffix in AUDIO_SUFFIXES
        or bool(paths_in_address(text))
    )


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
