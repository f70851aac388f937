"""`gui` and `demo`: the window and, without a screen, the same journey in the terminal."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from rich.progress import Progress

from musicsim.app import Musicsim
from musicsim.base.addresses import is_address, path_of_address
from musicsim.base.counts import counted
from musicsim.base.data_folder import DataFolderInUse, default_data_folder
from musicsim.base.errors import MusicsimError, display_path
from musicsim.cli.library import scan_and_embed
from musicsim.cli.output import (
    Commands,
    UsageError,
    complain,
    file_path,
    match_rows,
    path_text,
    print_table,
    printable,
    say,
)
from musicsim.demo import DemoTrack, render_demo
from musicsim.library.scanning.counting import ScanSummary
from musicsim.library.types import Problem, Track, TrackState
from musicsim.playlists.files.names import file_name
from musicsim.playlists.files.writing import write_playlist
from musicsim.playlists.rules.rules import Rules
from musicsim.services.making.request import PlaylistRequest

if TYPE_CHECKING:
    from musicsim.ui.window.instance import Request

_NEAREST = 5
_PATIENCE = 10.0
"""Seconds to wait for a window that is opening or closing."""
_PAUSE = 0.2  # s


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser(
        "gui", help="open the window (what happens without a command, too)"
    )
    command.add_argument(
        "paths",
        nargs="*",
        metavar="FILE|FOLDER",
        help="files and M3U playlists to play in this order, and music folders to add to the library",
    )
    command.add_argument(
        "--queue",
        action="store_true",
        help="put the files at the end of the queue instead of playing them now",
    )
    command.set_defaults(run=gui)
    command = commands.add_parser(
        "demo",
        help="render a small library of synthetic music, and show that similar finds the style",
    )
    command.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where to render it"
    )
    command.set_defaults(run=demo)


def gui(options: argparse.Namespace) -> int:
    """Open the window; without a screen, go through the same journey in the terminal."""
    paths = _opened_paths(options.paths)
    has_screen = _has_screen()
    if not has_screen and not any(map(os.path.isfile, paths)):
        say("There is no screen to open a window on, so here is the journey in the terminal.\n")
        options.folder = None
        return tour(options, paths) if paths else demo(options)
    try:
        from musicsim.ui.window.instance import Request, hand_over

        if has_screen:
            from musicsim.ui.main import run_window
    except ImportError as error:
        raise MusicsimError(
            f"The window can't be opened, since a library of the system is missing ({error}). On Debian and Ubuntu: "
            "sudo apt-get install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libpulse0"
        ) from error
    request = Request(tuple(paths), options.queue)
    if not has_screen:
        # A window that is already open elsewhere can still play them.
        if hand_over(options.data or default_data_folder(), request):
            return _say_handed_over()
        raise MusicsimError(
            f"There is no screen to open a window on, so {_named(paths)} can't be played."
        )
    try:
        app = _open_or_hand_over(options.data, request)
    except DataFolderInUse:
        # There is no window to report this.
        if lost := [path for path in paths if not os.path.lexists(path)]:
            complain(f"{_named(lost)} can't be played: there is no such file.")
        raise
    # The window closes the app.
    return _say_handed_over() if app is None else run_window(app, request)


def _say_handed_over() -> int:
    say("musicsim is open already: its window has come forward.")
    return 0


def _named(paths: Sequence[Path]) -> str:
    return ", ".join(map(display_path, paths))


def _opened_paths(texts: Sequence[str]) -> list[Path]:
    """Return the absolute paths to open, given as paths or as `file:` addresses.

    Raises
    ------
    UsageError
        If none of them is a path.
    """
    paths = []
    for text in texts:
        # A file's name may look like an address.
        path = Path(text) if os.path.lexists(text) else path_of_address(text)
        if path is not None or not is_address(text):
            paths.append(file_path(path or text))
        else:
            complain(f"{printable(text)} is not a file on this computer, so it can't be played.")
    if texts and not paths:
        raise UsageError("There is nothing to open: name files or folders.")
    return paths


def _open_or_hand_over(data: Path | None, request: Request) -> Musicsim | None:
    """Open the data folder as its owner; or let the owner's window come forward and open the files, and return None.

    Raises
    ------
    DataFolderInUse
        If a command owns it for longer than a window takes to open or close.
    """
    from musicsim.ui.window.instance import hand_over

    begun = time.monotonic()
    while True:
        try:
            return Musicsim.open(data)
        except DataFolderInUse:
            if hand_over(data or default_data_folder(), request):
                return None
            # A window owns the folder before it starts to listen for requests, and for a while after it closes.
            if time.monotonic() - begun > _PATIENCE:
                raise
        time.sleep(_PAUSE)


def _has_screen() -> bool:
    """Return whether Qt has a screen to draw on. Ask before starting Qt, which would end the process without one."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def tour(options: argparse.Namespace, folders: Sequence[Path]) -> int:
    """Scan folders, find tracks similar to one of theirs, and write a playlist."""
    with Musicsim.open(options.data) as app:
        summary, problems, _ = scan_and_embed(app, folders, quiet=False)
        _print_scan(app, summary, problems)
        seed = next(
            (
                track
                for track in app.catalogue.tracks.all()
                if track.state is TrackState.EMBEDDED
                and any(map(track.path.is_relative_to, folders))
            ),
            None,
        )
        if seed is None:
            complain(f"There is no music to listen to in {_named(folders)}: name another folder.")
            return 1
        _print_similar(app, seed)
        _write_playlist(app, seed, app.data_folder / "playlists")
    return 0


def demo(options: argparse.Namespace) -> int:
    """Render the demo library, scan it, and show the nearest tracks for a track of each style.

    Return 1 if fewer than three of the five nearest share the style, for any of them.
    """
    # Not the listener's own library, which should not get synthetic music unasked.
    data = options.data or platformdirs.user_cache_path("musicsim", appauthor=False) / "demo"
    folder = file_path(options.folder or data / "demo library")
    # Take ownership before rendering, which takes a while: if another musicsim owns the folder, nothing is written.
    with Musicsim.open(data) as app:
        tracks = _render(folder)
        say(f"{counted(len(tracks), 'track')} in {display_path(folder)}\n")
        summary, problems, _ = scan_and_embed(app, [folder], quiet=False)
        _print_scan(app, summary, problems)
        seeds = _print_styles(app, tracks)
        _print_similar(app, seeds[0][0])
        _write_playlist(app, seeds[0][0], folder.parent)
    return 0 if all(same > _NEAREST / 2 for _, same in seeds) else 1


def _render(folder: Path) -> list[DemoTrack]:
    with Progress(transient=True) as progress:
        task = progress.add_task("Rendering the demo library", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        return render_demo(folder, progress=show)


def _print_scan(app: Musicsim, summary: ScanSummary, problems: Sequence[Problem]) -> None:
    counts = app.catalogue.tracks.counts()
    say(
        f"Scan: {summary.added} added, {summary.unchanged} unchanged, {len(problems)} with a problem; "
        f"{counts.embedded} of {counted(counts.tracks, 'track')} listened to by {app.finding.model.identity}."
    )
    if problems:
        print_table(("File", "Problem"), [(path_text(p.path), str(p.reason)) for p in problems])


def _print_styles(app: Musicsim, tracks: Sequence[DemoTrack]) -> list[tuple[Track, int]]:
    """Print how many tracks nearest to a track of each style share its style; return the tracks and counts."""
    style_of = {track.path: track.style for track in tracks}
    firsts = {track.style: track.path for track in reversed(tracks)}
    everything = Rules(max_per_artist=None, near_duplicates=True)
    rows, seeds = [], []
    for style, path in sorted(firsts.items()):
        seed = app.catalogue.tracks.at(path)
        if seed is None:
            raise MusicsimError(
                f"{display_path(path)} is not in the library: render the demo again."
            )
        near = app.finding.similar(seed.id, rules=everything, limit=_NEAREST).result().matches
        same = sum(style_of.get(match.track.path) == style for match in near)
        rows.append(
            (style, seed.name, f"{same} of {_NEAREST}", " · ".join(m.track.title for m in near))
        )
        seeds.append((seed, same))
    say(
        f"\nOf the {_NEAREST} tracks nearest to a track of each style, how many are of the same style:"
    )
    print_table(("Style", "Track", "Same style", "Nearest"), rows)
    return seeds


def _print_similar(app: Musicsim, seed: Track) -> None:
    say(f"\nSimilar to {printable(seed.name)}:")
    found = app.finding.similar(seed.id, limit=10).result()
    print_table(
        ("", "Similar", "Title", "Artist", "Album", "Length"),
        match_rows(found.matches),
        right=(0, 1, 5),
    )


def _write_playlist(app: Musicsim, seed: Track, folder: Path) -> None:
    made = app.playlists.make(PlaylistRequest([seed.id])).result()
    name = f"Like {seed.title}"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(name, ".m3u8")
    write_playlist(file, [match.track for match in made.matches], name=name)
    tracks, minutes = counted(len(made.matches), "track"), round(made.duration / 60)
    say(f"\nPlaylist of {tracks}, {counted(minutes, 'minute')}: {display_path(file)}")
