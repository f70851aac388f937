"""Rules as they are meant for what a list is made from."""

from datetime import date

from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.fitting import fitted_to
from musicsim.playlists.rules.rules import Rules

GROUPS = (("*metal*",), ("folk",), ("jazz",))
RULES = Rules(shortest=1.0, longest=15.0, today=date(2026, 7, 1), genre_groups=GROUPS)


def seed(title: str = "Song", minutes: float | None = 4.0, genre: str = "") -> Track:
    length = None if minutes is None else 60 * minutes
    return Track(1, "/m/1.mp3", Tags(title, genre=genre, duration=length), 1, 1, 0.0)


def test_ordinary_seeds_change_nothing_but_the_groups():
    fitted = fitted_to(RULES, [seed(genre="Death Metal"), seed(minutes=None, genre="Jazz")])

    assert (fitted.shortest, fitted.longest, fitted.today) == (1.0, 15.0, RULES.today)
    assert fitted.genre_groups == (GROUPS[0], GROUPS[2])


def test_a_short_long_or_seasonal_seed_may_have_company():
    fitted = fitted_to(RULES, [seed(minutes=0.5), seed("White Christmas", minutes=20.0)])

    assert (fitted.shortest, fitted.longest, fitted.today) == (0.25, 40.0, None)


def test_the_one_carol_and_the_one_interlude_of_an_artist_change_nothing():
    songs = [seed(genre="Folk")] * 9
    odd = [seed("Silent Night"), seed(minutes=0.5), seed(minutes=40.0), seed(genre="Jazz")]

    fitted = fitted_to(RULES, [*songs, *odd])

    assert (fitted.shortest, fitted.longest, fitted.today) == (1.0, 15.0, RULES.today)
    assert fitted.genre_groups == (GROUPS[1],)


def test_seeds_in_no_group_may_have_any_genre():
    assert fitted_to(RULES, [seed(genre="Polka"), seed()]).genre_groups == ()
    assert fitted_to(RULES, []).genre_groups == ()
    assert fitted_to(Rules(), [seed("Christmas", 0.1, "Jazz")]) == Rules()


def test_of_many_groups_of_which_none_is_frequent_all_are_left():
    groups = tuple((str(number),) for number in range(10))
    fitted = fitted_to(Rules(genre_groups=groups), [seed(genre=str(n)) for n in range(9)])

    assert fitted.genre_groups == groups[:9]
