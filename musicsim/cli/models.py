"""`models`: commands for the models that listen."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from musicsim.app import Musicsim
from musicsim.base.counts import counted
from musicsim.base.data_folder import data_folder_lock, default_data_folder, models_folder_of
from musicsim.base.errors import MusicsimError, display_path
from musicsim.cli.output import (
    Commands,
    UsageError,
    byte_progress,
    file_path,
    path_text,
    print_json,
    print_table,
    printable,
    say,
)
from musicsim.embedding import WeightFile, find_weights
from musicsim.embedding.description import OFFICIAL_EMBEDDING_SIZES
from musicsim.embedding.fetching import fetch_weights
from musicsim.embedding.names import LONGEST_NAME
from musicsim.embedding.official import (
    ATTRIBUTION,
    OFFICIAL_MODELS,
    official_model,
    official_model_of,
)
from musicsim.embedding.sources import list_models
from musicsim.library.catalogue.catalogue import CATALOGUE_FILE, Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.windows import WINDOWS_FILE
from musicsim.services.models.models import choose_weights, weights_in_use


def add_commands(commands: Commands) -> None:
    """Declare the command of this module."""
    command = commands.add_parser("models", help="the networks that listen")
    command.set_defaults(run=show_models, json=False)
    actions = command.add_subparsers(metavar="ACTION")

    action = actions.add_parser("list", help="those that are here, and those that can be fetched")
    action.add_argument("--json", action="store_true")
    action.set_defaults(run=show_models)

    action = actions.add_parser("fetch", help="download an official one")
    action.add_argument("name", metavar="NAME", help="a name from the list")
    action.add_argument(
        "--mirror", metavar="URL", help="a folder on the web that has the published .h5.gz files"
    )
    action.add_argument("--proxy", metavar="URL", help="instead of the environment’s proxies")
    action.add_argument("--use", action="store_true", help="and listen with it")
    action.set_defaults(run=fetch_model)

    action = actions.add_parser("use", help="listen with another one from the next scan on")
    action.add_argument("name", metavar="NAME|FILE", help="a name from the list, or a weight file")
    action.add_argument(
        "--embedding-size",
        type=int,
        choices=OFFICIAL_EMBEDDING_SIZES,
        help="of an official one (512); 6144 takes twelve times the disk space",
    )
    action.set_defaults(run=use_model)

    action = actions.add_parser("verify", help="check a weight file, or the one that listens")
    action.add_argument(
        "name", nargs="?", metavar="NAME|FILE", help="also an official .h5.gz as downloaded"
    )
    action.set_defaults(run=verify_model)

    action = actions.add_parser(
        "forget", help="delete what a model made of the library that is not in use any more"
    )
    action.add_argument("name", metavar="NAME|IDENTITY", help="as the list has it")
    action.set_defaults(run=forget_model)


def show_models(options: argparse.Namespace) -> None:
    """Print the models here, those available for download, and those of which only embeddings are left."""
    rows = _rows(options)
    if options.json:
        print_json(rows)
        return
    print_table(
        ("", "Model", "State", "Size", "Input", "Content", "Tracks", "Identity", "File"),
        [
            ("*" if row["in_use"] else "", row["name"], row["state"], row["embedding_size"],
             row["input_repr"], row["content_type"], row["tracks"] or "", row["identity"],
             row["source"] if row["state"] != "available" else "")
            for row in rows
        ],
        right=(3, 6),
    )  # fmt: skip
    for row in rows:
        if row["listening"] and not row["in_use"]:
            say(
                f"\n{printable(str(row['name']))} takes over when `musicsim scan` has listened to the library with it; "
                "until then the one marked * is searched."
            )
        if row["problem"]:
            say(f"\n{row['problem']}")


def _rows(options: argparse.Namespace) -> list[dict[str, object]]:
    """Return the list for JSON."""
    listening = _listening(options)
    searched, tracks = _embedded(_data_folder(options))
    infos = list_models(
        _models_folder(options),
        listening.path,
        embedding_size=listening.embedding_size,
        sha256=listening.sha256,
    )
    # While another model listens to the library for the first time, the old one is in use, if it is here.
    in_use = next(
        (info.file for info in infos if info.identity and info.identity == searched), listening
    )
    rows: list[dict[str, object]] = [
        {
            "name": info.file.name,
            "source": path_text(info.file.path),
            "state": info.state,
            "in_use": info.file == in_use,
            "embedding_size": info.file.embedding_size,
            "input_repr": info.file.input_repr,
            "content_type": info.file.content_type,
            "identity": info.identity,
            "listening": info.file == listening,
            "tracks": tracks.pop(info.identity or "", 0),
            "problem": info.problem,
        }
        for info in infos
    ]
    unused = dict.fromkeys(rows[0])
    rows += [
        {
            **unused,
            "name": identity,
            "state": "gone",
            "in_use": False,
            "identity": identity,
            "listening": False,
            "tracks": count,
        }
        for identity, count in tracks.items()
    ]
    return rows


def fetch_model(options: argparse.Namespace) -> None:
    """Download an official model, unless it is here."""
    model = official_model(options.name)
    if model is None:
        names = ", ".join(model.name for model in OFFICIAL_MODELS)
        raise UsageError(
            f"There is no published model named {_shown(options.name)}: there are {names}."
        )
    here = next(
        info for info in list_models(_models_folder(options)) if info.file.name == model.name
    )
    path = here.file.path
    if here.state == "installed" and model.is_file(path) is not False:
        say(f"{model.name} is here already, in {printable(path_text(path))}.")
    else:
        with byte_progress(model.name) as update:
            path = fetch_weights(
                model,
                _models_folder(options),
                mirror=options.mirror,
                proxy=options.proxy,
                progress=lambda done, total: update(completed=done, total=total),
            )
        megabytes = path.stat().st_size / 1e6
        say(
            f"{model.name} is here: {megabytes:.1f} MB in {printable(path_text(path))}. {ATTRIBUTION}."
        )
    if options.use:
        _use(options, path, None)
    elif _listening(options).path == path:
        say("The next `musicsim scan` listens with it.")
    else:
        say(f"To listen with it: musicsim models use {model.name}")


def use_model(options: argparse.Namespace) -> None:
    """Choose the model of the next scan."""
    _use(options, _named(options, options.name).path, options.embedding_size)


def _use(options: argparse.Namespace, path: Path, embedding_size: int | None) -> None:
    file = find_weights(_models_folder(options), path)[0]
    if embedding_size is not None:
        file = replace(file, embedding_size=embedding_size)
    checked = file.check()
    folder = _data_folder(options)
    with data_folder_lock(folder).acquire(), closing(Catalogue(folder)) as catalogue:
        choose_weights(catalogue, file, checked.sha256)
    say(f"{printable(file.name)} is chosen: `musicsim scan` listens to the library with it.")


def verify_model(options: argparse.Namespace) -> None:
    """Check that a weight file is complete, fits, and is the published one if that can be known."""
    file = _listening(options) if options.name is None else _named(options, options.name)
    published = official_model_of(file.path)
    if published is not None and file.path.suffix == ".gz":
        try:
            whole = published.is_archive(file.path)
        except OSError as error:
            raise MusicsimError(
                f"{display_path(file.path)} can't be read ({error.strerror}): check its path and permissions."
            ) from error
        if not whole:
            raise MusicsimError(_not_as_published(file.path))
        say(f"{printable(file.path.name)}: as published. Unpack it with gunzip to use it.")
        return
    checked = file.check()
    told = f"{checked.identity}: whole, {checked.description.embedding_size} dimensions"
    if published is not None:
        as_published = published.is_file(file.path)
        if as_published is False:
            raise MusicsimError(_not_as_published(file.path))
        told += ", as published" if as_published else ", but what was published is not known"
    say(f"{told}.")


def _not_as_published(path: Path) -> str:
    return f"{display_path(path)} is not the published file of this name: delete it, and fetch it again."


def forget_model(options: argparse.Namespace) -> None:
    """Delete the embeddings of a model that is not in use."""
    made = [
        row
        for row in _rows(options)
        if row["tracks"] and options.name in (row["name"], row["identity"])
    ]
    if not made:
        raise UsageError(
            f"No model named {_shown(options.name)} has listened to this library: `musicsim models list` names "
            "those that have."
        )
    identity = str(made[0]["identity"])
    with Musicsim.open(_data_folder(options)) as app:
        forgotten = app.listening.forget_model(identity)
    say(f"What {identity} made of {counted(forgotten, 'track')} is deleted.")


def _data_folder(options: argparse.Namespace) -> Path:
    folder: Path = options.data or default_data_folder()
    return folder.absolute()


def _models_folder(options: argparse.Namespace) -> Path:
    return models_folder_of(_data_folder(options))


def _listening(options: argparse.Namespace) -> WeightFile:
    """Return the weight file that the next scan listens with."""
    folder = _data_folder(options)
    if not (folder / CATALOGUE_FILE).exists():
        return find_weights(_models_folder(options))[0]
    with closing(Catalogue(folder, read_only=True)) as catalogue:
        return weights_in_use(catalogue, _models_folder(options))


def _embedded(folder: Path) -> tuple[str | None, dict[str, int]]:
    """Return the identity of the searched model, and the number of tracks that each model has embedded."""
    if not all((folder / name).exists() for name in (CATALOGUE_FILE, WINDOWS_FILE)):
        return None, {}
    with (
        closing(Catalogue(folder, read_only=True)) as catalogue,
        closing(EmbeddingStore(catalogue, folder, read_only=True)) as embeddings,
    ):
        return catalogue.settings.model, embeddings.models.counts()


def _named(options: argparse.Namespace, name: str) -> WeightFile:
    """Return a model by its name in the list, or by its file.

    Raises
    ------
    UsageError
        If the name is neither.
    """
    folder = _models_folder(options)
    listening = _listening(options)
    # A name means the file in the models folder, even if another file of that name was chosen by its path.
    for file in (*find_weights(folder), listening):
        if file.name == name and file.source != "available":
            return file
    path = file_path(name)
    if os.path.isfile(path):  # noqa: PTH113 (false for a name that is too long)
        return find_weights(folder, path)[0]
    if official_model(name) is not None:
        raise UsageError(f"{name} is not here yet: `musicsim models fetch {name}` downloads it.")
    raise UsageError(
        f"There is no model or weight file named {_shown(name)}: `musicsim models list` names them."
    )


def _shown(name: str) -> str:
    """Return a name that is none as printable text, the beginning of it if it is long."""
    text = printable(name)
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"
