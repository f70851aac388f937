"""The OpenL3 audio network, its front ends and its weight files.

`sources` finds weight files, `weights` reads them, `description` says what network is in them, `frontend` and `network`
build its two halves, `model` runs them, `framing` cuts sound into windows and pools their embeddings.

May import nothing of musicsim but `errors` and `resources`. TensorFlow and Keras are imported when the first `Model` is
made, not before.
"""

from musicsim.embedding.description import (
    SAMPLE_RATE,
    WINDOW_SIZE,
    ContentType,
    InputRepr,
    ModelDescription,
)
from musicsim.embedding.framing import embed_blocks, pool
from musicsim.embedding.model import Model, Precision, fastest_precision
from musicsim.embedding.sources import WeightFile, find_weights
from musicsim.embedding.weights import Weights, WeightsError, read_weights

__all__ = [
    "SAMPLE_RATE",
    "WINDOW_SIZE",
    "ContentType",
    "InputRepr",
    "Model",
    "ModelDescription",
    "Precision",
    "WeightFile",
    "Weights",
    "WeightsError",
    "embed_blocks",
    "fastest_precision",
    "find_weights",
    "pool",
    "read_weights",
]
