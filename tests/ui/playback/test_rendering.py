"""One stream made of tracks: joins, positions, crossfades, and what follows; no Qt, no sound server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import soxr

from musicsim.ui.playback.pieces import Ends, Piece, Sound, Starts
from musicsim.ui.playback.protocol import Item
from musicsim.ui.playback.rendering import Rendering
from musicsim.ui.playback.stream import Stream

RATE = 44_100
PATIENCE = 10.0  # s


def music(count: int, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Sound that is nowhere like itself at another place."""
    time = np.arange(count) / rate
    chirp = np.cos(2 * np.pi * (180 + 40 * time + seed * 100) * time)
    return (0.3 * chirp[:, None] * (1.0, 0.8)).astype(np.float32)


def write(path: Path, sound: np.ndarray, rate: int = RATE) -> Path:
    sf.write(path, sound, rate, "FLOAT")
    return path


@dataclass
class Queue:
    """What the window would say."""

    items: Sequence[Item]
    unplayable: list[tuple[int, str]] = field(default_factory=list)

    def following(self, token: int) -> Item | None:
        later = [item for item in self.items if item.token > token]
        broken = {token for token, _ in self.unplayable}
        return next((item for item in later if item.token not in broken), None)

    def leave_out(self, token: int, reason: str) -> None:
        self.unplayable.append((token, reason))


def rendered(
    items: Sequence[Item], start: float = 0.0, rate: int = RATE, longest_crossfade: float = 0.0
) -> list[Piece]:
    queue = Queue(items)
    stream = Stream(rate, queue.following, queue.leave_out, longest_crossfade)
    return list(stream.render(items[0], start))


def heard(pieces: Sequence[Piece], token: int | None = None) -> np.ndarray:
    sounds = [p.samples for p in pieces if isinstance(p, Sound) and token in (None, p.token)]
    return np.concatenate([np.empty((0, 2), np.float32), *sounds])


def news(pieces: Sequence[Piece]) -> list[tuple[str, int]]:
    return [
        ("starts", p.item.token) if isinstance(p, Starts) else ("ends", p.token)
        for p in pieces
        if not isinstance(p, Sound)
    ]


def assert_positions_run_on(pieces: Sequence[Piece]) -> None:
    places: dict[int, int] = {}
    for piece in pieces:
        if isinstance(piece, Starts):
            places[piece.item.token] = round(piece.position * RATE)
        elif isinstance(piece, Sound):
            assert piece.position == places[piece.token]
            places[piece.token] += len(piece.samples)


def album(tmp_path: Path, sound: np.ndarray, cuts: Sequence[int], rate: int) -> list[Item]:
    parts = np.split(sound, cuts)
    return [
        Item(number, write(tmp_path / f"{number}.wav", part, rate))
        for number, part in enumerate(parts, 1)
    ]


# --- joins ---


def test_tracks_of_the_streams_rate_are_joined_untouched(tmp_path: Path) -> None:
    sound = music(3 * RATE)
    items = album(tmp_path, sound, (1, 2, 50_001, 100_000), RATE)

    pieces = rendered(items)

    np.testing.assert_array_equal(heard(pieces), sound)
    assert news(pieces) == [(what, token) for token in range(1, 6) for what in ("starts", "ends")]
    assert_positions_run_on(pieces)
    for item, length in zip(items, np.diff((0, 1, 2, 50_001, 100_000, 3 * RATE)), strict=True):
        assert len(heard(pieces, item.token)) == length


@pytest.mark.parametrize("rate", [8_000, 11_025, 48_000, 192_000, 384_000])
def test_a_resampled_album_is_that_of_the_whole(tmp_path: Path, rate: int) -> None:
    sound = music(2 * rate, rate)
    items = album(tmp_path, sound, (rate // 3, rate // 3 + 7, rate), rate)

    pieces = rendered(items)

    whole = heard(pieces)
    expected = soxr.resample(sound, rate, RATE)
    assert len(whole) == pytest.approx(2 * RATE, abs=1)
    np.testing.assert_allclose(whole, expected[: len(whole)], atol=1e-4)
    assert_positions_run_on(pieces)
    assert len(heard(pieces, 4)) == pytest.approx(RATE, abs=1)


def test_rates_by_turns(tmp_path: Path) -> None:
    rates = (RATE, 48_000, 48_000, RATE, 8_000)
    items = [
        Item(number, write(tmp_path / f"{number}.wav", music(rate // 2, rate, number), rate))
        for number, rate in enumerate(rates, 1)
    ]

    pieces = rendered(items)

    assert len(heard(pieces)) == pytest.approx(2.5 * RATE, abs=3)
    np.testing.assert_array_equal(heard(pieces, 1), music(RATE // 2, RATE, 1))
    np.testing.assert_array_equal(heard(pieces, 4), music(RATE // 2, RATE, 4))
    assert news(pieces) == [(what, token) for token in range(1, 6) for what in ("starts", "ends")]


@pytest.mark.parametrize("start", [0.01, 0.1, 0.777, 1.5, 1.999])
@pytest.mark.parametrize("rate", [8_000, RATE, 48_000, 96_000])
def test_a_start_in_the_middle_is_exact(tmp_path: Path, rate: int, start: float) -> None:
    sound = music(2 * rate, rate)
    items = [Item(1, write(tmp_path / "1.wav", sound, rate))]
    whole = heard(rendered(items))

    pieces = rendered(items, start)

    first = next(p for p in pieces if isinstance(p, Starts))
    frame = round(first.position * RATE)
    assert first.position == pytest.approx(start, abs=1 / RATE)
    part = heard(pieces)
    assert len(part) == pytest.approx(len(whole) - frame, abs=1)
    count = min(len(part), len(whole) - frame)
    np.testing.assert_allclose(part[:count], whole[frame : frame + count], atol=2e-4)
    assert_positions_run_on(pieces)


@pytest.mark.parametrize("start", [1.0, 1.05, 5.0])
@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_a_start_behind_the_end_takes_nothing_from_the_next(
    tmp_path: Path, rate: int, start: float
) -> None:
    items = album(tmp_path, music(2 * rate, rate), (rate,), rate)

    pieces = rendered(items, start)

    assert news(pieces) == [("starts", 1), ("ends", 1), ("starts", 2), ("ends", 2)]
    assert len(heard(pieces, 2)) == pytest.approx(RATE, abs=2)
    assert len(heard(pieces, 1)) <= 2
    (end, _) = (p for p in pieces if isinstance(p, Ends))
    assert end.seconds == pytest.approx(1.0, abs=0.001)
    assert end.shortfall == 0


@pytest.mark.parametrize("samples", [1, 2, 100, 2205])
def test_very_short_tracks(tmp_path: Path, samples: int) -> None:
    sound = music(samples * 20)
    items = album(tmp_path, sound, range(samples, samples * 20, samples), RATE)

    pieces = rendered(items)

    np.testing.assert_array_equal(heard(pieces), sound)
    assert len(news(pieces)) == 40


def test_a_file_that_is_deleted_while_it_plays_is_heard_to_its_end(tmp_path: Path) -> None:
    sound = music(5 * RATE)
    items = album(tmp_path, sound, (4 * RATE,), RATE)
    queue = Queue(items)

    pieces = []
    for piece in Stream(RATE, queue.following, queue.leave_out).render(items[0], 0.0):
        pieces.append(piece)
        items[0].path.unlink(missing_ok=True)

    np.testing.assert_array_equal(heard(pieces), sound)
    assert queue.unplayable == []


def test_gain_is_each_tracks_own(tmp_path: Path) -> None:
    sound = music(RATE)
    one, two = album(tmp_path, sound, (30_000,), RATE)

    pieces = rendered([Item(1, one.path, gain=0.5), Item(2, two.path, gain=0.25)])

    np.testing.assert_array_equal(heard(pieces, 1), sound[:30_000] / 2)
    np.testing.assert_array_equal(heard(pieces, 2), sound[30_000:] / 4)


# --- what is broken ---


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_broken_track_is_told_and_left_out(tmp_path: Path, place: int) -> None:
    items = album(tmp_path, music(3 * RATE), (RATE, 2 * RATE), RATE)
    items[place].path.write_bytes(b"nothing")
    queue = Queue(items)

    pieces = list(Stream(RATE, queue.following, queue.leave_out).render(items[0], 0.0))

    assert [token for token, _ in queue.unplayable] == [place + 1]
    assert len(heard(pieces)) == 2 * RATE


def test_behind_a_broken_track_the_next_one_begins_at_its_beginning(tmp_path: Path) -> None:
    items = album(tmp_path, music(2 * RATE), (RATE,), RATE)
    items[0].path.unlink()

    pieces = rendered(items, start=0.7)

    assert len(heard(pieces, 2)) == RATE


def test_nothing_but_broken_tracks(tmp_path: Path) -> None:
    items = [Item(number, tmp_path / f"{number}.wav") for number in range(1, 6)]

    assert rendered(items) == []


def test_a_track_that_ends_early_says_so_and_the_next_one_follows(tmp_path: Path) -> None:
    items = album(tmp_path, music(4 * RATE), (2 * RATE,), RATE)
    sf.write(tmp_path / "1.flac", music(2 * RATE, seed=1), RATE)
    content = (tmp_path / "1.flac").read_bytes()
    (tmp_path / "1.flac").write_bytes(content[: len(content) // 2])

    pieces = rendered([Item(1, tmp_path / "1.flac"), items[1]])

    end = next(p for p in pieces if isinstance(p, Ends))
    assert end.seconds + end.shortfall == pytest.approx(2.0, abs=0.01)
    assert end.shortfall > 0.5
    assert len(heard(pieces, 2)) == 2 * RATE


# --- crossfades ---


def crossfade(tmp_path: Path, lengths: Sequence[float], fade: float, hold: float) -> list[Piece]:
    items = [
        Item(
            number,
            write(tmp_path / f"{number}.wav", music(round(length * RATE), seed=number)),
            crossfade=fade,
        )
        for number, length in enumerate(lengths, 1)
    ]
    return rendered(items, longest_crossfade=hold)


def test_a_crossfade_is_at_equal_power(tmp_path: Path) -> None:
    pieces = crossfade(tmp_path, (3.0, 3.0), fade=1.0, hold=1.0)

    assert len(heard(pieces)) == 5 * RATE
    first, second = music(3 * RATE, seed=1), music(3 * RATE, seed=2)
    angle = np.linspace(0, np.pi / 2, RATE)[:, None]
    mixed = first[2 * RATE :] * np.cos(angle) + second[:RATE] * np.sin(angle)
    np.testing.assert_allclose(heard(pieces)[2 * RATE : 3 * RATE], mixed, atol=1e-4)
    assert news(pieces) == [("starts", 1), ("ends", 1), ("starts", 2), ("ends", 2)]
    assert [p.crossfaded for p in pieces if isinstance(p, Starts)] == [False, True]
    assert_positions_run_on(pieces)


@pytest.mark.parametrize(
    ("lengths", "fade", "hold", "overlaps"),
    [
        ((3.0, 1.0), 2.0, 2.0, 0.5),  # half of the next one
        ((0.5, 3.0), 2.0, 2.0, 0.5),  # all of the one before
        ((3.0, 3.0), 2.0, 1.0, 1.0),  # as much as is held back
        ((3.0, 3.0), 0.0, 2.0, 0.0),
        ((3.0, 3.0), 2.0, 0.0, 0.0),
        ((0.01, 0.01), 2.0, 2.0, 0.005),
    ],
)
def test_a_crossfade_is_no_longer_than_the_tracks(
    tmp_path: Path, lengths: tuple[float, ...], fade: float, hold: float, overlaps: float
) -> None:
    pieces = crossfade(tmp_path, lengths, fade, hold)

    assert len(heard(pieces)) == pytest.approx((sum(lengths) - overlaps) * RATE, abs=2)
    assert_positions_run_on(pieces)


def test_crossfades_in_a_row_of_short_tracks(tmp_path: Path) -> None:
    pieces = crossfade(tmp_path, (0.05,) * 10, fade=2.0, hold=2.0)

    assert [token for what, token in news(pieces) if what == "starts"] == list(range(1, 11))
    assert 0.05 * RATE < len(heard(pieces)) <= 0.5 * RATE
    assert np.isfinite(heard(pieces)).all()
    assert np.abs(heard(pieces)).max() <= 1.0


def test_a_crossfade_into_a_track_that_turns_out_to_be_short(tmp_path: Path) -> None:
    first = Item(1, write(tmp_path / "1.wav", music(3 * RATE, seed=1)))
    sf.write(tmp_path / "2.flac", music(10 * RATE, seed=2), RATE)
    content = (tmp_path / "2.flac").read_bytes()
    (tmp_path / "2.flac").write_bytes(content[: len(content) // 20])

    pieces = rendered([first, Item(2, tmp_path / "2.flac", crossfade=2.0)], longest_crossfade=2.0)

    # The end of the first one fades out all the same.
    assert len(heard(pieces)) == 3 * RATE
    assert np.abs(heard(pieces)[-100:]).max() < 0.02


# --- rendering ahead ---


class Late:
    """Says what follows when it is told to."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._answer = threading.Event()
        self._item: Item | None = None

    def following(self, token: int) -> Item | None:
        self.asked.set()
        assert self._answer.wait(PATIENCE)
        self._answer.clear()
        return self._item

    def say(self, item: Item | None) -> None:
        self._item = item
        self._answer.set()


def until(condition: Callable[[], bool]) -> None:
    """Wait for a thread that tells nobody."""
    pause = threading.Event()
    for _ in range(round(PATIENCE / 0.001)):
        if condition():
            return
        pause.wait(0.001)
    raise TimeoutError


def taken(rendering: Rendering, frames: int) -> Iterator[Piece]:
    while not rendering.is_drained:
        yield from rendering.take(frames)
    assert rendering.failure is None


def test_what_follows_may_be_said_late(tmp_path: Path) -> None:
    one, two = album(tmp_path, music(2 * RATE), (RATE,), RATE)
    late = Late()
    rendering = Rendering(Stream(RATE, late.following, lambda *_: None), one, 0.0, RATE)

    assert late.asked.wait(PATIENCE)
    late.asked.clear()
    pieces = rendering.take(10 * RATE)
    assert len(heard(pieces)) == pytest.approx(RATE, abs=RATE // 100)
    assert not rendering.is_drained
    late.say(two)
    assert late.asked.wait(PATIENCE)
    late.say(None)
    pieces += taken(rendering, 1000)

    np.testing.assert_array_equal(heard(pieces), music(2 * RATE))


@pytest.mark.parametrize("frames", [1, 777, 10 * RATE])
def test_it_is_taken_in_pieces_of_any_size(tmp_path: Path, frames: int) -> None:
    items = album(tmp_path, music(RATE // 4), (5000,), RATE)
    queue = Queue(items)
    rendering = Rendering(Stream(RATE, queue.following, queue.leave_out), items[0], 0.0, RATE)

    pieces = list(taken(rendering, frames))

    assert max(len(p.samples) for p in pieces if isinstance(p, Sound)) <= frames
    np.testing.assert_array_equal(heard(pieces), music(RATE // 4))
    assert_positions_run_on(pieces)


def test_it_renders_no_further_than_it_should(tmp_path: Path) -> None:
    (item,) = album(tmp_path, music(20 * RATE), (), RATE)
    queue = Queue([item])
    rendering = Rendering(Stream(RATE, queue.following, queue.leave_out), item, 0.0, RATE)

    until(lambda: rendering.is_ready(8 * RATE))
    assert not rendering.is_ready(9 * RATE)
    rendering.cancel()
    rendering._thread.join(PATIENCE)

    assert not rendering._thread.is_alive()


def test_a_track_that_was_not_begun_can_be_cut_off(tmp_path: Path) -> None:
    items = album(tmp_path, music(3 * RATE), (RATE, 2 * RATE), RATE)
    queue = Queue(items)
    rendering = Rendering(Stream(RATE, queue.following, queue.leave_out), items[0], 0.0, RATE)
    until(lambda: rendering._done)

    cut = rendering.cut(2)

    assert cut is not None
    assert cut.item.token == 2
    pieces = list(taken(rendering, 1000))
    np.testing.assert_array_equal(heard(pieces), music(3 * RATE)[:RATE])
    assert news(pieces) == [("starts", 1), ("ends", 1)]


def test_a_track_that_was_begun_can_not_be_cut_off(tmp_path: Path) -> None:
    items = album(tmp_path, music(2 * RATE), (RATE,), RATE)
    queue = Queue(items)
    rendering = Rendering(Stream(RATE, queue.following, queue.leave_out), items[0], 0.0, RATE)
    until(lambda: rendering._done)
    pieces = rendering.take(RATE + 1)

    assert rendering.cut(2) is None
    assert rendering.cut(7) is None

    pieces += taken(rendering, 1000)
    np.testing.assert_array_equal(heard(pieces), music(2 * RATE))


def test_a_bug_ends_it_and_is_kept(tmp_path: Path) -> None:
    (item,) = album(tmp_path, music(RATE), (), RATE)

    def fail(token: int) -> Item | None:
        raise RuntimeError

    rendering = Rendering(Stream(RATE, fail, lambda *_: None), item, 0.0, RATE)
    until(lambda: rendering._done)

    assert isinstance(rendering.failure, RuntimeError)
