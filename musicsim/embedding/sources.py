"""Where weight files come from, and which of them is in use."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from musicsim.embedding.description import ContentType, InputRepr
from musicsim.embedding.weights import (
    DEFAULT_EMBEDDING_SIZE,
    WeightsError,
    official_name,
    read_description,
)
from musicsim.resources import resource

Source = Literal["bundled", "installed", "available"]

# Best for music first; within a kind of content, the network that OpenL3's paper found strongest.
_OFFICIAL_MODELS: Final[tuple[tuple[InputRepr, ContentType], ...]] = (
    ("mel256", "music"),
    ("mel128", "music"),
    ("linear", "music"),
    ("mel256", "env"),
    ("mel128", "env"),
    ("linear", "env"),
)


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A model that could be used.

    Attributes
    ----------
    name
        What the listener calls it by: ``"starter"``, ``"openl3-mel256-music"``, or the file's name without suffix.
    path
        Its file; for an available one, where the file would be.
    source
        ``"bundled"`` with musicsim, ``"installed"`` by the listener, or ``"available"``: published, but not here.
    input_repr, content_type, embedding_size
        None where the file's name and its description don't say; see `read_weights`.
    """

    name: str
    path: Path
    source: Source
    input_repr: InputRepr | None
    content_type: ContentType | None
    embedding_size: int | None


def find_weights(models_folder: Path, chosen: Path | None = None) -> list[WeightFile]:
    """List the models, the one in use first, and those that are not here last.

    The order: the file that the listener chose, even where it is missing or broken, so that `read_weights` can say so;
    official OpenL3 files in `models_folder`, then those that the `openl3` package brought along if it is installed (it
    is not imported); the starter weights; and the official models that are not here.

    Parameters
    ----------
    models_folder
        Where the app keeps weight files; need not exist.
    chosen
        The weight file that the listener named.
    """
    found = [] if chosen is None else [_describe(chosen)]
    found += [
        _official(path, "installed", input_repr, content_type)
        for folder in (models_folder, *_installed_package())
        for input_repr, content_type in _OFFICIAL_MODELS
        for path in _official_paths(folder, input_repr, content_type)
        if path.is_file()
    ]
    found.append(_describe(resource("starter.h5"), "bundled"))
    found += [
        _official(
            next(_official_paths(models_folder, input_repr, content_type)),
            "available",
            input_repr,
            content_type,
        )
        for input_repr, content_type in _OFFICIAL_MODELS
    ]
    # Of several files with one name the first is used; the others could not be told from it.
    by_name: dict[str, WeightFile] = {}
    for weight_file in found:
        by_name.setdefault(weight_file.name, weight_file)
    return list(by_name.values())


def _official_paths(
    folder: Path, input_repr: InputRepr, content_type: ContentType
) -> Iterator[Path]:
    # The first is the published name, the second what the openl3 package unpacks it to.
    yield folder / f"openl3_audio_{input_repr}_{content_type}-v0_4_0.h5"
    yield folder / f"openl3_audio_{input_repr}_{content_type}.h5"


def _official(
    path: Path, source: Source, input_repr: InputRepr, content_type: ContentType
) -> WeightFile:
    name = f"openl3-{input_repr}-{content_type}"
    return WeightFile(name, path, source, input_repr, content_type, DEFAULT_EMBEDDING_SIZE)


def _describe(path: Path, source: Source = "installed") -> WeightFile:
    if (named := official_name(path)) is not None:
        return _official(path, source, *named)
    try:
        described = read_description(path)
    # It is listed all the same: whoever reads it is told what is wrong with it.
    except WeightsError:
        described = None
    if described is None:
        return WeightFile(path.stem, path, source, None, None, None)
    name, description = described
    # musicsim's own weights are all trained on music.
    return WeightFile(
        name, path, source, description.input_repr, "music", description.embedding_size
    )


def _installed_package() -> list[Path]:
    try:
        spec = importlib.util.find_spec("openl3")
    # Something else that goes by this name was put into sys.modules by hand.
    except ValueError:
        return []
    if spec is None or spec.submodule_search_locations is None:
        return []
    return [Path(folder) for folder in spec.submodule_search_locations]
