"""Other files of a banned recording."""

import math

import numpy as np
import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.bans import BannedRecordings
from musicsim.playlists.rules.same_song import song_key

BANNED = Tags("Blue", "Mara", "Hits", duration=200.0)


def track(tags: Tags) -> Track:
    return Track(1, "/m/a.mp3", tags, 1, 1, 0.0)


def at(cosine: float) -> np.ndarray:
    """A point at this cosine from that of the banned track."""
    return np.array([cosine, math.sqrt(1 - cosine**2)], np.float32)


def forbidden(tags: Tags, cosine: float) -> bool:
    recordings = BannedRecordings([(track(BANNED), at(1.0)), (track(Tags()), at(1.0))])
    other = track(tags)
    return recordings.forbid(other, at(cosine), song_key(other))


@pytest.mark.parametrize(
    ("tags", "cosine", "expected"),
    [
        # A transcode, whose encoder added silence.
        (Tags("Blue", "Mara", "Hits", duration=201.2), 0.97, True),
        (Tags("Blue (Remastered)", "Mara feat. Ann", "Best of", duration=200.0), 0.97, True),
        (Tags("Blue", "Mara"), 0.97, True),
        # Another recording: live, shorter, by somebody else; another song; or nobody knows.
        (Tags("Blue (live)", "Mara", duration=200.0), 0.94, False),
        (Tags("Blue", "Mara", duration=190.0), 0.97, False),
        (Tags("Blue", "Ann", duration=200.0), 1.0, False),
        (Tags("Red", "Mara", duration=200.0), 1.0, False),
        (Tags(duration=200.0), 1.0, False),
    ],
)
def test_a_recording_is_known_by_its_song_length_and_sound(tags, cosine, expected):
    assert forbidden(tags, cosine) is expected
