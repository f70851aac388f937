"""The styles that play a `Song`: one module per style, with one function `perform` in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from musicsim.demo.harmony import Song
from musicsim.demo.styles import acoustic, ambient, chiptune, orchestral, rock, techno
from musicsim.demo.synth import Sound

PERFORMERS: Mapping[str, Callable[[Song], Sound]] = MappingProxyType(
    {
        "Acoustic": acoustic.perform,
        "Ambient": ambient.perform,
        "Chiptune": chiptune.perform,
        "Orchestral": orchestral.perform,
        "Rock": rock.perform,
        "Techno": techno.perform,
    }
)
"""Maps a style's name to the function that turns a song into a finished stereo track, shape (2, n), at `RATE`."""
