"""The options of `playlist` that say what a list is made from, and which rules it keeps."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from musicsim.app import Musicsim
from musicsim.cli.matching import find_file, library_track
from musicsim.cli.output import UsageError, complain, path_text, positive, print_table, printable
from musicsim.library.query.filters import Filters, Range, is_empty
from musicsim.library.query.genres import parse_genre_groups
from musicsim.library.types import Track
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.services.making.seeds import Seed, SeedKind

SEED_HELP = (
    "a file, text that matches one track, or artist:NAME, album:TITLE, genre:NAME, playlist:NAME"
)
_NAMED = re.compile(r"(artist|album|genre|playlist):(.*)", re.DOTALL)
_WINDOW = re.compile(r"(\d+)\s*(min|m|minutes)?")


def add_rules(command: argparse.ArgumentParser) -> None:
    """Declare the options for rules."""
    group = command.add_argument_group(
        "rules",
        "Where they leave too few tracks, those that aren't given here give way, and the list says which.",
    )
    group.add_argument("--max-per-artist", type=positive, metavar="N", help="(3)")
    group.add_argument("--max-per-album", type=positive, metavar="N")
    for name in ("artist", "album", "song"):
        group.add_argument(
            f"--{name}-window",
            type=_window,
            metavar="N|Nmin",
            help=f"tracks, or minutes, until the same {name} comes again",
        )
    group.add_argument("--shortest", type=_minutes, metavar="MIN", help="length of a track (1)")
    group.add_argument("--longest", type=_minutes, metavar="MIN", help="length of a track (15)")
    group.add_argument("--any-length", action="store_true", help="tracks of any length")
    group.add_argument(
        "--genre-group",
        action="append",
        default=[],
        metavar="'GENRE; GENRE'",
        help="genres that belong together, with * and ?; repeatable",
    )
    group.add_argument(
        "--any-season", action="store_true", help="Christmas music in summer as well"
    )
    group.add_argument(
        "--tempo-step", type=positive, metavar="PERCENT", help="largest change of tempo"
    )
    group.add_argument(
        "--matching-keys", action="store_true", help="keys of neighbours that go together"
    )
    group.add_argument("--versions", action="store_true", help="other versions of a song as well")
    relaxing = group.add_mutually_exclusive_group()
    relaxing.add_argument(
        "--relax",
        dest="relax",
        action="store_true",
        default=None,
        help="the rules that are given here give way as well",
    )
    relaxing.add_argument(
        "--no-relax", dest="relax", action="store_false", help="no rule gives way"
    )


def add_filters(command: argparse.ArgumentParser) -> None:
    """Declare the options for filters."""
    group = command.add_argument_group("filters, each repeatable")
    for name in ("artist", "not-artist", "genre", "not-genre"):
        group.add_argument(f"--{name}", action="append", default=[], metavar="TEXT")
    group.add_argument("--year", action="append", type=_range, default=[], metavar="A-B")
    group.add_argument(
        "--duration", action="append", type=_range, default=[], metavar="A-B", help="minutes"
    )


def rules_of(options: argparse.Namespace) -> Rules:
    """Return the rules that the options ask for; those that are given are firm, unless they may be relaxed."""
    usual = Rules.for_lists(date.today())
    given = {
        Rule.ARTIST: ("max_per_artist", options.max_per_artist),
        Rule.ALBUM: ("max_per_album", options.max_per_album),
        Rule.ARTIST_WINDOW: ("artist_window", options.artist_window),
        Rule.ALBUM_WINDOW: ("album_window", options.album_window),
        Rule.SONG_WINDOW: ("song_window", options.song_window),
        Rule.SHORT: ("shortest", options.shortest),
        Rule.LONG: ("longest", options.longest),
        Rule.GENRE: ("genre_groups", parse_genre_groups("\n".join(options.genre_group)) or None),
        Rule.TEMPO: ("tempo_step", options.tempo_step),
        Rule.KEYS: ("matching_keys", options.matching_keys or None),
    }
    given = {rule: (name, value) for rule, (name, value) in given.items() if value is not None}
    if options.any_length:
        usual = replace(usual, shortest=None, longest=None)
    firm = frozenset(given) if options.relax is None else frozenset(() if options.relax else Rule)
    return replace(
        usual,
        filters=filters_of(options),
        today=None if options.any_season else usual.today,
        near_duplicates=options.versions,
        firm=firm,
        **dict(given.values()),
    )


def filters_of(options: argparse.Namespace) -> Filters:
    """Return the filters that the options ask for."""
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


def seed_of(app: Musicsim, text: str, *, quiet: bool) -> Seed:
    """Return what a text names: a track, or an artist, album, genre or playlist.

    Raises
    ------
    UsageError
        If there is no match, or an ambiguous one.
    """
    seeds = app.playlists.seeds
    named = _NAMED.fullmatch(text)
    if named is None or find_file(app, text) is not None:
        return seeds.track(library_track(app, text, quiet=quiet).id)
    kind, name = SeedKind(named[1]), named[2].strip()
    found = seeds.named(kind, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"There is no {kind} “{printable(name)}” in the library.")
    if not quiet:
        tracks = app.catalogue.tracks.by_id([seed.track_ids[0] for seed in found if seed.track_ids])
        print_table(
            ("", "Artist", "A file"),
            [
                (seed.name, each.artist, path_text(each.path))
                for seed, each in zip(found, tracks, strict=False)
            ],
        )
    raise UsageError(
        f"“{printable(name)}” is the {kind} of several: choose a track of the one that you mean."
    )


def ids_of(app: Musicsim, texts: Sequence[str], *, quiet: bool) -> list[int]:
    """Return the ids of the tracks that texts name."""
    return [library_track(app, text, quiet=quiet).id for text in texts]


def why_texts(track: Track, similarity: float, seed: str, seeds: Sequence[Track]) -> list[str]:
    """Return why a track is in a list, in words."""
    texts = [f"sounds like {seed} ({similarity:.0%})"] if seed else []
    genres = {each.tags.genre for each in seeds if each.tags.genre}
    if track.tags.genre in genres:
        texts.append(f"the same genre: {track.tags.genre}")
    artists = {each.artist for each in seeds if each.artist}
    if track.artist in artists:
        texts.append("the same artist")
    decades = {each.tags.year // 10 for each in seeds if each.tags.year}
    if track.tags.year and track.tags.year // 10 in decades:
        texts.append(f"of the {track.tags.year // 10 * 10}s as well")
    return texts


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is neither tracks nor minutes: write 5 or 60min")
    number = int(found[1])
    return Window(minutes=number) if found[2] else Window(tracks=number)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of minutes")
    return minutes


def _range(text: str) -> Range:
    """Parse a range such as "1970-1979", "1990-", "-5" or "1984" into its bounds; a dash may also be a long one."""
    low, dash, high = text.replace("–", "-").replace("—", "-").partition("-")
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


def _texts(option: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of a filter that are not empty, and tell of those that are."""
    full = tuple(text for text in texts if not is_empty(text))
    if len(full) < len(texts):
        complain(f"--{option} without a text filters nothing.")
    return full
