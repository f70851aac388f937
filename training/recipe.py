"""All that decides what a training gives, with the music."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from musicsim.embedding.description import ModelDescription, Widths


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what a training gives, with the music.

    Attributes
    ----------
    widths, pool_size, bands_used, dynamic_range
        Of the network; see `ModelDescription`.
    steps
        How many batches to learn from.
    tracks, windows
        Of a batch: so many tracks, and so many windows of each.
    collection_power
        A collection of n tracks is drawn n to this power times as often as one of a single track: at 1 large ones rule,
        at 0 the few tracks of small ones come again and again.
    bands
        How often one of our own bands is drawn, of which there is one track, instead of a collection of other music, of
        which two are taken; see `training.bands`.
    learning_rate, warm_up, weight_decay
        Of AdamW; it rises over `warm_up` steps and falls by a cosine to nothing.
    teacher, tag, contrast, family
        Weights of the losses: the teachers' hidden features, their tags, windows of the same track against others, and
        tracks of the same collection against others.
    rivals
        How much of a rival a track of the same collection is in the contrast of tracks, from 0 to 1.
    temperature
        Of both contrasts.
    contrast_size
        Values of the head that is contrasted.
    seed
        Of everything that is drawn.
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
            If a name or a value is no recipe's.
        """
        values: dict[str, Any] = {}
        for change in changes:
            name, _, text = change.partition("=")
            if name not in asdict(self):
                raise ValueError(f"a recipe has no {name!r}")
            value = json.loads(text)
            values[name] = tuple(value) if isinstance(value, list) else value
        return replace(self, **values)
