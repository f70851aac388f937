"""The listener's settings for the depth of listening and the use of the machine."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from musicsim.audio import EVERY_WINDOW, FIRST_PASS, SETTLED
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.worker.protocol import WorkerSettings


class Depth(enum.Enum):
    """How much of each track is embedded."""

    QUICK = "quick"
    """The first pass alone."""
    SETTLED = "settled"
    """A first pass over the whole library, then a longer one that adds to it."""
    EVERY = "every"
    """A first pass, then every window from beginning to end, as OpenL3 does by default."""

    @property
    def passes(self) -> tuple[int, ...]:
        """The total number of windows per track after each pass."""
        return _PASSES[self]


_PASSES = {
    Depth.QUICK: (FIRST_PASS,),
    Depth.SETTLED: (FIRST_PASS, SETTLED),
    Depth.EVERY: (FIRST_PASS, EVERY_WINDOW),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a depth, relative to embedding every window.

    Attributes
    ----------
    map_share
        The share of the mean average precision that is kept.
    overlap
        The share of the ten nearest tracks that are the same.
    """

    map_share: float
    overlap: float


# Measured by benchmarks/sampling.py with the starter weights, on 378 tracks of 43 collections that they were not
# trained on. The interval for a settled track is 0.98 to 1.02; most of its difference from every window is in the
# fades.
QUALITY = {
    Depth.QUICK: Quality(0.96, 0.736),
    Depth.SETTLED: Quality(1.0, 0.841),
    Depth.EVERY: Quality(1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class ListeningSettings:
    """The listener's settings.

    Attributes
    ----------
    depth
        How much of each track is embedded.
    threads
        Processor cores for the network; None uses all.
    gentle
        Leave one core to the listener, and give way to other programs.
    """

    depth: Depth = Depth.SETTLED
    threads: int | None = None
    gentle: bool = False

    def save(self, catalogue: Catalogue) -> None:
        """Store them in the catalogue."""
        catalogue.settings.set("depth", self.depth.value)
        catalogue.settings.set("threads", str(self.threads or "all"))
        catalogue.settings.set("gentle", "yes" if self.gentle else "no")

    @classmethod
    def load(cls, catalogue: Catalogue) -> ListeningSettings:
        """Return the settings in the catalogue, with defaults for missing or unknown ones."""
        depth = catalogue.settings.get("depth")
        threads = catalogue.settings.get("threads") or ""
        return cls(
            Depth(depth) if depth in {one.value for one in Depth} else Depth.SETTLED,
            int(threads) if threads.isdecimal() and int(threads) else None,
            catalogue.settings.get("gentle") == "yes",
        )


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """The model and depth for embedding the library.

    Attributes
    ----------
    model
        The identity of the model that listens.
    passes
        The total number of windows per track in each pass over the library, ascending.
    worker
        The settings of the worker.
    """

    model: str
    passes: tuple[int, ...]
    worker: WorkerSettings
