"""Starting processes of our own, safe from what lies in the current folder."""

from __future__ import annotations

import os
import sys
import threading
import types
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess

_SAFE_PATH = "PYTHONSAFEPATH"
_SPAWN = get_context("spawn")
_lock = threading.Lock()


def start_with_pipe(
    serve: Callable[..., object],
    *arguments: object,
    name: str,
    with_main: bool = True,
    context: SpawnContext = _SPAWN,
) -> tuple[BaseProcess, Connection]:
    """Start a process that is connected by a pipe, ends with this one, and imports nothing from the current folder.

    To spawn a process, `multiprocessing` runs ``python -c``, which searches the current folder for modules before the
    standard library. A listener may run musicsim in a folder of files from strangers, such as a ``pickle.py``.

    Parameters
    ----------
    serve
        A module's function; the process calls it with its end of the pipe and the arguments.
    name
        The name of the process.
    with_main
        Let it import the module ``__main__`` first, as `multiprocessing` does. Without, it starts sooner, and also from
        a script that has no ``if __name__ == "__main__"``.
    context
        Makes the process and the pipe.

    Returns
    -------
    process, pipe
        The process, and this end of the pipe.
    """
    ours, theirs = context.Pipe()
    try:
        process = context.Process(target=serve, args=(theirs, *arguments), name=name, daemon=True)
        _start(process, with_main)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _start(process: BaseProcess, with_main: bool) -> None:
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
