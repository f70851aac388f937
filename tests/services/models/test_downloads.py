from contextlib import closing
from pathlib import Path

import pytest
from weights_server import SlowServer

from musicsim.base.events import Events, FetchProgress
from musicsim.embedding.fetching import FetchCancelled, FetchError
from musicsim.services.models.downloads import Downloads

NAME = "openl3-mel256-music"


@pytest.fixture
def heard() -> list[object]:
    return []


@pytest.fixture
def downloads(tmp_path: Path, heard: list[object]):
    events = Events()
    events.subscribe(heard.append)
    with closing(Downloads(tmp_path / "models", events)) as made:
        yield made


def ended(heard: list[object]) -> list[str | None]:
    return [event.problem for event in heard if isinstance(event, FetchProgress) and event.finished]


@pytest.mark.parametrize("stop", [Downloads.cancel, Downloads.close])
def test_a_silent_server_keeps_nobody_waiting(downloads, heard, stop):
    with SlowServer() as server:
        future = downloads.fetch(NAME, mirror=server.url)
        assert server.held.wait(30)
        stop(downloads)
        assert isinstance(future.exception(), FetchCancelled)
        assert server.hung_up.wait(30)
    [told] = ended(heard)
    assert "was stopped" in str(told)


def test_after_one_was_stopped_another_can_be_fetched(downloads, heard):
    with SlowServer() as silent:
        first = downloads.fetch(NAME, mirror=silent.url)
        assert silent.held.wait(30)
        downloads.cancel()
        assert isinstance(first.exception(), FetchCancelled)
    second = downloads.fetch(NAME, mirror="nonsense")
    assert isinstance(second.exception(), FetchError)
    assert not isinstance(second.exception(), FetchCancelled)
    assert len(ended(heard)) == 2


@pytest.mark.parametrize("name", ["", "starter", "../openl3-mel256-music", "openl3-mel256-music\n"])
def test_only_published_models_are_fetched(downloads, name):
    with pytest.raises(FetchError, match="no published model"):
        downloads.fetch(name)
