"""The teachers: what they see, and that the checkpoint's numbers go where musicnn has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seeded_musicnn import musicnn_variables

from training.musicnn import PATCH_FRAMES, SAMPLE_RATE, Musicnn, log_mel, patches_at


def test_a_tone_is_seen_where_it_belongs():
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    low, high = (
        log_mel(np.sin(2 * np.pi * pitch * time).astype(np.float32)) for pitch in (200, 4000)
    )
    assert low.shape == high.shape == (63, 96)
    # Slaney's scale has 3 mel for 200 Hz and 35.2 for 4 kHz, of 45.2 for 8 kHz, in 96 bands.
    assert low[30].argmax() == pytest.approx(3 / 45.2 * 97 - 1, abs=1)
    assert high[30].argmax() == pytest.approx(35.2 / 45.2 * 97 - 1, abs=1)


def test_silence_is_zero():
    assert not log_mel(np.zeros(SAMPLE_RATE, np.float32)).any()


def test_patches_lie_around_their_centres_and_within_the_track():
    spectrogram = np.repeat(np.arange(1000, dtype=np.float32)[:, np.newaxis], 96, axis=1)
    patches = patches_at(spectrogram, [0.0, 8.0, 1000.0])
    assert patches.shape == (3, PATCH_FRAMES, 96)
    assert patches[0, 0, 0] == 0
    assert patches[1, PATCH_FRAMES // 2, 0] == pytest.approx(8.0 * SAMPLE_RATE / 256, abs=1)
    assert patches[2, -1, 0] == 999


def test_a_short_track_is_filled_up_with_silence():
    [patch] = patches_at(np.ones((50, 96), np.float32), [0.3])
    assert patch[:50].all()
    assert not patch[50:].any()


@pytest.mark.parametrize(("seed", "data"), [(0, "MTT"), (1, "MSD")])
def test_networks_are_those_of_the_checkpoint(musicnn_wheel: Path, seed: int, data: str):
    """Against the same network in plain numpy, patch by patch."""
    patches = np.random.default_rng(7).uniform(0, 3, (2, PATCH_FRAMES, 96)).astype(np.float32)
    found = Musicnn(musicnn_wheel, data)(patches)
    assert [output.shape for output in found] == [(2, 200), (2, 1506), (2, 50)]
    for i, patch in enumerate(patches):
        for output, expected in zip(found, _by_hand(musicnn_variables(seed), patch), strict=True):
            np.testing.assert_allclose(output[i], expected, rtol=2e-2, atol=2e-3)


def _by_hand(values: dict[str, np.ndarray], patch: np.ndarray) -> tuple[np.ndarray, ...]:
    def layer(kind: str, number: int) -> dict[str, np.ndarray]:
        prefix = (f"{kind}_{number}" if number else kind) + "/"
        return {k[len(prefix) :]: v for k, v in values.items() if k.startswith(prefix)}

    def batch_norm(number: int, x: np.ndarray) -> np.ndarray:
        bn = layer("batch_normalization", number)
        return (
            bn["gamma"] * (x - bn["moving_mean"]) / np.sqrt(bn["moving_variance"] + 1e-3)
            + bn["beta"]
        )

    def convolve(number: int, image: np.ndarray, pad: tuple[int, int]) -> np.ndarray:
        """(frames, height) to (frames, places, features), padded in time."""
        conv = layer("conv2d", number)
        kernel = conv["kernel"][:, :, 0]
        padded = np.pad(image, (pad, (0, 0)))
        views = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2])
        x = np.tensordot(views, kernel, axes=([2, 3], [0, 1])) + conv["bias"]
        return batch_norm(number + 1, np.maximum(x, 0))

    image = batch_norm(0, patch[..., np.newaxis])[..., 0]
    front = [convolve(i, image, (3, 3)).max(axis=1) for i in (0, 1)]
    front += [
        convolve(i, image, ((length - 1) // 2, length // 2)).max(axis=1)
        for i, length in ((2, 128), (3, 64), (4, 32))
    ]
    first = np.concatenate(front, axis=1)
    second = convolve(5, first, (3, 3))[:, 0]
    third = convolve(6, second, (3, 3))[:, 0] + second
    fourth = convolve(7, third, (3, 3))[:, 0] + third
    features = np.concatenate([first, second, third, fourth], axis=1)
    pooled = np.stack([features.max(axis=0), features.mean(axis=0)], axis=1).ravel()
    dense, output = layer("dense", 0), layer("dense", 1)
    hidden = np.maximum(batch_norm(9, pooled) @ dense["kernel"] + dense["bias"], 0)
    penultimate = batch_norm(10, hidden)
    tags = 1 / (1 + np.exp(-(penultimate @ output["kernel"] + output["bias"])))
    return penultimate, pooled, tags
