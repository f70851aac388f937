from __future__ import annotations

import pytest

from musicsim.embedding import ModelDescription


@pytest.mark.parametrize(
    ("input_repr", "bands", "frames"),
    [("mel256", 256, 199), ("mel128", 128, 199), ("linear", 257, 197)],
)
@pytest.mark.parametrize("size", [512, 6144])
def test_official_networks(input_repr, bands: int, frames: int, size: int):
    description = ModelDescription.official(input_repr, size)
    assert (description.bands, description.frames) == (bands, frames)
    assert description.embedding_size == size


def test_no_other_official_networks():
    with pytest.raises(ValueError, match="embedding_size 512 or 6144"):
        ModelDescription.official("mel256", 128)
