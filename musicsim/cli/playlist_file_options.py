"""Options of the commands that write playlist files."""

from __future__ import annotations

import argparse
from pathlib import Path

from musicsim.base.errors import MusicsimError
from musicsim.playlists.files.formats import WRITTEN, written_format
from musicsim.playlists.files.locations import PathStyle, Prefix, Slashes, parse_prefix

FILE_METAVAR = f"FILE{{{','.join(WRITTEN)}}}"


def add_paths(command: argparse.ArgumentParser) -> None:
    """Declare the options for the paths in a playlist file."""
    command.add_argument(
        "--paths",
        choices=("relative", "absolute"),
        default="relative",
        help="in the playlist file (relative to it)",
    )
    command.add_argument(
        "--replace-prefix",
        type=_prefix,
        metavar="OLD=NEW",
        help="what stands for a folder where it is played, such as /home/me/Music=/storage/sdcard/Music",
    )
    command.add_argument(
        "--slashes",
        choices=tuple(Slashes),
        type=Slashes,
        help="between folders (forward, but back after a new prefix of Windows)",
    )


def path_style(options: argparse.Namespace) -> PathStyle:
    """Return the style of paths that the options of `add_paths` ask for."""
    return PathStyle(
        absolute=options.paths == "absolute",
        prefix=options.replace_prefix,
        slashes=options.slashes,
    )


def playlist_path(text: str) -> Path:
    """Parse the value of an option: a file whose name tells a format that can be written."""
    try:
        written_format(Path(text))
    except MusicsimError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Path(text)


def _prefix(text: str) -> Prefix:
    try:
        return parse_prefix(text)
    except MusicsimError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
