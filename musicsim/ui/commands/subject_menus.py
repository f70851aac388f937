"""Submenus for the albums and the artists of the selected tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.services.opinions import Opinions, StoredOpinion
from musicsim.ui.commands.opinions import make_checkable
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.track_model import one_line

_MOST_NAMED = 2
"""Names in a message; of more, their number tells enough."""


def make_subject_menus(
    opinions: Opinions,
    bridge: Bridge,
    messages: Messages,
    theme: Theme,
    selected: Callable[[], Sequence[int]],
    window: QWidget,
) -> dict[Subject, SubjectMenu]:
    """Return the submenus "Album" and "Artist" of the track menu.

    Parameters
    ----------
    selected
        Returns the selected tracks that are in the library.
    """
    return {
        subject: SubjectMenu(
            subject,
            opinions,
            bridge,
            messages,
            theme,
            selected,
            window,
        )
        for subject in (Subject.ALBUM, Subject.ARTIST)
    }


class SubjectMenu(QObject):
    """Submenu for the albums or artists of the selected tracks, with what the listener thinks of them.

    Another thread uses the catalogue.

    Attributes
    ----------
    menu
        The submenu.
    like, ban
        Its actions for opinions.
    """

    def __init__(
        self,
        subject: Subject,
        opinions: Opinions,
        bridge: Bridge,
        messages: Messages,
        theme: Theme,
        selected: Callable[[], Sequence[int]],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._subject = subject
        self._opinions = opinions
        self._bridge = bridge
        self._messages = messages
        self._selected = selected
        self._further: tuple[QAction, ...] = ()
        is_album = subject is Subject.ALBUM
        self.menu = QMenu(self.tr("Album") if is_album else self.tr("Artist"), window)
        theme.set_icon(self.menu.menuAction(), subject.value)
        self.like = self._action(
            self.tr("Like album") if is_album else self.tr("Like artist"), Opinion.LIKED, theme
        )
        self.ban = self._action(
            self.tr("Never play this album") if is_album else self.tr("Never play this artist"),
            Opinion.BANNED,
            theme,
        )
        self.menu.addActions([self.like, self.ban])
        self.menu.aboutToShow.connect(self._check)

    def add(self, actions: Sequence[QAction]) -> None:
        """Put actions above those for opinions; they are enabled like these, while the tags name an album or artist."""
        self._further = (*self._further, *actions)
        self.menu.insertActions(self.like, [*actions])
        self.menu.insertSeparator(self.like)

    def _action(self, text: str, opinion: Opinion, theme: Theme) -> QAction:
        made = QAction(text, self)
        make_checkable(made, opinion, theme)
        made.triggered.connect(lambda checked: self._choose(opinion, checked))
        return made

    def _check(self) -> None:
        """Check the entries that hold for all albums or artists of the selection, a moment after the menu opens."""
        ids, subject = self._selected(), self._subject
        for action in (self.like, self.ban):
            action.setChecked(False)

        def read() -> tuple[list[str], list[StoredOpinion]]:
            return self._opinions.names(ids, subject), self._opinions.about(ids, subject)

        def show(found: tuple[list[str], list[StoredOpinion]]) -> None:
            names, about = found
            for action in (*self._further, self.like, self.ban):
                action.setEnabled(bool(names))
            for action, opinion in ((self.like, Opinion.LIKED), (self.ban, Opinion.BANNED)):
                same = [each for each in about if each.opinion is opinion]
                action.setChecked(bool(names) and len(same) >= len(names))

        self._bridge.record(read, show, self._messages.fail)

    def _choose(self, opinion: Opinion, checked: bool) -> None:
        ids, subject = self._selected(), self._subject

        def change() -> tuple[list[StoredOpinion], list[str]]:
            before = self._opinions.about(ids, subject)
            if checked:
                return before, self._opinions.set_all(ids, subject, opinion)
            gone = [each for each in before if each.opinion is opinion]
            self._opinions.remove(gone)
            return gone, [each.name for each in gone]

        def tell(done: tuple[list[StoredOpinion], list[str]]) -> None:
            before, names = done
            if names:
                self._messages.tell(
                    _told(subject, opinion, names, wanted=checked),
                    action=self.tr("Undo"),
                    on_action=lambda: self._undo(ids, before, wanted=checked),
                )

        self._bridge.record(change, tell, self._messages.fail)

    def _undo(self, ids: Sequence[int], before: list[StoredOpinion], *, wanted: bool) -> None:
        def change() -> None:
            if wanted:
                self._opinions.remove(self._opinions.about(ids, self._subject))
            self._opinions.bring_back(before)

        self._bridge.record(change, lambda _: None, self._messages.fail)


def _told(subject: Subject, opinion: Opinion, names: Sequence[str], *, wanted: bool) -> str:
    tr = QCoreApplication.translate
    if len(names) > _MOST_NAMED:
        count = f"{len(names):,}"
        of_subject = {
            Subject.ALBUM: tr("opinions", "{0} albums"),
            Subject.ARTIST: tr("opinions", "{0} artists"),
        }
        what = of_subject[subject].format(count)
    else:
        quoted = [tr("opinions", "“{0}”").format(one_line(name)) for name in names]
        what = tr("opinions", " and ").join(quoted)
    texts = {
        (Opinion.LIKED, True): tr("opinions", "You like {0}."),
        (Opinion.LIKED, False): tr("opinions", "No longer liked: {0}."),
        (Opinion.BANNED, True): tr("opinions", "Never in a list that musicsim makes: {0}."),
        (Opinion.BANNED, False): tr("opinions", "In lists again: {0}."),
    }
    return texts[opinion, wanted].format(what)
