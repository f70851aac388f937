from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from openl3_reference import signal, write_weights

from musicsim.base.resources import resource
from musicsim.embedding import Model, Weights, read_weights


@pytest.fixture(scope="session")
def official_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeded weights in the layout of the official files, with a name that says nothing."""
    return write_weights(tmp_path_factory.mktemp("openl3") / "seeded.h5")


@pytest.fixture(scope="session")
def starter_weights() -> Weights:
    return read_weights(resource("starter.h5"))


@pytest.fixture(scope="session")
def starter(starter_weights: Weights) -> Model:
    # The machine's own choice may be bfloat16.
    return Model(starter_weights, precision="float32")


@pytest.fixture(scope="session")
def four_windows() -> np.ndarray:
    return signal(5, 48_000, 4.0, 1).reshape(4, 48_000)
