import numpy as np
import pytest

from musicsim.similarity.space import FEWEST_TO_FIT, Space, similarity


def test_points_lie_on_the_unit_sphere_and_zero_stays_zero():
    points = Space().transform(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    np.testing.assert_allclose(points, [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)


def test_a_fitted_space_gives_every_dimension_the_same_weight():
    rng = np.random.default_rng(1)
    raw = (rng.normal(size=(500, 3)) * [1, 100, 0.01] + [5, 1000, 0]).astype(np.float32)
    space = Space.fit(raw)
    standardised = (raw - space.mean) / space.std
    np.testing.assert_allclose(standardised.std(axis=0), 1, rtol=1e-3)
    # Without it, all would point the way of the large mean.
    cosines = space.transform(raw) @ space.transform(raw).T
    assert cosines.min() < -0.9
    assert (Space().transform(raw) @ Space().transform(raw).T).min() > 0.9


def test_a_dimension_that_never_varies_is_left_out():
    raw = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    raw[:, 1] = 7
    points = Space.fit(raw).transform(raw)
    assert np.isfinite(points).all()
    assert not points[:, 1].any()


def test_a_very_small_library_is_not_standardised():
    raw = np.random.default_rng(1).normal(size=(FEWEST_TO_FIT - 1, 4)).astype(np.float32)
    assert Space.fit(raw).mean is None


def test_a_space_is_outgrown_when_the_library_has_grown_by_half():
    space = Space.fit(np.random.default_rng(1).normal(size=(100, 2)).astype(np.float32))
    assert not space.outgrown_by(149)
    assert space.outgrown_by(151)
    assert space.outgrown_by(60)
    assert not Space().outgrown_by(3)


def test_the_id_tells_spaces_apart():
    rng = np.random.default_rng(1)
    raw = rng.normal(size=(20, 2)).astype(np.float32)
    assert Space.fit(raw).id == Space.fit(raw).id != Space.fit(raw + 1).id != Space().id


@pytest.mark.parametrize(("cosine", "shown"), [(1.0000001, 1.0), (0.5, 0.5), (-0.3, 0.0)])
def test_similarity_is_from_0_to_1(cosine, shown):
    assert similarity(cosine) == shown
