import pytest

from musicsim.base.counts import counted


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 tracks"), (1, "1 track"), (2, "2 tracks"), (1000, "1000 tracks")]
)
def test_one_is_no_plural(number, text):
    assert counted(number, "track") == text


def test_a_noun_may_have_a_plural_of_its_own():
    assert [counted(n, "copy", "copies") for n in (1, 2)] == ["1 copy", "2 copies"]
