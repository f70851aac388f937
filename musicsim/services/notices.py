"""Reporting errors in background threads to the listener."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, Notice

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def told_of(topic: str, events: Events) -> Iterator[None]:
    """Emit a notice about an error in the block, or withdraw an earlier one; the thread continues."""
    try:
        yield
    except MusicsimError as error:
        _log.warning("%s", error)
        events.emit(Notice(topic, str(error)))
    except Exception as error:  # noqa: BLE001 (a bug must not end the thread and its later work)
        _log.exception("what tells of the %s failed", topic)
        events.emit(Notice(topic, f"musicsim failed: {error!r}. Please report it."))
    else:
        events.emit(Notice(topic, ""))
