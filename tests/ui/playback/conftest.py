"""A bus of the test's own, and a player on it; a sound server of the test's own."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mpris_fakes import NAME, SONGS, Desktop, FakePlayer, Window, private_bus
from sound_server import SoundServer

from musicsim.ui.playback.cover_files import CoverFiles
from musicsim.ui.playback.mpris import Mpris


@pytest.fixture
def bus_folder() -> Iterator[Path]:
    """A short path: a socket's may have no more than 107 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def bus_address(bus_folder: Path) -> Iterator[str]:
    with private_bus(bus_folder) as (made, _):
        yield made


@pytest.fixture
def desktop(bus_address: str, qtbot) -> Iterator[Desktop]:
    made = Desktop(bus_address, qtbot)
    yield made
    made.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    """The one that this process plays on."""
    made = SoundServer(44_100)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    yield made
    made.close()


@pytest.fixture
def fake_player(qapp) -> FakePlayer:
    return FakePlayer(*SONGS)


@pytest.fixture
def fake_window() -> Window:
    return Window()


@pytest.fixture
def offer(
    fake_player: FakePlayer, fake_window: Window, desktop: Desktop, qtbot
) -> Iterator[Callable[..., Mpris]]:
    """Puts the player on the bus."""
    made: list[Mpris] = []

    def offer(name: str = NAME, covers: CoverFiles | None = None) -> Mpris:
        mpris = Mpris(
            fake_player,
            fake_window.actions,
            fake_player.find,
            covers=covers,
            address=desktop.address,
        )
        made.append(mpris)
        qtbot.waitUntil(
            lambda: name in desktop.run("busctl", f"--address={desktop.address}", "list")
        )
        return mpris

    yield offer
    for mpris in made:
        mpris.close()


@pytest.fixture
def mpris(offer: Callable[..., Mpris]) -> Mpris:
    return offer()
