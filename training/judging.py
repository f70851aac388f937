"""Judging a training on collections that it has not used: the table for choosing recipes and spaces."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from rich.table import Table

from musicsim.embedding.weights import Linear
from musicsim.similarity.measures.evaluation import hubness, mean_average_precision, precision_at
from training.batches import Music
from training.fitting import Training, embed_tracks, flatten
from training.projecting import Space, fit_projection, track_means

FloatArray = npt.NDArray[np.float32]

SPACES = (
    Space(),
    Space(teacher=0.0),
    Space(teacher=0.5),
    Space(teacher=2.0),
    Space(teacher=100.0),
    Space(whitening=0.5),
    Space(whitening=1.0),
    Space(size=64),
    Space(size=192),
    Space(size=256),
)
"""Each differs from the first in one choice."""


def judge(training: Training, held_out: Music, spaces: Iterable[Space] = SPACES) -> Table:
    """Return a table of how well each space finds tracks of the same collection, with the teachers' R² as a caption.

    Parameters
    ----------
    training
        The training with a trained network.
    held_out
        Collections that it has not used.
    spaces
        Ways to join its heads.
    """
    table = Table("size", "teacher", "whitening", "MAP", "MAP, copies", "P@10, copies", "hubness")
    fitted_on = embed_tracks(training)
    original, copies = flatten(training.network, held_out.spectrograms)
    for space in spaces:
        projection = fit_projection(
            fitted_on, training.heads.affine(), training.heads.kernels(), space
        )

        as_they_are, found = (
            _points(windows, held_out, projection) for windows in (original, copies)
        )
        table.add_row(
            str(space.size),
            f"{space.teacher:g}",
            f"{space.whitening:g}",
            f"{mean_average_precision(as_they_are, held_out.collection):.4f}",
            f"{mean_average_precision(found, held_out.collection):.4f}",
            f"{np.nanmean(precision_at(10, found, held_out.collection)):.4f}",
            f"{hubness(found):.2f}",
        )
    true, guessed = training.heads.standardised(held_out.features), training.heads.guess(original)
    by_track = _explained(track_means(true, held_out.owner), track_means(guessed, held_out.owner))
    table.caption = (
        f"Of the variance of the teachers' features the network guesses {_explained(true, guessed):.2f} by window, "
        f"{by_track:.2f} by track"
    )
    return table


def _explained(true: FloatArray, guessed: FloatArray) -> float:
    """Return the coefficient of determination, R², over all features together."""
    return float(1 - np.square(guessed - true).sum() / np.square(true - true.mean(axis=0)).sum())


def _points(windows: FloatArray, music: Music, projection: Linear) -> FloatArray:
    means = track_means(windows, music.owner) @ projection.kernel + projection.bias
    unit: FloatArray = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit
