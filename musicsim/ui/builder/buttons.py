"""Buttons and notes above the list that was made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from musicsim.playlists.result import GeneratedPlaylist
from musicsim.ui.builder.words import lengths_note, relaxed_note, short_note, tr
from musicsim.ui.kit import formats
from musicsim.ui.kit.flow_layout import FlowBox
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button


class ListHead(QWidget):
    """What can be done with the list, and what there is to say about it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.play = button(tr("Play"), theme, "play", primary=True)
        self.another = button(tr("Another one"), theme, "dice")
        self.another.setToolTip(
            tr("Make another list from the same. Tracks that are locked stay (Ctrl+D).")
        )
        self.queue = button(tr("Queue"), theme, "queue")
        self.keep = button(tr("Keep…"), theme, "playlist")
        self.export = button(tr("Export…"), theme, "export")
        self.hidden = button("", theme)
        self.hidden.setObjectName("plain")
        self.hidden.setCheckable(True)
        self.hidden.setToolTip(tr("Show which tracks were left out, and why"))
        self._summary = Label()
        self._notes = Label()
        self._notes.setObjectName("notice")
        self._notes.setWordWrap(True)
        self._known = Label()
        self._known.setObjectName("dim")
        self._known.setWordWrap(True)
        self.queue.setToolTip(tr("Add the list to the queue"))
        self.keep.setToolTip(tr("Keep the list as a playlist"))
        self.export.setToolTip(tr("Write the list to a playlist file"))
        self._buttons = FlowBox(6, 6)
        self._buttons.add(self.play, self.another, self.queue, self.keep, self.export)
        about = QWidget()
        line = QHBoxLayout(about)
        line.setContentsMargins(2, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self._summary)
        line.addWidget(self.hidden)
        self._buttons.add(about)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 4)
        column.setSpacing(5)
        column.addWidget(self._buttons)
        column.addWidget(self._notes)
        column.addWidget(self._known)

    def set_narrow(self, narrow: bool) -> None:
        """Show some buttons without their names, where there is little room."""
        for each in (self.queue, self.keep, self.export):
            each.setText("" if narrow else f" {each.accessibleName()}")

    def height_for(self, width: int) -> int:
        """Return the height at a width."""
        return self.layout().totalHeightForWidth(width)  # type: ignore[union-attr]

    @property
    def notes(self) -> str:
        """What the list says about itself, beside its length."""
        return self._notes.text()

    @property
    def summary(self) -> str:
        """Number of tracks and length."""
        return self._summary.text()

    def show_list(
        self, made: GeneratedPlaylist | None, *, hidden: int, embedded: int, pending: int
    ) -> None:
        """Show the notes of a list.

        Parameters
        ----------
        made
            The list; None if there is none.
        hidden
            How many tracks the rules left out.
        embedded, pending
            How many tracks of the library have been listened to, and how many have not.
        """
        self.setVisible(made is not None)
        if made is None:
            return
        has_tracks = bool(made.matches)
        for each in (self.play, self.queue, self.keep, self.export):
            each.setEnabled(has_tracks)
        self._summary.setText(formats.track_summary(len(made.matches), made.duration))
        self.hidden.setText(formats.counted("builder", hidden, "%n hidden", "%n hidden"))
        self.hidden.setVisible(hidden > 0 or self.hidden.isChecked())
        self.hidden.setAccessibleName(self.hidden.text())
        notes = [
            note for note in (short_note(made), relaxed_note(made), lengths_note(made)) if note
        ]
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        self._known.setVisible(pending > 0)
        known = formats.counted("similar", embedded, "%n track", "%n tracks")
        self._known.setText(tr("Found among the {0} listened to so far.").format(known))
        self._summary.setAlignment(Qt.AlignmentFlag.AlignVCenter)
