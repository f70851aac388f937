"""The smart playlists that every library has from the start."""

from __future__ import annotations

from musicsim.playlists.smart.rules import (
    Field,
    Group,
    LikedRule,
    NumberRule,
    Order,
    OrderBy,
    SmartRules,
    SoundRule,
    SpanRule,
    TextMatch,
    TextRule,
    Unit,
)

_LATELY_AT_LEAST = 0.4
_MUSIC = TextRule(
    Field.GENRE,
    TextMatch.IS,
    ("Podcast*", "Audio*book*", "*Spoken", "Hörb*", "Hörsp*", "Speech"),
    negated=True,
)
"""Speech is no music, and fills lists of what is new or was long not heard. Tracks without a genre are music."""

READY_MADE: dict[str, tuple[str, SmartRules]] = {
    "for-today": (
        "For today",
        SmartRules(
            Group((SoundRule(None, _LATELY_AT_LEAST), _MUSIC)),
            Order(OrderBy.FLOW),
            tracks=40,
            daily=True,
        ),
    ),
    "recently-added": (
        "Recently added",
        SmartRules(order=Order(OrderBy.ADDED, descending=True), tracks=100),
    ),
    "never-played": (
        "Never played",
        SmartRules(Group((NumberRule(Field.PLAYS, 0, 0), _MUSIC)), Order(OrderBy.RANDOM)),
    ),
    "long-not-heard": (
        "Long not heard",
        SmartRules(
            Group(
                (
                    NumberRule(Field.PLAYS, 1, None),
                    SpanRule(Field.PLAYED, 6, Unit.MONTHS, negated=True),
                    _MUSIC,
                )
            ),
            Order(OrderBy.PLAYED),
            tracks=100,
        ),
    ),
    "most-played": (
        "Most played",
        SmartRules(
            Group((NumberRule(Field.PLAYS, 1, None),)),
            Order(OrderBy.PLAYS, descending=True),
            tracks=100,
        ),
    ),
    "liked": ("Liked", SmartRules(Group((LikedRule(),)))),
    "forgotten-gems": (
        "Forgotten gems",
        SmartRules(
            Group(
                (
                    Group((LikedRule(), NumberRule(Field.PLAYS, 5, None)), any=True),
                    SpanRule(Field.PLAYED, 6, Unit.MONTHS, negated=True),
                    # New tracks that were liked without being played to their end are not forgotten.
                    SpanRule(Field.ADDED, 6, Unit.MONTHS, negated=True),
                )
            ),
            Order(OrderBy.RANDOM),
            tracks=50,
            daily=True,
        ),
    ),
    "one-new-for-four": (
        "One new for every four known",
        SmartRules(
            Group((_MUSIC,)),
            Order(OrderBy.RANDOM),
            tracks=50,
            daily=True,
            known_per_new=4,
        ),
    ),
}
"""Name and rules by key; a key never changes, since libraries keep it."""
