"""What lists are made from, found in a real catalogue."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import ScannedFile, Tags
from musicsim.services.making.seeds import SeedKind, Seeds, contradiction
from musicsim.services.opinions import Opinions


class Shelf:
    """A catalogue, to which tracks are added by a word each."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue(folder)
        self.seeds = Seeds(self.catalogue, Opinions(self.catalogue))
        self._root = self.catalogue.folders.add(Path("/m"))
        self.ids: dict[str, int] = {}

    def add(self, word: str, folder: str = "", **tags) -> None:
        file = Path("/m", folder, f"{word}.mp3")
        known = Tags(**{"title": word, **tags})
        self.ids[word] = self.catalogue.files.add(
            self._root, ScannedFile(file, 1, 1, word.encode(), known)
        )

    def words(self, track_ids) -> set[str]:
        assert len(set(track_ids)) == len(track_ids)
        return {word for word, track_id in self.ids.items() if track_id in track_ids}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.catalogue.close()


def test_an_artist_is_all_spellings_and_guests_but_no_duo(shelf: Shelf) -> None:
    names = {
        "plain": "The Beetles",
        "turned": "Beetles, The",
        "loud": "BEETLES",
        "guest": "The Beetles feat. Ann",
        "other": "Ann feat. The Beetles",
        "more": "The Beetles Revival",
    }
    for word, artist in names.items():
        shelf.add(word, artist=artist)
    shelf.add("duo", artist="Beetles & Ann", album_artist="Beetles & Ann")

    for word in ("plain", "turned", "loud", "guest"):
        seed = shelf.seeds.artist_of(shelf.ids[word])
        assert seed.kind is SeedKind.ARTIST
        assert shelf.words(seed.track_ids) == {"plain", "turned", "loud", "guest"}
    assert shelf.words(shelf.seeds.artist_of(shelf.ids["duo"]).track_ids) == {"duo"}
    assert shelf.words(shelf.seeds.artist_of(shelf.ids["other"]).track_ids) == {"other"}


def test_nobody_is_no_artist_and_no_title_no_album(shelf: Shelf) -> None:
    shelf.add("song", artist="Various Artists")

    with pytest.raises(MusicsimError, match="names no artist"):
        shelf.seeds.artist_of(shelf.ids["song"])
    with pytest.raises(MusicsimError, match="names no album"):
        shelf.seeds.album_of(shelf.ids["song"])
    with pytest.raises(MusicsimError, match="not in the library"):
        shelf.seeds.track(999)
    assert shelf.seeds.track(shelf.ids["song"]).track_ids == (shelf.ids["song"],)


def test_an_album_is_all_its_discs_and_no_other_of_its_title(shelf: Shelf) -> None:
    shelf.add("one", "a/CD1", album="Hits (Disc 1)", artist="Mara", album_artist="Mara")
    shelf.add("two", "a/CD2", album="Hits (CD 2)", artist="Mara feat. Ann", album_artist="mara")
    shelf.add("anns", "b", album="Hits", artist="Ann", album_artist="Ann")

    assert shelf.words(shelf.seeds.album_of(shelf.ids["one"]).track_ids) == {"one", "two"}
    assert shelf.words(shelf.seeds.album_of(shelf.ids["anns"]).track_ids) == {"anns"}


def test_a_compilation_is_one_album_of_many_artists(shelf: Shelf) -> None:
    for word, artist in (("one", "Mara"), ("two", "Ann")):
        shelf.add(word, "x", album="Sampler", artist=artist, album_artist="Various Artists")
    # Without an album artist, the folder tells.
    for word, artist in (("three", "Mara"), ("four", "Ann")):
        shelf.add(word, "Summer", album="Summer", artist=artist)

    assert shelf.words(shelf.seeds.album_of(shelf.ids["one"]).track_ids) == {"one", "two"}
    assert shelf.words(shelf.seeds.album_of(shelf.ids["four"]).track_ids) == {"three", "four"}


def test_a_genre_is_one_of_those_in_a_tag(shelf: Shelf) -> None:
    for word, genre in (("a", "Rock"), ("b", "Pop; rock"), ("c", "Hard Rock"), ("d", "Jazz")):
        shelf.add(word, genre=genre)

    assert shelf.words(shelf.seeds.genre(" ROCK ").track_ids) == {"a", "b"}
    assert shelf.words(shelf.seeds.genre("*rock").track_ids) == {"a", "b", "c"}
    with pytest.raises(MusicsimError, match="No track has the genre"):
        shelf.seeds.genre("Polka")


def test_a_playlist_counts_a_track_once_and_an_empty_one_is_none(shelf: Shelf) -> None:
    shelf.add("a")
    shelf.add("b")
    ids = [shelf.ids["b"], shelf.ids["a"], shelf.ids["b"]]
    shelf.catalogue.playlists.create("Évening", ids)
    shelf.catalogue.playlists.create("Empty", [])

    (seed,) = shelf.seeds.named(SeedKind.PLAYLIST, "evening")
    assert seed.track_ids == (shelf.ids["b"], shelf.ids["a"])
    with pytest.raises(MusicsimError, match="is empty"):
        shelf.seeds.named(SeedKind.PLAYLIST, "Empty")
    assert shelf.seeds.named(SeedKind.PLAYLIST, "None") == []


def test_names_are_found_without_case_and_accents(shelf: Shelf) -> None:
    shelf.add("a", artist="Mára", album="Hits", genre="Rock")
    shelf.add("b", artist="Ann", album="Hits")

    (artist,) = shelf.seeds.named(SeedKind.ARTIST, "mara")
    albums = shelf.seeds.named(SeedKind.ALBUM, "HITS")
    (genre,) = shelf.seeds.named(SeedKind.GENRE, "rock")

    assert shelf.words(artist.track_ids) == shelf.words(genre.track_ids) == {"a"}
    assert sorted(len(each.track_ids) for each in albums) == [1, 1]


def test_what_is_both_wanted_and_unwanted_is_named(shelf: Shelf) -> None:
    for word, artist in (("a", "Ann"), ("b", "Ann"), ("c", "Bob")):
        shelf.add(word, artist=artist)
    ann, a = shelf.seeds.artist_of(shelf.ids["a"]), shelf.seeds.track(shelf.ids["a"])

    assert contradiction([ann, a]) == contradiction([ann], [shelf.ids["a"]]) == ""
    assert "“Ann”" in contradiction([ann], ann.track_ids)
    assert "“Ann”" in contradiction([replace(ann, weight=-1.0), ann])
    assert f"“{a.name}”" in contradiction([ann, a, replace(a, weight=-1.0)])
    # Like the track, but not like the rest of its artist.
    assert contradiction([a, replace(ann, weight=-1.0)]) == ""
    # All of its tracks have left the library: nothing of it is unwanted.
    assert contradiction([replace(ann, track_ids=())]) == ""
