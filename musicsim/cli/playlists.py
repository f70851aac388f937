"""`similar` and `playlist`: from a track to the next hour of music."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.cli.list_options import (
    SEED_HELP,
    add_filters,
    add_rules,
    filters_of,
    ids_of,
    rules_of,
    seed_of,
    why_texts,
)
from musicsim.cli.matching import TRACK_HELP, find_track
from musicsim.cli.output import (
    Commands,
    UsageError,
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
from musicsim.cli.playlist_export import name_missing
from musicsim.cli.playlist_file_options import add_paths, path_style, playlist_path
from musicsim.library.catalogue.playlist_names import PlaylistNameError, checked_name
from musicsim.library.types import Track
from musicsim.playlists.arranging import Order
from musicsim.playlists.files.writing import write_playlist
from musicsim.playlists.generators.radio import RadioSettings, Strictness
from musicsim.playlists.result import GeneratedPlaylist, Match
from musicsim.playlists.rules.rules import Rules
from musicsim.playlists.rules.spacing import MINUTES_OF_A_TRACK
from musicsim.services.making.exporting import without_files
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import Seed, SeedKind, contradiction
from musicsim.services.texts import relaxed_text, unknown_lengths_text

_RADIO = "radio"


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("similar", help="the nearest tracks")
    command.add_argument("track", metavar="TRACK", help=TRACK_HELP)
    command.add_argument("-n", type=positive, default=20, metavar="N", help="how many (20)")
    command.add_argument(
        "--raw", action="store_true", help="nearest neighbours without rules, but bans"
    )
    command.add_argument("--why", action="store_true", help="say why each track is there")
    command.add_argument("--json", action="store_true")
    add_filters(command)
    command.set_defaults(run=similar)

    command = commands.add_parser("playlist", help="make a playlist")
    command.add_argument("seeds", nargs="+", metavar="SEED", help=SEED_HELP)
    command.add_argument(
        "-o", "--output", type=playlist_path, metavar="FILE.m3u8", help="write it to a file"
    )
    size = command.add_mutually_exclusive_group()
    size.add_argument("--length", type=positive, default=25, metavar="N", help="tracks (25)")
    size.add_argument("--minutes", type=positive, metavar="M", help="how long instead")
    command.add_argument(
        "--mode",
        choices=(*Mode, _RADIO),
        default=Mode.SIMILAR,
        help="near the seeds, from the first seed to the last, near each seed and away from others, of the group, "
        "or as a radio plays (similar)",
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
        "--strictness",
        choices=tuple(Strictness),
        default=None,
        help="how near a radio stays to its seeds (focused)",
    )
    command.add_argument(
        "--follow-vibe",
        action="store_true",
        help="let a radio stay near what came last instead of near its seeds",
    )
    command.add_argument(
        "--weights",
        type=_weights,
        metavar="N,N",
        help="the share of each seed in a mix, in their order (1 each)",
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
    command.add_argument("--why", action="store_true", help="say why each track is there")
    command.add_argument("--json", action="store_true")
    add_paths(command)
    add_rules(command)
    add_filters(command)
    command.set_defaults(run=playlist)


def _playlist_name(text: str) -> str:
    try:
        return checked_name(text)
    except PlaylistNameError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def similar(options: argparse.Namespace) -> None:
    """Print the tracks nearest to one."""
    filters = filters_of(options)
    rules = (
        Rules(max_per_artist=None, near_duplicates=True, filters=filters)
        if options.raw
        else Rules(filters=filters)
    )
    with Musicsim.read(options.data) as app:
        track = find_track(app, options.track, quiet=options.json)
        model = app.finding.model.identity
        if isinstance(track, Track):
            query, name, seeds = track_json(track), track.title, [track]
            found = app.finding.similar(track.id, rules=rules, limit=options.n).result()
        else:
            path, name, seeds = track, track.stem, []
            query = {"path": path_text(path), "title": path.stem, "artist": "", "album": ""}
            found = app.finding.similar_to_file(path, rules=rules, limit=options.n).result()
    whys = [why_texts(m.track, m.similarity, name, seeds) for m in found.matches]
    if options.json:
        print_json(
            {
                "query": query,
                "model": model,
                "results": [
                    {
                        "rank": rank,
                        **track_json(match.track),
                        "similarity": match.similarity,
                        **({"why": why} if options.why else {}),
                    }
                    for rank, (match, why) in enumerate(zip(found.matches, whys, strict=True), 1)
                ],
                "hidden": hidden_json(found.hidden),
            }
        )
        return
    say(f"Similar to {short(str(query['title']))}:")
    _print_matches(found.matches, whys if options.why else None)
    print_hidden(found.hidden)


def playlist(options: argparse.Namespace) -> None:
    """Make a playlist, store it, write it to a file."""
    _check_mode(options)
    # Only storing changes the library: without a name, this works beside a running window.
    open_app = Musicsim.open if options.name else Musicsim.read
    with open_app(options.data) as app:
        seeds = [seed_of(app, text, quiet=options.json) for text in options.seeds]
        for text in options.via:
            seeds.insert(len(seeds) - 1, seed_of(app, text, quiet=options.json))
        if options.weights:
            seeds = [
                replace(seed, weight=weight)
                for seed, weight in zip(seeds, options.weights, strict=True)
            ]
        names = _seed_names(app, seeds)
        made = _made(app, seeds, options)
        tracks = [match.track for match in made.matches]
        name = options.name or _name_of(seeds, options.mode)
        if options.output:
            write_playlist(options.output, tracks, name=name, style=path_style(options))
        if options.name:
            kept = app.catalogue.playlists.create(options.name, [track.id for track in tracks])
            if not options.json:
                say(f"Kept as “{short(kept.name)}”.")
    _print_playlist(made, seeds, names, options)
    if options.output:
        name_missing(without_files(tracks))


def _made(app: Musicsim, seeds: Sequence[Seed], options: argparse.Namespace) -> GeneratedPlaylist:
    if options.mode == _RADIO:
        settings = RadioSettings(
            Strictness(options.strictness or Strictness.FOCUSED), options.follow_vibe
        )
        return app.radio.playlist(
            seeds,
            settings,
            rules=rules_of(options),
            length=options.length,
            minutes=options.minutes,
            rng_seed=options.rng_seed or 0,
        ).result()
    less = ids_of(app, options.less, quiet=options.json)
    if text := contradiction(seeds, less):
        raise UsageError(text)
    request = PlaylistRequest(
        seeds,
        Mode(options.mode),
        Order(options.order),
        rules_of(options),
        length=options.length,
        minutes=options.minutes,
        less=less,
        variety=options.variety / 100,
        rng_seed=options.rng_seed,
    )
    return app.playlists.make(request).result()


def _name_of(seeds: Sequence[Seed], mode: str) -> str:
    if mode == Mode.JOURNEY:
        return f"From {seeds[0].name} to {seeds[-1].name}"
    return f"Like {seeds[0].name}"


def _check_mode(options: argparse.Namespace) -> None:
    for option, mode in (
        ("via", Mode.JOURNEY),
        ("less", Mode.MIX),
        ("weights", Mode.MIX),
        ("strictness", _RADIO),
        ("follow-vibe", _RADIO),
    ):
        if getattr(options, option.replace("-", "_")) and options.mode != mode:
            raise UsageError(f"--{option} is for --mode {mode}.")
    if options.weights and len(options.weights) != len(options.seeds):
        raise UsageError(
            f"--weights names {len(options.weights)} for {len(options.seeds)} seeds: give one for each."
        )
    if options.mode == _RADIO and (options.variety or options.order != Order.FOUND):
        raise UsageError("A radio has an order and a variety of its own: choose its --strictness.")
    if options.mode == Mode.JOURNEY:
        if len(options.seeds) < 2:
            raise UsageError("A journey needs two seeds: where it begins, and where it ends.")
        if options.variety:
            raise UsageError("--variety is not for journeys, which go the straight way.")


def _weights(text: str) -> list[float]:
    try:
        weights = [float(part) for part in text.split(",")]
    except ValueError:
        weights = []
    if not weights or not all(0 < weight < 1e6 for weight in weights):
        raise argparse.ArgumentTypeError(f"{text} are no weights: write numbers such as 2,1,1")
    return weights


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"a number from 0 to 100, not {text!r}")
    return int(text)


def _seed_names(app: Musicsim, seeds: Sequence[Seed]) -> list[str]:
    """Return the seeds as in JSON: tracks by their paths."""
    names = []
    for seed in seeds:
        if seed.kind is SeedKind.TRACK:
            names += [path_text(track.path) for track in app.catalogue.tracks.by_id(seed.track_ids)]
        else:
            names.append(f"{seed.kind}:{seed.name}")
    return names


def _whys(made: GeneratedPlaylist, seeds: Sequence[Seed]) -> list[list[str]]:
    """Return why each track is in the list."""
    wanted = [seed for seed in seeds if seed.weight > 0]
    named = {track.id for track in made.seeds}
    whys = []
    for match in made.matches:
        if match.track.id in named:
            whys.append(["you asked for it"])
            continue
        for_one = match.found_for is not None and (len(wanted) == 1 or made.mode == Mode.MIX)
        if made.mode == Mode.JOURNEY:
            near = "the track before it"
        else:
            near = wanted[match.found_for or 0].name if for_one else "what the seeds have in common"
        whys.append(why_texts(match.track, match.similarity, near, made.seeds))
    return whys


_NOTHING = "No track of the library may come."


def _print_matches(matches: Sequence[Match], whys: Sequence[Sequence[str]] | None) -> None:
    columns = ("", "Similar", "Title", "Artist", "Album", "Length")
    rows = match_rows(matches)
    if whys is None:
        print_table(columns, rows, right=(0, 1, 5), empty=_NOTHING)
        return
    explained = ((*row, "; ".join(why)) for row, why in zip(rows, whys, strict=True))
    print_table((*columns, "Why"), explained, right=(0, 1, 5), empty=_NOTHING)


def _print_playlist(
    made: GeneratedPlaylist,
    seeds: Sequence[Seed],
    names: Sequence[str],
    options: argparse.Namespace,
) -> None:
    whys = _whys(made, seeds) if options.why else None
    if options.json:
        tracks: list[dict[str, object]] = [
            {
                **track_json(match.track),
                "duration": match.track.tags.duration,
                "similarity": match.similarity,
            }
            for match in made.matches
        ]
        for track, why in zip(tracks, whys or (), strict=False):
            track["why"] = why
        print_json(
            {
                "mode": made.mode,
                "seeds": list(names),
                "tracks": tracks,
                "duration": made.duration,
                "hidden": hidden_json(made.hidden),
                "relaxed": [relaxed_text(each) for each in made.relaxed],
                "steps": list(made.steps),
                "file": path_text(options.output.absolute()) if options.output else None,
            }
        )
        return
    _print_matches(made.matches, whys)
    minutes = counted(round(made.duration / 60), "minute")
    say(f"{counted(len(made.matches), 'track')}, {minutes}.")
    print_hidden(made.hidden)
    if made.wanted_minutes is not None and made.unknown_lengths:
        say(unknown_lengths_text(made.unknown_lengths, MINUTES_OF_A_TRACK))
    if made.relaxed:
        say(f"Rules that gave way: {'; '.join(map(relaxed_text, made.relaxed))}.")
    if made.is_short:
        size = (
            counted(made.wanted, "track")
            if made.wanted
            else counted(round(made.wanted_minutes or 0), "minute")
        )
        reason = (
            f"a journey has {counted(made.most, 'track')} at most"
            if made.most is not None
            else "the library has no more that may come"
        )
        say(f"That is less than {size}: {reason}.")
    if options.output:
        say(f"Written to {printable(path_text(options.output))}.")
