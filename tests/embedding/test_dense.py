from __future__ import annotations

import numpy as np
import pytest

from musicsim.embedding import Model, embed_seconds, pool


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * 48_000)).astype(np.float32)


def blocks_of(sound: np.ndarray, size: int = 50_000) -> list[np.ndarray]:
    return [sound[start : start + size] for start in range(0, len(sound), size)]


def test_a_second_is_the_mean_of_the_windows_that_begin_in_it(starter: Model):
    sound = np.concatenate([noise(1, seed) * np.hanning(48_000) for seed in range(4)]).astype("f4")
    seconds = embed_seconds(starter, blocks_of(sound))
    assert seconds.offsets.tolist() == [0, 1, 2, 3]
    assert seconds.duration == 4
    windows = np.lib.stride_tricks.sliding_window_view(sound, 48_000)[::4_800]
    embeddings = starter.embed(windows)
    for second in range(3):
        expected = pool(embeddings[10 * second : 10 * second + 10])
        np.testing.assert_allclose(seconds.vectors[second], expected, rtol=1e-3, atol=1e-3)


def test_silent_windows_do_not_count(starter: Model):
    sound = np.concatenate([noise(2), np.zeros(4 * 48_000, np.float32), noise(2)])
    seconds = embed_seconds(starter, blocks_of(sound))
    assert seconds.offsets.tolist() == [0, 1, 5, 6, 7] or seconds.offsets.tolist() == [0, 1, 5, 6]
    silent = embed_seconds(starter, blocks_of(np.zeros(3 * 48_000, np.float32)))
    assert silent.vectors.shape == (0, starter.embedding_size)


@pytest.mark.parametrize("size", [1_000, 4_800, 333_333])
def test_the_size_of_the_blocks_does_not_matter(starter: Model, size: int):
    sound = noise(3.3)
    one = embed_seconds(starter, blocks_of(sound))
    other = embed_seconds(starter, blocks_of(sound, size))
    np.testing.assert_array_equal(one.offsets, other.offsets)
    np.testing.assert_allclose(one.vectors, other.vectors, rtol=1e-4, atol=1e-4)
