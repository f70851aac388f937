"""Checking weight files in a process of their own, since the HDF5 library may crash or hang on a damaged one."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from musicsim.base.errors import MusicsimError
from musicsim.base.processes import start_with_pipe
from musicsim.embedding.content import WeightsError, read_content, sha256_of
from musicsim.embedding.description import InputRepr, ModelDescription
from musicsim.embedding.official import OFFICIAL_MODELS
from musicsim.embedding.weights import Weights, read_weights

STARTER_SHA256: Final = "77ebc3862ae574e5f425c5b1a9c48c4f5dcfd3146f7957da36cf495432f32439"
"""The SHA-256 of the starter weights that ship with this version."""

_READY = b"ready"
_LONGEST_ANSWER = 2**20  # bytes
# A network of OpenL3's takes 0.05 s and 60 MB. These also suffice on a slow machine for the largest file.
_CPU_SECONDS = 5
_MEMORY = 2**29  # bytes
_PATIENCE = 60.0  # seconds for an answer, and for the process's start


@dataclass(frozen=True, slots=True)
class WeightsToCheck:
    """A weight file, and what is known of it; see `read_weights`."""

    path: Path
    input_repr: InputRepr | None = None
    embedding_size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedWeights:
    """The facts about a weight file that could be read as a whole.

    Attributes
    ----------
    identity, description, self_standardised
        As in `Weights`.
    name
        The network's name: its identity without the digits of the SHA-256.
    sha256
        The file's SHA-256, in hexadecimal.
    """

    identity: str
    sha256: str
    description: ModelDescription
    self_standardised: bool

    @property
    def name(self) -> str:
        """The network's name: its identity without the digits of the file's SHA-256."""
        return self.identity.rpartition("-")[0]


_Key = tuple[str, str, InputRepr | None, int | None]
# The results for files read before in this process, since lists of models are shown again and again; for a file that
# can't be read, the problem and the remedy.
_known: dict[_Key, CheckedWeights | tuple[str, str]] = {}
_MOST_KNOWN = 100
_lock = threading.Lock()


def check_weights(
    path: Path,
    *,
    input_repr: InputRepr | None = None,
    embedding_size: int | None = None,
    sha256: str | None = None,
) -> CheckedWeights:
    """Read a whole weight file, and return the facts about it; parameters and errors as for `read_weights`.

    A file is read in another process, which a damaged one may crash, unless it is known byte by byte: one of a known
    SHA-256.
    """
    [checked] = check_all([WeightsToCheck(path, input_repr, embedding_size, sha256)])
    if isinstance(checked, WeightsError):
        raise checked
    return checked


def check_all(files: Sequence[WeightsToCheck]) -> list[CheckedWeights | WeightsError]:
    """Check several weight files like `check_weights`, in one process if none of them crashes it."""
    with contextlib.closing(_Checker()) as checker:
        return [_check(file, checker) for file in files]


def _check(file: WeightsToCheck, checker: _Checker) -> CheckedWeights | WeightsError:
    try:
        sha256 = sha256_of(read_content(file.path, file.sha256))
    except WeightsError as error:
        return error
    # The front end may follow from the file's name.
    key = (file.path.name, sha256, file.input_repr, file.embedding_size)
    with _lock:
        known = _known.get(key)
    if known is None:
        exact = WeightsToCheck(file.path, file.input_repr, file.embedding_size, sha256)
        trusted = {STARTER_SHA256, file.sha256, *(model.file_sha256 for model in OFFICIAL_MODELS)}
        # A daemon can't start processes, and is one already.
        here = sha256 in trusted or multiprocessing.current_process().daemon
        try:
            known = _read(exact) if here else checker.ask(exact)
        except WeightsError as error:
            known = (error.problem, error.remedy)
        with _lock:
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[key] = known
    return WeightsError(file.path, *known) if isinstance(known, tuple) else known


def _read(file: WeightsToCheck) -> CheckedWeights:
    weights: Weights = read_weights(
        file.path,
        input_repr=file.input_repr,
        embedding_size=file.embedding_size,
        sha256=file.sha256,
    )
    assert file.sha256 is not None
    return CheckedWeights(
        weights.identity, file.sha256, weights.description, weights.self_standardised
    )


class _Checker:
    """The process that reads; started when there is something to read, and again after a crash."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, file: WeightsToCheck) -> CheckedWeights:
        pipe = self._pipe or self._start()
        try:
            pipe.send(file)
            # Not `recv`: unpickling the answer of a process that a hostile file has taken over would run its code.
            facts = json.loads(_received(pipe))
        # ValueError: it died in the middle of an answer.
        except (EOFError, OSError, ValueError) as error:
            self.close()
            raise WeightsError(
                file.path,
                "the file is damaged (reading it fails so badly that it would end the program)",
            ) from error
        if "problem" in facts:
            raise WeightsError(file.path, facts["problem"], facts["remedy"])
        described = facts["description"]
        for name in ("widths", "pool_size"):
            described[name] = tuple(described[name])
        return CheckedWeights(
            facts["identity"],
            facts["sha256"],
            ModelDescription(**described),
            facts["self_standardised"],
        )

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> Connection:
        self._process, pipe = start_with_pipe(_serve, name="musicsim-weights", with_main=False)
        self._pipe = pipe
        try:
            ready = _received(pipe) == _READY
        except (EOFError, OSError):
            ready = False
        if not ready:
            self.close()
            raise MusicsimError(
                "The process that checks weight files could not be started: close other programs, and try again."
            )
        return pipe


def _received(pipe: Connection) -> bytes:
    if not pipe.poll(_PATIENCE):
        raise TimeoutError
    return pipe.recv_bytes(_LONGEST_ANSWER)


def _serve(pipe: Connection) -> None:
    """Answer requests until the pipe is closed; the entry point of the process."""
    # Ctrl+C in a terminal reaches the whole process group; only the app decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The C library's last words about a broken heap are no news to the listener.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with contextlib.suppress(EOFError, OSError):
        pipe.send_bytes(_READY)
        while True:
            file: WeightsToCheck = pipe.recv()
            _limit_resources()
            pipe.send_bytes(json.dumps(_answer(file)).encode())


def _answer(file: WeightsToCheck) -> dict[str, Any]:
    try:
        return asdict(_read(file))
    except WeightsError as error:
        return {"problem": error.problem, "remedy": error.remedy}


def _limit_resources() -> None:
    """Limit the processor time and the memory that the next file takes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + _CPU_SECONDS
    for limited, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        *((resource.RLIMIT_AS, size + _MEMORY) for size in _address_space()),
    ):
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.getrlimit(limited)
            resource.setrlimit(limited, (most, hard))


def _address_space() -> Iterator[int]:
    """Yield the bytes of addresses in use, if the system tells."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        yield pages * os.sysconf("SC_PAGE_SIZE")
