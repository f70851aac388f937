"""Choosing a track's gain: from its tags, from measured loudness, or a fixed one.

The rules are those of ReplayGain 2.0 [1]_: tracks are brought to -18 LUFS, and no gain takes a known peak beyond full
scale. Nothing here changes sound: a player multiplies it by `Gain.factor`.

The gain applies to sound as a decoder returns it. For Opus, that includes the output gain in its header: every decoder
applies it, and R128 gains come on top of it ([2]_, sections 5.1 and 5.2.1). So it must not be added again.

References
----------
.. [1] "ReplayGain 2.0 specification", Hydrogenaudio Knowledgebase.
.. [2] RFC 7845, "Ogg Encapsulation for the Opus Audio Codec", 2016.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from musicsim.library.types import Loudness, TagDetails

REFERENCE = -18.0
"""The target loudness in LUFS."""

_LARGEST_GAIN = 60.0
"""Decibels beyond which a gain is an error: such a track would be silence, or nothing but noise."""
_LARGEST_PEAK = 10.0
"""Peak beyond which it is an error: 20 dB above full scale, or a peak counted in 16-bit samples."""


class GainMode(enum.Enum):
    """The choice between a track's gains."""

    OFF = "off"
    TRACK = "track"
    """Every track is as loud as the others."""
    ALBUM = "album"
    """The tracks of an album keep their relative levels."""
    AUTOMATIC = "automatic"
    """The album's gain if an album is played in order, else the track's."""


class GainSource(enum.Enum):
    """The source of a gain."""

    TRACK_TAG = "track tag"
    ALBUM_TAG = "album tag"
    LISTENED = "listened"
    """The loudness measured by listening."""
    FIXED = "fixed"
    """Nothing is known of the track's loudness."""
    NONE = "none"
    """The listener turned gain off."""


@dataclass(frozen=True, slots=True)
class GainSettings:
    """The listener's settings.

    Attributes
    ----------
    mode
        The choice of gain.
    preamp
        Decibels added to every gain.
    untagged_preamp
        Decibels for a track without a gain in its tags or a measured loudness; `preamp` is added here too. The default
        is -6: without any gain such a track sounds up to 11 dB too loud between others (quodlibet/quodlibet issue 132),
        which is worse than too soft. Modern masters have gains from -6 to -10 dB, older ones about 0. DTAS also uses
        -6; mpv, MPD and GStreamer leave it to the listener, with a default of 0.
    prevent_clipping
        Lower a gain that would take a known peak beyond full scale.
    """

    mode: GainMode = GainMode.AUTOMATIC
    preamp: float = 0.0
    untagged_preamp: float = -6.0
    prevent_clipping: bool = True


@dataclass(frozen=True, slots=True)
class Gain:
    """The gain to play a track with.

    Attributes
    ----------
    decibels
        Including the preamp, and lowered if it would clip.
    source
        The source of the gain.
    """

    decibels: float
    source: GainSource

    @property
    def factor(self) -> float:
        """The factor for the samples."""
        return float(10 ** (self.decibels / 20))


def gain_of(
    details: TagDetails, loudness: Loudness | None, settings: GainSettings, *, in_album: bool
) -> Gain:
    """Choose the gain of a track.

    A missing track gain is replaced by the album's, and vice versa. Impossible values in the tags count as missing.

    Parameters
    ----------
    details
        The track's tags.
    loudness
        The measured loudness. Its peak is a lower bound: a limiter has to catch higher peaks elsewhere in the track.
    in_album
        Whether the track is played in order as part of its album, not shuffled among others.
    """
    if settings.mode is GainMode.OFF:
        return Gain(0.0, GainSource.NONE)
    by_album = settings.mode is GainMode.ALBUM or (settings.mode is GainMode.AUTOMATIC and in_album)
    track = (details.track_gain, GainSource.TRACK_TAG)
    album = (details.album_gain, GainSource.ALBUM_TAG)
    choices = [album, track] if by_album else [track, album]
    if loudness is not None:
        choices.append((REFERENCE - loudness.lufs, GainSource.LISTENED))
    decibels, source = settings.untagged_preamp, GainSource.FIXED
    for gain, its_source in choices:
        if gain is not None and math.isfinite(gain) and abs(gain) <= _LARGEST_GAIN:
            decibels, source = gain, its_source
            break
    decibels += settings.preamp
    peak = _peak(details, loudness, source)
    if settings.prevent_clipping and peak is not None:
        decibels = min(decibels, -20 * math.log10(peak))
    return Gain(decibels, source)


def _peak(details: TagDetails, loudness: Loudness | None, source: GainSource) -> float | None:
    """Return the largest known peak in the sound that a gain applies to; None if unknown."""
    tagged = _possible(details.track_peak)
    if source is GainSource.ALBUM_TAG:
        # All tracks of an album are lowered equally, to keep their relative levels.
        tagged = _possible(details.album_peak) or tagged
    heard = None if loudness is None else _possible(loudness.peak)
    return max((peak for peak in (tagged, heard) if peak is not None), default=None)


def _possible(peak: float | None) -> float | None:
    return peak if peak is not None and 0 < peak <= _LARGEST_PEAK else None
