"""Dialog for the rules of a smart playlist, with a look at what they find."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.errors import MusicsimError
from musicsim.playlists.smart.rules import Order, OrderBy, SmartRules
from musicsim.services.making.smart_lists import SmartContent, SmartList
from musicsim.services.making.smart_texts import remarks
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.playlists.smart_groups import GroupEditor
from musicsim.ui.playlists.smart_kept import SmartPlaylists
from musicsim.ui.playlists.smart_rows import Help
from musicsim.ui.playlists.smart_values import PickTracks
from musicsim.ui.playlists.smart_words import order_name
from musicsim.ui.tracks.store import TrackStore

_LOOK_AFTER_MS = 200
_SHOWN = 100
"""Tracks in the preview."""
_MOST = 999_999


class SmartEditor(QDialog):
    """Editor of a smart playlist, or of a new one."""

    saved = Signal(str, object)
    """The name, and the SmartRules."""

    def __init__(
        self,
        edited: SmartList | None,
        name: str,
        rules: SmartRules,
        smart: SmartPlaylists,
        store: TrackStore,
        pick: PickTracks,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._smart = smart
        self._store = store
        self._id = edited.id if edited is not None else None
        self._given = rules
        self._look: Future[SmartContent] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = self.tr("New smart playlist") if edited is None else self.tr("Edit smart playlist")
        self.setWindowTitle(title)
        self.setMinimumSize(740, 560)
        self.resize(900, 720)
        self.name = QLineEdit(name)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.textChanged.connect(self._enable)
        help_ = Help(
            name=self._track_name,
            pick=pick,
            known=smart.ask_values,
            playlists=smart.names_to_refer_to(self._id),
            theme=theme,
        )
        self.rules = GroupEditor(rules.group, help_)
        self.rules.changed.connect(self._look_soon)
        self._make_options(rules)
        self.problem = Label()
        self.problem.setObjectName("notice")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.save = button(self.tr("Save"), theme, primary=True)
        self.save.clicked.connect(self._save)
        self.save.setDefault(True)
        cancel = button(self.tr("Cancel"), theme)
        cancel.clicked.connect(self.reject)
        self._lay_out(cancel)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_AFTER_MS)
        self._timer.timeout.connect(self.look)
        self._enable()
        self.look()

    def _make_options(self, rules: SmartRules) -> None:
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Order"))
        for each in OrderBy:
            self.order.addItem(order_name(each), each)
        self.order.setCurrentIndex(list(OrderBy).index(rules.order.by))
        self.order.setMaxVisibleItems(20)
        self.descending = QCheckBox(self.tr("Descending"))
        self.descending.setChecked(rules.order.descending)
        self.limits_tracks, self.tracks = self._limit(
            self.tr("At most"), rules.tracks, 100, self.tr(" tracks")
        )
        self.limits_minutes, self.minutes = self._limit(
            self.tr("At most"), rules.minutes, 60, self.tr(" minutes")
        )
        self.mixes, self.known = self._limit(
            self.tr("A track never played after every"),
            rules.known_per_new,
            4,
            self.tr(" that were"),
        )
        self.mixes.setToolTip(self.tr("Those near each other sound alike."))
        self.daily = QCheckBox(self.tr("The same tracks all day"))
        self.daily.setToolTip(self.tr("What you play today changes the list tomorrow."))
        self.daily.setChecked(rules.daily)
        for box in (self.descending, self.daily):
            box.toggled.connect(self._look_soon)
        self.order.activated.connect(self._look_soon)

    def _limit(
        self, text: str, value: float | None, otherwise: int, suffix: str
    ) -> tuple[QCheckBox, QSpinBox]:
        box = QCheckBox(text)
        box.setChecked(value is not None)
        spin = QSpinBox()
        spin.setRange(1, _MOST)
        spin.setSuffix(suffix)
        spin.setAccessibleName(f"{text} {suffix}")
        spin.setValue(otherwise if value is None else max(1, min(round(value), _MOST)))
        spin.setEnabled(value is not None)
        box.toggled.connect(spin.setEnabled)
        box.toggled.connect(self._look_soon)
        spin.valueChanged.connect(self._look_soon)
        return box, spin

    def _lay_out(self, cancel: QWidget) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        rules = QVBoxLayout(inside)
        rules.setContentsMargins(0, 0, 8, 0)
        rules.addWidget(self.rules)
        rules.addStretch(1)
        scroll.setWidget(inside)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(Label(self.tr("Order")), _row(self.order, self.descending))
        form.addRow(
            Label(self.tr("Limit")),
            _row(self.limits_tracks, self.tracks, None, self.limits_minutes, self.minutes),
        )
        form.addRow(Label(self.tr("Mix")), _row(self.mixes, self.known, None, self.daily))
        self.count = Label()
        self.count.setObjectName("caption")
        self.count.setWordWrap(True)
        self._names = QStringListModel(self)
        self.preview = QListView()
        self.preview.setObjectName("boxed")
        self.preview.setModel(self._names)
        self.preview.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.preview.setUniformItemSizes(True)
        self.preview.setMinimumHeight(90)
        self.preview.setAccessibleName(self.tr("The first tracks that are found"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.problem, 1)
        buttons.addStretch(0)
        buttons.addWidget(cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(_row(Label(self.tr("Name")), self.name, stretches=False))
        column.addWidget(scroll, 5)
        column.addLayout(form)
        column.addWidget(self.count)
        column.addWidget(self.preview, 2)
        column.addLayout(buttons)

    def edited(self) -> SmartRules:
        """Return the rules as they are now."""
        given = self._given
        by = list(OrderBy)[self.order.currentIndex()]
        minutes = self._kept(self.limits_minutes, self.minutes, given.minutes)
        return SmartRules(
            group=self.rules.group(),
            order=Order(by, self.descending.isChecked(), given.order.number),
            tracks=_whole(self._kept(self.limits_tracks, self.tracks, given.tracks)),
            minutes=None if minutes is None else float(minutes),
            daily=self.daily.isChecked(),
            known_per_new=_whole(self._kept(self.mixes, self.known, given.known_per_new)),
        )

    def _kept(self, box: QCheckBox, spin: QSpinBox, given: float | None) -> float | None:
        """Return a limit: as it was, where it still reads the same."""
        if not box.isChecked():
            return None
        shown = None if given is None else max(1, min(round(given), _MOST))
        return given if shown == spin.value() else spin.value()

    def fail(self, error: MusicsimError) -> None:
        """Say why the smart playlist can't be saved."""
        self.problem.setText(str(error))
        self.problem.show()
        self.name.setFocus()

    def look(self) -> None:
        """Find the tracks of the rules as they are now."""
        if self._look is not None:
            self._look.cancel()
        revision = self._revision = object()

        def show(content: SmartContent) -> None:
            if self._revision is revision:
                self._show(content)

        def say(error: MusicsimError) -> None:
            if self._revision is revision:
                self.count.setText(str(error))

        self._look = self._smart.ask_preview(
            self.edited(), self._id, _while(self, show), _while(self, say)
        )

    def _look_soon(self) -> None:
        by = list(OrderBy)[self.order.currentIndex()]
        self.descending.setEnabled(by is not OrderBy.RANDOM and not self.mixes.isChecked())
        self.order.setEnabled(not self.mixes.isChecked())
        self._timer.start()

    def _show(self, content: SmartContent) -> None:
        tracks = self._store.tracks(content.track_ids)
        seconds = sum(track.tags.duration or 0.0 for track in tracks)
        matching = formats.counted("smart", content.matched, "%n track matches", "%n tracks match")
        inside = formats.track_summary(len(tracks), seconds)
        counted = [self.tr("{0}; in the list: {1}.").format(matching, inside)]
        self.count.setText("  ".join([*(counted if content.matched else ()), *remarks(content)]))
        self._names.setStringList(
            [" – ".join(filter(None, (t.name, t.tags.album))) for t in tracks[:_SHOWN]]
        )

    def _track_name(self, track_id: int) -> str:
        track = self._store.get(track_id)
        return track.name if track else self.tr("a track that is gone")

    def _enable(self) -> None:
        self.save.setEnabled(bool(self.name.text().strip()))

    def _save(self) -> None:
        self.problem.hide()
        self.saved.emit(self.name.text().strip(), self.edited())


def _while(widget: QWidget, then: Callable[..., None]) -> Callable[..., None]:
    """Return a function that does nothing when a widget is gone."""
    from shiboken6 import isValid

    def call(value: object) -> None:
        if isValid(widget):
            then(value)

    return call


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _row(*widgets: QWidget | None, stretches: bool = True) -> QHBoxLayout:
    """Return widgets side by side; None is a gap."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addSpacing(24)
        else:
            row.addWidget(widget)
    if stretches:
        row.addStretch(1)
    return row
