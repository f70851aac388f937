"""What a radio is called, and what it has learned from, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from musicsim.services.making.radio import RadioSession
from musicsim.ui.kit import formats
from musicsim.ui.tracks.track_model import one_line


def radio_name(session: RadioSession) -> str:
    """Return what a radio is like, to follow the word radio, such as: like “Overseas” and 2 more."""
    tr = QCoreApplication.translate
    if session.is_automatic:
        return tr("radio", "like what you just heard")
    name = one_line(session.seeds[0].name)
    if len(session.seeds) == 1:
        return tr("radio", "like “{0}”").format(name)
    return tr("radio", "like “{0}” and {1} more").format(name, len(session.seeds) - 1)


def learned_text(skips: int, likes: int) -> str:
    """Return what a radio has learned from, such as: Learned from 3 skips and 1 like."""
    tr = QCoreApplication.translate
    parts = []
    if skips:
        parts.append(formats.counted("radio", skips, "%n skip", "%n skips"))
    if likes:
        parts.append(formats.counted("radio", likes, "%n like", "%n likes"))
    if not parts:
        return tr("radio", "Learns from what you skip and like")
    return tr("radio", "Learned from {0}").format(tr("radio", " and ").join(parts))
