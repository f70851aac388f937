"""Measure how large a library may be: reading tags, scanning unchanged files, and the window, at several sizes.

    python benchmarks/library.py [TRACKS ...]

The files are tiny, have their own tags, and are in a temporary folder. The embeddings are synthetic, distributed like
those of real music. Two processes measure each size. One scans twice. The other opens the window, as large as a Full HD
screen but without one, lets it scan and watch the folders, and then types, sorts and scrolls. A keystroke, a sort and a
scrolling step last until the table is drawn. Each is done three times and the quickest counts, since machines stall now
and then; the table shows the median over all of them, and the slowest. "Stall" is the longest time without any response
of the window during the scan.

Times are those of a disk whose folders are in memory. 100,000 tracks take about ten minutes.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

SIZES = (10_000, 100_000)
STARTS = 5
ROUNDS = 3
QUERIES = ("vel", "kalo mi", "zzz", "brasha tu")
WINDOW = (1920, 1080)
HEAVY = ("tensorflow", "keras", "chromadb", "av")


def memory() -> float:
    """Return the resident memory of this process in MB; Linux only."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def seconds(task: Callable[[], object]) -> float:
    began = time.perf_counter()
    task()
    return time.perf_counter() - began


def quickest(do_all: Callable[[], list[float]]) -> list[float]:
    """Return the quickest of several rounds, for each action in a round."""
    return [min(times) for times in zip(*(do_all() for _ in range(ROUNDS)), strict=True)]


def milliseconds(times: list[float]) -> str:
    """Return the median and the slowest."""
    return f"{1000 * statistics.median(times):.0f} ms, at most {1000 * max(times):.0f}"


def scan(data: Path, music: Path) -> dict[str, Any]:
    """In a child process: scan twice, search, and return the costs."""
    from synthetic import embed_all

    from musicsim.app import Musicsim

    with Musicsim.open(data) as app:
        first = seconds(lambda: app.collection.scan([music]))
        embed_all(app)
        again = seconds(lambda: app.collection.scan([music]))
        ids = app.catalogue.tracks.ids()
        searches = [seconds(lambda i=i: app.finding.similar(i)) for i in ids[:: len(ids) // 20]]
    return {"first": first, "again": again, "similar": statistics.median(searches[1:])}


def start(data: Path, began: float) -> dict[str, Any]:
    """In a child process: open the window, and close it once it is painted."""
    return _with_window(data, lambda _, painted: {"paint": painted - began}, begin=False)


def work(data: Path, began: float) -> dict[str, Any]:
    """In a child process: open the window, let it scan the folders, and use it."""

    def use(window: Any, painted: float) -> dict[str, Any]:
        from PySide6.QtCore import QElapsedTimer, Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        from musicsim.base.events import ScanFinished

        finished: list[float] = []
        events = window._app.events
        events.subscribe(
            lambda event: (
                finished.append(time.monotonic()) if isinstance(event, ScanFinished) else None
            )
        )
        window.resize(*WINDOW)
        QApplication.processEvents()
        stall, timer = 0.0, QElapsedTimer()
        while not finished:
            timer.start()
            QApplication.processEvents()
            stall = max(stall, timer.nsecsElapsed() / 1e9)
            time.sleep(0.002)
        looked_through = finished[0] - painted
        page = window.places.library
        table = page.table

        def until_drawn(task: Callable[[], object]) -> float:
            def drawn() -> None:
                task()
                table.viewport().repaint()

            took = seconds(drawn)
            QApplication.processEvents()
            return took

        def press(key: Any) -> float:
            return until_drawn(lambda: QTest.keyClick(page.search, key))

        def type_all() -> list[float]:
            typing = []
            for query in QUERIES:
                typing += [press(letter) for letter in query]
                typing += [press(Qt.Key.Key_Backspace) for _ in query]
            return typing

        def sort_all() -> list[float]:
            return [
                until_drawn(lambda c=column, o=order: table.heading.setSortIndicator(c, o))
                for column in table.heading.order
                for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)
            ]

        def scroll_all() -> list[float]:
            bar = table.verticalScrollBar()
            steps = range(0, bar.maximum(), max(1, bar.maximum() // 100))
            return [until_drawn(lambda value=value: bar.setValue(value)) for value in steps]

        page.focus_search()
        typing, sorting, scrolling = map(quickest, (type_all, sort_all, scroll_all))
        return {
            "stall": stall,
            "looked through": looked_through,
            "typing": typing,
            "sorting": sorting,
            "scrolling": scrolling,
            "memory": memory(),
            "heavy": [name for name in HEAVY if name in sys.modules],
        }

    return _with_window(data, use, begin=True)


def _with_window(
    data: Path, use: Callable[[Any, float], dict[str, Any]], *, begin: bool
) -> dict[str, Any]:
    from musicsim.app import Musicsim

    app = Musicsim.open(data)
    if not begin:
        app.start = lambda: None
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    found: dict[str, Any] = {}

    class FirstPaint(QObject):
        seen = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            paint = event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow)
            if paint and not self.seen:
                self.seen = True
                QTimer.singleShot(0, lambda: self.report(watched))
            return False

        def report(self, window: QMainWindow) -> None:
            found.update(use(window, time.monotonic()))
            QApplication.closeAllWindows()

    application = QApplication(["musicsim"])
    watcher = FirstPaint()
    application.installEventFilter(watcher)
    from musicsim.ui.main import run_window

    run_window(app)
    return found


def child(task: str, *arguments: str | Path) -> dict[str, Any]:
    """Return the result of a child process."""
    command = [sys.executable, __file__, "--child", task, *map(str, arguments)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    output = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, text=True, env=environment
    ).stdout
    return dict(json.loads(output.strip().splitlines()[-1]))


def measure(size: int) -> list[tuple[str, str]]:
    """Return the table's rows for one size."""
    from synthetic import make_music

    with tempfile.TemporaryDirectory() as folder:
        music, data = Path(folder, "music"), Path(folder, "data")
        make_music(music, size)
        scanned = child("scan", data, music)
        starts = [child("start", data, str(time.monotonic()))["paint"] for _ in range(STARTS + 1)]
        used = child("work", data, str(time.monotonic()))
    return [
        ("Tags of new files", f"{size / scanned['first']:,.0f} files/s"),
        (
            "Unchanged files looked through",
            f"{scanned['again']:.1f} s, {size / scanned['again']:,.0f} files/s",
        ),
        ("Similar tracks, exact search", f"{1000 * scanned['similar']:.0f} ms"),
        (
            "Start to first paint",
            f"{statistics.median(starts[1:]):.2f} s ({min(starts[1:]):.2f} to {max(starts[1:]):.2f})",
        ),
        ("Folders looked through beside the window", f"{used['looked through']:.1f} s"),
        ("Stall meanwhile", f"{1000 * used['stall']:.0f} ms"),
        ("Keystroke in the search", milliseconds(used["typing"])),
        ("Sorting by a column", milliseconds(used["sorting"])),
        ("Step of scrolling", milliseconds(used["scrolling"])),
        ("Memory of the window's process", f"{used['memory']:.0f} MB"),
        ("Heavy imports in it", ", ".join(used["heavy"]) or "none"),
    ]


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "--child":
        task = {"scan": scan, "start": start, "work": work}[sys.argv[2]]
        data, other = sys.argv[3:]
        found = scan(Path(data), Path(other)) if task is scan else task(Path(data), float(other))
        print(json.dumps(found))
        return
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    columns = [measure(size) for size in sizes]
    table = Table("", *(f"{size:,} tracks" for size in sizes))
    for rows in zip(*columns, strict=True):
        table.add_row(rows[0][0], *(value for _, value in rows))
    Console().print(table)


if __name__ == "__main__":
    main()
