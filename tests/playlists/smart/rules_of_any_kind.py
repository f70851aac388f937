"""Random rules, facts and times, for what must hold for all of them."""

from __future__ import annotations

import math

from facts_of_tracks import track
from hypothesis import strategies as st

from musicsim.library.track_facts import PlayFacts
from musicsim.playlists.smart.rules import (
    DATES,
    MAY_BE_UNKNOWN,
    NUMBERS,
    TEXTS,
    DateRule,
    Group,
    LikedRule,
    NumberRule,
    Order,
    OrderBy,
    PlaylistRule,
    SmartRules,
    SoundRule,
    SpanRule,
    TextMatch,
    TextRule,
    Unit,
    UnknownRule,
)

_texts = st.text(max_size=6) | st.sampled_from(["Rock", "Rock; Pop", "/m", "\udcff", "'", ""])
_numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
_sizes = st.none() | st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(0, 10)

_rules = st.one_of(
    st.builds(
        TextRule,
        st.sampled_from(TEXTS),
        st.sampled_from(TextMatch),
        st.lists(_texts, max_size=3).map(tuple),
        st.booleans(),
    ),
    st.builds(NumberRule, st.sampled_from(NUMBERS), _numbers, _numbers, st.booleans()),
    st.builds(
        DateRule,
        st.sampled_from(DATES),
        st.none() | st.dates(),
        st.none() | st.dates(),
        st.booleans(),
    ),
    st.builds(
        SpanRule,
        st.sampled_from(DATES),
        st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(0, 50),
        st.sampled_from(Unit),
        st.booleans(),
    ),
    st.builds(UnknownRule, st.sampled_from(MAY_BE_UNKNOWN), st.booleans()),
    st.builds(LikedRule, st.booleans()),
    st.builds(
        SoundRule,
        st.none() | st.lists(st.integers(1, 9), max_size=3).map(tuple),
        st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 1),
        st.booleans(),
    ),
    st.builds(PlaylistRule, _texts, st.booleans()),
)
groups = st.recursive(
    st.builds(Group, st.lists(_rules, max_size=3).map(tuple), st.booleans(), st.booleans()),
    lambda inner: st.builds(
        Group, st.lists(_rules | inner, max_size=3).map(tuple), st.booleans(), st.booleans()
    ),
    max_leaves=6,
)
all_rules = st.builds(
    SmartRules,
    groups,
    st.builds(
        Order,
        st.sampled_from(OrderBy),
        st.booleans(),
        st.integers(-(2**63) + 1, 2**63 - 1),
    ),
    _sizes,
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    _sizes,
)
times = st.floats(-1e12, 1e12) | st.sampled_from([math.inf, -math.inf, 0.0])
_tracks = st.builds(
    track,
    file=_texts.map(lambda text: f"/m/{text}.mp3"),
    title=_texts,
    artist=_texts,
    album_artist=_texts,
    artists=st.lists(_texts, max_size=2).map(tuple),
    album=_texts,
    genre=_texts,
    year=st.none() | st.integers(-(2**63), 2**63 - 1),
    track_number=st.none() | st.integers(-(2**63), 2**63 - 1),
    disc_number=st.none() | st.integers(0, 9),
    duration=st.none() | st.floats(allow_nan=False),
    added_at=times,
    missing=st.booleans(),
)
libraries = st.lists(_tracks, max_size=8).map(
    lambda tracks: [each._replace(id=n) for n, each in enumerate(tracks, 1)]
)
histories = st.dictionaries(
    st.integers(1, 9),
    st.builds(PlayFacts, st.integers(0, 9), st.integers(0, 9), st.none() | times),
    max_size=5,
)
