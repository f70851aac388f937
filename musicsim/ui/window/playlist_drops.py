"""Files, folders and playlists of other programs that are dropped on playlists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject

from musicsim.base.errors import display_path
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.ui.commands.actions import not_in_library
from musicsim.ui.commands.playlist_commands import PlaylistCommands
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dropping import dropped_uris, is_playlist_file, paths_of
from musicsim.ui.kit.messages import Messages
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.playlists.playlist_tree import PlaylistModel
from musicsim.ui.window.opened_files import OpenedFile, OpenedFiles


class PlaylistDrops(QObject):
    """Puts the library's tracks of dropped files and folders into playlists.

    A playlist file is put into the playlist that is shown if it is dropped there, and imported if it is dropped on the
    tree of playlists. Another thread looks at the files, since a slow disk must not hold up the window.
    """

    def __init__(
        self,
        page: PlaylistPage,
        tree: PlaylistModel,
        commands: PlaylistCommands,
        catalogue: Catalogue,
        bridge: Bridge,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._commands = commands
        self._catalogue = catalogue
        self._bridge = bridge
        self._messages = messages
        page.files_dropped.connect(self._on_page)
        tree.files_dropped.connect(self._on_tree)

    def _on_page(self, data: QMimeData, row: int) -> None:
        paths, _ = paths_of(dropped_uris(data))
        if (playlist := self._page.playlist) is not None:
            self._find(paths, lambda ids: self._insert(playlist.id, row, ids))

    def _on_tree(self, data: QMimeData, playlist_id: int | None, folder_id: int | None) -> None:
        paths, _ = paths_of(dropped_uris(data))
        music = [path for path in paths if not is_playlist_file(path)]
        self._commands.importing.take(list(filter(is_playlist_file, paths)), folder_id)
        if music and playlist_id is not None:
            self._find(music, lambda ids: self._commands.add_tracks(playlist_id, ids))

    def _insert(self, playlist_id: int, row: int, ids: Sequence[int]) -> None:
        shown = self._page.playlist
        if shown is None or shown.id != playlist_id:
            self._messages.fail(self.tr("Another playlist was opened, so nothing was added."))
            return
        # The list may have become shorter in the meantime.
        self._page.list.insert(min(row, self._page.list.rowCount()), ids)

    def _find(self, paths: Sequence[Path], put: Callable[[list[int]], None]) -> None:
        """Find the library's tracks of files and folders, pass them on, and say what could not be put in."""
        files = OpenedFiles(paths, self._catalogue)

        def look() -> tuple[list[OpenedFile], dict[Path, list[int]]]:
            found: list[OpenedFile] = []
            while not files.done:
                found += files.more()
            known = KnownFiles(self._catalogue)
            return found, {folder: known.ids_below(folder) for folder in files.folders}

        def take(found: tuple[list[OpenedFile], dict[Path, list[int]]]) -> None:
            opened, folders = found
            ids = [file.known.id for file in opened if file.known is not None]
            strangers = len(opened) - len(ids)
            put([*ids, *(track_id for inside in folders.values() for track_id in inside)])
            if texts := self._left_out(files, strangers, folders):
                self._messages.fail("\n".join(texts))

        self._bridge.do(look, take, self._messages.fail)

    def _left_out(
        self, files: OpenedFiles, strangers: int, folders: dict[Path, list[int]]
    ) -> list[str]:
        texts = [str(error) for error in files.errors]
        if strangers:
            texts.append(not_in_library(strangers))
        if lost := sum(len(playlist.lost) for playlist in files.playlists) + len(files.unplayable):
            texts.append(self.tr("Files that are not there, or are no music: {0}.").format(lost))
        texts += [
            self.tr("The library has no music of the folder “{0}”: add it first.").format(
                display_path(folder.name)
            )
            for folder, inside in folders.items()
            if not inside
        ]
        return texts
