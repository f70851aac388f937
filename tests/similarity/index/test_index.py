import shutil

import numpy as np
import pytest
from damages import DAMAGES

from musicsim.similarity.index.chroma import ChromaIndex
from musicsim.similarity.index.exact import ExactIndex
from musicsim.similarity.index.protocol import IndexFailed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def points_on_sphere(count: int, size: int = 16, seed: int = 0):
    raw = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def index(folder):
    opened = ChromaIndex(folder, "model.plain")
    yield opened
    opened.close()


def test_exact_search_agrees_with_sorting_everything():
    points = points_on_sphere(200)
    ids = np.arange(1000, 1200)
    found = ExactIndex(ids, points).query(points[7], 10)
    order = np.argsort(-(points @ points[7]))[:10]
    assert found.ids.tolist() == ids[order].tolist()
    assert found.ids[0] == 1007
    assert (np.diff(found.cosines) <= 0).all()


def test_exact_search_with_more_asked_for_than_there_is():
    points = points_on_sphere(3)
    assert len(ExactIndex(np.arange(3), points).query(points[0], 10).ids) == 3
    assert len(ExactIndex(np.arange(0), points[:0]).query(points[0], 10).ids) == 0


def test_equal_tracks_come_in_a_fixed_order():
    point = points_on_sphere(1)
    index = ExactIndex(np.array([5, 3, 9]), np.repeat(point, 3, axis=0))
    assert index.query(point[0], 3).ids.tolist() == [3, 5, 9]


def test_chroma_agrees_with_exact_search(index):
    points = points_on_sphere(500)
    ids = np.arange(500)
    index.add(ids, points)
    exact = ExactIndex(ids, points)
    for query in points_on_sphere(10, seed=1):
        near, truth = index.query(query, 20), exact.query(query, 20)
        assert near.ids.tolist() == truth.ids.tolist()
        np.testing.assert_allclose(near.cosines, truth.cosines, atol=1e-5)


def test_chroma_keeps_what_it_was_given(index, folder):
    points = points_on_sphere(10)
    index.add(range(10), points)
    index.remove([3, 4, 77])
    index.close()
    again = ChromaIndex(folder, "model.plain")
    assert again.ids().tolist() == [0, 1, 2, 5, 6, 7, 8, 9]
    assert again.query(points[5], 1).ids.tolist() == [5]
    again.close()
    index.__init__(folder, "model.plain")  # for the fixture to close


def test_what_is_not_wanted_is_dropped(index):
    index.add(range(10), points_on_sphere(10))
    assert index.keep_only(np.array([0, 1, 2, 3, 4, 5, 99])).tolist() == [0, 1, 2, 3, 4, 5]
    assert index.ids().tolist() == [0, 1, 2, 3, 4, 5]


def test_a_mostly_stale_collection_is_started_afresh(index):
    index.add(range(10), points_on_sphere(10))
    assert index.keep_only(np.array([0, 1])).tolist() == []
    index.add([0, 1], points_on_sphere(2))
    assert index.ids().tolist() == [0, 1]


def test_a_store_does_not_grow_by_what_is_removed(index, folder, monkeypatch):
    monkeypatch.setattr("musicsim.similarity.index.chroma._SMALL", 0)
    sizes, ids = [], np.arange(0)
    for n in range(30):
        # Each track is embedded anew, under another id.
        before, ids = ids, np.arange(500 * n, 500 * (n + 1))
        points = points_on_sphere(500, size=128, seed=n)
        index.add(ids.tolist(), points)
        index.remove(before.tolist())
        if not len(index.keep_only(ids)):
            index.add(ids.tolist(), points)
        assert index.ids().tolist() == ids.tolist()
        assert index.query(points[7], 1).ids.tolist() == [ids[7]]
        sizes.append(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))
    assert max(sizes) < 4 * 500 * (4 * 128 + 1000)


@pytest.mark.parametrize("name", ["model.abc", "another.abc"])
def test_collections_of_other_models_and_spaces_are_dropped(index, folder, name):
    """They are derived, and come back in seconds."""
    index.add([1], points_on_sphere(1))
    index.close()
    other = ChromaIndex(folder, name)
    other.keep_only(np.zeros(0, np.int64))
    assert [collection.name for collection in other._client.list_collections()] == [name]
    other.close()
    index.__init__(folder, "model.plain")


def test_a_damaged_store_is_made_anew(index, folder):
    index.add(range(5), points_on_sphere(5))
    index.close()
    (folder / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    index.__init__(folder, "model.plain")
    assert index.ids().tolist() == []
    index.add(range(5), points_on_sphere(5))
    assert index.query(points_on_sphere(5)[2], 1).ids.tolist() == [2]


@pytest.mark.parametrize("damage", DAMAGES)
def test_however_its_files_are_damaged_a_store_is_made_anew(index, folder, damage):
    points = points_on_sphere(50)
    index.add(range(50), points)
    index.close()
    files = [file for file in folder.rglob("*") if file.is_file() and file.stat().st_size]
    assert any(file.name == "chroma.sqlite3" for file in files)
    for file in files:
        damage(file)
    index.__init__(folder, "model.plain")
    assert index.keep_only(np.arange(50)).tolist() == []
    index.add(range(50), points)
    assert index.query(points[2], 1).ids.tolist() == [2]


def test_an_empty_index_answers(index):
    assert index.query(points_on_sphere(1)[0], 5).ids.tolist() == []


def test_a_folder_that_cannot_be_made_is_no_bug(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(IndexFailed, match=r"index can't be read or written: File exists"):
        ChromaIndex(tmp_path / "file" / "index", "model.plain")


@pytest.mark.parametrize("afresh", [False, True])
@pytest.mark.parametrize("obstacle", ["file", "link to nothing"])
def test_what_is_in_the_place_of_the_folder_is_put_aside(folder, tmp_path, obstacle, afresh):
    aside = [tmp_path / "index.damaged", tmp_path / "index.damaged-2"]
    for _ in aside:
        if obstacle == "file":
            folder.write_bytes(b"somebody's")
        else:
            folder.symlink_to(tmp_path / "nowhere")
        made = ChromaIndex(folder, "model.plain", afresh=afresh)
        made.add([7], points_on_sphere(1))
        assert made.ids().tolist() == [7]
        made.close()
        shutil.rmtree(folder)
    for kept in aside:
        if obstacle == "file":
            assert kept.read_bytes() == b"somebody's"
        else:
            assert kept.readlink() == tmp_path / "nowhere"


def test_a_folder_in_the_place_of_the_lock_file_is_put_aside(folder, tmp_path):
    (tmp_path / "index.lock").mkdir()
    (tmp_path / "index.lock" / "kept").write_bytes(b"")
    ChromaIndex(folder, "model.plain").close()
    assert (tmp_path / "index.lock.damaged" / "kept").exists()


def test_the_folder_may_be_elsewhere(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    made = ChromaIndex(folder, "model.plain")
    made.add([7], points_on_sphere(1))
    made.close()
    again = ChromaIndex(folder, "model.plain")
    assert again.ids().tolist() == [7]
    again.close()
    assert folder.is_symlink()
