"""An assertion for all tests: nobody who needs the catalogue has to wait for a slow disk."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from musicsim.library.catalogue.database import Database

_LOOKING = ("stat", "lstat", "scandir", "listdir", "readlink", "open", "access")


class _Held(threading.local):
    """The databases whose lock this thread holds."""

    def __init__(self) -> None:
        self.databases: list[Path] = []


@contextlib.contextmanager
def forbidden_in_transactions() -> Iterator[None]:
    """Make looking at a file fail while the same thread keeps others from a database, except at the database."""
    held = _Held()
    transaction = Database.transaction

    @contextlib.contextmanager
    def noted(self: Database, **options: Any) -> Iterator[Any]:
        with transaction(self, **options) as connection:
            held.databases.append(self.path)
            try:
                yield connection
            finally:
                held.databases.pop()

    def guarded(look: Callable[..., Any]) -> Callable[..., Any]:
        def guard(path: Any = ".", *others: Any, **options: Any) -> Any:
            if held.databases and not isinstance(path, int):
                place = os.fsdecode(path)
                own = place.startswith(tuple(map(str, held.databases)))
                assert own, (
                    f"{place} is looked at in a transaction: a slow disk would hold up every reader"
                )
            return look(path, *others, **options)

        return guard

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "transaction", noted)
        for name in _LOOKING:
            patch.setattr(os, name, guarded(getattr(os, name)))
        yield
