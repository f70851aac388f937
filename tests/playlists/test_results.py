"""What a made list says of its length."""

import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.result import GeneratedPlaylist, Match


def made(durations: list[float | None], **wanted) -> GeneratedPlaylist:
    matches = tuple(
        Match(Track(number, f"/m/{number}.mp3", Tags(duration=length), 1, 1, 0.0), 1.0)
        for number, length in enumerate(durations)
    )
    return GeneratedPlaylist("similar", (), matches, {}, **wanted)


@pytest.mark.parametrize(
    ("durations", "wanted", "is_short"),
    [
        ([60.0, 60.0], {"wanted": 2}, False),
        ([60.0], {"wanted": 2}, True),
        ([60.0], {}, False),
        ([60.0, 60.0], {"wanted_minutes": 2.0}, False),
        ([60.0, 59.0], {"wanted_minutes": 2.0}, False),
        ([75.0, 75.0], {"wanted_minutes": 3.0}, False),
        ([75.0, 75.0], {"wanted_minutes": 4.0}, True),
        ([60.0, None], {"wanted_minutes": 5.0}, False),
        ([60.0, None], {"wanted_minutes": 8.0}, True),
        ([], {"wanted_minutes": 2.0}, True),
    ],
)
def test_a_list_says_whether_it_is_short(durations, wanted, is_short):
    assert made(durations, **wanted).is_short is is_short


def test_a_track_that_states_no_length_counts_as_a_common_one():
    made_of = made([100.0, None, 20.0, 0.0])
    assert made_of.duration == 120.0 + 2 * 240.0
    assert made_of.unknown_lengths == 2
