import pytest

from musicsim.library.query.folding import fold


@pytest.mark.parametrize(
    ("typed", "tagged"),
    [
        ("motorhead", "Motörhead"),
        ("MOTORHEAD", "Motörhead"),
        ("dont", "Don’t"),
        ("don't", "Don’t"),
        ("lodz", "Łódź"),
        ("strasse", "Straße"),
        ("bjork", "Björk"),  # composed of o and a combining diaeresis
        ("aether", "Æther"),
        ("мелница", "Мельница".replace("ь", "")),
        ("서울", "서울"),
    ],
)
def test_what_is_typed_finds_what_is_tagged(typed: str, tagged: str) -> None:
    assert fold(typed) == fold(tagged)


def test_different_words_stay_different() -> None:
    assert fold("Tomé") != fold("Toma")
