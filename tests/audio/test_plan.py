from __future__ import annotations

import numpy as np
import pytest

from musicsim.audio import SamplingPlan


@pytest.mark.parametrize("duration", [1, 2, 3, 30, 63, 64, 65, 240.7, 3 * 3600])
def test_the_order_visits_every_whole_second_once(duration: float):
    order = SamplingPlan().order(duration)

    assert sorted(order.tolist()) == list(range(int(duration)))


@pytest.mark.parametrize("windows", [1, 4, 8, 12, 32, 64])
def test_every_prefix_is_spread_evenly(windows: int):
    duration = 240
    offsets = SamplingPlan(windows).offsets(duration)

    gaps = np.diff([24, *sorted(offsets), 216])  # between the fades
    assert len(offsets) == windows
    # Ideal would be duration / (windows + 1); van der Corput stays within a factor of two of the best spread.
    assert gaps.max() <= 2.1 * duration / windows


def test_fades_come_last():
    order = SamplingPlan().order(100).tolist()
    assert set(order[80:]) == {*range(10), *range(90, 100)}
    assert set(SamplingPlan(fades=0).order(100)[:16].tolist()) - set(range(10, 90))


def test_a_longer_sample_begins_with_the_shorter_one():
    assert SamplingPlan(32).offsets(200)[:8] == SamplingPlan(8).offsets(200)


def test_a_few_windows_begin_with_the_middle_of_the_track():
    assert SamplingPlan(3).offsets(100) == [50.0, 25.0, 75.0]


def test_a_track_shorter_than_the_plan_gives_every_whole_second():
    assert sorted(SamplingPlan(32).offsets(12.9)) == [float(second) for second in range(12)]


def test_a_jingle_gives_one_window():
    assert SamplingPlan().offsets(0.3) == [0.0]


def test_a_plan_without_windows_is_refused():
    with pytest.raises(ValueError, match="0 windows"):
        SamplingPlan(0)
