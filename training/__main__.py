"""Make starter weights: fetch the music and the teachers, prepare, train, judge, export.

    python -m training                       # the weights that musicsim ships, from nothing
    python -m training --music ~/Music -o my.h5 --name mine      # weights for your own music
    musicsim models use my.h5

Every step continues where it was interrupted. Downloads and prepared data are in the cache (`--cache`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import track as progress

from training.bands import tracks_of_bands
from training.corpus import (
    SPLITS,
    CorpusError,
    Track,
    fetch,
    read_packages,
    tracks_below,
    tracks_of,
)

FINAL_SPLITS = ("train", "choose")
"""The splits for training the shipped weights, once everything is chosen. `report` is never used."""

if TYPE_CHECKING:
    from training.fitting import Training

_console = Console(stderr=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        _make(options)
    except (CorpusError, ValueError) as error:
        _console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        _console.print("Interrupted; the same command goes on from here.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training",
        description="Make starter weights, from a list of Debian's packages or from your own music.",
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("resources/starter.h5"))
    parser.add_argument("--name", default="starter", help="the model's; default: starter")
    parser.add_argument("--music", type=Path, metavar="FOLDER", help="train on your own music")
    parser.add_argument("--cache", type=Path, default=user_cache_path("musicsim"))
    parser.add_argument(
        "--splits", nargs="+", default=FINAL_SPLITS, choices=SPLITS,
        help="of training/packages.csv, to train on; default: %(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--bands", action=argparse.BooleanOptionalAction, default=True,
        help="train on bands of our own as well; default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--run", default="starter", help="names the checkpoint; default: starter")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="NAME=VALUE", help="changes to the recipe"
    )
    parser.add_argument(
        "--judge", action="store_true",
        help="say how good the run is on the split `choose`, which must not be trained on then; writes no weights",
    )  # fmt: skip
    parser.add_argument("--check", type=Path, metavar="FILE", help="write embeddings to test with")
    return parser


def _make(options: argparse.Namespace) -> None:
    from training.batches import Music
    from training.fitting import Training
    from training.recipe import Recipe

    recipe = Recipe().with_changes(options.set)
    music = Music(
        _prepared(options, options.splits, with_bands=options.bands),
        options.cache / "training" / "windows",
    )
    _console.print(
        f"{len(music.tracks)} tracks of {max(music.collection) + 1} collections, {len(music.owner)} windows."
    )
    training = Training(recipe, music, options.cache / "training" / "runs" / options.run)
    training.run(
        lambda step, losses: _console.print(
            f"step {step} of {recipe.steps}: "
            + ", ".join(f"{name} {value:.3f}" for name, value in losses.items() if value)
        )
    )
    if options.judge:
        _judge(options, training)
    else:
        _export(options, training)


def _prepared(
    options: argparse.Namespace, splits: Sequence[str], *, with_bands: bool = False
) -> list[Track]:
    """Fetch and prepare the music; return the usable tracks."""
    from training.musicnn import fetch_wheel
    from training.preparing import prepare

    if options.music is not None:
        tracks = list(tracks_below(options.music))
    else:
        # First, since it fails without its programs, before gigabytes are fetched.
        bands = list(tracks_of_bands(options.cache / "corpus")) if with_bands else []
        wanted = [collection for collection in read_packages() if collection.split in splits]
        tracks = []
        for collection in progress(wanted, "Fetching music", console=_console):
            tracks += tracks_of(fetch(collection, options.cache / "corpus"))
        tracks += bands
    if not tracks:
        raise CorpusError("There is no music to train on: tracks of 10 s to 8 min are needed.")
    wheel = fetch_wheel(options.cache / "teacher")
    windows = options.cache / "training" / "windows"
    unusable = set()
    for track, problem in progress(
        prepare(tracks, windows, wheel), "Preparing", total=len(tracks), console=_console
    ):
        if problem:
            _console.print(problem, markup=False)
            unusable.add(track)
    # In a fixed order, regardless of which were prepared before, since batches are drawn by it.
    return [track for track in tracks if track not in unusable]


def _judge(options: argparse.Namespace, training: Training) -> None:
    from training.batches import Music
    from training.judging import judge

    if "choose" in options.splits:
        raise ValueError("what was trained on can't judge: name --splits train")
    held_out = Music(_prepared(options, ["choose"]), options.cache / "training" / "windows")
    Console(width=120).print(judge(training, held_out))


def _export(options: argparse.Namespace, training: Training) -> None:
    from training.exporting import trial_windows, write_check, write_weights
    from training.fitting import embed_tracks
    from training.projecting import Space, fit_projection

    training.network.round_kernels()
    tracks = embed_tracks(training)
    projection = fit_projection(tracks, training.heads.affine(), training.heads.kernels(), Space())
    write_weights(options.output, options.name, training, projection, tracks)
    _console.print(f"{options.output}: {options.output.stat().st_size / 1e6:.2f} MB")
    if options.check is not None:
        write_check(options.check, training, projection, trial_windows())


if __name__ == "__main__":
    sys.exit(main())
