"""The music folders of the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListView, QVBoxLayout, QWidget

from musicsim.base.errors import MusicsimError, display_path
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dialogs import ask_folder, confirm, suggested_music_folder
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button

if TYPE_CHECKING:
    from musicsim.app import Musicsim

T = TypeVar("T")


class FoldersDialog(QDialog):
    """Dialog that lists the music folders."""

    add_wanted = Signal()
    remove_wanted = Signal(object)
    """Path; the listener has confirmed it."""

    def __init__(self, app: Musicsim, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._app = app
        self._folders: list[Path] = []
        self.setWindowTitle(self.tr("Music folders"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 320)
        text = Label(
            self.tr(
                "musicsim follows these folders and the folders in them. Your files are never changed."
            )
        )
        text.setWordWrap(True)
        self._model = QStringListModel(self)
        self.list = QListView()
        self.list.setObjectName("boxed")
        self.list.setModel(self._model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName(self.tr("Music folders"))
        self.list.selectionModel().currentChanged.connect(self._enable)
        self.add = button(self.tr("Add…"), theme, "add")
        self.add.clicked.connect(self.add_wanted)
        self.remove = button(self.tr("Remove…"), theme, "delete")
        self.remove.clicked.connect(self._remove)
        done = button(self.tr("Close"), theme)
        done.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(done)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(text)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        self.refresh()

    def refresh(self) -> None:
        """Show the current folders."""
        self._folders = self._app.catalogue.folders.all()
        self._model.setStringList([display_path(folder) for folder in self._folders])
        self._enable()

    def _enable(self) -> None:
        self.remove.setEnabled(self.list.currentIndex().isValid())

    def _remove(self) -> None:
        index = self.list.currentIndex()
        if not index.isValid():
            return
        folder = self._folders[index.row()]
        question = self.tr(
            "Remove “{0}” from the library?\n\n"
            "Its tracks leave the library and the playlists, but for those with a copy in another folder. "
            "The files stay where they are."
        ).format(display_path(folder))
        if confirm(self, self.tr("Remove folder"), question, self.tr("Remove folder")):
            self.remove_wanted.emit(folder)


class FolderCommands(QObject):
    """Commands that add, remove and list the music folders.

    The work is done in another thread. Removing a large folder takes seconds, and adding one may have to wait for the
    unresponsive server of another one.
    """

    changed = Signal()
    """Folders were added or removed."""

    def __init__(
        self, app: Musicsim, bridge: Bridge, messages: Messages, theme: Theme, window: QWidget
    ) -> None:
        super().__init__(window)
        self._app = app
        self._bridge = bridge
        self._messages = messages
        self._theme = theme
        self._window = window
        self._dialog: FoldersDialog | None = None

    def add(self, folder: Path) -> None:
        """Add a music folder to the library."""
        name = display_path(folder)
        self._do(
            lambda: self._app.collection.add_folder(folder),
            self.tr("Adding {0}…").format(name),
            lambda _: self.tr("Added {0}. Tracks appear here as they are found.").format(name),
        )

    def _remove(self, folder: Path) -> None:
        name = display_path(folder)
        self._do(
            lambda: self._app.collection.remove_folder(folder),
            self.tr("Removing {0}…").format(name),
            lambda _: self.tr("Removed {0} from the library.").format(name),
        )

    def _do(self, task: Callable[[], T], doing: str, done: Callable[[T], str]) -> None:
        """Change the folders or their tracks, and report it."""

        def tell(result: T) -> None:
            self._messages.tell(done(result))
            self._show_change()

        def fail(error: MusicsimError) -> None:
            # The change may be half done.
            self._messages.fail(error)
            self._show_change()

        self._messages.tell(doing)
        self._bridge.do(task, tell, fail)

    def _show_change(self) -> None:
        self.changed.emit()
        if self._dialog is not None:
            self._dialog.refresh()

    def add_demo(self, folder: Path | None, problem: str) -> None:
        """Add the demo library, or show why there is none."""
        if folder is None:
            self._messages.fail(problem)
        else:
            self.add(folder)

    def ask(self) -> None:
        """Let the listener choose a folder to add."""
        folders = self._app.catalogue.folders.all()
        start = folders[-1] if folders else suggested_music_folder() or Path.home()
        folder = ask_folder(self._window, self.tr("Add music folder"), start)
        if folder is not None:
            self.add(folder)

    def forget_missing(self) -> None:
        """Forget the tracks whose files are gone, once the listener confirms."""
        counts = self._app.catalogue.tracks.counts()
        count = counts.missing + counts.unavailable
        if not count:
            self._messages.tell(self.tr("No track is missing."))
            return
        question = (
            formats.counted(
                "folders", count, "Forget %n missing track?", "Forget %n missing tracks?"
            )
            + "\n\n"
        )
        for folder in self._app.catalogue.folders.unavailable():
            question += (
                self.tr("“{0}” can’t be reached now: its tracks are among them.").format(
                    display_path(folder)
                )
                + "\n\n"
            )
        question += self.tr(
            "They leave the library and the playlists. If their files turn up again, they are new."
        )
        if confirm(self._window, self.tr("Forget missing tracks"), question, self.tr("Forget")):
            self._do(
                self._app.collection.forget_missing,
                self.tr("Forgetting missing tracks…"),
                lambda forgotten: formats.counted(
                    "folders", forgotten, "Forgot %n missing track.", "Forgot %n missing tracks."
                ),
            )

    def show(self) -> None:
        """Show the list of folders."""
        if self._dialog is None:
            self._dialog = FoldersDialog(self._app, self._theme, self._window)
            self._dialog.add_wanted.connect(self.ask)
            self._dialog.remove_wanted.connect(self._remove)
            self._dialog.destroyed.connect(self._forget_dialog)
        self._dialog.show()
        self._dialog.raise_()

    def _forget_dialog(self) -> None:
        self._dialog = None
