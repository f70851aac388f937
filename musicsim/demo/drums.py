"""Drums and cymbals, electronic and acoustic, each a single hit."""

from __future__ import annotations

import numpy as np

from musicsim.demo.synth import (
    Sound,
    above,
    around,
    below,
    chain,
    dying,
    filtered,
    noise,
    normalised,
    oscillator,
    pulse,
    samples,
    sine,
    time_axis,
)


def kick(*, top: float, pitch: float, decay: float, punch: float, click: float) -> Sound:
    """Return a bass drum: a sine that falls from `top` to `pitch` in Hz within `punch` seconds."""
    length = samples(5 * decay)
    time = time_axis(length)
    body = sine(pitch + (top - pitch) * np.exp(-time / punch), length) * dying(length, decay)
    tick = np.exp(-time / 0.0015) * click
    return np.tanh(1.6 * body + tick * np.sin(2 * np.pi * 2_800 * time)).astype(np.float32)


def snare(
    rng: np.random.Generator, *, pitch: float, decay: float, brightness: float = 6_000.0
) -> Sound:
    """Return a snare drum: two modes of the skin and the rattle of the wires."""
    length = samples(6 * decay)
    time = time_axis(length)
    skin = sine(pitch * (1 + 0.4 * np.exp(-time / 0.01)), length) + 0.6 * sine(pitch * 1.6, length)
    wires = filtered(noise(rng, length), chain(below(brightness), above(900.0)))
    sound = 0.6 * skin * dying(length, 0.4 * decay) + 1.6 * wires * dying(length, decay)
    return np.tanh(1.3 * sound).astype(np.float32)


def clap(rng: np.random.Generator) -> Sound:
    """Return several hands clapping not quite together."""
    length = samples(0.35)
    hands = filtered(noise(rng, length), around(1_300.0, 1.2))
    time = time_axis(length)
    envelope = sum(
        (np.exp(-(time - start) / fall) * (time >= start) * gain)
        for start, fall, gain in ((0.0, 0.006, 1.0), (0.011, 0.006, 0.9), (0.022, 0.07, 0.8))
    )
    sound = hands * np.asarray(envelope, dtype=np.float32) * dying(length, 1.0)
    return normalised(sound)


def hat(rng: np.random.Generator, *, decay: float, metal: float = 0.5) -> Sound:
    """Return a hi-hat, closed (a decay of some 0.03 s) or open (0.15 s): noise, and the ring of metal."""
    length = samples(5 * decay)
    ring = sum(
        (oscillator(pitch, length, pulse(0.5)) for pitch in (317.0, 466.0, 539.0, 627.0, 812.0)),
        start=np.zeros(length, dtype=np.float32),
    )
    sound = filtered((1 - metal) * noise(rng, length) + 0.3 * metal * ring, above(7_000.0, 3))
    sound = sound * dying(length, decay, attack=0.001)
    return normalised(sound)


def cymbal(rng: np.random.Generator, *, decay: float = 0.7) -> Sound:
    """Return a crash cymbal."""
    length = samples(3 * decay)
    hiss = filtered(noise(rng, length), above(3_500.0))
    body = filtered(noise(rng, length), around(900.0, 2.0))
    sound = hiss * dying(length, decay) + 0.4 * body * dying(length, 0.4 * decay)
    return normalised(sound)


def tom(rng: np.random.Generator, *, pitch: float, decay: float = 0.2) -> Sound:
    """Return a tom-tom, or, low and long, a timpani: the modes of a round skin."""
    length = samples(6 * decay)
    time = time_axis(length)
    skin = sum(
        (
            gain
            * sine(pitch * ratio * (1 + 0.06 * np.exp(-time / 0.04)), length)
            * dying(length, decay / ratio)
            for ratio, gain in ((1.0, 1.0), (1.5, 0.5), (1.98, 0.35), (2.44, 0.2))
        ),
        start=np.zeros(length, dtype=np.float32),
    )
    stick = filtered(noise(rng, length), below(1_800.0)) * dying(length, 0.012)
    sound = skin + 0.8 * stick
    return normalised(sound)
