"""A typical person is told of each segment, and is nobody."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_audience import TODAY, audience

from marketing.segments.audience import learn
from marketing.segments.audience.scheme import Column
from marketing.segments.words.profiles import profile


def coded(frame: pd.DataFrame, allowed: dict[str, str] | None = None):
    scheme = learn(frame, today=TODAY, allowed=allowed or {}, weights={})
    return scheme.columns, scheme.matrix(frame)


def people_like(values, columns, matrix) -> int:
    """How many people have all these values."""
    alike = np.ones(len(matrix), bool)
    for at, column in enumerate(columns):
        if column.name in values:
            value = values[column.name]
            if isinstance(value, str):
                alike &= matrix[:, at] == (column.levels.index(value) if value in column.levels else -1)
            else:
                alike &= matrix[:, at] == np.float32(value)
    return int(alike.sum())


@pytest.mark.parametrize("people", [1_500, 20_000])
def test_a_typical_person_has_what_their_segment_is_known_for_and_is_nobody_of_the_sample(people):
    frame, truth = audience(5, people)
    columns, matrix = coded(frame)
    typical = [profile(columns, matrix, truth == group) for group in range(3)]
    assert [one.values["device"] for one in typical] == ["console", "tv", "phone"]
    assert [one.values["favourite_time"] for one in typical] == ["late night", "evening", "morning"]
    assert [one.values["minutes_a_session"] for one in typical] == pytest.approx([120, 80, 20], rel=0.2)
    assert [people_like(one.values, columns, matrix) for one in typical] == [0, 0, 0]
    assert "plays on a console" in typical[0].text
    assert "Nobody in the sample is just so." in typical[0].text


def test_what_tells_least_is_what_is_changed():
    random = np.random.default_rng(1)
    people = 4_000
    inside = np.arange(people) < people / 2
    matrix = np.column_stack([inside, random.integers(0, 3, people), random.random(people) < 0.6]).astype(np.float32)
    columns = [
        Column("plan", "category", ("free", "premium")),
        Column("colour", "category", ("blue", "green", "red")),
        Column("newsletter", "category", ("no", "yes")),
    ]
    found = profile(columns, matrix, inside)
    assert found.values["plan"] == "premium"
    assert " or " in found.values["colour"]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))
def test_whatever_the_columns_nobody_is_met(seed, numbers, categories):
    random = np.random.default_rng(seed)
    cells = [random.poisson(3, 400) for _ in range(numbers)] + [random.integers(0, 3, 400) for _ in range(categories)]
    matrix = np.column_stack(cells).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    columns = [Column(f"n{at}", "number") for at in range(numbers)]
    columns += [Column(f"c{at}", "category", ("one", "two", "three")) for at in range(categories)]
    found = profile(columns, matrix, np.arange(400) < 200)
    assert people_like(found.values, columns, matrix) == 0 or not found.values


def test_sex_age_and_family_are_not_told_even_where_they_were_let_in():
    frame, truth = audience(6)
    frame["gender"] = np.where(truth == 0, "female", "male")
    frame["marital_status"] = np.where((truth == 0) != (frame.index % 7 == 0), "divorced", "married")
    columns, matrix = coded(frame, {"gender": "the client asked", "age": "the client asked"})
    assert {"gender", "age", "marital_status"} <= {column.name for column in columns}
    found = profile(columns, matrix, truth == 0)
    assert not {"gender", "age", "marital_status"} & set(found.values)
    assert not any(word in found.text.lower() for word in ("female", "divorced", "age ", "gender"))


def test_a_level_that_tells_an_age_or_a_home_is_not_told_whatever_its_column_is_called():
    random = np.random.default_rng(3)
    frame, truth = audience(7, 1_500)
    for column, levels in {"life_stage": ("young adults", "retired"), "lifestyle": ("families", "students")}.items():
        frame[column] = np.where((truth == 0) ^ (random.random(len(truth)) < 0.1), *levels)
    found = profile(*coded(frame), truth == 0)
    assert found.values["device"] == "console"
    assert not {"life_stage", "lifestyle"} & set(found.values)
    assert "young" not in found.text


def test_rare_levels_are_not_told():
    columns = [Column("genre", "category", ("", "drama")), Column("minutes", "number")]
    matrix = np.column_stack([np.zeros(300), np.linspace(1, 90, 300)]).astype(np.float32)
    assert list(profile(columns, matrix, np.arange(300) < 150).values) == ["minutes"]


def test_a_column_that_is_mostly_unknown_in_the_segment_is_left_out():
    matrix = np.column_stack([np.linspace(1, 90, 400), np.linspace(0.5, 7.3, 400)]).astype(np.float32)
    inside = np.arange(400) < 200
    matrix[:150, 0] = np.nan
    found = profile([Column("visits", "number"), Column("minutes", "number")], matrix, inside)
    assert list(found.values) == ["minutes"]


def test_of_a_small_group_nobody_is_invented():
    frame, truth = audience(7)
    columns, matrix = coded(frame)
    few = np.flatnonzero(truth == 0)[:60]
    found = profile(columns, matrix, np.isin(np.arange(len(frame)), few))
    assert found.values == {}
    assert "Too few people" in found.text


def test_the_same_people_in_another_order_of_columns_have_the_same_profile_which_goes_to_json_and_back():
    frame, truth = audience(8)
    columns, matrix = coded(frame)
    found = profile(columns, matrix, truth == 1)
    turned = profile(columns[::-1], matrix[:, ::-1], truth == 1)
    assert turned == found
    assert json.loads(json.dumps(found.record())) == {
        "columns": list(found.values),
        "values": list(found.values.values()),
        "text": found.text,
    }
