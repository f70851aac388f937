"""What failed in the background is tried again, with pauses that grow; bugs are not."""

import pytest

from musicsim.base.errors import MusicsimError, TemporaryError
from musicsim.base.events import Events
from musicsim.services.notices import Attempts

pytestmark = pytest.mark.logs


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Thread:
    """A background thread that attempts something, and what the listener is told."""

    def __init__(self) -> None:
        events = Events()
        self.attempts = Attempts("scan", events)
        self.told: list[str] = []
        events.subscribe(lambda notice: self.told.append(notice.text))

    def fails(self, error: Exception, **how: bool) -> float | None:
        with self.attempts.told(**how):
            raise error
        return self.attempts.seconds_left

    def succeeds(self, **how: bool) -> float | None:
        with self.attempts.told(**how):
            pass
        return self.attempts.seconds_left


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr("time.monotonic", made)
    return made


FULL = TemporaryError("The disk is full.")


def test_pauses_grow_up_to_minutes_and_are_told(clock):
    thread = Thread()
    pauses = []
    for _ in range(9):
        pauses.append(thread.fails(FULL))
        clock.now += pauses[-1]
        assert thread.attempts.seconds_left == 0
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert thread.told[0] == "The disk is full. musicsim tries again by itself, next in 5 s."
    assert thread.told[-1].endswith("next in 5 min.")


def test_after_a_success_everything_is_as_at_first(clock):
    thread = Thread()
    for _ in range(3):
        clock.now += thread.fails(FULL)
    assert thread.succeeds() is None
    assert thread.told[-1] == ""
    assert thread.fails(FULL) == 5


def test_what_is_attempted_early_postpones_nothing(clock):
    """Such as when files change while the disk is full."""
    thread = Thread()
    thread.fails(FULL)
    clock.now += 2
    assert thread.fails(FULL) == 3


def test_a_part_that_succeeds_does_not_end_the_attempts_at_the_whole(clock):
    thread = Thread()
    thread.fails(FULL)
    assert thread.succeeds(all_of_it=False) == 5
    assert thread.told[-1] != ""
    assert thread.succeeds() is None


def test_what_is_postponed_within_grows_too(clock):
    """Such as for the index, whose failure ends nothing."""
    thread = Thread()
    pauses = []
    for _ in range(3):
        with thread.attempts.told():
            thread.attempts.postpone()
        pauses.append(thread.attempts.seconds_left)
        clock.now += pauses[-1]
    assert pauses == [5, 10, 20]
    assert thread.told == ["", "", ""]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MusicsimError("The file is damaged."), "The file is damaged."),
        (KeyError("x"), "musicsim failed: KeyError('x'). Please report it."),
    ],
)
def test_what_no_time_heals_is_told_and_not_tried_again(error, told):
    thread = Thread()
    assert thread.fails(error) is None
    assert thread.told == [told]
    assert thread.succeeds(all_of_it=False) is None
    assert thread.told[-1] == ""
