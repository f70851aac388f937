"""Measure radios: repetitions and windows, artists, what skips do, and how long the next track takes.

    python benchmarks/radio_measures.py [--data FOLDER] [--tracks 100000]

The tracks are those of a scanned library (a copy of its data folder: the catalogue may be migrated), whose collections
are the folders below its music folder, and those of a made-up library as in benchmarks/synthetic.py.

A listener who skips a collection does so after a tenth of each of its tracks, and hears all others out. What is
compared is the collection's share of the tracks after 20 skips with its share in a radio that nobody skips in, from the
same seeds. So that a small library has enough tracks for that, a song may come again after 40 tracks there.

The time is that of `RadioSession.more` for one track, and for ten, after some hundred tracks were heard: the search,
the catalogue and the rules together. The heavy skipper skips 85 % of all tracks, and has banned 3,000.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from synthetic import SIZE, embed_all, tags_of

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import EndOfPlay, Play, ScannedFile, Track
from musicsim.playlists.feedback import HEARD_OUT, Reaction, liking
from musicsim.playlists.generators.radio import (
    Anchor,
    Radio,
    RadioSettings,
    Strictness,
    near_in,
    rules_of_radio,
)
from musicsim.playlists.neighbourhood import Candidate, Neighbourhood
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.rules import Rules, Window
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.similarity.space import Vectors

_SKIP = liking(Play(0, 0.0, 20.0, 200.0, EndOfPlay.SKIPPED))
_SKIPS = 20


class Library(Neighbourhood):
    """Tracks and points in memory."""

    def __init__(self, tracks: Sequence[Track], points: Vectors, labels: Sequence[str]) -> None:
        self.tracks = list(tracks)
        self.points = points
        self.labels = list(labels)
        self.row_of = {track.id: row for row, track in enumerate(tracks)}

    @classmethod
    def read(cls, app: Musicsim) -> Library:
        """Read all embedded tracks; the label is the folder below the music folder."""
        ids, points = app.finding.nearest.all_points()
        known = {track.id: track for track in app.catalogue.tracks.by_id(ids.tolist())}
        rows = [row for row, track_id in enumerate(ids.tolist()) if track_id in known]
        tracks = [known[int(ids[row])] for row in rows]
        roots = list(app.catalogue.folders.all())

        def label(track: Track) -> str:
            root = next((r for r in roots if track.path.is_relative_to(r)), track.path.parent)
            return track.path.relative_to(root).parts[0]

        return cls(tracks, points[rows], [label(track) for track in tracks])

    def candidates(self, point: Vectors):
        """Yield all tracks, the nearest first."""
        cosines = self.points @ point
        for row in np.argsort(-cosines, kind="stable").tolist():
            yield Candidate(self.tracks[row], float(cosines[row]), self.points[row])


@dataclass(frozen=True)
class Coverage:
    """What a radio of some tracks has in it, compared with going from neighbour to neighbour."""

    tracks: int
    repeated: int
    least_artist: int
    least_album: int
    artists: int
    artists_by_chain: int
    nearness: float


def _listen(radio: Radio, library: Library, count: int, react: Callable[[int], float]) -> list[int]:
    rows = []
    near = near_in(library)
    while len(rows) < count and (found := radio.next(1, near)).matches:
        track = found.matches[0].track
        row = library.row_of[track.id]
        rows.append(row)
        radio.hear(track, library.points[row])
        radio.react(Reaction(track, library.points[row], react(row)))
    return rows


def _radio(library: Library, row: int, settings: RadioSettings, rules: Rules) -> Radio:
    radio = Radio([Anchor(library.points[row])], rules=rules, settings=settings, rng_seed=row)
    radio.hear(library.tracks[row], library.points[row])
    return radio


def _least_between(keys: Sequence[object]) -> int:
    last: dict[object, int] = {}
    least = len(keys)
    for place, key in enumerate(keys):
        if key and key in last:
            least = min(least, place - last[key] - 1)
        last[key] = place
    return least


def _chain(library: Library, row: int, count: int) -> list[int]:
    """Return the rows of a list in which each track is the nearest to the one before it."""
    chain, left = [row], np.ones(len(library.points), bool)
    left[row] = False
    while len(chain) < min(count, len(library.points)):
        cosines = np.where(left, library.points @ library.points[chain[-1]], -2.0)
        chain.append(int(cosines.argmax()))
        left[chain[-1]] = False
    return chain


def coverage(library: Library, row: int, strictness: Strictness, count: int) -> Coverage:
    """Return what a radio of one seed has in it."""
    rules = rules_of_radio(Rules.for_lists(date.today()))
    radio = _radio(library, row, RadioSettings(strictness), rules)
    rows = _listen(radio, library, count, lambda _: HEARD_OUT)
    tracks = [library.tracks[each] for each in rows]
    artists = {artist_key(track) for track in tracks} - {""}
    chained = {artist_key(library.tracks[each]) for each in _chain(library, row, count)} - {""}
    return Coverage(
        len(rows),
        len(rows) - len(set(rows)),
        _least_between([artist_key(track) for track in tracks]),
        _least_between([album_key(track) for track in tracks]),
        len(artists),
        len(chained),
        float((library.points[rows] @ library.points[row]).mean()),
    )


def shares_of_skipped(
    library: Library, label: str, row: int, strictness: Strictness, *, most: int = 400
) -> tuple[float, float]:
    """Return a collection's share of a radio that nobody skips in, and of one after 20 skips of the collection."""
    rules = rules_of_radio(Rules.for_lists(date.today()))
    rules = replace(rules, song_window=Window(40))
    is_of = [each == label for each in library.labels]
    before = _listen(
        _radio(library, row, RadioSettings(strictness), rules), library, 100, lambda _: HEARD_OUT
    )
    skips, after = 0, []

    def react(heard: int) -> float:
        nonlocal skips
        if skips >= _SKIPS:
            after.append(is_of[heard])
        skips += is_of[heard]
        return _SKIP if is_of[heard] else HEARD_OUT

    radio = _radio(library, row, RadioSettings(strictness), rules)
    heard: list[int] = []
    while len(after) < 60 and len(heard) < most:
        heard += _listen(radio, library, 1, react)
    # Where even so many tracks don't bring 20 skips, the last ones count.
    last = after if len(after) >= 30 else [is_of[each] for each in heard[-60:]]
    return statistics.mean(is_of[each] for each in before), statistics.mean(last)


def less_of_skipped(library: Library, strictness: Strictness, *, fewest: int = 12) -> float:
    """Return how much less of a skipped collection is heard, from 0 to 1, over all collections of some size."""
    before, after = 0.0, 0.0
    for label, count in Counter(library.labels).items():
        if count >= fewest:
            rows = [row for row, each in enumerate(library.labels) if each == label]
            middle = library.points[rows].mean(axis=0)
            inside = rows[int((library.points[rows] @ middle).argmax())]
            shares = shares_of_skipped(library, label, inside, strictness)
            before, after = before + shares[0], after + shares[1]
    return 1 - after / before if before else 0.0


def seconds_per_request(
    app: Musicsim, count: int, *, rounds: int = 30, skipped: float = 0.2
) -> list[float]:
    """Return the times of requests for some tracks, of a radio that has been on for some hundred.

    The listener skips a share of them at once.
    """
    ids, _ = app.finding.nearest.all_points()
    times = []
    for strictness in Strictness:
        seed = Seed(SeedKind.TRACK, "", (int(ids[len(ids) // 2]),))
        session = app.radio.session([seed], RadioSettings(strictness), rng_seed=1)
        rng = random.Random(1)
        for _ in range(30):
            for match in session.more(10).result().matches:
                session.hear(match.track.id)
                end = EndOfPlay.SKIPPED if rng.random() < skipped else EndOfPlay.FINISHED
                session.note(Play(match.track.id, 0.0, 5.0, 200.0, end))
        session.more(1).result()
        for _ in range(rounds):
            begun = time.perf_counter()
            session.more(count).result()
            times.append(time.perf_counter() - begun)
    return times


def make_large(folder: Path, tracks: int, size: int = SIZE) -> Musicsim:
    """Return a made-up library without files, with embeddings of some size."""
    app = Musicsim.open(folder)
    folder_id = app.catalogue.folders.add(folder / "music")
    with app.catalogue.transaction():
        for number in range(tracks):
            path = folder / "music" / f"{number:06}.flac"
            file = ScannedFile(path, 1, 1, str(number).encode(), tags_of(number))
            app.catalogue.files.add(folder_id, file)
    embed_all(app, size)
    return app


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="the data folder of a scanned library")
    parser.add_argument("--tracks", type=int, default=100_000)
    options = parser.parse_args()
    console = Console()
    covered = Table(title="a radio of 200 tracks, each heard out")
    for name in ("library", "strictness", "tracks", "repeated", "artist again", "album again"):
        covered.add_column(name)
    for name in ("artists", "by neighbours", "cosine to seed"):
        covered.add_column(name)

    def cover(name: str, library: Library, count: int) -> None:
        for strictness in Strictness:
            rows = np.linspace(0, len(library.tracks) - 1, 5).astype(int).tolist()
            found = [coverage(library, row, strictness, count) for row in rows]
            covered.add_row(
                name,
                strictness.value,
                str(min(each.tracks for each in found)),
                str(max(each.repeated for each in found)),
                str(min(each.least_artist for each in found)),
                str(min(each.least_album for each in found)),
                f"{statistics.mean(each.artists for each in found):.0f}",
                f"{statistics.mean(each.artists_by_chain for each in found):.0f}",
                f"{statistics.mean(each.nearness for each in found):.2f}",
            )

    if options.data is not None:
        skipped = Table("strictness", "less of it", title="a collection that is skipped")
        with Musicsim.open(options.data) as app:
            library = Library.read(app)
        cover("scanned", library, min(200, len(library.tracks) // 3))
        for strictness in Strictness:
            skipped.add_row(strictness.value, f"{less_of_skipped(library, strictness):.0%}")
        console.print(skipped)
    with tempfile.TemporaryDirectory() as folder:
        app = make_large(Path(folder), options.tracks)
        with app:
            speed = Table(
                "tracks", "skipped", "bans", "median ms", "95 %", "most", title="the next tracks"
            )
            for count, share, bans in ((1, 0.2, 0), (10, 0.2, 0), (1, 0.85, 3000)):
                banned = random.Random(2).sample(app.catalogue.tracks.ids(), bans)
                app.opinions.set_tracks(dict.fromkeys(banned, Opinion.BANNED))
                found = seconds_per_request(app, count, skipped=share)
                times = sorted(1000 * each for each in found)
                speed.add_row(
                    str(count),
                    f"{share:.0%}",
                    str(bans),
                    f"{statistics.median(times):.1f}",
                    f"{times[int(0.95 * len(times))]:.1f}",
                    f"{times[-1]:.1f}",
                )
            console.print(speed)
            whole = Library.read(app)
            some = slice(0, min(10_000, len(whole.tracks)))
            cover(
                "made up",
                Library(whole.tracks[some], whole.points[some], whole.labels[some]),
                200,
            )
    console.print(covered)


if __name__ == "__main__":
    main()
