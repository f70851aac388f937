"""Numbers, durations and counts in readable form."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale


def number(value: int) -> str:
    """Return a whole number with thousands separators, such as ``10,000``."""
    return f"{value:,}"


def counted(context: str, value: int, one: str, many: str) -> str:
    """Return a counted phrase; the number replaces ``%n`` in `one` and `many`.

    A translation stores the plural forms of its language under `many`; without one, the two English forms serve.
    """
    translated = QCoreApplication.translate(context, many, None, value)
    if translated == many.replace("%n", str(value)):
        translated = (one if value == 1 else many).replace("%n", number(value))
    return translated


def span(seconds: float) -> str:
    """Return a duration in words, such as ``1 h 32 min``, ``8 min`` or ``40 s``."""
    if seconds < 60:
        return QCoreApplication.translate("formats", "{0} s").format(round(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return QCoreApplication.translate("formats", "{0} min").format(minutes)
    if minutes % 60 == 0:
        return QCoreApplication.translate("formats", "{0} h").format(minutes // 60)
    text = QCoreApplication.translate("formats", "{0} h {1} min")
    return text.format(minutes // 60, minutes % 60)


def track_summary(count: int, seconds: float) -> str:
    """Return the number of tracks and their length, such as ``25 tracks · 1 h 32 min``."""
    text = counted("lists", count, "%n track", "%n tracks")
    return f"{text} · {span(seconds)}" if seconds else text


def moment(at: float, now: float) -> str:
    """Return a past time in the listener's locale, such as ``21:14``, ``Yesterday 21:14`` or ``28/11/2026``.

    Parameters
    ----------
    at, now
        Seconds since the epoch.
    """
    when, today = _local(at), _local(now).date()
    locale, short = QLocale(), QLocale.FormatType.ShortFormat
    days = when.date().daysTo(today)
    if days not in (0, 1):
        return locale.toString(when.date(), short)
    time = locale.toString(when.time(), short)
    return (
        time if days == 0 else QCoreApplication.translate("formats", "Yesterday {0}").format(time)
    )


def full_moment(at: float) -> str:
    """Return the weekday, date and time of `at`, given in seconds since the epoch."""
    when, locale = _local(at), QLocale()
    day = locale.toString(when.date(), QLocale.FormatType.LongFormat)
    return f"{day}, {locale.toString(when.time(), QLocale.FormatType.ShortFormat)}"


def _local(at: float) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(round(1000 * at))


def is_text(path: Path) -> bool:
    """Return whether Qt can hold a path as text; on Linux a path may be any bytes."""
    return not any("\ud800" <= c <= "\udfff" for c in os.fspath(path))
