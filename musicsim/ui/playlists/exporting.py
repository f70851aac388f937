"""Export of playlists to files, with the dialog that asks for the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QWidget

from musicsim.base.errors import display_path
from musicsim.library.types import Track
from musicsim.playlists.files.names import file_name
from musicsim.ui.kit import formats
from musicsim.ui.kit.dialogs import ask_new_file
from musicsim.ui.kit.messages import Messages

LAST_FOLDER = "export/folder"
_NAMED = 3
"""Most missing files that a message names; the others are counted."""


class Exporter:
    """Exporter that asks for a file and writes a playlist to it; the dialog opens in the folder used last."""

    def __init__(self, window: QWidget, messages: Messages, settings: QSettings) -> None:
        self._window = window
        self._messages = messages
        self._settings = settings

    def export(self, name: str, tracks: Sequence[Track]) -> None:
        """Write `tracks` as an M3U8 file that other players open."""
        from musicsim.playlists.files.writing import write_playlist

        tr = QCoreApplication.translate
        if not tracks:
            self._messages.fail(tr("export", "There are no tracks to export."))
            return
        folder = Path(str(self._settings.value(LAST_FOLDER) or tracks[0].path.parent))
        if not folder.is_dir() or not formats.is_text(folder):
            folder = Path.home()
        file = self.ask_for_file(folder / file_name(name, ".m3u8"))
        if file is None:
            return
        self._settings.setValue(LAST_FOLDER, str(file.parent))
        with self._messages.reporting():
            write_playlist(file, tracks, name=name)
            count = formats.counted("export", len(tracks), "%n track", "%n tracks")
            text = tr("export", "Exported {0} to {1}.").format(count, display_path(file))
            if missing := [track.path for track in tracks if track.missing]:
                text += "\n" + _of_missing(missing)
            self._messages.tell(text)

    def ask_for_file(self, suggested: Path) -> Path | None:
        """Return the file that the listener chooses, or None."""
        tr = QCoreApplication.translate
        title, kinds = tr("export", "Export playlist"), tr("export", "M3U playlists (*.m3u8 *.m3u)")
        return ask_new_file(self._window, title, kinds, suggested)


def _of_missing(paths: Sequence[Path]) -> str:
    """Return which files of a playlist are missing, in words."""
    tr = QCoreApplication.translate
    names = ", ".join(display_path(path.name) for path in paths[:_NAMED])
    if len(paths) > _NAMED:
        more = formats.number(len(paths) - _NAMED)
        names = tr("export", "{0} and {1} more").format(names, more)
    text = formats.counted(
        "export", len(paths), "%n file is missing: {0}.", "%n files are missing: {0}."
    )
    return text.format(names)
