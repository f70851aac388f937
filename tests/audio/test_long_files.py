"""Files that are small and long, or long to decode: they may cost no more than others."""

import itertools
import time

import numpy as np
import pytest
import soundfile
from long_files import RATE, write_silent_flac, write_sparse_wav

from musicsim.audio import SAMPLE_LIMIT, AudioError, SamplingPlan, sample_windows, sampling
from musicsim.audio.decoder import decoders_for
from musicsim.audio.files import open_audio

DAYS = 10 * 86_400


@pytest.fixture
def decoded_seconds(monkeypatch) -> list[float]:
    """The seconds of sound that the decoders returned."""
    seconds: list[float] = []

    def counted(file):
        for make in decoders_for(file):

            def counting(file, make=make):
                decoder = make(file)
                blocks = decoder.blocks

                def count(*place):
                    for block in blocks(*place):
                        seconds.append(block.shape[1] / decoder.rate)
                        yield block

                decoder.blocks = count
                return decoder

            yield counting

    monkeypatch.setattr(sampling, "decoders_for", counted)
    return seconds


@pytest.mark.parametrize("write", [write_silent_flac, write_sparse_wav])
def test_of_days_of_silence_some_minutes_are_listened_to(tmp_path, decoded_seconds, write):
    path = tmp_path / "silence"
    write(path, DAYS if write is write_sparse_wav else 2 * SAMPLE_LIMIT)
    with pytest.raises(AudioError) as refused:
        sample_windows(path, SamplingPlan(12))
    assert str(refused.value.reason).startswith("no sound: 291 s of its ")
    assert sum(decoded_seconds) < 3600


def test_a_header_that_claims_days_of_a_shorter_file_costs_some_hours(tmp_path, decoded_seconds):
    path = tmp_path / "claims.flac"
    write_silent_flac(path, 2 * SAMPLE_LIMIT, stated=DAYS)
    with pytest.raises(AudioError):
        sample_windows(path, SamplingPlan(12))
    assert sum(decoded_seconds) < 1.1 * SAMPLE_LIMIT


def test_music_in_a_long_silence_is_found(tmp_path):
    path = tmp_path / "long.wav"
    write_sparse_wav(path, 2 * SAMPLE_LIMIT)
    noise = (3000 * np.random.default_rng(0).normal(size=RATE * 3600)).astype("<i2")
    with path.open("r+b") as file:
        file.seek(2 * RATE * SAMPLE_LIMIT)
        file.write(noise.tobytes())
    sampled = sample_windows(path, SamplingPlan(12))
    assert len(sampled.offsets) == 12
    assert sampled.offsets.min() >= SAMPLE_LIMIT
    assert sampled.offsets.max() < SAMPLE_LIMIT + 3600
    assert sampled.duration == 2 * SAMPLE_LIMIT
    assert sampled.warning is None


def test_decoding_that_takes_too_much_of_the_processor_is_given_up(tmp_path, monkeypatch):
    path = tmp_path / "slow.wav"
    soundfile.write(path, 0.1 * np.random.default_rng(0).normal(size=60 * RATE), RATE)
    minutes = itertools.count(step=60)
    monkeypatch.setattr(time, "thread_time", lambda: next(minutes))
    with pytest.raises(AudioError, match="decoding it had taken 2 min"):
        sample_windows(path, SamplingPlan(12))


def test_a_silent_file_of_usual_length_is_silent_throughout(tmp_path):
    path = tmp_path / "silence.flac"
    write_silent_flac(path, 1200)
    with open_audio(path) as file:
        assert file.size < 10_000
    with pytest.raises(AudioError, match="no sound: the whole track is silent"):
        sample_windows(path, SamplingPlan(12))
