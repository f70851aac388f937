import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from weight_files import bottomless, small_weights

from musicsim.audio import EVERY_WINDOW
from musicsim.base.resources import resource
from musicsim.embedding.content import sha256_of
from musicsim.worker.client import ModelUnavailable, Refused, WorkerClient, WorkerDied, WorkerHung
from musicsim.worker.protocol import (
    AddToIndex,
    EmbedTrack,
    OpenIndex,
    QueryIndex,
    RemoveFromIndex,
    TryModel,
    WorkerSettings,
)


def client_for(folder: Path, weights: Path, sha256: str | None = None) -> WorkerClient:
    return WorkerClient(
        WorkerSettings(
            weights=weights,
            input_repr=None,
            embedding_size=None,
            index_folder=folder / "index",
            log_file=folder / "worker.log",
            sha256=sha256,
        )
    )


@pytest.fixture
def client(tmp_path):
    made = client_for(tmp_path, resource("starter.h5"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def tone(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "tone.flac"
    time = np.arange(5 * 44_100) / 44_100
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time) * (1 + np.sin(9 * time)), 44_100)
    return path


def test_nothing_runs_before_the_first_request(client):
    assert not client.running


def test_tracks_are_embedded_and_bad_files_refused(client, tone, tmp_path):
    text = tmp_path / "text.mp3"
    text.write_text("this is not music")
    good, bad, again = (client.request(EmbedTrack(path)) for path in (tone, text, tone))
    embedded = good.result()
    assert embedded.vectors.shape == (len(embedded.offsets), 128)
    assert embedded.duration == pytest.approx(5.0)
    with pytest.raises(Refused) as refused:
        bad.result()
    assert str(tmp_path) not in str(refused.value)
    np.testing.assert_array_equal(again.result().vectors, embedded.vectors)


def test_all_that_is_decoded_is_measured(client, tone):
    """A first pass, a later one, the dense plan, and sound that is known and not embedded again."""
    first = client.request(EmbedTrack(tone, 3)).result()
    later = client.request(EmbedTrack(tone, 5, tuple(first.offsets))).result()
    dense = client.request(EmbedTrack(tone, EVERY_WINDOW)).result()
    known = client.request(EmbedTrack(tone, 3, known=frozenset({first.fingerprint}))).result()
    assert known.is_known
    assert known.loudness == first.loudness
    assert [answer.loudness.seconds for answer in (first, later, dense)] == [3, 2, 5]
    samples, _ = soundfile.read(tone)
    # One channel counts as two; at 440 Hz the weighting takes some half a decibel, and the tone swells and fades.
    expected = 10 * np.log10(2 * np.square(samples).mean())
    for answer in (first, later, dense):
        assert answer.loudness.lufs == pytest.approx(expected - 0.6, abs=1.0)
    assert dense.loudness.peak == pytest.approx(np.abs(samples).max(), rel=1e-3)
    assert later.loudness != first.loudness
    nothing_more = client.request(EmbedTrack(tone, 8, tuple(range(5)))).result()
    assert nothing_more.loudness is None


def test_the_index_is_kept_across_workers(client):
    points = np.eye(4, dtype=np.float32)
    assert client.request(OpenIndex("m.plain", np.arange(4))).result().tolist() == []
    client.request(AddToIndex(np.arange(4), points)).result()
    client.request(RemoveFromIndex(np.array([3]))).result()
    assert client.request(QueryIndex(points[2], 2)).result().ids.tolist()[0] == 2
    client.stop()
    assert not client.running
    assert client.request(OpenIndex("m.plain", np.arange(4))).result().tolist() == [0, 1, 2]
    assert client.starts == 2


def test_an_index_that_is_not_open_refuses(client):
    with pytest.raises(Refused, match="not open"):
        client.request(QueryIndex(np.zeros(4, np.float32), 1)).result()


def test_a_killed_worker_is_reported_and_replaced(client, tone):
    client.request(EmbedTrack(tone)).result()
    orphan = client.request(EmbedTrack(tone))
    client.kill()
    # Answered in the last moment is as good.
    assert orphan.exception() is None or isinstance(orphan.exception(), WorkerDied)
    assert not client.running
    assert client.request(EmbedTrack(tone)).result().duration == pytest.approx(5.0)
    assert client.starts == 2


class Large:
    """Fills a pipe, and tells when it begins to."""

    def __init__(self) -> None:
        self.on_its_way = threading.Event()

    def __reduce__(self):
        self.on_its_way.set()
        return bytes, (bytes(2**23),)


@pytest.mark.logs
@pytest.mark.skipif(sys.platform == "win32", reason="no process stands still there")
@pytest.mark.parametrize("end", [WorkerClient.kill, WorkerClient.stop])
def test_a_worker_that_stands_still_can_be_ended(client, monkeypatch, end):
    """Also while a request waits for it to make room in the pipe."""
    monkeypatch.setattr("musicsim.worker.client._STOP_SECONDS", 0.1)
    client.request(OpenIndex("m.plain", np.arange(0))).result()
    (worker,) = multiprocessing.active_children()
    os.kill(worker.pid, signal.SIGSTOP)
    large, answers = Large(), []
    sender = threading.Thread(target=lambda: answers.append(client.request(large)), daemon=True)
    ender = threading.Thread(target=end, args=(client,), daemon=True)
    try:
        sender.start()
        large.on_its_way.wait()
        ender.start()
        ender.join(10)
        assert not ender.is_alive()
    finally:
        worker.kill()
    sender.join()
    assert isinstance(answers[0].exception(), WorkerDied)
    assert not client.running


@pytest.mark.skipif(sys.platform == "win32", reason="no process stands still there")
@pytest.mark.parametrize("wanted", [QueryIndex(np.zeros(4, np.float32), 1), Large()])
def test_nobody_waits_for_ever_for_a_worker_that_stands_still(client, wanted):
    assert client.ask(OpenIndex("m.plain", np.arange(0)), 60).tolist() == []
    (worker,) = multiprocessing.active_children()
    os.kill(worker.pid, signal.SIGSTOP)
    with pytest.raises(WorkerHung, match="did not answer"):
        client.ask(wanted, 0.1)
    assert not client.running
    assert client.ask(OpenIndex("m.plain", np.arange(0)), 60).tolist() == []


def test_a_closed_client_starts_nothing(client, tone):
    client.close()
    with pytest.raises(WorkerDied, match="closed"):
        client.request(EmbedTrack(tone)).result()
    assert client.starts == 0


def test_a_log_that_cannot_be_written_is_no_obstacle(client, tone, tmp_path):
    (tmp_path / "worker.log").mkdir()
    assert client.request(TryModel()).result() is None
    assert client.request(EmbedTrack(tone)).result().duration == pytest.approx(5.0)


def test_a_weight_file_that_has_changed_is_not_read(tmp_path):
    """It would end the worker again and again."""
    weights = small_weights(tmp_path / "weights.h5")
    digits = sha256_of(weights.read_bytes())[:12]
    weights.write_bytes(bottomless(weights.read_bytes()))
    client = client_for(tmp_path, weights, digits)
    with pytest.raises(ModelUnavailable, match="SHA-256") as refused:
        client.request(TryModel()).result()
    assert str(weights) in str(refused.value)
    client.stop()


def test_a_broken_weight_file_is_the_models_fault_and_not_the_tracks(tmp_path, tone):
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"not a weight file")
    client = client_for(tmp_path, weights)
    with pytest.raises(ModelUnavailable, match=r"weights\.h5"):
        client.request(EmbedTrack(tone)).result()
    client.stop()
