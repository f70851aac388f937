"""`musicsim models`: the list, fetching, choosing, checking and forgetting."""

import functools
import shutil
import signal
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
from command_line import Told
from weights_server import (
    Published,
    WeightsServer,
    cut_after,
    held_after,
    publish,
    status,
    whole,
)

from musicsim.app import Musicsim
from musicsim.base.data_folder import data_folder_lock
from musicsim.base.resources import resource
from musicsim.embedding import read_weights
from musicsim.embedding.official import official_model
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags

NAME = "openl3-mel256-music"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Published:
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def serve():
    with ExitStack() as servers:
        yield lambda *answers: servers.enter_context(WeightsServer(*answers))


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def models(musicsim):
    """Runs `musicsim models`."""
    return functools.partial(musicsim, "models")


@pytest.fixture
def as_official(monkeypatch, published) -> None:
    """The seeded model takes the place of the published one, whose content is on no machine but its publisher's."""
    others = [official_model(f"openl3-{name}") for name in ("mel128-music", "linear-env")]
    for module in ("official", "sources", "checking"):
        name = f"musicsim.embedding.{module}.OFFICIAL_MODELS"
        monkeypatch.setattr(name, (published.model, *others))


def by_name(result: Told) -> dict[str, dict]:
    return {row["name"]: row for row in result.json}


# --- list ---


def test_the_list_has_what_is_here_and_what_could_be(models, data):
    starter, *others = models("list", "--json").json
    identity = read_weights(resource("starter.h5")).identity
    assert starter == {
        "name": "starter", "source": str(resource("starter.h5")), "state": "bundled", "in_use": True,
        "embedding_size": 128, "input_repr": "mel128", "content_type": "music",
        "identity": identity, "listening": True, "tracks": 0, "problem": None,
    }  # fmt: skip
    assert len(others) == 6
    assert others[0] == {
        "name": NAME, "source": str(data / "models" / "openl3_audio_mel256_music-v0_4_0.h5"),
        "state": "available", "in_use": False, "embedding_size": 512, "input_repr": "mel256",
        "content_type": "music", "identity": None, "listening": False, "tracks": 0, "problem": None,
    }  # fmt: skip
    assert {other["state"] for other in others} == {"available"}
    assert not data.exists()  # to look changes nothing
    told = models("list")
    assert told.code == 0
    assert NAME in told.out
    assert models().out == told.out


def test_a_broken_file_is_listed_with_what_is_wrong(models, data):
    (data / "models").mkdir(parents=True)
    (data / "models" / "openl3_audio_mel256_music.h5").write_bytes(b"no")
    broken = by_name(models("list", "--json"))[NAME]
    assert (broken["state"], broken["in_use"], broken["identity"]) == ("broken", True, None)
    assert "not an HDF5 weight file" in broken["problem"]
    assert "not an HDF5 weight file" in models("list").out


# --- fetch ---


@pytest.mark.usefixtures("as_official")
def test_a_fetched_model_is_there_to_be_used(models, data, published, serve):
    server = serve(cut_after(100_000, published.archive), whole(published.archive))
    starter = resource("starter.h5")
    models("use", "starter")
    fetched = models("fetch", NAME, "--mirror", server.url)
    assert (fetched.code, fetched.err) == (0, "")
    for told in ("18.8 MB", "CC BY 4.0", "Cramer", f"musicsim models use {NAME}"):
        assert told in fetched.out
    listed = by_name(models("list", "--json"))
    path = data / "models" / "openl3_audio_mel256_music-v0_4_0.h5"
    assert listed[NAME]["state"] == "installed"
    assert listed[NAME]["source"] == str(path)
    assert listed[NAME]["identity"] == read_weights(path).identity
    assert (listed["starter"]["in_use"], listed["starter"]["source"]) == (True, str(starter))
    assert {path.name for path in path.parent.iterdir()} == {path.name, "lock"}
    assert models("use", NAME).code == 0
    assert by_name(models("list", "--json"))[NAME]["in_use"]
    verified = models("verify")
    assert (verified.code, "as published" in verified.out) == (0, True)
    again = models("fetch", NAME, "--mirror", "http://127.0.0.1:9")
    assert (again.code, "already" in again.out) == (0, True)


@pytest.mark.usefixtures("as_official")
def test_a_model_is_fetched_and_used_at_once(models, published, serve):
    server = serve(whole(published.archive))
    models("use", "starter")
    fetched = models("fetch", NAME, "--use", "--proxy", server.url, "--mirror", "http://m.invalid")
    assert fetched.code == 0, fetched.err
    assert by_name(models("list", "--json"))[NAME]["in_use"]


@pytest.mark.usefixtures("as_official")
def test_where_nothing_was_chosen_the_fetched_one_goes_before_the_starter(models, published, serve):
    fetched = models("fetch", NAME, "--mirror", serve(whole(published.archive)).url)
    assert "The next `musicsim scan` listens with it." in fetched.out
    assert by_name(models("list", "--json"))[NAME]["in_use"]


@pytest.mark.usefixtures("as_official")
def test_a_broken_file_is_mended_by_fetching(models, data, published, serve):
    path = data / "models" / published.model.file_name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no")
    assert models("fetch", NAME, "--mirror", serve(whole(published.archive)).url).code == 0
    assert path.read_bytes() == published.file


def test_a_lie_is_refused(musicsim, published, serve):
    """As a process of its own, to which only what was really published is official."""
    server = serve(whole(published.archive))
    result = musicsim.process("models", "fetch", NAME, "--mirror", server.url)
    assert (result.code, result.out) == (1, "")
    assert "did not send the published file" in result.err
    assert "--mirror" in result.err
    assert [path.name for path in (musicsim.data / "models").iterdir()] == ["lock"]


def test_progress_is_shown_in_a_terminal(musicsim, published, serve):
    server = serve(whole(published.archive))
    result = musicsim.process("models", "fetch", NAME, "--mirror", server.url, FORCE_COLOR="1")
    assert f"{len(published.archive) / 1e6:.1f} MB" in result.err


def test_ctrl_c_stops_it_cleanly(musicsim, published, serve):
    server = serve(held_after(100_000, published.archive))
    process = subprocess.Popen(
        musicsim.command("models", "fetch", NAME, "--mirror", server.url),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.held.wait(60)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Nothing is lost" in errors
    assert "Traceback" not in errors
    left = {path.name for path in (musicsim.data / "models").iterdir()}
    assert left <= {"lock", "openl3_audio_mel256_music-v0_4_0.h5.gz.part"}


@pytest.mark.parametrize("name", ["starter", "openl3", "../x"])
def test_only_what_is_published_can_be_fetched(models, data, name):
    refused = models("fetch", name)
    assert refused.code == 2
    assert NAME in refused.err
    assert not data.exists()


def test_a_server_that_has_it_not_is_named(models, serve):
    server = serve(status(404))
    refused = models("fetch", NAME, "--mirror", server.url)
    assert refused.code == 1
    assert server.url in refused.err
    assert "404" in refused.err


# --- use ---


def test_a_file_or_a_name_can_be_used(models, tmp_path):
    own = Path(shutil.copy(resource("starter.h5"), tmp_path / "mine.h5"))
    assert models("use", own).code == 0
    in_use = [row for row in models("list", "--json").json if row["in_use"]]
    assert [(row["source"], row["state"]) for row in in_use] == [(str(own), "installed")]
    # The name means the bundled file, also where another one calls itself by it.
    assert models("use", "starter").code == 0
    starter = by_name(models("list", "--json"))["starter"]
    assert (starter["in_use"], starter["state"]) == (True, "bundled")


@pytest.mark.usefixtures("as_official")
def test_an_official_model_can_be_used_at_its_full_size(models, data, published):
    path = data / "models" / published.model.file_name
    path.parent.mkdir(parents=True)
    path.write_bytes(published.file)
    assert models("use", NAME, "--embedding-size", "6144").code == 0
    listed = by_name(models("list", "--json"))[NAME]
    assert (listed["embedding_size"], listed["in_use"]) == (6144, True)
    assert listed["identity"].startswith("openl3-mel256-music-6144-")
    assert models("use", NAME).code == 0
    assert by_name(models("list", "--json"))[NAME]["embedding_size"] == 512
    wrong = models("use", "starter", "--embedding-size", "512")
    assert (wrong.code, "128" in wrong.err) == (1, True)
    assert by_name(models("list", "--json"))[NAME]["in_use"]


def test_what_can_not_be_used_is_refused_with_the_way_to_it(models, tmp_path):
    unknown = models("use", "nothing of this name")
    assert (unknown.code, "models list" in unknown.err) == (2, True)
    available = models("use", NAME)
    assert (available.code, f"models fetch {NAME}" in available.err) == (2, True)
    broken = tmp_path / "broken.h5"
    broken.write_bytes(b"no")
    refused = models("use", broken)
    assert (refused.code, str(broken) in refused.err) == (1, True)


def test_another_owner_keeps_the_choice(models, data):
    with data_folder_lock(data):
        assert models("use", "starter").code == 75


# --- verify ---


@pytest.mark.usefixtures("as_official")
def test_files_are_verified(models, tmp_path, published):
    assert models("verify").code == 0
    assert "128 dimensions" in models("verify", "starter").out
    file = tmp_path / published.model.file_name
    file.write_bytes(published.file)
    assert "as published" in models("verify", file).out
    archive = tmp_path / published.model.archive_name
    archive.write_bytes(published.archive)
    assert "as published" in models("verify", archive).out
    unknown = tmp_path / "openl3_audio_mel128_music.h5"
    unknown.write_bytes(published.file)
    assert "not known" in models("verify", unknown).out


@pytest.mark.usefixtures("as_official")
def test_files_that_are_not_good_are_found_out(models, tmp_path, published):
    archive = tmp_path / published.model.archive_name
    archive.write_bytes(published.archive + b"\0")
    other = tmp_path / published.model.file_name
    other.write_bytes(published.file + b"\0")  # it still reads
    broken = tmp_path / "broken.h5"
    broken.write_bytes(b"no")
    for path in (archive, other, broken):
        result = models("verify", path)
        assert result.code == 1
        assert str(path) in result.err
    assert models("verify", tmp_path / "nowhere.h5").code == 2


# --- forget ---


def embed_as(data: Path, model: str) -> None:
    """Two tracks, as if `model` had listened to them."""
    with (
        closing(Catalogue(data)) as catalogue,
        closing(EmbeddingStore(catalogue, data)) as embeddings,
    ):
        folder = catalogue.folders.add(Path("/m"))
        if not catalogue.tracks.counts().tracks:
            for number in range(2):
                file = ScannedFile(Path(f"/m/{number}"), 1, 1, bytes([number]), Tags())
                catalogue.files.add(folder, file)
        for track in embeddings.pending.tracks(model):
            windows = TrackWindows(np.zeros(1), np.ones((1, 128)))
            pooled = PooledTrack(np.ones(128, np.float32), 1)
            embeddings.store(track, model, 1, windows, pooled)


def test_what_models_made_is_listed_and_forgotten(models, data):
    with Musicsim.open(data) as app:
        in_use = app.models.listening.identity
    embed_as(data, in_use)
    embed_as(data, "old-123")
    listed = by_name(models("list", "--json"))
    assert (listed["starter"]["tracks"], listed["starter"]["in_use"]) == (2, True)
    assert (listed["old-123"]["state"], listed["old-123"]["tracks"]) == ("gone", 2)
    assert listed["old-123"]["source"] is None
    assert "old-123" in models("list").out
    kept = models("forget", in_use)
    assert (kept.code, "in use" in kept.err) == (1, True)
    with data_folder_lock(data):
        assert models("forget", "old-123").code == 75
    forgotten = models("forget", "old-123")
    assert (forgotten.code, "2 tracks" in forgotten.out) == (0, True)
    assert "old-123" not in by_name(models("list", "--json"))
    assert by_name(models("list", "--json"))["starter"]["tracks"] == 2
    assert models("forget", "old-123").code == 2


@pytest.mark.usefixtures("as_official")
def test_the_old_model_is_in_use_until_the_fetched_one_has_listened(models, data, published, serve):
    with Musicsim.open(data) as app:
        old = app.models.listening.identity
    embed_as(data, old)
    fetched = models("fetch", NAME, "--mirror", serve(whole(published.archive)).url)
    assert f"models use {NAME}" in fetched.out
    # Nothing listens anew unasked.
    assert by_name(models("list", "--json"))["starter"]["listening"]
    assert models("use", NAME).code == 0
    listed = by_name(models("list", "--json"))
    assert [listed[name]["in_use"] for name in (NAME, "starter")] == [False, True]
    assert [listed[name]["listening"] for name in (NAME, "starter")] == [True, False]
    assert f"{NAME} takes over" in models("list").out
    with Musicsim.open(data) as app:
        new = app.models.listening.identity
    assert new == listed[NAME]["identity"]
    assert models("forget", "starter").code == 1  # it is still searched
    embed_as(data, new)
    with Musicsim.open(data) as app:
        assert app.finding.model.identity == new
    listed = by_name(models("list", "--json"))
    assert [listed[name]["in_use"] for name in (NAME, "starter")] == [True, False]
    forgotten = models("forget", "starter")
    assert (forgotten.code, "2 tracks" in forgotten.out) == (0, True)
    assert by_name(models("list", "--json"))["starter"]["tracks"] == 0


def test_without_a_library_there_is_nothing_to_forget(models, data):
    assert models("forget", "old-123").code == 2
    assert not data.exists()
