from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from seeded_musicnn import musicnn_variables

from musicsim.embedding.runtime import import_tensorflow
from training.musicnn import TRAINED_ON


@pytest.fixture(scope="session")
def musicnn_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel laid out as musicnn's, whose networks have learnt nothing."""
    tf = import_tensorflow()
    folder = tmp_path_factory.mktemp("teacher")
    wheel = folder / "musicnn-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for seed, data in enumerate(TRAINED_ON):
            values = musicnn_variables(seed)
            prefix = folder / data
            tf.raw_ops.SaveV2(
                prefix=str(prefix),
                tensor_names=list(values),
                shape_and_slices=[""] * len(values),
                tensors=list(values.values()),
            )
            for suffix in (".index", ".data-00000-of-00001"):
                part = prefix.with_name(prefix.name + suffix)
                archive.write(part, f"musicnn/{data}_musicnn/{suffix}")
    return wheel
