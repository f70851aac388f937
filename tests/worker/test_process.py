from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicsim.audio import EVERY_WINDOW, FIRST_PASS
from musicsim.base.resources import resource
from musicsim.embedding import Model
from musicsim.worker.process import _Worker
from musicsim.worker.protocol import EmbedTrack, Refusal, RefusalKind, WorkerSettings


class Pipe:
    def __init__(self) -> None:
        self.sent: list[object] = []

    def send(self, answer: object) -> None:
        self.sent.append(answer)


class Panic(BaseException):
    """What PyO3 makes of a panic in Rust: no `Exception`."""


def test_a_panic_in_a_library_written_in_rust_is_an_answer(tmp_path: Path) -> None:
    pipe = Pipe()
    settings = WorkerSettings(Path("m.h5"), None, None, tmp_path / "index", tmp_path / "log")

    def panic() -> None:
        raise Panic("called `Option::unwrap()` on a `None` value")

    _Worker(pipe, settings)._answer(7, panic)

    (answer,) = pipe.sent
    assert isinstance(answer, Refusal)
    assert (answer.number, answer.kind) == (7, RefusalKind.BUG)
    assert "Option::unwrap" in str(answer.reason)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
@pytest.mark.parametrize("windows", [FIRST_PASS, EVERY_WINDOW])
def test_what_is_no_embedding_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float, windows: int
) -> None:
    song = tmp_path / "song.wav"
    soundfile.write(song, 0.1 * np.random.default_rng(0).normal(size=32_000), 16_000)
    embed = Model.embed

    def spoilt(model: Model, sound: np.ndarray) -> np.ndarray:
        vectors = embed(model, sound)
        vectors[-1] = value
        return vectors

    monkeypatch.setattr(Model, "embed", spoilt)
    pipe = Pipe()
    settings = WorkerSettings(
        resource("starter.h5"), None, None, tmp_path / "index", tmp_path / "log"
    )
    worker = _Worker(pipe, settings)

    worker._embed_soon(1, EmbedTrack(song, windows))
    worker._answer(*worker._to_embed.get())
    worker._decoders.shutdown()

    (answer,) = pipe.sent
    assert isinstance(answer, Refusal)
    assert (answer.kind, str(answer.reason)) == (
        RefusalKind.REQUEST,
        "the model made no usable embedding of it",
    )
