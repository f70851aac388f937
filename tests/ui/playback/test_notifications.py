"""When the desktop is told of a track, and how servers are spoken to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop_session import Services
from mpris_fakes import SONGS, FakePlayer, needs_bus, needs_linux, private_bus, song
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from musicsim.library.types import Tags, Track
from musicsim.ui.playback.bus_object import BusObject
from musicsim.ui.playback.notifications import BusNotices, Notice, TrackNotices
from musicsim.ui.playback.session_bus import SessionBus


class Covers(QObject):
    """Finds a cover when the test says so."""

    found = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Track] = []

    def ask(self, track: Track) -> None:
        self.asked.append(track)


@pytest.fixture
def shown() -> list[Notice]:
    return []


@pytest.fixture
def covers(qapp) -> Covers:
    return Covers()


@pytest.fixture
def notices(fake_player: FakePlayer, shown: list[Notice], covers, monkeypatch) -> TrackNotices:
    # Another program has the focus.
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    made = TrackNotices(fake_player, shown.append, covers)
    made.on = True
    fake_player.resume()
    return made


def wait_for_rest(notices: TrackNotices, qtbot) -> None:
    """Until what has happened so far would have been told."""
    qtbot.waitUntil(lambda: not notices._resting.isActive() and not notices._waiting.isActive())


def test_another_track_is_told_with_its_cover(
    notices, fake_player, shown, covers: Covers, qtbot
) -> None:
    fake_player.go(1)
    covers.found.emit(SONGS[1], "file:///cover.png")
    assert shown == []
    qtbot.waitUntil(lambda: shown == [Notice("Red", "", "file:///cover.png")])


def test_tags_are_told_on_one_line_each(notices, fake_player, shown, covers, qtbot) -> None:
    fake_player.tracks.append(song(20, Tags("a\nb", "C & <d>\x00", "Al\tbum")))
    fake_player.go(len(fake_player.tracks) - 1)
    covers.found.emit(fake_player.track, None)
    qtbot.waitUntil(lambda: len(shown) == 1)
    assert "\n" not in shown[0].title + shown[0].text
    assert "Al bum" in shown[0].text


def test_tags_that_are_read_meanwhile_are_told(
    notices, fake_player, shown, covers: Covers, qtbot
) -> None:
    fake_player.tracks.append(song(-1))
    fake_player.go(len(fake_player.tracks) - 1)
    covers.found.emit(fake_player.track, None)
    fake_player.tracks[-1] = song(-1, Tags("Visitor", "Ada"))
    fake_player.track_changed.emit(fake_player.track)
    qtbot.waitUntil(lambda: [(each.title, each.text) for each in shown] == [("Visitor", "Ada")])


def test_a_cover_that_takes_long_is_not_waited_for(notices, fake_player, shown, qtbot) -> None:
    notices._waiting.setInterval(500)
    fake_player.go(1)
    qtbot.waitUntil(lambda: [each.image for each in shown] == [None])


def test_of_tracks_that_are_skipped_the_last_is_told(
    notices, fake_player, shown, covers: Covers, qtbot
) -> None:
    fake_player.go(1)
    fake_player.go(2)
    # The cover of the one before comes late.
    covers.found.emit(SONGS[1], "file:///red.png")
    covers.found.emit(SONGS[2], None)
    qtbot.waitUntil(lambda: [(each.title, each.image) for each in shown] == [("Green", None)])


def test_what_is_nothing_new_is_not_told(notices, fake_player, shown, covers, qtbot) -> None:
    fake_player.track_changed.emit(fake_player.track)
    fake_player.pause()
    fake_player.seek(5000)
    fake_player.resume()
    assert covers.asked == []
    wait_for_rest(notices, qtbot)
    assert shown == []


@pytest.mark.parametrize("why", ["off", "paused", "in front", "closed", "queue at its end"])
def test_when_nothing_is_told(
    notices, fake_player, shown, covers, qtbot, monkeypatch, why: str
) -> None:
    if why == "off":
        notices.on = False
    fake_player.go(1)
    covers.found.emit(SONGS[1], None)
    if why == "paused":
        fake_player.pause()
    elif why == "in front":
        monkeypatch.setattr(QApplication, "activeWindow", lambda: "a window")
    elif why == "closed":
        notices.close()
    elif why == "queue at its end":
        fake_player.tracks.clear()
        fake_player.track_changed.emit(None)
    wait_for_rest(notices, qtbot)
    assert shown == []


# --- servers ---


@pytest.fixture
def bus(bus_address: str, qtbot) -> Iterator[SessionBus]:
    made = SessionBus(bus_address, BusObject("/nothing", []), ["org.example.Music"], lambda _: None)
    qtbot.waitUntil(lambda: made._bus is not None)
    yield made
    made.close()


@needs_linux
@needs_bus
@pytest.mark.parametrize(
    ("capabilities", "text"),
    [(["body", "body-markup"], 'A &amp; &lt;b&gt; "q"'), (["body"], 'A & <b> "q"')],
)
def test_the_text_is_escaped_where_the_server_reads_markup(
    bus, bus_address: str, qtbot, capabilities, text
) -> None:
    services = Services(bus_address, capabilities)
    try:
        BusNotices(lambda: bus).show(Notice("T & <i>", 'A & <b> "q"'))
        qtbot.waitUntil(lambda: len(services.shown) == 1)
    finally:
        services.close()
    assert services.shown[0].summary == "T & <i>"
    assert services.shown[0].body == text
    assert "image-path" not in services.shown[0].hints


@needs_linux
@needs_bus
def test_messages_take_each_others_place_but_no_other_servers(bus, bus_address: str, qtbot) -> None:
    notices = BusNotices(lambda: bus)
    first = Services(bus_address)
    try:
        for number in range(3):
            notices.show(Notice(str(number), ""))
        qtbot.waitUntil(lambda: len(first.shown) == 3)
        assert [(each.summary, each.replaces) for each in first.shown] == [
            ("0", 0),
            ("1", 101),
            ("2", 101),
        ]
    finally:
        first.close()
    second = Services(bus_address)
    try:
        notices.show(Notice("3", ""))
        qtbot.waitUntil(lambda: [each.replaces for each in second.shown] == [0])
    finally:
        second.close()


@needs_linux
@needs_bus
def test_without_a_server_nothing_happens(bus, bus_address: str, qtbot, capfd) -> None:
    notices = BusNotices(lambda: bus)
    notices.show(Notice("lost", ""))
    qtbot.waitUntil(lambda: not bus._tasks)
    # A server that comes later gets the later ones.
    services = Services(bus_address)
    try:
        notices.show(Notice("shown", ""))
        qtbot.waitUntil(lambda: [each.summary for each in services.shown] == ["shown"])
    finally:
        services.close()
    assert capfd.readouterr().err == ""


@needs_linux
@needs_bus
def test_without_a_bus_nothing_happens(bus_folder: Path, qtbot) -> None:
    BusNotices(lambda: None).show(Notice("lost", ""))
    with private_bus(bus_folder) as (address, _):
        bus = SessionBus(address, BusObject("/nothing", []), [], lambda _: None)
        bus.close()
        BusNotices(lambda: bus).show(Notice("lost", ""))
