"""Reading the arrays of an HDF5 file that is not trusted: nothing outside it, and nothing larger than expected."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import numpy.typing as npt

from musicsim.embedding.content import LARGEST_FILE, WeightsError

FAILURES: Final = (
    OSError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
    MemoryError,
    OverflowError,
)
"""The exceptions that h5py raises for a broken structure."""

_MOST_BYTES_OF_AN_ATTRIBUTE = 2**20
# Those that HDF5 itself has. Others would be loaded as libraries from folders that the environment names.
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}


def open_content(path: Path, content: bytes) -> h5py.File:
    """Open the bytes of an HDF5 file; `path` is for messages only.

    Raises
    ------
    WeightsError
        If they are none.
    """
    try:
        return h5py.File(h5py.h5f.open_file_image(content))
    except FAILURES as error:
        raise WeightsError(
            path, f"this is not an HDF5 weight file, or it is cut short ({error})"
        ) from error


def member(path: Path, group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset | None:
    """Return a group or an array of the file itself; None if there is none of this name.

    Raises
    ------
    WeightsError
        If the name is a link, which could name another file.
    """
    here = group
    for part in filter(None, name.split("/")):
        encoded = part.encode()
        if not isinstance(here, h5py.Group) or not here.id.links.exists(encoded):
            return None
        if here.id.links.get_info(encoded).type != h5py.h5l.TYPE_HARD:
            raise WeightsError(path, f"{name} is a link to another place")
        here = here[part]
    return here


def attribute(path: Path, holder: h5py.Group | h5py.Dataset, name: str) -> Any:
    """Return an attribute of limited size; None if there is none.

    Raises
    ------
    WeightsError
        If it is too large.
    """
    if name not in holder.attrs:
        return None
    stored = holder.attrs.get_id(name)
    if math.prod(stored.shape) * stored.dtype.itemsize > _MOST_BYTES_OF_AN_ATTRIBUTE:
        raise WeightsError(path, f"its attribute {name} is too large")
    return holder.attrs[name]


def array(
    path: Path, file: h5py.Group, name: str, shape: tuple[int, ...]
) -> npt.NDArray[np.float32]:
    """Return an array of the file as float32, after checking that it has the expected shape.

    Raises
    ------
    WeightsError
        If it is missing, has another shape, is kept outside the file, or holds anything but finite numbers.
    """
    dataset = member(path, file, name)
    if dataset is None:
        raise WeightsError(path, f"{name} is missing")
    if not isinstance(dataset, h5py.Dataset) or dataset.shape != shape:
        found = getattr(dataset, "shape", "no numbers")
        raise WeightsError(path, f"{name} has the shape {found}, and its network needs {shape}")
    if dataset.dtype.kind not in "fiu" or dataset.dtype.itemsize > 8:
        raise WeightsError(path, f"{name} holds {dataset.dtype}, not numbers")
    stored = dataset.id.get_create_plist()
    filters = {stored.get_filter(i)[0] for i in range(stored.get_nfilters())}
    if dataset.is_virtual or stored.get_external_count() or not filters <= _FILTERS:
        raise WeightsError(path, f"{name} is not kept in the file itself as plain numbers")
    if dataset.chunks and math.prod(dataset.chunks) * dataset.dtype.itemsize > LARGEST_FILE:
        raise WeightsError(path, f"{name} is kept in pieces that are too large")
    values = np.asarray(dataset[...], dtype=np.float32)
    if not np.isfinite(values).all():
        raise WeightsError(path, f"{name} holds values that are not numbers")
    return values
