"""The training itself: batches, losses, steps, and checkpoints that it goes on from."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import DYNAMIC_RANGE, ModelDescription, Widths
from musicsim.embedding.runtime import fastest_precision, import_tensorflow
from training.augmenting import as_seen, augment
from training.bands import LABEL
from training.corpus import Track
from training.network import TrainableNetwork
from training.preparing import read_prepared
from training.projecting import track_means

FloatArray = npt.NDArray[np.float32]

VARIANTS = 2
"""Of each window: as it is, and from a copy of low bit rate."""
_TINY = 1e-12


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
    steps: int = 7000
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


class Music:
    """The prepared windows of many tracks, in memory.

    Attributes
    ----------
    tracks
        In the order of everything else here.
    spectrograms
        Of all windows, (2, W, 128, 199), uint8; see `Prepared`.
    features, tags
        Of all windows, (W, 400) and (W, 100).
    owner
        The number of each window's track, (W,).
    collection
        The number of each track's collection, (T,).
    by_bands
        Which tracks are played by our own bands, (T,).
    """

    def __init__(self, tracks: Sequence[Track], cache: Path) -> None:
        self.tracks = list(tracks)
        prepared = [read_prepared(track, cache) for track in self.tracks]
        counts = [one.spectrograms.shape[1] for one in prepared]
        self.spectrograms = np.concatenate([one.spectrograms for one in prepared], axis=1)
        self.features = np.concatenate([one.features for one in prepared]).astype(np.float32)
        self.tags = np.concatenate([one.tags for one in prepared]).astype(np.float32)
        self.owner = np.repeat(np.arange(len(counts)), counts)
        self._start = np.concatenate([[0], np.cumsum(counts)])
        names, self.collection = np.unique(
            [track.collection for track in self.tracks], return_inverse=True
        )
        self._by_bands = np.array([name.startswith(f"{LABEL}/") for name in names])
        self.by_bands = self._by_bands[self.collection]
        self._members = [
            np.flatnonzero(self.collection == c) for c in range(max(self.collection) + 1)
        ]

    def windows_of(self, track: int) -> npt.NDArray[np.int64]:
        """Where a track's windows are."""
        return np.arange(self._start[track], self._start[track + 1])

    def draw(self, recipe: Recipe, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Draw the windows of a batch, those of a track side by side, two tracks of a collection where it has two."""
        odds = self._odds(recipe)
        chosen: list[int] = []
        while len(chosen) < recipe.tracks:
            members = self._members[random.choice(len(odds), p=odds)]
            chosen += random.permutation(members)[:2].tolist()
        windows = []
        for track in chosen[: recipe.tracks]:
            own = self.windows_of(track)
            windows.append(random.choice(own, recipe.windows, replace=len(own) < recipe.windows))
        return np.concatenate(windows)

    def _odds(self, recipe: Recipe) -> npt.NDArray[np.float64]:
        """How likely each collection is to be drawn."""
        odds = np.array([len(members) for members in self._members], float)
        odds **= recipe.collection_power
        if self._by_bands.any() and not self._by_bands.all():
            share = np.where(self._by_bands, recipe.bands, 1 - recipe.bands)
            odds *= share / np.bincount(self._by_bands, odds)[self._by_bands.astype(int)]
        likely: npt.NDArray[np.float64] = odds / odds.sum()
        return likely


class Training:
    """A training that can be interrupted at any step.

    Parameters
    ----------
    recipe
        What to do.
    music
        What to learn from.
    folder
        Keeps the checkpoint; one that is there is gone on from, if it is of this recipe and as much music.
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
        """Take the steps that are left; `tell` hears of the losses, and the checkpoint is kept, now and then."""
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
        # By the step, so that a training that was interrupted draws what it would have drawn.
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


class Heads:
    """What is asked of the network's output in training: linear layers behind a batch-norm, and their losses.

    Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, for the teachers; Khosla et al.,
    "Supervised Contrastive Learning", NeurIPS 2020, for the contrasts, with the track and the collection as the class.
    """

    def __init__(self, recipe: Recipe, music: Music) -> None:
        tf = import_tensorflow()
        self._recipe = recipe
        random = np.random.default_rng((recipe.seed, 1))
        inputs = recipe.description.flattened_size
        sizes = (music.features.shape[1], music.tags.shape[1], recipe.contrast_size)

        def linear(outputs: int) -> tuple[Any, Any]:
            kernel = random.normal(0, 1 / np.sqrt(inputs), (inputs, outputs))
            return tf.Variable(kernel, dtype=tf.float32), tf.Variable(tf.zeros(outputs))

        self._teacher, self._tag, self._contrast = (linear(size) for size in sizes)
        self._scale, self._offset = tf.Variable(tf.ones(inputs)), tf.Variable(tf.zeros(inputs))
        self._mean, self._variance = tf.Variable(tf.zeros(inputs)), tf.Variable(tf.ones(inputs))
        self._feature_mean = music.features.mean(axis=0)
        self._feature_std = music.features.std(axis=0) + 1e-6
        self.trained = [*self._teacher, *self._tag, *self._contrast, self._scale, self._offset]
        self.variables = [*self.trained, self._mean, self._variance]

    def standardised(self, features: FloatArray) -> FloatArray:
        """The teachers' features (B, 400) in units of their spread over the music."""
        standardised: FloatArray = (features - self._feature_mean) / self._feature_std
        return standardised

    def losses(
        self, flattened: Any, features: Any, tags: Any, owner: Any, collection: Any
    ) -> dict[str, Any]:
        """The losses, each with its weight, by name."""
        tf = import_tensorflow()
        recipe = self._recipe
        mean, variance = tf.nn.moments(flattened, 0)
        self._mean.assign_sub(0.01 * (self._mean - mean))
        self._variance.assign_sub(0.01 * (self._variance - variance))
        hidden = tf.nn.batch_normalization(
            flattened, mean, variance, self._offset, self._scale, 1e-3
        )
        guess = _linear(hidden, self._teacher)
        difference = tf.reduce_mean(tf.square(guess - features))
        cosine = tf.reduce_sum(_unit(guess) * _unit(features), axis=1)
        tag = tf.nn.sigmoid_cross_entropy_with_logits(tags, _linear(hidden, self._tag))
        likeness = _unit(_linear(hidden, self._contrast))
        likeness = tf.matmul(likeness, likeness, transpose_b=True) / recipe.temperature

        same = owner[:, tf.newaxis] == owner
        related = (collection[:, tf.newaxis] == collection) & ~same
        other = tf.cast(~same & ~related, tf.float32)
        self_ = tf.eye(tf.shape(owner)[0])
        siblings = tf.cast(same, tf.float32) - self_
        relatives = tf.cast(related, tf.float32)
        return {
            "teacher": recipe.teacher * (tf.reduce_mean(1 - cosine) + 0.5 * difference),
            "tag": recipe.tag * tf.reduce_mean(tag),
            "contrast": recipe.contrast
            * _contrast(likeness, siblings, other + recipe.rivals * relatives),
            "family": recipe.family * _contrast(likeness, relatives, other),
        }

    def affine(self) -> tuple[FloatArray, FloatArray]:
        """The batch-norm before the heads as a scale and an offset, (F,) each."""
        scale = self._scale.numpy() / np.sqrt(self._variance.numpy() + 1e-3)
        return scale, self._offset.numpy() - self._mean.numpy() * scale

    def kernels(self) -> tuple[FloatArray, FloatArray]:
        """The linear layers of contrast and teachers behind it, (F, C) and (F, 400); biases are nothing to a space."""
        return self._contrast[0].numpy(), self._teacher[0].numpy()


def flatten(network: TrainableNetwork, music: Music, *, batch: int = 64) -> FloatArray:
    """What the trained network makes of all windows: (2, W, F)."""
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
            for variant in music.spectrograms
        ]
    )


def embed_tracks(training: Training) -> FloatArray:
    """The mean of each track's flattened windows, and of their copies': what a projection is fitted on, (2 T, F).

    Our own bands are left out: a library is no such music.
    """
    music = training.music
    variants = flatten(training.network, music)
    return np.concatenate(
        [track_means(variant, music.owner)[~music.by_bands] for variant in variants]
    )


def as_decibels(levels: Any) -> Any:
    """The inverse of `quantise`, on tensors."""
    tf = import_tensorflow()
    return (tf.cast(levels, tf.float32) / 255 - 1) * DYNAMIC_RANGE


def _contrast(likeness: Any, positives: Any, negatives: Any) -> Any:
    """For each window, how little likelier its positives are than its negatives, in nats; 0 where nobody has one."""
    tf = import_tensorflow()
    likeness -= tf.stop_gradient(tf.reduce_max(likeness, axis=1, keepdims=True))
    odds = tf.exp(likeness)
    against = tf.reduce_sum(odds * negatives, axis=1, keepdims=True)
    each = tf.math.log(odds + against + _TINY) - likeness
    count = tf.reduce_sum(positives, axis=1)
    mean = tf.math.divide_no_nan(tf.reduce_sum(each * positives, axis=1), count)
    has_one = tf.cast(count > 0, tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(mean), tf.reduce_sum(has_one))


def _linear(values: Any, layer: tuple[Any, Any]) -> Any:
    kernel, bias = layer
    return import_tensorflow().matmul(values, kernel) + bias


def _unit(values: Any) -> Any:
    return import_tensorflow().math.l2_normalize(values, axis=1)


def _optimizer(recipe: Recipe) -> Any:
    import keras

    rate = keras.optimizers.schedules.CosineDecay(
        0.0, recipe.steps - recipe.warm_up, warmup_target=recipe.learning_rate,
        warmup_steps=recipe.warm_up,
    )  # fmt: skip
    return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, clipnorm=1.0)
