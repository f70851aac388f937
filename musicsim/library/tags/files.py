"""Having mutagen read a file, whatever is wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import mutagen

from musicsim.errors import display_path

T = TypeVar("T")

_log = logging.getLogger(__name__)


def read_by(path: Path, read: Callable[[Any], T], otherwise: T) -> T:
    """What `read` makes of mutagen's file; `otherwise` where mutagen knows none, or finds it damaged.

    Raises
    ------
    OSError
        If the file can't be opened.
    """
    with path.open("rb") as file:
        try:
            # An open file, so that a name that is not text is no obstacle; mutagen sees `name` for the type.
            found = mutagen.File(file)
            return otherwise if found is None else read(found)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 (mutagen raises errors of many kinds on damaged files)
            _log.info("no tags in %s: %r", display_path(path), error)
            return otherwise
