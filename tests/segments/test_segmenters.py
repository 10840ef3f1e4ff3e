"""Every segmenter keeps scikit-learn's contract and finds groups that are there."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import check_estimator

from marketing import catalog
from marketing.errors import InputError
from marketing.segments.segmenters.latent_class import LatentClass
from marketing.segments.segmenters.latent_class.design import Structure, laid_out
from marketing.segments.segmenters.latent_class.mixture import chances

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


def test_the_order_of_people_and_columns_changes_no_group(build):
    rows, _ = mixed()
    found = build(3, categorical=(0, 1), seed=0).fit(rows)
    mixed_up = np.random.default_rng(4).permutation(len(rows))
    assert np.array_equal(found.labels_[mixed_up], build(3, categorical=(0, 1), seed=0).fit(rows[mixed_up]).labels_)
    turned = build(3, categorical=(2, 3), seed=0).fit(rows[:, ::-1])
    assert np.array_equal(found.labels_, turned.labels_)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(30, 200),
    holes=st.floats(0, 0.9),
    k=st.integers(1, 5),
    option=st.sampled_from(catalog.names(SEGMENTERS)),
)
def test_chances_sum_to_one_and_survive_json_to_the_bit_whatever_the_table(seed, people, holes, k, option):
    rows, categorical = odd(seed, people, holes)
    module = catalog.load(SEGMENTERS, option)
    found = module.segmenter(k, categorical=categorical, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # k-means says when people are too alike for k groups
        found.fit(rows)
    chances = found.predict_proba(rows)
    assert chances.shape == (people, k)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    again = module.restore(json.loads(json.dumps(found.parameters())))
    assert np.array_equal(again.predict_proba(rows), chances)
    assert again.bic(rows) == found.bic(rows)


def odd(seed: int, people: int, holes: float) -> tuple[np.ndarray, tuple[int, ...]]:
    """Columns of every kind, some of them constant, empty, spiky, huge or twice the same; with cells missing."""
    random = np.random.default_rng(seed)
    rows = np.column_stack(
        [
            random.integers(0, 4, people) * 1.0,
            np.where(random.random(people) < 0.5, 0, random.exponential(1e6, people)),
            random.standard_t(1, people) * 1e30,
            np.full(people, 7.0),
            np.full(people, np.nan),
            random.normal(size=people),
            random.poisson(2, people),
            random.choice([3.5, 900.0, -2.0], people),
        ]
    )
    rows = np.column_stack([rows, rows[:, 5]])
    rows[random.random(rows.shape) < holes] = np.nan
    return rows, (0, 7)


def test_a_column_of_weight_nought_is_as_good_as_absent(build):
    rows, _ = mixed()
    noisy = np.column_stack([rows, np.random.default_rng(2).normal(size=len(rows)).round()])
    weighed = build(3, categorical=(0, 1), weights=[1, 1, 1, 1, 0], seed=0).fit(noisy)
    without = build(3, categorical=(0, 1), seed=0).fit(rows)
    assert adjusted_rand_score(weighed.labels_, without.labels_) > 0.97
    changed = noisy.copy()
    changed[:, 4] += 5
    assert np.array_equal(weighed.predict(noisy), weighed.predict(changed))


def test_a_column_that_weighs_more_decides_more(build):
    random = np.random.default_rng(0)
    one, other = random.integers(0, 2, (2, 800))
    rows = np.column_stack([3.0 * one + random.normal(size=800), *(other ^ (random.random(800) < 0.1) for _ in "ab")])
    rows = np.column_stack([rows, 3.0 * one + random.normal(size=800)]).astype(float)
    by_numbers = build(2, categorical=(1, 2), weights=[1, 0.05, 0.05, 1], seed=0).fit(rows)
    by_kinds = build(2, categorical=(1, 2), weights=[0.05, 1, 1, 0.05], seed=0).fit(rows)
    assert adjusted_rand_score(one, by_numbers.labels_) > adjusted_rand_score(other, by_numbers.labels_)
    assert adjusted_rand_score(other, by_kinds.labels_) > adjusted_rand_score(one, by_kinds.labels_)


def test_weights_must_fit_the_columns(build):
    with pytest.raises(ValueError, match="2 weights were given for 4 columns"):
        build(3, categorical=(), weights=[1, 1], seed=0).fit(mixed()[0])


def test_people_of_a_group_left_out_go_to_their_likeliest_other(build):
    rows, _ = mixed()
    found = build(3, categorical=(0, 1), seed=0).fit(rows)
    fewer = found.kept([2, 0])
    chances = found.predict_proba(rows)[:, [2, 0]]
    sure = np.abs(chances[:, 0] - chances[:, 1]) > 1e-3
    assert np.array_equal(fewer.predict(rows)[sure], chances.argmax(axis=1)[sure])
    assert fewer.predict_proba(rows).shape == (len(rows), 2)


def test_what_another_version_stored_is_refused(build):
    module = catalog.load(SEGMENTERS, "kmeans")
    stored = module.segmenter(2, categorical=(), seed=0).fit(mixed()[0]).parameters()
    with pytest.raises(InputError, match="Find the segments anew"):
        module.restore({**stored, "version": 99})
    with pytest.raises(InputError, match="'kmeans', version 1; this is 'latent_class'"):
        catalog.load(SEGMENTERS, "latent_class").restore(stored)


def hanging_together(kind: str, seed: int = 0, people: int = 3_000) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Two groups by two categories and a number, beside columns that hang together alike in both."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, people)
    telling = [np.where(random.random(people) < 0.6, truth, random.integers(0, 3, people)) for _ in range(3)]
    if kind == "numbers":
        shared = random.normal(size=people)
        beside = [shared + 0.4 * random.normal(size=people) for _ in range(4)]
        categorical: tuple[int, ...] = (0, 1, 2)
    elif kind == "categories":
        shared = random.integers(0, 4, people)
        beside = [shared, np.where(random.random(people) < 0.99, shared, random.integers(0, 4, people))]
        categorical = (0, 1, 2, 4, 5)
    else:
        level = random.integers(0, 3, people)
        beside = [level, *(2.0 * level + random.normal(size=people) for _ in range(2))]
        categorical = (0, 1, 2, 4)
    number = 1.5 * truth + random.normal(size=people)
    return np.column_stack([*telling, number, *beside]).astype(float), truth, categorical


@pytest.mark.parametrize("kind", ["numbers", "categories", "numbers by a category"])
def test_columns_that_hang_together_are_not_taken_for_groups(kind):
    rows, truth, categorical = hanging_together(kind)
    found = LatentClass(2, categorical_features=categorical, random_state=0).fit(rows)
    blind = LatentClass(2, categorical_features=categorical, random_state=0, structure=Structure()).fit(rows)
    assert adjusted_rand_score(truth, found.labels_) > 0.5
    assert found.bic(rows) < blind.bic(rows)
    if kind != "categories":  # two groups cannot take up all that two categories of four levels share
        assert adjusted_rand_score(truth, blind.labels_) < 0.3


def test_the_chances_that_are_looked_up_are_those_of_em():
    rows, _, categorical = hanging_together("numbers by a category")
    rows[np.random.default_rng(0).random(rows.shape) < 0.2] = np.nan
    found = LatentClass(3, categorical_features=categorical, random_state=0).fit(rows)
    people = laid_out(rows.astype(np.float32), found.reading_, found.structure_)
    assert np.allclose(chances(found.mixture_, people).groups, found.predict_proba(rows), atol=1e-4)


def test_more_parameters_are_charged_for_every_bond():
    rows, _, categorical = hanging_together("categories")
    found = LatentClass(2, categorical_features=categorical, random_state=0).fit(rows)
    blind = LatentClass(2, categorical_features=categorical, random_state=0, structure=Structure()).fit(rows)
    # Three parts of 3 levels and two of 4 in 2 groups, a number with 2 means and nearly 2 widths, and one share.
    assert blind.mixture_.free == pytest.approx(2 * (3 * 2 + 2 * 3) + 2 + 2 + 1, abs=0.1)
    assert len(found.structure_.parents) == 1
    assert found.mixture_.free >= blind.mixture_.free + 3 * 3
