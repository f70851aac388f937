"""The training itself: steps, and checkpoints from which it continues."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import DYNAMIC_RANGE
from musicsim.embedding.runtime import fastest_precision, import_tensorflow
from training.augmenting import as_seen, augment
from training.batches import Music
from training.heads import Heads
from training.network import TrainableNetwork
from training.projecting import track_means
from training.recipe import Recipe

FloatArray = npt.NDArray[np.float32]

VARIANTS = 2
"""Variants of each window: unchanged, and from a copy of low bit rate."""


class Training:
    """A training that can be interrupted at any step.

    Parameters
    ----------
    recipe
        The settings.
    music
        The training music.
    folder
        Keeps the checkpoint. Training continues from an existing one, which must be of the same recipe and as much
        music.
    """

    def __init__(self, recipe: Recipe, music: Music, folder: Path) -> None:
        tf = import_tensorflow()
        self.recipe = recipe
        self.music = music
        self.network = TrainableNetwork(recipe.description, recipe.seed, fastest_precision())
        self.heads = Heads(recipe, music)
        self.step = 0
        self._checkpoint = folder / "checkpoint.npz"
        self._optimizer = _optimizer(recipe)
        self._trained = [*self.network.trained, *self.heads.trained]
        self._optimizer.build(self._trained)
        self._take_step = tf.function(self._step_of, autograph=False)
        folder.mkdir(parents=True, exist_ok=True)
        if self._checkpoint.exists():
            self._restore()

    def run(self, tell: Callable[[int, dict[str, float]], None], *, keep_every: int = 100) -> None:
        """Take the remaining steps; report the losses to `tell` and save the checkpoint every `keep_every` steps."""
        losses: dict[str, list[float]] = {}
        while self.step < self.recipe.steps:
            for name, value in self._next().items():
                losses.setdefault(name, []).append(float(value))
            if self.step % keep_every == 0 or self.step == self.recipe.steps:
                self._keep()
                tell(self.step, {name: float(np.mean(values)) for name, values in losses.items()})
                losses = {}

    def _next(self) -> dict[str, Any]:
        tf = import_tensorflow()
        # Seeded by the step, so that an interrupted training continues with the same draws.
        random = np.random.default_rng((self.recipe.seed, self.step))
        windows = self.music.draw(self.recipe, random)
        variants = random.integers(VARIANTS, size=len(windows))
        owner = self.music.owner[windows]
        losses: dict[str, Any] = self._take_step(
            tf.constant(self.music.spectrograms[variants, windows]),
            tf.constant(self.heads.standardised(self.music.features[windows])),
            tf.constant(self.music.tags[windows]),
            tf.constant(owner, tf.int32),
            tf.constant(self.music.collection[owner], tf.int32),
            tf.constant((self.recipe.seed, self.step), tf.int32),
        )
        self.step += 1
        return losses

    def _step_of(
        self, levels: Any, features: Any, tags: Any, owner: Any, collection: Any, seed: Any
    ) -> dict[str, Any]:
        tf = import_tensorflow()
        seen = augment(as_decibels(levels), self.recipe.description, seed)
        with tf.GradientTape() as tape:
            flattened = self.network(seen, training=True)
            losses = self.heads.losses(flattened, features, tags, owner, collection)
            total = tf.add_n(list(losses.values()))
        gradients = tape.gradient(total, self._trained)
        self._optimizer.apply(gradients, self._trained)
        return losses

    def _variables(self) -> list[Any]:
        return [*self.network.variables, *self.heads.variables, *self._optimizer.variables]

    def _keep(self) -> None:
        half_done = self._checkpoint.with_suffix(".part.npz")
        values: dict[str, Any] = {f"v{i}": np.asarray(v) for i, v in enumerate(self._variables())}
        np.savez(half_done, made_of=self._made_of(), step=self.step, **values)
        half_done.replace(self._checkpoint)

    def _restore(self) -> None:
        try:
            with np.load(self._checkpoint) as stored:
                if str(stored["made_of"]) != self._made_of():
                    raise ValueError(
                        f"{self._checkpoint} is of another recipe or other music: delete it, or name another folder"
                    )
                for i, variable in enumerate(self._variables()):
                    variable.assign(stored[f"v{i}"])
                self.step = int(stored["step"])
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise ValueError(f"{self._checkpoint} is damaged: delete it ({error})") from error

    def _made_of(self) -> str:
        return json.dumps({**asdict(self.recipe), "windows_in_all": len(self.music.owner)})


def flatten(
    network: TrainableNetwork, spectrograms: npt.NDArray[np.uint8], *, batch: int = 64
) -> FloatArray:
    """Return the trained network's output (2, W, F) for windows in the form of `Music`, (2, W, 128, 199)."""
    tf = import_tensorflow()

    def run(levels: Any) -> Any:
        seen = as_seen(as_decibels(levels), network.description)
        return network(seen, training=False)

    compiled = tf.function(run, autograph=False, reduce_retracing=True)
    return np.stack(
        [
            np.concatenate(
                [
                    compiled(tf.constant(variant[start : start + batch])).numpy()
                    for start in range(0, len(variant), batch)
                ]
            )
            for variant in spectrograms
        ]
    )


def embed_tracks(training: Training) -> FloatArray:
    """Return the mean of each track's flattened windows, and of their copies', for fitting a projection, (2 T, F).

    Our own bands are left out, since they differ from a library's music.
    """
    music = training.music
    heard = ~music.by_bands[music.owner]
    variants = flatten(training.network, music.spectrograms[:, heard])
    return np.concatenate([track_means(variant, music.owner[heard]) for variant in variants])


def as_decibels(levels: Any) -> Any:
    """Invert `quantise`, on tensors."""
    tf = import_tensorflow()
    return (tf.cast(levels, tf.float32) / 255 - 1) * DYNAMIC_RANGE


def _optimizer(recipe: Recipe) -> Any:
    import keras

    rate = keras.optimizers.schedules.CosineDecay(
        0.0, recipe.steps - recipe.warm_up, warmup_target=recipe.learning_rate,
        warmup_steps=recipe.warm_up,
    )  # fmt: skip
    return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, clipnorm=1.0)
