"""MPRIS by way of playerctl, which stands for every desktop's media controls."""

import pytest
from mpris_fakes import PLAYER, needs_bus, needs_busctl, needs_playerctl

from musicsim.ui.playback.modes import Repeat, Shuffle

pytestmark = [needs_bus, needs_busctl, needs_playerctl]


def test_plays_and_pauses(mpris, desktop, fake_player) -> None:
    assert desktop.playerctl("status") == "Stopped"
    desktop.playerctl("play")
    assert fake_player.playing
    assert desktop.playerctl("status") == "Playing"
    fake_player.position = 1000
    desktop.playerctl("play-pause")
    assert not fake_player.playing
    assert desktop.playerctl("status") == "Paused"
    desktop.playerctl("play")
    desktop.playerctl("pause")
    assert not fake_player.playing
    desktop.playerctl("play")
    desktop.playerctl("stop")
    assert desktop.playerctl("status") == "Stopped"


def test_skips(mpris, desktop, fake_player) -> None:
    desktop.playerctl("next")
    assert fake_player.row == 1
    assert desktop.playerctl("metadata", "title") == "Red"
    desktop.playerctl("previous")
    assert fake_player.row == 0
    # There is nothing before it.
    with pytest.raises(RuntimeError):
        desktop.playerctl("previous")
    assert fake_player.row == 0


def test_seeks(mpris, desktop, fake_player) -> None:
    fake_player.position = 60_000
    desktop.playerctl("position", "10+")
    assert fake_player.position == 70_000
    desktop.playerctl("position", "30-")
    assert fake_player.position == 40_000
    desktop.playerctl("position", "90.5")
    assert fake_player.position == 90_500
    assert float(desktop.playerctl("position")) == 90.5
    desktop.playerctl("position", "500-")
    assert fake_player.position == 0
    assert fake_player.row == 0


def test_seeking_beyond_the_end_goes_to_the_next_track(mpris, desktop, fake_player) -> None:
    desktop.playerctl("position", "500+")
    assert fake_player.row == 1
    assert fake_player.position == 0


def test_sets_the_volume(mpris, desktop, fake_player) -> None:
    desktop.playerctl("volume", "0.25")
    assert fake_player.volume == 0.25
    assert float(desktop.playerctl("volume")) == 0.25
    desktop.playerctl("volume", "0.9+")
    assert fake_player.volume == 1
    desktop.playerctl("volume", "--", "-3")
    assert fake_player.volume == 0


def test_sets_the_modes(mpris, desktop, fake_player) -> None:
    for name, repeat in (("Track", Repeat.ONE), ("Playlist", Repeat.ALL), ("None", Repeat.OFF)):
        desktop.playerctl("loop", name)
        assert fake_player.repeat is repeat
        assert desktop.playerctl("loop") == name
    desktop.playerctl("shuffle", "On")
    assert fake_player.shuffle is Shuffle.TRACKS
    desktop.playerctl("shuffle", "Off")
    assert fake_player.shuffle is Shuffle.OFF
    fake_player.set_shuffle(Shuffle.SIMILAR)
    assert desktop.playerctl("shuffle") == "On"
    desktop.playerctl("shuffle", "On")
    assert fake_player.shuffle is Shuffle.SIMILAR


def test_reads_the_metadata(mpris, desktop) -> None:
    read = desktop.playerctl(
        "metadata", "--format", "{{artist}} - {{title}} ({{album}}) {{duration(mpris:length)}}"
    )
    assert read == "Ada - Blue (Colours) 3:00"


def test_opens_files(mpris, desktop, fake_window, qtbot) -> None:
    desktop.playerctl("open", "file:///music/a%20b.mp3")
    qtbot.waitUntil(lambda: fake_window.asked == [["file:///music/a%20b.mp3"]])
    with pytest.raises(RuntimeError, match="opens files"):
        desktop.call(PLAYER, "OpenUri", "s", "https://example.org/a.mp3")
