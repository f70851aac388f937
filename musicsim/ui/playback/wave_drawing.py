"""Drawing of a waveform as bars around a middle line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

if TYPE_CHECKING:
    from musicsim.audio import Waveform

_BAR, _GAP = 2.0, 1.0
"""Pixels."""
_THINNEST = 1.5
"""Height of silence, in pixels."""
_PEAK_OPACITY = 0.4
_PEAK_SHARE = 0.3
"""Share of the way from its RMS to its peak that a bar covers: mastered music has its peaks at full scale
throughout, so that full peaks would form a block.
"""
_LOUDEST_RMS = 0.8
"""Share of the height that the RMS of the loudest bar fills."""
_QUIETEST_REFERENCE = 0.03
"""Reference for a track below -30 dB throughout: it looks quiet instead of filling the full height."""

Levels = npt.NDArray[np.float64]


def bar_amplitudes(waveform: Waveform, seconds: float, bars: int) -> tuple[Levels, Levels]:
    """Return the peak and the RMS of equal parts of a time, which the waveform may cover only in part.

    Parameters
    ----------
    waveform
        The waveform; it may be shorter or longer than the time that is drawn.
    seconds
        The time that is drawn.
    bars
        Number of parts to return.

    Returns
    -------
    tuple of numpy.ndarray
        Amplitudes from 0 to 1, each of shape (bars,); 0 after the waveform's end.
    """
    peaks, rms = (
        (np.frombuffer(levels, np.uint8) / 255.0) ** 3 for levels in (waveform.peaks, waveform.rms)
    )
    # In columns of the waveform.
    edges = np.linspace(0, seconds, bars + 1) * (len(peaks) / waveform.duration)
    energy = np.concatenate(([0.0], np.cumsum(np.square(rms))))
    powers = np.diff(np.interp(edges, np.arange(len(energy)), energy)) / np.diff(edges)
    # The rounding error of an edge must not let a bar reach into the next column.
    starts = np.floor(edges[:-1] + 1e-6).astype(int)
    ends = np.maximum(np.ceil(edges[1:] - 1e-6).astype(int), starts + 1)
    highest = [peaks[start:end].max(initial=0.0) for start, end in zip(starts, ends, strict=True)]
    return np.array(highest), np.sqrt(np.maximum(powers, 0.0))


class WaveDrawing:
    """Bars of a waveform in any colour, drawn once for each size."""

    def __init__(self) -> None:
        self._drawn: tuple[object, ...] = ()
        self._shape = QPixmap()
        self._tinted: dict[int, QPixmap] = {}

    def pixmap(
        self, waveform: Waveform, seconds: float, size: QSize, ratio: float, colour: QColor
    ) -> QPixmap:
        """Return the bars over some seconds, on a transparent background.

        Parameters
        ----------
        waveform, seconds
            See `bar_amplitudes`.
        size
            In Qt's pixels.
        ratio
            Device pixels per Qt pixel.
        """
        # The waveform itself is kept, so that no other one can get its id.
        wanted = (waveform, seconds, size.width(), size.height(), ratio)
        if wanted != self._drawn:
            self._drawn = wanted
            self._tinted.clear()
            self._shape = _shape(waveform, seconds, size, ratio)
        key = int(colour.rgba())
        if key not in self._tinted:
            tinted = self._shape.copy()
            painter = QPainter(tinted)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
            painter.fillRect(QRectF(0, 0, size.width(), size.height()), colour)
            painter.end()
            # These are a few colours of one scheme; those of the other scheme go with the next size.
            self._tinted[key] = tinted
        return self._tinted[key]


def _shape(waveform: Waveform, seconds: float, size: QSize, ratio: float) -> QPixmap:
    """Draw the bars in black, with their edges on device pixels so that none is blurred."""
    bar, gap = max(1, round(_BAR * ratio)), max(1, round(_GAP * ratio))
    width, height = max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio))
    bars = max(1, (width + gap) // (bar + gap))
    # Spread over the whole width: each bar stands where a click seeks to its sound.
    lefts = np.round(np.linspace(0, width - bar, bars)).astype(int)
    peaks, rms = bar_amplitudes(waveform, seconds, bars)
    reference = max(float(rms.max(initial=0.0)), _QUIETEST_REFERENCE)
    middle, radius = height / 2, bar / 2
    pixmap = QPixmap(width, height)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    inner = np.minimum(_LOUDEST_RMS * rms / reference, 1.0)
    outer = inner + _PEAK_SHARE * (np.maximum(peaks / max(peaks.max(), reference), inner) - inner)
    for heights, opacity in ((outer, _PEAK_OPACITY), (inner, 1.0)):
        painter.setOpacity(opacity)
        halves = np.maximum(heights * height, _THINNEST * ratio) / 2
        for left, half in zip(lefts.tolist(), halves.tolist(), strict=True):
            painter.drawRoundedRect(QRectF(left, middle - half, bar, 2 * half), radius, radius)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
