"""Pane of the tracks most similar to a track, ranked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from musicsim.base.errors import MusicsimError
from musicsim.base.events import EmbeddingProgress
from musicsim.library.types import Track, TrackState
from musicsim.services.texts import hidden_text
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, button, scaled_font
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import SimilarList
from musicsim.ui.tracks.track_model import Column, one_line
from musicsim.ui.tracks.track_table import TrackTable

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.playlists.result import SimilarTracks
    from musicsim.playlists.rules.rules import Hidden

_COLUMNS = (
    ColumnLayout(Column.TITLE, 200, stretches=True),
    ColumnLayout(Column.SIMILARITY, 100),
)


class SimilarPane(QWidget):
    """A seed and the tracks most similar to it.

    The pane searches for a seed without an embedding as soon as the seed is embedded. It repeats a search among part of
    the library once every track has been embedded, since it can find more then.
    """

    def __init__(
        self, app: Musicsim, bridge: Bridge, store: TrackStore, actions: TrackActions, theme: Theme
    ) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._store = store
        self._actions = actions
        self._seed: int | None = None
        self._searches = 0
        """Number of the last search; answers to earlier searches are dropped."""
        self._incomplete = False
        self._refining = False
        self.list = SimilarList(store, theme, self)

        caption = Label(self.tr("Sounds like"))
        caption.setObjectName("dim")
        self._title = ElidedLabel()
        self._title.setFont(scaled_font(self._title, 1.2, bold=True))
        self._artist = ElidedLabel()
        self._artist.setObjectName("dim")
        self.play_all = button(self.tr("Play all"), theme, "play", primary=True)
        self.play_all.clicked.connect(lambda: actions.play(self._whole()))
        self.save = button(self.tr("Save as playlist…"), theme)
        self.save.clicked.connect(self._save)
        self._status = Label()
        self._status.setObjectName("dim")
        self._status.setWordWrap(True)
        self._status.setContentsMargins(16, 8, 16, 8)
        self.table = TrackTable(self.list, _COLUMNS, actions, theme, cards=True)
        self.table.setAccessibleName(self.tr("Similar tracks"))

        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.play_all)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        self._head = QWidget()
        head = QVBoxLayout(self._head)
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(4)
        for widget in (caption, self._title, self._artist):
            head.addWidget(widget)
        head.addSpacing(8)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.table, 1)
        column.addWidget(self._status)

        store.changed.connect(self._follow)
        store.removed.connect(self._forget)
        bridge.embedding_progress.connect(self._follow_progress)
        # What the listener has just banned leaves the list.
        bridge.opinions_changed.connect(self._search)
        self._show_nothing()

    @property
    def seed(self) -> Track | None:
        """Track whose similar tracks are shown."""
        return None if self._seed is None else self._store.get(self._seed)

    @property
    def status(self) -> str:
        """Text below the list, or in place of it."""
        return self._status.text() if not self._status.isHidden() else self.table.placeholder

    def show_similar(self, track_id: int) -> None:
        """Search for tracks similar to a track of the library."""
        track = next(iter(self._store.tracks(self._store.in_library([track_id]))), None)
        if track is None:
            return
        self._seed = track.id
        self._head.show()
        self._title.setText(one_line(track.title))
        self._artist.setText(one_line(track.artist))
        self.list.set_similarities({})
        self._search()

    def _search(self) -> None:
        seed = self.seed
        if seed is None:
            return
        self._searches += 1
        search = self._searches
        if not self.list.rowCount():
            self._say(self.tr("Searching…"))

        def show(found: SimilarTracks) -> None:
            if search == self._searches:
                self._show_found(found)

        def fail(error: MusicsimError) -> None:
            if search == self._searches:
                self._say_why_not(error)

        # If the track is not embedded yet, this request makes the app embed it next.
        try:
            self._bridge.watch(self._app.finding.similar(seed.id), show, fail)
        except MusicsimError as error:
            self._say_why_not(error)

    def _say_why_not(self, error: MusicsimError) -> None:
        seed = self.seed
        if seed is not None and seed.state is TrackState.PENDING and not seed.missing:
            self._say(
                self.tr(
                    "This track has not been listened to yet.\nIts similar tracks will appear here."
                )
            )
        else:
            self._say(str(error))

    def _show_found(self, found: SimilarTracks) -> None:
        self.list.set_similarities({match.track.id: match.similarity for match in found.matches})
        self._set_buttons(bool(found.matches))
        counts = self._store.counts()
        self._incomplete = counts.pending > 0
        self.table.placeholder = self.tr("There is nothing to compare it with yet.")
        notes = [hidden_note(found.hidden)]
        if self._incomplete:
            known = formats.counted("similar", counts.embedded, "%n track", "%n tracks")
            notes.append(self.tr("Found among the {0} listened to so far.").format(known))
        text = "\n".join(note for note in notes if note)
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def _show_nothing(self) -> None:
        self._seed = None
        self._searches += 1
        self._head.hide()
        self.list.set_similarities({})
        self._say(
            self.tr(
                "Choose a track and “Show similar tracks” ({0}) to see what sounds like it."
            ).format(self._actions.show_similar.shortcut().toString())
        )

    def _say(self, text: str) -> None:
        """Show why there are no results."""
        self.list.set_similarities({})
        self._set_buttons(False)
        self._status.hide()
        self.table.placeholder = text
        self.table.viewport().update()

    def _set_buttons(self, enabled: bool) -> None:
        self.play_all.setEnabled(enabled)
        self.save.setEnabled(enabled)

    def _follow(self, ids: tuple[int, ...]) -> None:
        if self._seed in ids:
            waiting = not self.list.rowCount()
            seed = self.seed
            if seed is not None:
                self._title.setText(one_line(seed.title))
                self._artist.setText(one_line(seed.artist))
            if waiting:
                self._search()

    def _follow_progress(self, progress: EmbeddingProgress) -> None:
        through = progress.finished or (progress.refining and not self._refining)
        self._refining = progress.refining
        if through and self._incomplete:
            self._search()

    def _forget(self, ids: tuple[int, ...]) -> None:
        if self._seed in ids:
            self._show_nothing()

    def _whole(self) -> list[int]:
        return [] if self._seed is None else [self._seed, *self.list.ids]

    def _save(self) -> None:
        if self._seed is not None:
            self._actions.save_as_playlist(self._whole(), self._actions.name_like([self._seed]))


def hidden_note(hidden: Mapping[Hidden, int]) -> str:
    """Return a note on what the rules hid, such as ``3 hidden: near-duplicates 1, more than 3 by one artist 2``."""
    total = sum(hidden.values())
    if not total:
        return ""
    text = formats.counted("similar", total, "%n hidden: {0}", "%n hidden: {0}")
    return text.format(
        ", ".join(f"{hidden_text(why)} {count}" for why, count in hidden.items() if count)
    )
