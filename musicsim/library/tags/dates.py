"""The year in a date as programs and people write it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

_FIRST = 1860
"""The year of the first recording of a voice that can still be heard."""
_WRITTEN_IN = 2026
"""Years up to this one are possible, even if the computer's clock is wrong."""
# Alone, or at the beginning of a date and time without separators. Longer numbers are seconds since 1970, or a code.
_DIGITS = re.compile(r"(?<!\d)(?:\d{4}|\d{6}|\d{8}(?:\d{4}|\d{6})?)(?!\d)")


def year_of(text: str) -> int | None:
    """Return the year of a date such as 1999, 1999-05-01, 17.05.1999, 17051999 or (C) 1999; None without one.

    Possible are years from 1860 to the next. Seconds since 1970 are no year.
    """
    last = max(time.gmtime().tm_year, _WRITTEN_IN) + 1
    for digits in _DIGITS.findall(text):
        for year, month in _readings(digits):
            if _FIRST <= int(year) <= last and 0 <= int(month) <= 12:
                return int(year)
    return None


def _readings(digits: str) -> Iterator[tuple[str, str]]:
    """Yield the year and the month, or zero, that digits may mean; the likelier first."""
    if len(digits) == 4:
        yield digits, "0"
        return
    yield digits[:4], digits[4:6]
    if len(digits) == 6:
        yield digits[2:], digits[:2]
    elif len(digits) == 8:
        yield digits[4:], digits[2:4]
        yield digits[4:], digits[:2]
