"""Pictures of groups, put together of the covers of their tracks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap

from musicsim.base.errors import MusicsimError
from musicsim.services.making.groups import GroupCard
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.images import read_square

if TYPE_CHECKING:
    from musicsim.app import Musicsim

_TILE = 180
"""Pixels along a cover; a picture has two by two, which suits the largest card on a dense screen too."""
_MOST = 4

Key = tuple[tuple[int, int], ...]


class Mosaics(QObject):
    """Reads the covers of the groups that are on the screen, one file at a time.

    The covers of the player come from the same thread, so only one file is ever asked for.
    """

    ready = Signal(int)
    """The group whose picture has come."""

    def __init__(self, app: Musicsim, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._pictures: dict[int, tuple[Key, QPixmap]] = {}
        self._wanted: dict[int, GroupCard] = {}
        self._reading = False

    def picture(self, card: GroupCard) -> QPixmap:
        """Return a group's picture, null if there is none (yet); read it if it is not known."""
        key, picture = self._pictures.get(card.id, (None, QPixmap()))
        if key != _key(card):
            # The card that was asked for last is read first: it is still on the screen.
            self._wanted.pop(card.id, None)
            self._wanted[card.id] = card
            if not self._reading:
                self._reading = True
                self._next()
        return picture

    def forget_all_but(self, cards: tuple[GroupCard, ...]) -> None:
        """Forget the pictures of other groups."""
        ids = {card.id for card in cards}
        self._pictures = {i: known for i, known in self._pictures.items() if i in ids}
        self._wanted = {i: card for i, card in self._wanted.items() if i in ids}

    def _next(self) -> None:
        if self._wanted:
            _, card = self._wanted.popitem()
            self._read(card, [], 0)
        else:
            self._reading = False

    def _read(self, card: GroupCard, found: list[QImage], at: int) -> None:
        if at == len(card.covers) or len(found) == _MOST:
            self._pictures[card.id] = (_key(card), _put_together(found))
            self.ready.emit(card.id)
            self._next()
            return

        def follow(image: QImage | None) -> None:
            self._read(card, [*found, image] if image is not None else found, at + 1)

        def fail(_: MusicsimError) -> None:
            follow(None)

        self._bridge.watch(
            self._app.collection.cover(card.covers[at], partial(read_square, side=_TILE)),
            follow,
            fail,
        )


def _key(card: GroupCard) -> Key:
    return tuple((track.id, track.mtime_ns) for track in card.covers)


def _put_together(covers: list[QImage]) -> QPixmap:
    """Return four covers in a square, or fewer that repeat; null without any."""
    if not covers:
        return QPixmap()
    if len(covers) == 1:
        return QPixmap.fromImage(covers[0])
    order = {2: (0, 1, 1, 0), 3: (0, 1, 2, 0)}.get(len(covers), (0, 1, 2, 3))
    picture = QPixmap(2 * _TILE, 2 * _TILE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    for place, number in enumerate(order):
        row, column = divmod(place, 2)
        painter.drawImage(QRect(column * _TILE, row * _TILE, _TILE, _TILE), covers[number])
    painter.end()
    return picture
