"""Stability is 1 where groups are found again exactly, about 0 where they are arbitrary, and known for each group."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.segments.segmenters import latent_class
from marketing.segments.stability import match, measure, overlap, shuffled


def apart(people: int = 800, seed: int = 0) -> np.ndarray:
    """Three groups so far apart that no resample mistakes them."""
    truth = np.random.default_rng(seed).integers(0, 3, people)
    return np.column_stack([truth] * 5).astype(float)


def measured(rows: np.ndarray, k: int, seed: int = 0):
    fitted = latent_class.segmenter(k, categorical=tuple(range(rows.shape[1])), seed=seed).fit(rows)
    return measure(rows, fitted.labels_, fitted, 4, seed=seed)


def test_groups_that_cannot_be_mistaken_are_found_again_exactly():
    proof = measured(apart(), 3)
    assert proof.overall == pytest.approx(1)
    assert proof.groups == pytest.approx(np.ones(3))
    assert proof.proven


def test_groups_in_noise_are_not_found_again():
    noise = np.random.default_rng(0).integers(0, 3, (800, 5)).astype(float)
    proof = measured(noise, 3)
    assert proof.overall < 0.4
    assert not proof.proven


def test_agreement_that_chance_reaches_too_proves_nothing():
    # One column decides; shuffled, it still does.
    random = np.random.default_rng(0)
    one = np.column_stack([random.integers(0, 2, 800), *(np.zeros(800) for _ in range(2))])
    one[:, 1] = random.random(800) < 0.01
    proof = measured(one, 2)
    assert proof.overall - proof.by_chance < 0.1
    assert not proof.proven


def test_shuffling_keeps_every_column_and_breaks_what_joins_them():
    rows = apart()
    mixed = shuffled(rows, np.random.default_rng(1))
    assert np.array_equal(np.sort(mixed, axis=0), np.sort(rows, axis=0))
    assert (mixed[:, 0] == mixed[:, 1]).mean() < 0.5


labels = st.lists(st.integers(0, 4), min_size=5, max_size=60).map(np.array)


@given(labels, st.permutations(range(5)))
def test_groups_under_other_names_overlap_wholly_with_themselves(one, names):
    renamed = np.array(names)[one]
    overlaps = overlap(one, renamed, 5, 5)
    matched = match(overlaps)
    for group in np.unique(one):
        assert overlaps[group, matched[int(group)]] == 1
        assert matched[int(group)] == names[group]


@given(labels, st.randoms(use_true_random=False))
def test_overlaps_are_shares_and_alike_from_either_side(one, random):
    other = np.array(random.choices(range(3), k=len(one)))
    overlaps = overlap(one, other, 5, 3)
    assert ((overlaps >= 0) & (overlaps <= 1)).all()
    assert np.array_equal(overlaps, overlap(other, one, 3, 5).T)
