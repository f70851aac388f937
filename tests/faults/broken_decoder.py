"""A worker whose decoder does something to itself on one file."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from musicsim.audio import sampling
from musicsim.worker.process import serve

CULPRIT = "0003.wav"
DEEDS = {
    "abort": os.abort,
    "segmentation fault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "hang": lambda: time.sleep(1e6),
}


def serve_with(deed: str, *arguments: Any) -> None:
    """Take the place of the worker's `serve`."""
    open_audio = sampling.open_audio

    def open_or_die(path: Path) -> Any:
        if path.name == CULPRIT:
            DEEDS[deed]()
        return open_audio(path)

    sampling.open_audio = open_or_die
    serve(*arguments)
