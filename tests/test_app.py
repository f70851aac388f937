import errno
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from musicsim.app import Musicsim
from musicsim.audio import EVERY_WINDOW
from musicsim.base.data_folder import DataFolderInUse
from musicsim.base.errors import MusicsimError
from musicsim.base.events import EmbeddingProgress, Event, ModelChanged, Notice, ScanFinished
from musicsim.base.resources import resource
from musicsim.embedding import find_weights
from musicsim.library.scanning import watcher
from musicsim.library.types import TrackState
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.listening.settings import Depth, ListeningSettings
from musicsim.services.making.request import PlaylistRequest


class Waiter:
    """Waits until what the library holds is as a test wants it; looks whenever something happens."""

    def __init__(self, app: Musicsim) -> None:
        self._changed = threading.Condition()
        self.seen: list[Event] = []
        app.events.subscribe(self._listen)

    def _listen(self, event: Event) -> None:
        with self._changed:
            self.seen.append(event)
            self._changed.notify_all()

    def until(self, what: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(what, timeout=120)


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher, "QUIET_SECONDS", 0.2)
    with Musicsim.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def music(tmp_path, demo_library) -> Path:
    """A folder with two tracks of the demo library; `more` are others."""
    folder = tmp_path / "music"
    folder.mkdir()
    for track in demo_library[:2]:
        shutil.copy(track.path, folder)
    return folder


def test_a_cover_is_decoded_in_the_background(app, music):
    (music / "cover.jpg").write_bytes(b"an image")
    app.collection.scan([music])
    (track, *_) = app.catalogue.tracks.all()
    threads: list[threading.Thread] = []

    def decode(image: bytes) -> int:
        threads.append(threading.current_thread())
        return len(image)

    assert app.collection.cover(track, decode).result() == len(b"an image")
    (music / "cover.jpg").unlink()
    assert app.collection.cover(track, decode).result() is None
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def test_the_library_follows_the_folder(app, music, demo_library):
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 2)

    new = music / "new album" / demo_library[7].path.name
    new.parent.mkdir()
    shutil.copy(demo_library[7].path, new)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 3)

    new.rename(music / new.name)
    waiter.until(lambda: app.catalogue.tracks.at(music / new.name) is not None)
    assert app.catalogue.tracks.counts().embedded == 3

    (music / new.name).unlink()
    waiter.until(lambda: app.catalogue.tracks.counts().missing == 1)
    assert app.catalogue.tracks.counts().embedded == 2


def test_closing_in_the_middle_loses_nothing(tmp_path, demo_library):
    folder = tmp_path / "music"
    folder.mkdir()
    for track in demo_library[:10]:
        shutil.copy(track.path, folder)
    with Musicsim.open(tmp_path / "data") as app:
        waiter = Waiter(app)
        app.start()
        app.collection.add_folder(folder)
        waiter.until(lambda: app.catalogue.tracks.counts().embedded >= 1)
    with Musicsim.open(tmp_path / "data") as app:
        kept = {t.id for t in app.catalogue.tracks.all() if t.state is TrackState.EMBEDDED}
        assert kept
        waiter = Waiter(app)
        app.start()
        waiter.until(
            lambda: any(isinstance(e, EmbeddingProgress) and e.finished for e in waiter.seen)
        )
        assert app.catalogue.tracks.counts().embedded == 10
        first_pass = [e for e in waiter.seen if isinstance(e, EmbeddingProgress) and not e.refining]
        done = max(e.done for e in first_pass)
        assert done <= 10 - len(kept)


@pytest.mark.logs
def test_an_index_that_cannot_be_written_is_told_until_it_can(app, music, tmp_path, demo_library):
    # What is elsewhere is not ours to delete.
    (tmp_path / "elsewhere" / "chroma.sqlite3").mkdir(parents=True)
    (app.data_folder / "index").symlink_to(tmp_path / "elsewhere")
    waiter = Waiter(app)

    def notices() -> list[str]:
        return [e.text for e in waiter.seen if isinstance(e, Notice) and e.topic == "index"]

    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: any(notices()))
    assert "search is slower" in notices()[-1]
    assert str(app.data_folder / "index") in notices()[-1]
    (app.data_folder / "index").unlink()
    shutil.copy(demo_library[7].path, music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 3 and notices()[-1] == "")


def test_similar_and_playlists_work_on_what_is_done_so_far(app, music, demo_library):
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 2)
    app.listening.pause()
    shutil.copy(demo_library[9].path, music)
    waiter.until(lambda: app.catalogue.tracks.counts().tracks == 3)
    one, two, waiting = app.catalogue.tracks.all()
    everything = Rules(max_per_artist=None, near_duplicates=True)
    found = app.finding.similar(one.id, rules=everything).result(60)
    assert [match.track for match in found.matches] == [two]
    made = app.playlists.make(PlaylistRequest([one.id], rules=everything)).result(60)
    assert [match.track.id for match in made.matches] == [one.id, two.id]
    with pytest.raises(NotEmbedded, match="not listened"):
        app.finding.similar(waiting.id).result(60)
    app.listening.resume()
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 3)
    assert len(app.finding.similar(waiting.id, rules=everything).result(60).matches) == 2


@pytest.mark.logs
def test_a_damaged_model_is_told_until_another_is_chosen(tmp_path):
    mine = tmp_path / "mine.h5"
    shutil.copy(resource("starter.h5"), mine)
    with Musicsim.open(tmp_path / "data") as app:
        app.listening.use_model(find_weights(tmp_path, mine)[0])
    mine.write_bytes(mine.read_bytes()[:-1] + b"x")
    with Musicsim.open(tmp_path / "data") as app:
        waiter = Waiter(app)

        def told() -> list[str]:
            return [e.text for e in waiter.seen if isinstance(e, Notice) and e.topic == "model"]

        app.start()
        [problem] = told()
        assert str(mine) in problem
        app.listening.use_model(find_weights(tmp_path, resource("starter.h5"))[0])
        assert told() == [problem, ""]


def test_search_goes_on_with_the_old_model_until_the_new_one_is_complete(
    app, music, tmp_path, demo_library
):
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 2)
    old = app.finding.model.identity
    app.listening.pause()
    other = tmp_path / "other.h5"
    # The same network in another file is another model.
    other.write_bytes(resource("starter.h5").read_bytes() + b"\0")
    app.listening.use_model(find_weights(tmp_path, other)[0])
    new = app.models.listening.identity

    track = app.catalogue.tracks.all()[0]
    everything = Rules(max_per_artist=None, near_duplicates=True)
    assert len(app.finding.similar(track.id, rules=everything).result(60).matches) == 1
    found = app.finding.similar_to_file(demo_library[9].path, rules=everything).result()
    assert (app.finding.model.identity, len(found.matches)) == (old, 2)

    waiter.seen.clear()
    app.listening.resume()
    waiter.until(lambda: app.finding.model.identity == new)
    assert len(app.finding.similar(track.id, rules=everything).result(60).matches) == 1
    assert app.catalogue.tracks.counts().embedded == 2
    assert app.embeddings.models.counts() == {old: 2, new: 2}
    waiter.until(lambda: any(isinstance(event, ModelChanged) for event in waiter.seen))
    assert app.listening.forget_model(old) == 2


def test_the_listeners_settings_reach_the_worker_and_are_kept(app, music, tmp_path):
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 2)
    wanted = ListeningSettings(Depth.EVERY, threads=1, gentle=True)
    app.listening.set_settings(wanted)
    model = app.finding.model.identity
    waiter.until(lambda: app.embeddings.pending.tracks(model, EVERY_WINDOW) == [])
    for track in app.catalogue.tracks.all():
        windows = app.embeddings.windows.of(track.id, model)
        assert len(windows.offsets) == pytest.approx(track.tags.duration, abs=1)
    assert ListeningSettings.load(app.catalogue) == wanted
    waiter.until(lambda: app.listening.seconds_a_track(Depth.EVERY) is not None)
    assert (
        app.listening.seconds_a_track(Depth.EVERY) > app.listening.seconds_a_track(Depth.QUICK) > 0
    )


def test_a_failed_file_is_tried_again_on_request(app, music, demo_library):
    broken = music / "broken.flac"
    broken.write_text("not music")
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().failed == 1)
    failed = app.catalogue.tracks.at(broken)
    with pytest.raises(NotEmbedded, match=r"broken: .*audio"):
        app.finding.similar(failed.id).result(60)
    waiter.until(lambda: app.catalogue.tracks.counts().pending == 0)
    app.collection.retry_failed()
    waiter.until(lambda: app.catalogue.tracks.counts().failed == 0)
    waiter.until(lambda: app.catalogue.tracks.counts().failed == 1)


def test_a_removed_folder_takes_its_tracks_along(app, music):
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 2)
    app.collection.remove_folder(music)
    assert app.catalogue.tracks.counts().tracks == 0
    assert len(list(music.iterdir())) == 2


def test_an_idle_worker_gives_its_memory_back_and_search_goes_on(app, music, monkeypatch):
    monkeypatch.setattr("musicsim.services.listening.listening.IDLE_SECONDS", 0.1)
    waiter = Waiter(app)
    app.start()
    app.collection.add_folder(music)
    waiter.until(lambda: app.catalogue.tracks.counts().embedded == 2)
    app.worker._reader.join(60)
    assert not app.worker.running
    track = app.catalogue.tracks.all()[0]
    everything = Rules(max_per_artist=None, near_duplicates=True)
    assert len(app.finding.similar(track.id, rules=everything).result(60).matches) == 1


def test_a_data_folder_has_one_owner(app):
    with pytest.raises(DataFolderInUse, match="Another musicsim"):
        Musicsim.open(app.data_folder)
    Musicsim.read(app.data_folder).close()


@pytest.mark.skipif(sys.platform == "win32", reason="there every disk locks files")
def test_a_data_folder_on_a_disk_that_cannot_lock_files_is_named(tmp_path, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    with monkeypatch.context() as patch:
        patch.setattr("fcntl.flock", flock)
        for _ in range(2):
            with pytest.raises(MusicsimError, match=r"data can't be used .*lock files.*--data"):
                Musicsim.open(tmp_path / "data")
    Musicsim.open(tmp_path / "data").close()


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MusicsimError, match=r"file.data can't be used.*--data"):
        Musicsim.open(tmp_path / "file" / "data")


def test_a_folder_without_a_library_says_how_to_make_one(tmp_path):
    with pytest.raises(MusicsimError, match="musicsim scan"):
        Musicsim.read(tmp_path)


def test_a_scan_that_fails_ends_all_the_same(app, tmp_path):
    told: list[Event] = []
    app.events.subscribe(told.append)
    with pytest.raises(MusicsimError, match="Choose a folder"):
        app.collection.scan([tmp_path / "nowhere"])
    assert isinstance(told[-1], ScanFinished)


def test_a_folder_that_is_not_there_is_not_added(app, tmp_path):
    with pytest.raises(MusicsimError, match="Choose a folder"):
        app.collection.add_folder(tmp_path / "nowhere")
    assert app.catalogue.folders.all() == []
