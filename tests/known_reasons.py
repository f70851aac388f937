"""Reasons for tests that only pass them on."""

from musicsim.base.reasons import Cause, Reason


def because(text: str) -> Reason:
    """Return a reason with a text of the test's own."""
    return Reason(Cause.OTHER, (text,))
