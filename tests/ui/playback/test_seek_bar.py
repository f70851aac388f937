from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleInterface,
    QAction,
    QColor,
    QEnterEvent,
    QImage,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QVBoxLayout, QWidget

from musicsim.audio import Waveform
from musicsim.ui.kit.theme import DARK, LIGHT, Scheme, Theme
from musicsim.ui.playback.bar_painting import MARGIN
from musicsim.ui.playback.seek_bar import END_MARGIN_MS, SeekBar
from musicsim.ui.playback.time_bubble import TimeBubble
from musicsim.ui.playback.wave_drawing import bar_amplitudes

LENGTH = 245_000
LEFT = Qt.MouseButton.LeftButton
RIGHT = Qt.MouseButton.RightButton
PLAIN = Qt.KeyboardModifier.NoModifier


def wave(amplitudes: list[float], duration: float = LENGTH / 1000) -> Waveform:
    levels = (255 * np.cbrt(amplitudes)).round().astype(np.uint8).tobytes()
    return Waveform(levels, levels, duration)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(qtbot, theme: Theme, clock: Clock) -> QMainWindow:
    made = QMainWindow()
    made.setObjectName("test window")
    content = QWidget()
    layout = QVBoxLayout(content)
    layout.setContentsMargins(0, 60, 0, 20)
    layout.addStretch(1)
    layout.addWidget(QLineEdit())
    bar = SeekBar(clock=clock)
    layout.addWidget(bar)
    made.setCentralWidget(content)
    made.resize(614, 300)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def bar(window: QMainWindow) -> SeekBar:
    """At 1:00 of 4:05, 600 pixels from end to end."""
    made = window.findChild(SeekBar)
    made.set_duration(LENGTH)
    made.set_position(60_000)
    assert made.width() == 600 + 2 * MARGIN
    return made


@pytest.fixture
def seeks(bar: SeekBar) -> list[int]:
    got: list[int] = []
    bar.seek_wanted.connect(got.append)
    return got


@pytest.fixture
def shown(bar: SeekBar) -> list[int]:
    got: list[int] = []
    bar.shown_changed.connect(got.append)
    return got


def at(part: float) -> QPoint:
    """A part of the way from the bar's beginning to its end."""
    return QPoint(MARGIN + round(600 * part), 20)


def press(bar: SeekBar, part: float, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(bar, button, PLAIN, at(part))


def drag(bar: SeekBar, part: float) -> None:
    # Not mouseMove of QTest, which has no button pressed.
    QApplication.sendEvent(bar, _moved(bar, QPointF(at(part)), LEFT))


def hover(bar: SeekBar, part: float) -> None:
    QApplication.sendEvent(bar, _moved(bar, QPointF(at(part)), Qt.MouseButton.NoButton))


def _moved(bar: SeekBar, place: QPointF, buttons: Qt.MouseButton):
    where = bar.mapToGlobal(place)
    return QMouseEvent(QEvent.Type.MouseMove, place, where, Qt.MouseButton.NoButton, buttons, PLAIN)


def release(bar: SeekBar, part: float, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseRelease(bar, button, PLAIN, at(part))


def turn(
    bar: SeekBar,
    y: int = 0,
    x: int = 0,
    *,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
    inverted: bool = False,
    modifiers: Qt.KeyboardModifier = PLAIN,
) -> None:
    place = QPointF(at(0.5))
    where = bar.mapToGlobal(place)
    event = QWheelEvent(
        place,
        where,
        QPoint(),
        QPoint(x, y),
        Qt.MouseButton.NoButton,
        modifiers,
        phase,
        inverted,
    )
    QApplication.sendEvent(bar, event)
    assert event.isAccepted()


def bubble(window: QWidget) -> TimeBubble | None:
    found = window.findChild(TimeBubble)
    return found if found is not None and found.isVisible() else None


# --- following what plays ---


def test_what_plays_is_no_seek(bar: SeekBar, seeks: list[int], shown: list[int]):
    for position in range(0, LENGTH, 100):
        bar.set_position(position)
    bar.set_duration(LENGTH + 700)
    bar.set_position(1_000)
    bar.reset()

    assert seeks == []
    assert shown[0] == 0
    assert shown[-1] == 0
    assert len(shown) == LENGTH // 100 + 2


def test_a_place_before_the_beginning_and_behind_the_end_is_shown_at_the_end(bar: SeekBar):
    bar.set_position(LENGTH + 5_000)
    assert bar.shown == LENGTH + 5_000
    bar.grab()
    bar.set_position(-5)
    assert bar.shown == 0


@pytest.mark.parametrize("length", [0, 1, 300, 999, 2**31 - 1, 2**40])
def test_every_length_can_be_shown(bar: SeekBar, seeks: list[int], length: int):
    bar.set_waveform(wave([0.5] * 10, 3.0) if length % 2 else None)
    bar.set_duration(length)
    bar.set_position(length // 2)
    bar.grab()
    hover(bar, 0.5)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        QTest.keyClick(bar, key)
    assert all(0 <= seek < 2**31 for seek in seeks)
    assert bar.position == 0


# --- clicks and drags ---


@pytest.mark.parametrize("part", [0.0, 0.25, 0.5, 0.9])
def test_a_click_goes_there(bar: SeekBar, seeks: list[int], part: float):
    QTest.mouseClick(bar, LEFT, PLAIN, at(part))

    assert seeks == [round(part * LENGTH)]
    assert bar.shown == seeks[0]


def test_a_click_beside_the_ends_goes_to_them(bar: SeekBar, seeks: list[int]):
    QTest.mouseClick(bar, LEFT, PLAIN, QPoint(1, 20))
    QTest.mouseClick(bar, LEFT, PLAIN, QPoint(bar.width() - 1, 20))

    # Not to the very end, which would start the next track.
    assert seeks == [0, LENGTH - END_MARGIN_MS]


def test_both_clicks_of_a_double_click_count(bar: SeekBar, seeks: list[int]):
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.5))
    QTest.mouseDClick(bar, LEFT, PLAIN, at(0.6))
    release(bar, 0.6)

    assert seeks[-1] == round(0.6 * LENGTH)


def test_a_drag_seeks_once_at_its_end(bar: SeekBar, seeks: list[int], shown: list[int]):
    press(bar, 0.3)
    for percent in range(31, 70):
        drag(bar, percent / 100)
        # The track goes on meanwhile, and the bar doesn't jump there.
        bar.set_position(60_000 + percent)
        assert bar.shown == round(percent / 100 * LENGTH)
    assert seeks == []
    release(bar, 0.7)

    assert seeks == [round(0.7 * LENGTH)]
    assert shown == [round(percent / 100 * LENGTH) for percent in range(30, 71)]


def test_a_drag_may_leave_the_bar(bar: SeekBar, window: QMainWindow, seeks: list[int]):
    press(bar, 0.3)
    bar.leaveEvent(QEvent(QEvent.Type.Leave))
    QApplication.sendEvent(bar, _moved(bar, QPointF(2_000, -50), LEFT))
    assert bar.shown == LENGTH
    assert bubble(window).text == "4:05"
    QTest.mouseRelease(bar, LEFT, PLAIN, QPoint(-500, -50))

    assert seeks == [0]
    assert bubble(window) is None


def test_escape_cancels_a_drag(bar: SeekBar, window: QMainWindow, seeks: list[int], qtbot):
    # Escape is the window's otherwise, also as a shortcut.
    escape = QAction(window)
    escape.setShortcut("Esc")
    window.addAction(escape)
    pressed: list[bool] = []
    escape.triggered.connect(lambda: pressed.append(True))
    press(bar, 0.3)
    drag(bar, 0.8)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)

    assert bar.shown == 60_000
    release(bar, 0.8)
    assert seeks == []
    assert pressed == []
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert len(pressed) == 1


def test_the_right_button_cancels_a_drag(bar: SeekBar, seeks: list[int]):
    press(bar, 0.3)
    drag(bar, 0.8)
    press(bar, 0.8, RIGHT)
    assert bar.shown == 60_000
    release(bar, 0.8, RIGHT)
    release(bar, 0.8)

    assert seeks == []


@pytest.mark.parametrize("button", [RIGHT, Qt.MouseButton.MiddleButton])
def test_other_buttons_seek_nothing(bar: SeekBar, seeks: list[int], button: Qt.MouseButton):
    QTest.mouseClick(bar, button, PLAIN, at(0.5))

    assert seeks == []


@pytest.mark.parametrize(
    "change",
    [
        SeekBar.reset,
        lambda bar: bar.setEnabled(False),
        lambda bar: bar.hide(),
        lambda bar: bar.set_duration(0),
        lambda bar: bar.window().findChild(QLineEdit).setFocus(),
        lambda bar: hover(bar, 0.8),  # the release went elsewhere
    ],
)
def test_a_drag_ends_without_a_seek_when(
    bar: SeekBar, seeks: list[int], change: Callable[[SeekBar], object]
):
    press(bar, 0.3)
    drag(bar, 0.8)
    change(bar)
    release(bar, 0.8)

    assert seeks == []


def test_without_a_length_there_is_nothing_to_click(
    bar: SeekBar, window: QMainWindow, seeks: list[int]
):
    bar.set_duration(0)
    hover(bar, 0.5)
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.5))

    assert seeks == []
    assert bubble(window) is None
    # Steps need none.
    QTest.keyClick(bar, Qt.Key.Key_Right)
    QTest.keyClick(bar, Qt.Key.Key_End)
    assert seeks == [65_000]


def test_the_waveforms_length_serves_where_the_player_knows_none(bar: SeekBar, seeks: list[int]):
    bar.set_duration(0)
    bar.set_waveform(wave([0.5] * 20, 100.0))
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.5))

    assert seeks == [50_000]


# --- after a seek ---


def test_the_handle_stays_where_a_seek_went_until_the_player_is_there(
    bar: SeekBar, clock: Clock, shown: list[int]
):
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.8))
    shown.clear()
    for late in (60_100, 60_200):
        bar.set_position(late)
    assert shown == []
    bar.set_position(196_300)
    bar.set_position(60_300)

    assert shown == [196_300, 60_300]


def test_a_player_that_does_not_seek_is_believed_in_the_end(
    bar: SeekBar, clock: Clock, shown: list[int]
):
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.8))
    shown.clear()
    clock.now = 0.6
    bar.set_position(60_600)

    assert shown == [60_600]


def test_another_track_waits_for_no_seek(bar: SeekBar, shown: list[int]):
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.8))
    bar.reset()
    bar.set_duration(100_000)
    bar.set_position(100)

    assert shown[-1] == 100


# --- the wheel and the keys ---


def test_a_notch_is_five_seconds(bar: SeekBar, seeks: list[int]):
    turn(bar, 120)
    turn(bar, 240)
    turn(bar, -120)

    # Each from where the last one went, though the player has not said that it is there.
    assert seeks == [65_000, 75_000, 70_000]


def test_small_turns_of_a_touchpad_add_up(bar: SeekBar, seeks: list[int]):
    for _ in range(13):
        turn(bar, 20)
    assert seeks == [65_000, 70_000]
    # The other way begins again.
    turn(bar, -100)
    assert len(seeks) == 2
    turn(bar, -20)
    assert seeks[2:] == [65_000]


def test_turns_that_do_not_belong_to_the_bar_seek_nothing(bar: SeekBar, seeks: list[int]):
    turn(bar, 1_200, phase=Qt.ScrollPhase.ScrollMomentum)
    turn(bar, 1_200, modifiers=Qt.KeyboardModifier.ControlModifier)
    press(bar, 0.3)
    turn(bar, 1_200)

    assert seeks == []


def test_the_wheels_direction(bar: SeekBar, seeks: list[int]):
    turn(bar, x=-120)
    turn(bar, x=120)
    turn(bar, 120, inverted=True)

    assert seeks == [65_000, 60_000, 55_000]


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (Qt.Key.Key_Right, 65_000),
        (Qt.Key.Key_Up, 65_000),
        (Qt.Key.Key_Left, 55_000),
        (Qt.Key.Key_Down, 55_000),
        (Qt.Key.Key_PageUp, 90_000),
        (Qt.Key.Key_PageDown, 30_000),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, LENGTH - END_MARGIN_MS),
    ],
)
@pytest.mark.parametrize("direction", Qt.LayoutDirection)
def test_keys(
    bar: SeekBar,
    window: QMainWindow,
    seeks: list[int],
    key: Qt.Key,
    place: int,
    direction: Qt.LayoutDirection,
):
    # Time runs to the right, whatever the language.
    window.setLayoutDirection(direction)
    QTest.keyClick(bar, key)

    assert seeks == [place]


def test_steps_end_at_the_ends(bar: SeekBar, seeks: list[int]):
    bar.set_position(2_000)
    QTest.keyClick(bar, Qt.Key.Key_Left)
    bar.set_position(LENGTH - 1_000)
    bar.reset()
    bar.set_duration(LENGTH)
    bar.set_position(LENGTH - 1_000)
    QTest.keyClick(bar, Qt.Key.Key_Right)

    assert seeks == [0, LENGTH - END_MARGIN_MS]


def test_space_and_shortcuts_are_the_windows(bar: SeekBar, window: QMainWindow, seeks: list[int]):
    action = QAction(window)
    action.setShortcuts(["Space", "Ctrl+Right"])
    window.addAction(action)
    pressed: list[bool] = []
    action.triggered.connect(lambda: pressed.append(True))
    bar.setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)

    assert len(pressed) == 2
    assert seeks == []


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_Space, PLAIN),
        (Qt.Key.Key_Escape, PLAIN),
        (Qt.Key.Key_A, PLAIN),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier),
    ],
)
def test_other_keys_go_on_to_the_parent(
    bar: SeekBar, window: QMainWindow, seeks: list[int], key: Qt.Key, modifier
):
    got: list[int] = []
    window.keyPressEvent = lambda event: got.append(event.key())
    QTest.keyClick(bar, key, modifier)

    assert got[-1] == key
    assert seeks == []


def test_a_disabled_bar_seeks_nothing(bar: SeekBar, window: QMainWindow, seeks: list[int]):
    bar.setEnabled(False)
    hover(bar, 0.5)
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.5))
    QTest.keyClick(bar, Qt.Key.Key_Right)

    assert seeks == []
    assert bubble(window) is None


# --- the bubble ---


def test_the_bubble_says_the_time_under_the_pointer(bar: SeekBar, window: QMainWindow):
    for part, text in ((0.0, "0:00"), (0.5, "2:02"), (1.0, "4:05")):
        hover(bar, part)
        shown = bubble(window)
        assert shown.text == text
        place = shown.geometry()
        assert window.rect().contains(place)
        # Over the bar, not on it.
        assert place.bottom() < bar.mapTo(window, QPoint(0, 0)).y()
        if part == 0.5:
            assert abs(place.center().x() - bar.mapTo(window, at(part)).x()) <= 1
    bar.leaveEvent(QEvent(QEvent.Type.Leave))
    assert bubble(window) is None


def test_the_bubble_appears_when_the_pointer_enters(bar: SeekBar, window: QMainWindow):
    place = QPointF(at(0.5))
    bar.enterEvent(QEnterEvent(place, place, QPointF(bar.mapToGlobal(place))))

    assert bubble(window).text == "2:02"


def test_the_bubble_does_not_twitch(bar: SeekBar, window: QMainWindow):
    widths = set()
    for percent in range(100):
        hover(bar, percent / 100)
        widths.add(bubble(window).width())

    assert len(widths) == 1


def test_the_bubble_goes_below_where_there_is_no_room_above(qtbot, theme: Theme):
    window = QWidget()
    bar = SeekBar(window)
    bar.setGeometry(0, 0, 614, 40)
    window.resize(614, 100)
    qtbot.addWidget(window)
    window.show()
    bar.set_duration(LENGTH)
    hover(bar, 0.5)

    assert bubble(window).y() >= 40
    window.resize(614, 40)
    hover(bar, 0.6)
    assert window.rect().contains(bubble(window).geometry())


def test_the_bubble_lets_the_pointer_through(bar: SeekBar, window: QMainWindow):
    hover(bar, 0.5)

    assert window.childAt(bubble(window).geometry().center()) is not bubble(window)


def test_the_bubble_moves_to_another_window(bar: SeekBar, window: QMainWindow, qtbot):
    hover(bar, 0.5)
    other = QWidget()
    qtbot.addWidget(other)
    other.resize(800, 300)
    bar.setParent(other)
    bar.setGeometry(0, 200, 614, 40)
    other.show()
    bar.show()
    hover(bar, 0.5)

    assert bubble(window) is None
    assert bubble(other) is not None
    # And the window that it was in may go.
    bar.setParent(None)
    other.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.addWidget(bar)
    bar.show()
    hover(bar, 0.5)
    assert bubble(bar) is not None


def test_the_next_track_changes_the_time_under_a_resting_pointer(bar: SeekBar, window: QMainWindow):
    hover(bar, 0.5)
    bar.reset()
    assert bubble(window) is None
    bar.set_duration(100_000)
    assert bubble(window).text == "0:50"


# --- what it looks like ---


class Paints(QObject):
    """Notes which parts of a bar are painted from now on."""

    def __init__(self, bar: SeekBar) -> None:
        super().__init__(bar)
        self.rects: list[QRect] = []
        QApplication.processEvents()
        bar.installEventFilter(self)

    def eventFilter(self, bar: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.rects.append(event.rect())
        return False


def image(bar: SeekBar, paints: Paints | None = None) -> QImage:
    if paints is not None:
        bar.removeEventFilter(paints)
    shown = bar.grab().toImage()
    if paints is not None:
        bar.installEventFilter(paints)
    return shown


def near(colour: QColor, other: str) -> bool:
    wanted = QColor(other)
    return all(
        abs(a - b) <= 3 for a, b in zip(colour.getRgb()[:3], wanted.getRgb()[:3], strict=True)
    )


def colours_at(bar: SeekBar, part: float) -> list[QColor]:
    """The colours around a place, at half of the height."""
    shown = image(bar)
    return [shown.pixelColor(at(part).x() + dx, 20) for dx in range(-3, 4)]


@pytest.mark.parametrize("waveform", [None, wave([0.5] * 800)])
@pytest.mark.parametrize(("scheme", "colours"), [(Scheme.LIGHT, LIGHT), (Scheme.DARK, DARK)])
def test_what_was_played_has_the_accents_colour(
    bar: SeekBar, theme: Theme, scheme: Scheme, colours, waveform: Waveform | None
):
    bar.set_waveform(waveform)
    image(bar)
    theme.set_scheme(scheme)
    bar.set_position(round(0.5 * LENGTH))

    assert any(near(colour, colours.accent) for colour in colours_at(bar, 0.2))
    assert any(near(colour, colours.accent) for colour in colours_at(bar, 0.48))
    for part in (0.53, 0.9):
        around = colours_at(bar, part)
        assert not any(near(colour, colours.accent) for colour in around)
        assert not all(near(colour, colours.window) for colour in around)
    bar.setEnabled(False)
    assert not any(near(colour, colours.accent) for colour in colours_at(bar, 0.2))


def test_between_the_track_and_the_pointer_there_is_a_tint(bar: SeekBar):
    rest = image(bar).pixelColor(at(0.5))
    hover(bar, 0.7)
    tint = image(bar).pixelColor(at(0.5))
    press(bar, 0.1)
    again = image(bar).pixelColor(at(0.2))

    assert tint not in (rest, QColor(LIGHT.accent))
    assert again == tint


def test_the_handle_shows_under_the_pointer_and_for_the_keyboard(bar: SeekBar):
    place = QPoint(bar.mapFrom(bar, QPoint(round(MARGIN + 600 * 60_000 / LENGTH), 15)))

    def handle() -> bool:
        return near(image(bar).pixelColor(place), LIGHT.accent)

    assert not handle()
    hover(bar, 0.9)
    assert handle()
    bar.leaveEvent(QEvent(QEvent.Type.Leave))
    assert not handle()
    bar.setFocus(Qt.FocusReason.TabFocusReason)
    assert handle()
    # With a ring around it, which a click doesn't bring.
    assert near(image(bar).pixelColor(QPoint(300, 0)), LIGHT.accent)
    bar.clearFocus()
    QTest.mouseClick(bar, LEFT, PLAIN, at(0.5))
    assert bar.hasFocus()
    assert not near(image(bar).pixelColor(QPoint(300, 0)), LIGHT.accent)


def heights(bar: SeekBar) -> np.ndarray:
    """How high the bars of the waveform are, in pixels; shape (width,)."""
    shown = image(bar).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), -1, 4)
    return (np.abs(pixels.astype(int) - pixels[0, 0]).max(axis=2) > 20).sum(axis=0)


def test_the_waveform_is_drawn_where_its_sound_is(bar: SeekBar):
    bar.set_waveform(wave([0.0] * 400 + [0.6] * 400))
    bar.set_position(0)
    found = heights(bar)

    assert found[: MARGIN - 1].max() == found[-MARGIN + 1 :].max() == 0
    assert found[MARGIN : MARGIN + 298].max() <= 3
    assert found[MARGIN + 302 : MARGIN + 600].max() > 25
    # From end to end of where clicks go.
    assert found[MARGIN : MARGIN + 3].max() > 0
    assert found[MARGIN + 597 : MARGIN + 600].max() > 25


def test_a_waveform_that_is_shorter_than_the_header_says_ends_where_its_sound_does(bar: SeekBar):
    bar.set_waveform(wave([0.6] * 800, LENGTH / 2000))
    found = heights(bar)

    assert found[MARGIN : MARGIN + 298].max() > 25
    assert found[MARGIN + 304 :].max() <= 3


def test_a_waveform_that_is_longer_is_cut_off():
    peaks, rms = bar_amplitudes(wave([0.2] * 50 + [0.8] * 50, 100.0), 50.0, 10)

    assert peaks == pytest.approx([0.2] * 10, rel=0.02)
    assert rms == pytest.approx([0.2] * 10, rel=0.02)


@pytest.mark.parametrize("bars", [1, 7, 100, 799, 800, 3_000])
def test_bars_of_any_number_cover_the_waveform(bars: int):
    rising = np.linspace(0, 1, 800)
    peaks, rms = bar_amplitudes(wave(list(rising)), LENGTH / 1000, bars)

    assert np.square(rms).mean() == pytest.approx(1 / 3, rel=0.02)
    assert peaks.max() == 1
    assert (np.diff(peaks) >= 0).all()


def test_silence_is_a_thin_line(bar: SeekBar):
    bar.set_waveform(wave([0.0] * 800))

    assert 1 <= heights(bar).max() <= 3


def test_little_is_painted_while_the_track_plays(bar: SeekBar):
    bar.set_waveform(wave([0.5] * 800))
    paints = Paints(bar)
    for tick in range(100):
        bar.set_position(60_000 + 100 * tick)
        QApplication.processEvents()

    # Ten seconds are 24 pixels.
    assert 20 <= len(paints.rects) <= 25
    assert all(rect.width() <= 20 for rect in paints.rects)


@pytest.mark.parametrize("waveform", [None, wave([0.5] * 800)])
def test_what_is_painted_bit_by_bit_is_what_is_painted_at_once(
    bar: SeekBar, waveform: Waveform | None
):
    bar.set_waveform(waveform)
    paints = Paints(bar)
    before = image(bar)
    paints.rects.clear()

    def check() -> None:
        nonlocal before
        QApplication.processEvents()
        after = image(bar, paints)
        # What was not painted is still right.
        for x in range(bar.width()):
            if not any(rect.left() <= x <= rect.right() for rect in paints.rects):
                column = QRect(x, 0, 1, bar.height())
                assert before.copy(column) == after.copy(column), x
        paints.rects.clear()
        before = after

    hover(bar, 0.6)
    check()
    for part in (0.7, 0.2, 0.25, 0.9, 0.1):
        hover(bar, part)
        check()
        bar.set_position(round(LENGTH * (1 - part)))
        check()
    press(bar, 0.3)
    check()
    drag(bar, 0.35)
    check()
    release(bar, 0.5)
    check()


def test_ten_updates_a_second_cost_next_to_nothing(bar: SeekBar):
    bar.set_waveform(wave([0.5] * 800))
    QApplication.processEvents()
    start = time.process_time()
    for tick in range(1_000):
        bar.set_position(60_000 + 100 * tick)
        QApplication.processEvents()
    cost = time.process_time() - start

    # One percent of the hundred seconds that these were, on a slow and busy machine.
    assert cost < 1.0


_HIGH_DENSITY = """
import sys
from PySide6.QtWidgets import QApplication
from musicsim.audio import Waveform
from musicsim.ui.playback.seek_bar import SeekBar
app = QApplication([])
bar = SeekBar()
bar.resize(314, 40)
bar.set_duration(100_000)
bar.set_waveform(Waveform(*2 * [bytes(400) + b"\\xc0" * 400], 100.0))
bar.show()
app.processEvents()
shown = bar.grab().toImage()
def row(y):
    # Not where the bubble of a pointer may be that happens to be there.
    return [shown.pixelColor(x, y).name() for x in range(shown.width() // 4, shown.width() - 10)]
middle = shown.height() // 2
above = row(middle - shown.height() // 5)
first = next(x for x, colour in enumerate(above) if colour != above[0])
print(shown.width(), first + shown.width() // 4, len(set(row(middle)[-100:])))
"""


@pytest.mark.parametrize("ratio", ["1", "1.5", "2"])
def test_bars_are_sharp_on_every_screen(ratio: str):
    told = subprocess.run(
        [sys.executable, "-c", _HIGH_DENSITY],
        env=os.environ | {"QT_SCALE_FACTOR": ratio},
        capture_output=True,
        check=True,
        text=True,
    )
    width, first, colours = map(int, told.stdout.split())

    assert width == round(314 * float(ratio))
    # The second half is loud.
    assert abs(first - width / 2) <= 3 * float(ratio)
    # Bars and gaps, and no mixtures of them.
    assert colours == 2


# --- screen readers ---


def accessible(bar: SeekBar) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(bar)


def test_a_screen_reader_sees_a_slider_in_seconds(bar: SeekBar):
    seen = accessible(bar)

    assert seen.role() is QAccessible.Role.Slider
    assert seen.text(QAccessible.Text.Name) == "Place in the track"
    assert seen.text(QAccessible.Text.Description) == "1:00 of 4:05"
    values = seen.valueInterface()
    assert values.minimumValue() == 0
    assert values.maximumValue() == 245
    assert values.currentValue() == 60
    bar.set_position(83_400)
    assert values.currentValue() == 83
    assert seen.text(QAccessible.Text.Description) == "1:23 of 4:05"
    bar.set_duration(0)
    assert seen.text(QAccessible.Text.Description) == "1:23"


def test_a_screen_reader_can_seek(bar: SeekBar, seeks: list[int]):
    accessible(bar).valueInterface().setCurrentValue(120)

    assert seeks == [120_000]
    assert bar.shown == 120_000


def test_a_screen_reader_does_not_speak_each_second(
    bar: SeekBar, window: QMainWindow, seeks: list[int]
):
    bar.setFocus(Qt.FocusReason.TabFocusReason)
    told: list[int] = []
    bar.valueChanged.connect(told.append)
    for tick in range(0, 25_000, 100):
        bar.set_position(60_000 + tick)
    assert told == [70, 80]
    # What the listener does is said at once, and what is asked for is true.
    QTest.keyClick(bar, Qt.Key.Key_Right)
    assert told[2:] == [89]
    window.findChild(QLineEdit).setFocus()
    told.clear()
    bar.set_position(90_000)
    bar.set_position(91_000)
    assert told == [90, 91]
    assert seeks == [89_900]
