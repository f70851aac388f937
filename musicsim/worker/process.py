"""The worker process: it decodes, holds the one loaded model, and owns the index.

It has three threads: one reads requests, one answers those to the index, and the main one runs the network. A small
pool decodes files ahead, so that the network seldom waits. The process ends on request, or when the app is gone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import itertools
import logging
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.audio import (
    DENSE_LIMIT,
    EVERY_WINDOW,
    AudioError,
    LoudnessMeter,
    SampledAudio,
    SamplingPlan,
    fingerprint,
    read_blocks,
    sample_windows,
    silence_native_messages,
)
from musicsim.base.errors import MusicsimError
from musicsim.base.logs import BoundedLog
from musicsim.base.reasons import Cause, Reason
from musicsim.embedding import (
    WINDOW_SIZE,
    Model,
    Spent,
    WeightsError,
    embed_seconds,
    read_ahead,
    read_weights,
)
from musicsim.similarity.index.chroma import ChromaIndex
from musicsim.similarity.index.protocol import IndexFailed
from musicsim.worker.protocol import (
    AddToIndex,
    Answer,
    Cost,
    EmbeddedTrack,
    EmbedTrack,
    Envelope,
    OpenIndex,
    QueryIndex,
    Refusal,
    RefusalKind,
    RemoveFromIndex,
    Request,
    Stop,
    TryModel,
    WorkerSettings,
)

_log = logging.getLogger(__name__)

# One decodes while the other's windows wait. More would only cost memory, 12 MB per track.
_DECODERS = 2
_NICENESS = 5
_GENTLE_NICENESS = 15
_BLOCK_SECONDS = 10


def serve(pipe: connection.Connection, settings: WorkerSettings) -> None:
    """Run the worker until it is told to stop; the entry point of the process."""
    # Ctrl+C in a terminal reaches the whole process group; only the app decides what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_GENTLE_NICENESS if settings.gentle else _NICENESS)
    # The current folder may hold settings for a library, such as a .env file from a stranger.
    with contextlib.suppress(OSError):
        os.chdir(settings.index_folder.parent)
    log = BoundedLog(settings.log_file)
    logging.basicConfig(
        handlers=[log], level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s"
    )
    # Warnings of libraries belong in the log, not in the user's terminal.
    logging.captureWarnings(True)
    faulthandler.enable(log.stream)
    silence_native_messages()
    _die_with_the_app()
    _Worker(pipe, settings).run()
    # Immediately: a decoder may still be busy with a long file that nobody needs any more.
    os._exit(0)


def _die_with_the_app() -> None:
    """End this process when the app is killed, even in the middle of a long file."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


class _Worker:
    def __init__(self, pipe: connection.Connection, settings: WorkerSettings) -> None:
        self._pipe = pipe
        self._settings = settings
        self._send_lock = threading.Lock()
        self._model: Model | None = None
        self._index: ChromaIndex | None = None
        # Request numbers, and the functions that produce the answers.
        self._to_embed: queue.SimpleQueue[tuple[int, Callable[[], object]] | None] = (
            queue.SimpleQueue()
        )
        self._for_index: queue.SimpleQueue[Envelope | None] = queue.SimpleQueue()
        # Pending embeddings are then dropped, but pending writes to the index are not.
        self._stopping = threading.Event()
        self._decoders = ThreadPoolExecutor(1 if settings.gentle else _DECODERS, "decoder")

    def run(self) -> None:
        """Answer requests until `Stop`, or until the app is gone."""
        reader = threading.Thread(target=self._read, name="reader")
        indexer = threading.Thread(target=self._serve_index, name="index")
        reader.start()
        indexer.start()
        while (item := self._to_embed.get()) is not None:
            if not self._stopping.is_set():
                self._answer(*item)
        indexer.join()
        reader.join()

    def _read(self) -> None:
        # The app closed the pipe, or is gone.
        with contextlib.suppress(EOFError, OSError):
            while not isinstance((envelope := self._pipe.recv()).request, Stop):
                request = envelope.request
                if isinstance(request, EmbedTrack):
                    self._embed_soon(envelope.number, request)
                elif isinstance(request, TryModel):
                    self._to_embed.put((envelope.number, self._try_model))
                else:
                    self._for_index.put(envelope)
        self._stopping.set()
        self._to_embed.put(None)
        self._for_index.put(None)

    def _embed_soon(self, number: int, request: EmbedTrack) -> None:
        """Queue a track for the network, as soon as a sample of it is decoded: a long file must not delay others."""
        if request.windows == EVERY_WINDOW:
            self._to_embed.put((number, functools.partial(self._embed_all, request.path)))
            return
        plan = SamplingPlan(request.windows)
        decoded = self._decoders.submit(
            sample_windows, request.path, plan, listened=request.listened
        )
        embed = functools.partial(self._embed, request, decoded)
        decoded.add_done_callback(lambda _: self._to_embed.put((number, embed)))

    def _answer(self, number: int, work: Callable[[], object]) -> None:
        """Send the result of `work`, or the reason why it failed."""
        answer: Answer | Refusal
        try:
            answer = Answer(number, work())
        except AudioError as error:
            answer = Refusal(number, error.reason, RefusalKind.REQUEST)
        except WeightsError as error:
            answer = Refusal(number, _of(str(error)), RefusalKind.MODEL)
        except MusicsimError as error:
            answer = Refusal(number, _of(str(error)), RefusalKind.REQUEST)
        except BaseException:  # noqa: BLE001 (a bug in one request, or a panic in Chroma's Rust, must not end the others)
            answer = Refusal(number, _of(traceback.format_exc()), RefusalKind.BUG)
        with self._send_lock, contextlib.suppress(OSError):
            self._pipe.send(answer)

    def _try_model(self) -> None:
        self._loaded_model().embed(np.zeros((1, WINDOW_SIZE), np.float32))

    def _loaded_model(self) -> Model:
        if self._model is None:
            settings = self._settings
            weights = read_weights(
                settings.weights,
                input_repr=settings.input_repr,
                embedding_size=settings.embedding_size,
                sha256=settings.sha256,
            )
            self._model = Model(weights, threads=_cores(settings))
        return self._model

    def _embed(self, request: EmbedTrack, decoded: Future[SampledAudio]) -> EmbeddedTrack:
        sampled = decoded.result()
        # A later pass has other windows.
        heard = fingerprint(sampled.windows, sampled.duration) if not request.listened else None
        if heard in request.known:
            return EmbeddedTrack(
                sampled.offsets[:0],
                np.zeros((0, 0), np.float32),
                sampled.duration,
                sampled.warning,
                Cost(decoding=sampled.decoding, resampling=sampled.resampling),
                heard,
                is_known=True,
                loudness=sampled.loudness,
            )
        model = self._loaded_model()
        before = model.spent
        vectors = _checked(request.path, model.embed(sampled.windows))
        cost = _cost(model.spent - before, sampled.decoding, sampled.resampling)
        return EmbeddedTrack(
            sampled.offsets,
            vectors,
            sampled.duration,
            sampled.warning,
            cost,
            heard,
            loudness=sampled.loudness,
            model=model.identity,
        )

    def _embed_all(self, path: Path) -> EmbeddedTrack:
        """Embed every window of a file, in constant memory."""
        model = self._loaded_model()
        before = model.spent
        began = time.perf_counter()
        meter = LoudnessMeter()
        read = read_blocks(path, block_seconds=_BLOCK_SECONDS, meter=meter)
        with contextlib.closing(read_ahead(read)) as blocks:
            most = DENSE_LIMIT // _BLOCK_SECONDS
            track = embed_seconds(model, itertools.islice(blocks, most))
        is_cut = track.duration >= DENSE_LIMIT
        cost = _cost(model.spent - before)
        # The time that the network spent waiting.
        waited = time.perf_counter() - began - cost.front_end - cost.network
        cost = replace(cost, decoding=waited)
        if not len(track.offsets):
            raise AudioError(path, Reason(Cause.SILENT))
        return EmbeddedTrack(
            track.offsets,
            _checked(path, track.vectors),
            0.0 if is_cut else track.duration,
            Reason(Cause.TOO_LONG, (DENSE_LIMIT // 3600,)) if is_cut else None,
            cost,
            loudness=meter.loudness(),
            model=model.identity,
        )

    def _serve_index(self) -> None:
        while (envelope := self._for_index.get()) is not None:
            request = envelope.request
            self._answer(envelope.number, functools.partial(self._use_index, request))
        if self._index is not None:
            self._index.close()

    def _use_index(self, request: Request) -> Any:
        if isinstance(request, OpenIndex):
            if self._index is not None:
                self._index.close()
                self._index = None
            self._index = ChromaIndex(
                self._settings.index_folder, request.collection, afresh=request.afresh
            )
            return self._index.keep_only(request.wanted)
        if self._index is None:
            raise IndexFailed("The index is not open.")
        match request:
            case AddToIndex(ids, points):
                self._index.add([int(i) for i in ids], points)
                return None
            case RemoveFromIndex(ids):
                self._index.remove([int(i) for i in ids])
                return None
            case QueryIndex(point, count):
                return self._index.query(point, count)
        raise TypeError(f"not a request to the index: {request}")


def _cores(settings: WorkerSettings) -> int | None:
    """Return the number of cores that the network may use; None for all."""
    if not settings.gentle:
        return settings.threads
    others = max(1, (os.cpu_count() or 1) - 1)
    return min(settings.threads or others, others)


def _of(text: str) -> Reason:
    return Reason(Cause.OTHER, (text,))


def _cost(spent: Spent, decoding: float = 0.0, resampling: float = 0.0) -> Cost:
    return Cost(spent.windows, decoding, resampling, spent.front_end, spent.network)


def _checked(path: Path, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if not np.isfinite(vectors).all() or not np.abs(vectors).sum(axis=1).all():
        raise AudioError(path, Reason(Cause.NO_EMBEDDING))
    return vectors
