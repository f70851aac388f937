"""Counting the processes that tests start, which is what most of their time goes to."""

from __future__ import annotations

import sys
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

_KEY = "process starts"


class ProcessStarts:
    """Counts the processes started by this one and, under xdist, by those that run the tests."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._count = 0
        self._start = BaseProcess.start
        counter = self

        def start(process: BaseProcess) -> None:
            counter._count += 1
            counter._start(process)

        BaseProcess.start = start  # type: ignore[method-assign]
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            self._count += 1

    def pytest_sessionfinish(self) -> None:
        if (output := getattr(self._config, "workeroutput", None)) is not None:
            output[_KEY] = self._count

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._count += getattr(node, "workeroutput", {}).get(_KEY, 0)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"{self._count} processes were started by the tests")
