"""Check that the embeddings match those of the official OpenL3 0.4.2, for each of its networks.

    python benchmarks/parity.py

The sound and the weights are seeded, and the official code's embeddings of them are in the tests' data. Cases 0, 1 and
3 are at 48 kHz, in mono, stereo and shorter than a window. Case 2 is resampled, by another resampler than OpenL3's. For
embeddings of 6144 values, every 12th is compared. Exits with 1 if a limit is not met.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path

import numpy as np
import soxr
from rich.console import Console
from rich.progress import track
from rich.table import Table

from musicsim.embedding import SAMPLE_RATE, Model, embed_blocks, read_weights
from musicsim.embedding.description import INPUT_REPRS, OFFICIAL_EMBEDDING_SIZES

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "embedding"))
from openl3_reference import CASES, DATA, Case, signal, write_weights

LARGEST_ERROR = 1e-3
"""Relative error of a window's embedding, without resampling."""
LEAST_COSINE = 0.999
"""With resampling."""


def embed(model: Model, case: Case) -> np.ndarray:
    sound = signal(case.seed, case.sample_rate, case.seconds, case.channels)
    if sound.ndim == 2:
        sound = sound.mean(axis=1)
    sound = soxr.resample(sound, case.sample_rate, SAMPLE_RATE)
    parts = embed_blocks(model, [sound], hop_size=case.hop_size, center=case.center)
    return np.concatenate([embeddings for embeddings, _ in parts])


def main() -> int:
    table = Table("input", "size", "case", "windows", "max relative error", "min cosine", "limit")
    all_met = True
    networks = list(itertools.product(INPUT_REPRS, OFFICIAL_EMBEDDING_SIZES))
    with tempfile.TemporaryDirectory() as folder, np.load(DATA / "expected.npz") as references:
        path = write_weights(Path(folder) / "seeded.h5")
        for input_repr, size in track(networks, "Embedding", transient=True):
            weights = read_weights(path, input_repr=input_repr, embedding_size=size)
            model = Model(weights, precision="float32")
            table.add_section()
            for number, case in enumerate(CASES):
                expected = references[f"{input_repr}_{size}_{number}_embedding"]
                found = embed(model, case)[:, :: 1 if size == 512 else 12]
                norms = np.linalg.norm(expected, axis=1)
                error = (np.linalg.norm(found - expected, axis=1) / norms).max()
                products = (found * expected).sum(axis=1)
                cosine = (products / norms / np.linalg.norm(found, axis=1)).min()
                if case.sample_rate == SAMPLE_RATE:
                    met, limit = error < LARGEST_ERROR, f"error < {LARGEST_ERROR:g}"
                else:
                    met, limit = cosine > LEAST_COSINE, f"cosine > {LEAST_COSINE:g}"
                all_met = all_met and bool(met)
                table.add_row(
                    input_repr, str(size), str(number), str(len(expected)), f"{error:.1e}",
                    f"{cosine:.7f}", f"{limit}: {'met' if met else '[bold red]not met[/]'}",
                )  # fmt: skip
    console = Console(width=100)
    console.print(table)
    console.print("All limits are met." if all_met else "Not all limits are met.")
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
