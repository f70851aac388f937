"""What is banned: also other files of the recording, whenever they come, and wherever the list is made."""

import math
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from radio_library import embed

from musicsim.app import Musicsim
from musicsim.base.events import TracksChanged
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import ScannedFile, Tags
from musicsim.playlists.rules.rules import Rules
from musicsim.playlists.smart.rules import SmartRules
from musicsim.services.making.radio import RadioSettings
from musicsim.services.making.seeds import Seed, SeedKind

BANNED = Tags("Blue", "Mara", "Hits", duration=200.0)


class Shelf:
    """A real library, whose tracks are at given cosines from one sound."""

    def __init__(self, folder: Path) -> None:
        self.app = Musicsim.open(folder / "data")
        self.folder = folder / "music"
        self.folder_id = self.app.catalogue.folders.add(self.folder)
        size = self.app.finding.model.embedding_size
        rng = np.random.default_rng(0)
        # So many others that these hardly move the space, in which all are compared.
        self.sound, self.aside = np.linalg.qr(rng.normal(size=(size, 2)))[0].T
        self.others = [
            self.add(Tags(f"Song {n}", f"Artist {n}", duration=200.0), rng.normal(size=size))
            for n in range(60)
        ]
        self.banned = self.add(BANNED, self.at(1.0))

    def at(self, cosine: float) -> np.ndarray:
        return 30 * (cosine * self.sound + math.sqrt(1 - cosine**2) * self.aside)

    def add(self, tags: Tags, sound: np.ndarray | None) -> int:
        path = self.folder / f"{self.app.catalogue.tracks.last_id()}.flac"
        file = ScannedFile(path, 1, 1, str(path).encode(), tags)
        track_id = self.app.catalogue.files.add(self.folder_id, file)
        if sound is not None:
            embed(self.app, track_id, sound)
        self.app.events.emit(TracksChanged((track_id,)))
        return track_id

    def ban(self, opinion: Opinion | None = Opinion.BANNED) -> None:
        self.app.opinions.set_tracks({self.banned: opinion})

    def is_banned(self, track_id: int) -> bool:
        return track_id in self.app.banned.all().track_ids


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.app.close()


@pytest.mark.parametrize(
    ("tags", "cosine", "expected"),
    [
        # A transcode, whose encoder added silence.
        (Tags("Blue", "Mara", "Hits", duration=201.2), 0.99, True),
        (Tags("Blue (Remastered)", "Mara feat. Ann", "Best of", duration=200.0), 0.99, True),
        (Tags("Blue", "Mara"), 0.99, True),
        # Another recording: live, shorter, by somebody else; another song; or nobody knows.
        (Tags("Blue (live)", "Mara", duration=200.0), 0.8, False),
        (Tags("Blue", "Mara", duration=190.0), 0.99, False),
        (Tags("Blue", "Ann", duration=200.0), 1.0, False),
        (Tags("Red", "Mara", duration=200.0), 1.0, False),
        (Tags(duration=200.0), 1.0, False),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_a_recording_is_known_by_its_song_length_and_sound(
    shelf: Shelf, tags: Tags, cosine: float, expected: bool, later: bool
) -> None:
    if later:
        shelf.ban()
        assert shelf.is_banned(shelf.banned)
    copy = shelf.add(tags, shelf.at(cosine))
    if not later:
        shelf.ban()
    assert shelf.is_banned(copy) is expected
    shelf.ban(None)
    assert not shelf.is_banned(copy)


def test_no_list_has_another_file_of_a_banned_recording(shelf: Shelf) -> None:
    app = shelf.app
    copy = shelf.add(Tags("Blue", "Mara", "Best of", duration=200.0), shelf.at(0.99))
    kept = app.smart_lists.create("All", SmartRules())
    near = Seed(SeedKind.TRACK, "", (shelf.add(Tags("Near", "Ann"), shelf.at(0.97)),))
    groups = app.groups.refresh(rng_seed=1).result()
    assert any(copy in group.track_ids for group in groups)

    shelf.ban()

    assert not any(
        copy in {track.id for track in app.groups.tracks_of(group)} for group in app.groups.all()
    )
    assert copy not in app.smart_lists.find(kept.id).track_ids
    radio = app.radio.session([near], RadioSettings()).more(60).result()
    assert copy not in {match.track.id for match in radio.matches}
    similar = app.finding.similar(near.track_ids[0], rules=Rules.for_lists(date.today())).result()
    assert copy not in {match.track.id for match in similar.matches}


def test_a_ban_is_not_lost_when_the_catalogue_fails_for_a_moment(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shelf.add(Tags("Blue", "Mara", "Best of", duration=200.0), shelf.at(0.99))
    assert not shelf.is_banned(copy)
    shelf.ban()
    with monkeypatch.context() as patch:
        patch.setattr(shelf.app.opinions, "bans", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shelf.app.banned.all()
    assert shelf.is_banned(copy)


def test_another_file_that_is_listened_to_while_a_list_is_made_is_banned_in_the_next(
    shelf: Shelf,
) -> None:
    shelf.ban()
    assert shelf.is_banned(shelf.banned)
    with shelf.app.finding.nearest.steady():
        copy = shelf.add(Tags("Blue", "Mara", "Best of", duration=200.0), shelf.at(0.99))
        # Not in this list, which finds only what could be found when it was begun.
        assert not shelf.is_banned(copy)
    assert shelf.is_banned(copy)


def test_who_asks_again_does_not_wait_for_a_list_that_is_being_made(shelf: Shelf) -> None:
    shelf.ban()
    before = shelf.app.banned.all()
    found = []
    with shelf.app.finding.nearest.steady():
        asking = threading.Thread(target=lambda: found.append(shelf.app.banned.all()), daemon=True)
        asking.start()
        asking.join(10)
        assert found == [before]
    asking.join()
