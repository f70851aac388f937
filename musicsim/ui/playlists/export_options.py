"""Choices of the export dialog, as they are remembered."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings

from musicsim.playlists.files.formats import WRITTEN
from musicsim.playlists.files.locations import PathStyle, Prefix, Slashes

_KEY = "export"


class Paths(enum.StrEnum):
    """The paths in a playlist file."""

    RELATIVE = "relative"
    ABSOLUTE = "absolute"
    REPLACED = "replaced"
    """Absolute where it is played: another folder stands for the music folder."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How playlists are exported.

    Attributes
    ----------
    suffix
        Tells the format.
    paths, slashes
        The paths in a playlist file; without `slashes`, they suit the paths.
    old, new
        The prefix that is replaced, as it is typed.
    copy_folder
        Where the music was copied to last; empty for nowhere.
    numbered
        Whether the names of copies begin with a number.
    """

    suffix: str = ".m3u8"
    paths: Paths = Paths.RELATIVE
    slashes: Slashes | None = None
    old: str = ""
    new: str = ""
    copy_folder: str = ""
    numbered: bool = False

    @property
    def style(self) -> PathStyle:
        """The paths in a playlist file."""
        prefix = Prefix(Path(self.old), self.new) if self.paths is Paths.REPLACED else None
        return PathStyle(self.paths is Paths.ABSOLUTE, prefix, self.slashes)

    @classmethod
    def load(cls, settings: QSettings) -> ExportOptions:
        """Return the remembered choices."""

        def text(key: str) -> str:
            return str(settings.value(f"{_KEY}/{key}") or "")

        suffix, paths, slashes = text("suffix"), text("paths"), text("slashes")
        return cls(
            suffix if suffix in WRITTEN else ".m3u8",
            Paths(paths) if paths in set(Paths) else Paths.RELATIVE,
            Slashes(slashes) if slashes in set(Slashes) else None,
            text("old"),
            text("new"),
            text("copy_folder"),
            text("numbered") == "true",
        )

    def save(self, settings: QSettings) -> None:
        """Remember the choices."""
        for key, value in (
            ("suffix", self.suffix),
            ("paths", self.paths.value),
            ("slashes", self.slashes.value if self.slashes else ""),
            ("old", self.old),
            ("new", self.new),
            ("copy_folder", self.copy_folder),
            ("numbered", "true" if self.numbered else ""),
        ):
            settings.setValue(f"{_KEY}/{key}", value)
