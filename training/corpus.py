"""The music: packages fetched from Debian's archive, one folder per collection, and the choice of their tracks.

The packages are unpacked, not installed, and only their sound files are kept. None of this music goes into the
repository. All of it is under free licences, named in each package's copyright file.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicsim.audio import SAMPLE_RATE
from musicsim.library.tags import read_tags

PACKAGES = Path(__file__).with_name("packages.csv")
SPLITS = ("train", "choose", "report")

SUFFIXES = frozenset({".ogg", ".oga", ".opus", ".mp3", ".flac", ".m4a", ".wav"})
MODULES = frozenset({".xm", ".it", ".mod", ".s3m"})
ARCHIVES = frozenset({".pk3", ".pk4", ".zip", ".love", ".wz"})
SHORTEST, LONGEST = 40.0, 480.0
"""Seconds of a game's music: shorter files are jingles, longer ones recordings of many pieces."""
SHORTEST_OF_ONES_OWN = 10.0

_MUSIC = {"music", "musics", "bgm", "theme", "track", "songs", "song"}
_NO_MUSIC = {
    "sound", "sounds", "sfx", "soundfx", "fx", "effects", "ambience", "ambient", "environment",
    "speech", "voice", "voices", "noise", "noises", "dialogue", "dialog", "loops",
}  # fmt: skip
_MODULE_SECONDS = 300


class CorpusError(Exception):
    """Music can't be fetched or unpacked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Music that belongs together: mostly of one game, and so of few artists and one studio.

    Attributes
    ----------
    label
        Its name, and its folder's.
    packages
        The Debian packages that contain it.
    split
        Its only use: ``"train"``, ``"choose"`` or ``"report"``.
    """

    label: str
    packages: tuple[str, ...]
    split: str


@dataclass(frozen=True, slots=True)
class Track:
    """One piece of music."""

    collection: str
    artist: str
    path: Path

    @property
    def key(self) -> str:
        """The track's name in a cache, independent of the music's location."""
        name = f"{self.collection}/{self.path.name}/{self.path.stat().st_size}"
        return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def read_packages(path: Path = PACKAGES) -> list[Collection]:
    """Read the list of collections, a CSV file with the columns label, debian_packages and split.

    Raises
    ------
    CorpusError
        If a line has an unknown split.
    """
    with path.open(newline="", encoding="utf-8") as file:
        collections = [
            Collection(row["label"], tuple(row["debian_packages"].split()), row["split"])
            for row in csv.DictReader(file)
        ]
    for collection in collections:
        if collection.split not in SPLITS:
            raise CorpusError(f"{path}: {collection.label} has the split {collection.split!r}")
    return collections


def fetch(collection: Collection, folder: Path) -> Path:
    """Put a collection's sound files into its folder, unless they are there; return that folder.

    Raises
    ------
    CorpusError
        If a package is not available.
    """
    target = folder / collection.label
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch:
        unpacked = unpack_packages(
            collection.packages, Path(scratch), SUFFIXES | MODULES | ARCHIVES
        )
        _open_archives(unpacked)
        _render_modules(unpacked)
        unpacked.rename(target)
    return target


def tracks_of(folder: Path) -> Iterator[Track]:
    """Yield the tracks of a game's folder: files whose path and length suggest music, without duplicates."""
    paths = _sound_files(folder)
    words = {path: _words(path.relative_to(folder)) for path in paths}
    # Games without a folder for music keep it among the sounds.
    has_music_apart = any(found & _MUSIC for found in words.values())
    music = [
        path
        for path in paths
        if not has_music_apart or words[path] & _MUSIC or not words[path] & _NO_MUSIC
    ]
    yield from _usable(((folder.name, path) for path in music), SHORTEST)


def tracks_below(folder: Path) -> Iterator[Track]:
    """Yield the tracks of a user's own music: each folder is a collection."""
    paths = _sound_files(folder)
    labelled = ((path.parent.relative_to(folder).as_posix(), path) for path in paths)
    yield from _usable(labelled, SHORTEST_OF_ONES_OWN)


def _sound_files(folder: Path) -> list[Path]:
    """Return the sound files in the order of their paths, without broken links into other packages."""
    paths = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES)
    return [path for path in paths if path.is_file()]


def _usable(labelled: Iterable[tuple[str, Path]], shortest: float) -> Iterator[Track]:
    seen: set[bytes] = set()
    for collection, path in labelled:
        tags, _ = read_tags(path)
        content = hashlib.blake2b(path.read_bytes()).digest()
        if shortest <= (tags.duration or 0) <= LONGEST and content not in seen:
            seen.add(content)
            yield Track(collection, tags.artist, path)


def evenly(tracks: Sequence[Track], count: int) -> list[Track]:
    """Return at most `count` of the tracks, evenly spread over their order."""
    places = np.linspace(0, len(tracks) - 1, min(count, len(tracks)))
    return [tracks[place] for place in places.round().astype(int)]


def _words(path: Path) -> set[str]:
    return set(re.findall("[a-z]+", path.as_posix().lower()))


def unpack_packages(packages: Iterable[str], scratch: Path, suffixes: Iterable[str] = ()) -> Path:
    """Fetch packages from Debian's archive, unpack them or some of their files, and return the folder.

    Parameters
    ----------
    packages, suffixes
        Names of packages, and endings of the file names to unpack; none unpacks every file.
    scratch
        An empty folder for this purpose.

    Raises
    ------
    CorpusError
        If a package is not available.
    """
    unpacked = scratch / "unpacked"
    unpacked.mkdir()
    for package in packages:
        _download(package, scratch)
    for archive in sorted(scratch.glob("*.deb")):
        _unpack(archive, unpacked, suffixes)
        archive.unlink()
    return unpacked


def _download(package: str, folder: Path) -> None:
    try:
        subprocess.run(
            ["apt-get", "download", package], cwd=folder, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise CorpusError("apt-get is missing: the music comes from Debian's archive") from error
    except subprocess.CalledProcessError as error:
        raise CorpusError(
            f"{package} can't be fetched; try `apt-get update` first.\n{error.stderr.strip()}"
        ) from error


def _unpack(package: Path, folder: Path, suffixes: Iterable[str]) -> None:
    wanted = [f"*{suffix}" for suffix in sorted(suffixes)]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    ) as contents:
        # tar fails if no file matches, which is no failure here: another package may have the music.
        subprocess.run(
            ["tar", "-x", "--wildcards", "--ignore-case", "-C", str(folder), *wanted],
            stdin=contents.stdout,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    if contents.returncode not in (0, -13):
        raise CorpusError(f"{package.name} can't be unpacked: fetch it again")


def _open_archives(folder: Path) -> None:
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in ARCHIVES):
        if path.is_file() and zipfile.is_zipfile(path):
            inside = path.with_name(path.stem + "-unpacked")
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if Path(name).suffix.lower() in SUFFIXES | MODULES:
                        archive.extract(name, inside)
        if not path.is_dir():
            path.unlink()


def _render_modules(folder: Path) -> None:
    """Render tracker modules as FLAC files, if an ffmpeg is available that can."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in MODULES):
        if path.is_file() and shutil.which("ffmpeg"):
            subprocess.run(
                ["ffmpeg", "-nostdin", "-v", "quiet", "-t", str(_MODULE_SECONDS), "-i", str(path),
                 "-ar", str(SAMPLE_RATE), str(path.with_suffix(".flac"))],
                check=False,
            )  # fmt: skip
        path.unlink(missing_ok=True)
