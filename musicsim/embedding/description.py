"""The description of an OpenL3-style audio network, and the sizes that follow from it.

The facts are those of OpenL3 0.4.2: Cramer, Wu, Salamon and Bello, "Look, Listen and Learn More: Design Choices for
Deep Audio Embeddings", ICASSP 2019.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

InputRepr = Literal["mel256", "mel128", "linear"]
ContentType = Literal["music", "env"]
Widths = tuple[int, int, int, int, int, int, int, int]
INPUT_REPRS: Final[tuple[InputRepr, ...]] = get_args(InputRepr)
CONTENT_TYPES: Final[tuple[ContentType, ...]] = get_args(ContentType)

SAMPLE_RATE = 48_000
WINDOW_SIZE = 48_000
"""Samples in a window: one second."""
HOP_SIZE = 242
"""Samples between two frames of the spectrogram."""
DYNAMIC_RANGE = 80.0
"""OpenL3's: decibels below the loudest point of a window; quieter values are set to that level."""

POOLED_AFTER: Final = (1, 3, 5)
"""The convolutions, counted from 0, that are followed by a 2 x 2 max-pooling."""

_OFFICIAL_WIDTHS: Final = (64, 64, 128, 128, 256, 256, 512, 512)
_OFFICIAL_POOL_SIZES: Final[dict[tuple[InputRepr, int], tuple[int, int]]] = {
    ("mel128", 512): (16, 24),
    ("mel128", 6144): (4, 8),
    ("mel256", 512): (32, 24),
    ("mel256", 6144): (8, 8),
    ("linear", 512): (32, 24),
    ("linear", 6144): (8, 8),
}
OFFICIAL_EMBEDDING_SIZES: Final = (512, 6144)

MOST_CHANNELS: Final = 1024
"""Most channels of a convolution; OpenL3's networks have up to 512."""
MOST_VALUES: Final = 2**24
"""Most weights of a network, 64 MB as float32; OpenL3's have 4.7 million."""
MOST_EMBEDDING_VALUES: Final = 16_384
"""Most values of an embedding; OpenL3's have up to 6,144."""


@dataclass(frozen=True)
class ModelDescription:
    """An OpenL3-style audio network.

    Attributes
    ----------
    input_repr
        The front end: a mel spectrogram of 128 or 256 bands, or a linear one.
    widths
        Channels of the eight convolutions.
    pool_size
        Pool size of the last max-pooling, in bands and frames.
    bn_epsilon
        The constant that every batch-norm adds to the variance.
    bands_used
        Bands from this one on are set to the quietest level; None uses all.
    projection_size
        Outputs of the dense layer after the pooling; None without one.
    dynamic_range
        Decibels, in the front end's units, below the loudest point of a window; quieter values are set to that level.
    """

    input_repr: InputRepr
    widths: Widths
    pool_size: tuple[int, int]
    bn_epsilon: float = 1e-3
    bands_used: int | None = None
    projection_size: int | None = None
    dynamic_range: float = DYNAMIC_RANGE

    def __post_init__(self) -> None:
        if self.input_repr not in INPUT_REPRS:
            raise ValueError(f"input_repr is one of {', '.join(INPUT_REPRS)}")
        if len(self.widths) != 8 or not all(_is_positive_int(width) for width in self.widths):
            raise ValueError("widths are eight positive whole numbers")
        if len(self.pool_size) != 2 or not all(_is_positive_int(size) for size in self.pool_size):
            raise ValueError("pool_size is two positive whole numbers")
        if max(self.widths) > MOST_CHANNELS:
            raise ValueError(f"widths are at most {MOST_CHANNELS}")
        if self.pool_size[0] > self.bands or self.pool_size[1] > self.frames:
            raise ValueError("pool_size is not larger than the spectrogram")
        if not 0 < self.bn_epsilon <= 1:
            raise ValueError("bn_epsilon is positive, and at most 1")
        if self.bands_used is not None and not (
            _is_positive_int(self.bands_used) and self.bands_used <= self.bands
        ):
            raise ValueError(f"bands_used is a whole number from 1 to {self.bands}")
        if self.projection_size is not None and not _is_positive_int(self.projection_size):
            raise ValueError("projection_size is a positive whole number")
        if not 0 < self.dynamic_range <= DYNAMIC_RANGE:
            raise ValueError(f"dynamic_range is positive, and at most {DYNAMIC_RANGE:g}")
        if self.embedding_size > MOST_EMBEDDING_VALUES:
            raise ValueError(f"an embedding has at most {MOST_EMBEDDING_VALUES:,} values")
        if self.weights > MOST_VALUES:
            raise ValueError(f"a network has at most {MOST_VALUES:,} weights")

    @classmethod
    def official(cls, input_repr: InputRepr, embedding_size: int) -> ModelDescription:
        """Return the network of OpenL3's own weight files.

        Raises
        ------
        ValueError
            If OpenL3 has no such network; its `embedding_size` is 512 or 6144.
        """
        pool_size = _OFFICIAL_POOL_SIZES.get((input_repr, embedding_size))
        if pool_size is None:
            raise ValueError(
                f"OpenL3 has no {input_repr} network with {embedding_size} values: input_repr is one of "
                f"{', '.join(INPUT_REPRS)} and embedding_size 512 or 6144"
            )
        return cls(input_repr, _OFFICIAL_WIDTHS, pool_size)

    @property
    def is_mel(self) -> bool:
        """Whether the spectrogram's bands are mel bands, not the bins of the Fourier transform."""
        return self.input_repr != "linear"

    @property
    def fft_size(self) -> int:
        """Samples in a frame of the spectrogram."""
        return 2048 if self.is_mel else 512

    @property
    def end_padding(self) -> int:
        """Zeros appended to a window, so that its last samples also begin a frame."""
        return self.fft_size - 1 if self.is_mel else 0

    @property
    def bands(self) -> int:
        """Rows of the spectrogram."""
        match self.input_repr:
            case "mel128":
                return 128
            case "mel256":
                return 256
            case "linear":
                return self.fft_size // 2 + 1

    @property
    def frames(self) -> int:
        """Columns of the spectrogram."""
        return 1 + (WINDOW_SIZE + self.end_padding - self.fft_size) // HOP_SIZE

    @property
    def flattened_size(self) -> int:
        """Values in the output of the last max-pooling."""
        halvings = 1 << len(POOLED_AFTER)
        bands = math.ceil(self.bands // halvings / self.pool_size[0])
        frames = math.ceil(self.frames // halvings / self.pool_size[1])
        return bands * frames * self.widths[-1]

    @property
    def embedding_size(self) -> int:
        """Values of an embedding."""
        return self.flattened_size if self.projection_size is None else self.projection_size

    @property
    def weights(self) -> int:
        """Values of its kernels."""
        convolutions = sum(9 * a * b for a, b in itertools.pairwise((1, *self.widths)))
        return convolutions + self.flattened_size * (self.projection_size or 0)


def _is_positive_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
