"""Copying a playlist with its music in the background, with a dialog that shows how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.errors import MusicsimError, display_path
from musicsim.playlists.files.copy_plan import CopyPlan, Existing
from musicsim.playlists.files.copying import (
    CopyProgress,
    CopyResult,
    copy_playlist,
    in_the_way,
)
from musicsim.services.making.exporting import named, size_text
from musicsim.ui.kit import formats
from musicsim.ui.kit.dialogs import ask_choice
from musicsim.ui.kit.widgets import ElidedLabel, Label

_EVERY = 0.1  # s
_STEPS = 1000


class CopyRun(QObject):
    """One copy in a thread of its own: it plans, asks what to do with other files in the way, and copies.

    Parameters
    ----------
    make_plan
        Returns the plan; called in the thread, since looking at the device may take a while.
    """

    planned = Signal(object)
    """tuple[str, ...]: the names of other files that are in the way; answer by `go_on` or `cancel`."""
    progressed = Signal(object)
    done = Signal(object)
    """CopyResult, or None if it was cancelled before it began."""
    failed = Signal(str)

    def __init__(self, make_plan: Callable[[], CopyPlan], parent: QObject) -> None:
        super().__init__(parent)
        self._make_plan = make_plan
        self._existing: Existing | None = None
        self._answered = threading.Event()
        self._cancelled = threading.Event()
        self._told_at = 0.0
        self._thread = threading.Thread(target=self._run, name="musicsim-copying")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def go_on(self, existing: Existing) -> None:
        """Copy; other files in the way are treated as `existing` says."""
        self._existing = existing
        self._answered.set()

    def cancel(self) -> None:
        """Stop after the piece that is being copied."""
        self._cancelled.set()
        self._answered.set()

    def wait(self) -> None:
        """Wait for the thread."""
        self._thread.join()

    def _run(self) -> None:
        try:
            plan = self._make_plan()
            self.planned.emit(in_the_way(plan))
            self._answered.wait()
            result: CopyResult | None = None
            if self._existing is not None and not self._cancelled.is_set():
                result = copy_playlist(
                    plan, self._existing, progress=self._tell, is_cancelled=self._cancelled.is_set
                )
            self.done.emit(result)
        except MusicsimError as error:
            self.failed.emit(str(error))

    def _tell(self, progress: CopyProgress) -> None:
        now = time.monotonic()
        if now - self._told_at >= _EVERY or progress.files == progress.of_files:
            self._told_at = now
            self.progressed.emit(progress)


class CopyDialog(QDialog):
    """Dialog that shows how far a copy is; the window stays usable. To close it is to cancel."""

    cancelled = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Copying “{0}”").format(name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._over = False
        self.text = ElidedLabel(self.tr("Looking at what is there already…"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.windowTitle())
        self.count = Label()
        self.count.setObjectName("dim")
        self.stop = QPushButton(self.tr("Cancel"))
        self.stop.clicked.connect(self.reject)
        bottom = QHBoxLayout()
        bottom.addWidget(self.count, 1)
        bottom.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self.text)
        column.addWidget(self.bar)
        column.addLayout(bottom)
        self.resize(460, 130)

    def show_progress(self, progress: CopyProgress) -> None:
        """Show how far it is."""
        self.text.setText(display_path(progress.name))
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(_STEPS * progress.bytes // max(1, progress.of_bytes))
        self.count.setText(
            self.tr("{0} of {1} files · {2} of {3}").format(
                formats.number(progress.files),
                formats.number(progress.of_files),
                size_text(progress.bytes),
                size_text(progress.of_bytes),
            )
        )

    def end(self) -> None:
        """Close it: the copy is over."""
        self._over = True
        self.close()

    def reject(self) -> None:
        """Cancel (Qt override)."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Cancel, unless the copy is over (Qt override)."""
        if not self._over:
            self.text.setText(self.tr("Cancelling…"))
            self.stop.setEnabled(False)
            event.ignore()
            self.cancelled.emit()
            return
        super().closeEvent(event)


def ask_existing(parent: QWidget, others: tuple[str, ...]) -> Existing | None:
    """Return what the listener wants done with other files that are in the way, or None to cancel."""
    tr = QCoreApplication.translate
    question = formats.counted(
        "export",
        len(others),
        "%n other file there has the name of a copy: {0}.",
        "%n other files there have the names of copies: {0}.",
    ).format(named(others))
    kinds = (Existing.RENAME, Existing.REPLACE, Existing.SKIP)
    texts = tr("export", "Keep both"), tr("export", "Replace"), tr("export", "Leave them")
    chosen = ask_choice(parent, tr("export", "Copy playlist"), question, texts)
    return None if chosen is None else kinds[chosen]
