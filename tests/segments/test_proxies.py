"""What segments still tell of what was kept out is measured, traced to columns, and said in words."""

import numpy as np
import pandas as pd
import pytest

from marketing.segments.fairness import association, kept_out
from marketing.segments.fairness.proxies import proxies

PEOPLE = 6_000
SEX = kept_out("sex", [])
RACE = kept_out("race", [])


def people(seed: int = 0, leak: float = 0.9):
    """Sex, a column `hobby` that tells it with chance `leak`, two that do not, and segments made by all but sex."""
    random = np.random.default_rng(seed)
    sex = random.integers(0, 2, PEOPLE)
    hobby = np.where(random.random(PEOPLE) < leak, sex, random.integers(0, 2, PEOPLE))
    device, hours = random.integers(0, 3, PEOPLE), random.normal(size=PEOPLE)
    matrix = np.column_stack([device, hobby, hours]).astype(np.float32)
    return pd.Series(np.array(["f", "m"])[sex]), matrix, hobby + 2 * (device > 1)


def check(column, matrix, labels, category=SEX, **options):
    found = proxies(
        labels, {"it": column}, {"it": category}, ["device", "hobby", "hours"], matrix, categorical=[0, 1], **options
    )
    return found[0]


def test_a_column_that_gives_away_what_was_kept_out_is_named_and_dropping_it_helps():
    sex, matrix, labels = people()
    dropped = []

    def refit(columns):
        dropped.append(list(columns))
        return (matrix[:, 0] > 1).astype(np.intp)

    found = check(sex, matrix, labels, refit=refit)
    assert found.warns
    assert found.whole.low95 < found.whole.v < found.whole.high95
    assert [carrier.column for carrier in found.carriers] == ["hobby"]
    assert dropped == [["hobby"]]
    assert found.without.v < 0.1
    assert "comes in mostly by hobby" in found.told
    assert f"Without it it would be {found.without.v:.2f}" in found.told


def test_what_carries_it_only_once_a_stronger_column_is_gone_is_named_too():
    random = np.random.default_rng(6)
    sex = random.integers(0, 2, PEOPLE)
    strong, weaker = (
        np.where(random.random(PEOPLE) < share, sex, random.integers(0, 2, PEOPLE)) for share in (0.95, 0.5)
    )
    matrix = np.column_stack([random.integers(0, 3, PEOPLE), strong, weaker]).astype(np.float32)

    def refit(columns):
        left = next((at for at, name in ((1, "hobby"), (2, "hours")) if name not in columns), 0)
        return matrix[:, left].astype(np.intp)

    found = check(pd.Series(sex), matrix, strong, refit=refit)
    assert [carrier.column for carrier in found.carriers] == ["hobby", "hours"]
    assert found.without.v < 0.1


def test_segments_that_tell_nothing_are_not_warned_of_and_nothing_is_refitted():
    sex, matrix, labels = people(leak=0.0)

    def refit(columns):
        raise AssertionError(columns)

    found = check(sex, matrix, labels, refit=refit)
    assert not found.warns
    assert found.carriers == ()
    assert found.whole.low95 == 0
    assert "tell little of it" in found.told


def test_a_column_that_the_segments_do_not_go_by_carries_nothing_into_them():
    sex, matrix, _ = people()
    assert check(sex, matrix, (matrix[:, 0] > 1).astype(np.intp)).carriers == ()


def test_no_reason_makes_up_for_a_stand_in_for_what_the_law_keeps_out():
    sex, matrix, labels = people()
    assert "record why" in check(sex, matrix, labels).told
    assert "record why" not in check(sex, matrix, labels, category=RACE).told


def test_each_segment_is_held_against_it_too():
    sex, matrix, _ = people(leak=0.0)
    women = np.flatnonzero(sex == "f")[:300]
    labels = np.zeros(PEOPLE, np.intp)
    labels[women] = 1
    labels[:40] = 2
    found = check(sex, matrix, labels)
    assert found.segments[1].v > 0.2
    assert np.isnan(found.segments[2].v)  # under 50 people


def test_amounts_are_held_against_segments_in_bands_and_what_is_missing_does_not_count():
    random = np.random.default_rng(1)
    age = pd.Series(random.integers(18, 90, PEOPLE).astype(float))
    _, matrix, _ = people()
    labels = (age > 50).to_numpy(np.intp)
    age[random.random(PEOPLE) < 0.3] = np.nan
    found = check(age, matrix, labels, category=kept_out("age", []))
    assert found.whole.v > 0.7
    assert found.whole.people == age.notna().sum()


def test_postcodes_of_few_people_each_are_told_apart_by_their_beginnings():
    random = np.random.default_rng(2)
    area = random.integers(0, 4, PEOPLE)
    codes = pd.Series([f"{a}{n:04d}" for a, n in zip(area, random.integers(0, 9_999, PEOPLE), strict=True)])
    _, matrix, _ = people()
    assert check(codes, matrix, area.astype(np.intp), category=kept_out("zip", [])).whole.v > 0.7


@pytest.mark.parametrize("column", [["x"] * PEOPLE, [None] * PEOPLE, [f"p{i}" for i in range(PEOPLE)]])
def test_a_column_that_tells_nobody_apart_cannot_be_measured_and_that_is_said(column):
    _, matrix, labels = people()
    found = check(pd.Series(column, dtype="str"), matrix, labels)
    assert "cannot be measured" in found.told or found.whole.v < 0.1
    assert not found.warns


def test_the_same_seed_gives_the_same_intervals():
    sex, matrix, labels = people()
    assert check(sex, matrix, labels, seed=3) == check(sex, matrix, labels, seed=3)


def test_v_is_nought_of_independent_divisions_and_one_of_equal_ones():
    random = np.random.default_rng(4)
    one, other = random.integers(0, 12, 400), random.integers(0, 12, 400)
    assert association.strength(one, other, random).v < 0.1  # plain Cramér's V is 0.17 by chance alone
    assert association.strength(one, one, random).v == pytest.approx(1, abs=0.01)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        group = random.integers(0, 3, 1_000)
        answer = np.where(random.random(1_000) < 0.4, group == 0, random.random(1_000) < 1 / 3).astype(np.int64)
        found = association.strength(group, answer, random)
        held += found.low95 <= 0.4 <= found.high95
    assert 0.88 <= held / 200 <= 1
