"""Which gain a track is played with: from its tags, from what listening measured, or a fixed one.

The rules are those of ReplayGain 2.0 [1]_: tracks are brought to -18 LUFS, and no gain takes a known peak beyond full
scale. Nothing here touches sound: a player multiplies it by `Gain.factor`.

The gain is for sound as a decoder gives it. In Opus, that is after the output gain in its header, which every decoder
applies and on top of which R128 gains are meant ([2]_, sections 5.1 and 5.2.1): so it must not be added again.

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
"""LUFS that tracks are brought to."""

_LARGEST_GAIN = 60.0
"""Decibels beyond which a gain is an error: such a track would be silence, or nothing but noise."""
_LARGEST_PEAK = 10.0
"""Beyond which a peak is an error: 20 dB above full scale, or a peak counted in samples of 16 bits."""


class GainMode(enum.Enum):
    """Which of a track's gains is used."""

    OFF = "off"
    TRACK = "track"
    """Every track is as loud as the others."""
    ALBUM = "album"
    """The tracks of an album keep their levels to each other."""
    AUTOMATIC = "automatic"
    """The album's where an album is played in order, else the track's."""


class GainSource(enum.Enum):
    """Where a gain comes from."""

    TRACK_TAG = "track tag"
    ALBUM_TAG = "album tag"
    LISTENED = "listened"
    """From the loudness that listening measured."""
    FIXED = "fixed"
    """Nothing is known of the track's loudness."""
    NONE = "none"
    """The listener wants none."""


@dataclass(frozen=True, slots=True)
class GainSettings:
    """What the listener chose.

    Attributes
    ----------
    mode
        Which gain is used.
    preamp
        Decibels that are added to every gain.
    untagged_preamp
        Decibels for a track without a gain in its tags that was not listened to yet; `preamp` is added here too. By
        default -6: without any gain such a track sounds up to 11 dB too loud between others (quodlibet/quodlibet issue
        132), which is worse than being too soft. Modern masters have gains from -6 to -10 dB, older ones about 0. DTAS
        takes -6 too; mpv, MPD and GStreamer leave it to the listener, with 0.
    prevent_clipping
        Lower a gain that would take a known peak beyond full scale.
    """

    mode: GainMode = GainMode.AUTOMATIC
    preamp: float = 0.0
    untagged_preamp: float = -6.0
    prevent_clipping: bool = True


@dataclass(frozen=True, slots=True)
class Gain:
    """What to play a track with.

    Attributes
    ----------
    decibels
        With the preamp, and lowered if it would clip.
    source
        Where it comes from.
    """

    decibels: float
    source: GainSource

    @property
    def factor(self) -> float:
        """What to multiply samples by."""
        return float(10 ** (self.decibels / 20))


def gain_of(
    details: TagDetails, loudness: Loudness | None, settings: GainSettings, *, in_album: bool
) -> Gain:
    """Choose the gain of a track.

    An album's gain takes the place of a missing track's gain, and the other way round. What can't be true in the tags
    counts as missing.

    Parameters
    ----------
    details
        What its tags say.
    loudness
        What listening measured. Its peak is a lower bound: a limiter has to catch what was not heard.
    in_album
        Whether it is played as part of its album, in order, and not shuffled among others.
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
    """The largest peak that is known to be in what a gain is for; None where none is."""
    tagged = _possible(details.track_peak)
    if source is GainSource.ALBUM_TAG:
        # All tracks of an album are lowered by the same, or they would lose their levels to each other.
        tagged = _possible(details.album_peak) or tagged
    heard = None if loudness is None else _possible(loudness.peak)
    return max((peak for peak in (tagged, heard) if peak is not None), default=None)


def _possible(peak: float | None) -> float | None:
    return peak if peak is not None and 0 < peak <= _LARGEST_PEAK else None
