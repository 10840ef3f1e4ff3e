"""How many groups there are is told from the data, proven against chance, or honoured as asked with what it costs."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from marketing.segments.choice import choose
from marketing.segments.segmenters import kmeans, latent_class


def building(option=latent_class, categorical=(0, 1, 2)):
    return lambda k, *, seed: option.segmenter(k, categorical=categorical, seed=seed)


def known(groups: int, seed: int = 0, people: int = 2_000) -> tuple[np.ndarray, np.ndarray]:
    """Groups told apart by three categories and three numbers, one of them skewed."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, groups, people)
    chances = random.dirichlet(np.full(4, 0.5), (3, groups))
    kinds = [(random.random((people, 1)) > chance[truth].cumsum(axis=1)).sum(axis=1) for chance in chances]
    means = 1.8 * random.normal(size=(groups, 3))
    numbers = means[truth] + random.normal(size=(people, 3))
    return np.column_stack([*kinds, numbers[:, :2], np.exp(numbers[:, 2])]), truth


def shuffled(rows: np.ndarray, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.column_stack([random.permutation(column) for column in rows.T])


@pytest.fixture(scope="module")
def four():
    return known(4)


@pytest.fixture(scope="module")
def found(four):
    return choose(four[0], building(), seed=0)


def test_the_groups_that_are_there_are_counted_and_found(four, found):
    assert found.stable
    assert found.k == 4
    assert adjusted_rand_score(four[1], found.fitted.predict(four[0])) > 0.8
    assert "four describe this audience best" in found.why


def test_the_proof_beats_chance_and_covers_every_group(found):
    assert found.proof.overall > found.proof.by_chance + 0.3
    assert len(found.proof.groups) == found.k
    assert (found.proof.groups > 0.5).all()


def test_every_number_that_was_tried_is_told_with_its_scores(found):
    assert [one.k for one in found.tried] == list(range(1, len(found.tried) + 1))
    assert min(found.tried, key=lambda one: one.criterion).k == found.k
    put = [one for one in found.tried if one.agreement is not None]
    assert found.k in [one.k for one in put]
    assert all(one.bic <= one.icl for one in found.tried)


def test_the_largest_group_comes_first(four, found):
    sizes = np.bincount(found.fitted.predict(four[0]))
    assert (np.diff(sizes) <= 0).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["mixed", "spiky", "correlated"])
def test_in_shuffled_columns_nothing_stable_is_found(kind, seed):
    random = np.random.default_rng(seed)
    rows = known(4, seed)[0]
    if kind == "spiky":
        rows[random.random(rows.shape) < 0.4] = 0
    elif kind == "correlated":
        rows[:, 3:] += 4 * random.normal(size=(len(rows), 1))
    none = choose(shuffled(rows, seed), building(), seed=seed)
    assert not none.stable
    assert (none.k, none.fitted) == (1, None)
    assert "No stable segments" in none.why


def test_columns_that_hang_together_are_no_groups():
    random = np.random.default_rng(0)
    rows = random.normal(size=(2_000, 5)) + 1.5 * random.normal(size=(2_000, 1))
    rows[:, 1] = np.exp(rows[:, 1] / 2)
    assert choose(rows, building(categorical=()), seed=0).k == 1


def test_a_number_that_is_asked_for_is_honoured_and_its_cost_told(four):
    asked = choose(four[0], building(), k=6, seed=0)
    assert asked.k == 6
    assert asked.why.startswith("Six groups were asked for. Refitted to half of the people")
    assert asked.proof.overall < choose(four[0], building(), k=4, seed=0).proof.overall


def test_groups_asked_for_where_there_are_none_are_told_to_be_a_working_division(four):
    asked = choose(shuffled(four[0], 1), building(), k=3, seed=0)
    assert asked.k == 3
    assert not asked.stable
    assert "too little to rely on" in asked.why


def test_groups_too_small_are_joined_to_the_nearest(four):
    asked = choose(four[0][:450], building(), k=8, seed=0)
    assert np.bincount(asked.fitted.predict(four[0][:450])).min() >= 100
    assert f"which leaves {('no', 'one', 'two', 'three', 'four')[asked.k]}" in asked.why


@pytest.mark.parametrize(
    ("rows", "k", "word"),
    [
        (np.zeros((150, 3)), None, "two groups of 100 need 200"),
        (np.zeros((500, 0)), None, "No column is left"),
        (np.random.default_rng(0).normal(size=(500, 4)), 1, "One group was asked for"),
        (np.full((500, 4), np.nan), None, "No stable segments"),
        (np.zeros((500, 4)), None, "No stable segments"),
    ],
)
def test_tables_in_which_there_is_nothing_to_find_are_answered_in_words(rows, k, word):
    answer = choose(rows, building(), k=k)
    assert (answer.k, answer.stable) == (1, False)
    assert word in answer.why


def test_the_same_rows_and_seed_give_the_same_choice(four, found):
    again = choose(four[0], building(), seed=0)
    assert again.tried == found.tried
    assert again.fitted.parameters() == found.fitted.parameters()


def test_progress_only_goes_up_and_ends_within_its_total(four):
    told: list[tuple[int, int, str]] = []
    choose(four[0], building(), seed=0, progress=lambda *step: told.append(step))
    done = [step[0] for step in told]
    assert done == sorted(done)
    assert all(step[0] <= step[1] for step in told)
    assert any("again in resamples" in step[2] for step in told)


def test_kmeans_can_be_chosen_from_too(four):
    asked = choose(four[0], building(kmeans), k=4, seed=0)
    assert asked.stable
    assert adjusted_rand_score(four[1], asked.fitted.predict(four[0])) > 0.6


def test_a_large_and_a_small_group_are_two_groups_however_unequal():
    random = np.random.default_rng(8)
    truth = (random.random(3_000) < 0.12).astype(int)
    kinds = [(random.random(3_000) < np.where(truth, 0.85, 0.15)).astype(float) for _ in range(3)]
    numbers = random.normal(size=(3_000, 3)) + 2.5 * truth[:, None]
    rows = np.column_stack([*kinds, numbers])
    two = choose(rows, building(), seed=0)
    assert (two.k, two.stable) == (2, True)
    assert adjusted_rand_score(truth, two.fitted.predict(rows)) > 0.9


def test_groups_joined_to_others_are_told_of_the_number_they_came_of(four):
    few = choose(four[0][:600], building(), k=8, seed=0)
    assert few.k < 8
    assert few.looked_for == 8
    assert [one.k for one in few.tried] == [8]


class Given:
    """Puts people where a column of `rows` says (`sides`, by k), those of its last few groups by lot in each fit."""

    def __init__(self, sides, scores, k, seed):
        self.sides, self.scores, self.n_clusters, self.seed = sides, scores, k, seed

    def fit(self, rows):
        return self

    def again(self, rows, *, k=None, seed, quick=False):
        return Given(self.sides, self.scores, k or self.n_clusters, seed)

    def predict_proba(self, rows):
        return np.eye(self.n_clusters)[self.predict(rows)]

    def predict(self, rows):
        column, drawn = self.sides.get(self.n_clusters, (0, self.n_clusters))
        labels = rows[:, column].astype(int) % self.n_clusters
        lot = np.random.default_rng(self.seed).integers(0, self.n_clusters, len(rows))
        if (rows[:, 0] != rows[:, -1]).any():  # in columns that were shuffled there is nothing
            return lot
        return np.where(labels >= self.n_clusters - drawn, np.maximum(lot, self.n_clusters - drawn), labels)

    def bic(self, rows):
        return self.scores.get(self.n_clusters, 9_000.0)

    icl = bic

    def kept(self, groups):
        return self


def given(sides, scores):
    return lambda k, *, seed: Given(sides, scores, k, seed)


def test_where_a_group_is_not_found_again_fewer_that_all_are_come_first():
    share = np.arange(2_000) % 20
    three, four = np.digitize(share, [9, 18]), np.digitize(share, [9, 18, 19])
    rows = np.column_stack([three, four, three]).astype(np.float32)
    sides, scores = {3: (0, 0), 4: (1, 2)}, {4: 900.0, 5: 950.0, 6: 960.0, 3: 1_000.0}
    found = choose(rows, given(sides, scores), seed=0, least=50)
    assert (found.k, found.looked_for, found.stable) == (3, 3, True)
    assert "four describe this audience best" in found.why
    assert "three are found again more surely" in found.why
