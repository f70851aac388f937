"""Workers that start in a fraction of a second: forked from a process that has imported what they need.

Each is a process of its own all the same, and does all that a listener's does. Elsewhere each imports TensorFlow and
Chroma, which takes five seconds of processor time.
"""

from __future__ import annotations

import os
from multiprocessing import context, forkserver, set_forkserver_preload
from pathlib import Path
from typing import Any

import pytest

PRELOADED = "preloaded_worker"


class WarmContext(context.ForkServerContext):
    """Starts processes as `multiprocessing.get_context("spawn")` does, but for the imports."""

    def Process(self, *arguments: Any, **options: Any) -> Any:  # noqa: N802 (multiprocessing's name)
        set_forkserver_preload([PRELOADED])
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
            forkserver.ensure_running()
        return context.ForkServerProcess(*arguments, **options)
