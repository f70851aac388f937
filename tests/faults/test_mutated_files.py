"""Thousands of spoilt files, of every format: each is embedded, or listed with a reason, and the window shows them."""

import random
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import tagged_files
from command_line import CommandLine, Told
from known_audio import EVERY_FORMAT, encode, known_file
from library import FaultyLibrary
from mutating import Mutator

SEED = 0
SECONDS = 1.3

pytestmark = pytest.mark.timeout(1200)


class Mutated(NamedTuple):
    library: FaultyLibrary
    files: set[Path]
    scan: Told

    @property
    def failed(self) -> dict[Path, str]:
        return {Path(one["path"]): one["reason"] for one in self.scan.json["failed"]}


def picture(side: int = 40) -> bytes:
    """A red square, as PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\xc8\x1e\x1e" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def write_originals(folder: Path) -> list[Path]:
    """A file of each format, with another sound and, where its format has them, tags and a cover."""
    folder.mkdir()
    files = []
    for number, (name, how) in enumerate(EVERY_FORMAT.items()):
        path = folder / f"{name}{how.suffix}"
        if how.stored:
            known_file(path, how)
        else:
            rng = np.random.default_rng(number)
            noise = rng.normal(size=round(SECONDS * how.rate))
            sound = np.convolve(noise, rng.normal(size=9), "same")
            sound = (0.1 * sound / np.abs(sound).max()).astype(np.float32)
            encode(path, sound[:, None], how)
        if (write := tagged_files.WRITERS.get(how.suffix[1:])) is not None:
            write(path)
        files.append(path)
    return files


def write_mutants(originals: list[Path], folder: Path, count: int) -> Iterator[Path]:
    """Spoilt files, one in ten with the suffix of another format."""
    contents = {path: path.read_bytes() for path in originals}
    mutator, draw = Mutator(list(contents.values()), SEED), random.Random(SEED)
    for number in range(count):
        original = draw.choice(originals)
        suffix = draw.choice(originals).suffix if draw.random() < 0.1 else original.suffix
        path = folder / f"{number // 100:02}" / f"{number:04} {original.stem}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mutator.mutate(contents[original]))
        yield path


@pytest.fixture(scope="module", params=[100, pytest.param(2000, marks=pytest.mark.stress)])
def mutated(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Mutated:
    """A library of mutated files, scanned once."""
    folder = tmp_path_factory.mktemp("mutated files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tagged_files, "PICTURE", picture())
        originals = write_originals(folder / "originals")
    files = set(write_mutants(originals, folder / "music", request.param))
    library = FaultyLibrary(folder / "music", CommandLine(folder / "data"))
    return Mutated(library, files, library.musicsim.process("scan", library.music, "--json"))


def test_each_is_embedded_or_listed_with_a_reason(mutated: Mutated):
    assert (mutated.scan.code, mutated.scan.err) == (0, "")
    embedded = {Path(path) for path in mutated.library.embedded(whole_paths=True)}
    assert embedded | mutated.failed.keys() == mutated.files
    assert not embedded & mutated.failed.keys()
    # Neither is for want of mutation, or by too much of it.
    assert min(len(embedded), len(mutated.failed)) > len(mutated.files) / 5
    status = mutated.library.musicsim("status", "--json").json
    assert (status["embedded"], status["failed"]) == (len(embedded), len(mutated.failed))
    assert status["pending"] == 0
    assert status["index"]["healthy"]
    assert mutated.library.musicsim("doctor", "--json").json["healthy"]


def test_the_reasons_are_in_plain_words(mutated: Mutated):
    warnings = {one["reason"] for one in mutated.scan.json["warnings"]}
    for reason in {*mutated.failed.values(), *warnings}:
        assert re.fullmatch(r"[a-z][\x20-\x7e]{10,120}", reason), reason
        assert not re.search(r"Error|Exception|Traceback|musicsim|[_\\<>{}()]", reason), reason


def test_the_next_scan_leaves_them_alone(mutated: Mutated):
    again = mutated.library.scan()
    assert (again["unchanged"], again["added"], again["changed"]) == (len(mutated.files), 0, 0)
    assert again["cost"]["windows"] == 0
    assert {Path(one["path"]): one["reason"] for one in again["failed"]} == mutated.failed


def test_the_window_lists_them_and_shows_their_covers(mutated: Mutated, qapp: Any, qtbot: Any):
    from PySide6.QtCore import QSettings

    from musicsim.app import Musicsim
    from musicsim.ui.kit.bridge import Bridge
    from musicsim.ui.kit.theme import Scheme, Theme
    from musicsim.ui.tracks.covers import CoverTile
    from musicsim.ui.window.main_window import MainWindow

    with Musicsim.open(mutated.library.data) as app:
        bridge = Bridge(app.events)
        settings = QSettings(str(app.data_folder / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(app, bridge, Theme(qapp, Scheme.LIGHT), settings)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        assert window.places.library.model.rowCount() == len(mutated.files)
        window.commands.problems.trigger()
        listed = window.dialogs.problems.model
        assert window.dialogs.problems.isVisible()
        problems = len(mutated.failed) + len(mutated.scan.json["warnings"])
        assert listed.rowCount() == problems
        shown = {listed.index(row, 1).data() for row in range(problems)}
        assert shown >= set(mutated.failed.values())
        window.dialogs.problems.table.scrollToBottom()
        assert not window.dialogs.problems.grab().isNull()
        tile = window.findChild(CoverTile)
        covers = 0
        for track in app.catalogue.tracks.all():
            tile.show_track(track)
            app.collection.cover(track, bytes).result(timeout=60)
            qapp.processEvents()
            covers += not tile.pixmap.isNull()
        # Of those with tags, which are most, many still have theirs.
        assert covers > len(mutated.files) / 10
        bridge.close()
