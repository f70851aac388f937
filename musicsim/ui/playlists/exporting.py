"""Export of playlists to files, and copies with their music, with the dialog that asks how."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtWidgets import QWidget

from musicsim.base.errors import display_path
from musicsim.library.types import Track
from musicsim.playlists.files.copy_plan import Existing, plan_copies
from musicsim.playlists.files.copying import CopyResult, Stopped
from musicsim.playlists.files.names import file_name
from musicsim.playlists.files.writing import write_playlist
from musicsim.services.making.exporting import (
    copied_text,
    outside_prefix,
    outside_text,
    without_files,
)
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.show_in_folder import show_in_folder
from musicsim.ui.playlists import copying
from musicsim.ui.playlists.export_dialog import CopyWish, ExportDialog
from musicsim.ui.playlists.export_options import ExportOptions

LAST_FOLDER = "export/folder"
_NAMED = 3
"""Most tracks that a message names; the others are counted."""


class Exporter:
    """Exporter that asks how, and writes a playlist or copies it with its music in the background.

    The dialog opens with the folder and the choices used last.
    """

    def __init__(
        self, window: QWidget, bridge: Bridge, messages: Messages, settings: QSettings
    ) -> None:
        self._window = window
        self._bridge = bridge
        self._messages = messages
        self._settings = settings
        self._options = ExportOptions.load(settings)
        self._runs: list[copying.CopyRun] = []

    def close(self) -> None:
        """Cancel what is being copied, and wait for it; no half file is left."""
        for run in self._runs:
            run.cancel()
        for run in self._runs:
            run.wait()

    def export(self, name: str, tracks: Sequence[Track], absent: Sequence[str] = ()) -> None:
        """Write `tracks` to a file that other players open, or copy them; name `absent`, which is left out."""
        tr = QCoreApplication.translate
        if not tracks:
            self._messages.fail(tr("export", "There are no tracks to export."))
            return
        folder = Path(str(self._settings.value(LAST_FOLDER) or tracks[0].path.parent))
        if not folder.is_dir() or not formats.is_text(folder):
            folder = Path.home()
        if not self._options.old:
            self._options = replace(self._options, old=_common_folder(tracks))
        wish = self.ask_for_file(folder / file_name(name, self._options.suffix))
        if isinstance(wish, CopyWish):
            self._copy(name, tracks, wish.folder)
        elif wish is not None:
            self._settings.setValue(LAST_FOLDER, str(wish.parent))
            self._write(name, tracks, absent, wish)

    def ask_for_file(self, suggested: Path) -> Path | CopyWish | None:
        """Return the file that the listener chooses, or where to copy the music to; None for nothing."""
        dialog = ExportDialog(self._window, suggested, self._options)
        try:
            if not dialog.exec():
                return None
            self._options = dialog.options
            self._options.save(self._settings)
            return dialog.wish
        finally:
            dialog.deleteLater()

    def ask_existing(self, others: tuple[str, ...]) -> Existing | None:
        """Return what the listener wants done with other files of the same names; None to cancel."""
        return copying.ask_existing(self._window, others)

    def _write(self, name: str, tracks: Sequence[Track], absent: Sequence[str], file: Path) -> None:
        tr = QCoreApplication.translate
        style = self._options.style
        with self._messages.reporting():
            write_playlist(file, tracks, name=name, style=style)
            count = formats.counted("export", len(tracks), "%n track", "%n tracks")
            exported = tr("export", "Exported {0} to {1}.").format(count, display_path(file))
            notes = ""
            if absent:
                notes += "\n" + _naming(
                    absent,
                    "%n track is left out, since it is not in your library: {0}.",
                    "%n tracks are left out, since they are not in your library: {0}.",
                )
            if outside := outside_text(outside_prefix(tracks, style), style):
                notes += "\n" + outside
            self._messages.tell(exported + notes)

            def name_missing(gone: Sequence[Track]) -> None:
                if gone:
                    names = [track.path.name for track in gone]
                    missing = _naming(
                        names, "%n file is missing: {0}.", "%n files are missing: {0}."
                    )
                    self._messages.tell(f"{exported}\n{missing}{notes}")

            # A disk may be slow, and the playlist is there already.
            self._bridge.do(lambda: without_files(tracks), name_missing, self._messages.fail)

    def _copy(self, name: str, tracks: Sequence[Track], folder: Path) -> None:
        options = self._options
        run = copying.CopyRun(
            lambda: plan_copies(
                tracks,
                folder,
                name=name,
                suffix=options.suffix,
                numbered=options.numbered,
                slashes=options.slashes,
            ),
            self._window,
        )
        dialog = copying.CopyDialog(name, self._window)

        def planned(others: tuple[str, ...]) -> None:
            existing = self.ask_existing(others) if others else Existing.SKIP
            if existing is None:
                run.cancel()
            else:
                run.go_on(existing)

        def over() -> None:
            run.wait()
            self._runs.remove(run)
            run.deleteLater()
            dialog.end()

        def done(result: CopyResult | None) -> None:
            over()
            if result is not None:
                self._tell_of(result)

        def failed(text: str) -> None:
            over()
            self._messages.fail(text)

        dialog.cancelled.connect(run.cancel)
        # The signals come from the thread that copies.
        for signal, slot in (
            (run.planned, planned),
            (run.progressed, dialog.show_progress),
            (run.done, done),
            (run.failed, failed),
        ):
            signal.connect(slot, Qt.ConnectionType.QueuedConnection)
        self._runs.append(run)
        dialog.show()
        run.start()

    def _tell_of(self, result: CopyResult) -> None:
        tr = QCoreApplication.translate
        text = copied_text(result)
        if (result.stopped and result.stopped is not Stopped.CANCELLED) or result.left_out:
            self._messages.fail(text)
            return
        shown = [result.playlist or result.folder]
        self._messages.tell(
            text,
            action=tr("export", "Show"),
            on_action=lambda: show_in_folder(shown),
        )


def _common_folder(tracks: Sequence[Track]) -> str:
    """Return the folder that holds all tracks, as a suggestion of what to replace; empty if there is none."""
    try:
        folder = os.path.commonpath([os.path.dirname(track.file) for track in tracks])  # noqa: PTH120
    except ValueError:  # several drives
        return ""
    return folder if formats.is_text(Path(folder)) else ""


def _naming(names: Sequence[str], *texts: str) -> str:
    """Return a text for one or several, with the first names and the number of the others."""
    tr = QCoreApplication.translate
    listed = ", ".join(display_path(name) for name in names[:_NAMED])
    if len(names) > _NAMED:
        more = formats.number(len(names) - _NAMED)
        listed = tr("export", "{0} and {1} more").format(listed, more)
    return formats.counted("export", len(names), *texts).format(listed)
