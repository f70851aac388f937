"""MPRIS on a real bus: types, refusals, announcements and the list of tracks."""

import os
from urllib.parse import unquote_to_bytes

import pytest
from mpris_fakes import NAME, PATH, PLAYER, ROOT, SONGS, TRACK_LIST, needs_bus, needs_busctl, song

from musicsim.library.types import Tags
from musicsim.ui.playback.modes import Repeat, Shuffle

pytestmark = [needs_bus, needs_busctl]


def test_metadata_has_the_types_of_the_specification(mpris, desktop) -> None:
    metadata = desktop.get("Metadata")["data"]
    assert metadata.pop("mpris:trackid")["type"] == "o"
    assert {name: (each["type"], each["data"]) for name, each in metadata.items()} == {
        "mpris:length": ("x", 180_000_000),
        "xesam:title": ("s", "Blue"),
        "xesam:artist": ("as", ["Ada"]),
        "xesam:album": ("s", "Colours"),
        "xesam:albumArtist": ("as", ["Various"]),
        "xesam:genre": ("as", ["Jazz"]),
        "xesam:trackNumber": ("i", 3),
        "xesam:discNumber": ("i", 2),
        "xesam:contentCreated": ("s", "1999-01-01"),
        "xesam:url": ("s", "file:///music/7.flac"),
    }


def test_a_track_without_tags_has_no_empty_values(mpris, desktop, fake_player) -> None:
    fake_player.duration = 0
    fake_player.go(1)
    metadata = desktop.get("Metadata")["data"]
    assert set(metadata) == {"mpris:trackid", "xesam:title", "xesam:url"}
    assert not desktop.get("CanSeek")["data"]


def test_nothing_to_play(mpris, desktop, fake_player) -> None:
    fake_player.tracks, fake_player.duration = [], 0
    fake_player.go(0)
    assert desktop.get("Metadata")["data"] == {
        "mpris:trackid": {
            "type": "o",
            "data": "/org/mpris/MediaPlayer2/TrackList/NoTrack",
        }
    }
    assert desktop.get("PlaybackStatus")["data"] == "Stopped"
    for name in ("CanPlay", "CanPause", "CanSeek", "CanGoNext", "CanGoPrevious"):
        assert not desktop.get(name)["data"]
    desktop.call(PLAYER, "Seek", "x", "1000000")
    desktop.call(PLAYER, "Next")


def test_paused_it_stays_paused_from_track_to_track(mpris, desktop, fake_player) -> None:
    fake_player.pause()
    desktop.call(PLAYER, "Next")
    desktop.call(PLAYER, "Previous")
    desktop.call(PLAYER, "Next")
    assert (fake_player.row, fake_player.playing) == (1, False)
    fake_player.resume()
    desktop.call(PLAYER, "Next")
    assert (fake_player.row, fake_player.playing) == (2, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("caf\udce9", "caf\N{REPLACEMENT CHARACTER}"),
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
        ("n\0ul", "nul"),
        ("x" * 10**6, "x" * 2000),
        (" Ω \n", "Ω"),
    ],
)
def test_text_that_is_none_never_breaks_the_connection(
    mpris, desktop, fake_player, text, shown
) -> None:
    file = "/music/caf\udce9 #1%.flac"
    tags = Tags(text, text, text, text, text, 2**40, 2**40, -1, 60.0)
    fake_player.tracks[1] = song(8, tags, file)
    fake_player.next()
    metadata = {name: each["data"] for name, each in desktop.get("Metadata")["data"].items()}
    assert metadata["xesam:title"] == metadata["xesam:album"] == shown
    assert metadata["xesam:artist"] == metadata["xesam:genre"] == [shown]
    assert unquote_to_bytes(metadata["xesam:url"].removeprefix("file://")) == os.fsencode(file)
    assert not set(metadata) & {"xesam:trackNumber", "xesam:discNumber", "xesam:contentCreated"}


def test_every_property_is_read_at_once_with_its_type(mpris, desktop) -> None:
    for interface, expected in {
        ROOT: {"Identity": ("s", "musicsim"), "DesktopEntry": ("s", "musicsim")}
        | dict.fromkeys(("CanQuit", "CanRaise", "HasTrackList"), ("b", True)),
        PLAYER: {"Position": ("x", 0), "Rate": ("d", 1.0), "CanControl": ("b", True)}
        | {"PlaybackStatus": ("s", "Stopped"), "Volume": ("d", 0.5), "Shuffle": ("b", False)},
    }.items():
        values = desktop.call("org.freedesktop.DBus.Properties", "GetAll", "s", interface)
        (values,) = values["data"]
        assert (
            expected.items()
            <= {name: (each["type"], each["data"]) for name, each in values.items()}.items()
        )


def test_describes_itself(mpris, desktop) -> None:
    described = desktop.run(
        "busctl", f"--address={desktop.address}", "introspect", NAME, PATH, PLAYER
    )
    members = {tuple(line.split()[:3]) for line in described.splitlines()}
    assert {
        (".SetPosition", "method", "ox"),
        (".Seeked", "signal", "x"),
        (".Position", "property", "x"),
        (".Metadata", "property", "a{sv}"),
    } <= members
    assert PATH in desktop.run("busctl", f"--address={desktop.address}", "tree", NAME)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (("call", PLAYER, "Dance"), "no method Dance"),
        (("call", PLAYER, "Seek", "i", "5"), "Seek takes 'x'"),
        (("call", "org.example.Other", "Seek", "x", "5"), "no interface"),
        (("get-property", PLAYER, "Colour"), "no property Colour"),
        (("set-property", PLAYER, "Position", "x", "5"), "can't be set"),
        (("set-property", PLAYER, "Volume", "s", "loud"), "is 'd'"),
        (("set-property", PLAYER, "LoopStatus", "s", "Never"), "LoopStatus is one of"),
        (("call", TRACK_LIST, "RemoveTrack", "o", "/a"), "the queue is edited"),
    ],
)
def test_a_wrong_call_is_refused(mpris, desktop, fake_player, command, error) -> None:
    verb, *rest = command
    with pytest.raises(RuntimeError, match=error):
        desktop.busctl(verb, NAME, PATH, *rest)
    assert desktop.get("Volume")["data"] == 0.5


def test_a_file_that_is_not_in_the_library_is_listed(mpris, desktop, fake_player) -> None:
    fake_player.tracks.append(song(-5, Tags("Visitor")))
    fake_player.go(len(fake_player.tracks) - 1)
    path = desktop.get("Metadata")["data"]["mpris:trackid"]["data"]
    assert desktop.get("Tracks", TRACK_LIST)["data"] == [path]
    desktop.call(PLAYER, "SetPosition", "ox", path, "5000000")
    assert fake_player.position == 5000


def test_set_position_is_for_the_current_track_and_within_it(mpris, desktop, fake_player) -> None:
    path = desktop.get("Metadata")["data"]["mpris:trackid"]["data"]
    for wrong in ((path, "180000001"), (path, "-1"), ("/org/musicsim/track/8/1", "5000000")):
        desktop.call(PLAYER, "SetPosition", "ox", "--", *wrong)
        assert fake_player.position == 0
    desktop.call(PLAYER, "SetPosition", "ox", path, "180000000")
    assert fake_player.position == 180_000
    fake_player.next()
    desktop.call(PLAYER, "SetPosition", "ox", path, "5000000")
    assert fake_player.position == 0


def test_a_track_that_begins_once_more_has_another_id(mpris, desktop, fake_player) -> None:
    def path() -> str:
        return desktop.get("Metadata")["data"]["mpris:trackid"]["data"]

    first = path()
    fake_player.tracks[0] = song(7, Tags("Blue", "edited"))
    fake_player.go(0)
    assert path() == first
    fake_player.go(0)
    assert path() != first


def test_the_rate_is_fixed_and_0_pauses(mpris, desktop, fake_player) -> None:
    fake_player.resume()
    desktop.busctl("set-property", NAME, PATH, PLAYER, "Rate", "d", "2")
    assert fake_player.playing
    assert desktop.get("Rate")["data"] == 1
    desktop.busctl("set-property", NAME, PATH, PLAYER, "Rate", "d", "0")
    assert not fake_player.playing


def test_raises_and_quits(mpris, desktop, fake_window, qtbot) -> None:
    desktop.call(ROOT, "Raise")
    desktop.call(ROOT, "Quit")
    qtbot.waitUntil(lambda: fake_window.asked == ["raise", "quit"])


def test_changes_are_announced_once_and_alone(mpris, desktop, fake_player, qtbot) -> None:
    desktop.listen()
    fake_player.resume()
    fake_player.volume_changed.emit(fake_player.volume)
    fake_player.modes_changed.emit()
    qtbot.waitUntil(lambda: desktop.changes() == [{"PlaybackStatus": "Playing"}])
    fake_player.set_volume(0.75)
    fake_player.set_shuffle(Shuffle.ALBUMS)
    fake_player.set_repeat(Repeat.ALL)
    qtbot.waitUntil(lambda: len(desktop.changes()) == 2)
    assert desktop.changes()[1] == {
        "Volume": 0.75, "Shuffle": True, "LoopStatus": "Playlist",
    }  # fmt: skip


def test_the_position_is_never_announced_but_for_jumps(mpris, desktop, fake_player, qtbot) -> None:
    desktop.listen()
    fake_player.resume()
    fake_player.position = 5000
    fake_player.seek(60_000)
    qtbot.waitUntil(lambda: ("Seeked", [60_000_000]) in desktop.signals())
    assert desktop.changes() == [{"PlaybackStatus": "Playing"}]


def test_a_start_in_the_middle_is_announced_after_the_track(
    mpris, desktop, fake_player, qtbot
) -> None:
    desktop.listen()
    fake_player.next()
    fake_player.seek(30_000)
    qtbot.waitUntil(lambda: ("Seeked", [30_000_000]) in desktop.signals())
    (changed,) = desktop.changes()
    assert changed["Metadata"]["xesam:title"]["data"] == "Red"
    assert changed["CanGoPrevious"] is True
    assert desktop.signals()[-1][0] == "Seeked"


def test_the_last_track_has_no_next(mpris, desktop, fake_player, qtbot) -> None:
    desktop.listen()
    del fake_player.tracks[1:]
    fake_player.queue_changed.emit()
    qtbot.waitUntil(lambda: desktop.changes() == [{"CanGoNext": False}])


def test_lists_what_plays_and_what_comes(mpris, desktop, fake_player) -> None:
    fake_player.tracks = [*SONGS, SONGS[1]]
    fake_player.go(0)
    tracks = desktop.get("Tracks", TRACK_LIST)
    assert tracks["type"] == "ao"
    paths = tracks["data"]
    assert len(set(paths)) == 4
    assert paths[0] == desktop.get("Metadata")["data"]["mpris:trackid"]["data"]
    (found,) = desktop.call(
        TRACK_LIST, "GetTracksMetadata", "ao", "3", paths[3], paths[0], "/unknown"
    )["data"]
    assert [each["xesam:title"]["data"] for each in found] == ["Red", "Blue"]
    assert [each["mpris:trackid"]["data"] for each in found] == [paths[3], paths[0]]


def test_goes_to_a_track_which_keeps_its_id(mpris, desktop, fake_player, qtbot) -> None:
    desktop.listen()
    paths = desktop.get("Tracks", TRACK_LIST)["data"]
    desktop.call(TRACK_LIST, "GoTo", "o", paths[2])
    assert fake_player.row == 2
    assert desktop.get("Metadata")["data"]["mpris:trackid"]["data"] == paths[2]
    qtbot.waitUntil(lambda: ("TrackListReplaced", [[paths[2]], paths[2]]) in desktop.signals())
    fake_player.position = 5000
    desktop.call(TRACK_LIST, "GoTo", "o", paths[2])
    assert fake_player.position == 0
