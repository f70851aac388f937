"""What the styles play, and that the starter weights tell them apart."""

import numpy as np
import pytest

from musicsim.app import Musicsim
from musicsim.demo import STYLES
from musicsim.demo.programme import pieces
from musicsim.demo.styles import PERFORMERS
from musicsim.playlists.rules.chooser import NEAR_DUPLICATE_COSINE


@pytest.mark.parametrize("style", STYLES)
def test_a_song_sounds_the_same_every_time(style):
    song = next(piece.song for piece in pieces() if piece.album.style == style)
    perform = PERFORMERS[style]
    first = perform(song)
    np.testing.assert_array_equal(first, perform(song))
    assert first.dtype == np.float32
    assert first.shape[0] == 2
    assert np.abs(first).max() <= 0.88
    # Stereo, and a mono mix keeps most of it.
    assert not np.array_equal(first[0], first[1])
    assert np.sqrt((first.mean(axis=0) ** 2).mean()) > 0.6 * np.sqrt((first**2).mean())


@pytest.mark.slow
def test_most_of_the_five_nearest_are_of_the_same_style(shared_scan, demo_library):
    with Musicsim.read(shared_scan) as app:
        ids = {track.path: track.id for track in app.catalogue.tracks.all()}
        model = app.models.searched.identity
        found = [app.embeddings.pooled.of(ids[track.path], model) for track in demo_library]
    embeddings = np.stack([pooled.vector for pooled in found])
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    cosine = embeddings @ embeddings.T
    np.fill_diagonal(cosine, -1)
    for seed, row in zip(demo_library, cosine, strict=True):
        nearest = [demo_library[index] for index in np.argsort(-row)[:5]]
        assert sum(track.style == seed.style for track in nearest) >= 3, seed.title
    # Variations, not copies: the rule against near-duplicates hides none.
    assert cosine.max() < NEAR_DUPLICATE_COSINE
