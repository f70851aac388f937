"""`evaluate`: measure the similarity on this library against its own tags."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.cli.output import (
    Commands,
    UsageError,
    path_text,
    positive,
    print_json,
    print_table,
    say,
)
from musicsim.library.query.folding import fold
from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.similarity.hubs import MutualProximity
from musicsim.similarity.measures.evaluation import Evaluation, NothingRelevantError, evaluate
from musicsim.similarity.space import Vectors

_NEIGHBOURS = 10


def _artist(track: Track) -> set[str]:
    return _without_empty(artist_key(track))


def _album(track: Track) -> set[str]:
    key = album_key(track)
    return set() if key is None else {"\n".join(key)}


def _genres(track: Track) -> set[str]:
    # Tags join several genres with commas; people also write several into one tag, with other separators.
    return _without_empty(*(fold(genre).strip() for genre in re.split(r"[,;/|]", track.tags.genre)))


def _folder(track: Track) -> set[str]:
    return {path_text(track.path.parent)}


def _without_empty(*names: str) -> set[str]:
    return {name for name in names if name}


@dataclass(frozen=True, slots=True)
class _Label:
    """A property that groups tracks."""

    of: Callable[[Track], set[str]]
    shared: str
    """The phrase for tracks that share it."""


_LABELS = {
    "artist": _Label(_artist, "by the same artist"),
    "album": _Label(_album, "from the same album"),
    "genre": _Label(_genres, "of the same genre"),
    "folder": _Label(_folder, "in the same folder"),
}


def add_commands(commands: Commands) -> None:
    """Declare the command of this module."""
    command = commands.add_parser(
        "evaluate", help="how good the similarity is on this library, against its own tags"
    )
    command.add_argument(
        "--relevant",
        choices=tuple(_LABELS),
        default="artist",
        help="what tracks that should be near to each other have in common (artist)",
    )
    command.add_argument(
        "-k",
        type=positive,
        metavar="K",
        help=f"how many nearest tracks to look at ({_NEIGHBOURS})",
    )
    command.add_argument(
        "--exclude-same",
        choices=("album", "artist", "folder"),
        help="leave out tracks that share this with the query, such as an album that is known by its sound alone",
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=evaluate_library)


def evaluate_library(options: argparse.Namespace) -> None:
    """Measure the similarity by cosine and, for comparison, by mutual proximity."""
    with Musicsim.read(options.data) as app:
        model = app.finding.model.identity
        ids, points = app.finding.nearest.all_points()
        by_id = {track.id: track for track in app.catalogue.tracks.by_id(ids.tolist())}
    # A track may have left the library in the meantime.
    there = [place for place, track_id in enumerate(ids.tolist()) if track_id in by_id]
    tracks = [by_id[track_id] for track_id in ids[there].tolist()]
    k = _neighbours(options.k, len(tracks))
    as_searched, without_hubs = _evaluate(options, tracks, points[there], k)
    if options.json:
        print_json(
            {
                "queries": as_searched.queries,
                "k": k,
                **_figures_json(as_searched),
                "random": {
                    "precision": as_searched.random_precision,
                    "recall": as_searched.random_recall,
                    "map": as_searched.random_map,
                },
                "mutual_proximity": _figures_json(without_hubs),
                "model": model,
                "tracks": as_searched.tracks,
                "relevant": options.relevant,
                "exclude_same": options.exclude_same,
            }
        )
        return
    _print(options, model, as_searched, without_hubs)


def _neighbours(asked: int | None, tracks: int) -> int:
    """Return the number of neighbours to look at, given the number of tracks.

    Raises
    ------
    UsageError
        If there are fewer than two tracks, or too few for the requested number.
    """
    if tracks < 2:
        raise UsageError(
            f"There is nothing to evaluate: musicsim has listened to {tracks or 'none'} of the library's tracks, and "
            "it takes two. `musicsim scan FOLDER` listens to more."
        )
    k = min(_NEIGHBOURS, tracks - 1) if asked is None else asked
    if k >= tracks:
        raise UsageError(
            f"-k {k} is too many: each of the {tracks} tracks that musicsim has listened to has "
            f"{counted(tracks - 1, 'other')}. Choose a smaller one."
        )
    return k


def _evaluate(
    options: argparse.Namespace, tracks: Sequence[Track], points: Vectors, k: int
) -> tuple[Evaluation, Evaluation]:
    """Return the evaluations by cosine, as search ranks, and by mutual proximity."""
    label = _LABELS[options.relevant]
    labels = [label.of(track) for track in tracks]
    excluded = _LABELS[options.exclude_same] if options.exclude_same else None
    groups = [excluded.of(track) for track in tracks] if excluded else None
    with _progress(2 * len(tracks), quiet=options.json) as progress:
        try:
            as_searched = evaluate(points, labels, k=k, groups=groups, progress=progress)
        except NothingRelevantError:
            left = f" when those {excluded.shared} are left out" if excluded else ""
            remedy = ", or do without --exclude-same" if excluded else ""
            raise UsageError(
                f"There is nothing to evaluate: none of the {len(tracks)} tracks that musicsim has listened to has "
                f"another one {label.shared}{left}. Fill in their tags and scan again, or choose something else with "
                f"--relevant{remedy}."
            ) from None
        without_hubs = evaluate(
            MutualProximity(points), labels, k=k, groups=groups, progress=progress
        )
    return as_searched, without_hubs


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show the progress on standard error, if that is a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        task = bar.add_task("Comparing", total=total)
        yield lambda more: bar.advance(task, more)


def _figures_json(figures: Evaluation) -> dict[str, float | None]:
    values = {
        "precision": figures.precision,
        "recall": figures.recall,
        "map": figures.map,
        "diversity": figures.diversity,
        "novelty": figures.novelty,
        "hubness_skew": figures.hubness,
        "anti_hubs": figures.anti_hubs,
    }
    # JSON has no NaN.
    return {name: None if math.isnan(value) else value for name, value in values.items()}


def _print(
    options: argparse.Namespace, model: str, as_searched: Evaluation, without_hubs: Evaluation
) -> None:
    shared, k = _LABELS[options.relevant].shared, as_searched.k
    say(
        f"{as_searched.tracks} tracks, listened to by {model}; {as_searched.queries} of them have others {shared}, "
        "which should be the nearest."
    )
    if options.exclude_same:
        say(f"Tracks {_LABELS[options.exclude_same].shared} as the query are left out.")
    most = math.log2(as_searched.tracks / k)
    random = {
        "precision": as_searched.random_precision,
        "recall": as_searched.random_recall,
        "map": as_searched.random_map,
    }
    meanings = (
        ("precision", f"Precision at {k}", ".0%", f"of the {k} nearest are {shared}"),
        ("recall", f"Recall at {k}", ".0%", f"of all {shared} are among the {k} nearest"),
        ("map", "MAP", ".2f", f"1 where all {shared} come first"),
        ("diversity", "Diversity", ".2f", f"of the {k} nearest: 0 the same sound, 1 unrelated"),
        (
            "novelty",
            "Novelty",
            ".1f",
            f"bits; up to {most:.1f}, where all tracks are found equally often",
        ),
        (
            "hubness",
            "Hubness",
            ".1f",
            "0 where all are found equally often; above 1, a few hubs are found everywhere",
        ),
        ("anti_hubs", "Anti-hubs", ".0%", f"of the tracks are among nobody's {k} nearest"),
    )
    print_table(
        ("", "Here", "Random order", "Mutual proximity", "What it says"),
        [
            (
                title,
                _text(getattr(as_searched, name), form),
                _text(random[name], form) if name in random else "",
                _text(getattr(without_hubs, name), form),
                meaning,
            )
            for name, title, form, meaning in meanings
        ],
        right=(1, 2, 3),
    )
    say(
        "Mutual proximity is another order, which keeps hubs back: two tracks are near when each is near for the "
        "other. Search does not use it."
    )


def _text(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form)
