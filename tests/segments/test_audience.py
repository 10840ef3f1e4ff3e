"""What may be used to find groups, and what is set aside with a reason."""

import numpy as np
import pandas as pd
import pytest
from known_audience import TODAY, audience

from marketing.segments.audience import prepare

PEOPLE = 400
RANDOM = np.random.default_rng(0)


def frame(**columns):
    return pd.DataFrame({"person": [f"p{i:04d}" for i in range(PEOPLE)], **columns})


def reasons(table, **options):
    return {entry.name: entry.reason for entry in prepare(table, today=TODAY, **options).set_aside}


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (["x"] * PEOPLE, "same value"),
        ([None] * PEOPLE, "empty"),
        (["unknown", "n/a"] * (PEOPLE // 2), "empty"),
        ([None] * (PEOPLE - 8) + ["a", "b"] * 4, "empty for 98%"),
        ([f"code-{i * 37}" for i in range(PEOPLE)], "value of their own"),
        ([f"someone{i}@example.org" for i in range(PEOPLE)], "reach a person"),
        ([f"I watched number {i} with my friends and liked the ending" for i in range(PEOPLE)], "free text"),
        (list(range(1, PEOPLE + 1)), "counts people"),
        (pd.date_range("2024-01-01", periods=PEOPLE), "date"),
        ([f"{1 + i % 28:02d}.03.2024" for i in range(PEOPLE)], "date"),
    ],
)
def test_a_column_that_tells_no_groups_is_set_aside_with_a_reason(values, word):
    assert word in reasons(frame(column=values))["column"]


def test_a_column_that_says_the_same_as_another_is_set_aside():
    kind = RANDOM.choice(["a", "b", "c"], PEOPLE)
    amount = RANDOM.lognormal(size=PEOPLE)
    table = frame(
        kind=kind,
        letter=pd.Series(kind).map({"a": "x", "b": "y", "c": "z"}),
        amount=amount,
        cents=np.round(amount * 100),
    )
    told = reasons(table)
    assert "same as kind" in told["letter"]
    assert "nearly the same as amount" in told["cents"]


def test_special_columns_are_set_aside_and_sex_only_until_the_settings_let_it_in():
    table = frame(faith=RANDOM.choice(["a", "b"], PEOPLE), gender=RANDOM.choice(["f", "m"], PEOPLE))
    assert set(reasons(table)) == {"faith", "gender"}
    assert set(reasons(table, allowed=("faith", "gender"))) == {"faith"}


def test_minors_are_counted_and_kept_out():
    table = frame(age=RANDOM.integers(18, 60, PEOPLE), device=RANDOM.choice(["tv", "phone"], PEOPLE))
    table.loc[:9, "age"] = 15
    people = prepare(table, today=TODAY)
    assert len(people.persons) == PEOPLE - 10
    assert not {"p0000", "p0009"} & set(people.persons)
    assert [(s.subject, s.people) for s in people.set_aside if s.people] == [("people", 10)]


def test_numbers_written_as_text_are_numbers_and_codes_with_zeros_in_front_are_not():
    table = frame(score=RANDOM.choice(["1,5", "2", "3,25"], PEOPLE), area=RANDOM.choice(["08001", "08002"], PEOPLE))
    kinds = {column.name: column.kind for column in prepare(table, today=TODAY).columns}
    assert kinds == {"score": "number", "area": "category"}


def test_ways_of_saying_yes_become_one():
    table = frame(a=RANDOM.choice([0, 1], PEOPLE), b=RANDOM.choice(["Y", "N"], PEOPLE), c=RANDOM.random(PEOPLE) < 0.5)
    assert [column.levels for column in prepare(table, today=TODAY).columns] == [("no", "yes")] * 3


def test_rare_levels_count_together():
    values = ["tv"] * 250 + ["phone"] * 140 + [f"box {i}" for i in range(10)]
    column = prepare(frame(device=values), today=TODAY).columns[0]
    assert column.levels == ("phone", "tv", "")


def test_the_callers_table_is_left_as_it_was():
    table, _ = audience(0, 300)
    before = table.copy()
    prepare(table, today=TODAY)
    pd.testing.assert_frame_equal(table, before)
