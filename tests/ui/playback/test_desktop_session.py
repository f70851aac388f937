"""The real window on a real desktop: playerctl, a tray and a notification server work with it over a real bus."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound_server
from desktop_session import make_songs, running, until

_MISSING = [
    name
    for name in ("dbus-daemon", "playerctl", "Xvfb", "xdotool", "openbox")
    if not shutil.which(name)
]
if not sound_server.IS_THERE:
    _MISSING.append("pulseaudio")

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="such desktops are on Linux alone"),
    pytest.mark.skipif(bool(_MISSING), reason=f"needs {', '.join(_MISSING)}"),
    pytest.mark.slow,
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a socket's may have no more than 107 bytes."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def songs(folder: Path) -> list[Path]:
    return make_songs(folder, "Red", "Green & <i>Gold</i>", "Blue")


def test_playerctl_controls_the_window(folder: Path, songs: list[Path]) -> None:
    with running(folder, songs) as session:
        assert session.playerctl("metadata", "title") == "Red"
        assert session.playerctl("metadata", "artist") == "Ada & <b>Béla</b>"
        session.await_answer("0:30", "metadata", "--format", "{{duration(mpris:length)}}")
        until(lambda: float(session.playerctl("position")) > 1, "the music to go on")
        art = until(lambda: session.playerctl("metadata", "mpris:artUrl"), "the cover")
        cover = Path(art.removeprefix("file://"))
        assert cover.parent == session.data / "covers"
        assert cover.read_bytes().startswith(b"\x89PNG")

        session.playerctl("pause")
        session.await_answer("Paused", "status")
        stands_at = session.playerctl("position")
        session.playerctl("position", "20")
        until(lambda: float(session.playerctl("position")) >= 20, "the seek")
        assert float(stands_at) < 20
        session.playerctl("play")
        session.await_answer("Playing", "status")
        session.playerctl("next")
        session.await_answer("Green & <i>Gold</i>", "metadata", "title")
        session.playerctl("volume", "0.4")
        session.await_answer("0.400000", "volume")
        session.playerctl("previous")
        session.await_answer("Red", "metadata", "title")
        session.playerctl("open", songs[2].as_uri())
        session.await_answer("Blue", "metadata", "title")

        session.services.call(
            "org.mpris.MediaPlayer2.musicsim",
            "/org/mpris/MediaPlayer2",
            "org.mpris.MediaPlayer2",
            "Quit",
        )
        session.wait_for_end()
        assert session.playerctl("status") == ""
        # Nothing is left of the covers.
        assert not cover.exists()


def test_it_goes_on_in_the_tray(folder: Path, songs: list[Path]) -> None:
    with running(folder, songs, "tray=true\nstays_in_tray=true\n") as session:
        until(lambda: session.services.items, "the icon in the tray")
        session.close_window()
        assert session.playerctl("status") == "Playing"

        session.tray("SecondaryActivate")
        session.await_answer("Paused", "status")
        session.choose("Play")
        session.await_answer("Playing", "status")
        session.choose("Next")
        session.await_answer("Green & <i>Gold</i>", "metadata", "title")
        session.choose("Stop after this track")
        until(
            lambda: session.tray_menu()["Stop after this track"][1].get("toggle-state"), "the check"
        )

        session.tray("Activate")
        until(session.windows, "the window to come back")
        session.tray("Activate")
        until(lambda: not session.windows(), "the window to be hidden again")
        session.choose("Show window")
        until(session.windows, "the window to come back")
        session.close_window()
        # Out of sight, it still ends.
        session.choose("Quit")
        session.wait_for_end()


def test_a_second_start_brings_it_back_from_the_tray(folder: Path, songs: list[Path]) -> None:
    with running(folder, songs, "tray=true\nstays_in_tray=true\n") as session:
        until(lambda: session.services.items, "the icon in the tray")
        session.close_window()
        session.run(sys.executable, "-m", "musicsim", "--data", str(session.data), "gui")
        until(session.windows, "the window to come back")
        # A signal ends it, whatever the tray.
        session.process.terminate()
        session.wait_for_end()


@pytest.mark.parametrize(
    ("settings", "has_tray"),
    [
        ("tray=true\nstays_in_tray=false\n", True),
        ("tray=false\nstays_in_tray=true\n", True),
        ("tray=true\nstays_in_tray=true\n", False),
    ],
    ids=["not wanted", "no icon", "no tray"],
)
def test_to_close_the_window_quits(
    folder: Path, songs: list[Path], settings: str, has_tray: bool
) -> None:
    with running(folder, songs, settings, has_tray=has_tray) as session:
        session.close_window()
        session.wait_for_end()


def test_notifications(folder: Path, songs: list[Path]) -> None:
    with running(folder, songs, "tray=true\nstays_in_tray=true\nnotifications=true\n") as session:
        shown = session.services.shown
        until(lambda: session.services.items, "the icon in the tray")
        session.close_window()
        session.playerctl("next")
        until(lambda: shown and shown[-1].summary == "Green & <i>Gold</i>", "a message")
        # The first track has one as well if the window was not in front soon enough.
        before = len(shown)
        assert [each.summary for each in shown[:-1]] in ([], ["Red"])
        assert shown[0].replaces == 0
        assert shown[-1].body == "Ada &amp; &lt;b&gt;Béla&lt;/b&gt; — Sky 1"
        assert shown[-1].hints["transient"] is True
        assert shown[-1].hints["image-path"].startswith((session.data / "covers").as_uri())

        session.playerctl("pause")
        session.playerctl("position", "5")
        session.playerctl("play")
        session.playerctl("next")
        until(lambda: len(shown) > before, "another message")
        assert shown[-1].summary == "Blue"
        assert shown[-1].replaces == 101
        session.choose("Quit")
        session.wait_for_end()
        assert len(shown) == before + 1


@pytest.mark.parametrize(
    ("device", "sink"), [("second", "second"), ("unplugged", "first")], ids=["there", "gone"]
)
def test_it_plays_on_the_device_that_was_chosen_the_last_time(
    folder: Path, songs: list[Path], device: str, sink: str
) -> None:
    settings = f"device={device.encode().hex()}\n"
    with running(folder, songs, settings, sink=sink) as session:
        until(lambda: float(session.playerctl("position")) > 1, "the music to go on")
        sinks = session.sound.pactl("list", "short", "sinks").splitlines()
        numbers = {name: number for number, name, *_ in map(str.split, sinks)}
        streams = session.sound.pactl("list", "short", "sink-inputs").splitlines()
        assert [stream.split()[1] for stream in streams] == [numbers[sink]]
        session.process.terminate()
        session.wait_for_end()
        assert f"device={device.encode().hex()}" in (session.data / "window.ini").read_text()
