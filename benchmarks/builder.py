"""Measure how long the page *Make a playlist* takes from a change to the drawn list, in a large library.

    python benchmarks/builder.py [--tracks 50000] [--values 128]

The window is the real one, as large as a Full HD screen but without one, over a made-up library as in
benchmarks/playlists.py. Each change is made ten times with other seeds. "List" is the time until the new list is drawn,
"page" the longest time in which the window answered nothing, "processor" that of all threads, which counts where other
work runs beside it.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication
from radio_measures import make_large
from rich.console import Console
from rich.table import Table

from musicsim.library.query.filters import Filters
from musicsim.playlists.arranging import Order
from musicsim.services.making.drafts import Draft
from musicsim.services.making.request import Mode
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.window.main_window import MainWindow

ROUNDS = 10
_SCREEN = (1920, 1080)
_WAIT = 60.0
_TICK_MS = 5


class Heartbeat(QTimer):
    """Ticks, so that the longest pause between two ticks is the longest time in which the window answered nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = 0.0
        self.setInterval(_TICK_MS)
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.timeout.connect(self.tick)

    def begin(self) -> None:
        """Forget the pauses so far."""
        self.longest = 0.0
        self._last = time.perf_counter()

    def tick(self) -> None:
        """Note the time since the tick before."""
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def drawn(
    window: MainWindow, heartbeat: Heartbeat, change: Callable[[], None]
) -> tuple[float, float, float]:
    """Make a change; return the seconds until its list is drawn, of the longest pause, and of processor time."""
    bench = window.builder.bench
    processor, begun = time.process_time(), time.perf_counter()
    heartbeat.begin()
    change()
    while bench.is_working:
        if time.perf_counter() - begun > _WAIT:
            raise TimeoutError("no list")
        # Without waiting here, this thread would hold up the one that makes the list.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    window.builder.grab()
    heartbeat.tick()
    return time.perf_counter() - begun, heartbeat.longest, time.process_time() - processor


def changes(draft: Draft, genre: str) -> list[tuple[str, Draft]]:
    """Return changes of a draft with three seeds, by their names; one filters by a genre."""
    similar = replace(draft, seeds=draft.seeds[:1])
    rules = draft.rules
    return [
        ("similar, 25 tracks", similar),
        ("similar, 50 tracks", replace(similar, length=50)),
        ("similar, 60 minutes", replace(similar, minutes=60.0)),
        ("as found", replace(similar, order=Order.FOUND)),
        ("explore", replace(similar, variety=1.0)),
        ("another one", replace(similar, number=1)),
        ("mix of three", replace(draft, mode=Mode.MIX)),
        ("journey, 25 tracks", replace(draft, mode=Mode.JOURNEY)),
        ("journey, 50 tracks", replace(draft, mode=Mode.JOURNEY, length=50)),
        ("one per artist", replace(similar, rules=replace(rules, max_per_artist=1))),
        (
            "one genre of 40",
            replace(similar, rules=replace(rules, filters=Filters(genres=(genre,)))),
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tracks", type=int, default=50_000)
    parser.add_argument("--values", type=int, default=128)
    options = parser.parse_args()
    application = QApplication([])
    rng = random.Random(0)
    with (
        tempfile.TemporaryDirectory() as folder,
        make_large(Path(folder), options.tracks, options.values) as app,
    ):
        bridge = Bridge(app.events)
        settings = QSettings(str(Path(folder) / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(app, bridge, Theme(application), settings)
        window.resize(*_SCREEN)
        window.show()
        window.places.show_page(window.builder.key)
        ids, seeds = app.catalogue.tracks.ids(), app.playlists.seeds
        (some,) = app.catalogue.tracks.by_id(ids[:1])
        genre = some.tags.genre
        heartbeat = Heartbeat()
        heartbeat.start()
        table = Table("change", "list, ms", "most", "page, ms", "processor, ms")
        table.title = f"{options.tracks:,} tracks of {options.values} values"
        times: dict[str, list[tuple[float, float, float]]] = {}
        for _ in range(ROUNDS + 1):
            tracks = tuple(seeds.track(i) for i in rng.sample(ids, 3))
            for name, draft in changes(Draft(tracks), genre):
                times.setdefault(name, []).append(
                    drawn(window, heartbeat, partial(window.builder.bench.edit, draft))
                )
        for name, (_, *counted) in times.items():
            lists, pages, processor = (
                [1000 * value for value in column] for column in zip(*counted, strict=True)
            )
            table.add_row(
                name,
                f"{statistics.median(lists):.0f}",
                f"{max(lists):.0f}",
                f"{statistics.median(pages):.0f}",
                f"{statistics.median(processor):.0f}",
            )
        Console().print(table)
        window.close()
        bridge.close()


if __name__ == "__main__":
    main()
