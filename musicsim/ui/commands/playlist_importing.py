"""Command that imports playlist files as playlists of the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from musicsim.base.errors import display_path
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES
from musicsim.services.making.importing import FoundBy, ImportedPlaylist, import_playlist
from musicsim.ui.commands.playlist_editing import PlaylistEditing
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dialogs import ask_files
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playlists.kept import Playlists

_NAMED = 3
"""Most tracks that a message names; the others are counted."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Playlist files that were read, and why others can't be imported."""

    playlists: list[ImportedPlaylist]
    problems: list[str]


class PlaylistImporting(QObject):
    """Stores the playlists in files, in a step that can be undone.

    Tracks that are not in the library stay in a playlist as missing entries. A file without any track of the library is
    refused. Another thread reads the files, since a slow disk must not hold up the window.
    """

    playlist_wanted = Signal(int)
    """Request to show this playlist."""

    def __init__(
        self,
        catalogue: Catalogue,
        bridge: Bridge,
        playlists: Playlists,
        editing: PlaylistEditing,
        messages: Messages,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._catalogue = catalogue
        self._bridge = bridge
        self._playlists = playlists
        self._editing = editing
        self._messages = messages
        self._window = window

    def ask(self, folder_id: int | None = None) -> None:
        """Let the listener choose files, and import them into a folder of playlists."""
        kinds = " ".join(f"*{suffix}" for suffix in sorted(PLAYLIST_SUFFIXES))
        kinds = self.tr("Playlists ({0})").format(kinds)
        self.take(ask_files(self._window, self.tr("Import playlists"), kinds), folder_id)

    def take(self, files: Sequence[Path], folder_id: int | None = None) -> None:
        """Import files into a folder of playlists; None means the top."""
        if files:
            self._bridge.do(
                lambda: _read(files, self._catalogue),
                lambda read: self._keep(read, folder_id),
                self._messages.fail,
            )

    def _keep(self, read: _Read, folder_id: int | None) -> None:
        if read.playlists:
            # The folder may be gone in the meantime.
            known = folder_id if self._playlists.folder(folder_id or 0) else None
            with self._messages.reporting():
                made = [
                    self._playlists.create(each.name, each.entries, known)
                    for each in read.playlists
                ]
                text = _told(read.playlists, [each.name for each in made])
                step = self._playlists.added(made, text)
                self.playlist_wanted.emit(made[0].id)
                self._editing.tell(self._playlists.arrangement, step)
        if read.problems:
            self._messages.fail("\n".join(read.problems))


def _read(files: Sequence[Path], catalogue: Catalogue) -> _Read:
    found = _Read([], [])
    for file in files:
        try:
            read = import_playlist(file, catalogue)
        except PlaylistFileError as error:
            found.problems.append(str(error))
            continue
        if read.tracks:
            found.playlists.append(read)
        else:
            found.problems.append(_why_nothing(file, read))
    return found


def _why_nothing(file: Path, read: ImportedPlaylist) -> str:
    name = display_path(file.name)
    if read.not_found:
        return formats.counted(
            "importing",
            len(read.not_found),
            "“{0}” was not imported: its only track is not in your library. Add its music folder first.",
            "“{0}” was not imported: none of its %n tracks is in your library. Add their music folder first.",
        ).format(name)
    if read.elsewhere:
        return _tr("“{0}” was not imported: it lists only addresses on the network.").format(name)
    return _tr("“{0}” was not imported: it lists nothing.").format(name)


def _told(playlists: Sequence[ImportedPlaylist], names: Sequence[str]) -> str:
    """Return what was imported, in words."""
    found = [track for each in playlists for track in each.tracks]
    lost = [each.written for playlist in playlists for each in playlist.not_found]
    what = (
        f"“{names[0]}”"
        if len(names) == 1
        else formats.counted("importing", len(names), "%n playlist", "%n playlists")
    )
    tracks = formats.counted("importing", len(found), "%n track", "%n tracks")
    texts = [_tr("Imported {0}: {1}.").format(what, tracks)]
    if by_tags := sum(each.by is FoundBy.TAGS for each in found):
        texts.append(
            formats.counted(
                "importing",
                by_tags,
                "%n was found by artist, title and length.",
                "%n were found by artist, title and length.",
            )
        )
    if lost:
        named = ", ".join(display_path(Path(name).name or name) for name in lost[:_NAMED])
        if len(lost) > _NAMED:
            named = _tr("{0} and {1} more").format(named, formats.number(len(lost) - _NAMED))
        texts.append(
            formats.counted(
                "importing",
                len(lost),
                "%n is not in your library and stays in the list as missing: {0}.",
                "%n are not in your library and stay in the list as missing: {0}.",
            ).format(named)
        )
    elsewhere = sum(len(each.elsewhere) for each in playlists)
    if elsewhere:
        texts.append(
            formats.counted(
                "importing",
                elsewhere,
                "%n address on the network is left out.",
                "%n addresses on the network are left out.",
            )
        )
    return " ".join(texts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("importing", text)
