import pytest

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore


@pytest.fixture
def catalogue(tmp_path):
    with_folder = Catalogue(tmp_path)
    yield with_folder
    with_folder.close()


@pytest.fixture
def store(catalogue, tmp_path):
    embeddings = EmbeddingStore(catalogue, tmp_path)
    yield embeddings
    embeddings.close()
