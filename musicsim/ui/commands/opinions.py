"""Like and ban: what the listener thinks of the selected tracks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.services.opinions import Opinions
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages

_TOLD = {
    (Opinion.LIKED, True): ("You like %n track.", "You like %n tracks."),
    (Opinion.LIKED, False): ("%n track is no longer liked.", "%n tracks are no longer liked."),
    (Opinion.BANNED, True): (
        "%n track is in no list that musicsim makes from now on.",
        "%n tracks are in no list that musicsim makes from now on.",
    ),
    (Opinion.BANNED, False): (
        "%n track may be in lists again.",
        "%n tracks may be in lists again.",
    ),
}


class OpinionActions(QObject):
    """The entries of a track menu for opinions, checked if all selected tracks are liked or banned.

    Another thread uses the catalogue.

    Parameters
    ----------
    selected
        Returns the selected tracks that are in the library.
    """

    def __init__(
        self,
        opinions: Opinions,
        bridge: Bridge,
        messages: Messages,
        selected: Callable[[], Sequence[int]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._opinions = opinions
        self._bridge = bridge
        self._messages = messages
        self._selected = selected
        self._known: dict[Opinion, frozenset[int]] = dict.fromkeys(Opinion, frozenset())

        def action(text: str, opinion: Opinion) -> QAction:
            made = QAction(text, self)
            made.setCheckable(True)
            made.triggered.connect(lambda checked: self._toggle(opinion, checked))
            return made

        self.like = action(self.tr("Like"), Opinion.LIKED)
        self.ban = action(self.tr("Never play this"), Opinion.BANNED)
        self._run(lambda: None)

    def check(self) -> None:
        """Check the entries that hold for the selection; call this before a menu with them is shown."""
        ids = set(self._selected())
        for action, opinion in ((self.like, Opinion.LIKED), (self.ban, Opinion.BANNED)):
            # Of a file outside the library nothing is stored.
            action.setEnabled(bool(ids))
            action.setChecked(bool(ids) and ids <= self._known[opinion])

    def _toggle(self, opinion: Opinion, checked: bool) -> None:
        ids = self._selected()
        before = {track_id: self._of(track_id) for track_id in ids}

        def tell() -> None:
            self._messages.tell(
                formats.counted("opinions", len(ids), *_TOLD[opinion, checked]),
                action=self.tr("Undo"),
                on_action=lambda: self._run(lambda: self._store(before.items())),
            )

        if ids:
            wanted = [(track_id, opinion if checked else None) for track_id in ids]
            self._run(lambda: self._store(wanted), tell)

    def _of(self, track_id: int) -> Opinion | None:
        return next((o for o, tracks in self._known.items() if track_id in tracks), None)

    def _store(self, wanted: Iterable[tuple[int, Opinion | None]]) -> None:
        for track_id, opinion in wanted:
            if opinion is None:
                for other in Opinion:
                    self._opinions.withdraw(track_id, Subject.TRACK, other)
            else:
                self._opinions.set(track_id, Subject.TRACK, opinion)

    def _run(self, change: Callable[[], None], then: Callable[[], None] = lambda: None) -> None:
        """Change the catalogue, and know what it holds afterwards."""

        def work() -> dict[Opinion, frozenset[int]]:
            change()
            return {opinion: self._opinions.tracks(opinion) for opinion in Opinion}

        def settle(known: dict[Opinion, frozenset[int]]) -> None:
            self._known = known
            then()

        self._bridge.record(work, settle, self._messages.fail)
