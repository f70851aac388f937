"""Nearest neighbours from the Chroma store on disk."""

from __future__ import annotations

import contextlib
import functools
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from musicsim.base.data_folder import ending_aside
from musicsim.base.errors import display_path
from musicsim.similarity.index.protocol import Ids, IndexFailed, Neighbours
from musicsim.similarity.space import Vectors

# Recall of the 50 nearest among 100,000 is 0.96 at 200 and 0.997 at 1,000, where a query still takes milliseconds.
_EF_SEARCH = 1000
# Chroma only marks deleted vectors and keeps their space; beyond this share a new collection is smaller and faster.
_LARGEST_STALE_SHARE = 0.5
_LARGEST_WASTE = 4
"""Largest size of the store, as a multiple of what its vectors need: Chroma never frees disk space.

A second pass over a library increases it by half.
"""
_BYTES_A_VECTOR = 1000  # in addition to its values, in Chroma 1.5
_settings_lock = threading.Lock()
_SMALL = 16 * 2**20  # bytes up to which nothing is recreated


class ChromaIndex:
    """A Chroma collection on disk, one per model and space; derived from the catalogue, so it can be recreated.

    Only one process may open the folder, since Chroma's writers silently lose each other's data. A lock file keeps out
    a second process, such as a worker that briefly outlives a killed program. A file, or a link to nothing, in the
    folder's place is put aside; so is a folder in the lock file's place.

    Parameters
    ----------
    folder
        Chroma's folder.
    collection
        The name for a model and a space.
    afresh
        Delete existing content first.

    Raises
    ------
    IndexFailed
        If another process doesn't release the folder, or the store can't be opened, created, read or written. Every
        method may raise it.
    """

    def __init__(self, folder: Path, collection: str, *, afresh: bool = False) -> None:
        self._folder = folder
        self._name = collection
        lock_file = folder.with_name(folder.name + ".lock")
        self._lock = FileLock(lock_file, timeout=20)
        with self._plain_errors():
            folder.parent.mkdir(parents=True, exist_ok=True)
            if lock_file.is_dir():
                _put_aside(lock_file)
            try:
                self._lock.acquire()
            except Timeout as error:
                raise IndexFailed(
                    f"{display_path(folder)} is in use by another process."
                ) from error
        try:
            if afresh:
                self._clear()
            try:
                self._open()
            except IndexFailed:
                # The store is never the only copy: if it can't be opened, recreate it.
                self._clear()
                self._open()
        except BaseException:
            self._lock.release()
            raise

    def _clear(self) -> None:
        _forget_open_stores()
        if self._folder.is_dir():
            shutil.rmtree(self._folder, ignore_errors=True)
        elif self._folder.exists() or self._folder.is_symlink():
            with self._plain_errors():
                _put_aside(self._folder)

    def _open(self) -> None:
        with self._plain_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._client: Any = _client(self._folder)
            self._collection: Any = self._get_or_create()
            self._largest_batch = int(self._client.get_max_batch_size())
        except Exception as error:  # Chroma raises many kinds of errors, from SQLite and from Rust
            raise IndexFailed(f"{display_path(self._folder)} can't be opened: {error}") from error

    def _get_or_create(self) -> Any:
        return self._client.get_or_create_collection(
            self._name,
            configuration={"hnsw": {"space": "cosine", "ef_search": _EF_SEARCH}},
            embedding_function=None,
        )

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn Chroma's errors on a full or failing disk into `IndexFailed`; bugs pass unchanged."""
        InternalError = _chromadb().errors.InternalError  # noqa: N806 (a class)

        try:
            yield
        except (InternalError, OSError) as error:
            what = getattr(error, "strerror", None) or error
            raise IndexFailed(
                f"{display_path(self._folder)} can't be read or written: {what}"
            ) from error

    def close(self) -> None:
        """Close the store, and release the folder."""
        self._client = self._collection = None
        _forget_open_stores()
        self._lock.release()

    def ids(self) -> Ids:
        """Return the stored ids, ascending; shape (N,)."""
        with self._plain_errors():
            found = self._collection.get(include=[])["ids"]
        return np.sort(np.array([int(i) for i in found], dtype=np.int64))

    def add(self, ids: Sequence[int], points: Vectors) -> None:
        """Add points (N, D) on the unit sphere; existing ids stay unchanged."""
        for start in range(0, len(ids), self._largest_batch):
            some = slice(start, start + self._largest_batch)
            with self._plain_errors():
                self._collection.add(ids=[str(i) for i in ids[some]], embeddings=points[some])

    def remove(self, ids: Sequence[int]) -> None:
        """Remove points; unknown ids are ignored."""
        for start in range(0, len(ids), self._largest_batch):
            some = ids[start : start + self._largest_batch]
            with self._plain_errors():
                self._collection.delete(ids=[str(i) for i in some])

    def keep_only(self, wanted: Ids) -> Ids:
        """Delete unwanted ids, and collections of other models and spaces; return the remaining ids.

        If most of the collection is stale, or the store has become too large, replace it by an empty one.
        """
        stored = self.ids()
        stale = np.setdiff1d(stored, wanted)
        mostly_stale = len(stale) > _LARGEST_STALE_SHARE * len(stored)
        if mostly_stale or self._is_wasteful(len(wanted)):
            self._clear()
            self._open()
            return np.zeros(0, np.int64)
        with self._plain_errors():
            for other in self._client.list_collections():
                if other.name != self._name:
                    self._client.delete_collection(other.name)
        self.remove([int(i) for i in stale])
        return np.intersect1d(stored, wanted)

    def _is_wasteful(self, wanted: int) -> bool:
        """Return whether the store takes several times the disk space that its vectors need."""
        with self._plain_errors():
            found = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
            taken = sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())
        needed = sum(4 * len(point) + _BYTES_A_VECTOR for point in found) * wanted
        return taken > _SMALL + _LARGEST_WASTE * needed

    def query(self, point: Vectors, count: int) -> Neighbours:
        """Return the `count` nearest to a point (D,) on the unit sphere; approximate if there are very many."""
        with self._plain_errors():
            count = min(count, self._collection.count())
            if not count:
                nothing = np.zeros((0, len(point)), np.float32)
                return Neighbours(np.zeros(0, np.int64), nothing[:, 0], nothing)
            found = self._collection.query(
                query_embeddings=[point], n_results=count, include=["distances", "embeddings"]
            )
        ids = np.array([int(i) for i in found["ids"][0]], dtype=np.int64)
        cosines = 1.0 - np.asarray(found["distances"][0], dtype=np.float32)
        order = np.lexsort((ids, -cosines))
        points = np.asarray(found["embeddings"][0], dtype=np.float32)
        return Neighbours(ids[order], cosines[order], points[order])


def _put_aside(path: Path) -> None:
    """Keep a file or folder in our place under another name, since it may be someone else's."""
    path.rename(path.with_name(path.name + ending_aside(path)))


@functools.cache
def _chromadb() -> Any:
    """Import Chroma, once.

    Chroma also takes settings from environment variables and from a .env file in the current folder, at its import and
    for each client. Such a setting may name a server, to which Chroma would send the embeddings.
    """
    with _settings_lock, _only_passed_settings():
        import chromadb
        import chromadb.api.shared_system_client
        import chromadb.errors
    return chromadb


def _client(folder: Path) -> Any:
    """Return a Chroma client for a folder, with exactly these settings."""
    chromadb = _chromadb()
    with _settings_lock, _only_passed_settings():
        settings = chromadb.Settings(_env_file=None, anonymized_telemetry=False)
        return chromadb.PersistentClient(str(folder), settings)


@contextlib.contextmanager
def _only_passed_settings() -> Iterator[None]:
    """Have Pydantic's settings take nothing but arguments."""
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

    def only_passed(
        _cls: type[Any],
        /,
        _settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    name = "settings_customise_sources"
    theirs = vars(BaseSettings)[name]
    setattr(BaseSettings, name, classmethod(only_passed))
    try:
        yield
    finally:
        setattr(BaseSettings, name, theirs)


def _forget_open_stores() -> None:
    """Make Chroma release its stores: it keeps each path's store open until the process ends, even a deleted one."""
    _chromadb().api.shared_system_client.SharedSystemClient.clear_system_cache()
