"""Output that all commands share: JSON, tables, progress, complaints."""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from musicsim.app import Musicsim
from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import EmbeddingProgress, Event, ScanProgress
from musicsim.base.lengths import length_text
from musicsim.library.types import Track
from musicsim.playlists.result import Match
from musicsim.playlists.rules.rules import Hidden
from musicsim.services.texts import hidden_text

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction


_LONGEST_NAME = 120
"""Characters of a title, artist or album in tables and messages; JSON has them all."""


class UsageError(MusicsimError):
    """The command line asks for something impossible: exit code 2."""


def complain(text: str) -> None:
    """Print a message on standard error."""
    print(f"musicsim: {text}", file=sys.stderr)


def print_json(document: object) -> None:
    """Print one JSON document; bytes in a name that are not text become lone surrogates, as in Python."""
    print(json.dumps(document, indent=2))


def say(text: str) -> None:
    """Print lines for people: whatever a name holds, a terminal takes nothing for a command."""
    print("\n".join(printable(line) for line in text.split("\n")))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Sequence[int] = (),
    empty: str = "",
) -> None:
    """Print a table for people, as wide as the terminal or, if piped, as its content.

    Parameters
    ----------
    right
        The numbers of the columns that are aligned to the right.
    empty
        What to say instead if there are no rows.
    """
    rows = list(rows)
    if not rows and empty:
        say(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else printable(str(cell))) for cell in row))
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, emoji=False).print(table)


def printable(text: str) -> str:
    """Return text without line breaks, control characters and bytes that are not text."""
    return display_path(text) if text else text


def short(text: str) -> str:
    """Return a name in full, or the beginning of one that would fill the screen."""
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def file_path(text: str | Path) -> Path:
    """Return the absolute path of a typed path, without "..", keeping symbolic links."""
    # Unlike Path, os.path leaves "~nobody" unchanged.
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111


def positive(text: str) -> int:
    """Parse an option's value: a whole number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 1 or more")
    return int(text)


def path_text(path: Path) -> str:
    """Return a path as in JSON."""
    return os.fspath(path)


def utc_time(at: float | None) -> str | None:
    """Return a time in seconds since the epoch for JSON, such as 2026-05-01T12:30:00+00:00."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat("T", "seconds")


def local_time(at: float | None) -> str:
    """Return a time in seconds since the epoch for people, such as 2026-05-01 14:30; empty without one."""
    return "" if at is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def track_json(track: Track) -> dict[str, object]:
    """Return the fields that identify a track in JSON."""
    return {
        "path": path_text(track.path),
        "title": track.title,
        "artist": track.artist,
        "album": track.tags.album,
    }


def names(track: Track) -> tuple[str, str, str]:
    """Return title, artist and album, for a row of a table."""
    return short(track.title), short(track.artist), short(track.tags.album)


def match_rows(matches: Iterable[Match]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table of similar tracks."""
    for rank, match in enumerate(matches, 1):
        track = match.track
        yield (
            rank,
            f"{match.similarity:.0%}",
            *names(track),
            length_text(track.tags.duration),
        )


def hidden_json(hidden: Mapping[Hidden, int]) -> dict[str, int]:
    """Return the counts of tracks that the rules left out, for JSON."""
    return {hidden_text(reason): count for reason, count in hidden.items()}


def print_hidden(hidden: Mapping[Hidden, int]) -> None:
    """Print the counts of tracks that the rules left out."""
    if hidden:
        reasons = "; ".join(f"{count} {hidden_text(why)}" for why, count in hidden.items())
        say(f"Left out: {reasons}.")


@contextlib.contextmanager
def progress_of(app: Musicsim, *, quiet: bool = False) -> Iterator[None]:
    """Show a scan's progress on standard error while it runs, if that is a terminal."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        looking = bar.add_task("Looking through the folders", total=None, rate="")
        listening: list[TaskID] = []

        def show(event: Event) -> None:
            if isinstance(event, ScanProgress):
                bar.update(looking, completed=event.files)
            elif isinstance(event, EmbeddingProgress):
                if not listening:
                    bar.remove_task(looking)
                    listening.append(bar.add_task("Listening", total=event.total, rate=""))
                rate = f"{event.tracks_per_second:.1f} tracks/s" if event.tracks_per_second else ""
                task = listening[0]
                what = "Listening once more" if event.refining else "Listening"
                bar.update(
                    task, description=what, completed=event.done, total=event.total, rate=rate
                )

        unsubscribe = app.events.subscribe(show)
        try:
            yield
        finally:
            unsubscribe()


@contextlib.contextmanager
def byte_progress(
    description: str, *, total: int | None = None, quiet: bool = False
) -> Iterator[Callable[..., None]]:
    """Show how many bytes are done on standard error, if that is a terminal.

    Parameters
    ----------
    total
        All bytes, if known.
    quiet
        Show nothing.

    Yields
    ------
    update
        Function with the keywords of `Progress.update`: `completed` and `total`, in bytes, and `description`.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        yield functools.partial(bar.update, bar.add_task(description, total=total))
