"""What may be used to find groups, and what is set aside with a reason; whatever a table holds."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as frames
from known_audience import TODAY, audience

from marketing.segments.audience import learn

PEOPLE = 400
RANDOM = np.random.default_rng(0)
CODED = [f"u{i * 7919 % 1009:04d}" for i in range(PEOPLE)]  # ids that do not follow the order of rows


def frame(**columns):
    return pd.DataFrame({"person": CODED, **columns})


def reasons(table, **options):
    return {entry.name: entry.reason for entry in learn(table, today=TODAY, **options).set_aside}


def kinds(table):
    return {column.name: column.kind for column in learn(table, today=TODAY).columns}


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (["x"] * PEOPLE, "same value"),
        ([7] * PEOPLE, "same value"),
        (["x"] * (PEOPLE - 1) + ["y"], "Nearly everyone"),
        ([0.0] * (PEOPLE - 1) + [3.5], "same value"),
        ([None] * PEOPLE, "empty"),
        ([np.inf, -np.inf] * (PEOPLE // 2), "empty"),
        (["unknown", "n/a"] * (PEOPLE // 2), "empty"),
        ([None] * (PEOPLE - 8) + ["a", "b"] * 4, "empty for 98%"),
        ([f"code-{i * 37}" for i in range(PEOPLE)], "value of their own"),
        ([f"group {i % 150}" for i in range(PEOPLE)], "different values, each of few"),
        ([f"someone{i}@example.org" for i in range(PEOPLE)], "reach a person"),
        ([f"+44 20 7946 {i:04d}" for i in range(PEOPLE)], "reach a person"),
        ([f"https://example.org/{i % 40}" for i in range(PEOPLE)], "reach a person"),
        ([f"I watched number {i % 100} with my friends and liked the ending" for i in range(PEOPLE)], "free text"),
        ([f'{{"plan": {i % 9}, "since": {i % 7}}}' for i in range(PEOPLE)], "several things"),
        ([["a", "b"], ["c"]] * (PEOPLE // 2), "several things"),
        (list(range(1, PEOPLE + 1)), "counts people"),
        (RANDOM.permutation(PEOPLE) + 17, "counts people"),
        ([4_000_000 + i * 977 for i in range(PEOPLE)], "looks like an id"),
        (pd.date_range("2024-01-01", periods=PEOPLE), "date"),
        ([dt.date(2024, 1, 1 + i % 28) for i in range(PEOPLE)], "date"),
        ([f"{1 + i % 28:02d}.03.2024" for i in range(PEOPLE)], "date"),
    ],
)
def test_a_column_that_tells_no_groups_is_set_aside_with_a_reason(values, word):
    assert word in reasons(frame(column=values))["column"]


@pytest.mark.parametrize("name", ["email", "Vorname", "apellidos", "phone_number", "username", "lastName"])
def test_a_name_that_tells_who_somebody_is_suffices(name):
    assert "who a person is" in reasons(frame(**{name: RANDOM.choice(["ana", "ben", "cem"], PEOPLE)}))[name]


@pytest.mark.parametrize("reads", [lambda n: n, lambda n: n * 2.0 + 1, lambda n: n // 5, lambda n: -n, str])
def test_what_follows_the_digits_of_the_ids_is_set_aside(reads):
    numbers = [int(person[1:]) for person in CODED]
    assert "ids" in reasons(frame(joined=list(map(reads, numbers))))["joined"]


def test_whether_a_column_numbers_people_is_held_against_the_whole_table():
    signup = frame(signup=RANDOM.choice(1_000_000, PEOPLE, replace=False))
    assert not reasons(signup)
    assert "counts people" in reasons(signup, total=1_000_000)["signup"]


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
    reason = dict.fromkeys(("faith", "gender"), "clothes are sold by cut")
    assert set(reasons(table, allowed=reason)) == {"faith"}


def test_numbers_written_as_text_are_numbers_and_codes_with_zeros_in_front_are_not():
    table = frame(
        score=RANDOM.choice(["1,5", "2", "3,25"], PEOPLE),
        area=RANDOM.choice(["08001", "08002"], PEOPLE),
        price=RANDOM.choice(["€ 3.50", "€ 4", "7%"], PEOPLE),
        area_code=RANDOM.choice([20, 30, 40], PEOPLE),
    )
    assert kinds(table) == {"score": "number", "area": "category", "price": "number", "area_code": "category"}


def test_ways_of_saying_yes_become_one():
    table = frame(a=RANDOM.choice([0, 1], PEOPLE), b=RANDOM.choice(["Y", "N"], PEOPLE), c=RANDOM.random(PEOPLE) < 0.5)
    assert [column.levels for column in learn(table, today=TODAY).columns] == [("no", "yes")] * 3


def test_rare_levels_count_together_and_spellings_as_one():
    values = ["tv"] * 200 + [" TV"] * 50 + ["phone"] * 140 + [f"box {i}" for i in range(10)]
    (column,) = learn(frame(device=values), today=TODAY).columns
    assert column.levels == ("phone", "tv", "")


def test_no_level_of_a_single_person_is_kept():
    bands = ["0-9"] * 200 + ["10-19"] * 150 + ["20-29"] * 49 + ["990-999"]
    (column,) = learn(frame(visits=bands), today=TODAY).columns
    assert (column.kind, column.levels) == ("ordered", ("0-9", "10-19", "20-29"))


def test_columns_that_are_skewed_or_half_missing_are_used():
    table = frame(
        tailed=RANDOM.standard_cauchy(PEOPLE),
        zeros=np.where(RANDOM.random(PEOPLE) < 0.8, 0, RANDOM.lognormal(5, 2, PEOPLE)),
        missing=np.where(RANDOM.random(PEOPLE) < 0.6, np.nan, RANDOM.random(PEOPLE)),
        mixed=pd.Series(RANDOM.choice(np.array([1, "1", "two", 3.0, None], object), PEOPLE), dtype=object),
    )
    assert kinds(table) == {"tailed": "number", "zeros": "number", "missing": "number", "mixed": "category"}


def test_the_callers_table_is_left_as_it_was():
    table, _ = audience(0, 300)
    before = table.copy()
    learn(table, today=TODAY)
    pd.testing.assert_frame_equal(table, before)


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=6),
    st.dates(),
    st.lists(st.integers(), max_size=2),
)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_whatever_stands_in_a_table_each_column_is_used_or_set_aside(data):
    rows = data.draw(st.integers(1, 25))
    table = data.draw(
        frames.data_frames(
            [frames.column(name, elements=CELLS, dtype=object) for name in ("a", "b", "age", "like it")],
            index=frames.range_indexes(min_size=rows, max_size=rows),
        )
    )
    table.insert(0, "person", [f"p{i // 2}" for i in range(rows)])  # some of them twice
    scheme = learn(table, today=TODAY)
    assert sorted([*(c.name for c in scheme.columns), *(s.name for s in scheme.set_aside)]) == [
        "a",
        "age",
        "b",
        "like it",
    ]
    rows_read = scheme.matrix(table)
    assert rows_read.shape == (rows, len(scheme.columns))
    assert not np.isinf(rows_read).any()
    assert scheme.adults(table).shape == (rows,)


@pytest.mark.parametrize("people", [0, 1, 3])
def test_a_table_of_hardly_anybody_is_answered(people):
    table = pd.DataFrame({"person": ["a", "b", "c"], "plan": ["x", "y", "x"], "n": [1.5, 2, 7]})[:people]
    scheme = learn(table, today=TODAY)
    assert len(scheme.columns) + len(scheme.set_aside) == 2
    assert scheme.matrix(table).shape == (people, len(scheme.columns))
    assert not learn(table[["person"]], today=TODAY).columns


def test_a_table_of_very_many_columns_is_answered_by_those_known_of_most_people():
    random = np.random.default_rng(4)
    wide = pd.DataFrame(random.random((60, 3_000)), columns=[f"x{i}" for i in range(3_000)])
    wide.iloc[:20, 500:] = np.nan
    wide.insert(0, "person", [f"u{i * 37 % 61}" for i in range(60)])
    scheme = learn(wide, today=TODAY)
    assert {column.name for column in scheme.columns} <= {f"x{i}" for i in range(500)}
    assert len(scheme.columns) + len(scheme.set_aside) == 3_000
    assert any("500 columns at most" in one.reason for one in scheme.set_aside)


def test_a_category_and_its_number_count_once():
    random = np.random.default_rng(5)
    years = random.choice([9, 10, 13, 14, 16], 3_000, p=[0.4, 0.3, 0.2, 0.07, 0.03])
    school = pd.Series(years).map({9: "HS", 10: "College", 13: "Bachelors", 14: "Masters", 16: "Doctorate"})
    school[random.random(3_000) < 0.005] = "Other"
    person = [f"u{i * 7919 % 30011:05d}" for i in range(3_000)]
    device = random.choice(["tv", "phone"], 3_000)
    table = pd.DataFrame({"person": person, "education": school, "education_years": years, "device": device})
    told = reasons(table)
    assert told["education_years"] == "It says nearly the same as education, which would then count twice."
    assert "device" not in told
