"""Like and ban: what the listener thinks of the selected tracks, and of the track in the player."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from musicsim.library.catalogue.opinions import Opinion
from musicsim.services.opinions import Opinions
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.facts import TrackFacts
from musicsim.ui.tracks.visitors import is_visitor

_TOLD = {
    (Opinion.LIKED, True): ("You like %n track.", "You like %n tracks."),
    (Opinion.LIKED, False): ("%n track is no longer liked.", "%n tracks are no longer liked."),
    (Opinion.BANNED, True): (
        "%n track is in no list that musicsim makes from now on.",
        "%n tracks are in no list that musicsim makes from now on.",
    ),
    (Opinion.BANNED, False): (
        "%n track may be in lists again.",
        "%n tracks may be in lists again.",
    ),
}


class OpinionActions(QObject):
    """The entries of a track menu for opinions, checked if all selected tracks are liked or banned.

    Another thread uses the catalogue.

    Parameters
    ----------
    selected
        Returns the selected tracks that are in the library.
    """

    def __init__(
        self,
        opinions: Opinions,
        facts: TrackFacts,
        bridge: Bridge,
        messages: Messages,
        theme: Theme,
        selected: Callable[[], Sequence[int]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._opinions = opinions
        self._facts = facts
        self._bridge = bridge
        self._messages = messages
        self._selected = selected

        def action(text: str, opinion: Opinion) -> QAction:
            made = QAction(text, self)
            make_checkable(made, opinion, theme)
            made.triggered.connect(lambda checked: self._choose(opinion, checked))
            return made

        self.like = action(self.tr("Like"), Opinion.LIKED)
        self.ban = action(self.tr("Never play this"), Opinion.BANNED)

    def check(self) -> None:
        """Check the entries that hold for the selection; call this before a menu with them is shown."""
        ids = self._selected()
        known = {self._facts.opinions.get(track_id) for track_id in ids}
        for action, opinion in ((self.like, Opinion.LIKED), (self.ban, Opinion.BANNED)):
            # Of a file outside the library nothing is stored.
            action.setEnabled(bool(ids))
            action.setChecked(known == {opinion})

    def toggle(self, track_id: int) -> None:
        """Like a track, or take back what the listener thinks of it."""
        if is_visitor(track_id):
            return
        if (before := self._facts.opinions.get(track_id)) is None:
            self._run({track_id: Opinion.LIKED})
        elif before is Opinion.LIKED:
            self._run({track_id: None})
        else:
            self._change((track_id,), before, wanted=False)

    def _choose(self, opinion: Opinion, checked: bool) -> None:
        if ids := self._selected():
            self._change(ids, opinion, wanted=checked)

    def _change(self, ids: Sequence[int], opinion: Opinion, *, wanted: bool) -> None:
        before = {track_id: self._facts.opinions.get(track_id) for track_id in ids}

        def tell(_: None) -> None:
            self._messages.tell(
                formats.counted("opinions", len(ids), *_TOLD[opinion, wanted]),
                action=self.tr("Undo"),
                on_action=lambda: self._run(before),
            )

        self._run(dict.fromkeys(ids, opinion if wanted else None), tell)

    def _run(
        self,
        wanted: Mapping[int, Opinion | None],
        then: Callable[[None], None] = lambda _: None,
    ) -> None:
        self._bridge.record(lambda: self._opinions.set_tracks(wanted), then, self._messages.fail)


def make_checkable(action: QAction, opinion: Opinion, theme: Theme) -> None:
    """Make an action checkable; its icon shows whether it is checked, since menus draw no tick beside an icon."""

    def show(checked: bool) -> None:
        if opinion is Opinion.BANNED:
            theme.set_icon(action, "ban", "accent" if checked else "text")
        elif checked:
            theme.set_icon(action, "heart-filled", "accent")
        else:
            theme.set_icon(action, "heart")

    action.setCheckable(True)
    action.toggled.connect(show)
    show(False)


class PlayingOpinion(QObject):
    """The heart beside the track in the player."""

    def __init__(
        self, player: Player, actions: OpinionActions, facts: TrackFacts, theme: Theme
    ) -> None:
        super().__init__(actions)
        self._player = player
        self._facts = facts
        self._theme = theme
        self.action = QAction(self.tr("Like"), self)
        self.action.setCheckable(True)
        self.action.triggered.connect(
            lambda: None if player.track is None else actions.toggle(player.track.id)
        )
        player.track_changed.connect(self._show)
        facts.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        track, action = self._player.track, self.action
        known = track is not None and not is_visitor(track.id)
        opinion = self._facts.opinions.get(track.id) if track is not None else None
        action.setEnabled(known)
        action.setChecked(opinion is Opinion.LIKED)
        texts = {
            Opinion.LIKED: self.tr("You like this track: click to take it back"),
            Opinion.BANNED: self.tr("Never played in lists: click to let it in again"),
            None: self.tr("Like this track"),
        }
        action.setText(texts[opinion])
        unknown = self.tr("This track is not in your library: add its folder to like it.")
        tip = texts[opinion] if known or track is None else unknown
        action.setToolTip(plain_tooltip(tip))
        icons = {
            Opinion.LIKED: ("heart-filled", "accent"),
            Opinion.BANNED: ("ban", "text"),
            None: ("heart", "text"),
        }
        self._theme.set_icon(action, *icons[opinion])
