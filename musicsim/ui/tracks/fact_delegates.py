"""Drawing of hearts and stars in track lists."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPalette, QPolygonF

from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import Track
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.delegates import CellDelegate
from musicsim.ui.tracks.header import PADDING
from musicsim.ui.tracks.track_model import TrackModel
from musicsim.ui.tracks.visitors import is_visitor

STARS = 5
_STAR = 13.0
"""Pixels from one star to the next."""
_WAIST = 0.46
"""Radius of a star's inner corners; that of its points is 1."""


class OpinionDelegate(CellDelegate):
    """Heart of a liked track, sign of one that is never played, or the outline of a heart to click on."""

    def __init__(self, tracks: TrackModel, theme: Theme, parent: QObject) -> None:
        super().__init__(tracks, parent)
        self._theme = theme

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        # Of a file outside the library nothing is stored.
        if is_visitor(track.id):
            return
        match self._tracks.opinion(track):
            case Opinion.LIKED:
                sign = self._theme.icon("heart-filled", "accent")
            case Opinion.BANNED:
                sign = self._theme.icon("ban", "dim")
            case None:
                sign = self._theme.icon("heart", "line")
        place = QRect(0, 0, 18, 18)
        place.moveCenter(opt.rect.center())
        sign.paint(painter, place)


class RatingDelegate(CellDelegate):
    """Five stars, as many of them filled as the rating in the tags says."""

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        rating = self._tracks.rating(track)
        if rating is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        left, middle = opt.rect.left() + PADDING + _STAR / 2, opt.rect.center().y() + 0.5
        stars = [_star(QPointF(left + number * _STAR, middle)) for number in range(STARS)]
        group = QPalette.ColorGroup.Disabled if track.missing else QPalette.ColorGroup.Normal
        filled = opt.palette.color(
            group, QPalette.ColorRole.Text if track.missing else QPalette.ColorRole.Accent
        )
        painter.setBrush(opt.palette.color(QPalette.ColorRole.Mid))
        for star in stars:
            painter.drawPolygon(star)
        # Half a star is one that is cut off.
        painter.setClipRect(
            QRectF(left - _STAR / 2, opt.rect.top(), rating * _STAR, opt.rect.height()),
            Qt.ClipOperation.IntersectClip,
        )
        painter.setBrush(filled)
        for star in stars:
            painter.drawPolygon(star)


def _star(centre: QPointF) -> QPolygonF:
    radius = _STAR / 2 - 0.4
    corners = []
    for corner in range(2 * STARS):
        angle = math.pi * corner / STARS
        reach = radius * (_WAIST if corner % 2 else 1.0)
        corners.append(centre + QPointF(math.sin(angle) * reach, -math.cos(angle) * reach))
    return QPolygonF(corners)
