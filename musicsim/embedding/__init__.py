"""The OpenL3 audio network, its front ends and its weight files, also usable from Python without the app.

`load_model` loads a model once. `embed_audio` and `embed_file` embed with it. `windows_of` and `Model.spectrogram`
return the output of its front end alone.

`sources` finds weight files, `official` lists OpenL3's own, `fetching` downloads them, and `weights` reads them, with
`content` and `hdf5`, which trust no file. `checking` reads a file in a process of its own.
`description` describes the network in a file, `frontend` and `network` build its two halves, `runtime` sets up
TensorFlow, and `model` runs them. `framing` cuts sound into windows and pools their embeddings; `dense` reduces them to
one per second. `loading`, `sound` and `npz` provide OpenL3's own functions for files and arrays. `ahead` overlaps
decoding with the network.

May import only `audio` and `base` from musicsim. TensorFlow and Keras are imported when the first `Model` is created.
"""

from musicsim.embedding.ahead import read_ahead
from musicsim.embedding.checking import CheckedWeights, check_weights
from musicsim.embedding.content import WeightsError
from musicsim.embedding.dense import EmbeddedSeconds, embed_seconds
from musicsim.embedding.description import (
    SAMPLE_RATE,
    WINDOW_SIZE,
    ContentType,
    InputRepr,
    ModelDescription,
)
from musicsim.embedding.framing import cut_windows, embed_blocks, pool
from musicsim.embedding.loading import load_model
from musicsim.embedding.model import Model, Spent
from musicsim.embedding.npz import save_embeddings
from musicsim.embedding.runtime import Precision, fastest_precision
from musicsim.embedding.sound import embed_audio, embed_file, windows_of
from musicsim.embedding.sources import WeightFile, find_weights
from musicsim.embedding.weights import Weights, read_weights

__all__ = [
    "SAMPLE_RATE",
    "WINDOW_SIZE",
    "CheckedWeights",
    "ContentType",
    "EmbeddedSeconds",
    "InputRepr",
    "Model",
    "ModelDescription",
    "Precision",
    "Spent",
    "WeightFile",
    "Weights",
    "WeightsError",
    "check_weights",
    "cut_windows",
    "embed_audio",
    "embed_blocks",
    "embed_file",
    "embed_seconds",
    "fastest_precision",
    "find_weights",
    "load_model",
    "pool",
    "read_ahead",
    "read_weights",
    "save_embeddings",
    "windows_of",
]
