"""Music of our own: bands in about three hundred styles, so that the networks hear more than games.

Musical MIDI Accompaniment (MMA, by Bob van der Poel; GPL) plays a style over a sequence of chords and improvises a
melody. FluidSynth plays it with the instruments of a sound font. All of them are in Debian.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicsim.audio import SAMPLE_RATE
from training.corpus import CorpusError, Track, unpack_packages

LABEL = "bands"
"""Prefix of these tracks' collections."""
PACKAGES = ("mma", "fluid-soundfont-gm", "timgm6mb-soundfont", "opl3-soundfont", "minuet-data")
"""Debian packages of the styles, and of different kinds of fonts."""

_FORM = (0, 0, 1, 0)
_WITH_MELODY = 0.75
_TIMEOUT = 120
_NO_MUSIC = re.compile("metronome|none|stdpats")
_DEFINED = re.compile(r"^\s*DefGroove\s+(\S+)", re.MULTILINE)
_PROGRESSIONS = (
    "C Am F G7 C Am Dm G7",
    "C G Am F C G F G",
    "Am F C G Am F E7 Am",
    "C7 C7 F7 C7 G7 F7 C7 G7",
    "CM7 Am7 Dm7 G7 Em7 A7 Dm7 G7",
    "Am Dm G C F Dm E7 Am",
    "C F C G C F G C",
    "Dm7 G7 CM7 CM7 Fm7 Bb7 EbM7 G7",
    "Em C G D Em C D Em",
    "C Bb F C C Bb F G",
    "Am G F E7 Am G F E7",
    "CM7 FM7 CM7 FM7 Am7 Dm7 FM7 G7sus4",
    "Cm Ab Bb Cm Fm Cm G7 Cm",
    "F G Em Am F G C C7",
)
_LEADS = (
    "Piano1", "Vibraphone", "Marimba", "Organ1", "Accordion", "NylonGuitar", "SteelGuitar", "JazzGuitar",
    "CleanGuitar", "OverdriveGuitar", "Violin", "Cello", "Strings", "ChoirAahs", "Trumpet", "Trombone", "FrenchHorn",
    "SopranoSax", "AltoSax", "TenorSax", "Oboe", "Clarinet", "Flute", "Recorder", "PanFlute", "Ocarina",
    "SquareWave", "SawWave", "Sitar", "Kalimba",
)  # fmt: skip
_DIRECTIONS = (
    "rrr 1 rr -1 2 4 r",
    "1 1 -1 2 -2 -1 1",
    "1 2 -1 -2 3 -3 r",
    "r",
    "1 1 1 -2 -1 -1 3 -2",
)
_RHYTHMS = (
    "{1 4 90; 2 4 80; 3 4 85}",
    "{1 8 90; 1.5 8 70; 2 4 85; 3 8 80}",
    "{1 2 90; 3 4 80}",
    "{1 4. 90; 2.5 8 70; 3 4 80}",
    "{1 1 90}",
    "{1 8 90; 1.5 8 75; 2 8 85; 2.5 8 75; 3 4 80}",
    "{1.5 8 80; 2 4 90; 3 8 80}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """A file of MMA's library.

    Attributes
    ----------
    name
        Its name in MMA's form, such as ``casio/60spop``.
    grooves
        The names of its variants.
    """

    name: str
    grooves: tuple[str, ...]


def tracks_of_bands(folder: Path, *, seed: int = 0) -> Iterator[Track]:
    """Yield a piece in each style, rendered into `folder` unless it is there; each is its own collection.

    Raises
    ------
    CorpusError
        If a package or a program is not available.
    """
    pieces = folder / LABEL
    if not pieces.exists():
        _fetch_and_render(folder, pieces, seed)
    for path in sorted(pieces.glob("*.flac")):
        yield Track(f"{LABEL}/{path.stem}", "", path)


def read_styles(library: Path) -> list[Style]:
    """Return the styles of MMA's library, ordered by name."""
    styles = []
    for path in sorted(library.glob("*/*.mma")):
        text = path.read_text(encoding="utf-8", errors="replace")
        grooves = tuple(
            name for name in _DEFINED.findall(text) if not name.endswith(("Intro", "End"))
        )
        if grooves and not _NO_MUSIC.match(path.stem):
            styles.append(Style(f"{path.parent.name}/{path.stem}", grooves))
    return styles


def compose(style: Style, random: np.random.Generator, *, melody: bool) -> str:
    """Return a piece in a style in MMA's format: two alternating parts of eight bars, with random chords and key."""
    lines = [
        f"RndSeed {random.integers(10**6)}",
        f"Tempo {random.integers(85, 150)}",
        f"Use {style.name}",
        f"Transpose {random.integers(-5, 7)}",
    ]
    parts = random.choice(_PROGRESSIONS, 2)
    grooves = random.choice(style.grooves, 2)
    if melody:
        rhythm = " ".join(random.choice(_RHYTHMS, 4))
        lines += [
            "SeqSize 4",
            "Begin Aria",
            f"Voice {random.choice(_LEADS)}",
            f"Octave {random.integers(4, 7)}",
            "Volume f",
            f"Range {random.choice((1, 1.5, 2))}",
            f"ScaleType {random.choice(('Scale', 'Chord'))}",
            f"Direction {random.choice(_DIRECTIONS)}",
            f"Sequence {rhythm}",
            f"Rskip {random.integers(0, 20)}",
            "End",
        ]
    bar = itertools.count(1)
    for part in _FORM:
        lines.append(f"Groove {grooves[part]}")
        lines += [f"{next(bar)} {chord}" for chord in parts[part].split()]
    return "\n".join(lines) + "\n"


def render(
    styles: Iterable[Style], home: Path, fonts: Sequence[Path], folder: Path, *, seed: int
) -> None:
    """Play a piece in each style, with a random font, into FLAC files; leave out styles that can't be played.

    Parameters
    ----------
    styles, home
        MMA's styles, and the folder of its ``mma.py`` and library.
    fonts
        SF2 files.
    folder
        Receives a file for each style.
    seed
        The seed of everything random.
    """
    for number, style in enumerate(styles):
        random = np.random.default_rng((seed, number))
        font = fonts[int(random.integers(len(fonts)))]
        target = folder / f"{style.name.replace('/', '-')}.flac"
        # In some styles a melody doesn't fit the bars.
        for melody in (bool(random.random() < _WITH_MELODY), False):
            if _play(compose(style, random, melody=melody), home, font, target):
                break


def _fetch_and_render(folder: Path, pieces: Path, seed: int) -> None:
    if not shutil.which("fluidsynth"):
        raise CorpusError(
            "fluidsynth is missing: `apt install fluidsynth`, or train without bands by --no-bands"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".rendering-") as scratch:
        unpacked = unpack_packages(PACKAGES, Path(scratch))
        rendered = Path(scratch) / LABEL
        rendered.mkdir()
        home = unpacked / "usr/share/mma"
        # MMA first looks for its parts beside itself.
        (unpacked / "usr/bin/mma").rename(home / "mma.py")
        fonts = sorted(path for path in unpacked.rglob("*.sf2") if not path.is_symlink())
        render(read_styles(home / "lib"), home, fonts, rendered, seed=seed)
        rendered.rename(pieces)


def _play(score: str, home: Path, font: Path, target: Path) -> bool:
    source, midi = target.with_suffix(".mma"), target.with_suffix(".mid")
    source.write_text(score, encoding="utf-8")
    try:
        subprocess.run(
            [sys.executable, str(home / "mma.py"), "-f", str(midi), str(source)],
            check=True, capture_output=True, timeout=_TIMEOUT,
        )  # fmt: skip
        subprocess.run(
            ["fluidsynth", "-ni", "-q", "-r", str(SAMPLE_RATE), "-g", "0.5", "-T", "flac", "-F", str(target),
             str(font), str(midi)],
            check=True, capture_output=True, timeout=_TIMEOUT,
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        target.unlink(missing_ok=True)
    finally:
        source.unlink()
        midi.unlink(missing_ok=True)
    return target.exists()
