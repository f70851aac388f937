"""Panel with the rules and filters, each beside its default."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.query.filters import Filters
from musicsim.library.query.genres import parse_genre_groups
from musicsim.playlists.rules.rules import Rules
from musicsim.services.making import drafts
from musicsim.services.making.drafts import Draft
from musicsim.ui.builder.rule_widgets import (
    Names,
    Number,
    WindowChoice,
)
from musicsim.ui.builder.words import tr
from musicsim.ui.kit import formats
from musicsim.ui.kit.flow_layout import FlowBox
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button


class RulesPanel(QScrollArea):
    """The rules in three groups, beside each other where there is room."""

    edited = Signal(object, str)
    """The draft after the change, and the kind of the change."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._draft = Draft()
        self.setObjectName("rules")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._make_inputs()
        self._reset = button(tr("Back to the usual rules"), theme)
        self._reset.clicked.connect(self._go_back)
        self._forget = button("", theme)
        self._forget.clicked.connect(
            lambda: self.edited.emit(drafts.without_exceptions(self._draft), "")
        )
        groups = FlowBox(28, 14, whole=False)
        groups.add(
            _group(
                tr("Not too much of the same"),
                (tr("Per artist, at most"), self.per_artist),
                (tr("Per album, at most"), self.per_album),
                (tr("Same artist again after"), self.artist_window),
                (tr("Same album again after"), self.album_window),
                (tr("Same song again after"), self.song_window),
                ("", self.versions),
            ),
            _group(
                tr("Which tracks"),
                (tr("Length"), _between(self.shortest, self.longest, tr("min"))),
                ("", self.strict),
                (tr("Tempo change up to"), self.tempo),
                ("", self.keys),
                ("", self.seasonal),
                (tr("Years"), _between(self.first_year, self.last_year, "")),
            ),
            _group(
                tr("Artists and genres"),
                (tr("Only artists"), self.artists),
                (tr("Not artists"), self.not_artists),
                (tr("Only genres"), self.genres),
                (tr("Not genres"), self.not_genres),
                (tr("Belong together"), self.groups),
            ),
        )
        buttons = QHBoxLayout()
        buttons.addWidget(self._reset)
        buttons.addWidget(self._forget)
        buttons.addStretch(1)
        self._inner = inner = QWidget()
        inner.setObjectName("rulesInner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(10)
        column.addWidget(groups)
        column.addLayout(buttons)
        column.addStretch(1)
        self.setWidget(inner)

    def height_for(self, width: int) -> int:
        """Return the height at which everything is shown."""
        inner = self._inner
        return inner.heightForWidth(width) + 2

    def show_draft(self, draft: Draft) -> None:
        """Show the rules of a draft."""
        self._draft = draft
        rules, filters = draft.rules, draft.rules.filters
        with ExitStack() as blocked:
            for widget in self._inputs:
                blocked.enter_context(QSignalBlocker(widget))
            self.per_artist.set_number(rules.max_per_artist)
            self.per_album.set_number(rules.max_per_album)
            self.artist_window.set_window(rules.artist_window)
            self.album_window.set_window(rules.album_window)
            self.song_window.set_window(rules.song_window)
            self.versions.setChecked(rules.near_duplicates)
            strict = bool(filters.durations)
            low, high = filters.durations[0] if strict else (rules.shortest, rules.longest)
            self.shortest.set_number(low)
            self.longest.set_number(high)
            self.strict.setChecked(strict)
            self.tempo.set_number(rules.tempo_step)
            self.keys.setChecked(rules.matching_keys)
            self.seasonal.setChecked(draft.seasonal)
            first, last = filters.years[0] if filters.years else (None, None)
            self.first_year.set_number(first)
            self.last_year.set_number(last)
            self.artists.set_names(filters.artists)
            self.not_artists.set_names(filters.not_artists)
            self.genres.set_names(filters.genres)
            self.not_genres.set_names(filters.not_genres)
            if parse_genre_groups(self.groups.toPlainText()) != rules.genre_groups:
                lines = ("; ".join(group) for group in rules.genre_groups)
                self.groups.setPlainText("\n".join(lines))
        self._reset.setEnabled(not self._is_usual())
        self._forget.setVisible(draft.exceptions > 0)
        self._forget.setText(
            formats.counted(
                "builder", draft.exceptions, "Forget %n exception", "Forget %n exceptions"
            )
        )
        self._forget.setToolTip(
            tr("Tracks that you removed may come again; tracks that you let in follow the rules.")
        )

    def _make_inputs(self) -> None:
        none = tr("any")
        self.per_artist = Number(1, 99, none, tr("Tracks per artist, at most"))
        self.per_album = Number(1, 99, none, tr("Tracks per album, at most"))
        self.artist_window = WindowChoice(tr("When the same artist may come again"))
        self.album_window = WindowChoice(tr("When the same album may come again"))
        self.song_window = WindowChoice(tr("When the same song may come again"))
        self.versions = QCheckBox(tr("Other versions of a song too"))
        self.shortest = Number(1, 600, none, tr("Length in minutes, at least"))
        self.longest = Number(1, 600, none, tr("Length in minutes, at most"))
        self.strict = QCheckBox(tr("Never shorter or longer"))
        self.strict.setToolTip(
            tr("Otherwise the list may go beyond the length where it would be too short.")
        )
        self.tempo = Number(1, 50, none, tr("Change of tempo in percent, at most"), suffix=" %")
        self.keys = QCheckBox(tr("Keys must match"))
        self.keys.setToolTip(tr("Of neighbouring tracks, where the tags say them."))
        self.seasonal = QCheckBox(tr("Seasonal music at any time"))
        self.first_year = Number(1900, 2100, none, tr("From this year"))
        self.last_year = Number(1900, 2100, none, tr("Up to this year"))
        self.artists = Names(tr("Only these artists"))
        self.not_artists = Names(tr("Without these artists"))
        self.genres = Names(tr("Only these genres"))
        self.not_genres = Names(tr("Without these genres"))
        self.groups = QPlainTextEdit()
        self.groups.setAccessibleName(tr("Genres that belong together"))
        self.groups.setPlaceholderText(tr("*metal*; hard rock\nambient; new age"))
        self.groups.setToolTip(
            tr(
                "One group a line, its genres separated by “;”. The list stays in the groups of what it is made from."
            )
        )
        self.groups.setTabChangesFocus(True)
        self.groups.setFixedHeight(3 * self.groups.fontMetrics().height() + 8)
        self._inputs: Sequence[Any] = (
            *(self.per_artist, self.per_album),
            *(self.artist_window, self.album_window, self.song_window, self.versions),
            *(self.shortest, self.longest, self.strict, self.tempo, self.keys, self.seasonal),
            *(self.first_year, self.last_year),
            *(self.artists, self.not_artists, self.genres, self.not_genres, self.groups),
        )
        for widget in self._inputs:
            if isinstance(widget, QSpinBox):
                widget.valueChanged.connect(self._editor("a number"))
            elif isinstance(widget, QLineEdit):
                widget.textEdited.connect(self._editor(f"names {id(widget)}"))
            elif isinstance(widget, QCheckBox):
                widget.toggled.connect(self._editor(""))
            elif isinstance(widget, QPlainTextEdit):
                widget.textChanged.connect(self._editor("groups"))
            else:
                widget.changed.connect(self._editor("a window"))

    def _editor(self, kind: str) -> Callable[[], None]:
        return lambda: self.edited.emit(self._edited(), kind)

    def _edited(self) -> Draft:
        """Return the draft with what is in the inputs."""
        lengths = self.shortest.number, self.longest.number
        strict = self.strict.isChecked() and lengths != (None, None)
        years = self.first_year.number, self.last_year.number
        rules = replace(
            self._draft.rules,
            max_per_artist=self.per_artist.number,
            max_per_album=self.per_album.number,
            artist_window=self.artist_window.window_,
            album_window=self.album_window.window_,
            song_window=self.song_window.window_,
            near_duplicates=self.versions.isChecked(),
            shortest=None if strict else lengths[0],
            longest=None if strict else lengths[1],
            tempo_step=self.tempo.number,
            matching_keys=self.keys.isChecked(),
            genre_groups=parse_genre_groups(self.groups.toPlainText()),
            filters=Filters(
                artists=self.artists.names,
                not_artists=self.not_artists.names,
                genres=self.genres.names,
                not_genres=self.not_genres.names,
                years=() if years == (None, None) else (years,),
                durations=(lengths,) if strict else (),
            ),
        )
        return drafts.changed(self._draft, rules=rules, seasonal=self.seasonal.isChecked())

    def _is_usual(self) -> bool:
        usual = self._with_usual_rules()
        return usual == self._draft

    def _with_usual_rules(self) -> Draft:
        now, usual = self._draft.rules, Draft()
        rules: Rules = replace(usual.rules, let_in=now.let_in, without=now.without)
        return drafts.changed(self._draft, rules=rules, seasonal=usual.seasonal)

    def _go_back(self) -> None:
        self.groups.clear()
        self.edited.emit(self._with_usual_rules(), "")


def _group(title: str, *rows: tuple[str, QWidget]) -> QWidget:
    """Return a column of labelled inputs under a title."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(5)
    heading = Label(title)
    heading.setObjectName("caption")
    grid.addWidget(heading, 0, 0, 1, 2)
    for number, (name, widget) in enumerate(rows, 1):
        if name:
            label = Label(name)
            label.setBuddy(widget)
            grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)
        else:
            grid.addWidget(widget, number, 0, 1, 2)
    grid.setRowStretch(len(rows) + 1, 1)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
    return made


def _between(low: QWidget, high: QWidget, unit: str) -> QWidget:
    """Return two inputs with a dash between."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in (low, Label("–"), high, Label(unit)):
        row.addWidget(widget)
    row.addStretch(1)
    return made
