"""Pane of the upcoming tracks."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit import formats
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, button, line
from musicsim.ui.panes.queue_table import QueueTable
from musicsim.ui.panes.radio_header import RadioHeader
from musicsim.ui.playback.play_queue import QueueState
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.radio_desk import RadioDesk
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.track_model import Column

_COLUMNS = (
    ColumnLayout(Column.TITLE, 220, stretches=True),
    ColumnLayout(Column.LENGTH, 70),
)


class QueuePane(QWidget):
    """Upcoming tracks, with commands to reorder, remove, clear and save them."""

    count_changed = Signal(int)
    files_dropped = Signal(object, int)
    """QMimeData from another program, and the row to insert it before."""

    def __init__(
        self,
        player: Player,
        radio: RadioDesk,
        actions: TrackActions,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._player = player
        self._radio = radio
        self._messages = messages
        self.list = player.queue.upcoming
        self.list.takes_files = True
        self.list.files_dropped.connect(self.files_dropped)
        self.table = QueueTable(self.list, _COLUMNS, actions, theme)
        self.table.setAccessibleName(self.tr("Queue"))
        self.table.list_name = self.tr("Queue")
        self.table.remove.setText(self.tr("Remove from queue"))
        self.table.placeholder = self.tr(
            "Nothing is queued.\n“Play similar” fills the queue, and tracks can be dragged here."
        )
        self.table.play_wanted.connect(player.play_upcoming)
        player.replaced.connect(self._offer_return)
        self._summary = ElidedLabel()
        self._summary.setObjectName("dim")
        self.save = button(self.tr("Save as playlist…"), theme)
        self.save.clicked.connect(
            lambda: actions.save_as_playlist(self.list.ids, self.tr("New playlist"))
        )
        self.clear = button(self.tr("Clear"), theme)
        self.clear.clicked.connect(self._clear)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(8)
        head.addWidget(self._summary)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save)
        buttons.addWidget(self.clear)
        buttons.addStretch(1)
        head.addLayout(buttons)
        self.radio = RadioHeader(radio, theme)
        head.addWidget(self.radio)
        self.goes_on = QCheckBox(self.tr("When the queue ends, go on with similar music"))
        self.goes_on.clicked.connect(radio.set_goes_on)
        radio.changed.connect(self._show_radio)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 10, 16, 10)
        foot.addWidget(self.goes_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addWidget(line())
        column.addLayout(foot)
        # Count once after all changes: adding up the lengths of 100,000 tracks takes a while.
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(0)
        self._counting.timeout.connect(self._show_counts)
        player.queue_changed.connect(self._counting.start)
        self._show_radio()
        self._show_counts()

    def showEvent(self, event: QShowEvent) -> None:
        """Update the counts, which are not kept up to date while the pane is hidden (Qt override)."""
        super().showEvent(event)
        self._show_counts()

    def _clear(self) -> None:
        queue = self._player.queue
        state, radio = queue.state(), self._radio.stop()
        queue.clear()
        revision = queue.revision

        def undo() -> None:
            # Don't restore the queue once it has changed or another track plays.
            if queue.revision == revision and queue.current == state.current:
                queue.put_back(state)
                self._radio.go_on_with(radio)

        self._messages.tell(
            self.tr("The queue was cleared."), action=self.tr("Undo"), on_action=undo
        )

    def _offer_return(self, state: QueueState, seconds: float) -> None:
        self._messages.tell(
            self.tr("The queue that you made was replaced."),
            action=self.tr("Undo"),
            on_action=lambda: self._player.go_back_to(state, seconds),
        )

    def _show_radio(self) -> None:
        self.goes_on.setChecked(self._radio.goes_on)
        caption = self.tr("From your radio {0}").format(self._radio.name)
        self.table.set_caption(caption if self._radio.is_on else "")

    def _show_counts(self) -> None:
        count, by_hand = self.list.rowCount(), len(self.list.by_hand)
        self.save.setEnabled(count > 0)
        self.clear.setEnabled(count > 0)
        self.count_changed.emit(count)
        if not self.isVisible():
            return
        text = formats.track_summary(count, self.list.seconds()) if count else self.tr("Up next")
        if 0 < by_hand < count:
            text = f"{text} · {self.tr('{0} queued by you').format(formats.number(by_hand))}"
        if of_radio := len(self.list.radio):
            text = f"{text} · {self.tr('{0} from your radio').format(formats.number(of_radio))}"
        self._summary.setText(text)
