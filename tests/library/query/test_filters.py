import pytest

from musicsim.library.query.filters import is_empty


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3000\t"])
def test_a_name_without_letters_is_empty(name):
    assert is_empty(name)


@pytest.mark.parametrize("name", ["a", "ガ", "!", "0"])
def test_a_sign_is_a_name(name):
    assert not is_empty(name)
