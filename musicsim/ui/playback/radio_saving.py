"""A radio as JSON, for the saved session."""

from __future__ import annotations

from typing import Any

from musicsim.services.making.radio import RadioSettings, RadioState, Strictness
from musicsim.services.making.seeds import Seed, SeedKind


def radio_as_json(state: RadioState) -> dict[str, Any]:
    """Return a radio as values of JSON."""
    return {
        "seeds": [
            {
                "kind": seed.kind.value,
                "name": seed.name,
                "tracks": seed.track_ids,
                "weight": seed.weight,
            }
            for seed in state.seeds
        ],
        "strictness": state.settings.strictness.value,
        "follows_vibe": state.settings.follows_vibe,
        "rng_seed": state.rng_seed,
        "known": state.known,
        "heard": state.heard,
        "reactions": state.reactions,
        "skips": state.skips,
        "likes": state.likes,
        "automatic": state.is_automatic,
    }


def radio_from_json(kept: Any) -> RadioState:
    """Return a saved radio.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If the content is not a radio.
    """
    seeds = tuple(
        Seed(
            SeedKind(seed["kind"]),
            str(seed["name"]),
            tuple(map(int, seed["tracks"])),
            float(seed["weight"]),
        )
        for seed in kept["seeds"]
    )
    if not seeds or not all(seed.track_ids for seed in seeds):
        raise ValueError("a radio without seeds")
    return RadioState(
        seeds,
        RadioSettings(Strictness(kept["strictness"]), bool(kept["follows_vibe"])),
        int(kept["rng_seed"]),
        tuple(map(int, kept["known"])),
        tuple(map(int, kept["heard"])),
        tuple((int(track_id), float(how)) for track_id, how in kept["reactions"]),
        int(kept["skips"]),
        int(kept["likes"]),
        bool(kept["automatic"]),
    )
