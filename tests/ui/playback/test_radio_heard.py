"""The radio as it is heard: the window with all real services, the process that plays, and a sound server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from sound_server import IS_THERE, Recording, SoundServer

from musicsim.audio.playing import StereoReader
from musicsim.library.types import Track
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.radio_desk import FEWEST
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.side_panel import Tab

pytestmark = pytest.mark.skipif(not IS_THERE, reason="PulseAudio's programs are not installed")

RATE = 44_100
LEFT = 2.5
"""Seconds before its end from which a track is heard, after a click on the seek bar."""
Sound = npt.NDArray[np.float32]


@pytest.fixture
def engine(server: SoundServer, tmp_path: Path, qapp) -> Engine:
    """The real one, in place of the stand-in; the window closes it."""
    return Engine(tmp_path / "player.log")


def decoded(track: Track) -> Sound:
    with StereoReader(track.path) as reader:
        sound = np.concatenate(list(reader.blocks()))
        return soxr.resample(sound, reader.rate, RATE)


def place_of(part: Sound, whole: Sound) -> int:
    """Where a part of a track, at whatever volume, is found in what was heard."""
    size = 2 ** (len(whole) + len(part)).bit_length()
    spectrum = np.fft.rfft(whole.sum(1), size) * np.conj(np.fft.rfft(part.sum(1), size))
    products = np.fft.irfft(spectrum)[: len(whole) - len(part) + 1]
    energy = np.concatenate(([0.0], np.cumsum(whole.sum(1).astype(float) ** 2)))
    loudness = np.sqrt(energy[len(part) :] - energy[: -len(part)] + 1e-9)
    likeness = products / loudness / np.linalg.norm(part.sum(1))
    place = int(likeness.argmax())
    assert likeness[place] > 0.98, "it is not there"
    return place


class Listener:
    """What somebody does at the window, and hears."""

    def __init__(self, window: MainWindow, recording: Recording, qtbot) -> None:
        self.window, self.recording, self.qtbot = window, recording, qtbot
        self.player, self.upcoming = window.player, window.player.queue.upcoming
        self.table = window.places.library.table
        self.queue = window.queue_pane

    def row_of(self, track: Track) -> QPoint:
        self.table.show_track(track.id)
        return self.table.visualRect(self.table.currentIndex()).center()

    def play(self, track: Track) -> None:
        place = self.row_of(track)
        self.qtbot.mouseClick(self.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        self.qtbot.mouseDClick(self.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        self.qtbot.waitUntil(lambda: self.player.track == track)

    def choose(self, entry: str, track: Track) -> None:
        """Choose an entry of a track's menu."""
        place = self.row_of(track)
        self.qtbot.mouseClick(self.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, place, self.table.viewport().mapToGlobal(place)
        )
        QApplication.sendEvent(self.table.viewport(), event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(a for a in menu.actions() if a.text().replace("&", "") == entry)
        at = menu.actionGeometry(action).center()
        self.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=at)
        # Without a window manager, nobody does this when a menu closes.
        self.window.activateWindow()

    def hear(self, seconds: float) -> None:
        """Listen on for a while, with the window alive."""
        begun = len(self.recording.samples())
        self.qtbot.waitUntil(
            lambda: len(self.recording.samples()) > begun + seconds * RATE, timeout=20_000
        )

    def hear_through(self) -> tuple[Track, Track]:
        """Let a track that plays come to its end, and hear the next one's beginning; return both."""
        before, bar = self.player.track, self.window.player_bar.seek
        assert before is not None
        self.qtbot.waitUntil(lambda: self.player.position > 0, timeout=10_000)
        share = 1 - LEFT * 1000 / self.player.duration
        place = QPoint(round(bar._x_of(share * self.player.duration)), bar.height() // 2)
        self.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place)
        self.qtbot.waitUntil(lambda: self.player.track != before, timeout=20_000)
        self.hear(2.2)
        after = self.player.track
        assert after is not None
        return before, after

    def overlap(self, before: Track, after: Track) -> float:
        """Seconds for which both were heard; below 0 for silence between."""
        heard, end, beginning = self.recording.samples(), decoded(before), decoded(after)
        last, first = slice(-2 * RATE, -round(1.2 * RATE)), slice(round(1.2 * RATE), 2 * RATE)
        ended = place_of(end[last], heard) + 2 * RATE
        # Where a track is heard twice, this time is the later one.
        begun = ended - 2 * RATE + place_of(beginning[first], heard[ended - 2 * RATE :])
        return (ended - (begun - first.start)) / RATE


@pytest.fixture
def listener(demo_window: MainWindow, server: SoundServer, qtbot) -> Iterator[Listener]:
    demo_window.panel.show_tab(Tab.QUEUE)
    with server.recording() as recording:
        yield Listener(demo_window, recording, qtbot)


def of_style(listener: Listener, suffix: str) -> Track:
    tracks = listener.window.store.tracks(listener.table.tracks.ids)
    return next(track for track in tracks if track.path.suffix == suffix)


def test_a_song_a_radio_from_it_and_what_comes_after(listener: Listener, qtbot) -> None:
    song, radio, queue = of_style(listener, ".flac"), listener.window._deck.radio, listener.queue
    listener.play(song)
    qtbot.waitUntil(lambda: len(listener.recording.heard()) > 1.3 * RATE, timeout=20_000)
    begun = len(listener.recording.samples())

    listener.choose("Start radio", song)
    qtbot.waitUntil(lambda: radio.is_on and len(listener.upcoming.radio) >= FEWEST)
    listener.hear(1.5)

    # It goes on as if nothing had happened: what was heard around that moment is in the song as it is.
    around = listener.recording.samples()[begun - RATE // 2 : begun + RATE]
    whole = decoded(song)
    at = place_of(around, whole)
    played = whole[at : at + len(around)]
    volume = float((around * played).sum() / (played**2).sum())
    np.testing.assert_allclose(around, volume * played, atol=2e-3)
    assert listener.player.track == song
    assert all(listener.upcoming.is_radio(row) for row in range(listener.upcoming.rowCount()))
    assert song.title in queue.radio.title.text()
    assert song.id not in listener.upcoming.radio

    before, first = listener.hear_through()
    assert before == song
    assert listener.overlap(song, first) == pytest.approx(0, abs=2e-3)

    heard = [song.id, first.id]
    for skips in range(1, 4):
        with qtbot.waitSignal(listener.player.track_changed):
            qtbot.keyClick(listener.window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: listener.player.position > 200, timeout=10_000)
        qtbot.waitUntil(lambda: len(listener.upcoming.radio) >= FEWEST)
        assert listener.player.track is not None
        heard.append(listener.player.track.id)
        assert queue.radio.about.text() == f"Learned from {skips} skip{'s' * (skips > 1)}"
    assert len({*heard, *listener.upcoming.radio}) == len(heard) + len(listener.upcoming.radio)

    controls = listener.window._deck.controls
    controls.apply(replace(controls.settings, crossfade=1.0))
    listener.hear(0.5)
    assert listener.overlap(*listener.hear_through()) == pytest.approx(1.0, abs=2e-3)

    playing = listener.player.track
    qtbot.mouseClick(queue.radio.stop, Qt.MouseButton.LeftButton)
    assert listener.upcoming.ids == []
    assert listener.player.track == playing
    begun = len(listener.recording.samples())
    listener.hear(0.5)
    assert np.abs(listener.recording.samples()[begun:]).max() > 0


def test_when_the_queue_ends_similar_music_follows_without_a_gap(listener: Listener, qtbot) -> None:
    tracks = listener.window.store.tracks(listener.table.tracks.ids)
    qtbot.mouseClick(
        listener.queue.goes_on,
        Qt.MouseButton.LeftButton,
        pos=QPoint(8, listener.queue.goes_on.height() // 2),
    )
    listener.play(tracks[-1])
    qtbot.waitUntil(lambda: len(listener.upcoming.radio) >= FEWEST)

    before, after = listener.hear_through()

    assert before == tracks[-1]
    assert listener.overlap(before, after) == pytest.approx(0, abs=2e-3)
    assert "similar music follows" in listener.window.message_bar.text
