"""Starting processes of our own, safe from what lies in the current folder."""

from __future__ import annotations

import os
import sys
import threading
import types
from multiprocessing.process import BaseProcess

_SAFE_PATH = "PYTHONSAFEPATH"
_lock = threading.Lock()


def start_process(process: BaseProcess, *, with_main: bool = True) -> None:
    """Start a process of `multiprocessing` that imports nothing from the current folder.

    To spawn a process, `multiprocessing` runs ``python -c``, which searches the current folder for modules before the
    standard library. A listener may run musicsim in a folder of files from strangers, such as a ``pickle.py``.

    Parameters
    ----------
    process
        The process; not started yet.
    with_main
        Let it import the module ``__main__`` first, as `multiprocessing` does. Without, it starts sooner, and also from
        a script that has no ``if __name__ == "__main__"``.
    """
    # The environment is the only way to `multiprocessing`'s own helper processes, too.
    with _lock:
        before, main = os.environ.get(_SAFE_PATH), sys.modules["__main__"]
        os.environ[_SAFE_PATH] = "1"
        if not with_main:
            sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            process.start()
        finally:
            sys.modules["__main__"] = main
            if before is None:
                del os.environ[_SAFE_PATH]
            else:
                os.environ[_SAFE_PATH] = before
