"""Lists of a few tracks that filters leave of a large library."""

from datetime import date

import numpy as np
import pytest
from known_reasons import because

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.query.filters import Filters
from musicsim.library.types import ScannedFile, Tags
from musicsim.playlists.generators.radio import RadioSettings
from musicsim.playlists.rules.rules import Hidden, Rule, Rules
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import Seed, SeedKind

COUNT, EVERY = 1500, 50
WANTED = Rules(filters=Filters(years=((1999, 1999),)))
FILTERED = Hidden(Rule.FILTERS)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library of which one track in fifty is of 1999."""
    folder = tmp_path_factory.mktemp("filtered")
    rng = np.random.default_rng(0)
    with Musicsim.open(folder / "data") as app:
        folder_id = app.catalogue.folders.add(folder / "music")
        with app.catalogue.transaction():
            for number in range(COUNT):
                year = 1999 if number % EVERY == 0 else 1980
                tags = Tags(f"Song {number}", f"Artist {number}", year=year, duration=200.0)
                path = folder / f"music/{number}.flac"
                app.catalogue.files.add(
                    folder_id, ScannedFile(path, 1, 1, str(number).encode(), tags)
                )
            model = app.finding.model.identity
            for track in app.embeddings.pending.tracks(model):
                vector = rng.normal(size=128).astype(np.float32)
                nothing = TrackWindows(np.zeros(1, np.float32), vector[None])
                app.embeddings.store(track, model, 1, nothing, PooledTrack(vector, 1))
        # The thread that makes lists outlives the first test.
        app.playlists.in_flow([]).result()
        yield app


def made(app, mode=Mode.SIMILAR, rules=WANTED, length=20):
    ids = app.catalogue.tracks.ids()
    seeds = [ids[1], ids[2]] if mode is Mode.JOURNEY else [ids[1]]
    return app.playlists.make(PlaylistRequest(seeds, mode, rules=rules, length=length)).result()


def years(found):
    return [match.track.tags.year for match in found.matches]


@pytest.mark.parametrize("mode", [Mode.SIMILAR, Mode.JOURNEY])
def test_a_list_is_full_if_enough_tracks_pass_the_filters_wherever_they_are(library, mode):
    found = made(library, mode)
    assert years(found).count(1999) == 20 - len(found.seeds)
    assert found.hidden[FILTERED] > 500


def test_few_tracks_are_read_where_filters_reject_nearly_all(library, monkeypatch):
    read = []
    by_id = library.catalogue.tracks.by_id
    monkeypatch.setattr(
        library.catalogue.tracks,
        "by_id",
        lambda ids: read.extend(ids := list(ids)) or by_id(ids),
    )
    assert len(made(library, length=10).matches) == 10
    assert len(read) < 300


def test_tracks_on_a_disconnected_disk_are_neither_listed_nor_read(library, monkeypatch):
    ids = library.catalogue.tracks.ids()
    library.catalogue.folders.set_unavailable(1, because("not connected"))
    library.catalogue.files.set_missing(ids[20:], True)
    read = []
    by_id = library.catalogue.tracks.by_id
    with monkeypatch.context() as patch:
        patch.setattr(
            library.catalogue.tracks,
            "by_id",
            lambda some: read.extend(some := list(some)) or by_id(some),
        )
        with library.finding.nearest.steady():
            found = library.finding.candidates(
                library.finding.nearest.point_of(ids[1]), library.finding.selection(Rules())
            )
            assert sorted(each.track.id for each in found) == ids[:20]
    assert len(read) <= 20
    library.catalogue.files.set_missing(ids[20:], False)
    library.catalogue.folders.set_unavailable(1, None)


def test_where_the_filters_leave_too_few_the_list_says_so(library):
    found = made(library, length=100)
    assert len(found.matches) == 1 + COUNT // EVERY
    assert found.is_short
    assert found.hidden == {FILTERED: COUNT - len(found.matches)}
    assert len(found.left_out) == 200


def test_a_track_that_is_let_in_comes_whatever_the_filters_say(library):
    (first, *_) = made(library).left_out
    again = made(library, rules=Rules(filters=WANTED.filters, let_in=frozenset({first.track.id})))
    assert first.track.id in [match.track.id for match in again.matches]
    assert first.track.id not in [each.track.id for each in again.left_out]


def test_the_nearest_of_the_tracks_that_filters_hide_are_named_first(library):
    listed = [m.track.id for m in made(library, rules=Rules()).matches]
    away = [each.track.id for each in made(library).left_out]
    assert away[:10] == [i for i in listed[1:] if i in away][:10]


def test_what_is_banned_does_not_count_where_the_filters_leave_it_out_anyway(library):
    library.opinions.set_tracks({library.catalogue.tracks.ids()[3]: Opinion.BANNED})
    assert made(library, length=100).hidden == {FILTERED: COUNT - 1 - COUNT // EVERY}


def test_a_list_as_a_radio_plays_it_finds_all_that_pass_the_filters(library):
    seed = Seed(SeedKind.TRACK, "", (library.catalogue.tracks.ids()[1],))
    rules = Rules(filters=WANTED.filters, today=date(2024, 6, 1))
    found = library.radio.playlist([seed], RadioSettings(), rules=rules, length=15).result()
    assert years(found)[1:] == [1999] * 14
    assert found.hidden[FILTERED] > 500


def test_a_list_of_a_radio_for_which_the_filters_leave_nothing_says_so(library):
    seed = Seed(SeedKind.TRACK, "", (library.catalogue.tracks.ids()[1],))
    rules = Rules(filters=Filters(years=((1700, 1700),)), today=date(2024, 6, 1))
    found = library.radio.playlist([seed], RadioSettings(), rules=rules, length=15).result()
    assert found.is_short
    assert found.hidden == {FILTERED: COUNT - 1}
