import dataclasses
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events
from musicsim.base.resources import resource
from musicsim.embedding import WeightsError, find_weights
from musicsim.embedding.content import sha256_of
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags
from musicsim.services.models.models import Models


class Library:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = Catalogue(folder)
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        music = self.catalogue.folders.add(Path("/m"))
        for number in range(2):
            file = ScannedFile(Path(f"/m/{number}"), 1, 1, str(number).encode(), Tags())
            self.catalogue.files.add(music, file)
        self.other = folder / "other.h5"
        # Another file with the same network: a byte behind the end makes it another model.
        self.other.write_bytes(resource("starter.h5").read_bytes() + b"\0")

    def models(self, *, read_only: bool = False) -> Models:
        return Models(
            self.catalogue, self.embeddings, self.folder / "models", Events(), read_only=read_only
        )

    def embed(self, model: str, tracks: int = 2) -> None:
        for track in self.embeddings.pending.tracks(model)[:tracks]:
            windows = TrackWindows(np.zeros(1), np.ones((1, 4)))
            pooled = PooledTrack(np.ones(4, np.float32), 1)
            self.embeddings.store(track, model, 1, windows, pooled)

    def use_other(self, models: Models) -> None:
        models.use(find_weights(self.folder / "models", self.other)[0])


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def test_at_first_one_model_listens_and_is_searched(library):
    models = library.models()
    assert models.searched == models.listening
    assert library.catalogue.settings.model == models.searched.identity


def test_the_old_model_is_searched_until_the_new_one_has_heard_everything(library):
    models = library.models()
    old = models.searched
    library.embed(old.identity)
    library.use_other(models)
    new = models.listening
    assert (models.searched, new.identity != old.identity) == (old, True)
    library.embed(new.identity, 1)
    assert not models.switch_if_complete()
    assert library.models().searched == old  # also after a restart
    library.embed(new.identity)
    assert models.switch_if_complete()
    assert models.searched == new
    assert library.catalogue.settings.model == new.identity
    # The old embeddings stay, so that going back costs nothing.
    models.use(find_weights(library.folder / "models")[0])
    assert models.searched == old


def test_a_library_stays_with_its_model_whatever_is_fetched(library, monkeypatch):
    models = library.models()
    library.embed(models.searched.identity)
    before, *_ = find_weights(library.folder / "models")
    assert before.source == "bundled"
    fetched = dataclasses.replace(before, name="openl3-mel256-music", path=library.other)
    monkeypatch.setattr(
        "musicsim.services.models.models.find_weights",
        lambda folder, chosen=None, **_: [before] if chosen else [fetched, before],
    )
    assert library.models().listening == models.listening


def test_with_nothing_to_search_another_model_takes_over_at_once(library):
    models = library.models()
    library.use_other(models)
    assert models.searched == models.listening
    assert models.listening.weights == library.other


@pytest.mark.logs
def test_a_weight_file_that_is_gone_does_not_keep_the_library_shut(library):
    models = library.models()
    library.use_other(models)
    library.embed(models.searched.identity)
    library.other.unlink()
    again = library.models()
    assert again.searched == models.searched
    assert library.models(read_only=True).searched == models.searched


@pytest.mark.logs
def test_a_weight_file_that_has_changed_is_a_problem_until_a_model_is_chosen(library):
    models = library.models()
    assert models.problem == ""
    library.use_other(models)
    library.embed(models.searched.identity)
    library.other.write_bytes(b"something else")
    for again in (library.models(), library.models(read_only=True)):
        assert again.searched == again.listening == models.searched
        assert str(library.other) in again.problem
        assert "SHA-256" in again.problem
    [broken] = [model for model in again.offered() if model.state == "broken"]
    assert broken.problem == again.problem
    again = library.models()
    again.use(find_weights(library.folder / "models")[0])
    assert again.problem == library.models().problem == ""


def test_a_library_of_an_earlier_version_remembers_its_weight_file_from_now_on(library):
    models = library.models()
    library.use_other(models)
    library.embed(models.searched.identity)
    library.catalogue.settings.set("weights_sha256", "")
    assert library.models().problem == ""
    digest = library.catalogue.settings.get("weights_sha256")
    assert digest == sha256_of(library.other.read_bytes())


def test_an_update_of_the_bundled_weights_is_no_damage(library, monkeypatch):
    models = library.models()
    models.use(find_weights(library.folder / "models")[0])
    updated = library.folder / "starter.h5"
    updated.write_bytes(library.other.read_bytes())
    digest = sha256_of(updated.read_bytes())
    for module in ("services.models.models", "embedding.sources"):
        monkeypatch.setattr(f"musicsim.{module}.resource", lambda name: updated)
        monkeypatch.setattr(f"musicsim.{module}.STARTER_SHA256", digest)
    again = library.models()
    assert again.problem == ""
    assert again.listening.identity.endswith(digest[:12])


def test_a_choice_outlives_odd_names_and_moved_installations(library, monkeypatch):
    odd = library.folder / os.fsdecode("m\u00fc \u68ee ".encode() + b"\xff.h5")
    library.other.rename(odd)
    models = library.models()
    models.use(find_weights(library.folder / "models", odd)[0])
    assert library.models().listening.weights == odd
    models.use(find_weights(library.folder / "models")[0])
    assert library.models().listening.weights == resource("starter.h5")
    moved = library.folder / "elsewhere" / "starter.h5"
    moved.parent.mkdir()
    shutil.copy(resource("starter.h5"), moved)
    for module in ("musicsim.services.models.models", "musicsim.embedding.sources"):
        monkeypatch.setattr(f"{module}.resource", lambda name: moved)
    again = library.models()
    assert again.listening.weights == again.searched.weights == moved


def test_a_weight_file_that_was_never_there_is_named(library):
    library.catalogue.settings.set("weights", "/nowhere/w.h5")
    with pytest.raises(WeightsError, match=r"/nowhere/w\.h5"):
        library.models()


def test_only_what_is_out_of_use_can_be_forgotten(library):
    models = library.models()
    old = models.searched.identity
    library.embed(old)
    library.use_other(models)
    with pytest.raises(MusicsimError, match="in use"):
        models.forget(old)
    library.embed(models.listening.identity)
    models.switch_if_complete()
    assert models.forget(old) == 2
    assert library.embeddings.models.counts() == {models.searched.identity: 2}


def test_the_offer_says_what_each_model_is_to_the_library(library):
    models = library.models()
    library.embed(models.searched.identity)
    library.embed("vanished-123")
    library.use_other(models)
    offered = {model.name: model for model in models.offered()}
    # Both files call themselves by one name; the one that was chosen stands for it.
    assert offered["openl3-mel256-music"].state == "available"
    assert (offered["vanished-123"].state, offered["vanished-123"].tracks) == ("gone", 2)
    listening = [model for model in offered.values() if model.listening]
    assert [model.tracks for model in listening] == [0]
    searched = [model for model in offered.values() if model.searched]
    assert [model.tracks for model in searched] == [2]
