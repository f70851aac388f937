"""Synthesised sound: oscillators, plucked strings, ensembles, envelopes and filters.

Every function returns float32 samples at `RATE`, mono `(n,)` unless it says otherwise, at a peak of about 1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 44_100
"""Samples a second."""

Sound = npt.NDArray[np.float32]
Amplitudes = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Maps harmonic numbers (from 1) to their amplitudes."""
Spectrum = npt.NDArray[np.complexfloating[Any, Any]]
Response = Callable[[npt.NDArray[np.float32]], Spectrum]
"""Maps frequencies in Hz to a filter's response."""

_TABLE_SIZE = 4096
_WIDTH = np.float32(0.55)
"""The width of an ensemble, from 0 (mono) to 1 (unrelated sides)."""


def samples(seconds: float) -> int:
    """Return the number of samples in a time."""
    return round(seconds * RATE)


def frequency(note: float) -> float:
    """Return the frequency in Hz of a MIDI note number (69 is the A of 440 Hz)."""
    return float(440.0 * 2.0 ** ((note - 69) / 12))


def time_axis(length: int) -> npt.NDArray[np.float64]:
    """Return the time of each of `length` samples in seconds."""
    return np.arange(length) / RATE


def normalised(sound: Sound) -> Sound:
    """Return a sound scaled to a peak of 1."""
    return np.asarray(sound / np.abs(sound).max(), dtype=np.float32)


# Oscillators


def saw(harmonics: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the harmonics of a sawtooth, 6 dB softer an octave: bright, like bowed strings and brass."""
    return 1 / harmonics


def triangle(harmonics: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the harmonics of a triangle, odd and 12 dB softer an octave: round and hollow."""
    return np.sin(np.pi * harmonics / 2) / harmonics**2


@functools.cache
def pulse(duty: float) -> Amplitudes:
    """Return the harmonics of a rectangular wave with the duty cycle `duty`."""

    def amplitudes(harmonics: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.sin(np.pi * harmonics * duty) / harmonics

    return amplitudes


@functools.lru_cache(maxsize=128)
def _table(shape: Amplitudes, harmonics: int) -> Sound:
    """Return one period of a wave with a number of harmonics, its first sample repeated at the end."""
    spectrum = np.zeros(_TABLE_SIZE // 2 + 1, dtype=np.complex128)
    spectrum[1 : harmonics + 1] = -1j * shape(np.arange(1.0, harmonics + 1))
    period = np.fft.irfft(spectrum, _TABLE_SIZE)
    period /= np.abs(period).max()
    return np.append(period, period[0]).astype(np.float32)


def oscillator(
    pitch: float,
    length: int,
    shape: Amplitudes,
    *,
    vibrato: float = 0.0,
    highest: float = 20_000.0,
) -> Sound:
    """Return a steady tone without aliasing.

    Parameters
    ----------
    pitch
        Frequency in Hz.
    length
        Samples.
    shape
        The amplitudes of its harmonics.
    vibrato
        The depth of the vibrato on a held note, relative to the pitch (0.01 is a sixth of a semitone).
    highest
        The highest frequency in Hz of a harmonic.
    """
    table = _table(shape, max(1, min(int(highest / pitch), _TABLE_SIZE // 4)))
    time = time_axis(length)
    if vibrato:
        depth = vibrato * np.clip((time - 0.12) / 0.25, 0, 1)
        bend = 1 + depth * np.sin(2 * np.pi * 5.5 * time)
        phase = np.cumsum(bend) * (pitch / RATE)
    else:
        phase = time * pitch
    position = (phase % 1.0) * _TABLE_SIZE
    index = position.astype(np.int32)
    part = (position - index).astype(np.float32)
    return table[index] * (1 - part) + table[index + 1] * part


def sine(pitch: float | npt.NDArray[np.float64], length: int) -> Sound:
    """Return a sine whose pitch in Hz may change with time (one value per sample)."""
    phase = np.cumsum(np.broadcast_to(np.asarray(pitch), (length,))) / RATE
    return np.sin(2 * np.pi * phase).astype(np.float32)


def fm(pitch: float, length: int, *, ratio: float, depth: float, depth_decay: float) -> Sound:
    """Return a tone by frequency modulation: bells and electric pianos.

    The modulator has `ratio` times the pitch; its depth in radians falls by 1/e in `depth_decay` seconds.
    Chowning (1973), "The synthesis of complex audio spectra by means of frequency modulation".
    """
    time = time_axis(length)
    angle = 2 * np.pi * pitch * time
    modulation = depth * np.exp(-time / depth_decay) * np.sin(ratio * angle)
    return np.sin(angle + modulation).astype(np.float32)


def swept_saw(pitch: float, cutoff: npt.NDArray[np.float64], *, resonance: float) -> Sound:
    """Return a sawtooth through a resonant low-pass filter with a cutoff in Hz for every sample.

    It is summed harmonic by harmonic, so that the filter moves without steps.
    """
    length = len(cutoff)
    harmonics = np.arange(1.0, int(min(9_000.0, RATE / 2) / pitch) + 1)[:, np.newaxis]
    ratio = (harmonics * pitch / cutoff).astype(np.float32)
    gain = 1 / np.sqrt((1 - ratio**2) ** 2 + (ratio / resonance) ** 2)
    phase = (harmonics * (2 * np.pi * pitch * time_axis(length))).astype(np.float32)
    tone = (np.sin(phase) * gain / harmonics.astype(np.float32)).sum(axis=0)
    return normalised(tone)


def noise(rng: np.random.Generator, length: int) -> Sound:
    """Return white noise."""
    return 2 * rng.random(length, dtype=np.float32) - 1


def pluck(
    rng: np.random.Generator,
    pitch: float,
    length: int,
    *,
    ring: float,
    brightness: float = 4_000.0,
    position: float = 0.2,
) -> Sound:
    """Return a plucked string.

    Parameters
    ----------
    rng
        Source of the noise burst that sets the string in motion.
    pitch
        Frequency in Hz.
    length
        Samples.
    ring
        Seconds until the tone has decayed by 60 dB.
    brightness
        Cutoff in Hz of the pluck: a nail is brighter than a thumb.
    position
        Plucking position along the string, from 0 (at the bridge: thin) to 0.5 (in the middle: hollow).

    Notes
    -----
    Karplus and Strong (1983), "Digital synthesis of plucked-string and drum timbres". The loop has a whole number of
    samples, and the result is stretched to the exact pitch.
    """
    period = int(RATE / pitch)
    stretch = pitch * (period + 0.5) / RATE
    needed = int(length * stretch) + 3
    loss = 10 ** (-3 * period / (RATE * ring)) / 2
    burst = filtered(noise(rng, period + 1), below(brightness))
    burst -= np.roll(burst, max(1, int(position * period)))
    string = np.zeros(needed + 2 * period + 1, dtype=np.float32)
    string[: period + 1] = burst - burst.mean()
    for start in range(period + 1, needed, period):
        before = string[start - period - 1 : start]
        string[start : start + period] = loss * (before[1:] + before[:-1])
    tone = np.interp(np.arange(length) * stretch, np.arange(needed), string[:needed])
    return normalised(tone.astype(np.float32))


def ensemble(
    rng: np.random.Generator,
    pitches: Sequence[float],
    length: int,
    *,
    spectrum: Callable[[npt.NDArray[np.float64], float], npt.NDArray[np.float64]],
    spread: float,
    highest: float = 14_000.0,
) -> Sound:
    """Return many voices that play the same notes, never quite together: strings, choirs, pads.

    Parameters
    ----------
    rng
        Source of the phases.
    pitches
        Frequencies in Hz of the notes.
    length
        Samples.
    spectrum
        Maps harmonic numbers and the pitch in Hz to amplitudes.
    spread
        The detuning of the voices, in cents (standard deviation).
    highest
        The highest frequency in Hz of a harmonic.

    Returns
    -------
    Sound
        Stereo, shape (2, length): the sides have the same spectrum and other phases.

    Notes
    -----
    Each harmonic is a narrow band of noise, made in the frequency domain; Paul Nasca's PADsynth algorithm.
    """
    size = 1 << (length - 1).bit_length()
    bin_width = RATE / size
    magnitude = np.zeros(size // 2 + 1)
    for pitch in pitches:
        numbers = np.arange(1.0, max(2, int(highest / pitch) + 1))
        amplitudes = spectrum(numbers, pitch)
        audible = amplitudes > 0.005 * amplitudes.max()
        for number, amplitude in zip(numbers[audible], amplitudes[audible], strict=True):
            centre = number * pitch / bin_width
            width = max(centre * (2 ** (spread / 1200) - 1), 0.7)
            first = max(0, int(centre - 3 * width))
            bins = np.arange(first, min(int(centre + 3 * width) + 2, len(magnitude)))
            bell = np.exp(-0.5 * ((bins - centre) / width) ** 2)
            magnitude[bins] += amplitude * bell / np.sqrt(width)
    phases = np.float32(2 * np.pi) * rng.random((2, len(magnitude)), dtype=np.float32)
    # The sides share some of their phase; otherwise a mono mix would be half as loud.
    phases[1] = phases[0] + _WIDTH * (phases[1] - np.float32(np.pi))
    scattered = np.empty(phases.shape, dtype=np.complex64)
    # Some thirty times as fast as a complex exponential.
    np.multiply(magnitude, np.cos(phases), out=scattered.real, casting="same_kind")
    np.multiply(magnitude, np.sin(phases), out=scattered.imag, casting="same_kind")
    sides = np.fft.irfft(scattered, size)[:, :length]
    return np.asarray(sides / (3 * sides.std()), dtype=np.float32)


# Envelopes


def adsr(
    length: int, *, attack: float, decay: float = 0.0, sustain: float = 1.0, release: float
) -> Sound:
    """Return an envelope over `length` samples, the release at its end included; times in seconds."""
    end = length / RATE
    rise = min(attack, 0.5 * end)
    fall = max(end - release, rise)
    settle = min(rise + decay, fall)
    level = sustain if settle < fall or decay == 0 else 1.0
    points = (0.0, rise, settle, fall, end)
    curve = np.interp(time_axis(length), points, (0.0, 1.0, level, level, 0.0))
    return curve.astype(np.float32)


def dying(length: int, decay: float, *, attack: float = 0.002) -> Sound:
    """Return an envelope that falls by 1/e in `decay` seconds after a short attack, and to zero at its end."""
    time = time_axis(length)
    closing = np.clip((length / RATE - time) / 0.01, 0, 1)
    return (np.exp(-time / decay) * np.clip(time / attack, 0, 1) * closing).astype(np.float32)


# Filters: the responses of analogue filters, applied in the frequency domain


def fast_length(length: int) -> int:
    """Return the next length from `length` for which the Fourier transform is fast."""
    best = 1 << (length - 1).bit_length()
    for odd in (3, 5, 9, 15, 25, 27, 45, 75, 81, 125, 135, 225, 243):
        size = odd * (1 << max(0, -(-length // odd) - 1).bit_length())
        best = min(best, size)
    return best


def filtered(sound: Sound, response: Response) -> Sound:
    """Return a sound, mono or (2, n), through a filter."""
    length = sound.shape[-1]
    # Padding for the ringing, which would otherwise wrap around to the beginning.
    size = fast_length(length + samples(0.05))
    spectrum = np.fft.rfft(sound, size)
    spectrum *= response(np.fft.rfftfreq(size, 1 / RATE).astype(np.float32))
    return np.fft.irfft(spectrum, size)[..., :length].astype(np.float32)


def chain(*responses: Response) -> Response:
    """Return the response of filters one after the other."""

    def response(f: npt.NDArray[np.float32]) -> Spectrum:
        total = np.ones(len(f), dtype=np.complex64)
        for one in responses:
            total *= one(f)
        return total

    return response


def below(cutoff: float, order: int = 2) -> Response:
    """Return a low-pass filter that falls above `cutoff` in Hz, by 6 dB per octave and order."""
    return lambda f: (1 / (1 + 1j / cutoff * f)) ** order


def above(cutoff: float, order: int = 2) -> Response:
    """Return a high-pass filter that falls below `cutoff` in Hz, by 6 dB per octave and order."""
    return lambda f: (1 / (1 - 1j * cutoff / np.maximum(f, 1e-3))) ** order


def around(centre: float, quality: float = 1.0) -> Response:
    """Return a band-pass filter around `centre` in Hz; the higher the quality, the narrower."""

    def response(f: npt.NDArray[np.float32]) -> Spectrum:
        moving = 1j * centre / quality * f
        return moving / (centre**2 - f**2 + moving)

    return response


def peak(centre: float, quality: float, factor: float) -> Response:
    """Return a filter that makes sound around `centre` in Hz louder or softer by a factor."""
    band = around(centre, quality)
    return lambda f: 1 + (factor - 1) * band(f)
