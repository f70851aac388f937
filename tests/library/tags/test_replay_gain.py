"""Which gain a track is played with."""

import math

import pytest

from musicsim.library.tags.replay_gain import Gain, GainMode, GainSettings, GainSource, gain_of
from musicsim.library.types import Loudness, TagDetails

BOTH = TagDetails(track_gain=-7.0, track_peak=0.5, album_gain=-5.0, album_peak=0.8)
TRACK_ALONE = TagDetails(track_gain=-7.0)
ALBUM_ALONE = TagDetails(album_gain=-5.0)
UNTAGGED = TagDetails()
LOUD = Loudness(-9.5, 1.0)


def gain(details, loudness=None, mode=GainMode.AUTOMATIC, *, in_album=False, **settings) -> Gain:
    return gain_of(details, loudness, GainSettings(mode, **settings), in_album=in_album)


@pytest.mark.parametrize(
    ("details", "mode", "in_album", "expected"),
    [
        (BOTH, GainMode.TRACK, True, Gain(-7.0, GainSource.TRACK_TAG)),
        (BOTH, GainMode.ALBUM, False, Gain(-5.0, GainSource.ALBUM_TAG)),
        (BOTH, GainMode.AUTOMATIC, True, Gain(-5.0, GainSource.ALBUM_TAG)),
        # Shuffled among others, an album's soft song is to be as loud as they are.
        (BOTH, GainMode.AUTOMATIC, False, Gain(-7.0, GainSource.TRACK_TAG)),
        (TRACK_ALONE, GainMode.ALBUM, True, Gain(-7.0, GainSource.TRACK_TAG)),
        (ALBUM_ALONE, GainMode.TRACK, False, Gain(-5.0, GainSource.ALBUM_TAG)),
        (UNTAGGED, GainMode.TRACK, False, Gain(-8.5, GainSource.LISTENED)),
        (UNTAGGED, GainMode.ALBUM, True, Gain(-8.5, GainSource.LISTENED)),
        (BOTH, GainMode.OFF, True, Gain(0.0, GainSource.NONE)),
    ],
)
def test_the_mode_chooses_and_what_is_missing_is_made_up_for(details, mode, in_album, expected):
    assert gain(details, LOUD, mode, in_album=in_album) == expected


def test_what_nobody_has_heard_is_played_a_little_softer():
    assert gain(UNTAGGED) == Gain(-6.0, GainSource.FIXED)
    assert gain(UNTAGGED, untagged_preamp=-3.0) == Gain(-3.0, GainSource.FIXED)


@pytest.mark.parametrize(
    ("details", "loudness", "decibels"),
    [(BOTH, None, -4.0), (UNTAGGED, Loudness(-20.0, 0.1), 5.0), (UNTAGGED, None, -3.0)],
)
def test_the_preamp_is_added_to_every_gain(details, loudness, decibels):
    assert gain(details, loudness, preamp=3.0).decibels == pytest.approx(decibels)
    assert gain(details, loudness, GainMode.OFF, preamp=3.0).decibels == 0.0


def test_a_factor_is_for_samples():
    assert Gain(0.0, GainSource.NONE).factor == 1.0
    assert Gain(-6.0206, GainSource.FIXED).factor == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize(
    ("details", "loudness", "in_album", "factor"),
    [
        (TagDetails(track_gain=12.0, track_peak=0.5), None, False, 2.0),
        (TagDetails(track_gain=12.0, track_peak=0.5, album_gain=12.0, album_peak=0.8), None, True, 1.25),
        (TagDetails(track_gain=12.0, track_peak=0.5, album_gain=12.0), None, True, 2.0),
        # An encoder's overshoot: even what was louder before may clip.
        (TagDetails(track_gain=-1.0, track_peak=1.25), None, False, 0.8),
        (TagDetails(track_gain=12.0), Loudness(-30.0, 0.5), False, 2.0),
        # What was heard is certain.
        (TagDetails(track_gain=12.0, track_peak=0.25), Loudness(-30.0, 0.5), False, 2.0),
        (UNTAGGED, Loudness(-30.0, 0.5), False, 2.0),
    ],
)  # fmt: skip
def test_no_known_peak_goes_beyond_full_scale(details, loudness, in_album, factor):
    assert gain(details, loudness, in_album=in_album).factor == pytest.approx(factor)
    loud = gain(details, loudness, in_album=in_album, prevent_clipping=False)
    assert loud.factor > factor
    # A softer one is left as it is.
    soft = gain(details, loudness, in_album=in_album, preamp=-20.0)
    assert soft.decibels == pytest.approx(loud.decibels - 20)


def test_without_a_peak_a_gain_is_taken_as_it_is():
    """Some players ignored gains without a peak (xbmc/xbmc pull request 10924)."""
    assert gain(TagDetails(track_gain=4.0)) == Gain(4.0, GainSource.TRACK_TAG)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 60.1, -99.0, 1000.0])
def test_a_gain_that_can_not_be_true_is_none(wrong):
    details = TagDetails(track_gain=wrong, album_gain=-5.0)
    assert gain(details, LOUD) == Gain(-5.0, GainSource.ALBUM_TAG)
    assert gain(TagDetails(track_gain=wrong), LOUD) == Gain(-8.5, GainSource.LISTENED)
    assert gain(TagDetails(track_gain=wrong)) == Gain(-6.0, GainSource.FIXED)
    assert gain(UNTAGGED, Loudness(-18 - wrong, 0.5)) == Gain(-6.0, GainSource.FIXED)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 0.0, -0.5, 31_457.0])
def test_a_peak_that_can_not_be_true_is_none(wrong):
    details = TagDetails(track_gain=6.0, track_peak=wrong, album_gain=6.0, album_peak=wrong)
    assert gain(details, in_album=True).decibels == 6.0
    assert gain(details).decibels == 6.0
    assert gain(details, Loudness(-24.0, wrong)).decibels == 6.0
