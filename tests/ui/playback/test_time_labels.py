from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from musicsim.base.lengths import length_text
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.time_labels import ElapsedLabel, LengthLabel


@pytest.fixture
def label(qtbot, theme: Theme) -> LengthLabel:
    made = LengthLabel()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.set_duration(245_900)
    made.set_position(60_000)
    return made


@pytest.fixture
def chosen(label: LengthLabel) -> list[bool]:
    got: list[bool] = []
    label.remaining_changed.connect(got.append)
    return got


def test_the_elapsed_time(qtbot, theme: Theme):
    label = ElapsedLabel()
    qtbot.addWidget(label)
    texts = []
    for position in (0, 59_999, 60_000, 3_723_000, None):
        label.set_position(position)
        texts.append(label.text())

    assert texts == ["0:00", "0:59", "1:00", "1:02:03", ""]


def test_a_click_shows_what_is_left_and_another_one_the_length(
    label: LengthLabel, chosen: list[bool]
):
    assert label.text() == "4:06"
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert label.text() == "−3:06"
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert label.text() == "4:06"
    assert chosen == [True, False]


@pytest.mark.parametrize("seconds", [24.4, 24.5, 24.818, 59.9, 3599.6])
def test_the_length_is_the_one_that_the_lists_show(label: LengthLabel, seconds: float):
    label.set_duration(round(1000 * seconds))
    assert label.text() == length_text(seconds)


def test_what_was_chosen_can_be_set(label: LengthLabel, chosen: list[bool]):
    label.set_remaining(True)

    assert label.remaining
    assert label.text() == "−3:06"
    assert chosen == []


def test_what_is_left_and_what_has_elapsed_change_at_once(label: LengthLabel):
    label.set_remaining(True)
    for position, left in ((60_000, "−3:06"), (60_999, "−3:06"), (61_000, "−3:05")):
        label.set_position(position)
        assert label.text() == left


def test_what_is_left_is_never_less_than_nothing(label: LengthLabel):
    label.set_remaining(True)
    label.set_position(400_000)

    assert label.text() == "−0:00"


def test_an_unknown_length_says_nothing(label: LengthLabel, chosen: list[bool]):
    for remaining in (False, True):
        label.set_remaining(remaining)
        label.set_duration(0)
        assert label.text() == ""
        QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert chosen == []
    label.set_duration(100_000)
    assert label.text() == "−0:40"
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert chosen == [False]


def test_enter_clicks_and_space_is_the_windows(label: LengthLabel, chosen: list[bool]):
    QTest.keyClick(label, Qt.Key.Key_Space)
    assert chosen == []
    QTest.keyClick(label, Qt.Key.Key_Return)
    assert chosen == [True]


def test_its_name_says_what_it_shows_and_not_each_second(label: LengthLabel):
    assert label.accessibleName() == "Length: 4:06"
    label.set_remaining(True)
    for position in (70_000, 80_000):
        label.set_position(position)
        assert label.accessibleName() == "Time left"
    assert "length" in label.toolTip()


def test_it_is_painted_in_every_state(label: LengthLabel):
    label.clearFocus()
    pictures = [label.grab().toImage()]
    label.setFocus(Qt.FocusReason.TabFocusReason)
    pictures.append(label.grab().toImage())
    label.set_remaining(True)
    pictures.append(label.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2]


def test_its_width_stays(label: LengthLabel):
    width = label.sizeHint().width()
    label.set_remaining(True)
    label.set_position(0)

    assert label.sizeHint().width() == width
