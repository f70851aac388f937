"""When groups are found: as the listener asks, and by themselves while nobody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.base.errors import MusicsimError
from musicsim.base.events import EmbeddingProgress, GroupsProgress, GroupStep
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages

if TYPE_CHECKING:
    from musicsim.app import Musicsim

QUIET_MS = 60_000
"""Time without a change of the library after which groups may be found again by themselves."""
SOON_MS = 3_000
"""Time after which they are found if the library has just been listened to."""


class GroupFinder(QObject):
    """Finds the groups in the background and says how far it is.

    By themselves, they are found for the first time when the library was listened to; and again when it has grown and
    nothing has changed for a minute, but not while the listener looks at them.

    Parameters
    ----------
    is_looked_at
        Returns whether the listener sees the groups.
    """

    changed = Signal()
    """`busy` or `text` changed."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        messages: Messages,
        is_looked_at: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._messages = messages
        self._is_looked_at = is_looked_at
        self._refining = False
        self._is_stopped = False
        self.busy = False
        """Whether groups are being found."""
        self.text = ""
        """What is being done, in words; empty if nothing is."""
        self.timer = QTimer(self)
        """Runs while the library must stay as it is."""
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(self._consider)
        bridge.groups_progress.connect(self._show)
        bridge.embedding_progress.connect(self._follow)
        bridge.tracks_removed.connect(lambda _: self._wait(QUIET_MS))
        bridge.model_changed.connect(lambda: self._wait(QUIET_MS))
        self._wait(SOON_MS)

    def find(self) -> None:
        """Find the groups now."""
        if not self.busy:
            self._find(self._messages.fail)

    def stop(self) -> None:
        """Find no more groups by themselves: the program ends."""
        self._is_stopped = True
        self.timer.stop()

    def _find(self, fail: Callable[[MusicsimError], None]) -> None:
        def end(error: MusicsimError | None) -> None:
            self.busy, self.text = False, ""
            self.changed.emit()
            if error is not None:
                fail(error)

        self.busy = True
        self._show(GroupsProgress(GroupStep.READING, 0))
        self._bridge.watch(self._app.groups.refresh(), lambda _: end(None), end)

    def _follow(self, event: object) -> None:
        if not isinstance(event, EmbeddingProgress):
            return
        self._refining = event.refining and not event.finished
        if event.finished:
            self._wait(SOON_MS)
        elif not event.refining:
            self._wait(QUIET_MS)
        elif not self.timer.isActive():
            self._wait(SOON_MS)

    def _wait(self, ms: int) -> None:
        if not self._is_stopped:
            self.timer.start(ms)

    def _consider(self) -> None:
        if self.busy:
            return
        some = bool(self._app.catalogue.groups.count())
        if some and (self._refining or self._is_looked_at() or self.timer.interval() < QUIET_MS):
            # Later, when the machine is idle and the listener is elsewhere.
            self._wait(QUIET_MS)
        else:
            # What can't be read now is read another time.
            self._bridge.watch(self._app.groups.due(), self._find_if_due, lambda _: None)

    def _find_if_due(self, due: bool) -> None:
        if due and not self.busy:
            self._find(lambda _: None)

    def _show(self, event: object) -> None:
        if not isinstance(event, GroupsProgress) or not self.busy:
            return
        compared = formats.counted(
            "groups", event.tracks, "Comparing %n track…", "Comparing %n tracks…"
        )
        self.text = {
            GroupStep.READING: self.tr("Getting your music ready…"),
            GroupStep.COMPARING: compared,
            GroupStep.NAMING: self.tr("Finding names…"),
            GroupStep.STORING: self.tr("Saving the groups…"),
        }[event.step]
        self.changed.emit()
