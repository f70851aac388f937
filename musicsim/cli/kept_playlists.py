"""`playlists`: the playlists that are kept, and playlist files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.base.lengths import length_text
from musicsim.cli.output import (
    Commands,
    UsageError,
    complain,
    names,
    path_text,
    print_json,
    print_table,
    printable,
    say,
    short,
    track_json,
)
from musicsim.cli.playlist_file_options import add_paths, path_style
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.library.types import Playlist, Track
from musicsim.playlists.files.reading import PlaylistFile, read_playlist
from musicsim.playlists.files.writing import write_playlist


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("playlists", help="the playlists that are kept")
    command.set_defaults(run=list_playlists, json=False)
    actions = command.add_subparsers(metavar="ACTION")
    action = actions.add_parser("list", help="all of them")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=list_playlists)
    action = actions.add_parser("show", help="the tracks of one")
    action.add_argument("name", metavar="NAME")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=show_playlist)
    action = actions.add_parser("export", help="write one to a file")
    action.add_argument("name", metavar="NAME")
    action.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.m3u8")
    add_paths(action)
    action.set_defaults(run=export_playlist)
    action = actions.add_parser("import", help="keep the playlist of a file")
    action.add_argument("file", type=Path, metavar="FILE")
    action.set_defaults(run=import_playlist)
    action = actions.add_parser(
        "sort", help="put one in an order in which each track sounds like the next"
    )
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=sort_playlist)
    action = actions.add_parser("delete", help="forget one")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=delete_playlist)


def list_playlists(options: argparse.Namespace) -> None:
    """Print the stored playlists."""
    with Musicsim.read(options.data) as app:
        kept = app.catalogue.playlists.all()
    if options.json:
        print_json([{"name": p.name, "tracks": len(p.track_ids)} for p in kept])
    else:
        print_table(
            ("Playlist", "Tracks"), [(short(p.name), len(p.track_ids)) for p in kept], right=(1,)
        )


def _kept(app: Musicsim, name: str) -> Playlist:
    if (found := app.catalogue.playlists.named(name)) is None:
        raise UsageError(
            f"There is no playlist named “{printable(name)}”: `musicsim playlists list` names them all."
        )
    return found


def _track_ids(app: Musicsim, name: str) -> Sequence[int]:
    """Return the tracks of a playlist or, without one of this name, of a smart playlist."""
    smart = None if app.catalogue.playlists.named(name) else app.smart_lists.named(name)
    return _kept(app, name).track_ids if smart is None else app.smart_lists.find(smart.id).track_ids


def show_playlist(options: argparse.Namespace) -> None:
    """Print a playlist's tracks."""
    with Musicsim.read(options.data) as app:
        tracks = app.catalogue.tracks.by_id(_track_ids(app, options.name))
    if options.json:
        print_json(
            [{**track_json(t), "duration": t.tags.duration, "missing": t.missing} for t in tracks]
        )
    else:
        print_table(
            ("", "Title", "Artist", "Album", "Length", ""),
            [
                (n, *names(t), length_text(t.tags.duration), "missing" if t.missing else "")
                for n, t in enumerate(tracks, 1)
            ],
            right=(0, 4),
        )
    _name_missing(tracks)


def export_playlist(options: argparse.Namespace) -> None:
    """Write a stored playlist to a file."""
    with Musicsim.read(options.data) as app:
        tracks = app.catalogue.tracks.by_id(_kept(app, options.name).track_ids)
    write_playlist(options.output, tracks, name=options.name, style=path_style(options))
    say(f"{counted(len(tracks), 'track')} written to {printable(path_text(options.output))}.")
    _name_missing(tracks)


def _name_missing(tracks: Sequence[Track]) -> None:
    """Name the tracks of a playlist whose files a player would not find."""
    for track in tracks:
        if track.missing:
            complain(f"missing, or on a disconnected disk: {printable(path_text(track.path))}")


def import_playlist(options: argparse.Namespace) -> None:
    """Store the playlist in a file, with those of its tracks that are in the library; name the others."""
    with Musicsim.open(options.data) as app:
        known = KnownFiles(app.catalogue)
        playlist = read_playlist(
            options.file,
            app.catalogue.folders.all(),
            # A disk that is not connected now holds tracks all the same.
            lambda path: os.path.lexists(path) or known.track_at(path) is not None,
        )
        tracks: list[Track] = []
        for entry in playlist.entries:
            track = known.track_at(entry.path)
            if track is not None:
                tracks.append(track)
            elif entry.lost:
                complain(f"not found: {printable(entry.lost)}")
            else:
                complain(f"not in the library: {printable(path_text(entry.path))}")
        for name in playlist.elsewhere:
            complain(f"not a file on this computer: {printable(name)}")
        if not tracks:
            raise UsageError(_why_nothing(options.file, playlist))
        kept = app.catalogue.playlists.create(playlist.name, [track.id for track in tracks])
    say(f"{counted(len(tracks), 'track')} kept as “{short(kept.name)}”.")
    _name_missing(tracks)


def _why_nothing(file: Path, playlist: PlaylistFile) -> str:
    """Return why none of a playlist's entries is a track of the library."""
    name = printable(path_text(file))
    if playlist.entries:
        count = len(playlist.entries)
        which = "The only track" if count == 1 else f"None of the {count} tracks"
        return (
            f"{which} of {name} is {'not ' if count == 1 else ''}in the library: add the folder with "
            "`musicsim scan` first."
        )
    if playlist.elsewhere:
        return f"{name} lists no files, only addresses or titles: musicsim plays files on this computer."
    return f"{name} lists nothing: it is an empty playlist."


def sort_playlist(options: argparse.Namespace) -> None:
    """Store a playlist in the order of its flow; its first track stays the first."""
    with Musicsim.open(options.data) as app:
        kept = _kept(app, options.name)
        order = app.playlists.in_flow(kept.track_ids).result()
        app.catalogue.playlists.set_tracks(kept.id, order)
    say(f"“{short(kept.name)}” goes from track to track now.")


def delete_playlist(options: argparse.Namespace) -> None:
    """Delete a playlist."""
    with Musicsim.open(options.data) as app:
        app.catalogue.playlists.delete(_kept(app, options.name).id)
    say(f"“{options.name}” is deleted; its tracks stay in the library.")
