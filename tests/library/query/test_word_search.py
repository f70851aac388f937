import random

import numpy as np
import pytest

from musicsim.library.query.word_search import WordSearch, as_bytes

LETTERS = "abé\n밤🌅\udce9"


def having(texts: list[str], word: str) -> list[bool]:
    found = WordSearch([as_bytes(text) for text in texts]).having(word)
    assert found.dtype == bool
    assert found.shape == (len(texts),)
    return list(found)


@pytest.mark.parametrize("word", ["a", "ab", "abc", "bcd", "überall", "🌅", "\udce9"])
def test_a_word_is_found_wherever_it_stands(word: str) -> None:
    texts = [word, f"x{word}", f"{word}x", f"x\n{word}\nx", "", "x", word + word]

    assert having(texts, word) == [True, True, True, True, False, False, True]


def test_a_word_does_not_go_on_in_the_next_text() -> None:
    assert having(["ab", "cd", "bc", "a"], "bc") == [False, False, True, False]
    assert having(["ab", "cd"], "abcd") == [False, False]


def test_a_word_may_be_longer_than_the_last_text_and_than_all_of_them() -> None:
    assert having(["abcdef", "a"], "abcd") == [True, False]
    assert having(["ab", ""], "a" * 100) == [False, False]


def test_nothing_occurs_in_no_texts_and_everywhere() -> None:
    assert having([], "a") == having([], "") == []
    assert having(["", "a"], "") == [True, True]


def test_it_finds_what_python_finds() -> None:
    draw = random.Random(5)

    def text(longest: int) -> str:
        return "".join(draw.choices(LETTERS, k=draw.randint(0, longest)))

    texts = [text(9) for _ in range(500)]
    search = WordSearch([as_bytes(text) for text in texts])

    for word in {text(5) for _ in range(300)}:
        assert np.array_equal(search.having(word), [word in each for each in texts]), word
