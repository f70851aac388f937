"""Loading a model by its name, or by OpenL3's parameters."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from musicsim.base.data_folder import default_data_folder, models_folder_of
from musicsim.embedding.checking import check_weights
from musicsim.embedding.content import WeightsError
from musicsim.embedding.description import CONTENT_TYPES, INPUT_REPRS, ContentType, InputRepr
from musicsim.embedding.model import Model
from musicsim.embedding.runtime import Precision
from musicsim.embedding.sources import WeightFile, find_weights
from musicsim.embedding.weights import read_weights


def load_model(
    weights: str | os.PathLike[str] | None = None,
    *,
    input_repr: InputRepr | None = None,
    content_type: ContentType | None = None,
    embedding_size: int | None = None,
    models_folder: Path | None = None,
    preferred: WeightFile | None = None,
    batch_size: int | None = None,
    threads: int | None = None,
    precision: Precision | Literal["auto"] = "auto",
) -> Model:
    """Load a model that can embed any number of files and arrays.

    Parameters
    ----------
    weights
        A model's name as in `find_weights`, such as ``"starter"`` or ``"openl3-mel256-music"``, or the path of a weight
        file. None uses the official model of the next three parameters or, if they are None too, the best one on this
        machine.
    input_repr, content_type, embedding_size
        As in OpenL3: ``"mel256"``, ``"mel128"`` or ``"linear"``; ``"music"`` or ``"env"``; 512 or 6144. The defaults
        are mel256, music and, unlike in OpenL3, 512.
    models_folder
        The folder with weight files; None is the app's own folder. Those of an installed `openl3` package are found
        too.
    preferred
        Takes precedence over other models, like the model that the listener chose in the app.
    batch_size, threads, precision
        As for `Model`. On a machine with bfloat16, ``"auto"`` matches the directions of OpenL3's embeddings,
        ``"float32"`` the embeddings themselves.

    Returns
    -------
    Model

    Raises
    ------
    WeightsError
        If the model is not on this machine or not of the requested kind, or if its file is damaged; the message says
        what can be done.
    ValueError
        If OpenL3 has no model of this kind.
    """
    folder = models_folder or models_folder_of(default_data_folder())
    file = _weight_file(
        folder,
        weights,
        preferred,
        input_repr=input_repr,
        content_type=content_type,
        embedding_size=embedding_size,
    )
    front_end, size = input_repr or file.input_repr, embedding_size or file.embedding_size
    checked = check_weights(
        file.path, input_repr=front_end, embedding_size=size, sha256=file.sha256
    )
    read = read_weights(file.path, input_repr=front_end, embedding_size=size, sha256=checked.sha256)
    return Model(read, batch_size=batch_size, threads=threads, precision=precision)


def _weight_file(
    models_folder: Path,
    weights: str | os.PathLike[str] | None,
    preferred: WeightFile | None,
    *,
    input_repr: InputRepr | None,
    content_type: ContentType | None,
    embedding_size: int | None,
) -> WeightFile:
    """Find the weight file that the parameters of `load_model` ask for; it may be damaged."""
    found = ([] if preferred is None else [preferred]) + find_weights(models_folder)
    by_name = {file.name: file for file in reversed(found)}
    if weights is not None:
        name = os.fspath(weights)
        file = by_name.get(name) or find_weights(models_folder, Path(name))[0]
    elif input_repr is None and content_type is None and embedding_size is None:
        file = next(file for file in found if file.source != "available")
    else:
        name = f"openl3-{input_repr or 'mel256'}-{content_type or 'music'}"
        if name not in by_name:
            raise ValueError(
                f"OpenL3 has no {input_repr} model for {content_type}: input_repr is one of {', '.join(INPUT_REPRS)}, "
                f"content_type one of {', '.join(CONTENT_TYPES)}"
            )
        file = by_name[name]
    if file.source == "available":
        raise WeightsError(
            file.path,
            f"{file.name} is not on this machine",
            f"`musicsim models fetch {file.name}` gets it",
        )
    for asked, there in ((input_repr, file.input_repr), (content_type, file.content_type)):
        if asked is not None and there not in (None, asked):
            raise WeightsError(file.path, f"this model is for {there}, not for {asked}")
    return file
