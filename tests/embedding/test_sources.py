from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from musicsim.base.resources import resource
from musicsim.embedding import WeightsError, find_weights, read_weights
from musicsim.embedding.sources import list_models


@pytest.fixture
def models_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def openl3_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed `openl3` that can't be imported, as the real one on a new Python."""
    package = tmp_path / "site-packages" / "openl3"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import imp")
    monkeypatch.syspath_prepend(package.parent)
    return package


def in_use(models_folder: Path, chosen: Path | None = None):
    return find_weights(models_folder, chosen)[0]


def test_starter_weights_where_there_is_nothing_else(tmp_path: Path):
    first, *others = find_weights(tmp_path / "missing")
    assert (first.name, first.source) == ("starter", "bundled")
    assert first.path == resource("starter.h5")
    assert (first.input_repr, first.content_type, first.embedding_size) == ("mel128", "music", 128)
    # What could be had is listed too, behind everything that is there.
    assert [other.source for other in others] == ["available"] * 6
    assert others[0].name == "openl3-mel256-music"
    assert others[0].path == tmp_path / "missing" / "openl3_audio_mel256_music-v0_4_0.h5"


def test_official_file_goes_before_the_starter_weights(models_folder: Path):
    path = models_folder / "openl3_audio_linear_env-v0_4_0.h5"
    path.touch()
    found = find_weights(models_folder)
    assert found[0].path == path
    assert found[0].source == "installed"
    assert found[0].name == "openl3-linear-env"
    assert (found[0].input_repr, found[0].content_type) == ("linear", "env")
    assert found[1].name == "starter"
    assert sorted(item.name for item in found) == sorted({item.name for item in found})


def test_music_goes_before_environment(models_folder: Path):
    for name in ("linear_env", "mel256_env", "linear_music", "mel128_music"):
        (models_folder / f"openl3_audio_{name}.h5").touch()
    names = [found.name for found in find_weights(models_folder) if found.source == "installed"]
    assert names == [
        "openl3-mel128-music",
        "openl3-linear-music",
        "openl3-mel256-env",
        "openl3-linear-env",
    ]


def test_openl3_package_lends_its_weights_without_being_imported(
    models_folder: Path, openl3_package: Path
):
    path = openl3_package / "openl3_audio_mel256_music.h5"
    path.touch()
    assert in_use(models_folder).path == path
    assert "openl3" not in sys.modules
    own = models_folder / "openl3_audio_mel128_music.h5"
    own.touch()
    assert in_use(models_folder).path == own


def test_other_files_in_the_models_folder_are_left_alone(models_folder: Path):
    for name in (
        "openl3_audio_mel256_music-v0_4_0.h5.part",
        "openl3_audio_mel64_music.h5",
        "notes.h5",
    ):
        (models_folder / name).touch()
    (models_folder / "openl3_audio_mel256_music.h5").mkdir()
    assert in_use(models_folder).name == "starter"


def test_chosen_file_goes_before_all(models_folder: Path, tmp_path: Path):
    (models_folder / "openl3_audio_mel256_music.h5").touch()
    chosen = Path(shutil.copy(resource("starter.h5"), tmp_path / "mine.h5"))
    first = in_use(models_folder, chosen)
    assert first.path == chosen
    assert first.embedding_size == 128


@pytest.mark.parametrize("content", [None, b"not HDF5"])
def test_chosen_file_that_is_no_good_is_not_passed_over(
    models_folder: Path, tmp_path: Path, content: bytes | None
):
    chosen = tmp_path / "mine.h5"
    if content is not None:
        chosen.write_bytes(content)
    first = in_use(models_folder, chosen)
    assert (first.name, first.path, first.input_repr) == ("mine", chosen, None)
    with pytest.raises(WeightsError, match=r"mine\.h5"):
        read_weights(first.path)


def test_the_bundled_file_stays_bundled_when_it_is_chosen(models_folder: Path):
    (models_folder / "openl3_audio_mel256_music.h5").touch()
    first = in_use(models_folder, resource("starter.h5"))
    assert (first.name, first.source) == ("starter", "bundled")


def test_the_size_that_was_chosen_counts_for_an_official_file_only(
    models_folder: Path, tmp_path: Path
):
    official = models_folder / "openl3_audio_mel256_music.h5"
    official.touch()
    other = models_folder / "openl3_audio_linear_music.h5"
    other.touch()
    sizes = {
        found.name: found.embedding_size
        for found in find_weights(models_folder, official, embedding_size=6144)
    }
    assert (sizes["openl3-mel256-music"], sizes["openl3-linear-music"]) == (6144, 512)
    [starter, *_] = find_weights(models_folder, resource("starter.h5"), embedding_size=6144)
    assert starter.embedding_size == 128


def test_models_are_listed_with_what_their_files_turned_out_to_be(
    models_folder: Path, tmp_path: Path, official_file: Path
):
    shutil.copy(official_file, models_folder / "openl3_audio_mel128_music.h5")
    (models_folder / "openl3_audio_linear_music.h5").write_bytes(b"no")
    gone = tmp_path / "gone.h5"
    listed = {info.file.name: info for info in list_models(models_folder, gone)}
    assert {name: info.state for name, info in listed.items()} == {
        "gone": "broken",
        "openl3-mel128-music": "installed",
        "openl3-linear-music": "broken",
        "starter": "bundled",
        "openl3-mel256-music": "available",
        "openl3-mel256-env": "available",
        "openl3-mel128-env": "available",
        "openl3-linear-env": "available",
    }
    for name, info in listed.items():
        path = info.file.path
        assert (info.problem is not None) == (info.state == "broken")
        if info.state == "broken":
            assert str(path) in str(info.problem)
        readable = info.state in ("installed", "bundled")
        size = info.file.embedding_size
        identity = read_weights(path, embedding_size=size).identity if readable else None
        assert info.identity == identity, name
