"""The sources of weight files, and the choice of the one in use."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from musicsim.base.resources import resource
from musicsim.embedding.checking import (
    STARTER_SHA256,
    CheckedWeights,
    WeightsToCheck,
    check_all,
    check_weights,
)
from musicsim.embedding.content import WeightsError
from musicsim.embedding.description import ContentType, InputRepr
from musicsim.embedding.official import OFFICIAL_MODELS, OfficialModel, official_model_of
from musicsim.embedding.weights import DEFAULT_EMBEDDING_SIZE

Source = Literal["bundled", "installed", "available"]
State = Literal["bundled", "installed", "available", "broken"]


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A model that could be used.

    Attributes
    ----------
    name
        Its name for the listener: ``"starter"``, ``"openl3-mel256-music"``, or the file's name without suffix.
    path
        Its file; for an available model, where the file would be.
    source
        ``"bundled"`` with musicsim, ``"installed"`` by the listener, or ``"available"``: published, but not here.
    input_repr, content_type, embedding_size
        None if the file's name and its description don't say; see `read_weights`.
    sha256
        The SHA-256 that the file must have, in hexadecimal; None if it is not known.
    """

    name: str
    path: Path
    source: Source
    input_repr: InputRepr | None
    content_type: ContentType | None
    embedding_size: int | None
    sha256: str | None = None

    def check(self) -> CheckedWeights:
        """Read the whole file, and return the facts about it; see `check_weights`.

        Raises
        ------
        WeightsError
            If it can't be read.
        """
        return check_weights(
            self.path,
            input_repr=self.input_repr,
            embedding_size=self.embedding_size,
            sha256=self.sha256,
        )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model and the state of its file.

    Attributes
    ----------
    file
        The model; for an available one, its path is where `fetch_weights` puts the file.
    state
        The file's source, or ``"broken"`` if it can't be read.
    identity
        Stored with its vectors; None without a readable file. See `Weights`.
    problem
        The problem with a broken file, and what can be done.
    """

    file: WeightFile
    state: State
    identity: str | None = None
    problem: str | None = None


def find_weights(
    models_folder: Path,
    chosen: Path | None = None,
    *,
    embedding_size: int | None = None,
    sha256: str | None = None,
) -> list[WeightFile]:
    """List the models, starting with the one in use; those that are not here come last.

    The order: the file that the listener chose, even if it is missing or broken, so that `read_weights` can report it;
    official OpenL3 files in `models_folder`, then those of the `openl3` package if it is installed (it is not
    imported); the starter weights; and the official models that are not here.

    Parameters
    ----------
    models_folder
        The app's folder for weight files; it need not exist.
    chosen
        The weight file that the listener named.
    embedding_size
        The size that the listener chose with it, 512 or 6144; applies only to an official file.
    sha256
        The SHA-256 that the chosen file had, in hexadecimal.
    """
    starter = resource("starter.h5")
    found = []
    if chosen is not None:
        source: Source = "bundled" if chosen == starter else "installed"
        found.append(_describe(chosen, source, embedding_size, sha256))
    found += [
        _official(model, path, "installed")
        for folder in (models_folder, *_installed_package())
        for model in OFFICIAL_MODELS
        for path in _official_paths(folder, model)
        if path.is_file()
    ]
    found.append(_describe(starter, "bundled"))
    found += [
        _official(model, models_folder / model.file_name, "available") for model in OFFICIAL_MODELS
    ]
    # Of several files with one name the first is used, since the name can't select the others.
    by_name: dict[str, WeightFile] = {}
    for weight_file in found:
        by_name.setdefault(weight_file.name, weight_file)
    return list(by_name.values())


def list_models(
    models_folder: Path,
    chosen: Path | None = None,
    *,
    embedding_size: int | None = None,
    sha256: str | None = None,
) -> list[ModelInfo]:
    """List the models as `find_weights` does, and read each: about 50 ms for one of OpenL3's.

    A file that can't be read is listed as broken.
    """
    files = find_weights(models_folder, chosen, embedding_size=embedding_size, sha256=sha256)
    here = [file for file in files if file.source != "available"]
    checked = check_all(
        [
            WeightsToCheck(file.path, file.input_repr, file.embedding_size, file.sha256)
            for file in here
        ]
    )
    results = dict(zip(here, checked, strict=True))
    return [_info(file, results.get(file)) for file in files]


def _info(file: WeightFile, checked: CheckedWeights | WeightsError | None) -> ModelInfo:
    if checked is None:
        return ModelInfo(file, "available")
    if isinstance(checked, WeightsError):
        return ModelInfo(file, "broken", problem=str(checked))
    return ModelInfo(file, file.source, identity=checked.identity)


def _official_paths(folder: Path, model: OfficialModel) -> Iterator[Path]:
    yield folder / model.file_name
    # The name under which the openl3 package unpacks it.
    yield folder / f"openl3_audio_{model.input_repr}_{model.content_type}.h5"


def _official(
    model: OfficialModel,
    path: Path,
    source: Source,
    embedding_size: int | None = None,
    sha256: str | None = None,
) -> WeightFile:
    # Earlier releases used the name without a version for other weights.
    published = model.file_sha256 if path.name == model.file_name else None
    return WeightFile(
        model.name,
        path,
        source,
        model.input_repr,
        model.content_type,
        embedding_size or DEFAULT_EMBEDDING_SIZE,
        sha256 or published,
    )


def _describe(
    path: Path, source: Source, embedding_size: int | None = None, sha256: str | None = None
) -> WeightFile:
    if path.suffix == ".h5" and (model := official_model_of(path)) is not None:
        return _official(model, path, source, embedding_size, sha256)
    if source == "bundled":
        sha256 = STARTER_SHA256
    try:
        checked = check_weights(path, sha256=sha256)
    # Listed all the same: reading it reports the problem.
    except WeightsError:
        return WeightFile(path.stem, path, source, None, None, None, sha256)
    description = checked.description
    # musicsim's own weights are all trained on music.
    return WeightFile(
        checked.name,
        path,
        source,
        description.input_repr,
        "music",
        description.embedding_size,
        checked.sha256,
    )


def _installed_package() -> list[Path]:
    try:
        spec = importlib.util.find_spec("openl3")
    # A module of this name was put into sys.modules by hand.
    except ValueError:
        return []
    if spec is None or spec.submodule_search_locations is None:
        return []
    return [Path(folder) for folder in spec.submodule_search_locations]
