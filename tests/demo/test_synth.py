"""Instruments are in tune, filters filter."""

import numpy as np
import pytest

from musicsim.demo import synth
from musicsim.demo.synth import RATE


def pitch_of(sound: np.ndarray) -> float:
    """The strongest frequency in Hz, between the bins by a parabola."""
    size = 1 << 18
    level = np.log(np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size)) + 1e-9)
    peak = int(level.argmax())
    left, middle, right = level[peak - 1 : peak + 2]
    return (peak + 0.5 * (left - right) / (left - 2 * middle + right)) * RATE / size


def cents(measured: float, expected: float) -> float:
    return abs(1200 * np.log2(measured / expected))


@pytest.mark.parametrize("note", [40, 52, 64, 76, 83])
def test_plucked_strings_are_in_tune(note):
    pitch = synth.frequency(note)
    string = synth.pluck(
        np.random.default_rng(1), pitch, RATE, ring=3.0, brightness=1.5 * pitch, position=0.5
    )
    harmonic = round(pitch_of(string) / pitch)
    assert harmonic >= 1
    assert cents(pitch_of(string) / harmonic, pitch) < 6
    assert np.abs(string).max() == pytest.approx(1)


def test_a_string_dies_away():
    string = synth.pluck(np.random.default_rng(1), 220.0, 2 * RATE, ring=1.0)
    assert np.abs(string[-RATE // 4 :]).max() < 0.01 * np.abs(string).max()


@pytest.mark.parametrize("shape", [synth.saw, synth.triangle, synth.pulse(0.25)])
def test_oscillators_are_in_tune_and_do_not_alias(shape):
    tone = synth.oscillator(1_000.0, RATE, shape)
    spectrum = np.abs(np.fft.rfft(tone))
    assert spectrum.argmax() == 1_000
    harmonics = np.zeros(len(spectrum), dtype=bool)
    harmonics[::1_000] = True
    assert spectrum[~harmonics].max() < 1e-3 * spectrum.max()


def test_an_ensemble_is_in_tune_and_wide():
    sound = synth.ensemble(
        np.random.default_rng(1),
        [330.0],
        2 * RATE,
        spectrum=lambda numbers, pitch: 1 / numbers,
        spread=8.0,
    )
    assert sound.shape == (2, 2 * RATE)
    assert cents(pitch_of(sound[0]), 330.0) < 25
    assert 0.2 < np.corrcoef(sound)[0, 1] < 0.9


@pytest.mark.parametrize(
    ("response", "kept", "taken"),
    [
        (synth.below(1_000.0), 100.0, 10_000.0),
        (synth.above(1_000.0), 10_000.0, 100.0),
        (synth.around(1_000.0, 5.0), 1_000.0, 100.0),
        (synth.chain(synth.above(500.0), synth.below(2_000.0)), 1_000.0, 30.0),
    ],
)
def test_filters_keep_and_take(response, kept, taken):
    def level(pitch: float) -> float:
        sound = synth.filtered(synth.sine(pitch, RATE), response)
        return float(np.sqrt((sound[RATE // 4 : -RATE // 4] ** 2).mean()) * 2**0.5)

    assert level(kept) > 0.55
    assert level(taken) < 0.05


def test_a_peak_makes_a_band_louder_and_leaves_the_rest():
    frequencies = np.array([10.0, 1_000.0, 20_000.0], dtype=np.float32)
    np.testing.assert_allclose(
        np.abs(synth.peak(1_000.0, 2.0, 3.0)(frequencies)), [1, 3, 1], atol=0.02
    )


def test_an_envelope_rises_holds_and_ends_at_nothing():
    curve = synth.adsr(RATE, attack=0.1, decay=0.2, sustain=0.5, release=0.2)
    assert curve[0] == 0
    assert curve[RATE // 10] == pytest.approx(1, abs=1e-3)
    assert curve[RATE // 2] == pytest.approx(0.5, abs=1e-3)
    assert curve[-1] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("length", [1, 2, 7, 1_000, 44_101, 999_983])
def test_a_fast_length_is_long_enough_and_not_much_longer(length):
    size = synth.fast_length(length)
    assert length <= size <= 1.15 * length + 2
    for factor in (2, 3, 5):
        while size % factor == 0:
            size //= factor
    assert size == 1
