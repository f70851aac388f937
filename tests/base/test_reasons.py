"""Reasons are kept as values and shown as texts."""

import errno
import os

import pytest

from musicsim.base.reasons import Cause, Reason, reason_of

VALUES = {
    Cause.UNREADABLE: ("EIO",),
    Cause.CUE_SHEET: (12,),
    Cause.FILES_GONE: (1_200, 30_000),
    Cause.LEADS_FAR: ("/home/ann",),
    Cause.PATTERN: ("bad",),
    Cause.SAMPLE_RATE: (12,),
    Cause.ENDS_EARLY: (3.5, 9.1),
    Cause.LONG_SILENCE: (291, 900_000),
    Cause.TOO_SLOW: (25,),
    Cause.TOO_LONG: (24,),
    Cause.OTHER: ('"quoted", caf\udce9 and\nmore',),
}


@pytest.mark.parametrize("cause", Cause)
def test_every_reason_has_a_text_and_comes_back_from_where_it_is_kept(cause):
    reason = Reason(cause, VALUES.get(cause, ()))
    assert len(str(reason)) > 5
    stored = reason.to_stored()
    assert stored.isprintable()
    assert Reason.from_stored(stored) == reason


def test_texts_name_the_figures():
    assert str(Reason(Cause.FILES_GONE, (1_200, 30_000))).startswith("1,200 of its 30,000 files")
    assert str(Reason(Cause.ENDS_EARLY, (12, 36))).endswith("only 12 of 36 s can be decoded")


@pytest.mark.parametrize(
    "stored",
    ["", "what?", "{}", "[]", "[1]", '["of a later version", 1]', '["ends-early", 1]', "3"],
)
def test_what_this_version_does_not_know_is_shown_as_it_stands(stored):
    assert str(Reason.from_stored(stored)) == stored


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.EACCES, Cause.NO_PERMISSION),
        (errno.EPERM, Cause.NO_PERMISSION),
        (errno.ENOENT, Cause.NOT_THERE),
        (errno.ENOTDIR, Cause.NOT_A_FOLDER),
    ],
)
def test_errors_of_the_file_system_have_causes(number, cause):
    assert reason_of(OSError(number, os.strerror(number), "a.mp3")) == Reason(cause)


def test_other_errors_are_kept_by_name_and_shown_in_the_systems_words():
    reason = reason_of(OSError(errno.EIO, "whatever it says", "a.mp3"))
    assert reason == Reason(Cause.UNREADABLE, ("EIO",))
    assert str(reason) == f"it can't be read: {os.strerror(errno.EIO)}"
    # Some have no number, and some a number that has no name.
    assert str(reason_of(OSError("odd"))) == "it can't be read: odd"
    assert str(reason_of(OSError(99_999, "very odd"))) == "it can't be read: very odd"
