"""`history`: what was played, and whether that is remembered."""

from __future__ import annotations

import argparse

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.base.lengths import length_text
from musicsim.cli.output import (
    Commands,
    UsageError,
    file_path,
    local_time,
    names,
    positive,
    print_json,
    print_table,
    say,
    track_json,
    utc_time,
)
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import EndOfPlay
from musicsim.services.history import Since

_NOTHING = "The history is empty."
_ENDS = {
    EndOfPlay.FINISHED: "",
    EndOfPlay.SKIPPED: "skipped",
    EndOfPlay.STOPPED: "stopped",
    EndOfPlay.FAILED: "failed",
}
_KEPT = "What you play is remembered from now on."
_NOT_KEPT = (
    "What you play is not remembered from now on. What was played before stays until you clear it."
)


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("history", help="what was played")
    command.add_argument(
        "do",
        nargs="?",
        choices=("on", "off", "export"),
        help="remember what is played from now on, or don't; or write the whole history to FILE",
    )
    command.add_argument(
        "file", nargs="?", metavar="FILE", help="a CSV file or, if it ends in .json, a JSON file"
    )
    command.add_argument("-n", type=positive, default=50, metavar="N", help="how many (50)")
    command.add_argument(
        "--tracks", action="store_true", help="how often each track was played and skipped"
    )
    command.add_argument("--clear", action="store_true", help="delete the history")
    command.add_argument(
        "--since",
        choices=[since.value for since in Since],
        help="with --clear, delete only what was played today, since yesterday, or in the last seven days",
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=history)


def history(options: argparse.Namespace) -> None:
    """Print the last plays or the most played tracks; delete or export the history, or switch it on or off."""
    if options.clear and (options.json or options.tracks or options.do):
        raise UsageError("--clear does nothing else: leave out the rest.")
    if options.since is not None and not options.clear:
        raise UsageError("--since is for --clear.")
    if (options.do == "export") != (options.file is not None):
        raise UsageError("Name a file to export the history: musicsim history export FILE")
    if options.clear:
        with Musicsim.open(options.data) as app:
            app.history.clear(Since(options.since or Since.EVER))
        say("The history was cleared.")
    elif options.do == "export":
        with Musicsim.read(options.data) as app:
            count = app.history.export(file_path(options.file))
        say(f"{counted(count, 'play')} written to {options.file}.")
    elif options.do:
        with Musicsim.open(options.data) as app:
            app.history.keep(options.do == "on")
        say(_KEPT if options.do == "on" else _NOT_KEPT)
    elif options.tracks:
        _print_tracks(options)
    else:
        _print_plays(options)


def _print_plays(options: argparse.Namespace) -> None:
    with Musicsim.read(options.data) as app:
        plays = app.catalogue.plays.latest(options.n)
        ids = dict.fromkeys(play.track_id for play in plays)
        tracks = {track.id: track for track in app.catalogue.tracks.by_id(ids)}
    # A running window may forget a track between the two queries.
    known = [(play, tracks[play.track_id]) for play in plays if play.track_id in tracks]
    if options.json:
        print_json(
            [
                {
                    **track_json(track),
                    "started_at": utc_time(play.started_at),
                    "heard": play.heard,
                    "length": play.length,
                    "end": play.end.value,
                }
                for play, track in known
            ]
        )
    else:
        print_table(
            ("Played", "Title", "Artist", "Album", "Heard", "Length", ""),
            [
                (
                    local_time(play.started_at),
                    *names(track),
                    length_text(play.heard),
                    length_text(play.length),
                    _ENDS[play.end],
                )
                for play, track in known
            ],
            right=(4, 5),
            empty=_NOTHING,
        )


def _print_tracks(options: argparse.Namespace) -> None:
    with Musicsim.read(options.data) as app:
        counts = app.catalogue.plays.counts()
        most = sorted(
            counts, key=lambda i: (-counts[i].plays, counts[i].skips, -(counts[i].last_played or 0))
        )
        tracks = app.catalogue.tracks.by_id(most[: options.n])
        liked = app.catalogue.opinions.tracks(Opinion.LIKED)
    if options.json:
        print_json(
            [
                {
                    **track_json(track),
                    "plays": counts[track.id].plays,
                    "skips": counts[track.id].skips,
                    "last_played": utc_time(counts[track.id].last_played),
                    "liked": track.id in liked,
                }
                for track in tracks
            ]
        )
        return
    print_table(
        ("Plays", "Skips", "Last played", "Title", "Artist", "Album", ""),
        [
            (
                counts[track.id].plays,
                counts[track.id].skips,
                local_time(counts[track.id].last_played),
                *names(track),
                "liked" if track.id in liked else "",
            )
            for track in tracks
        ],
        right=(0, 1),
        empty=_NOTHING,
    )
    if len(counts) > options.n:
        say(f"{counted(len(counts) - options.n, 'more track')}.")
