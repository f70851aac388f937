"""Lengths of time as text."""

from __future__ import annotations


def length_text(seconds: float | None) -> str:
    """Return a track's length, such as ``4:05`` or ``1:02:03``; empty if unknown."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
