"""The dense plan of a track: every window, reduced to one embedding per second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.audio import DENSE_HOP, SAMPLE_RATE, SILENCE
from musicsim.embedding.framing import cut_windows
from musicsim.embedding.model import Model

FloatArray = npt.NDArray[np.float32]

_HOPS_A_SECOND = round(1 / DENSE_HOP)
_HOP = round(DENSE_HOP * SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class EmbeddedSeconds:
    """A track embedded by the dense plan.

    Attributes
    ----------
    offsets
        The seconds that are not silent; shape (N,), float64.
    vectors
        For each, the mean embedding of the windows that begin in it, without silent ones; shape (N, D).
    duration
        Length of the track, in seconds.
    """

    offsets: npt.NDArray[np.float64]
    vectors: FloatArray
    duration: float


def embed_seconds(
    model: Model, blocks: Iterable[FloatArray], *, silence: float = SILENCE
) -> EmbeddedSeconds:
    """Embed every window of a track at the hop of the dense plan, with memory for one vector a second.

    A hundred times as many windows as in a sample would take a hundred times the disk space. Their mean is enough for a
    track's pooled embedding.

    Parameters
    ----------
    model
        The model that embeds.
    blocks
        The sound in order, mono at 48 kHz, in arrays (samples,) of any sizes.
    silence
        A window whose RMS level is below this (dB re full scale) is left out.
    """
    levels = _Levels(blocks)
    sums: dict[int, npt.NDArray[np.float64]] = {}
    counts: dict[int, int] = {}
    done = 0
    for windows in cut_windows(
        levels, hop_size=DENSE_HOP, center=False, batch_size=model.batch_size
    ):
        heard = [n for n in range(len(windows)) if levels.of_window(done + n) >= silence]
        # The network takes as long for an incomplete batch, so only whole silent ones are skipped.
        embeddings = model.embed(windows) if heard else np.empty(0)
        for n in heard:
            second = (done + n) // _HOPS_A_SECOND
            sums[second] = sums.get(second, 0.0) + embeddings[n].astype(np.float64)
            counts[second] = counts.get(second, 0) + 1
        done += len(windows)
    vectors = [(total / counts[second]).astype(np.float32) for second, total in sums.items()]
    return EmbeddedSeconds(
        np.array(list(sums), np.float64),
        np.stack(vectors) if vectors else np.empty((0, model.embedding_size), np.float32),
        levels.samples / SAMPLE_RATE,
    )


class _Levels:
    """Passes blocks through, and measures the level of each window in them."""

    def __init__(self, blocks: Iterable[FloatArray]) -> None:
        self._blocks = blocks
        self._energies: list[float] = []  # of each hop
        self.samples = 0

    def __iter__(self) -> Iterator[FloatArray]:
        rest = np.empty(0, np.float32)
        for block in self._blocks:
            self.samples += len(block)
            rest = np.concatenate([rest, block])
            whole = len(rest) // _HOP
            hops = rest[: whole * _HOP].reshape(whole, _HOP)
            self._energies += np.square(hops, dtype=np.float64).sum(axis=1).tolist()
            rest = rest[whole * _HOP :]
            if len(block):
                yield block
        if len(rest):
            self._energies.append(float(np.square(rest, dtype=np.float64).sum()))

    def of_window(self, number: int) -> float:
        """Return the RMS level of a window in dB re full scale."""
        power = sum(self._energies[number : number + _HOPS_A_SECOND]) / SAMPLE_RATE
        return 10 * float(np.log10(power)) if power > 0 else -np.inf
