"""Producing items in another thread, so that decoding continues while the network is busy."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    failure: BaseException | None = None


def read_ahead(items: Iterable[T], size: int = 2) -> Generator[T, None, None]:
    """Yield `items`, produced by another thread up to `size` ahead of their use.

    The thread starts when the first item is requested. It ends after the last item, or when the returned iterator is
    closed or garbage-collected. Then it also closes `items`, if they have a `close` method. An exception from `items`
    is raised here, after the items before it.

    Parameters
    ----------
    items
        Items that are slow to produce; used by that thread only.
    size
        How many items may wait; this bounds the memory used.

    Examples
    --------
    >>> with contextlib.closing(read_ahead(read_blocks(path))) as blocks:
    ...     for embeddings, timestamps in embed_blocks(model, blocks):
    ...         ...
    """
    made: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
    room = threading.Semaphore(size - 1)
    stopping = threading.Event()

    def make() -> None:
        end = _End()
        try:
            for item in items:
                made.put(item)
                room.acquire()
                if stopping.is_set():
                    break
            if (close := getattr(items, "close", None)) is not None:
                close()
        except BaseException as error:  # noqa: BLE001 (raised again where the items are used)
            end = _End(error)
        made.put(end)

    # A daemon, so that an iterator that is never closed doesn't keep the program from ending.
    thread = threading.Thread(target=make, name="read-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := made.get(), _End):
            room.release()
            yield item
        if item.failure is not None:
            raise item.failure
    finally:
        stopping.set()
        room.release()
        thread.join()
