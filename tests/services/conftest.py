from collections.abc import Iterator
from pathlib import Path

import pytest

from musicsim.base.events import Event, Events
from musicsim.library.catalogue.catalogue import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = Catalogue(tmp_path)
    yield made
    made.close()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def told(events: Events) -> list[Event]:
    """The events so far."""
    emitted: list[Event] = []
    events.subscribe(emitted.append)
    return emitted
