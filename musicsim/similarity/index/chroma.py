"""Nearest neighbours by the Chroma store on disk."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from musicsim.base.data_folder import ending_aside
from musicsim.base.errors import display_path
from musicsim.similarity.index.protocol import Ids, IndexFailed, Neighbours
from musicsim.similarity.space import Vectors

# Recall of the 50 nearest among 100,000 is 0.96 at 200 and 0.997 at 1,000, at which a query still takes milliseconds.
_EF_SEARCH = 1000
# Chroma marks what was deleted and keeps the room; past this share a fresh collection is smaller and faster.
_LARGEST_STALE_SHARE = 0.5
_LARGEST_WASTE = 4
"""Times what its vectors need, which the store may take: Chroma gives no disk back for what is removed.

A second pass over a library makes it one and a half times.
"""
_BYTES_A_VECTOR = 1000  # beside its values, in Chroma 1.5
_SMALL = 16 * 2**20  # bytes, for which nothing is made anew


class ChromaIndex:
    """A Chroma collection on disk, one for each model and space; derived from the catalogue, and replaceable.

    Only one process may have the folder open: Chroma's writers lose each other's data without a word. A lock file
    holds a second one off, such as the worker that a killed program left behind for a moment. A file, or a link to
    nothing, in the folder's place is put aside, and so is a folder in that of the lock file.

    Parameters
    ----------
    folder
        Where Chroma keeps its files.
    collection
        The name for a model and a space.
    afresh
        Delete what is there first.

    Raises
    ------
    IndexFailed
        If another process does not let go of the folder, or the store can't be opened, made, read or written; so does
        every method.
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
                # Nothing in it is the only copy: what can't be opened is made anew.
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
        import chromadb
        from chromadb.config import Settings

        with self._plain_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._client: Any = chromadb.PersistentClient(
                str(self._folder), Settings(anonymized_telemetry=False)
            )
            self._collection: Any = self._get_or_create()
            self._largest_batch = int(self._client.get_max_batch_size())
        except Exception as error:  # Chroma raises errors of many kinds, of SQLite and of Rust
            raise IndexFailed(f"{display_path(self._folder)} can't be opened: {error}") from error

    def _get_or_create(self) -> Any:
        return self._client.get_or_create_collection(
            self._name,
            configuration={"hnsw": {"space": "cosine", "ef_search": _EF_SEARCH}},
            embedding_function=None,
        )

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn what a full or failing disk makes of Chroma into `IndexFailed`; bugs stay what they are."""
        from chromadb.errors import InternalError

        try:
            yield
        except (InternalError, OSError) as error:
            what = getattr(error, "strerror", None) or error
            raise IndexFailed(
                f"{display_path(self._folder)} can't be read or written: {what}"
            ) from error

    def close(self) -> None:
        """Let go of the folder."""
        self._client = self._collection = None
        _forget_open_stores()
        self._lock.release()

    def ids(self) -> Ids:
        """The ids that are stored, ascending; shape (N,)."""
        with self._plain_errors():
            found = self._collection.get(include=[])["ids"]
        return np.sort(np.array([int(i) for i in found], dtype=np.int64))

    def add(self, ids: Sequence[int], points: Vectors) -> None:
        """Add points (N, D) on the unit sphere; ids that are there already stay as they are."""
        for start in range(0, len(ids), self._largest_batch):
            some = slice(start, start + self._largest_batch)
            with self._plain_errors():
                self._collection.add(ids=[str(i) for i in ids[some]], embeddings=points[some])

    def remove(self, ids: Sequence[int]) -> None:
        """Take points out; unknown ids are no error."""
        for start in range(0, len(ids), self._largest_batch):
            some = ids[start : start + self._largest_batch]
            with self._plain_errors():
                self._collection.delete(ids=[str(i) for i in some])

    def keep_only(self, wanted: Ids) -> Ids:
        """Drop what is not wanted, and collections of other models and spaces; returns the ids that are there.

        Where most of the collection is stale, or the store has grown out of proportion, it is made anew, and empty.
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
        """Whether the store takes several times the disk that so many vectors need."""
        with self._plain_errors():
            found = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
            taken = sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())
        needed = sum(4 * len(point) + _BYTES_A_VECTOR for point in found) * wanted
        return taken > _SMALL + _LARGEST_WASTE * needed

    def query(self, point: Vectors, count: int) -> Neighbours:
        """The `count` nearest to a point (D,) on the unit sphere; approximate when there are very many."""
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
    """Keep what is in the place of something of ours under another name: it may be somebody's."""
    path.rename(path.with_name(path.name + ending_aside(path)))


def _forget_open_stores() -> None:
    """Chroma keeps the store of a path open for the rest of the process, even one that was deleted meanwhile."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()
