"""Every segmenter keeps scikit-learn's contract and finds groups that are there."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import check_estimator

from marketing import catalog
from marketing.segments.segmenters.latent_class import LatentClass

SEGMENTERS = "marketing.segments.segmenters"


@pytest.fixture(params=catalog.names(SEGMENTERS))
def build(request):
    return catalog.load(SEGMENTERS, request.param).segmenter


def mixed(seed: int = 0, people: int = 900) -> tuple[np.ndarray, np.ndarray]:
    """Three groups told apart by two categories and two numbers, one of them skewed."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, people)
    category = np.where(random.random(people) < 0.85, truth, random.integers(0, 3, people))
    other = np.where(random.random(people) < 0.85, truth == 1, random.integers(0, 2, people))
    number = truth * 2.5 + random.normal(size=people)
    skewed = np.exp(2 * (truth == 2) + random.normal(0, 0.6, people))
    return np.column_stack([category, other, number, skewed]).astype(float), truth


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_it_passes_the_checks_of_scikit_learn(build):
    results = check_estimator(build(3, categorical=(), seed=0))
    assert {r["status"] for r in results} <= {"passed", "skipped"}
    assert sum(r["status"] == "passed" for r in results) > 30


def test_it_finds_groups_in_mixed_columns(build):
    rows, truth = mixed()
    found = build(3, categorical=(0, 1), seed=0).fit(rows)
    assert adjusted_rand_score(truth, found.labels_) > 0.7
    assert np.array_equal(found.labels_, found.predict(rows))
    assert np.allclose(found.predict_proba(rows).sum(axis=1), 1, atol=1e-5)


def test_missing_cells_do_not_keep_people_from_their_group(build):
    rows, truth = mixed()
    holes = np.random.default_rng(1).random(rows.shape) < 0.2
    rows[holes] = np.nan
    assert adjusted_rand_score(truth, build(3, categorical=(0, 1), seed=0).fit(rows).labels_) > 0.5


def test_the_same_seed_gives_the_same_groups(build):
    rows, _ = mixed()
    one = build(4, categorical=(0, 1), seed=5)
    assert np.array_equal(one.fit(rows).labels_, clone(one).fit(rows).labels_)


def test_the_completed_likelihood_prefers_the_groups_that_are_there(build):
    rows, _ = mixed(people=2_000)
    scores = {k: build(k, categorical=(0, 1), seed=0).fit(rows).icl(rows) for k in (1, 2, 3)}
    assert min(scores, key=scores.get) == 3


def test_a_column_of_nothing_but_missing_cells_changes_no_group(build):
    rows, _ = mixed()
    wider = np.column_stack([rows, np.full(len(rows), np.nan)])
    plain, with_empty = (build(3, categorical=(0, 1), seed=0).fit(x).labels_ for x in (rows, wider))
    assert adjusted_rand_score(plain, with_empty) > 0.99


def test_a_level_never_seen_before_counts_as_missing():
    rows, _ = mixed()
    found = LatentClass(3, categorical_features=(0, 1), random_state=0).fit(rows)
    new, empty = rows[:50].copy(), rows[:50].copy()
    new[:, 0], empty[:, 0] = 99, np.nan
    assert np.array_equal(found.predict_proba(new), found.predict_proba(empty))


def test_each_step_of_em_gains_likelihood():
    rows, _ = mixed()
    likelihoods = [
        LatentClass(3, categorical_features=(0, 1), n_init=1, max_iter=steps, tol=0, random_state=3)
        .fit(rows)
        .score(rows)
        for steps in (1, 5, 50)
    ]
    assert likelihoods == sorted(likelihoods)
