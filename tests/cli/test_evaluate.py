"""`musicsim evaluate`: on the demo library, and on libraries whose figures are known."""

import functools
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from musicsim.app import Musicsim
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import KnownModel, PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags

MODEL = "m-1"


@pytest.fixture
def evaluate(musicsim):
    """Runs `musicsim evaluate` on the data folder that `library` fills."""
    return functools.partial(musicsim, "evaluate")


class Song(NamedTuple):
    """A track that sounds as an angle says: the nearer two angles, the more alike."""

    degrees: float
    artist: str = ""
    album: str = ""
    genre: str = ""
    folder: str = "f"
    album_artist: str = ""


@pytest.fixture
def library(tmp_path):
    """Makes a library of songs, in their order; returns its catalogue's tracks."""

    def library(songs: Sequence[Song], *, standardised: bool = True) -> list[int]:
        data = tmp_path / "data"
        data.mkdir()
        with (
            closing(Catalogue(data)) as catalogue,
            closing(EmbeddingStore(catalogue, data)) as embeddings,
        ):
            folder = catalogue.folders.add(Path("/m"))
            for number, song in enumerate(songs):
                tags = Tags(
                    artist=song.artist,
                    album=song.album,
                    genre=song.genre,
                    album_artist=song.album_artist,
                )
                path = Path("/m", song.folder, str(number))
                catalogue.files.add(folder, ScannedFile(path, 1, 1, bytes([number]), tags))
            embeddings.models.remember(KnownModel(MODEL, Path("m.h5"), None, None, standardised))
            catalogue.settings.set("model", MODEL)
            pending = embeddings.pending.tracks(MODEL)
            for track, song in zip(pending, songs, strict=True):
                angle = np.radians(song.degrees)
                vector = np.array([np.cos(angle), np.sin(angle)], np.float32)
                windows = TrackWindows(np.zeros(1), vector[np.newaxis])
                embeddings.store(track, MODEL, 1, windows, PooledTrack(vector, 1))
            return [track.id for track in pending]

    return library


# The nearest of each: 0 has 1, 2, 3; 1 has 0, 2, 3; 2 has 1, 0, 3; 3 has 2, 1, 0.
DEGREES = (0, 10, 30, 70)


def test_the_figures_are_those_of_a_library_done_by_hand(library, evaluate):
    library([Song(d, artist) for d, artist in zip(DEGREES, ("A", "a", "B", "Á"), strict=True)])
    found = evaluate("-k", "2", "--json").json
    distances = [1 - np.cos(np.radians(degrees)) for degrees in (20, 30, 10, 20)]
    rare, common = 1, np.log2(4 / 3)
    expected = {
        "precision": (1 / 2 + 1 / 2 + 1 / 2) / 3,
        "recall": (1 / 2 + 1 / 2 + 1 / 2) / 3,
        "map": ((1 + 2 / 3) / 2 * 2 + (1 / 2 + 2 / 3) / 2) / 3,
        "diversity": np.mean(distances),
        "novelty": (3 * common + rare) / 4,
        # Found are 2, 3, 3 and 0 times.
        "hubness_skew": np.mean([0, 1, 1, -8]) / 1.5**1.5,
        "anti_hubs": 1 / 4,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    # The two places of three are 1 and 2, 1 and 3 or 2 and 3.
    assert found["random"] == pytest.approx(
        {
            "precision": 2 / 3,
            "recall": 2 / 3,
            "map": (1 + (1 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 3,
        }
    )
    assert (found["queries"], found["k"], found["model"]) == (3, 2, MODEL)
    assert (found["tracks"], found["relevant"], found["exclude_same"]) == (4, "artist", None)
    assert set(found["mutual_proximity"]) == set(expected)


def test_tracks_without_an_artist_are_not_of_one_artist(library, evaluate):
    artists = ("A", "", "A", "")
    library([Song(d, artist) for d, artist in zip(DEGREES, artists, strict=True)])
    found = evaluate("-k", "1", "--json").json
    # They are no queries, and stand between the other two.
    assert (found["tracks"], found["queries"]) == (4, 2)
    assert (found["precision"], found["map"]) == (0, 0.5)
    assert found["random"]["precision"] == pytest.approx(1 / 3)
    assert found["diversity"] is None  # one track is no list


@pytest.mark.parametrize(
    ("relevant", "songs", "queries"),
    [
        ("artist", [Song(0, "A"), Song(1, album_artist="a"), Song(2, "B")], 2),
        # An album is its artist's; without a title it is none.
        (
            "album",
            [
                Song(0, "X", "Best", album_artist="V"),
                Song(1, "Y", "best", album_artist="V"),
                Song(2, "Z", "Best"),
                Song(3, "Q"),
                Song(4, "Q"),
            ],
            2,
        ),
        (
            "genre",
            [
                Song(0, genre="Rock, Pop"),
                Song(1, genre="pop"),
                Song(2, genre="Folk/Rock"),
                Song(3, genre="Jazz; "),
                Song(4, genre=" ;Latin"),
            ],
            3,
        ),
        ("folder", [Song(0, folder="a"), Song(1, folder="b"), Song(2, folder="b")], 2),
    ],
)
def test_what_tracks_have_in_common(library, evaluate, relevant, songs, queries):
    library(songs)
    found = evaluate("--relevant", relevant, "-k", "1", "--json").json
    assert (found["queries"], found["relevant"]) == (queries, relevant)


def test_what_shares_the_querys_album_artist_or_folder_can_be_left_out(library, evaluate):
    library(
        [
            Song(0, "A", "One", "Rock", "x"),
            Song(10, "A", "One", "Rock", "y"),
            Song(30, "B", "Three", "Rock", "z"),
            Song(45, "A", "Two", "Rock", "z"),
        ]
    )

    def found(same: str | None) -> tuple[int, float]:
        left_out = ["--exclude-same", same] if same else []
        values = evaluate("--relevant", "artist", "-k", "1", "--json", *left_out).json
        assert values["exclude_same"] == same
        return values["queries"], values["precision"]

    # The first two have each other, and the last one has B's.
    assert found(None) == (3, pytest.approx(2 / 3))
    assert found("album") == (3, 0)
    assert found("folder") == (3, 1)
    assert evaluate("--relevant", "genre", "--exclude-same", "artist", "--json").json[
        "random"
    ] == pytest.approx({"precision": (3 * 1 / 3 + 3 / 3) / 4, "recall": 1, "map": 1})
    refused = evaluate("--relevant", "artist", "--exclude-same", "artist")
    assert (refused.code, refused.out) == (2, "")
    assert "when those by the same artist are left out" in refused.err
    assert "--exclude-same" in refused.err


def test_missing_tracks_are_not_there(library, evaluate, tmp_path):
    ids = library([Song(d, "A") for d in DEGREES])
    with closing(Catalogue(tmp_path / "data")) as catalogue:
        catalogue.files.set_missing(ids[:1], missing=True)
    found = evaluate("--json").json
    assert (found["tracks"], found["queries"], found["k"]) == (3, 3, 2)


def test_with_few_tracks_all_are_looked_at_unless_more_are_asked_for(library, evaluate):
    library([Song(d, "A") for d in DEGREES])
    assert evaluate("--json").json["k"] == 3
    assert evaluate("-k", "3", "--json").json["k"] == 3
    refused = evaluate("-k", "4", "--json")
    assert (refused.code, refused.out) == (2, "")
    assert "has 3 others" in refused.err


@pytest.mark.parametrize(
    ("songs", "remedy"),
    [
        ([], "musicsim scan"),
        ([Song(0, "A")], "musicsim scan"),
        ([Song(0, "A"), Song(1, "B"), Song(2), Song(3)], "--relevant"),
    ],
)
def test_where_there_is_nothing_to_evaluate_the_remedy_is_named(library, evaluate, songs, remedy):
    library(songs)
    refused = evaluate("--json")
    assert (refused.code, refused.out) == (2, "")
    assert "nothing to evaluate" in refused.err
    assert remedy in refused.err


def test_people_are_told_what_each_figure_says(library, evaluate):
    library([Song(d, artist) for d, artist in zip(DEGREES, "AABA", strict=True)])
    told = evaluate("-k", "2", "--exclude-same", "album")
    assert (told.code, told.err) == (0, "")
    rows = {line.split("  ")[0]: " ".join(line.split()) for line in told.out.splitlines()}
    assert rows["Precision at 2"].startswith("Precision at 2 50% 67% ")
    assert rows["Precision at 2"].endswith("of the 2 nearest are by the same artist")
    assert rows["MAP"].startswith("MAP 0.75 0.81 ")
    assert rows["Anti-hubs"].startswith("Anti-hubs 25% ")
    assert {"Recall at 2", "Diversity", "Novelty", "Hubness"} <= set(rows)
    assert MODEL in told.out
    assert "3 of them have others by the same artist" in told.out
    assert "Tracks from the same album as the query are left out." in told.out


def test_tracks_are_compared_in_the_space_of_search(library, evaluate, tmp_path):
    rng = np.random.default_rng(1)
    # Standardised, the narrow cone opens: the nearest are others.
    library(
        [Song(d, "AB"[n % 2]) for n, d in enumerate(rng.uniform(0, 30, 40))], standardised=False
    )
    hits = []
    with Musicsim.read(tmp_path / "data") as app:
        tracks = {track.id: track for track in app.catalogue.tracks.all()}
        for track in tracks.values():
            (found,) = app.finding.nearest.nearest(app.finding.nearest.point_of(track.id))
            near = [i for i in found.track_ids.tolist() if i != track.id][:5]
            hits.append(np.mean([tracks[i].artist == track.artist for i in near]))
    assert evaluate("-k", "5", "--json").json["precision"] == pytest.approx(np.mean(hits))


def test_the_demo_library_is_far_better_than_chance(scanned_demo):
    for relevant in ("artist", "album", "genre", "folder"):
        found = scanned_demo("evaluate", "--relevant", relevant, "--json").json
        assert found["queries"] == found["tracks"] == 30
        assert found["map"] > 2 * found["random"]["map"]
        assert found["precision"] > 2 * found["random"]["precision"]
    shown = scanned_demo("evaluate")
    assert shown.code == 0
    assert "Random order" in shown.out
