"""State of the library in the window: counts, scans and problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from musicsim.base.events import ScanFinished, ScanProgress
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.places import Places
from musicsim.ui.window.problems import ProblemsDialog
from musicsim.ui.window.status import StatusStrip, scan_summary

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class LibraryState(QObject):
    """Updater of the pages, the status line and the list of problems; follows the app.

    Parameters
    ----------
    with_music
        Widgets and actions that are hidden until there is music.
    """

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        places: Places,
        status: StatusStrip,
        problems: ProblemsDialog,
        messages: Messages,
        with_music: Sequence[QWidget | QAction],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._store = store
        self._places = places
        self._status = status
        self._problems = problems
        self._messages = messages
        self._with_music = with_music
        status.pause_wanted.connect(self._pause)
        bridge.scan.connect(status.show_scan)
        bridge.scan.connect(self._follow_scan)
        bridge.embedding_progress.connect(status.show_embedding)
        bridge.notice.connect(status.show_notice)
        bridge.problems_changed.connect(self.show_problems)
        store.changed.connect(self.show)
        store.removed.connect(self.show)
        store.visited.connect(self.show)

    def show(self) -> None:
        """Show the current state of the library."""
        self._status.show_counts(self._store.counts())
        has_folders = bool(self._app.catalogue.folders.all())
        self._places.library.set_has_folders(has_folders)
        # Files may be played without a library.
        started = bool(len(self._store)) or has_folders or self._store.visitors > 0
        self._places.set_started(started)
        for each in self._with_music:
            each.setVisible(started)

    def show_problems(self) -> None:
        """Show the current problems."""
        self._status.show_problems(self._app.catalogue.problems.count())
        self._problems.refresh()
        # A music folder may be out of reach, or back.
        self.show()

    def _follow_scan(self, event: object) -> None:
        if not isinstance(event, ScanProgress):
            self._places.library.set_scanning(self._status.scanning)
            self.show()
        if isinstance(event, ScanFinished) and (summary := scan_summary(event)):
            self._messages.tell(summary)

    def _pause(self, pause: bool) -> None:
        if pause:
            self._app.listening.pause()
        else:
            self._app.listening.resume()
