"""`playlists`: the playlists that are kept, and playlist files."""

from __future__ import annotations

import argparse
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
from musicsim.cli.playlist_editing import add_editing
from musicsim.cli.playlist_export import add_export, kept_playlist, name_absent, name_missing
from musicsim.library.catalogue.playlist_folders import folder_names
from musicsim.library.query.natural import natural_key
from musicsim.library.types import MissingEntry, Track
from musicsim.services.making import importing


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
    add_export(actions)
    action = actions.add_parser("import", help="keep the playlist of a file")
    action.add_argument("file", type=Path, metavar="FILE")
    action.set_defaults(run=import_playlist)
    action = actions.add_parser(
        "sort", help="put one in an order in which each track sounds like the next"
    )
    action.add_argument("name", metavar="NAME")
    action.add_argument(
        "--keep",
        choices=("first", "last", "both", "neither"),
        default="first",
        help="which track stays at its end (first)",
    )
    action.set_defaults(run=sort_playlist)
    add_editing(actions)
    action = actions.add_parser("delete", help="forget one")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=delete_playlist)


def list_playlists(options: argparse.Namespace) -> None:
    """Print the stored playlists."""
    with Musicsim.read(options.data) as app:
        kept, folders = app.catalogue.playlists.all(), app.catalogue.playlist_folders.all()
    around = {p.id: "/".join(folder_names(p.folder_id, folders)) for p in kept}
    # Those in folders first, as in the window.
    kept.sort(key=lambda p: (not around[p.id], natural_key(around[p.id])))
    if options.json:
        print_json(
            [
                {
                    "name": p.name,
                    "tracks": len(p.track_ids),
                    "folder": around[p.id] or None,
                    "missing": len(p.missing),
                }
                for p in kept
            ]
        )
    else:
        print_table(
            ("Folder", "Playlist", "Tracks"),
            [(short(around[p.id]), short(p.name), len(p.track_ids)) for p in kept],
            right=(2,),
            empty="There are no playlists yet: `musicsim playlist SEED --name NAME` makes one.",
        )


def show_playlist(options: argparse.Namespace) -> None:
    """Print the tracks of a playlist or, without one of this name, of a smart playlist."""
    with Musicsim.read(options.data) as app:
        smart = app.smart_lists.named(options.name)
        if smart is None or app.catalogue.playlists.named(options.name):
            kept = kept_playlist(app, options.name)
            ids, missing = kept.track_ids, kept.missing
        else:
            ids, missing = app.smart_lists.find(smart.id).track_ids, ()
        tracks = app.catalogue.tracks.by_id(ids)
    listed: list[Track | MissingEntry] = list(tracks)
    for entry in missing:
        listed.insert(entry.position, entry)
    if options.json:
        print_json([_entry_json(each) for each in listed])
    else:
        print_table(
            ("", "Title", "Artist", "Album", "Length", ""),
            [(n, *_entry_row(each)) for n, each in enumerate(listed, 1)],
            right=(0, 4),
            empty="This playlist is empty.",
        )
    name_missing([track for track in tracks if track.missing])
    name_absent(missing)


def _entry_json(entry: Track | MissingEntry) -> dict[str, object]:
    if isinstance(entry, Track):
        return {
            **track_json(entry),
            "duration": entry.tags.duration,
            "missing": entry.missing,
            "in_library": True,
        }
    return {
        "path": path_text(entry.path),
        "title": entry.title,
        "artist": entry.artist,
        "album": entry.album,
        "duration": entry.duration,
        "missing": True,
        "in_library": False,
    }


def _entry_row(entry: Track | MissingEntry) -> tuple[object, ...]:
    if isinstance(entry, Track):
        note = "missing" if entry.missing else ""
        return *names(entry), length_text(entry.tags.duration), note
    title = entry.title or entry.path.name
    return (
        *map(short, (title, entry.artist, entry.album)),
        length_text(entry.duration),
        "not in the library",
    )


def import_playlist(options: argparse.Namespace) -> None:
    """Store the playlist in a file, with those of its tracks that are in the library; name the others."""
    with Musicsim.open(options.data) as app:
        read = importing.import_playlist(options.file, app.catalogue)
        for each in read.not_found:
            what = "not in the library" if each.is_there else "not found"
            complain(f"{what}: {printable(each.written)}")
        for name in read.elsewhere:
            complain(f"not a file on this computer: {printable(name)}")
        if not read.tracks:
            raise UsageError(_why_nothing(options.file, read))
        tracks = [found.track for found in read.tracks]
        kept = app.catalogue.playlists.create(read.name, read.entries)
    say(f"{counted(len(tracks), 'track')} kept as “{short(kept.name)}”.")
    if by_tags := sum(found.by is importing.FoundBy.TAGS for found in read.tracks):
        say(f"{by_tags} of them found by artist, title and length.")
    name_missing([track for track in tracks if track.missing])


def _why_nothing(file: Path, read: importing.ImportedPlaylist) -> str:
    """Return why none of a playlist's entries is a track of the library."""
    name = printable(path_text(file))
    if read.not_found:
        count = len(read.not_found)
        which = "The only track" if count == 1 else f"None of the {count} tracks"
        return (
            f"{which} of {name} is {'not ' if count == 1 else ''}in the library: add the folder with "
            "`musicsim scan` first."
        )
    if read.elsewhere:
        return f"{name} lists no files, only addresses or titles: musicsim plays files on this computer."
    return f"{name} lists nothing: it is an empty playlist."


def sort_playlist(options: argparse.Namespace) -> None:
    """Store a playlist in the order of its flow."""
    with Musicsim.open(options.data) as app:
        kept = kept_playlist(app, options.name)
        if len(set(kept.track_ids)) < 2:
            raise UsageError(
                f"“{short(kept.name)}” has {counted(len(kept.track_ids), 'track')}: there is nothing to sort."
            )
        first = 0 if options.keep in ("first", "both") else None
        last = len(kept.track_ids) - 1 if options.keep in ("last", "both") else None
        order = app.playlists.in_flow(kept.track_ids, first=first, last=last).result()
        app.catalogue.playlists.set_tracks(kept.id, order)
    say(f"In “{short(kept.name)}”, each track sounds like the next now.")


def delete_playlist(options: argparse.Namespace) -> None:
    """Delete a playlist."""
    with Musicsim.open(options.data) as app:
        app.catalogue.playlists.delete(kept_playlist(app, options.name).id)
    say(f"“{options.name}” is deleted; its tracks stay in the library.")
