"""`playlists`: the actions that copy, merge, move and complete playlists, and remove what is in them twice."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.base.lengths import length_text
from musicsim.cli.output import (
    Commands,
    UsageError,
    names,
    positive,
    print_json,
    print_table,
    printable,
    say,
    short,
    track_json,
)
from musicsim.cli.playlist_export import kept_playlist
from musicsim.library.catalogue.playlists import Entry
from musicsim.library.types import MissingEntry, Playlist, Track
from musicsim.playlists.rules.duplicates import Duplicate
from musicsim.services.making.completing import between, duplicates_in, merged_entries, suggest

_SUGGESTED = 8
_BETWEEN = 3


def add_editing(actions: Commands) -> None:
    """Declare the actions of this module."""
    action = actions.add_parser("duplicate", help="make a copy of one")
    action.add_argument("name", metavar="NAME")
    action.add_argument("--name", dest="new", metavar="NEW", help="the name of the copy")
    action.set_defaults(run=duplicate)
    action = actions.add_parser("merge", help="make one of several, which stay as they are")
    action.add_argument("names", nargs="+", metavar="NAME")
    action.add_argument("--name", dest="new", metavar="NEW", help="the name of the new one")
    action.set_defaults(run=merge)
    action = actions.add_parser("move", help="put one into a folder, such as Parties/Summer")
    action.add_argument("name", metavar="NAME")
    action.add_argument(
        "folder", nargs="?", default="", metavar="FOLDER", help="made if missing; none: the top"
    )
    action.set_defaults(run=move)
    action = actions.add_parser("dedupe", help="remove what is in one twice")
    action.add_argument("name", metavar="NAME")
    action.add_argument(
        "--versions",
        action="store_true",
        help="other versions of a song, too, such as live and remastered ones",
    )
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=dedupe)
    action = actions.add_parser("complete", help="tracks that would go well with those of one")
    action.add_argument("name", metavar="NAME")
    action.add_argument("-n", "--number", type=positive, default=_SUGGESTED, metavar="N")
    action.add_argument("--add", action="store_true", help="add them at the end")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=complete)
    action = actions.add_parser("fill", help="put tracks between two neighbours in one")
    action.add_argument("name", metavar="NAME")
    action.add_argument(
        "position", type=positive, metavar="POSITION", help="of the first of the two, from 1"
    )
    action.add_argument("-n", "--number", type=positive, default=_BETWEEN, metavar="N")
    action.set_defaults(run=fill)


def duplicate(options: argparse.Namespace) -> None:
    """Store a copy of a playlist, beside it."""
    with Musicsim.open(options.data) as app:
        kept = kept_playlist(app, options.name)
        made = app.catalogue.playlists.create(
            options.new or kept.name, kept.entries, folder_id=kept.folder_id
        )
    say(f"Kept as “{short(made.name)}”.")


def merge(options: argparse.Namespace) -> None:
    """Store a playlist of the entries of several, each once."""
    if len(set(options.names)) < 2:
        raise UsageError("Name at least two playlists to merge.")
    with Musicsim.open(options.data) as app:
        playlists = [kept_playlist(app, name) for name in dict.fromkeys(options.names)]
        merged = merged_entries(playlists)
        made = app.catalogue.playlists.create(
            options.new or " + ".join(playlist.name for playlist in playlists),
            merged,
            folder_id=playlists[0].folder_id,
        )
    say(f"{counted(len(merged), 'track')} kept as “{short(made.name)}”.")
    if once := sum(len(playlist.entries) for playlist in playlists) - len(merged):
        say(f"{counted(once, 'track')} that came twice came once.")


def move(options: argparse.Namespace) -> None:
    """Move a playlist into a folder."""
    parts = [part.strip() for part in options.folder.split("/") if part.strip()]
    with Musicsim.open(options.data) as app:
        kept = kept_playlist(app, options.name)
        app.catalogue.playlists.move([kept.id], app.catalogue.playlist_folders.at(parts))
    where = f"in the folder {printable('/'.join(parts))}" if parts else "in no folder"
    say(f"“{short(kept.name)}” is {where} now.")


def dedupe(options: argparse.Namespace) -> None:
    """Remove what is in a playlist twice, each kind told apart."""
    with Musicsim.open(options.data) as app:
        kept = kept_playlist(app, options.name)
        tracks = {track.id: track for track in app.catalogue.tracks.by_id(set(kept.track_ids))}
        places = [p for p, entry in enumerate(kept.entries) if entry in tracks]
        listed = [tracks[track_id] for track_id in kept.track_ids if track_id in tracks]
        found = duplicates_in(app.catalogue, listed)
        gone = {
            places[row]: kind
            for row, kind in found.items()
            if options.versions or kind is not Duplicate.SONG
        }
        if gone:
            entries = [entry for place, entry in enumerate(kept.entries) if place not in gone]
            app.catalogue.playlists.set_entries(kept.id, entries)
    kinds = Counter(gone.values())
    versions = [listed[row] for row, kind in found.items() if kind is Duplicate.SONG]
    if options.json:
        print_json(
            {
                "removed": {kind.value: kinds[kind] for kind in Duplicate},
                "other_versions": [] if options.versions else list(map(track_json, versions)),
            }
        )
        return
    for kind, text in (
        (Duplicate.TRACK, "that came twice"),
        (Duplicate.SOUND, "with the same sound as another one"),
        (Duplicate.SONG, "that {} in another version, too"),
    ):
        if kinds[kind]:
            text = text.format("is there" if kinds[kind] == 1 else "are there")
            say(f"Removed {counted(kinds[kind], 'track')} {text}.")
    if not gone:
        say(f"No track is in “{short(kept.name)}” twice.")
    if versions and not options.versions:
        say("Other versions of songs in it, which --versions removes:")
        _print_tracks(versions)


def complete(options: argparse.Namespace) -> None:
    """Print tracks that would complete a playlist, and add them if wanted."""
    open_app = Musicsim.open if options.add else Musicsim.read
    with open_app(options.data) as app:
        kept = kept_playlist(app, options.name)
        found = suggest(app.playlists, app.catalogue, kept.track_ids, options.number)
        if options.add and found:
            _set(app, kept, (*kept.entries, *(track.id for track in found)))
    if options.json:
        print_json(list(map(track_json, found)))
        return
    if not found:
        say("Nothing in the library would fit.")
        return
    _print_tracks(found)
    if options.add:
        say(f"{counted(len(found), 'track')} added to “{short(kept.name)}”.")


def fill(options: argparse.Namespace) -> None:
    """Put tracks between two neighbours that lead from one to the other."""
    with Musicsim.open(options.data) as app:
        kept = kept_playlist(app, options.name)
        entries, position = kept.entries, options.position
        if position >= len(entries):
            raise UsageError(
                f"“{short(kept.name)}” has {counted(len(entries), 'track')}: none follows the one at {position}."
            )
        if any(isinstance(entry, MissingEntry) for entry in entries[position - 1 : position + 1]):
            raise UsageError("One of the two tracks is not in the library.")
        at = sum(not isinstance(entry, MissingEntry) for entry in entries[: position - 1])
        found = between(app.playlists, kept.track_ids, at, options.number)
        ids = [track.id for track in found]
        _set(app, kept, (*entries[:position], *ids, *entries[position:]))
    if not found:
        say("Nothing in the library leads from one of these tracks to the other.")
        return
    _print_tracks(found, position + 1)
    say(f"{counted(len(found), 'track')} put in between.")


def _set(app: Musicsim, playlist: Playlist, entries: Sequence[Entry]) -> None:
    app.catalogue.playlists.set_entries(playlist.id, entries)


def _print_tracks(tracks: Sequence[Track], first: int = 1) -> None:
    print_table(
        ("", "Title", "Artist", "Album", "Length"),
        [(n, *names(t), length_text(t.tags.duration)) for n, t in enumerate(tracks, first)],
        right=(0, 4),
    )
