"""Logs stay within a bound while processes run, and several may write to one."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from musicsim.base.logs import LONGEST_LOG, BoundedLog

BOUND = LONGEST_LOG + 70_000

WRITE = """
import faulthandler, logging, sys
from pathlib import Path
from musicsim.base.logs import BoundedLog
handler = BoundedLog(Path(sys.argv[1]))
logging.basicConfig(handlers=[handler], format="%(message)s")
faulthandler.enable(handler.stream)
for n in range(2000):
    logging.warning("%s %d %s", sys.argv[2], n, "x" * 990)
if sys.argv[2] == "crash":
    faulthandler._sigsegv()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def log(handler: BoundedLog, text: str) -> None:
    handler.handle(logging.LogRecord("name", logging.WARNING, "file", 1, text, None, None))


def sizes(path: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in path.parent.iterdir()}


def test_a_log_does_not_grow_while_its_process_runs(path):
    handler = BoundedLog(path)
    for n in range(5000):
        log(handler, f"{n} {'x' * 990}")
    handler.close()
    assert set(sizes(path)) == {"worker.log", "worker.log.old"}
    assert all(size <= BOUND for size in sizes(path).values())
    # The last entries are there, which may say why it crashed.
    lines = (path.with_suffix(".log.old").read_text() + path.read_text()).splitlines()
    numbers = [int(line.split()[0]) for line in lines[1:]]
    assert numbers == list(range(numbers[0], 5000))
    assert len(numbers) > 1000


def test_a_log_that_a_killed_process_left_too_long_is_cut(path):
    path.write_text("x" * 3 * LONGEST_LOG + "the end")
    BoundedLog(path).close()
    assert sizes(path) == {"worker.log": 0, "worker.log.old": LONGEST_LOG}
    assert path.with_suffix(".log.old").read_text().endswith("the end")


def test_a_message_is_cut_to_its_end(path):
    handler = BoundedLog(path)
    log(handler, "x" * 10**7 + "ValueError: the end")
    handler.close()
    assert path.stat().st_size <= BOUND - LONGEST_LOG
    assert path.read_text().rstrip().endswith("ValueError: the end")


def test_several_processes_write_to_one_log(path):
    names = ["one", "two", "three"]
    processes = [subprocess.Popen([sys.executable, "-c", WRITE, path, name]) for name in names]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert set(sizes(path)) == {"worker.log", "worker.log.old"}
    assert all(size <= BOUND for size in sizes(path).values())
    # No line is mixed with another.
    lines = (path.with_suffix(".log.old").read_text() + path.read_text()).splitlines()[1:]
    assert {line.split()[0] for line in lines} <= set(names)
    assert all(line.endswith(" " + "x" * 990) for line in lines)


def test_a_crash_is_traced_after_the_log_was_emptied(path):
    assert subprocess.run([sys.executable, "-c", WRITE, path, "crash"]).returncode < 0
    assert "Segmentation fault" in path.read_text()


@pytest.mark.parametrize("afresh", [False, True])
def test_a_log_that_cant_be_written_is_no_obstacle(path, afresh):
    path.mkdir()
    handler = BoundedLog(path, afresh=afresh)
    log(handler, "nothing")
    handler.close()
    assert sizes(path) == {"worker.log": path.stat().st_size}


def test_a_log_stays_small_where_the_old_one_cant_be_kept(path):
    path.with_suffix(".log.old").mkdir()
    path.write_text("x" * 2 * LONGEST_LOG)
    handler = BoundedLog(path)
    log(handler, "here")
    handler.close()
    assert path.read_text() == "here\n"


def test_a_log_may_begin_afresh(path):
    path.write_text("before\n")
    handler = BoundedLog(path, afresh=True)
    log(handler, "caf\udce9")
    handler.close()
    assert path.read_text() == "caf\\udce9\n"
