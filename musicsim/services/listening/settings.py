"""How thoroughly musicsim listens, and what it may take of the machine: the listener's settings."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from musicsim.audio import EVERY_WINDOW, FIRST_PASS, SETTLED
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.worker.protocol import WorkerSettings


class Depth(enum.Enum):
    """How much of each track is listened to."""

    QUICK = "quick"
    """The first pass alone."""
    SETTLED = "settled"
    """A first pass over the whole library, then a longer one that adds to it."""
    EVERY = "every"
    """A first pass, then every window from beginning to end, as OpenL3 does by default."""

    @property
    def passes(self) -> tuple[int, ...]:
        """The windows a track that each pass wants in all."""
        return _PASSES[self]


_PASSES = {
    Depth.QUICK: (FIRST_PASS,),
    Depth.SETTLED: (FIRST_PASS, SETTLED),
    Depth.EVERY: (FIRST_PASS, EVERY_WINDOW),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """What a depth brings, beside listening to everything.

    Attributes
    ----------
    map_share
        The share of its mean average precision that is kept.
    overlap
        The share of the ten nearest tracks that are the same.
    """

    map_share: float
    overlap: float


# Measured by benchmarks/sampling.py with the starter weights, on 378 tracks of 43 collections that they were not
# trained on. A settled track's share has the interval .98 to 1.02; what it has not in common with everything is mostly
# the fades.
QUALITY = {
    Depth.QUICK: Quality(0.96, 0.736),
    Depth.SETTLED: Quality(1.0, 0.841),
    Depth.EVERY: Quality(1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class ListeningSettings:
    """What the listener chose.

    Attributes
    ----------
    depth
        How much of each track is listened to.
    threads
        Processor cores for the network; None takes all.
    gentle
        Leave a core to the listener, and give way to other programs.
    """

    depth: Depth = Depth.SETTLED
    threads: int | None = None
    gentle: bool = False

    def save(self, catalogue: Catalogue) -> None:
        """Keep them in the catalogue."""
        catalogue.settings.set("depth", self.depth.value)
        catalogue.settings.set("threads", str(self.threads or "all"))
        catalogue.settings.set("gentle", "yes" if self.gentle else "no")

    @classmethod
    def load(cls, catalogue: Catalogue) -> ListeningSettings:
        """Those kept in the catalogue; what is not there, or not understood, is as it is at first."""
        depth = catalogue.settings.get("depth")
        threads = catalogue.settings.get("threads") or ""
        return cls(
            Depth(depth) if depth in {one.value for one in Depth} else Depth.SETTLED,
            int(threads) if threads.isdecimal() and int(threads) else None,
            catalogue.settings.get("gentle") == "yes",
        )


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """What embeds the library, and how thoroughly.

    Attributes
    ----------
    model
        The identity of the model that listens.
    passes
        The windows a track that each pass over the library wants in all, ascending.
    worker
        What the worker is started with.
    """

    model: str
    passes: tuple[int, ...]
    worker: WorkerSettings
