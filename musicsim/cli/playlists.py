"""`similar`, `playlist` and `playlists`: from a track to the next hour of music."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.base.lengths import length_text
from musicsim.cli.output import (
    Commands,
    UsageError,
    complain,
    file_path,
    hidden_json,
    match_rows,
    path_text,
    positive,
    print_hidden,
    print_json,
    print_table,
    printable,
    say,
    track_json,
)
from musicsim.library.catalogue.playlist_names import PlaylistNameError, checked_name
from musicsim.library.query.filters import Filters, Range
from musicsim.library.query.folding import fold
from musicsim.library.types import Playlist, Track
from musicsim.playlists.files.m3u import read_m3u, write_m3u
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Rules

_TRACK_HELP = "a file, or text that matches one track's artist, title and album"
_LATER_MODES = ("radio", "journey", "mix")


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("similar", help="the nearest tracks")
    command.add_argument("track", metavar="TRACK", help=_TRACK_HELP)
    command.add_argument("-n", type=positive, default=20, metavar="N", help="how many (20)")
    command.add_argument("--raw", action="store_true", help="nearest neighbours without rules")
    command.add_argument("--json", action="store_true")
    _add_filters(command)
    command.set_defaults(run=similar)

    command = commands.add_parser("playlist", help="make a playlist")
    command.add_argument("seeds", nargs="+", metavar="SEED", help=_TRACK_HELP)
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE.m3u8", help="write it to a file"
    )
    size = command.add_mutually_exclusive_group()
    size.add_argument("--length", type=positive, default=25, metavar="N", help="tracks (25)")
    size.add_argument("--minutes", type=positive, metavar="M", help="how long instead")
    command.add_argument("--mode", choices=("similar", *_LATER_MODES), default="similar")
    command.add_argument(
        "--name", type=_playlist_name, help="keep it in the library under this name"
    )
    command.add_argument(
        "--rng-seed", type=int, metavar="INT", help="draw it; the same for the same number"
    )
    command.add_argument("--max-per-artist", type=positive, default=3, metavar="N", help="(3)")
    command.add_argument("--max-per-album", type=positive, metavar="N")
    command.add_argument("--json", action="store_true")
    _add_paths(command)
    _add_filters(command)
    command.set_defaults(run=playlist)

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
    _add_paths(action)
    action.set_defaults(run=export_playlist)
    action = actions.add_parser("import", help="keep the playlist of a file")
    action.add_argument("file", type=Path, metavar="FILE")
    action.set_defaults(run=import_playlist)
    action = actions.add_parser("delete", help="forget one")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=delete_playlist)


def _add_filters(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("filters, each repeatable")
    for name in ("artist", "not-artist", "genre", "not-genre"):
        group.add_argument(f"--{name}", action="append", default=[], metavar="TEXT")
    group.add_argument("--year", action="append", type=_range, default=[], metavar="A-B")
    group.add_argument(
        "--duration", action="append", type=_range, default=[], metavar="A-B", help="minutes"
    )


def _add_paths(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--paths",
        choices=("relative", "absolute"),
        default="relative",
        help="in the playlist file (relative to it)",
    )


def _playlist_name(text: str) -> str:
    try:
        return checked_name(text)
    except PlaylistNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _range(text: str) -> Range:
    """Parse a range such as "1970-1979", "1990-", "-5" or "1984" into its bounds."""
    low, dash, high = text.partition("-")
    try:
        first = float(low) if low else None
        last = (float(high) if high else None) if dash else first
        if not (first is not None or last is not None) or not _at_most(first, last):
            raise ValueError
        return first, last
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a range: write A-B, A- or -B") from None


def _at_most(low: float | None, high: float | None) -> bool:
    return low is None or high is None or low <= high


def _filters(options: argparse.Namespace) -> Filters:
    return Filters(
        artists=tuple(options.artist),
        not_artists=tuple(options.not_artist),
        genres=tuple(options.genre),
        not_genres=tuple(options.not_genre),
        years=tuple(options.year),
        durations=tuple(options.duration),
    )


def find_track(app: Musicsim, text: str) -> Track | None:
    """Return the library's track for a path or a text; None for an audio file that is not in the library.

    Raises
    ------
    UsageError
        If there is no match, or an ambiguous one.
    """
    path = file_path(text)
    for known in (path, app.collection.known_path(path)):
        if (track := app.catalogue.tracks.at(known)) is not None:
            return track
    if os.path.isfile(path):  # noqa: PTH113 (Path's raises for a name that is too long)
        return None
    words = fold(text).split()
    matching = [
        track
        for track in app.catalogue.tracks.all()
        if not track.missing
        and all(word in fold(f"{track.artist} {track.title} {track.tags.album}") for word in words)
    ]
    exact = [track for track in matching if fold(text) in (fold(track.title), fold(track.name))]
    if len(exact) == 1 or len(matching) == 1:
        return (exact or matching)[0]
    if not matching:
        raise UsageError(
            f"Nothing matches “{printable(text)}”: name a file, or words of an artist, title or album."
        )
    print_table(
        ("Artist", "Title", "Album", "File"),
        [
            (track.artist, track.title, track.tags.album, path_text(track.path))
            for track in matching[:30]
        ],
    )
    more = f", {len(matching) - 30} of them not shown" if len(matching) > 30 else ""
    raise UsageError(
        f"“{printable(text)}” matches {len(matching)} tracks{more}: add words, or name the file."
    )


def similar(options: argparse.Namespace) -> None:
    """Print the tracks nearest to one."""
    filters = _filters(options)
    rules = (
        Rules(max_per_artist=None, near_duplicates=True, filters=filters)
        if options.raw
        else Rules(filters=filters)
    )
    with Musicsim.read(options.data) as app:
        track = _find_quietly(app, options.track, quiet=options.json)
        model = app.finding.model.identity
        if track is not None:
            query = track_json(track)
            found = app.finding.similar(track.id, rules=rules, limit=options.n).result()
        else:
            path = file_path(options.track)
            query = {"path": path_text(path), "title": path.stem, "artist": "", "album": ""}
            found = app.finding.similar_to_file(path, rules=rules, limit=options.n).result()
    if options.json:
        print_json(
            {
                "query": query,
                "model": model,
                "results": [
                    {"rank": rank, **track_json(match.track), "similarity": match.similarity}
                    for rank, match in enumerate(found.matches, 1)
                ],
                "hidden": hidden_json(found.hidden),
            }
        )
        return
    say(f"Similar to {printable(str(query['title']))}:")
    print_table(
        ("", "Similar", "Title", "Artist", "Album", "Length"),
        match_rows(found.matches),
        right=(0, 1, 5),
    )
    print_hidden(found.hidden)


def _find_quietly(app: Musicsim, text: str, *, quiet: bool) -> Track | None:
    """Call `find_track`; with `quiet`, discard the list of ambiguous matches."""
    with contextlib.redirect_stdout(io.StringIO()) if quiet else contextlib.nullcontext():
        return find_track(app, text)


def playlist(options: argparse.Namespace) -> None:
    """Make a playlist, store it, write it to a file."""
    if options.mode in _LATER_MODES:
        raise UsageError(f"The mode {options.mode} is not there yet; --mode similar is.")
    # Only storing changes the library: without a name, this works beside a running window.
    open_app = Musicsim.open if options.name else Musicsim.read
    with open_app(options.data) as app:
        seeds = []
        for text in options.seeds:
            track = _find_quietly(app, text, quiet=options.json)
            if track is None:
                raise UsageError(
                    f"{printable(text)} is not in the library: add its folder with `musicsim scan` first."
                )
            seeds.append(track)
        made = app.playlists.make(
            [track.id for track in seeds],
            rules=Rules(
                max_per_artist=options.max_per_artist,
                max_per_album=options.max_per_album,
                filters=_filters(options),
            ),
            length=options.length,
            minutes=options.minutes,
            rng_seed=options.rng_seed,
        ).result()
        tracks = [match.track for match in made.matches]
        name = options.name or f"Like {made.seeds[0].title}"
        if options.output:
            write_m3u(options.output, tracks, name=name, absolute=options.paths == "absolute")
        if options.name:
            kept = app.catalogue.playlists.create(options.name, [track.id for track in tracks])
            if not options.json:
                say(f"Kept as “{kept.name}”.")
    _print_playlist(made, options)


def _print_playlist(made: GeneratedPlaylist, options: argparse.Namespace) -> None:
    if options.json:
        print_json(
            {
                "mode": made.mode,
                "seeds": [path_text(seed.path) for seed in made.seeds],
                "tracks": [
                    {
                        **track_json(match.track),
                        "duration": match.track.tags.duration,
                        "similarity": match.similarity,
                    }
                    for match in made.matches
                ],
                "duration": made.duration,
                "hidden": hidden_json(made.hidden),
                "file": path_text(options.output.absolute()) if options.output else None,
            }
        )
        return
    print_table(
        ("", "Similar", "Title", "Artist", "Album", "Length"),
        match_rows(made.matches),
        right=(0, 1, 5),
    )
    say(f"{len(made.matches)} tracks, {made.duration / 60:.0f} minutes.")
    print_hidden(made.hidden)
    if options.output:
        say(f"Written to {printable(path_text(options.output))}.")


def list_playlists(options: argparse.Namespace) -> None:
    """Print the stored playlists."""
    with Musicsim.read(options.data) as app:
        kept = app.catalogue.playlists.all()
    if options.json:
        print_json([{"name": p.name, "tracks": len(p.track_ids)} for p in kept])
    else:
        print_table(("Playlist", "Tracks"), [(p.name, len(p.track_ids)) for p in kept], right=(1,))


def _kept(app: Musicsim, name: str) -> Playlist:
    if (found := app.catalogue.playlists.named(name)) is None:
        raise UsageError(
            f"There is no playlist named “{printable(name)}”: `musicsim playlists list` names them all."
        )
    return found


def show_playlist(options: argparse.Namespace) -> None:
    """Print a playlist's tracks."""
    with Musicsim.read(options.data) as app:
        tracks = app.catalogue.tracks.by_id(_kept(app, options.name).track_ids)
    if options.json:
        print_json([{**track_json(t), "duration": t.tags.duration} for t in tracks])
    else:
        print_table(
            ("", "Title", "Artist", "Album", "Length"),
            [
                (n, t.title, t.artist, t.tags.album, length_text(t.tags.duration))
                for n, t in enumerate(tracks, 1)
            ],
            right=(0, 4),
        )


def export_playlist(options: argparse.Namespace) -> None:
    """Write a stored playlist to a file."""
    with Musicsim.read(options.data) as app:
        tracks = app.catalogue.tracks.by_id(_kept(app, options.name).track_ids)
    write_m3u(options.output, tracks, name=options.name, absolute=options.paths == "absolute")
    say(f"{len(tracks)} tracks written to {printable(path_text(options.output))}.")


def import_playlist(options: argparse.Namespace) -> None:
    """Store the playlist in a file, with those of its tracks that are in the library."""
    name, paths = read_m3u(options.file)
    with Musicsim.open(options.data) as app:
        found = [(path, app.catalogue.tracks.at(path)) for path in paths]
        tracks = [track.id for _, track in found if track is not None]
        unknown = [path for path, track in found if track is None]
        if not tracks:
            raise UsageError(
                f"None of the {len(paths)} tracks of {printable(path_text(options.file))} is in the library: add "
                "their folder with `musicsim scan` first."
            )
        kept = app.catalogue.playlists.create(name, tracks)
    say(f"{len(tracks)} tracks kept as “{kept.name}”.")
    for path in unknown:
        complain(f"not in the library: {printable(path_text(path))}")


def delete_playlist(options: argparse.Namespace) -> None:
    """Delete a playlist."""
    with Musicsim.open(options.data) as app:
        app.catalogue.playlists.delete(_kept(app, options.name).id)
    say(f"“{options.name}” is deleted; its tracks stay in the library.")
