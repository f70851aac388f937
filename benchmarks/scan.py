"""Measure a first and a second scan of a music folder: time, tracks a second, and the memory of all processes.

    python benchmarks/scan.py FOLDER

The library is in a temporary data folder. Memory is the proportional set size, which counts a page shared by several
processes once; Linux only. `engine.py` and `decoding.py` compare the single stages.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

SAMPLE_SECONDS = 0.1


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            found += family(int(child))
    return found


def memory(pid: int) -> float:
    """Return the memory of a process and all its descendants, in MB."""
    kilobytes = 0
    for process in family(pid):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def scan(data: Path, folder: Path) -> tuple[float, float, dict[str, object]]:
    """Scan in a separate process; return its seconds, its peak memory in MB, and its results."""
    command = [sys.executable, "-m", "musicsim", "--data", data, "scan", folder, "--json"]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output: list[str] = []
    reader = threading.Thread(target=lambda: output.append(process.communicate()[0]))
    reader.start()
    peak = 0.0
    while reader.is_alive():
        peak = max(peak, memory(process.pid))
        reader.join(SAMPLE_SECONDS)
    return time.monotonic() - began, peak, json.loads(output[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    table = Table("Scan", "Added", "Unchanged", "Failed", "Seconds", "Tracks a second", "Peak MB")
    with tempfile.TemporaryDirectory() as data:
        for name in ("first", "second"):
            seconds, peak, found = scan(Path(data), folder)
            tracks = int(str(found["tracks"]))
            table.add_row(
                name,
                str(found["added"]),
                str(found["unchanged"]),
                str(len(found["failed"])),  # type: ignore[arg-type]
                f"{seconds:.2f}",
                f"{tracks / seconds:.1f}",
                f"{peak:.0f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
