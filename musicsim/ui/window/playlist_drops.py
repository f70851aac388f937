"""Files and playlists of other programs that are dropped on a playlist."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QObject

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.ui.commands.actions import not_in_library
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dropping import dropped_uris, paths_of
from musicsim.ui.kit.messages import Messages
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.window.opened_files import OpenedFile, OpenedFiles


class PlaylistDrops(QObject):
    """Puts the library's tracks of dropped files into the playlist that is shown.

    Another thread looks at the files, since a slow disk must not hold up the window.
    """

    def __init__(
        self,
        page: PlaylistPage,
        catalogue: Catalogue,
        bridge: Bridge,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._catalogue = catalogue
        self._bridge = bridge
        self._messages = messages
        page.files_dropped.connect(self._take)

    def _take(self, data: QMimeData, row: int) -> None:
        paths, _ = paths_of(dropped_uris(data))
        playlist = self._page.playlist
        if playlist is None:
            return
        files = OpenedFiles(paths, self._catalogue)

        def look() -> list[OpenedFile]:
            found: list[OpenedFile] = []
            while not files.done:
                found += files.more()
            return found

        self._bridge.do(
            look, lambda found: self._put(playlist.id, row, found, files), self._messages.fail
        )

    def _put(
        self, playlist_id: int, row: int, found: Sequence[OpenedFile], files: OpenedFiles
    ) -> None:
        shown = self._page.playlist
        if shown is None or shown.id != playlist_id:
            self._messages.fail(self.tr("Another playlist was opened, so nothing was added."))
            return
        ids = [file.known.id for file in found if file.known is not None]
        # The list may have become shorter in the meantime.
        self._page.list.insert(min(row, self._page.list.rowCount()), ids)
        lost = sum(len(playlist.lost) for playlist in files.playlists) + len(files.unplayable)
        texts = [str(error) for error in files.errors]
        if strangers := len(found) - len(ids):
            texts.append(not_in_library(strangers))
        if lost:
            texts.append(self.tr("Files that are not there, or are no music: {0}.").format(lost))
        if files.folders:
            texts.append(
                self.tr("A folder can’t be put into a playlist. Add it to your music folders.")
            )
        if texts:
            self._messages.fail("\n".join(texts))
