"""Opening of files from the command line, a file manager, another program, or dropped on the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, QObject

from musicsim.base.errors import display_path
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dropping import dropped_uris, paths_of
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playback.player import Player
from musicsim.ui.settings.folders import FolderCommands
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.opened_files import OpenedFile, OpenedFiles, OpenedPlaylist, Unplayable

_NAMED = 3
"""Most files that a message names; the others are counted."""


class Opener(QObject):
    """Opener that plays or queues files, adds folders to the library, and reports what can't be played.

    Another thread looks at the files, since a slow disk must not hold up the window. If there are many, the first ones
    play while the rest is looked at.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        folders: FolderCommands,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._bridge = bridge
        self._store = store
        self._player = player
        self._folders = folders
        self._messages = messages
        self._last: _Opening | None = None
        """Last request to play: earlier requests must not replace it later."""

    def play(self, paths: Sequence[Path], addresses: Sequence[str] = ()) -> None:
        """Play files in this order, in place of the queue.

        Parameters
        ----------
        paths
            Absolute: files, playlists, and folders to add to the library.
        addresses
            Other addresses to open, which are no files on this computer: they are reported as unplayable.
        """
        if paths or addresses:
            self._last = _Opening(OpenedFiles(paths, self._catalogue), addresses)
            self._look(self._last)

    def enqueue(
        self, paths: Sequence[Path], row: int | None = None, addresses: Sequence[str] = ()
    ) -> None:
        """Queue files before a row or, without one, after those queued by hand; if the player is empty, play these."""
        if paths or addresses:
            files = OpenedFiles(paths, self._catalogue)
            self._look(_Opening(files, addresses, enqueue=True, row=row))

    def play_uris(self, uris: Sequence[str]) -> None:
        """Play the files of `file:` addresses."""
        self.play(*paths_of(uris))

    def drop(self, data: QMimeData, row: int | None = None) -> None:
        """Open what was dropped on the window, or before a row of the queue."""
        paths, others = paths_of(dropped_uris(data))
        if row is None:
            self.play(paths, others)
        else:
            self.enqueue(paths, row, others)

    def _look(self, opening: _Opening) -> None:
        self._bridge.do(
            opening.files.more, lambda found: self._take(opening, found), self._messages.fail
        )

    def _take(self, opening: _Opening, found: Sequence[OpenedFile]) -> None:
        ids = [self._store.take(file.path, file.known, file.hints).id for file in found]
        if ids and opening.enqueue:
            self._put_into_queue(opening, ids)
        elif ids:
            self._play(opening, ids)
        if not opening.files.done:
            self._look(opening)
            return
        for folder in opening.files.folders:
            self._folders.add(folder)
        text = _told(opening.files, opening.addresses)
        if text and opening.files.folders:
            # After the folders' messages, which would replace it.
            self._bridge.do(lambda: text, self._messages.fail, self._messages.fail)
        elif text:
            self._messages.fail(text)

    def _play(self, opening: _Opening, ids: Sequence[int]) -> None:
        queue = self._player.queue
        if opening.revision is None:
            if opening is self._last:
                self._player.play(ids)
            opening.revision = queue.revision if opening is self._last else -1
        elif opening.revision == queue.revision:
            queue.extend(ids)

    def _put_into_queue(self, opening: _Opening, ids: Sequence[int]) -> None:
        upcoming = self._player.queue.upcoming
        if opening.row is None:
            self._player.enqueue(ids)
            return
        # The queue may have become shorter in the meantime.
        row = min(opening.row, upcoming.rowCount())
        upcoming.insert(row, ids)
        opening.row = row + len(ids)


class _Opening:
    """Files that are being opened."""

    def __init__(
        self,
        files: OpenedFiles,
        addresses: Sequence[str],
        *,
        enqueue: bool = False,
        row: int | None = None,
    ) -> None:
        self.files = files
        self.addresses = addresses
        self.enqueue = enqueue
        self.row = row
        self.revision: int | None = None
        """The queue's revision when these files began to play."""


def _told(files: OpenedFiles, addresses: Sequence[str]) -> str:
    """Return what can't be played, in words; empty if everything can."""
    texts = [str(error) for error in files.errors]
    if addresses:
        texts.append(_not_here(addresses))
    if files.unplayable:
        texts.append(_of_files(files.unplayable))
    texts += [text for playlist in files.playlists if (text := _of_playlist(playlist))]
    return "\n".join(texts)


def _not_here(addresses: Sequence[str]) -> str:
    text = _tr("musicsim plays files on this computer, and so not {0}.")
    return text.format(_some([_shown(address) for address in addresses]))


def _of_files(unplayable: Sequence[Unplayable]) -> str:
    if len(unplayable) == 1:
        (file,) = unplayable
        return _tr("{0} can’t be played: {1}.").format(_shown(file.path), file.reason)
    text = formats.counted(
        "opening",
        len(unplayable),
        "%n file can’t be played: {0}.",
        "%n files can’t be played: {0}.",
    )
    return text.format(_some([f"{_shown(file.path.name)} ({file.reason})" for file in unplayable]))


def _of_playlist(playlist: OpenedPlaylist) -> str:
    name = _shown(playlist.path.name)
    others = [_not_here(playlist.elsewhere)] if playlist.elsewhere else []
    if not playlist.lost:
        if playlist.found:
            return "".join(others)
        if others:
            text = _tr(
                "The playlist “{0}” has only addresses on the network, which musicsim doesn’t play: {1}."
            )
            return text.format(name, _some([_shown(address) for address in playlist.elsewhere]))
        return _tr("The playlist “{0}” is empty.").format(name)
    text = formats.counted(
        "opening",
        len(playlist.lost),
        "%n of the {0} entries of “{1}” can’t be played: {2}.",
        "%n of the {0} entries of “{1}” can’t be played: {2}.",
    )
    lost = _some([f"{_shown(file.path.name)} ({file.reason})" for file in playlist.lost])
    return "\n".join((text.format(formats.number(playlist.entries), name, lost), *others))


def _some(names: Sequence[str]) -> str:
    """Return the first few names, and the number of the others."""
    named, more = ", ".join(names[:_NAMED]), len(names) - _NAMED
    return _tr("{0} and {1} more").format(named, formats.number(more)) if more > 0 else named


def _shown(name: str | Path) -> str:
    # A name may have 255 characters, and a path 4,096.
    text = display_path(name)
    return text if len(text) <= 200 else f"{text[:100]}…{text[-99:]}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("opening", text)
