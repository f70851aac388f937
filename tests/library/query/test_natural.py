from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.query.natural import natural_key


def test_names_are_in_the_order_that_people_expect() -> None:
    names = ["mix 2", "Mix 10", "Éclair", "eclair 1", "Mix 1", "100", "20", "zebra", "mix 1b"]

    assert sorted(names, key=natural_key) == [
        "20",
        "100",
        "Éclair",
        "eclair 1",
        "Mix 1",
        "mix 1b",
        "mix 2",
        "Mix 10",
        "zebra",
    ]


@given(st.lists(st.text(alphabet="aB1 02é٣", max_size=6), max_size=8))
def test_every_name_has_its_place(names: list[str]) -> None:
    backwards = names[::-1]

    assert sorted(backwards, key=natural_key) == sorted(names, key=natural_key)
