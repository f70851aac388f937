"""Commands for a whole smart playlist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.base.errors import MusicsimError
from musicsim.playlists.smart.rules import Field, Group, SmartRules, SoundRule, TextMatch, TextRule
from musicsim.playlists.smart.syntax import LIKENESS
from musicsim.services.making.smart_lists import SmartContent, SmartList
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.smart_editor import SmartEditor
from musicsim.ui.playlists.smart_kept import SmartPlaylists
from musicsim.ui.playlists.track_picker import TrackPicker
from musicsim.ui.tracks.store import TrackStore


class SmartCommands(QObject):
    """Smart playlist commands shared by the sidebar and the page."""

    list_wanted = Signal(int)
    """Request to show this smart playlist."""

    def __init__(
        self,
        store: TrackStore,
        smart: SmartPlaylists,
        actions: TrackActions,
        exporter: Exporter,
        messages: Messages,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.smart = smart
        self._store = store
        self._actions = actions
        self._exporter = exporter
        self._messages = messages
        self._theme = theme
        self._window = window
        self.editor: SmartEditor | None = None
        """The editor that was opened last."""

    def create(self, track_ids: Sequence[int] = ()) -> None:
        """Let the listener make a smart playlist; with tracks, one that sounds like them."""
        seeds = tuple(self._store.in_library(track_ids))
        rule = SoundRule(seeds, LIKENESS) if seeds else TextRule(Field.GENRE, TextMatch.IS, ())
        self._open_editor(None, self.tr("New smart playlist"), SmartRules(Group((rule,))))

    def edit(self, list_id: int) -> None:
        """Let the listener change a smart playlist."""
        if (found := self.smart.get(list_id)) is not None:
            self._open_editor(found, found.name, found.rules)

    def play(self, list_id: int) -> None:
        """Play a smart playlist from its beginning."""
        self._with_tracks(list_id, self._actions.play)

    def enqueue(self, list_id: int) -> None:
        """Add a smart playlist's tracks to the queue."""
        self._with_tracks(list_id, self._actions.enqueue)

    def keep(self, list_id: int) -> None:
        """Keep a smart playlist's tracks of now as an ordinary playlist."""
        found = self.smart.get(list_id)
        name = found.name if found else ""
        self._with_tracks(list_id, lambda ids: self._actions.save_as_playlist(ids, name))

    def export(self, list_id: int) -> None:
        """Write a smart playlist's tracks to a file."""
        found = self.smart.get(list_id)
        name = found.name if found else ""
        self._with_tracks(list_id, lambda ids: self._exporter.export(name, self._store.tracks(ids)))

    def duplicate(self, list_id: int) -> None:
        """Make a copy, and show it."""
        with self._messages.reporting():
            self.list_wanted.emit(self.smart.duplicate(list_id).id)

    def restore(self, list_id: int) -> None:
        """Give one that every library has its own rules back, and offer to undo it."""
        if (found := self.smart.get(list_id)) is None:
            return
        with self._messages.reporting():
            self.smart.restore(list_id)
            self._tell_undoable(
                self.tr("“{0}” has its own rules again.").format(found.name),
                lambda: self.smart.change(list_id, rules=found.rules),
            )

    def delete(self, list_id: int) -> None:
        """Delete a smart playlist, or hide one that every library has; offer to undo it."""
        found = self.smart.get(list_id)
        if found is None:
            return
        with self._messages.reporting():
            if found.ready_made is not None:
                self.smart.hide(list_id)
                text = self.tr("“{0}” is hidden. The menu of any smart playlist brings it back.")
                self._tell_undoable(
                    text.format(found.name), lambda: self.smart.hide(list_id, False)
                )
            else:
                self.smart.delete(list_id)
                text = self.tr("Deleted the smart playlist “{0}”.")
                self._tell_undoable(text.format(found.name), lambda: self._bring_back(found))

    def open_new_menu(self, place: QPoint) -> None:
        """Open the menu to make a smart playlist or to show a hidden one; without hidden ones, make one."""
        if not self.smart.hidden:
            self.create()
            return
        menu = self._menu()
        new = menu.addAction(self._theme.icon("add"), self.tr("New smart playlist…"))
        new.triggered.connect(lambda: self.create())
        self._add_hidden(menu)
        menu.popup(place)

    def open_menu(self, list_id: int, place: QPoint) -> None:
        """Open a smart playlist's menu at a screen position."""
        if (found := self.smart.get(list_id)) is None:
            return
        menu = self._menu()
        is_ready_made = found.ready_made is not None
        entries: list[tuple[str, str, Callable[[int], None]] | None] = [
            (self.tr("Play"), "play", self.play),
            (self.tr("Add to queue"), "queue", self.enqueue),
            None,
            (self.tr("Edit rules…"), "rename", self.edit),
            (self.tr("Duplicate"), "copy", self.duplicate),
            (self.tr("Keep as an ordinary playlist…"), "playlist", self.keep),
            (self.tr("Export…"), "export", self.export),
            None,
        ]
        if found.is_edited:
            entries.append((self.tr("Bring its own rules back"), "refresh", self.restore))
        text = self.tr("Hide") if is_ready_made else self.tr("Delete")
        entries.append((text, "close" if is_ready_made else "delete", self.delete))
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            action = menu.addAction(self._theme.icon(entry[1]), entry[0])
            action.triggered.connect(lambda _, do=entry[2]: do(list_id))
        self._add_hidden(menu)
        menu.popup(place)

    def _add_hidden(self, menu: QMenu) -> None:
        if not self.smart.hidden:
            return
        menu.addSeparator()
        hidden = menu.addMenu(self.tr("Show hidden"))
        for each in self.smart.hidden:
            # In a menu, a single "&" marks the shortcut key.
            action = hidden.addAction(each.name.replace("&", "&&"))
            action.triggered.connect(lambda _, list_id=each.id: self._unhide(list_id))

    def _unhide(self, list_id: int) -> None:
        with self._messages.reporting():
            self.smart.hide(list_id, False)
            self.list_wanted.emit(list_id)

    def _menu(self) -> QMenu:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _with_tracks(self, list_id: int, do: Callable[[Sequence[int]], Any]) -> None:
        """Find a smart playlist's tracks, and do something with them."""
        # What the listener sees; found again, it might be others.
        content = self.smart.content(list_id)
        if content is not None and content.track_ids:
            do(content.track_ids)
            return

        def use(found: SmartContent) -> None:
            if found.track_ids:
                do(found.track_ids)
            else:
                self._messages.tell(self.tr("There is no track in this smart playlist now."))

        self.smart.ask_content(list_id, use, self._messages.fail)

    def _open_editor(self, edited: SmartList | None, name: str, rules: SmartRules) -> None:
        editor = SmartEditor(
            edited, name, rules, self.smart, self._store, self._pick, self._theme, self._window
        )

        def save(new_name: str, new_rules: SmartRules) -> None:
            try:
                if edited is None:
                    shown = self.smart.create(new_name, new_rules).id
                else:
                    shown = edited.id
                    self.smart.change(
                        shown,
                        name=new_name if new_name != edited.name else None,
                        rules=new_rules if new_rules != rules or edited.problem else None,
                    )
            except MusicsimError as error:
                editor.fail(error)
                return
            editor.accept()
            self.list_wanted.emit(shown)

        editor.saved.connect(save)
        self.editor = editor
        editor.setModal(True)
        editor.show()
        if edited is None:
            editor.name.selectAll()
            editor.name.setFocus()

    def _pick(self, parent: QWidget, chosen: Sequence[int]) -> list[int] | None:
        picker = TrackPicker(self._store, chosen, self._theme, parent)
        accepted = picker.exec()
        ids = picker.chosen_ids()
        picker.deleteLater()
        return ids if accepted else None

    def _tell_undoable(self, text: str, undo: Callable[[], Any]) -> None:
        def undo_reporting() -> None:
            with self._messages.reporting():
                undo()

        self._messages.tell(text, action=self.tr("Undo"), on_action=undo_reporting)

    def _bring_back(self, deleted: SmartList) -> None:
        self.list_wanted.emit(self.smart.create(deleted.name, deleted.rules).id)
