"""Small weight files that describe themselves, and what damage, strangers and accidents make of them."""

from __future__ import annotations

import itertools
import json
import random
import struct
from pathlib import Path

import h5py
import numpy as np

WIDTHS = (1, 2, 1, 2, 1, 2, 1, 2)


def small_weights(path: Path, **facts: object) -> Path:
    """Write a network of the starter weights' layout with a few channels: 40 KB, most of it structure."""
    random = np.random.default_rng(0)
    described = {
        "format": 1, "name": "small", "input_repr": "mel128", "widths": WIDTHS, "pool_size": (16, 24),
        "bn_epsilon": 1e-3, "projection_size": None,
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        file.attrs["musicsim"] = json.dumps({**described, **facts})
        layers: list[tuple[str, dict[str, np.ndarray]]] = []
        for number, (before, after) in enumerate(itertools.pairwise((1, *WIDTHS))):
            norm = {
                name: random.random(before)
                for name in ("gamma", "beta", "moving_mean", "moving_variance")
            }
            layers.append((f"batch_normalization_{number}", norm))
            kernel = random.standard_normal((3, 3, before, after))
            layers.append((f"conv2d_{number}", {"kernel": kernel, "bias": random.random(after)}))
        file.attrs["layer_names"] = [name for name, _ in layers]
        for layer, weights in layers:
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{name}:0" for name in weights]
            for name, values in weights.items():
                group[f"{layer}/{name}:0"] = values.astype(np.float32)
    return path


def damaged(content: bytes, seed: int) -> bytes:
    """Replace some runs of bytes, as a failing disk or a broken copy does; mostly in the file's structure."""
    chance = random.Random(seed)
    spoilt = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(spoilt))
        if chance.random() < 0.7:
            mark = chance.choice((b"SNOD", b"TREE", b"HEAP", b"GCOL", b"OHDR", b"layer_names"))
            start = max(0, content.find(mark, start)) + chance.randrange(96)
        length = chance.choice((1, 1, 2, 4, 8, 16, 64))
        run = chance.choice((chance.randbytes(length), b"\xff" * length, bytes(length)))
        spoilt[start : start + length] = run
    return bytes(spoilt[: len(content)])


def bottomless(content: bytes) -> bytes:
    """Make a group's tree its own branch: the HDF5 library follows it until its stack is full, and the process dies."""
    tree = content.index(b"TREE")
    spoilt = bytearray(content)
    spoilt[tree + 5] = 1  # the level: its children are trees
    # Behind the signature, the addresses of both neighbours, and the first key.
    struct.pack_into("<Q", spoilt, tree + 8 + 16 + 8, tree)
    return bytes(spoilt)
