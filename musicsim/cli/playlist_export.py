"""`playlists export`: a kept playlist as a file, or copied with its music to a folder or a device."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.cli.output import (
    UsageError,
    byte_progress,
    complain,
    file_path,
    path_text,
    print_json,
    printable,
    say,
)
from musicsim.cli.playlist_file_options import add_paths, path_style, playlist_path
from musicsim.library.types import MissingEntry, Playlist, Track
from musicsim.playlists.files.copy_plan import CopyPlan, Existing, plan_copies
from musicsim.playlists.files.copying import (
    CopyProgress,
    CopyResult,
    Stopped,
    copy_playlist,
    in_the_way,
)
from musicsim.playlists.files.formats import WRITTEN
from musicsim.playlists.files.writing import write_playlist
from musicsim.services.making.exporting import (
    copied_text,
    named,
    outside_prefix,
    outside_text,
    without_files,
)

if TYPE_CHECKING:
    Actions = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Actions = argparse._SubParsersAction


def add_export(actions: Actions) -> None:
    """Declare the command."""
    action = actions.add_parser("export", help="write one to a file, or copy it with its music")
    action.add_argument("name", metavar="NAME")
    where = action.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "-o",
        "--output",
        type=playlist_path,
        metavar="FILE",
        help=f"its suffix tells the format: {', '.join(WRITTEN)}",
    )
    where.add_argument("--to", type=Path, metavar="FOLDER", help="the device or folder for --copy")
    add_paths(action)
    action.add_argument(
        "--copy",
        action="store_true",
        help="copy the music, too, to a folder of the playlist's name",
    )
    action.add_argument(
        "--numbered", action="store_true", help="begin the names of copies with numbers"
    )
    action.add_argument(
        "--format",
        choices=[suffix.removeprefix(".") for suffix in WRITTEN],
        help="of the playlist beside the copies (m3u8)",
    )
    action.add_argument(
        "--existing",
        choices=tuple(Existing),
        type=Existing,
        help="what to do with other files of the same name; by default nothing is copied if there are any",
    )
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=export_playlist)


def export_playlist(options: argparse.Namespace) -> int:
    """Write a kept playlist to a file, or copy it with its music; return 1 if not everything could be copied."""
    _check(options)
    with Musicsim.read(options.data) as app:
        kept = kept_playlist(app, options.name)
        tracks = app.catalogue.tracks.by_id(kept.track_ids)
    if options.copy:
        return _copy(tracks, options)
    style = path_style(options)
    write_playlist(options.output, tracks, name=options.name, style=style)
    gone = without_files(tracks)
    if options.json:
        print_json(
            {
                "file": path_text(options.output.absolute()),
                "tracks": len(tracks),
                "missing": [path_text(track.path) for track in gone],
            }
        )
    else:
        say(f"{counted(len(tracks), 'track')} written to {printable(path_text(options.output))}.")
    if text := outside_text(outside_prefix(tracks, style), style):
        complain(text)
    name_missing(gone)
    name_absent(kept.missing)
    return 0


def kept_playlist(app: Musicsim, name: str) -> Playlist:
    """Return the kept playlist of a name."""
    if (found := app.catalogue.playlists.named(name)) is None:
        raise UsageError(
            f"There is no playlist named “{printable(name)}”: `musicsim playlists list` names them all."
        )
    return found


def name_missing(tracks: Sequence[Track]) -> None:
    """Name tracks whose files a player would not find."""
    for track in tracks:
        complain(f"missing, or on a disconnected disk: {printable(path_text(track.path))}")


def name_absent(entries: Sequence[MissingEntry]) -> None:
    """Name the entries of a playlist that are not in the library, and so neither played nor exported."""
    for entry in entries:
        complain(f"not in the library: {printable(path_text(entry.path))}")


def _check(options: argparse.Namespace) -> None:
    if options.to is not None and not options.copy:
        raise UsageError("--to copies the music: add --copy, or name a file with -o.")
    for option, is_given, other in (
        ("--copy", options.copy and options.to is None, "--to FOLDER"),
        ("--numbered", options.numbered and not options.copy, "--copy"),
        ("--format", options.format is not None and not options.copy, "--copy"),
        ("--existing", options.existing is not None and not options.copy, "--copy"),
    ):
        if is_given:
            raise UsageError(f"{option} needs {other}.")
    if options.copy and (options.replace_prefix or options.paths == "absolute"):
        raise UsageError("The paths of copies are relative to the playlist beside them.")


def _copy(tracks: Sequence[Track], options: argparse.Namespace) -> int:
    folder = file_path(options.to)
    if not folder.is_dir():
        raise UsageError(f"{printable(path_text(folder))} is no folder: is the device connected?")
    plan = plan_copies(
        tracks,
        folder,
        name=options.name,
        suffix=f".{options.format or 'm3u8'}",
        numbered=options.numbered,
        slashes=options.slashes,
    )
    existing = options.existing or _when_nothing_is_in_the_way(plan)
    total = sum(copy.size for copy in plan.to_copy(existing))
    with byte_progress("Copying", total=total, quiet=options.json) as update:

        def show(progress: CopyProgress) -> None:
            done = f"Copying {progress.files + 1}/{progress.of_files}"
            update(completed=progress.bytes, description=done)

        result = copy_playlist(plan, existing, progress=show)
    if options.json:
        print_json(_json(result))
    else:
        say(copied_text(result))
    for each in result.left_out:
        complain(f"not copied: {printable(path_text(each.path))}: {each.reason}")
    return 1 if result.stopped is not None or result.left_out else 0


def _when_nothing_is_in_the_way(plan: CopyPlan) -> Existing:
    if others := in_the_way(plan):
        raise UsageError(
            f"{printable(path_text(plan.folder))} holds other files of the same name: {named(others)}. Nothing was "
            "copied. Add --existing skip, replace or rename (to keep both)."
        )
    return Existing.SKIP


def _json(result: CopyResult) -> dict[str, object]:
    return {
        "folder": path_text(result.folder),
        "file": None if result.playlist is None else path_text(result.playlist),
        "copied": result.copied,
        "already_there": result.there,
        "kept": list(result.kept),
        "left_from_earlier": list(result.earlier),
        "not_copied": [
            {"path": path_text(each.path), "reason": str(each.reason)} for each in result.left_out
        ],
        "stopped": None if result.stopped is None else result.stopped.value,
        **(
            {"needed": result.needed, "free": result.room}
            if result.stopped is Stopped.NO_ROOM
            else {}
        ),
    }
