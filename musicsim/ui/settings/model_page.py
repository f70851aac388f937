"""Settings page: the available models, and the commands for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import FetchProgress
from musicsim.embedding import WeightFile, WeightsError, find_weights
from musicsim.embedding.fetching import FetchCancelled
from musicsim.embedding.official import ATTRIBUTION, official_model
from musicsim.services.models.models import OfferedModel
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dialogs import ask_file, confirm
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.settings import model_texts
from musicsim.ui.settings.fetch_options import FetchOptions
from musicsim.ui.settings.model_row import ModelRow
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim

T = TypeVar("T")


class ModelPage(QWidget):
    """List of the models; downloads, selects and checks them, and deletes their embeddings."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        messages: Messages,
        theme: Theme,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._store = store
        self._messages = messages
        self._theme = theme
        self._offered: list[OfferedModel] = []
        self._fetching = ""
        """Name of the model that is being downloaded."""
        self._counting = False
        self.rows: dict[str, ModelRow] = {}
        self._between = _text("between")
        self._note = _text("dim")
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.other = button(self.tr("Use a weight file…"), theme, "folder")
        self.other.clicked.connect(self._ask_for_file)
        self.options = FetchOptions(settings)
        self._lay_out()
        self._say("")
        bridge.model_changed.connect(self._refresh_if_seen)
        bridge.embedding_progress.connect(self._count)
        bridge.fetch_progress.connect(self._follow_fetch)

    def _lay_out(self) -> None:
        licence = _text("dim")
        licence.setText(f"{ATTRIBUTION}.")

        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(10)
        column.addWidget(self._between)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        column.addLayout(self._list)
        column.addWidget(self.other, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.options)
        column.addWidget(licence)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        self._note.setContentsMargins(16, 8, 16, 0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(self._note)

    @property
    def note(self) -> str:
        """Text about the last action."""
        return self._note.text()

    @property
    def between(self) -> str:
        """Text shown while one model listens and another one is searched."""
        return self._between.text() if not self._between.isHidden() else ""

    # --- display ---

    def showEvent(self, event: QShowEvent) -> None:
        """Update the page: files may have come and gone (Qt override)."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show the current models; this takes a moment, since their files are read."""
        self._bridge.do(self._app.models.offered, self._show_offered, self._fail)

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show_offered(self, offered: list[OfferedModel]) -> None:
        self._offered = offered
        names = [model.name for model in offered]
        if names != list(self.rows):
            self._arrange(offered)
        total = self._total()
        for model in offered:
            row = self.rows[model.name]
            row.show_model(model, total, can_fetch=self._can_fetch(model))
        self._show_between()

    def _arrange(self, offered: list[OfferedModel]) -> None:
        before, self.rows = self.rows, {}
        for place, model in enumerate(offered):
            row = before.pop(model.name, None) or self._make_row(model)
            self.rows[model.name] = row
            self._list.insertWidget(place, row)
        for row in before.values():
            self._list.removeWidget(row)
            row.deleteLater()
        # The Tab key moves from top to bottom.
        stops = [each for row in self.rows.values() for each in row.buttons]
        for one, following in zip(stops, [*stops[1:], self.other], strict=True):
            QWidget.setTabOrder(one, following)

    def _make_row(self, model: OfferedModel) -> ModelRow:
        row = ModelRow(model, self._theme)
        row.use_wanted.connect(self._use_model)
        row.fetch_wanted.connect(self._fetch)
        row.cancel_wanted.connect(self._app.models.downloads.cancel)
        row.check_wanted.connect(self._check)
        row.forget_wanted.connect(self._forget)
        row.set_others_fetching(bool(self._fetching))
        return row

    def _can_fetch(self, model: OfferedModel) -> bool:
        """Return whether a download would add a file, or replace a broken one."""
        official = official_model(model.name)
        return official is not None and (
            model.state == "available"
            or (
                model.state == "broken"
                and model.file is not None
                and model.file.path == self._app.models.folder / official.file_name
            )
        )

    def _total(self) -> int:
        counts = self._store.counts()
        return counts.embedded + counts.pending

    def _show_between(self) -> None:
        listening = next((model for model in self._offered if model.listening), None)
        searched = next((model for model in self._offered if model.searched), None)
        self._between.setVisible(bool(listening and searched and listening is not searched))
        if listening is not None and searched is not None:
            text = self.tr(
                "Listening with {0}: {1} of {2}. Until that is done, search goes on with {3}."
            )
            tracks = formats.counted("models", self._total(), "%n track", "%n tracks")
            self._between.setText(
                text.format(
                    model_texts.title(listening.name),
                    formats.number(listening.tracks),
                    tracks,
                    model_texts.title(searched.name),
                )
            )

    def _count(self) -> None:
        """Update the counts during the embedding, without reading any file."""
        if self.isVisible() and not self._counting:
            self._counting = True
            self._bridge.do(
                self._app.embeddings.models.counts, self._show_counts, self._not_counted
            )

    def _show_counts(self, counts: Mapping[str, int]) -> None:
        self._counting = False
        self._show_offered(
            [replace(model, tracks=counts.get(model.identity or "", 0)) for model in self._offered]
        )

    def _not_counted(self, error: MusicsimError) -> None:
        self._counting = False
        self._fail(error)

    def _say(self, text: str, *, problem: bool = False) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._note.setObjectName("notice" if problem else "dim")
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)

    def _fail(self, error: MusicsimError) -> None:
        if self.isVisible():
            self._say(str(error), problem=True)
        else:
            self._messages.fail(error)

    # --- downloads ---

    def _fetch(self, model: OfferedModel) -> None:
        name = model.name
        self._say("")
        self.rows[name].show_fetching(None)
        self._set_fetching(name)
        options = self.options
        self._bridge.watch(
            self._app.models.downloads.fetch(name, mirror=options.mirror, proxy=options.proxy),
            lambda _: self._fetched(name),
            self._not_fetched,
        )

    def _set_fetching(self, name: str) -> None:
        self._fetching = name
        for row in self.rows.values():
            row.set_others_fetching(bool(name))

    def _follow_fetch(self, progress: FetchProgress) -> None:
        row = self.rows.get(progress.name)
        if row is not None and progress.name == self._fetching and not progress.finished:
            row.show_fetching(progress)

    def _fetched(self, name: str) -> None:
        self._end_fetching()
        text = self.tr("{0} has been downloaded.").format(model_texts.title(name))
        if self.isVisible():
            self._say(text)
        else:
            self._messages.tell(text)

    def _not_fetched(self, error: MusicsimError) -> None:
        self._end_fetching()
        if isinstance(error, FetchCancelled):
            self._say(str(error))
        else:
            self._fail(error)

    def _end_fetching(self) -> None:
        name = self._fetching
        self._set_fetching("")
        if name in self.rows:
            self.rows[name].show_fetched()
        self.refresh()

    # --- commands ---

    def _use_model(self, model: OfferedModel) -> None:
        if model.file is not None:
            self._use(model.file, model.tracks)

    def _ask_for_file(self) -> None:
        kinds = self.tr("Weight files (*.h5 *.hdf5)")
        path = ask_file(self, self.tr("Use a weight file"), kinds)
        if path is not None:
            # An unknown file is read in a process of its own, which takes a second, or more if it is damaged.
            folder = self._app.models.folder
            self._do(lambda: find_weights(folder, path)[0], lambda file: self._use(file, 0))

    def _use(self, file: WeightFile, tracks: int) -> None:
        question = self.tr(
            "Use “{0}”?\n\nmusicsim listens to your library with it in the background. "
            "Search goes on with “{1}” until that is done."
        ).format(
            model_texts.title(file.name), model_texts.title(self._app.models.searched.identity)
        )
        if tracks:
            known = formats.counted("models", self._total(), "%n track", "%n tracks")
            question += "\n\n" + self.tr("It knows {0} of {1} already.").format(
                formats.number(tracks), known
            )
        if confirm(self, self.tr("Use another model"), question, self.tr("Use")):
            self._do(lambda: self._app.listening.use_model(file), lambda _: self.refresh())

    def _check(self, model: OfferedModel) -> None:
        if (file := model.file) is not None:
            self._do(lambda: _verdict(file), self._say)

    def _forget(self, model: OfferedModel) -> None:
        if (identity := model.identity) is None:
            return
        tracks = formats.counted("models", model.tracks, "%n track", "%n tracks")
        question = self.tr(
            "Delete what “{0}” made of {1}?\n\n"
            "To be used again, it would have to listen to them again. No music and no weight file is deleted."
        ).format(model_texts.title(model.name), tracks)
        if confirm(self, self.tr("Delete its embeddings"), question, self.tr("Delete")):
            self._do(lambda: self._app.listening.forget_model(identity), lambda _: self.refresh())

    def _do(self, task: Callable[[], T], then: Callable[[T], None]) -> None:
        self._say("")
        self._bridge.do(task, then, self._fail)


def _text(name: str) -> Label:
    label = Label()
    label.setObjectName(name)
    label.setWordWrap(True)
    return label


def _verdict(file: WeightFile) -> str:
    """Read a weight file, and return the result in words."""
    checked = file.check()
    official = official_model(file.name)
    try:
        published = official.is_file(file.path) if official is not None else None
    except OSError as error:
        raise WeightsError(file.path, f"it can't be read ({error.strerror})") from error
    return model_texts.verdict(
        display_path(file.path), checked.description.embedding_size, published
    )
