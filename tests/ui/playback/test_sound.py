"""What really comes out of a device, as PulseAudio has it: the process that plays, the sound server, and no fake."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from known_audio import FORMATS, encode
from sound_server import IS_THERE, SoundServer
from window_fakes import Library

from musicsim.audio.playing import StereoReader
from musicsim.library.types import Tags
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback import engine as engine_module
from musicsim.ui.playback import player_process
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.process import is_overtaken
from musicsim.ui.playback.protocol import (
    Command,
    Item,
    Pause,
    Play,
    Seek,
    SetVolume,
    Silence,
    Stop,
)
from musicsim.ui.tracks.store import TrackStore

pytestmark = pytest.mark.skipif(not IS_THERE, reason="PulseAudio's programs are not installed")

RATE = 44_100
Sound = npt.NDArray[np.float32]


@pytest.fixture
def engine(server: SoundServer, tmp_path: Path, qapp) -> Iterator[Engine]:
    made = Engine(tmp_path / "player.log")
    yield made
    made.close()


def music(seconds: float, rate: int = RATE) -> Sound:
    """Sound that is nowhere like itself at another place."""
    count = round(seconds * rate)
    time = np.arange(count) / rate
    chirp = np.cos(2 * np.pi * (180 + 40 * time) * time)
    return (0.3 * chirp[:, None] * (1.0, 0.8)).astype(np.float32)


def write(path: Path, sound: Sound, rate: int = RATE) -> Path:
    name = {".ogg": "vorbis"}.get(path.suffix, path.suffix[1:])
    return encode(path, sound, replace(FORMATS[name], rate=rate))


def cut(tmp_path: Path, suffix: str, sound: Sound, *cuts: int, rate: int = RATE) -> list[Path]:
    """An album in tracks that are cut out of one piece."""
    parts = pairwise((0, *cuts, len(sound)))
    return [
        write(tmp_path / f"{number}{suffix}", sound[begin:end], rate)
        for number, (begin, end) in enumerate(parts)
    ]


def decoded(path: Path) -> Sound:
    with StereoReader(path) as reader:
        return np.concatenate(list(reader.blocks()))


def music_of(paths: Sequence[Path]) -> Sound:
    return np.concatenate([decoded(path) for path in paths])


def items(paths: Sequence[Path]) -> list[Item]:
    return [Item(number + 1, path) for number, path in enumerate(paths)]


def begin(
    engine: Engine, tracks: Sequence[Item], position: float = 0.0, longest_crossfade: float = 0.0
) -> None:
    """Play tracks one after the other; as the player does, say what follows one when it begins."""
    following = {one.token: other for one, other in pairwise(tracks)}
    engine.begun.connect(lambda token, *_: engine.follow(token, following.get(token)))
    first = tracks[0]
    engine.play(first, position, following.get(first.token), longest_crossfade=longest_crossfade)


def play_all(engine: Engine, tracks: Sequence[Item], qtbot, position: float = 0.0) -> None:
    """Play tracks to the end of the last one."""
    with qtbot.waitSignal(engine.drained, timeout=60_000):
        begin(engine, tracks, position)


def place_of(part: Sound, whole: Sound) -> int:
    """Where a part is found in a whole."""
    size = 2 ** (len(whole) + len(part)).bit_length()
    spectrum = np.fft.rfft(whole[:, 0], size) * np.conj(np.fft.rfft(part[:, 0], size))
    return int(np.argmax(np.fft.irfft(spectrum)[: len(whole)]))


def silences(sound: Sound) -> list[npt.NDArray[np.intp]]:
    """The runs of frames without sound, the longest one last."""
    zeros = np.flatnonzero(np.abs(sound).max(axis=1) == 0)
    return sorted(np.split(zeros, np.flatnonzero(np.diff(zeros) > 1) + 1), key=len)


def longest_silence(sound: Sound) -> int:
    return len(silences(sound)[-1])


@pytest.mark.parametrize("suffix", [".flac", ".wav", ".ogg", ".opus", ".mp3"])
def test_an_album_that_was_cut_in_three_comes_out_whole(
    server: SoundServer, engine: Engine, tmp_path: Path, suffix: str, qtbot
) -> None:
    rate = 48_000 if suffix == ".opus" else RATE
    paths = cut(tmp_path, suffix, music(2.0, rate), 31_007, 62_333, rate=rate)
    whole = music_of(paths)
    # Nothing of what the encoders added is left.
    assert len(whole) == 2 * rate

    with server.recording() as recording:
        play_all(engine, items(paths), qtbot)
    heard = recording.heard()

    if rate == RATE:
        np.testing.assert_array_equal(heard, whole)
    else:
        expected = soxr.resample(whole, rate, RATE)
        assert len(heard) == pytest.approx(len(expected), abs=1)
        np.testing.assert_allclose(heard, expected[: len(heard)], atol=1e-3)


def test_tracks_of_other_rates_and_channels_are_joined_without_a_gap(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    sound = music(1.0)
    paths = [tmp_path / "44100.flac", tmp_path / "48000.flac", tmp_path / "mono.wav"]
    write(paths[0], sound, RATE)
    write(paths[1], music(1.0, 48_000), 48_000)
    write(paths[2], sound[:, :1], RATE)

    with server.recording() as recording:
        play_all(engine, items(paths), qtbot)
    heard = recording.heard()

    assert len(heard) == pytest.approx(3 * RATE, abs=2)
    np.testing.assert_array_equal(heard[:RATE], decoded(paths[0]))
    np.testing.assert_allclose(heard[RATE + 200 : 2 * RATE - 200], sound[200:-200], atol=2e-3)
    np.testing.assert_array_equal(heard[-RATE:], decoded(paths[2]))


def test_seeking_is_exact(server: SoundServer, engine: Engine, tmp_path: Path, qtbot) -> None:
    (path,) = cut(tmp_path, ".mp3", music(12.0))
    (item,) = items([path])

    with server.recording() as recording:
        with qtbot.waitSignal(engine.progress):
            engine.play(item, 0.0, None)
        with qtbot.waitSignal(engine.drained, timeout=30_000):
            engine.seek(11.0)
    heard = recording.heard()

    end = decoded(path)[11 * RATE :]
    np.testing.assert_array_equal(heard[-len(end) :], end)


def test_pausing_loses_nothing(server: SoundServer, engine: Engine, tmp_path: Path, qtbot) -> None:
    (path,) = cut(tmp_path, ".flac", music(3.0))
    (item,) = items([path])
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))

    with server.recording() as recording:
        engine.play(item, 0.0, None)
        qtbot.waitUntil(lambda: bool(places) and places[-1] > 0.8, timeout=20_000)
        engine.pause()
        qtbot.wait(600)
        paused_at = places[-1]
        with qtbot.waitSignal(engine.drained, timeout=20_000):
            engine.resume()
    heard = recording.heard()

    silent = silences(heard)[-1]
    assert 0.4 * RATE < len(silent) < 1.5 * RATE
    before, after = heard[: silent[0]], heard[silent[-1] + 1 :]
    whole = decoded(path)
    assert paused_at == pytest.approx(len(before) / RATE, abs=0.4)
    np.testing.assert_array_equal(before, whole[: len(before)])
    np.testing.assert_array_equal(after[-RATE:], whole[-RATE:])
    # What PulseAudio drops or repeats when it stops a stream.
    assert len(before) + len(after) == pytest.approx(len(whole), abs=0.1 * RATE)


def test_what_comes_next_can_be_changed_until_it_is_heard(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    first, second, third = cut(tmp_path, ".flac", music(6.0), 2 * RATE, 4 * RATE)
    one, two, three = items([first, second, third])

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=30_000):
        with qtbot.waitSignal(engine.progress):
            engine.play(one, 0.0, two)
        qtbot.wait(200)  # the second one is rendered by now
        engine.begun.connect(lambda token, *_: engine.follow(token, None))
        engine.follow(1, three)
    heard = recording.heard()

    np.testing.assert_array_equal(heard, np.concatenate([decoded(first), decoded(third)]))


def test_a_change_of_what_comes_next_in_the_last_moment(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    first, second = cut(tmp_path, ".flac", music(4.0), 2 * RATE)
    one, two = items([first, second])
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=30_000):
        engine.play(one, 0.0, two)
        # The device has the second one's beginning by now.
        qtbot.waitUntil(lambda: bool(places) and places[-1] > 1.2, timeout=20_000)
        engine.follow(1, None)
    heard = recording.heard()

    assert len(heard) == pytest.approx(2 * RATE, abs=0.2 * RATE)
    assert place_of(heard[-RATE // 2 :], decoded(first)) == pytest.approx(1.5 * RATE, abs=2)


def test_a_crossfade_is_as_long_as_asked_for(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    first, second = cut(tmp_path, ".flac", music(6.0), 3 * RATE)
    one, two = Item(1, first), Item(2, second, crossfade=1.0)

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=30_000):
        begin(engine, [one, two], longest_crossfade=1.0)
    heard = recording.heard()

    assert len(heard) == 5 * RATE
    np.testing.assert_array_equal(heard[: 2 * RATE], decoded(first)[: 2 * RATE])
    np.testing.assert_array_equal(heard[3 * RATE :], decoded(second)[RATE:])
    # At equal power.
    angle = np.linspace(0, np.pi / 2, RATE)[:, None]
    mixed = decoded(first)[2 * RATE :] * np.cos(angle) + decoded(second)[:RATE] * np.sin(angle)
    np.testing.assert_allclose(heard[2 * RATE : 3 * RATE], mixed, atol=1e-3)


def test_gain_is_applied_and_nothing_clips(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    sound = music(2.0)
    quiet, loud = tmp_path / "quiet.flac", tmp_path / "loud.flac"
    write(quiet, sound, RATE)
    write(loud, sound, RATE)

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=30_000):
        begin(engine, [Item(1, quiet, gain=0.25), Item(2, loud, gain=6.0)])
    heard = recording.heard()

    # The limiter begins some milliseconds before the peaks.
    before = round(1.98 * RATE)
    np.testing.assert_allclose(heard[:before], decoded(quiet)[:before] / 4, atol=1e-6)
    assert np.abs(heard).max() <= 1.0
    # By a lower gain around the peaks, not by cutting them off.
    assert (np.abs(heard[2 * RATE :]) > 0.999).mean() < 0.03


def test_volume_is_heard_at_once(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(3.0))
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=30_000):
        engine.play(Item(1, path), 0.0, None)
        qtbot.waitUntil(lambda: bool(places) and places[-1] > 0.8, timeout=20_000)
        engine.set_volume(0.1)
        at = places[-1]
    heard = recording.heard()

    loud = np.flatnonzero(np.abs(decoded(path)).max(axis=1) > 0.2)
    quiet = loud[np.abs(heard[loud]).max(axis=1) < 0.05]
    assert quiet[0] / RATE == pytest.approx(at, abs=0.4)


def test_a_device_that_is_unplugged_pauses_and_another_one_goes_on(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(8.0))
    headphones = server.add_sink("headphones")
    server.pactl("set-default-sink", "headphones")

    with server.recording("first") as speakers:
        with server.recording("headphones"):
            with qtbot.waitSignal(engine.progress, timeout=20_000):
                engine.play(Item(1, path), 0.0, None)
            qtbot.wait(700)
            with qtbot.waitSignal(engine.silent, timeout=10_000) as told:
                server.remove_sink(headphones)
            assert told.args == [Silence.DEVICE_GONE]
        qtbot.wait(500)
        # At most what was on its way when the server moved the stream.
        assert len(speakers.heard()) < 0.2 * RATE
        with qtbot.waitSignal(engine.drained, timeout=30_000):
            engine.resume()
        heard = speakers.heard()

    assert place_of(heard[-RATE:], decoded(path)) == pytest.approx(7 * RATE, abs=2)
    before = silences(heard)[-1]
    rest = heard[before[-1] + 1 :] if len(before) > 0.3 * RATE else heard
    assert 5 * RATE < len(rest) < 7.9 * RATE


def test_a_new_default_is_followed_where_it_was(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(6.0))
    server.add_sink("second", 48_000)

    with server.recording("first") as first, server.recording("second") as second:
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(Item(1, path), 0.0, None)
        qtbot.wait(500)
        with qtbot.waitSignal(engine.drained, timeout=30_000):
            server.pactl("set-default-sink", "second")

    # The recorder of the first one moves to the new default as well, so it has all of it.
    heard = first.heard()
    silence = longest_silence(heard)
    assert silence < 0.25 * RATE
    # Nothing is lost or heard twice, but for what the server had and played no more.
    assert (len(heard) - silence) / RATE == pytest.approx(6.0, abs=0.06)
    assert len(second.heard()) > 3 * RATE


def test_the_chosen_device_stays_when_the_default_changes(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(3.0))
    server.add_sink("second")
    engine.use_device(b"second")

    with server.recording("first") as first, server.recording("second") as second:
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(Item(1, path), 0.0, None)
        with qtbot.waitSignal(engine.drained, timeout=30_000):
            server.pactl("set-default-sink", "first")

    assert not len(first.heard())
    np.testing.assert_array_equal(second.heard(), decoded(path))


def test_without_a_device_it_waits_and_goes_on_as_soon_as_there_is_one(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(4.0))
    server.pactl("unload-module", "module-null-sink")

    with qtbot.waitSignal(engine.silent, timeout=20_000) as told:
        engine.play(Item(1, path), 3.0, None)
    assert told.args == [Silence.NO_DEVICE]
    server.add_sink("late")
    with server.recording("late") as recording:
        qtbot.waitSignal(engine.drained, timeout=30_000).wait()

    heard = recording.heard()
    assert len(heard) == pytest.approx(RATE, abs=0.3 * RATE)


def test_a_sound_server_that_is_killed_and_started_again(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(12.0))
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))

    with server.recording() as recording:
        engine.play(Item(1, path), 0.0, None)
        qtbot.waitUntil(lambda: bool(places) and places[-1] > 1.0, timeout=20_000)
        with qtbot.waitSignal(engine.silent, timeout=20_000):
            server.kill()
    heard_until = len(recording.heard()) / RATE
    server.start()
    begun = qtbot.waitSignal(engine.begun, timeout=40_000)
    begun.wait()

    assert begun.args is not None
    assert begun.args[2] == pytest.approx(heard_until, abs=0.5)
    with server.recording() as recording:
        qtbot.waitSignal(engine.drained, timeout=40_000).wait()
    assert place_of(recording.heard()[-RATE:], decoded(path)) == pytest.approx(11 * RATE, abs=2)


def test_a_sound_server_that_hangs_holds_up_nobody(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(8.0))

    with server.recording():
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(Item(1, path), 0.0, None)
        server.freeze()
        with qtbot.waitSignal(engine.silent, timeout=20_000) as told:
            engine.seek(2.0)
        assert told.args == [Silence.NO_ANSWER]
        engine.pause()
        engine.seek(3.0)
        engine.close()  # the test has a time limit
        server.thaw()


@pytest.mark.logs
def test_a_decoder_that_crashes_is_passed_over(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(2.0))
    told: list[tuple[int, str]] = []
    engine.unplayable.connect(lambda *what: told.append(what))

    def crash(*_: object) -> None:
        # As a decoder would: whatever plays this track is gone.
        assert engine._process.pid is not None
        os.kill(engine._process.pid, signal.SIGSEGV)

    with server.recording():
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(Item(1, path), 0.0, Item(2, path))
        crash()
        begun = qtbot.waitSignal(engine.begun, timeout=20_000)
        begun.wait()
        assert begun.args is not None
        assert begun.args[0] == 1, "once may be chance"
        crash()
        begun = qtbot.waitSignal(engine.begun, timeout=20_000)
        begun.wait()

    assert begun.args is not None
    assert begun.args[0] == 2
    assert told == [(1, "its decoder crashed")]


@pytest.mark.logs
def test_a_decoder_that_crashes_a_little_further_on_each_time_is_passed_over(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(6.0))
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))
    engine.begun.connect(lambda *_: places.clear())

    with server.recording(), qtbot.waitSignal(engine.unplayable, timeout=20_000):
        engine.play(Item(1, path), 0.0, None)
        for _ in range(2):
            qtbot.waitUntil(lambda: len(set(places)) > 2, timeout=20_000)
            places.clear()
            assert engine._process.pid is not None
            os.kill(engine._process.pid, signal.SIGSEGV)


@pytest.mark.parametrize("content", [b"", b"this is no music" * 1000, None])
def test_what_can_not_be_played_is_told_once_and_left_out(
    server: SoundServer, engine: Engine, tmp_path: Path, content: bytes | None, qtbot
) -> None:
    broken = tmp_path / "broken.mp3"
    if content is not None:
        broken.write_bytes(content)
    (path,) = cut(tmp_path, ".flac", music(1.0))
    told: list[int] = []
    engine.unplayable.connect(lambda token, _: told.append(token))

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=30_000):
        begin(engine, [Item(1, broken), Item(2, path)])

    assert told == [1]
    np.testing.assert_array_equal(recording.heard(), decoded(path))


@pytest.mark.parametrize("name", ["a#b%41?c", "two\nlines", "밤🌅", os.fsdecode(b"not \xff text")])
def test_any_name_plays(
    server: SoundServer, engine: Engine, tmp_path: Path, name: str, qtbot
) -> None:
    path = tmp_path / f"{name}.wav"
    write(tmp_path / "plain.wav", music(0.5), RATE)
    (tmp_path / "plain.wav").rename(path)

    with server.recording(), qtbot.waitSignal(engine.drained, timeout=30_000):
        engine.play(Item(1, path), 0.0, None)


def test_the_server_holds_enough_to_play_on_while_the_machine_is_busy(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".flac", music(4.0))
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))

    with server.recording():
        engine.play(Item(1, path), 0.0, None)
        qtbot.waitUntil(lambda: bool(places) and places[-1] > 0.5, timeout=20_000)
        told = server.pactl("list", "sink-inputs")

    latencies = [line.split()[-2] for line in told.splitlines() if "Latency:" in line]
    assert sum(map(int, latencies)) > 80_000  # µs; by itself, Qt has 20,000


def test_a_hail_of_seeks_ends_at_the_last_one(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    (path,) = cut(tmp_path, ".mp3", music(8.0))

    with server.recording() as recording:
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(Item(1, path), 0.0, None)
        process = engine._process.pid
        for number in range(300):
            engine.seek(number * 0.02)
        with qtbot.waitSignal(engine.drained, timeout=5_000):
            engine.seek(7.0)
            # One by one they would take 1.4 s.
            qtbot.waitUntil(lambda: engine._process.has_done_all, timeout=700)
    heard = recording.heard()

    assert engine._process.pid == process
    end = decoded(path)[7 * RATE :]
    np.testing.assert_array_equal(heard[-len(end) :], end)


def test_a_hail_of_everything_ends_as_asked_for(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    paths = cut(tmp_path, ".flac", music(6.0), 2 * RATE, 4 * RATE)
    tracks = items(paths)
    random = np.random.default_rng(4)
    token = 10

    with server.recording() as recording:
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(tracks[0], 0.0, tracks[1], longest_crossfade=1.0)
        process = engine._process.pid
        for _ in range(150):
            token += 1
            path = paths[random.integers(3)]
            match random.integers(6):
                case 0:
                    engine.pause()
                case 1:
                    engine.resume()
                case 2:
                    engine.seek(float(random.random()) * 2)
                case 3:
                    engine.play(
                        Item(token, path), float(random.random()), None, longest_crossfade=1.0
                    )
                case 4:
                    assert engine._play is not None
                    crossfade = float(random.integers(2))
                    engine.follow(engine._play.item.token, Item(token, path, crossfade=crossfade))
                case 5:
                    qtbot.wait(20)
        with qtbot.waitSignal(engine.drained, timeout=10_000):
            engine.play(Item(1000, paths[2]), 0.0, None)
    heard = recording.heard()

    assert engine._process.pid == process
    np.testing.assert_array_equal(heard[-2 * RATE :], decoded(paths[2]))


def test_a_change_that_comes_when_the_next_one_has_just_begun(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    paths = cut(tmp_path, ".flac", music(4.0), RATE, 3 * RATE)
    one, two, three = items(paths)
    begun: list[int] = []
    engine.begun.connect(lambda token, *_: begun.append(token))

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=10_000):
        with qtbot.waitSignal(engine.begun, timeout=20_000):
            engine.play(one, 0.0, two)
        engine.begun.connect(lambda token, *_: engine.follow(token, None))
        # The window hears of the second one's beginning only after it has asked for the third.
        heard_so_far = len(recording.samples())
        recording.wait_for(heard_so_far + round(1.6 * RATE))
        engine.follow(1, three)
    heard = recording.heard()

    # What can be heard stays; the player hears of it, and says what follows that.
    assert begun == [1, 2]
    np.testing.assert_array_equal(heard, np.concatenate([decoded(path) for path in paths[:2]]))


def test_a_seek_that_comes_when_the_next_one_has_just_begun(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    paths = cut(tmp_path, ".flac", music(3.0), RATE)
    one, two = items(paths)

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=10_000):
        with qtbot.waitSignal(engine.begun, timeout=20_000):
            engine.play(one, 0.0, two)
        engine.begun.connect(lambda token, *_: engine.follow(token, None))
        recording.wait_for(len(recording.samples()) + round(1.6 * RATE))
        engine.seek(0.1)  # of the first one
    heard = recording.heard()

    np.testing.assert_array_equal(heard, music_of(paths))


def test_a_window_that_stood_still_lets_the_music_play(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_process, "_PATIENCE", 0.9)
    monkeypatch.setattr(engine_module, "_LATE", 0.8)
    (path,) = cut(tmp_path, ".flac", music(5.0))

    with server.recording() as recording, qtbot.waitSignal(engine.drained, timeout=10_000):
        with qtbot.waitSignal(engine.progress, timeout=20_000):
            engine.play(Item(1, path), 0.0, None)
        process = engine._process.pid
        recording.wait_for(len(recording.samples()) + 2 * RATE)
        # What a machine does first that has slept: it looks at the clock.
        engine._look_after()
    heard = recording.heard()

    assert engine._process.pid == process
    np.testing.assert_array_equal(heard, decoded(path))


def test_a_process_that_stands_still_is_replaced_and_goes_on_where_it_was(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_process, "_PATIENCE", 1.5)
    (path,) = cut(tmp_path, ".flac", music(5.0))
    places: list[float] = []
    engine.progress.connect(lambda _, position: places.append(position))

    with server.recording() as recording:
        engine.play(Item(1, path), 0.0, None)
        qtbot.waitUntil(lambda: bool(places) and places[-1] > 0.8, timeout=20_000)
        stopped = engine._process.pid
        assert stopped is not None
        os.kill(stopped, signal.SIGSTOP)
        at = places[-1]
        begun = qtbot.waitSignal(engine.begun, timeout=20_000)
        begun.wait()
        qtbot.waitSignal(engine.drained, timeout=20_000).wait()

    assert begun.args is not None
    assert begun.args[2] == pytest.approx(at, abs=0.3)
    end = decoded(path)[-2 * RATE :]
    np.testing.assert_array_equal(recording.heard()[-2 * RATE :], end)


def test_many_tracks_and_seeks_leave_nothing_open(
    server: SoundServer, engine: Engine, tmp_path: Path, qtbot
) -> None:
    paths = cut(tmp_path, ".flac", music(4.0), RATE, 2 * RATE, 3 * RATE)

    def in_use() -> tuple[int, int]:
        process = Path(f"/proc/{engine._process.pid}")
        return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))

    counts = []
    with server.recording():
        for number in range(16):
            with qtbot.waitSignal(engine.begun, timeout=20_000):
                engine.play(
                    Item(10 * number, paths[number % 4]), 0.0, Item(10 * number + 1, paths[0])
                )
            with qtbot.waitSignal(engine.begun, timeout=20_000):
                engine.seek(0.5)
            counts.append(in_use())
    files, threads = zip(*counts, strict=True)

    assert max(files[8:]) <= max(files[:8]) + 2
    assert max(threads[8:]) <= max(threads[:8]) + 2


ITEM = Item(1, Path("1.flac"))


@pytest.mark.parametrize(
    ("command", "later", "overtaken"),
    [
        (Seek(1, 2.0), [Seek(1, 3.0)], True),
        (Seek(1, 2.0), [Pause(), Seek(1, 3.0)], True),
        (Seek(1, 2.0), [Seek(2, 3.0)], False),
        (Seek(1, 2.0), [Play(ITEM, 0.0, None)], True),
        (Seek(1, 2.0), [Stop()], True),
        (Seek(1, 2.0), [Pause(), SetVolume(1.0)], False),
        (Play(ITEM, 0.0, None), [Seek(1, 3.0)], False),
        (Play(ITEM, 0.0, None), [Pause(), Play(ITEM, 0.0, None)], True),
        (SetVolume(0.5), [SetVolume(0.6)], True),
        (SetVolume(0.5), [Stop()], False),
        (Pause(), [Pause()], False),
        (Stop(), [Stop()], False),
    ],
)
def test_a_command_that_is_overtaken(
    command: Command, later: list[Command], overtaken: bool
) -> None:
    assert is_overtaken(command, later) == overtaken


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_broken_tracks_in_the_middle_of_a_queue_are_passed_over(
    server: SoundServer,
    engine: Engine,
    library: Library,
    store: Callable[[], TrackStore],
    theme: Theme,
    broken: int,
    qtbot,
) -> None:
    ids = library.add(*(Tags(f"{number}", duration=3.0) for number in range(2 + broken)))
    tracks = store()
    for sound in (ids[0], ids[-1]):
        track = tracks.get(sound)
        assert track is not None
        write(track.path, music(3.0))
    player = Player(tracks, PlayQueue(tracks, theme), Messages(), engine)

    with server.recording():
        player.play(ids)
        qtbot.waitUntil(lambda: player.queue.current == ids[-1], timeout=20_000)
        qtbot.waitUntil(lambda: not player.playing, timeout=20_000)
    player.close()
