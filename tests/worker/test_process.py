from pathlib import Path

from musicsim.worker.process import _Worker
from musicsim.worker.protocol import Refusal, RefusalKind, WorkerSettings


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
    assert "Option::unwrap" in answer.reason
