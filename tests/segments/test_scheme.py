"""A table is read as its sample was, whatever the chunk: in any types, with what is missing or new."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.errors import InputError
from marketing.segments.audience import OTHER, Scheme, learn

TODAY = dt.date(2026, 11, 23)
PEOPLE = 400
LEVELS = ["tv", "phone", "n/a", "Phone ", "box 1", "box 2", None]
LETIN = {"age": "shows are made for adults of some ages"}


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(0)
    device = np.array(["tv"] * 250 + ["phone"] * 140 + [f"box {i}" for i in range(10)])
    return pd.DataFrame(
        {
            "person": [f"u{i * 7919 % 1009:04d}" for i in range(PEOPLE)],
            "device": random.permutation(device),
            "usage": random.choice(["high", "low", "medium"], PEOPLE),
            "minutes": np.where(random.random(PEOPLE) < 0.2, np.nan, random.lognormal(3, 1, PEOPLE)),
            "newsletter": random.choice([0, 1], PEOPLE),
            "age": random.integers(14, 70, PEOPLE),
        }
    )


@pytest.fixture(scope="module")
def scheme(sample):
    return learn(sample, today=TODAY, allowed=LETIN)


def test_a_scheme_survives_json(scheme, sample):
    again = Scheme.from_record(json.loads(json.dumps(scheme.to_record())))
    assert again == scheme
    assert np.array_equal(again.matrix(sample), scheme.matrix(sample), equal_nan=True)
    assert np.array_equal(again.adults(sample), scheme.adults(sample))
    with pytest.raises(InputError, match="another version"):
        Scheme.from_record({**scheme.to_record(), "version": 0})


def test_columns_are_read_by_their_kind(scheme):
    kinds = {column.name: (column.kind, column.levels) for column in scheme.columns}
    assert kinds == {
        "age": ("number", ()),
        "device": ("category", ("phone", "tv", OTHER)),
        "minutes": ("number", ()),
        "newsletter": ("category", ("no", "yes")),
        "usage": ("ordered", ("low", "medium", "high")),
    }
    assert scheme.categorical == [1, 3, 4]
    assert scheme.ordered == [4]
    assert scheme.reads == ["age", "device", "minutes", "newsletter", "usage"]


def test_levels_are_coded_and_what_is_missing_or_new_is_not(scheme):
    people = pd.DataFrame(
        {
            "device": ["tv", "Phone ", "box 3", "never seen", "unknown", None],
            "usage": ["low", "high", "HIGH", "never seen", "", "medium"],
            "newsletter": ["Y", 0, 1.0, True, "nein", "perhaps"],
            "minutes": ["3,5", "4", "-", "much", "inf", None],
        }
    )
    nan = np.nan
    expected = [
        [nan, 1, 3.5, 1, 0],
        [nan, 0, 4, 0, 2],
        [nan, 2, nan, 1, 2],
        [nan, 2, nan, 1, nan],
        [nan, nan, nan, 0, nan],
        [nan, nan, nan, nan, 1],
    ]
    rows = scheme.matrix(people)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, np.array(expected, np.float32))


def test_infinities_and_what_is_too_large_are_missing(scheme):
    rows = scheme.matrix(pd.DataFrame({"minutes": [1.0, np.inf, -np.inf, 1e300, np.nan]}))
    assert np.isnan(rows[:, 2]).tolist() == [False, True, True, True, True]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=30), st.integers(1, 7))
def test_a_column_reads_the_same_as_text_as_categories_as_objects_and_by_the_chunk(scheme, cells, size):
    plain = pd.DataFrame({"device": pd.Series(cells, dtype="str")})
    whole = scheme.matrix(plain)
    for kind in (object, "category", "string"):
        assert np.array_equal(scheme.matrix(plain.astype({"device": kind})), whole, equal_nan=True)
    parts = [scheme.matrix(plain.iloc[first : first + size]) for first in range(0, len(plain), size)]
    assert np.array_equal(np.concatenate(parts), whole, equal_nan=True)


@settings(deadline=None, max_examples=30)
@given(st.randoms(use_true_random=False))
def test_the_order_of_people_and_columns_changes_nothing(sample, scheme, random):
    columns = random.sample(list(sample.columns), len(sample.columns))
    shuffled = sample.iloc[random.sample(range(PEOPLE), PEOPLE)][columns]
    assert learn(shuffled, today=TODAY, allowed=LETIN) == scheme


@pytest.mark.parametrize("dtype", ["int64", "float64", "str", "category", object])
def test_who_may_be_a_minor_is_told_from_numbers_texts_and_categories_alike(dtype):
    ages = pd.Series(np.random.default_rng(1).integers(12, 60, 300))
    people = pd.DataFrame({"person": [f"u{i}" for i in range(300)], "age": ages.astype(dtype)})
    scheme = learn(people, today=TODAY)
    assert np.array_equal(scheme.adults(people), ages >= 18)
    bands = people.assign(age=np.where(ages < 18, "13-17", "18-24"))
    assert np.array_equal(learn(bands, today=TODAY).adults(bands.astype({"age": "category"})), ages >= 18)


def test_minors_are_not_learned_from(sample):
    odd = sample.assign(device=np.where(sample["age"] < 18, "toy", sample["device"]))
    assert "toy" not in next(c.levels for c in learn(odd, today=TODAY).columns if c.name == "device")


def test_weights_are_a_columns_own_or_its_blocks_and_nought_leaves_it_out(sample):
    weighed = learn(sample, today=TODAY, allowed=LETIN, weights={"behaviour": 2.0, "minutes": 0.5, "demographics": 0})
    assert {c.name: c.weight for c in weighed.columns} == {"device": 2, "minutes": 0.5, "newsletter": 2, "usage": 2}
    assert weighed.weights.tolist() == [2.0, 0.5, 2.0, 2.0]
    assert [one.reason for one in weighed.set_aside] == ["Its weight is set to 0."]
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="number of 0 or more"):
            learn(sample, today=TODAY, weights={"taste": wrong})


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("favourite genre", "taste"),
        ("share of drama", "taste"),
        ("lieblingsfilm", "taste"),
        ("days since last viewing", "behaviour"),
        ("minutes_per_week", "behaviour"),
        ("abo", "behaviour"),
        ("region", "demographics"),
        ("Einkommen", "demographics"),
        ("niveau d'etudes", "demographics"),
        ("x17", "behaviour"),
    ],
)
def test_blocks_are_guessed_from_names(name, block):
    people = pd.DataFrame({"person": [f"u{i}" for i in range(90)], name: ["a", "b", "c"] * 30})
    assert [column.block for column in learn(people, today=TODAY).columns] == [block]
