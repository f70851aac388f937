"""`models`, `embed` and `evaluate`: the networks and what they make of files."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from rich.progress import track as with_progress

from musicsim.app import data_folder_lock, default_data_folder
from musicsim.audio import AudioError, read_blocks
from musicsim.cli.output import (
    Commands,
    UsageError,
    complain,
    file_path,
    path_text,
    print_json,
    print_table,
    printable,
    say,
)
from musicsim.embedding import (
    Model,
    WeightFile,
    Weights,
    WeightsError,
    embed_blocks,
    find_weights,
    read_weights,
)
from musicsim.errors import MusicsimError, display_path
from musicsim.library.catalogue import CATALOGUE_FILE, Catalogue


def add_commands(commands: Commands) -> None:
    """Declare the commands of this module."""
    command = commands.add_parser("models", help="the networks that listen")
    command.set_defaults(run=list_models, json=False)
    actions = command.add_subparsers(metavar="ACTION")
    action = actions.add_parser("list", help="those that are here")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=list_models)
    action = actions.add_parser("use", help="listen with another one from the next scan on")
    action.add_argument("name", metavar="NAME", help="a name from the list, or a weight file")
    action.set_defaults(run=use_model)
    action = actions.add_parser("verify", help="check a weight file, or the one in use")
    action.add_argument("file", nargs="?", type=Path, metavar="FILE")
    action.set_defaults(run=verify_model)
    action = actions.add_parser("fetch", help="download an official one (not there yet)")
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=fetch_model)

    command = commands.add_parser(
        "embed", help="OpenL3 embeddings of files, as OpenL3's process_audio_file writes them"
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    command.add_argument("--input-repr", choices=("mel256", "mel128", "linear"))
    command.add_argument("--content-type", choices=("music", "env"))
    command.add_argument("--embedding-size", type=int, choices=(512, 6144))
    hop = command.add_mutually_exclusive_group()
    hop.add_argument("--hop-size", type=float, default=0.1, metavar="SECONDS", help="(0.1)")
    hop.add_argument("--overlap", metavar="PERCENT", help="(not there yet)")
    command.add_argument(
        "--center",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let the first window be centred on the beginning (default)",
    )
    command.add_argument("--weights", type=Path, metavar="FILE", help="instead of the model in use")
    command.set_defaults(run=embed)

    command = commands.add_parser("evaluate", help="how good the similarity is (not there yet)")
    command.set_defaults(run=evaluate)


def evaluate(_: argparse.Namespace) -> None:
    """Say that it is not there yet."""
    raise UsageError("`musicsim evaluate` is not there yet.")


def fetch_model(_: argparse.Namespace) -> None:
    """Say that it is not there yet."""
    raise UsageError(
        "`musicsim models fetch` is not there yet: put an official weight file into the models folder of the data "
        "folder, or name it with `musicsim models use FILE`."
    )


def _weights_here(data: Path | None) -> list[WeightFile]:
    """The weight files that are on this machine, the one in use first."""
    folder = (data or default_data_folder()).absolute()
    chosen = None
    if (folder / CATALOGUE_FILE).exists():
        catalogue = Catalogue(folder, read_only=True)
        chosen = catalogue.setting("weights")
        catalogue.close()
    found = find_weights(folder / "models", Path(chosen) if chosen else None)
    return [weights for weights in found if weights.source != "available"]


def list_models(options: argparse.Namespace) -> None:
    """Print the models that are here."""
    found = _weights_here(options.data)
    rows = []
    for number, weights in enumerate(found):
        try:
            size: int | None = _read(weights).description.embedding_size
            state: str = weights.source
        except WeightsError:
            size, state = weights.embedding_size, "broken"
        rows.append(
            {
                "name": weights.name,
                "source": path_text(weights.path),
                "state": state,
                "in_use": number == 0,
                "embedding_size": size,
                "input_repr": weights.input_repr,
                "content_type": weights.content_type,
            }
        )
    if options.json:
        print_json(rows)
    else:
        print_table(
            ("", "Model", "State", "Size", "Input", "Content", "File"),
            [
                ("*" if row["in_use"] else "", row["name"], row["state"], row["embedding_size"],
                 row["input_repr"], row["content_type"], row["source"])
                for row in rows
            ],
        )  # fmt: skip


def _read(weights: WeightFile) -> Weights:
    return read_weights(
        weights.path, input_repr=weights.input_repr, embedding_size=weights.embedding_size
    )


def use_model(options: argparse.Namespace) -> None:
    """Choose the model of the next scan."""
    folder = (options.data or default_data_folder()).absolute()
    by_name = {weights.name: weights for weights in _weights_here(options.data)}
    file = file_path(options.name)
    if (chosen := by_name.get(options.name)) is not None:
        file = chosen.path
        _read(chosen)
    elif file.is_file():
        read_weights(file)
    else:
        raise UsageError(
            f"There is no model or weight file named {printable(options.name)}: `musicsim models list` names them."
        )
    with data_folder_lock(folder).acquire():
        catalogue = Catalogue(folder)
        catalogue.set_setting("weights", path_text(file))
        catalogue.close()
    say(f"{printable(options.name)} is in use. `musicsim scan` listens to the library with it.")


def verify_model(options: argparse.Namespace) -> None:
    """Check that a weight file is whole and fits."""
    file: Path | None = options.file
    weights = read_weights(file) if file else _read(_weights_here(options.data)[0])
    say(f"{weights.identity}: whole, {weights.description.embedding_size} dimensions.")


def embed(options: argparse.Namespace) -> int:
    """Write a file's embeddings beside their timestamps; returns 1 if a file failed."""
    if options.overlap is not None:
        raise UsageError("--overlap is not there yet: say --hop-size, in seconds.")
    if not options.hop_size > 0:
        raise UsageError("--hop-size is a number of seconds above 0.")
    targets: dict[Path, Path] = {}
    for file in options.files:
        target = options.output / f"{file.stem}.npz"
        if target in targets:
            raise UsageError(
                f"{printable(path_text(file))} and {printable(path_text(targets[target]))} would both become "
                f"{printable(target.name)}: embed them into different folders."
            )
        targets[target] = file
    model = Model(_weights_for(options))
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MusicsimError(
            f"{display_path(options.output)} can't be made ({error.strerror}): choose another folder with -o."
        ) from error
    failed = 0
    for target, file in with_progress(
        targets.items(), "Embedding", transient=True, disable=not os.isatty(2)
    ):
        try:
            parts = list(
                embed_blocks(
                    model, read_blocks(file), hop_size=options.hop_size, center=options.center
                )
            )
        except AudioError as error:
            complain(str(error))
            failed += 1
            continue
        _save(target, np.concatenate([e for e, _ in parts]), np.concatenate([t for _, t in parts]))
        say(f"{printable(path_text(target))}")
    return 1 if failed else 0


def _weights_for(options: argparse.Namespace) -> Weights:
    """The weights that the options ask for; without any, those in use."""
    if options.weights is not None:
        return read_weights(
            options.weights, input_repr=options.input_repr, embedding_size=options.embedding_size
        )
    here = _weights_here(options.data)
    if (
        options.input_repr is None
        and options.content_type is None
        and options.embedding_size is None
    ):
        return _read(here[0])
    wanted = (options.input_repr or "mel256", options.content_type or "music")
    for weights in here:
        if (weights.input_repr, weights.content_type) == wanted and weights.name.startswith(
            "openl3-"
        ):
            return read_weights(
                weights.path,
                input_repr=weights.input_repr,
                embedding_size=options.embedding_size or weights.embedding_size,
            )
    raise MusicsimError(
        f"The OpenL3 weights for {wanted[0]} and {wanted[1]} are not on this machine: name their file with --weights."
    )


def _save(target: Path, embedding: np.ndarray, timestamps: np.ndarray) -> None:
    """Write the arrays whole or not at all."""
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
            partial = Path(folder, "embedding.npz")
            np.savez(partial, embedding=embedding, timestamps=timestamps)
            partial.replace(target)
    except OSError as error:
        raise MusicsimError(
            f"{display_path(target)} can't be written ({error.strerror}): make room, or choose another folder with -o."
        ) from error
