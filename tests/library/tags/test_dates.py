"""Which year a date of a tag is in."""

import time

import pytest

from musicsim.library.tags.dates import year_of

THIS = time.gmtime().tm_year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1999", 1999),
        ("1999-05-17", 1999),
        ("17/05/1999", 1999),
        ("17.5.1999", 1999),
        ("17051999", 1999),
        ("05171999", 1999),
        ("19990517", 1999),
        ("20111998", 1998),
        ("20122012", 2012),
        ("199905", 1999),
        ("051999", 1999),
        ("19990517123456", 1999),
        ("1999-05-17T12:34:56Z", 1999),
        ("0017-05-2004", 2004),  # mutagen's padding
        ("0000-1999", 1999),
        ("c1999", 1999),
        ("(C) 1999, 2003", 1999),
        ("１９９９", 1999),
        ("١٩٩٩", 1999),
        ("1860", 1860),
        (f"{THIS + 1}", THIS + 1),
        ("1859", None),
        (f"{THIS + 2}", None),
        ("9999", None),
        ("0", None),
        ("99", None),
        ("1577836800", None),  # the first second of 2020
        ("1577836800000", None),
        ("978307200", None),
        ("00000000", None),
        ("19", None),
        ("", None),
        ("unknown", None),
        ("1" * 4000, None),
    ],
)
def test_the_year_of_a_date(text, year):
    assert year_of(text) == year


@pytest.mark.parametrize("now", [0, 2_114_380_800])
def test_a_clock_that_is_wrong_makes_no_year_impossible(monkeypatch, now):
    monkeypatch.setattr(time, "gmtime", lambda real=time.gmtime: real(now))
    assert (year_of("1999"), year_of("2026")) == (1999, 2026)
