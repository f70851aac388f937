"""Parsing the command line, running the command, and the exit codes."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import NoReturn

from musicsim.base.data_folder import DataFolderInUse
from musicsim.base.errors import MusicsimError
from musicsim.cli import (
    embed,
    evaluate,
    groups,
    history,
    kept_playlists,
    library,
    models,
    opinions,
    playlists,
    smart_lists,
    window,
)
from musicsim.cli.output import UsageError, complain
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES

FAILED, WRONG_USE, IN_USE, INTERRUPTED = 1, 2, 75, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command of `arguments`, or of the process, and exit with its code."""
    _run_as_process(sys.argv[1:] if arguments is None else arguments, complain)


def main_gui() -> NoReturn:
    """Open the window: the entry point for desktops, which pass files and folders and don't show printed text."""

    def show(text: str) -> None:
        complain(text)
        with contextlib.suppress(ImportError):
            from musicsim.ui.main import show_failure

            show_failure(text)

    _run_as_process(_with_gui(sys.argv[1:], lambda _: True), show)


def _run_as_process(arguments: Sequence[str], tell: Callable[[str], None]) -> NoReturn:
    """Run a command as the process's only task: with its streams, its log and its signals."""
    multiprocessing.freeze_support()
    # File names need not be text: write the same bytes that were read.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")
    options = parse(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.ERROR,
        format="%(asctime)s %(name)s: %(message)s" if options.verbose else "musicsim: %(message)s",
    )
    for noisy in ("chromadb", "h5py", "asyncio", "tensorflow"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        code = run(options, tell=tell)
    except BrokenPipeError:
        # The reader of our output closed it. Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise SystemExit(code)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the parsed command line; a usage error raises `SystemExit`, as in argparse."""
    parser, commands = _make_parser()
    return parser.parse_args(
        _with_gui(arguments, lambda word: word not in commands and _is_to_be_opened(word))
    )


def run(options: argparse.Namespace, *, tell: Callable[[str], None] = complain) -> int:
    """Run a parsed command and return its exit code; call `tell` with the error message, if any.

    Process-wide state is not changed, so a test can call this.
    """
    try:
        return int(options.run(options) or 0)
    except UsageError as error:
        tell(str(error))
        return WRONG_USE
    except DataFolderInUse as error:
        tell(str(error))
        return IN_USE
    except MusicsimError as error:
        tell(str(error))
        return FAILED
    except KeyboardInterrupt:
        tell("Stopped. Nothing is lost: the same command goes on from here.")
        return INTERRUPTED


def _interrupt(*_: object) -> NoReturn:
    # Once only: a second signal must not interrupt closing.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _with_gui(arguments: Sequence[str], opens: Callable[[str], bool]) -> list[str]:
    """Return the command line with "gui" inserted if the command is omitted: `musicsim song.mp3`.

    Parameters
    ----------
    opens
        Whether the first word that is not an option is a file to open rather than a command.
    """
    first = 0
    while first < len(arguments) and arguments[first].startswith("-"):
        option = arguments[first]
        # After "--" every word is a file, and only the window has a queue.
        if option in ("--", "--queue"):
            return [*arguments[:first], "gui", *arguments[first:]]
        # Like argparse, accept an abbreviated option name.
        has_value = len(option) > len("--") and "--data".startswith(option)
        first += 2 if has_value else 1
    if first < len(arguments) and opens(arguments[first]):
        return [*arguments[:first], "gui", *arguments[first:]]
    return list(arguments)


def _is_to_be_opened(text: str) -> bool:
    """Return whether a word that is not a command is a file or folder: it exists, or at least looks like one."""
    looks_like_one = os.sep in text or "/" in text or text.casefold().startswith("file:")
    suffix = os.path.splitext(text)[1].lower()  # noqa: PTH122 (a text, which may be no path)
    return looks_like_one or suffix in AUDIO_SUFFIXES | PLAYLIST_SUFFIXES or os.path.lexists(text)


def _make_parser() -> tuple[argparse.ArgumentParser, Container[str]]:
    """Return the parser of the whole command line, and the names of its commands."""
    from musicsim import __version__

    parser = argparse.ArgumentParser(
        prog="musicsim",
        description="Play similar, and playlists by sound, for the music you own.",
        epilog="musicsim FILE... plays files and playlists in the window, as musicsim gui FILE... does.",
    )
    parser.add_argument("--version", action="version", version=f"musicsim {__version__}")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder (also MUSICSIM_DATA); default: the platform's folder for a program's data",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="say what goes on, on standard error"
    )
    parser.set_defaults(run=window.gui, paths=[], queue=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    rooms = (
        window, library, playlists, kept_playlists, smart_lists, groups, opinions, history, evaluate, models, embed,
    )  # fmt: skip
    for room in rooms:
        room.add_commands(commands)
    return parser, commands.choices
