"""Writing any number of embeddings to OpenL3's .npz files."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from musicsim.base.errors import MusicsimError, display_path
from musicsim.embedding.framing import FloatArray, Times


def save_embeddings(
    target: Path, parts: Iterable[tuple[FloatArray, Times]], embedding_size: int
) -> int:
    """Write embeddings as they arrive to the same file as `openl3.process_audio_file`.

    The file appears complete or not at all, and replaces an existing one. Only the timestamps are kept in memory.

    Parameters
    ----------
    target
        The .npz file. While it is written, it takes twice its size in the same folder.
    parts
        Embeddings (n, D) and timestamps (n,) in order, as from `embed_blocks`.
    embedding_size
        D.

    Returns
    -------
    int
        The number of embeddings.

    Raises
    ------
    MusicsimError
        If the disk is full, or the folder can't be written to.
    """
    try:
        # Hidden, and on the same disk, so that the final rename is atomic.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".embedding-") as folder:
            rows = Path(folder, "rows")
            timestamps = [np.empty(0)]
            with rows.open("wb") as file:
                for embeddings, times in parts:
                    file.write(np.ascontiguousarray(embeddings, "<f4").data)
                    timestamps.append(times)
            partial = Path(folder, "partial.npz")
            _pack(partial, rows, embedding_size, np.concatenate(timestamps))
            partial.replace(target)
    except OSError as error:
        raise MusicsimError(
            f"{display_path(target)} can't be written ({error.strerror or error}): make room, or choose another folder."
        ) from error
    return sum(map(len, timestamps))


def _pack(target: Path, rows: Path, embedding_size: int, timestamps: Times) -> None:
    """Write the rows as np.savez writes an array, which it would have to keep in memory."""
    with zipfile.ZipFile(target, "w") as archive:
        with (
            archive.open("embedding.npy", "w", force_zip64=True) as member,
            rows.open("rb") as file,
        ):
            header = {
                "descr": "<f4",
                "fortran_order": False,
                "shape": (len(timestamps), embedding_size),
            }
            np.lib.format.write_array_header_1_0(member, header)
            shutil.copyfileobj(file, member, 2**20)
        with archive.open("timestamps.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, timestamps, allow_pickle=False)
