"""Measure how well each feature finds related tracks, on music that was not used in training.

    python benchmarks/quality.py [--weights FILE...] [--json FILE] [--markdown]

The music is that of the collections in `training/packages.csv` with the split "report"; Debian's archive has it. All
files go through one encoder first, so that no codec reveals a track's origin. Tracks of the same collection count as
relevant to each other; within a collection, tracks of the same artist do. Intervals are 95 % of bootstrap samples of
the collections. "Behind" is how much lower a row's MAP is than that of the first weight file, settled, as the app
compares it, with the interval of that difference. The second table tells whether the nearest neighbour of a track's
copy in another format is that track. Features are kept in a cache: the first run takes an hour or two, later ones a
minute.

`pip install 'musicsim[benchmarks]'` installs the libraries of some rows, which are left out without them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path
from quality_features import (
    Feature,
    MfccStatistics,
    MusicnnFeatures,
    Musly,
    Pass,
    RichDescriptor,
    WindowEmbeddings,
    extract,
    hear,
    property_distances,
)
from quality_measures import Library
from quality_tables import Row, figures, show_report
from rich.progress import track as progress

from musicsim.audio import FIRST_PASS, SETTLED, AudioError, silence_native_messages
from musicsim.base.data_folder import default_data_folder, models_folder_of
from musicsim.base.resources import resource
from musicsim.embedding import Weights, find_weights
from musicsim.similarity.space import Space
from training.corpus import CorpusError, Track, evenly, fetch, read_packages, tracks_of
from training.encoding import COMMON, FLAC, MP3_96, OPUS_64, Coding, encode
from training.musicnn import fetch_wheel

COPIES = {"MP3 96": MP3_96, "Opus 64": OPUS_64, "FLAC": FLAC}
_SAME_ARTIST = {
    "Matrin Linda": "Martin Linda",
    "elysis": "Gerd (elysis) Raudenbusch",
    "www.elysis.de": "Gerd (elysis) Raudenbusch",
    "Klaus Halfmann aka Hasi50": "Klaus Halfmann",
}
"""Tags of this music that name one person in two ways."""


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """A feature of the second table, with its space.

    Attributes
    ----------
    feature
        The feature.
    pool
        From the stored values of N files to vectors (N, D).
    space
        The space of these vectors.
    """

    feature: Feature
    pool: Callable[[Sequence[npt.NDArray[Any]]], npt.NDArray[np.float32]]
    space: Space

    def points_of(self, kept: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
        """Return points (N, D) on the unit sphere from the stored values of N files."""
        return self.space.transform(self.pool(kept))


def read_tracks(folder: Path, labels: Sequence[str]) -> list[Track]:
    """Return the tracks of the collections not used in training, or of those with the given labels."""
    collections = [
        collection
        for collection in read_packages()
        if (collection.label in labels if labels else collection.split == "report")
    ]
    tracks: list[Track] = []
    for collection in progress(collections, "Looking for the music"):
        try:
            tracks += tracks_of(fetch(collection, folder))
        except CorpusError as error:
            print(f"{collection.label} is left out: {error}")
    return tracks


def folder_of(coding: Coding) -> str:
    """Return the name of a coding in the cache, such as ``"libopus-96"``."""
    return f"{coding.codec}-{coding.bit_rate // 1000}" if coding.bit_rate else coding.codec


def encoded(tracks: Sequence[Track], coding: Coding, folder: Path) -> dict[str, Path]:
    """Return copies of tracks by the tracks' keys, without those that can't be decoded."""
    folder.mkdir(parents=True, exist_ok=True)
    copies = {}
    for track in progress(tracks, f"Encoding as {folder_of(coding)}"):
        copy = folder / f"{track.key}{coding.suffix}"
        try:
            if not copy.exists():
                encode(track.path, copy, coding)
            copies[track.key] = copy
        except AudioError as error:
            print(error)
    return copies


@dataclass(frozen=True, slots=True)
class Features:
    """The features that can be compared here.

    Attributes
    ----------
    descriptors, methods, teachers, weights
        Those of librosa, of Musly, of musicnn, and of weight files. The first weight file is the reference.
    left_out
        Messages about the features left out, with reasons.
    """

    descriptors: list[Feature]
    methods: list[Musly]
    teachers: list[Feature]
    weights: list[WindowEmbeddings]
    left_out: list[str]

    @property
    def all(self) -> list[Feature]:
        """All features, in the order of the rows."""
        return [*self.descriptors, *self.methods, *self.teachers, *self.weights]


def find_features(weights: Sequence[Path], teacher: Path) -> Features:
    """Return the features that the available libraries and weight files can compute."""
    features = Features([], [], [], list(weight_files(weights)), [])
    if importlib.util.find_spec("librosa"):
        features.descriptors.extend([MfccStatistics(), RichDescriptor()])
    else:
        features.left_out.append("librosa's descriptors are left out: `pip install librosa`")
    if importlib.util.find_spec("pymusly"):
        features.methods.extend([Musly("timbre"), Musly("mandelellis")])
    else:
        features.left_out.append("Musly is left out: `pip install pymusly`")
    try:
        features.teachers.append(MusicnnFeatures(fetch_wheel(teacher)))
    except CorpusError as error:
        features.left_out.append(f"musicnn is left out: {error}")
    if len(features.weights) == len(weights):
        features.left_out.append(
            "OpenL3 is left out: `musicsim models fetch openl3-mel256-music` gets its weights"
        )
    return features


def weight_files(paths: Sequence[Path]) -> Iterator[WindowEmbeddings]:
    """Yield the requested weight files, and OpenL3's own for music if they are here."""
    names = [path.name for path in paths]
    for path in paths:
        yield WindowEmbeddings(path.name if names.count(path.name) == 1 else str(path), path)
    for file in find_weights(models_folder_of(default_data_folder())):
        official = file.name.startswith("openl3-") and file.content_type == "music"
        if official and file.source != "available":
            yield WindowEmbeddings(file.name, file.path, file.input_repr, file.embedding_size)


class Comparison:
    """Collects the rows.

    Parameters
    ----------
    tracks
        The tracks, in random order.
    values
        The values from `extract`.
    seconds_of
        Measures the seconds per track of a feature.
    """

    def __init__(
        self,
        tracks: Sequence[Track],
        values: Mapping[str, Mapping[str, npt.NDArray[Any]]],
        seconds_of: Callable[[Feature], float | None],
    ) -> None:
        self._tracks = tracks
        self._values = values
        self._seconds_of = seconds_of
        artists = [_SAME_ARTIST.get(track.artist, track.artist) for track in tracks]
        self.library = Library([track.collection for track in tracks], artists)
        self.rows: list[Row] = []
        self.compared: dict[str, Compared] = {}
        self._of_the_app: list[Row] = []

    def add_all(self, features: Features) -> None:
        """Add a row for every feature, in each space."""
        self.rows.append(Row("random order", "", self.library.judge_random()))
        properties = property_distances(track.path for track in self._tracks)
        judged = self.library.judge_distances(properties)
        self.rows.append(Row("file properties, unheard", "", judged))
        for descriptor in features.descriptors:
            self._add_standardised(descriptor)
        for method in features.methods:
            judged = self.library.judge_distances(method.distances(self._of(method)))
            self.rows.append(Row(method.name, "its own", judged, self._seconds_of(method)))
        for teacher in features.teachers:
            self.compared[teacher.name] = self._add_standardised(teacher)
        for file in progress(features.weights, "Comparing"):
            for windows in (FIRST_PASS, SETTLED):
                self._add_pass(file.pass_of(windows), file.weights)

    @property
    def reference(self) -> Row:
        """Return the settled pass of the first weight file, as the app compares it."""
        return self._of_the_app[1]

    def _of(self, feature: Feature) -> list[npt.NDArray[Any]]:
        """Return a feature's values, in the order of the tracks."""
        return [self._values[feature.folder][track.key] for track in self._tracks]

    def _add_standardised(self, feature: Feature) -> Compared:
        """Add a feature of one vector per track, standardised over the library."""
        vectors = np.stack(self._of(feature))
        space = Space.fit(vectors)
        judged = self.library.judge(space.transform(vectors))
        self.rows.append(Row(feature.name, "library", judged, self._seconds_of(feature)))
        return Compared(feature, np.stack, space)

    def _add_pass(self, one: Pass, weights: Weights) -> None:
        """Add one pass of a weight file, in each space."""
        vectors = one.pooled(self._of(one))
        seconds = self._seconds_of(one)
        spaces = {"plain": Space(), "library": Space.fit(vectors)}
        if weights.reference_mean is not None and weights.reference_std is not None:
            spaces["reference"] = Space(weights.reference_mean, weights.reference_std)
        of_the_app = "plain" if weights.self_standardised else "library"
        for name, space in spaces.items():
            judged = self.library.judge(space.transform(vectors))
            self.rows.append(Row(one.name, name, judged, seconds, weights.identity))
            if name == of_the_app:
                self._of_the_app.append(self.rows[-1])
                self.compared[one.name] = Compared(one, one.pooled, space)

    def recognised(
        self, copies: Mapping[str, Mapping[str, npt.NDArray[Any]]], compared: Compared
    ) -> dict[str, float]:
        """Return the share of copies whose nearest neighbour is their original.

        Parameters
        ----------
        copies
            Values of the feature by coding name and track key.
        compared
            The feature and its space.
        """
        library = compared.points_of(self._of(compared.feature))
        place = {track.key: i for i, track in enumerate(self._tracks)}
        found = {}
        for coding, values in copies.items():
            known = [key for key in values if key in place]
            nearest = compared.points_of([values[key] for key in known]) @ library.T
            found[coding] = np.argmax(nearest, axis=1) == [place[key] for key in known]
        shares = {coding: float(hits.mean()) for coding, hits in found.items()}
        return {**shares, "all": float(np.concatenate(list(found.values())).mean())}


def seconds_a_track(feature: Feature, files: Sequence[Path]) -> float | None:
    """Return the mean seconds of a core per track from file to feature; None without files."""
    if not files:
        return None
    hear.cache_clear()
    feature.of(files[0])  # compiles
    began = time.process_time()
    for path in files:
        hear.cache_clear()
        feature.of(path)
    return (time.process_time() - began) / len(files)


def hear_copies(
    tracks: Sequence[Track], features: Sequence[Feature], cache: Path
) -> dict[str, dict[str, dict[str, npt.NDArray[Any]]]]:
    """Return features of copies of tracks, by the feature's folder, the coding's name and the track's key."""
    values: dict[str, dict[str, dict[str, npt.NDArray[Any]]]] = {}
    for name, coding in COPIES.items():
        of_coding = cache / folder_of(coding)
        files = encoded(tracks, coding, of_coding / "files")
        heard = extract(features, files, of_coding / "features", f"Hearing {name}")
        for folder, found in heard.items():
            values.setdefault(folder, {})[name] = found
    return values


def parse_arguments() -> argparse.Namespace:
    cache = user_cache_path("musicsim")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--weights", type=Path, nargs="+", default=[resource("starter.h5")])
    parser.add_argument("--corpus", type=Path, default=cache / "corpus", help="where the music is")
    parser.add_argument("--teacher", type=Path, default=cache / "teacher", help="of musicnn")
    parser.add_argument("--cache", type=Path, default=cache / "quality")
    parser.add_argument("--only", nargs="+", default=[], metavar="LABEL", help="collections")
    parser.add_argument("--copies", type=int, default=60, help="tracks that are copied")
    parser.add_argument("--timed", type=int, default=8, help="tracks that are timed")
    parser.add_argument("--json", type=Path, help="writes the figures")
    parser.add_argument("--markdown", action="store_true")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    silence_native_messages()
    tracks = read_tracks(arguments.corpus, arguments.only)
    features = find_features(arguments.weights, arguments.teacher)
    # Keep the files of each encoder in a separate cache.
    cache = arguments.cache / folder_of(COMMON)
    files = encoded(tracks, COMMON, cache / "files")
    values = extract(features.all, files, cache / "features", "Listening")
    heard = [track for track in tracks if all(track.key in found for found in values.values())]
    # Equally near tracks keep their order, in which those of a collection would be adjacent.
    heard = [heard[place] for place in np.random.default_rng(0).permutation(len(heard))]
    timed = [files[track.key] for track in heard[: arguments.timed]]
    comparison = Comparison(heard, values, lambda feature: seconds_a_track(feature, timed))
    comparison.add_all(features)
    reference = comparison.reference
    copied = evenly(tracks, arguments.copies)
    shares = {}
    if copied:
        copies = hear_copies(copied, [*features.teachers, *features.weights], arguments.cache)
        shares = {
            name: comparison.recognised(copies[compared.feature.folder], compared)
            for name, compared in comparison.compared.items()
        }
    report = {
        "encoder": folder_of(COMMON),
        "tracks": len(heard),
        "collections": len({track.collection for track in heard}),
        "artist_collections": comparison.library.artist_collections,
        "reference": {
            "name": reference.name,
            "space": reference.space,
            "identity": reference.identity,
        },
        "rows": figures(comparison.library, comparison.rows, reference),
        "copied": len(copied),
        "copies": shares,
        "left_out": features.left_out,
    }
    show_report(report, markdown=arguments.markdown)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1, default=asdict) + "\n")


if __name__ == "__main__":
    main()
