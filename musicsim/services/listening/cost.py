"""The cost of listening on this machine, measured in the last run."""

from __future__ import annotations

import json
from dataclasses import asdict

from musicsim.audio import DENSE_HOP
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.services.listening.settings import Depth
from musicsim.worker.protocol import Cost


def keep_cost(catalogue: Catalogue, model: str, tracks: int, cost: Cost) -> None:
    """Store the cost of embedding some tracks with a model."""
    if cost.windows:
        measured = {"tracks": tracks, **asdict(cost)}
        catalogue.settings.set(f"cost {model}", json.dumps(measured))


def seconds_a_track(catalogue: Catalogue, model: str, depth: Depth) -> float | None:
    """Return the seconds that a track of the library's mean length takes; None before the first measurement."""
    kept = catalogue.settings.get(f"cost {model}")
    if kept is None:
        return None
    cost = json.loads(kept)
    a_window = (cost["front_end"] + cost["network"]) / cost["windows"]
    seconds = catalogue.tracks.mean_duration()
    windows = min(float(depth.passes[-1]), seconds)
    if depth is Depth.EVERY:
        windows = seconds / DENSE_HOP
    decoding = (cost["decoding"] + cost["resampling"]) / cost["tracks"]
    # Decoding overlaps with the network.
    return float(max(decoding, a_window * windows))
