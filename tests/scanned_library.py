"""A catalogue, a scanner and a music folder, for the tests of what scans do."""

from __future__ import annotations

from pathlib import Path

from musicsim.base.events import Events
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.scanning.scanner import Scanner


class Library:
    """A catalogue, a scanner and a music folder with files that differ."""

    def __init__(self, folder: Path) -> None:
        self.music = folder / "music"
        self.music.mkdir()
        self.catalogue = Catalogue(folder)
        self.events: list[object] = []
        events = Events()
        events.subscribe(self.events.append)
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        self.identity = SoundIdentity(self.catalogue, self.embeddings)
        self.scanner = Scanner(self.catalogue, self.identity, events)

    def file(self, name: str, content: bytes | None = None) -> Path:
        path = self.music / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape") if content is None else content)
        return path

    def scan(self):
        return self.scanner.scan([self.music])

    def paths(self, *, missing: bool = False) -> set[str]:
        return {
            str(track.path.relative_to(self.music))
            for track in self.catalogue.tracks.all()
            if track.missing == missing
        }
