from musicsim.ui.kit.wheel import Notches


def test_small_turns_make_a_notch() -> None:
    notches = Notches()

    assert [notches.turn(each) for each in (50, 50, 50, 250)] == [0, 0, 1, 2]


def test_turning_back_starts_from_nothing() -> None:
    notches = Notches()
    notches.turn(110)

    assert [notches.turn(each) for each in (-110, -10)] == [0, -1]


def test_what_is_left_is_forgotten() -> None:
    notches = Notches()
    notches.turn(110)
    notches.reset()

    assert notches.turn(10) == 0
