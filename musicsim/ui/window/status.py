"""Status line: counts, progress, notices, problems."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStatusBar, QWidget

from musicsim.base.events import EmbeddingProgress, Notice, ScanFinished, ScanProgress, ScanStarted
from musicsim.library.types import Counts
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, icon_button, plain_tooltip


class StatusStrip(QStatusBar):
    """Line at the bottom of the window."""

    pause_wanted = Signal(bool)
    """True to pause the embedding, False to resume it."""
    problems_wanted = Signal()

    def __init__(self, theme: Theme, *, paused: bool) -> None:
        super().__init__()
        self._theme = theme
        self._paused = paused
        self._counts: Counts | None = None
        self._scanning = False
        self._refining = False
        self._notices: dict[str, str] = {}
        self.setSizeGripEnabled(False)
        self._library = Label()
        self._notice = ElidedLabel()
        self._notice.setObjectName("notice")
        self.problems = QPushButton()
        self.problems.setObjectName("link")
        theme.set_icon(self.problems, "warning", "warning")
        self.problems.clicked.connect(self.problems_wanted)
        self.problems.hide()
        self._work = Label()
        self._work.setObjectName("dim")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(130)
        self.bar.setAccessibleName(self.tr("Progress of listening to your library"))
        self.pause = icon_button("", theme, "pause")
        self.pause.setObjectName("small")
        self.pause.clicked.connect(self._toggle_pause)

        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(16, 3, 12, 3)
        # Keep the same height without the buttons, which come and go.
        content.setMinimumHeight(self.pause.sizeHint().height() + 6)
        row.setSpacing(12)
        row.addWidget(self._library)
        row.addWidget(self.problems)
        row.addWidget(self._notice, 1)
        row.addWidget(self._work)
        row.addWidget(self.bar)
        row.addWidget(self.pause)
        self.addWidget(content, 1)
        self.show_embedding(None)
        self._show_pause()

    @property
    def scanning(self) -> bool:
        """Whether a scan of the folders is running."""
        return self._scanning

    @property
    def library_text(self) -> str:
        """Text about the library."""
        return self._library.text()

    @property
    def work_text(self) -> str:
        """Text about the work in the background; empty when there is none."""
        return self._work.text() if not self._work.isHidden() else ""

    @property
    def notice_text(self) -> str:
        """Notices in force."""
        return self._notice.text()

    def show_counts(self, counts: Counts) -> None:
        """Show the counts of the library."""
        self._counts = counts
        if not self._scanning:
            self._show_counts(counts)

    def _show_counts(self, counts: Counts) -> None:
        parts = [formats.counted("status", counts.tracks, "%n track", "%n tracks")]
        if counts.pending and self.bar.isHidden():
            parts.append(
                formats.counted("status", counts.pending, "%n to listen to", "%n to listen to")
            )
        if counts.missing:
            parts.append(formats.counted("status", counts.missing, "%n missing", "%n missing"))
        if counts.unavailable:
            parts.append(
                formats.counted("status", counts.unavailable, "%n unavailable", "%n unavailable")
            )
        self._library.setText(" · ".join(parts))

    def show_scan(self, event: ScanStarted | ScanProgress | ScanFinished) -> None:
        """Show the progress of a scan."""
        self._scanning = not isinstance(event, ScanFinished)
        match event:
            case ScanStarted():
                self._library.setText(self.tr("Looking through your folders…"))
            case ScanProgress(files=files, path=path):
                text = formats.counted(
                    "status",
                    files,
                    "Looking through your folders… %n file",
                    "Looking through your folders… %n files",
                )
                self._library.setText(text)
                self._library.setToolTip(plain_tooltip(path))
            case ScanFinished():
                self._library.setToolTip("")
                if self._counts is not None:
                    self._show_counts(self._counts)

    def show_embedding(self, progress: EmbeddingProgress | None) -> None:
        """Show the progress of the embedding."""
        working = progress is not None and not progress.finished
        for widget in (self._work, self.bar, self.pause):
            widget.setVisible(working)
        if self._counts is not None:
            self.show_counts(self._counts)
        if progress is None or not working:
            return
        self._paused = progress.paused
        self._show_pause()
        self.bar.setRange(0, max(1, progress.total))
        self.bar.setValue(progress.done)
        self._set_refining(progress.refining)
        self._work.setText(progress_text(progress))
        self._work.setToolTip(plain_tooltip(progress.current))

    def _set_refining(self, refining: bool) -> None:
        """Make the bar less conspicuous while nobody waits for the work."""
        if refining != self._refining:
            self._refining = refining
            self.bar.setProperty("calm", refining)
            self.bar.style().unpolish(self.bar)
            self.bar.style().polish(self.bar)

    def show_notice(self, notice: Notice) -> None:
        """Show a notice until it is withdrawn."""
        self._notices.pop(notice.topic, None)
        if notice.text:
            self._notices[notice.topic] = notice.text
        self._notice.setText("  ".join(self._notices.values()))

    def show_problems(self, count: int) -> None:
        """Offer the list of problems if there are any."""
        self.problems.setVisible(count > 0)
        self.problems.setText(formats.counted("status", count, "%n problem", "%n problems"))

    def _toggle_pause(self) -> None:
        self._paused = not self._paused
        self._show_pause()
        self.pause_wanted.emit(self._paused)

    def _show_pause(self) -> None:
        name = self.tr("Go on listening") if self._paused else self.tr("Pause listening")
        self.pause.setToolTip(plain_tooltip(name))
        self.pause.setAccessibleName(name)
        self._theme.set_icon(self.pause, "play" if self._paused else "pause")


def scan_summary(scan: ScanFinished) -> str:
    """Return what changed in a scan, such as ``12 new · 3 changed · 1 missing``; empty if nothing did."""
    counted = (
        (scan.added, "%n new", "%n new"),
        (scan.changed, "%n changed", "%n changed"),
        (scan.moved, "%n moved", "%n moved"),
        (scan.missing, "%n missing", "%n missing"),
        (scan.failed, "%n failed", "%n failed"),
    )
    if not any(count for count, *_ in counted[:-1]):
        return ""
    parts = [formats.counted("status", count, one, many) for count, one, many in counted if count]
    return QCoreApplication.translate("StatusStrip", "Looked through your folders: {0}.").format(
        " · ".join(parts)
    )


def progress_text(progress: EmbeddingProgress) -> str:
    """Return the progress in words, such as ``120 of 1,200 · 2.1 tracks/s · 8 min left``.

    The text of a later pass, over tracks that can be found already, names the pass and leaves out its speed.
    """

    def tr(text: str) -> str:
        return QCoreApplication.translate("StatusStrip", text)

    parts = [tr("Listening more closely")] if progress.refining else []
    done, total = formats.number(progress.done), formats.number(progress.total)
    parts.append(tr("{0} of {1}").format(done, total))
    if progress.paused:
        parts.append(tr("paused"))
    else:
        rate = 0.0 if progress.refining else progress.tracks_per_second
        if rate >= 0.95:
            parts.append(tr("{0} tracks/s").format(f"{rate:.1f}"))
        elif rate > 0:
            parts.append(tr("{0} tracks/min").format(f"{60 * rate:.0f}"))
        if progress.seconds_left is not None:
            parts.append(tr("{0} left").format(formats.span(progress.seconds_left)))
    return " · ".join(parts)
