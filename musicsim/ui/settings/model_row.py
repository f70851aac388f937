"""Row of one model in the settings, with its commands."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from musicsim.base.events import FetchProgress
from musicsim.services.models.models import OfferedModel
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button, scaled_font
from musicsim.ui.settings import model_texts


class ModelRow(QFrame):
    """Row that shows a model, with the buttons that apply to it."""

    use_wanted = Signal(object)
    """OfferedModel"""
    fetch_wanted = Signal(object)
    cancel_wanted = Signal()
    check_wanted = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, model: OfferedModel, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self.model = model
        self._can_fetch = False
        self.title = Label(model_texts.title(model.name))
        self.title.setFont(scaled_font(self.title, 1.05, bold=True))
        self.state = Label()
        self.state.setObjectName("state")
        self.explanation = Label()
        self.explanation.setObjectName("dim")
        for label in (self.title, self.state, self.explanation):
            label.setWordWrap(True)
        self.use = button(self.tr("Use…"), theme)
        self.fetch = button(self.tr("Download"), theme)
        self.cancel = button(self.tr("Cancel"), theme)
        self.check = button(self.tr("Check"), theme)
        self.check.setToolTip(self.tr("Read its weight file from beginning to end"))
        self.forget = button(self.tr("Delete…"), theme)
        self.forget.setToolTip(self.tr("Delete its embeddings of your library"))
        self.buttons = (self.use, self.fetch, self.cancel, self.check, self.forget)
        # For a screen reader, say which model the buttons are for.
        for each in self.buttons:
            each.setAccessibleDescription(self.title.text())
        self.use.clicked.connect(lambda: self.use_wanted.emit(self.model))
        self.fetch.clicked.connect(lambda: self.fetch_wanted.emit(self.model))
        self.cancel.clicked.connect(self._cancel)
        self.check.clicked.connect(lambda: self.check_wanted.emit(self.model))
        self.forget.clicked.connect(lambda: self.forget_wanted.emit(self.model))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Download"))

        texts = QVBoxLayout()
        texts.setSpacing(3)
        for widget in (self.title, self.state, self.explanation, self.bar):
            texts.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(8)
        row.addLayout(texts, 1)
        for each in self.buttons:
            row.addWidget(each)
        self.bar.hide()

    def show_model(self, model: OfferedModel, total: int, *, can_fetch: bool) -> None:
        """Show the state of a model; `total` is the number of tracks to listen to."""
        self.model = model
        self._can_fetch = can_fetch
        self.explanation.setText(model_texts.explanation(model))
        self.explanation.setVisible(bool(self.explanation.text()))
        if self.bar.isHidden():
            self.state.setText(model_texts.state(model, total))
        kind = "broken" if model.state == "broken" else "used" if model.listening else ""
        if self.state.property("kind") != kind:
            self.state.setProperty("kind", kind)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
        self._show_buttons()

    def show_fetching(self, progress: FetchProgress | None) -> None:
        """Show a running download; None before its first bytes."""
        self.bar.show()
        if progress is None or progress.total is None:
            # A busy indicator.
            self.bar.setRange(0, 0)
        else:
            # In KiB: Qt counts no further than 2^31, and a server may report any size.
            self.bar.setRange(0, min(progress.total >> 10, 2**31 - 1))
            self.bar.setValue(min(progress.done >> 10, 2**31 - 1))
        text = self.tr("Downloading…")
        if progress is not None:
            text += " " + model_texts.downloaded(progress.done, progress.total)
        self.state.setText(text)
        self._show_buttons()

    def show_fetched(self) -> None:
        """Hide the download."""
        self.bar.hide()
        self._show_buttons()

    def set_others_fetching(self, fetching: bool) -> None:
        """Disable the download during another one: models are downloaded one at a time."""
        self.fetch.setEnabled(not fetching)

    def _cancel(self) -> None:
        # The download stops at the next bytes, which may take a while to arrive.
        self.state.setText(self.tr("Stopping…"))
        self.cancel_wanted.emit()

    def _show_buttons(self) -> None:
        model, fetching = self.model, not self.bar.isHidden()
        here = model.state in ("bundled", "installed")
        shown = {
            self.use: here and not model.listening,
            self.fetch: self._can_fetch and not fetching,
            self.cancel: fetching,
            self.check: here,
            self.forget: bool(model.identity and model.tracks)
            and not (model.listening or model.searched),
        }
        # Show first, then hide: otherwise the keyboard focus would leave the row.
        for each in self.buttons:
            if shown[each]:
                each.show()
        if any(each.hasFocus() and not shown[each] for each in self.buttons):
            for each in self.buttons:
                if shown[each]:
                    each.setFocus()
                    break
        for each in self.buttons:
            if not shown[each]:
                each.hide()
