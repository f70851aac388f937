"""Gain of each track in playback."""

from __future__ import annotations

from collections.abc import Callable

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.tags.replay_gain import GainSettings, gain_of
from musicsim.library.types import Track
from musicsim.ui.playback.settings import PlaybackSettings
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.visitors import is_visitor


def gains_by(
    catalogue: Catalogue, store: TrackStore
) -> Callable[[PlaybackSettings], Callable[[Track, bool], float]]:
    """Return a function that makes, from the listener's settings, the function of a track's sample factor.

    The factor comes from the file's ReplayGain tags or, without them, from the loudness measured by musicsim; see
    `musicsim.library.tags.replay_gain`.
    """

    def make(settings: PlaybackSettings) -> Callable[[Track, bool], float]:
        wanted = GainSettings(mode=settings.gain, preamp=settings.preamp)

        def factor(track: Track, in_album: bool) -> float:
            heard = None if is_visitor(track.id) else catalogue.loudness.of(track.id)
            return gain_of(store.details(track.id), heard, wanted, in_album=in_album).factor

        return factor

    return make
