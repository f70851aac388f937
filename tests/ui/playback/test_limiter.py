"""The limiter: full scale is kept, without clicks, and what needs no limiting is untouched."""

from __future__ import annotations

import numpy as np
import pytest

from musicsim.ui.playback.limiter import Limiter

RATE = 44_100
HOP = 44


def limited(sound: np.ndarray, sizes: int | list[int], rate: int = RATE) -> np.ndarray:
    limiter = Limiter(rate)
    edges = sizes if isinstance(sizes, list) else list(range(sizes, len(sound), sizes))
    parts = [limiter.take(part) for part in np.split(sound, edges)]
    return np.concatenate([*parts, limiter.end()])


def music(seconds: float, peak: float, seed: int = 0, rate: int = RATE) -> np.ndarray:
    rng = np.random.default_rng(seed)
    count = round(seconds * rate)
    envelope = np.interp(np.arange(count), np.arange(0, count, 500), rng.random(-(-count // 500)))
    tone = np.sin(2 * np.pi * 997 * np.arange(count) / rate)
    sound = np.stack((tone * envelope, rng.uniform(-1, 1, count) * envelope), axis=1)
    return (sound / np.abs(sound).max() * peak).astype(np.float32)


@pytest.mark.parametrize("size", [1, 7, 44, 441, 5000])
@pytest.mark.parametrize("peak", [1.0, 0.999, 0.1, 0.0])
def test_what_is_within_full_scale_is_untouched(size: int, peak: float) -> None:
    sound = music(0.3, 1.0) * np.float32(peak)

    np.testing.assert_array_equal(limited(sound, size), sound)


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000, 500])
@pytest.mark.parametrize("size", [1, 7, 1000, 100_000])
def test_nothing_is_above_full_scale(size: int, rate: int) -> None:
    sound = music(0.3, 6.0, rate=rate)

    found = limited(sound, size, rate)

    assert found.shape == sound.shape
    assert found.dtype == np.float32
    assert np.abs(found).max() <= 1.0


@pytest.mark.parametrize("size", [1, 43, 44, 45, 8192])
def test_the_pieces_make_no_difference(size: int) -> None:
    sound = music(0.5, 3.0)

    np.testing.assert_array_equal(limited(sound, size), limited(sound, len(sound)))


def test_pieces_of_all_sizes_make_no_difference() -> None:
    sound = music(0.5, 3.0)
    edges = np.cumsum(np.random.default_rng(1).geometric(0.02, 2000))
    edges = edges[edges < len(sound)]

    np.testing.assert_array_equal(
        limited(sound, [0, *map(int, edges), len(sound)]), limited(sound, len(sound))
    )


@pytest.mark.parametrize("place", [0, 1, 100, HOP * 100, HOP * 100 + 1, HOP * 101 - 1, 13_229])
@pytest.mark.parametrize("peak", [1.01, 2.0, 16.0])
def test_the_gain_has_no_steps_and_nothing_is_cut_off(place: int, peak: float) -> None:
    sound = np.full((RATE * 3 // 10, 2), 0.01, np.float32)
    sound[place, 0] = peak

    gain = limited(sound, 100)[:, 1] / 0.01

    # It is down by the peak's time, not cut off there, from 1 at most 6 ms before it.
    assert gain[place] * peak <= 1.0 + 1e-5
    assert gain[place] * peak > 0.95
    assert (gain[: max(0, place - 9 * HOP)] == 1.0).all()
    if place > 6 * HOP:
        assert np.abs(np.diff(gain)).max() <= 1.0 / (5 * HOP)
    # It comes back at 50 dB/s, to 1 exactly.
    seconds = 20 * np.log10(peak) / 50
    back = place + round((seconds + 0.02) * RATE)
    assert (gain[back:] > 1 - 1e-6).all()


def test_both_sides_get_the_same_gain() -> None:
    sound = music(0.3, 3.0)
    sound[:, 1] = sound[:, 0] / 4

    found = limited(sound, 441)

    np.testing.assert_allclose(found[:, 1], found[:, 0] / 4, atol=1e-6)


def test_nothing_comes_of_nothing() -> None:
    limiter = Limiter(RATE)
    nothing = np.empty((0, 2), np.float32)

    assert len(limiter.take(nothing)) == 0
    assert len(limiter.end()) == 0
