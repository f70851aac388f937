"""Everything that determines a training's result, apart from the music."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from musicsim.embedding.description import ModelDescription, Widths


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that determines a training's result, apart from the music.

    Attributes
    ----------
    widths, pool_size, bands_used, dynamic_range
        Of the network; see `ModelDescription`.
    steps
        The number of batches.
    tracks, windows
        The number of tracks in a batch, and of windows of each.
    collection_power
        A collection of n tracks is drawn n to this power times as often as one of a single track: at 1 large ones
        dominate, at 0 the few tracks of small ones are repeated often.
    bands
        How often one of our own bands, with one track, is drawn instead of a collection of other music, with two
        tracks; see `training.bands`.
    learning_rate, warm_up, weight_decay
        Of AdamW; the rate rises over `warm_up` steps and falls to zero by a cosine.
    teacher, tag, contrast, family
        Weights of the losses: the teachers' hidden features, their tags, windows of the same track against others, and
        tracks of the same collection against others.
    rivals
        The weight, from 0 to 1, of a track of the same collection as a rival in the contrast of tracks.
    temperature
        Of both contrasts.
    contrast_size
        Values of the contrasted head.
    seed
        Of all random draws.
    """

    widths: Widths = (16, 16, 32, 32, 64, 128, 256, 256)
    pool_size: tuple[int, int] = (4, 24)
    bands_used: int = 112
    dynamic_range: float = 45.0
    steps: int = 10000
    tracks: int = 32
    windows: int = 2
    collection_power: float = 0.75
    bands: float = 0.25
    learning_rate: float = 3e-3
    warm_up: int = 150
    weight_decay: float = 1e-2
    teacher: float = 1.0
    tag: float = 5.0
    contrast: float = 0.4
    family: float = 0.2
    rivals: float = 0.0
    temperature: float = 0.1
    contrast_size: int = 128
    seed: int = 0

    @property
    def description(self) -> ModelDescription:
        """The network without its projection, which is fitted after the training."""
        return ModelDescription(
            "mel128",
            self.widths,
            self.pool_size,
            bands_used=self.bands_used,
            dynamic_range=self.dynamic_range,
        )

    def with_changes(self, changes: Sequence[str]) -> Recipe:
        """Return a copy with ``name=value`` for each change.

        Raises
        ------
        ValueError
            If a name or a value is invalid.
        """
        values: dict[str, Any] = {}
        for change in changes:
            name, _, text = change.partition("=")
            if name not in asdict(self):
                raise ValueError(f"a recipe has no {name!r}")
            value = json.loads(text)
            values[name] = tuple(value) if isinstance(value, list) else value
        return replace(self, **values)
