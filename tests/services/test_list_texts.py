"""Every rule has words, for what it hides and for what a list doesn't keep of it."""

import pytest

from musicsim.playlists.rules.rules import RELAXED_IN_ORDER, Hidden, Relaxed, Rule
from musicsim.services.texts import hidden_text, relaxed_text

NUMBERS = (None, 0, 1, 3, 2.5)


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_says_why_it_hides(rule):
    texts = {hidden_text(Hidden(rule, limit)) for limit in NUMBERS}

    assert all(text and "{" not in text and "None" not in text for text in texts)


def test_no_two_rules_hide_with_the_same_words():
    assert len({hidden_text(Hidden(rule, 3)) for rule in Rule}) == len(Rule)


@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("in_minutes", [False, True])
def test_every_rule_says_how_far_it_gave_way(rule, in_minutes):
    for wanted in NUMBERS:
        for got in NUMBERS:
            text = relaxed_text(Relaxed(rule, wanted, got, 1, in_minutes))
            assert text
            assert "None" not in text


def test_no_two_rules_give_way_with_the_same_words():
    said = {relaxed_text(Relaxed(rule, 3, 5, 2)) for rule in RELAXED_IN_ORDER}

    assert len(said) == len(RELAXED_IN_ORDER)


@pytest.mark.parametrize(
    ("relaxed", "text"),
    [
        (Relaxed(Rule.ARTIST, 3, 5, 2), "up to 5 by the same artist instead of 3"),
        (
            Relaxed(Rule.ALBUM_WINDOW, 5, 1, 1),
            "the same album again after 1 track instead of 5",
        ),
        (
            Relaxed(Rule.ARTIST_WINDOW, 30.0, 12.5, 1, in_minutes=True),
            "the same artist again after 12.5 min instead of 30",
        ),
        (Relaxed(Rule.SHORT, 1.0, 0.4, 1), "1 track shorter than 1 min"),
        (
            Relaxed(Rule.TEMPO, 8.0, 31.25, 2),
            "2 tracks with a change of tempo of up to 31.2 % instead of 8 %",
        ),
    ],
)
def test_the_words(relaxed, text):
    assert relaxed_text(relaxed) == text
