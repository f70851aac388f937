"""Starting processes of our own, safe from what lies in the current folder."""

from __future__ import annotations

import os
import threading
from multiprocessing.process import BaseProcess

_SAFE_PATH = "PYTHONSAFEPATH"
_lock = threading.Lock()


def start_process(process: BaseProcess) -> None:
    """Start a process of `multiprocessing` that imports nothing from the current folder.

    To spawn a process, `multiprocessing` runs ``python -c``, which searches the current folder for modules before the
    standard library. A listener may run musicsim in a folder of files from strangers, such as a ``pickle.py``.
    """
    # The environment is the only way to `multiprocessing`'s own helper processes, too.
    with _lock:
        before = os.environ.get(_SAFE_PATH)
        os.environ[_SAFE_PATH] = "1"
        try:
            process.start()
        finally:
            if before is None:
                del os.environ[_SAFE_PATH]
            else:
                os.environ[_SAFE_PATH] = before
