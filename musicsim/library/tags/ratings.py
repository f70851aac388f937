"""Ratings in tags, on the scales of the programs that write them, as half a star to 5 stars."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from musicsim.library.tags.bounds import MOST_VALUES

Values = Callable[[str], list[Any]]
"""Returns the values of a field, possibly none."""

MOST_STARS: Final = 5.0

_POPM_STARS: Final = {
    # Windows Media Player, MusicBee, MediaMonkey, Winamp, Banshee, Strawberry and JRiver: whole stars.
    1: 1.0,
    64: 2.0,
    65: 2.0,
    128: 3.0,
    192: 4.0,
    196: 4.0,
    255: 5.0,
    # MusicBee's and MediaMonkey's half stars.
    13: 0.5,
    54: 1.5,
    118: 2.5,
    186: 3.5,
    242: 4.5,
    # Traktor, rekordbox and older JRivers.
    51: 1.0,
    102: 2.0,
    153: 3.0,
    204: 4.0,
}
_POPM_BOUNDS: Final = ((32, 1.0), (96, 2.0), (160, 3.0), (224, 4.0))
"""All other values, below these bounds, as Windows Explorer shows them."""
_POPM_LARGEST: Final = 255
_LINEAR_OWNERS: Final = ("quodlibet", "traktor", "rekordbox")
"""Programs whose values divide 0 to 255 evenly."""
_LONGEST_RATING: Final = 200
"""Characters."""
_ASF_LARGEST: Final = 99
"""For 5 stars; 1 is for one."""
_NUMBER: Final = re.compile(
    r"\s*(\d{1,9}(?:[.,]\d{1,20})?|[.,]\d{1,20})\s*(?:/\s*(\d{1,3}))?\s*%?\s*"
)
_DRAWN: Final = re.compile(r"\s*[★☆*\s]{1,20}")
_USERS_RATING: Final = re.compile(r"::\s*([\d.]+)\s*(?:;;|$)")


@dataclass(frozen=True, slots=True)
class Popularimeter:
    """ID3's frame POPM, of which a file may have several.

    Attributes
    ----------
    owner
        An e-mail address or the name of a program.
    value
        From 1 to 255; 0 means no rating.
    """

    owner: str
    value: int


def stars_of_tags(get: Values) -> float | None:
    """Return the rating in a file's tags.

    FMPS_Rating says what its scale is, so it goes before POPM and Windows Media's rating. A plain RATING comes last. Of
    several POPM, the first with a rating counts: none of them says when it was given.
    """
    ways: tuple[tuple[str, Callable[[Any], float | None]], ...] = (
        ("fmps_rating", stars_of_fmps),
        ("popularimeter", stars_of_popularimeter),
        ("shared_rating", stars_of_shared_rating),
        ("wmp_rating", _stars_of_wmp_rating),
        ("rating", stars_of_rating),
    )
    for field, stars_of in ways:
        for value in get(field)[:MOST_VALUES]:
            as_read = value if isinstance(value, Popularimeter) else str(value)[:_LONGEST_RATING]
            if (stars := stars_of(as_read)) is not None:
                return stars
    return None


def stars_of_popularimeter(rating: Popularimeter) -> float | None:
    """Return the stars of a POPM; each program has its own scale."""
    value = min(rating.value, _POPM_LARGEST)
    if value <= 0:
        return None
    if any(name in rating.owner.casefold() for name in _LINEAR_OWNERS):
        return _stars(value / _POPM_LARGEST)
    if (stars := _POPM_STARS.get(value)) is not None:
        return stars
    return next((stars for bound, stars in _POPM_BOUNDS if value < bound), MOST_STARS)


def stars_of_fmps(text: str) -> float | None:
    """Return the stars of FMPS_Rating, such as 0.8, or the first of FMPS_Rating_User, such as "Ann::0.8;;Bob::0.4"."""
    match = _USERS_RATING.search(text)
    number = _number(match[1] if match else text)
    return None if number is None or number > 1 else _stars(number)


def stars_of_rating(text: str) -> float | None:
    """Return the stars of a rating from 0 to 100, or on another scale if it can't be that one.

    MusicBee, MediaMonkey and Winamp write 20 for each star. foobar2000 writes 1 to 5, and Quod Libet .2 to 1.0.
    """
    if _DRAWN.fullmatch(text):
        return _stars((text.count("★") + text.count("*")) / MOST_STARS)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    number = float(match[1].replace(",", "."))
    if match[2]:
        return _stars(number / int(match[2])) if 0 < number <= int(match[2]) else None
    if 0 < number < 1 or (number == 1 and "." in match[1]):
        return _stars(number)
    if number <= MOST_STARS:
        return _stars(number / MOST_STARS)
    if number <= 100:
        return _stars(number / 100)
    return _stars_of_wmp_rating(text)


def stars_of_shared_rating(text: str) -> float | None:
    """Return the stars of Windows Media's own rating: 1, 25, 50, 75 or 99."""
    number = _number(text)
    if not number or number > 100:
        return None
    return _stars((1 + 4 * min(number, _ASF_LARGEST) / _ASF_LARGEST) / MOST_STARS)


def _stars_of_wmp_rating(text: str) -> float | None:
    """Return the stars of the text in which Traktor and Mp3tag keep the value of a POPM in other families."""
    number = _number(text)
    if number is None or number > _POPM_LARGEST:
        return None
    return stars_of_popularimeter(Popularimeter("", int(number)))


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return None if match is None or match[2] else float(match[1].replace(",", "."))


def _stars(share: float) -> float | None:
    """Return a share of the highest rating in half stars; None for none."""
    if share <= 0:
        return None
    return min(max(int(share * 10 + 0.5), 1) / 2, MOST_STARS)
