"""`embed`: OpenL3 embeddings of files, in the format of OpenL3's own command."""

from __future__ import annotations

import argparse
import functools
import itertools
import operator
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from musicsim.audio import SAMPLE_RATE, AudioError, read_blocks
from musicsim.base.counts import counted
from musicsim.base.data_folder import default_data_folder, models_folder_of
from musicsim.base.errors import MusicsimError, display_path
from musicsim.cli.output import Commands, UsageError, complain, path_text, printable, say
from musicsim.embedding import (
    Model,
    embed_blocks,
    load_model,
    read_ahead,
    save_embeddings,
)
from musicsim.library.catalogue.catalogue import CATALOGUE_FILE, Catalogue
from musicsim.library.tags import read_tags
from musicsim.services.models.models import weights_in_use

# Called with a file and the seconds of it that are done.
Show = Callable[[Path, float], None]


def add_commands(commands: Commands) -> None:
    """Declare the command of this module."""
    command = commands.add_parser(
        "embed", help="OpenL3 embeddings of files, as OpenL3's process_audio_file writes them"
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    command.add_argument(
        "--input-repr",
        choices=("mel256", "mel128", "linear"),
        help="the official model of this spectrogram (mel256)",
    )
    command.add_argument(
        "--content-type", choices=("music", "env"), help="the official model for this (music)"
    )
    command.add_argument(
        "--embedding-size", type=int, choices=(512, 6144), help="of an official model (512)"
    )
    hop = command.add_mutually_exclusive_group()
    hop.add_argument(
        "--hop-size",
        type=_hop_size,
        default=0.1,
        metavar="SECONDS",
        help="from one 1-s window to the next (0.1)",
    )
    hop.add_argument(
        "--overlap",
        type=_overlap,
        dest="hop_size",
        metavar="PERCENT",
        help="of a window with the next, instead: 90 is a hop of 0.1",
    )
    command.add_argument(
        "--center",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let the first window be centred on the beginning (default)",
    )
    command.add_argument(
        "--weights", metavar="FILE", help="a weight file or a model's name, not the model in use"
    )
    command.add_argument("--overwrite", action="store_true", help="make what is there already anew")
    command.set_defaults(run=embed)


def _hop_size(text: str) -> float:
    try:
        seconds = float(text)
        samples = int(seconds * SAMPLE_RATE)
    except (ValueError, OverflowError):
        samples = 0
    if samples < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return seconds


def _overlap(text: str) -> float:
    """Return the hop in seconds for an overlap in percent, exactly: 90 % is 0.1, not 0.09999999999999998."""
    try:
        percent = Decimal(text)
        if not 0 <= percent < 100:
            raise InvalidOperation
    except InvalidOperation:
        raise argparse.ArgumentTypeError(
            f"{text} is not a percentage from 0 to below 100"
        ) from None
    return _hop_size(str((100 - percent) / 100))


def embed(options: argparse.Namespace) -> int:
    """Write each file's embeddings and timestamps; return 1 if a file failed."""
    files = _by_target(options.files, options.output)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MusicsimError(
            f"{display_path(options.output)} can't be made ({error.strerror}): choose another folder with -o."
        ) from error
    if not options.overwrite:
        for target in [target for target in files if target.exists()]:
            del files[target]
            say(f"{printable(path_text(target))}: skipped, there already (see --overwrite)")
    if not files:
        return 0
    model = _load_model(options)
    costs: list[_Cost] = []
    with _progress(list(files.values())) as show:
        for target, file in files.items():
            try:
                cost = _embed(model, file, target, options, show)
            except AudioError as error:
                complain(str(error))
                continue
            costs.append(cost)
            told = str(cost) if options.verbose else counted(cost.windows, "window")
            say(f"{printable(path_text(target))}: {told}")
    if len(costs) > 1:
        say(f"{len(costs)} files: {functools.reduce(operator.add, costs)}.")
    return 1 if len(costs) < len(files) else 0


def _by_target(files: Iterable[Path], output: Path) -> dict[Path, Path]:
    """Return the files by their targets, which are named as OpenL3 names them."""
    targets: dict[Path, Path] = {}
    for file in files:
        target = output / f"{file.stem}.npz"
        if target in targets:
            raise UsageError(
                f"{printable(path_text(file))} and {printable(path_text(targets[target]))} would both become "
                f"{printable(target.name)}: embed them into different folders."
            )
        targets[target] = file
    return targets


def _load_model(options: argparse.Namespace) -> Model:
    data = options.data or default_data_folder()
    folder = models_folder_of(data)
    in_use = None
    if (data / CATALOGUE_FILE).exists():
        with closing(Catalogue(data, read_only=True)) as catalogue:
            in_use = weights_in_use(catalogue, folder)
    return load_model(
        options.weights,
        input_repr=options.input_repr,
        content_type=options.content_type,
        embedding_size=options.embedding_size,
        models_folder=folder,
        preferred=in_use,
        # For comparing with OpenL3's numbers.
        precision="float32",
    )


@dataclass(frozen=True, slots=True)
class _Cost:
    """The cost of embedding some sound, in seconds; decoding overlaps with the other stages."""

    windows: int
    sound: float
    decoding: float
    front_end: float
    network: float
    in_all: float

    def __add__(self, other: _Cost) -> _Cost:
        return _Cost(*map(operator.add, astuple(self), astuple(other)))

    def __str__(self) -> str:
        return (
            f"{counted(self.windows, 'window')} of {self.sound:.1f} s of sound in {self.in_all:.1f} s: network "
            f"{self.network:.1f} s, front end {self.front_end:.1f} s, beside them decoding {self.decoding:.1f} s"
        )


def _embed(
    model: Model, file: Path, target: Path, options: argparse.Namespace, show: Show
) -> _Cost:
    began = time.perf_counter()
    before = model.spent
    decoding = _Decoding(file)
    show(file, 0.0)

    def shown() -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]]:
        parts = embed_blocks(model, blocks, hop_size=options.hop_size, center=options.center)
        for embeddings, timestamps in parts:
            yield embeddings, timestamps
            show(file, float(timestamps[-1]))

    with closing(read_ahead(decoding)) as blocks:
        save_embeddings(target, shown(), model.embedding_size)
    spent = model.spent - before
    return _Cost(
        windows=spent.windows,
        sound=decoding.samples / SAMPLE_RATE,
        decoding=decoding.seconds,
        front_end=spent.front_end,
        network=spent.network,
        in_all=time.perf_counter() - began,
    )


class _Decoding:
    """A file's sound, its length, and the seconds spent on decoding it."""

    def __init__(self, file: Path) -> None:
        self._blocks = read_blocks(file)
        self.samples = 0
        self.seconds = 0.0

    def __iter__(self) -> Iterator[npt.NDArray[np.float32]]:
        began = time.perf_counter()
        for block in self._blocks:
            self.samples += len(block)
            self.seconds += time.perf_counter() - began
            yield block
            began = time.perf_counter()


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Show]:
    """Show the progress on standard error, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda file, seconds: None
        return
    lengths = [_length(file) for file in files]
    starts = dict(zip(files, itertools.accumulate(lengths, initial=0.0), strict=False))
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _SoundColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=sum(lengths) or None)

        def show(file: Path, seconds: float) -> None:
            bar.update(task, description=printable(file.name), completed=starts[file] + seconds)

        yield show


def _length(file: Path) -> float:
    """Return the length in seconds according to the file's tags; 0 if unknown."""
    try:
        return read_tags(file)[0].duration or 0.0
    except OSError:
        return 0.0


class _SoundColumn(ProgressColumn):
    """The amount of sound done, and the amount per second."""

    def render(self, task: Task) -> Text:
        """Return the column's text."""
        of = f" of {task.total:.0f}" if task.total else ""
        rate = f", {task.speed:.0f} a second" if task.speed else ""
        return Text(f"{task.completed:.0f}{of} s of sound{rate}")
