from __future__ import annotations

import math

import numpy as np
import pytest

from musicsim.embedding import embed_blocks, pool

SECOND = 48_000


class FirstAndLast:
    """In a model's place: a window's embedding is its first and its last sample, and the place of its largest."""

    batch_size = 4

    def embed(self, windows):
        assert windows.shape[1:] == (SECOND,)
        return np.stack([windows[:, 0], windows[:, -1], windows.argmax(axis=1)], axis=1).astype(
            "f4"
        )


def whole_signal(sound: np.ndarray, hop_size: float, center: bool):
    """OpenL3's windows of a whole signal."""
    hop = int(hop_size * SECOND)
    if center:
        sound = np.pad(sound, (SECOND // 2, 0))
    count = 1 + max(0, math.ceil((len(sound) - SECOND) / hop))
    sound = np.pad(sound, (0, max(0, (count - 1) * hop + SECOND - len(sound))))
    windows = np.stack([sound[i * hop : i * hop + SECOND] for i in range(count)])
    return FirstAndLast().embed(windows), np.arange(count) * hop_size


def streamed(sound: np.ndarray, block_size: int, **options):
    blocks = (sound[i : i + block_size] for i in range(0, len(sound), block_size))
    embeddings, timestamps = zip(*embed_blocks(FirstAndLast(), blocks, **options), strict=True)
    return np.concatenate(embeddings), np.concatenate(timestamps)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("hop_size", [0.1, 0.37, 1.0, 2.5])
@pytest.mark.parametrize(
    "samples",
    [1, SECOND // 2, SECOND // 2 + 1, SECOND - 1, SECOND, SECOND + 1, 3 * SECOND, 333_333],
)
def test_stream_gives_the_windows_of_the_whole(samples: int, hop_size: float, center: bool):
    sound = np.random.default_rng(samples).uniform(-1, 1, samples).astype(np.float32)
    expected, expected_timestamps = whole_signal(sound, hop_size, center)
    for block_size in (7_001, 10 * SECOND):
        embeddings, timestamps = streamed(sound, block_size, hop_size=hop_size, center=center)
        np.testing.assert_array_equal(embeddings, expected)
        np.testing.assert_array_equal(timestamps, expected_timestamps)


def test_long_stream_is_embedded_as_it_comes():
    """What has come is embedded batch by batch; nothing but what is left over waits for the end."""
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield np.zeros(SECOND, np.float32)

    stream = embed_blocks(FirstAndLast(), endless(), hop_size=0.1)
    counts = [len(next(stream)[0]) for _ in range(20)]
    assert set(counts) == {FirstAndLast.batch_size}
    assert taken <= sum(counts) * 0.1 + 2


def test_stream_without_sound_gives_no_windows():
    assert list(embed_blocks(FirstAndLast(), [])) == []
    assert list(embed_blocks(FirstAndLast(), [np.zeros(0, np.float32)])) == []


def test_hop_of_less_than_a_sample_is_refused():
    with pytest.raises(ValueError, match="less than one sample"):
        embed_blocks(FirstAndLast(), [], hop_size=1e-6)


def test_pooling_is_the_mean():
    embeddings = np.array([[1, 2], [3, 6]], np.float32)
    pooled = pool(embeddings)
    assert pooled.dtype == np.float32
    np.testing.assert_array_equal(pooled, [2, 4])
    with pytest.raises(ValueError, match="no window"):
        pool(embeddings[:0])
