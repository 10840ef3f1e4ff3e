"""A segment is called by the same id for as long as it is the same people, and no id comes back for others."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from known_audience import audience

from marketing.segments.audience import People
from marketing.segments.identity import KEPT, ids, matched


def persons(people: int, first: int = 0) -> np.ndarray:
    return np.array([f"p{first + at:05d}" for at in range(people)], object)


def assigned(people: np.ndarray, labels: np.ndarray, told: tuple[str, ...]) -> pd.DataFrame:
    """As the table of assignments has it; who is in none (-1) has no segment."""
    segments = [told[label] if label >= 0 else None for label in labels]
    return pd.DataFrame({"person": people, "segment": segments}).astype("str")


divisions = st.integers(1, 5).flatmap(
    lambda k: st.tuples(st.just(k), st.lists(st.integers(0, k - 1), min_size=3 * k, max_size=80))
)


@given(divisions, st.randoms(use_true_random=False))
def test_ids_go_with_the_people_however_groups_are_numbered(division, random):
    k, labels = division
    labels = np.array([*range(k), *labels])
    people = persons(len(labels))
    other = list(range(k))
    random.shuffle(other)
    told = ids(people, labels, k)
    assert len(set(told)) == k
    renumbered = ids(people, np.array(other)[labels], k)
    assert [renumbered[other[group]] for group in range(k)] == list(told)


@settings(max_examples=40)
@given(divisions, st.randoms(use_true_random=False))
def test_the_same_people_keep_their_ids_in_the_next_run_whatever_the_order(division, random):
    k, labels = division
    labels = np.array([*range(k), *labels])
    people = persons(len(labels))
    told = ids(people, labels, k)
    previous = assigned(people, labels, told)
    order = list(range(len(labels)))
    random.shuffle(order)
    mixed = ids(people[order], labels[order], k, previous.sample(frac=1, random_state=1))
    assert mixed == told


def test_ids_do_not_depend_on_the_order_of_the_audience():
    frame, _ = audience(3, 2_000)

    def told(table: pd.DataFrame) -> tuple[str, ...]:
        sample = People.of(table).sample(500, seed=4)
        labels = (sample["device"] == "tv").to_numpy(np.intp)
        return ids(sample["person"].to_numpy(object), labels, 2)

    assert told(frame) == told(frame.sample(frac=1, random_state=5, ignore_index=True))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_a_group_keeps_its_id_while_most_of_its_people_stay(seed, k):
    random = np.random.default_rng(seed)
    people, labels = persons(100 * k), np.arange(100 * k) % k
    told = ids(people, labels, k)
    moved = labels.copy()
    some = random.random(len(labels)) < 0.25
    moved[some] = random.integers(0, k, int(some.sum()))
    kept = ids(people, moved, k, assigned(people, labels, told))
    assert kept == told


def test_a_group_that_shares_few_with_any_is_new_and_named_differently():
    people, labels = persons(400), np.arange(400) // 100
    told = ids(people, labels, 4)
    across = np.arange(400) % 4  # a quarter of each of the old groups: an overlap of 1 in 7
    assert KEPT > 1 / 7
    found = ids(people, across, 4, assigned(people, labels, told))
    assert not set(found) & set(told)


def test_two_groups_never_get_one_id_where_a_segment_splits():
    people, labels = persons(300), np.zeros(300, np.intp)
    told = ids(people, labels, 1)
    halves = ids(people, (np.arange(300) >= 160).astype(np.intp), 2, assigned(people, labels, told))
    assert halves[0] == told[0]
    assert halves[1] != told[0]


def test_where_two_segments_join_the_larger_gives_its_id():
    people, labels = persons(300), (np.arange(300) >= 200).astype(np.intp)
    told = ids(people, labels, 2)
    assert ids(people, np.zeros(300, np.intp), 1, assigned(people, labels, told)) == told[:1]


def test_an_id_that_is_gone_does_not_come_back_even_for_the_same_people():
    people, labels = persons(300), np.arange(300) // 100
    first = ids(people, labels, 3)
    joined = np.minimum(labels, 1)  # the third went into the second
    second = ids(people, joined, 2, assigned(people, labels, first))
    gone = set(first) - set(second)
    assert gone
    third = ids(people, labels, 3, assigned(people, joined, second), used=gone)
    assert len(set(third)) == 3
    assert not set(third) & gone


def test_who_was_in_no_segment_or_was_not_there_matches_nothing():
    people, labels = persons(200), np.arange(200) // 100
    nobody = assigned(people, np.full(200, -1), ())
    assert matched(people, labels, 2, nobody) == {}
    strangers = assigned(persons(200, first=900), labels, ("sa", "sb"))
    assert ids(people, labels, 2, strangers) == ids(people, labels, 2, nobody) == ids(people, labels, 2)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6))
def test_over_many_refreshes_every_group_has_one_id_and_no_vanished_one_returns(seed, k, other):
    random = np.random.default_rng(seed)
    people, previous, alive, used = persons(120), None, set(), set()
    for run in range(6):
        groups = k if run % 2 else other
        labels = np.concatenate([np.arange(groups), random.integers(0, groups, 120 - groups)])
        told = ids(people, labels, groups, previous, used)
        assert len(set(told)) == groups
        assert not set(told) & used
        used |= alive - set(told)
        alive, previous = set(told), assigned(people, labels, told)
