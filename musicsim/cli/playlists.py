"""`similar` and `playlist`: from a track to the next hour of music."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.cli.kept_playlists import add_paths
from musicsim.cli.matching import TRACK_HELP, find_track, library_track
from musicsim.cli.output import (
    Commands,
    UsageError,
    complain,
    hidden_json,
    match_rows,
    path_text,
    positive,
    print_hidden,
    print_json,
    print_table,
    printable,
    say,
    short,
    track_json,
)
from musicsim.library.catalogue.playlist_names import PlaylistNameError, checked_name
from musicsim.library.query.filters import Filters, Range, is_empty
from musicsim.library.types import Track
from musicsim.playlists.files.m3u import write_m3u
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Rules
from musicsim.services.making.playlists import Mode, Order, PlaylistRequest

_LATER_MODES = ("radio",)


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("similar", help="the nearest tracks")
    command.add_argument("track", metavar="TRACK", help=TRACK_HELP)
    command.add_argument("-n", type=positive, default=20, metavar="N", help="how many (20)")
    command.add_argument(
        "--raw", action="store_true", help="nearest neighbours without rules, but bans"
    )
    command.add_argument("--json", action="store_true")
    _add_filters(command)
    command.set_defaults(run=similar)

    command = commands.add_parser("playlist", help="make a playlist")
    command.add_argument("seeds", nargs="+", metavar="SEED", help=TRACK_HELP)
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE.m3u8", help="write it to a file"
    )
    size = command.add_mutually_exclusive_group()
    size.add_argument("--length", type=positive, default=25, metavar="N", help="tracks (25)")
    size.add_argument("--minutes", type=positive, metavar="M", help="how long instead")
    command.add_argument(
        "--mode",
        choices=(*Mode, *_LATER_MODES),
        default=Mode.SIMILAR,
        help="near the seeds, from the first seed to the last, or near some tracks and away from others (similar)",
    )
    command.add_argument(
        "--via",
        action="append",
        default=[],
        metavar="TRACK",
        help="way-point of a journey; repeatable",
    )
    command.add_argument(
        "--less",
        action="append",
        default=[],
        metavar="TRACK",
        help="what a mix should not sound like; repeatable",
    )
    command.add_argument(
        "--variety",
        type=_percent,
        default=0,
        metavar="0-100",
        help="from the nearest tracks to contrasts (0)",
    )
    command.add_argument(
        "--order",
        choices=tuple(Order),
        default=Order.FOUND,
        help="as they are found, so that each sounds like the next, or random (found)",
    )
    command.add_argument(
        "--name", type=_playlist_name, help="keep it in the library under this name"
    )
    command.add_argument(
        "--rng-seed", type=int, metavar="INT", help="draw it; the same for the same number"
    )
    command.add_argument("--max-per-artist", type=positive, default=3, metavar="N", help="(3)")
    command.add_argument("--max-per-album", type=positive, metavar="N")
    command.add_argument("--json", action="store_true")
    add_paths(command)
    _add_filters(command)
    command.set_defaults(run=playlist)


def _add_filters(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("filters, each repeatable")
    for name in ("artist", "not-artist", "genre", "not-genre"):
        group.add_argument(f"--{name}", action="append", default=[], metavar="TEXT")
    group.add_argument("--year", action="append", type=_range, default=[], metavar="A-B")
    group.add_argument(
        "--duration", action="append", type=_range, default=[], metavar="A-B", help="minutes"
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
    texts = {
        option: _texts(option, getattr(options, option.replace("-", "_")))
        for option in ("artist", "not-artist", "genre", "not-genre")
    }
    return Filters(
        artists=texts["artist"],
        not_artists=texts["not-artist"],
        genres=texts["genre"],
        not_genres=texts["not-genre"],
        years=tuple(options.year),
        durations=tuple(options.duration),
    )


def _texts(option: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of a filter that are not empty, and tell of those that are."""
    full = tuple(text for text in texts if not is_empty(text))
    if len(full) < len(texts):
        complain(f"--{option} without a text filters nothing.")
    return full


def similar(options: argparse.Namespace) -> None:
    """Print the tracks nearest to one."""
    filters = _filters(options)
    rules = (
        Rules(max_per_artist=None, near_duplicates=True, filters=filters)
        if options.raw
        else Rules(filters=filters)
    )
    with Musicsim.read(options.data) as app:
        track = find_track(app, options.track, quiet=options.json)
        model = app.finding.model.identity
        if isinstance(track, Track):
            query = track_json(track)
            found = app.finding.similar(track.id, rules=rules, limit=options.n).result()
        else:
            path = track
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
    say(f"Similar to {short(str(query['title']))}:")
    print_table(
        ("", "Similar", "Title", "Artist", "Album", "Length"),
        match_rows(found.matches),
        right=(0, 1, 5),
    )
    print_hidden(found.hidden)


def playlist(options: argparse.Namespace) -> None:
    """Make a playlist, store it, write it to a file."""
    _check_mode(options)
    # Only storing changes the library: without a name, this works beside a running window.
    open_app = Musicsim.open if options.name else Musicsim.read
    with open_app(options.data) as app:
        *seeds, last = _seeds(app, options.seeds, quiet=options.json)
        request = PlaylistRequest(
            [*seeds, *_seeds(app, options.via, quiet=options.json), last],
            Mode(options.mode),
            Order(options.order),
            Rules(
                max_per_artist=options.max_per_artist,
                max_per_album=options.max_per_album,
                filters=_filters(options),
            ),
            length=options.length,
            minutes=options.minutes,
            less=_seeds(app, options.less, quiet=options.json),
            variety=options.variety / 100,
            rng_seed=options.rng_seed,
        )
        made = app.playlists.make(request).result()
        tracks = [match.track for match in made.matches]
        name = options.name or _name_of(made)
        if options.output:
            write_m3u(options.output, tracks, name=name, absolute=options.paths == "absolute")
        if options.name:
            kept = app.catalogue.playlists.create(options.name, [track.id for track in tracks])
            if not options.json:
                say(f"Kept as “{short(kept.name)}”.")
    _print_playlist(made, options)


def _name_of(made: GeneratedPlaylist) -> str:
    if made.mode == Mode.JOURNEY:
        return f"From {made.seeds[0].title} to {made.seeds[-1].title}"
    return f"Like {made.seeds[0].title}"


def _check_mode(options: argparse.Namespace) -> None:
    if options.mode in _LATER_MODES:
        raise UsageError(f"The mode {options.mode} is not there yet; --mode {', '.join(Mode)} are.")
    for option, mode in (("via", Mode.JOURNEY), ("less", Mode.MIX)):
        if getattr(options, option) and options.mode != mode:
            raise UsageError(f"--{option} is for --mode {mode}.")
    if options.mode == Mode.JOURNEY:
        if len(options.seeds) < 2:
            raise UsageError("A journey needs two seeds: where it begins, and where it ends.")
        if options.variety:
            raise UsageError("--variety is not for journeys, which go the straight way.")


def _seeds(app: Musicsim, texts: Sequence[str], *, quiet: bool) -> list[int]:
    """Return the ids of the tracks that texts name."""
    return [library_track(app, text, quiet=quiet).id for text in texts]


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"a number from 0 to 100, not {text!r}")
    return int(text)


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
    minutes = counted(round(made.duration / 60), "minute")
    say(f"{counted(len(made.matches), 'track')}, {minutes}.")
    print_hidden(made.hidden)
    if options.output:
        say(f"Written to {printable(path_text(options.output))}.")
