"""An audience falls into the groups that are there, and into one where there are none."""

import json

import numpy as np
import pandas as pd
import pytest
from known_audience import TODAY, audience, shuffled
from sklearn.metrics import adjusted_rand_score

from marketing.errors import MissingError
from marketing.segments.audience import People
from marketing.segments.segmentation import How, Segmentation, segment


@pytest.fixture(scope="module")
def known():
    return audience(1)


@pytest.fixture(scope="module")
def found(known):
    return divide(known[0])


def divide(table: pd.DataFrame, *, previous: pd.DataFrame | None = None, **how) -> Segmentation:
    """The segments of a table in memory, in the order of its people's ids."""
    people = People.of(table.sort_values("person", ignore_index=True))
    return segment(people, How(TODAY, **how), previous=None if previous is None else lambda persons: previous)


def labels(result) -> np.ndarray:
    return pd.factorize(result.assignments["segment"])[0]


def same(one, other) -> None:
    for name in ("segments", "assignments", "set_aside"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_groups_that_are_there_are_found_and_called_stable(known, found):
    assert found.stable
    assert len(found.segments) == 3
    assert adjusted_rand_score(known[1], labels(found)) > 0.85
    assert (found.segments["stability"] > 0.8).all()


def test_sizes_and_shares_are_those_of_the_assignments(found):
    sizes = found.assignments["segment"].value_counts()
    assert found.segments.set_index("segment")["size"].to_dict() == sizes.to_dict()
    assert found.segments["share"].sum() == pytest.approx(1, abs=0.001)
    assert found.segments["size"].is_monotonic_decreasing


def test_traits_carry_shares_with_intervals_against_everyone(known, found):
    for row in found.segments.itertuples():
        traits = json.loads(row.traits)
        assert 1 <= len(traits) <= 8
        assert [t["lift"] for t in traits] == sorted((t["lift"] for t in traits), reverse=True)
        members = known[0][found.assignments["segment"].to_numpy() == row.segment]
        for trait in traits:
            assert trait["low"] < trait["share"] < trait["high"] or trait["share"] in (0, 1)
            if trait["column"] == "device":
                assert trait["share"] == pytest.approx((members["device"] == trait["value"]).mean(), abs=1e-3)
                assert trait["everyone"] == pytest.approx((known[0]["device"] == trait["value"]).mean(), abs=1e-3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_shuffled_columns_there_are_no_stable_segments(known, seed):
    result = divide(shuffled(known[0], seed))
    assert not result.stable
    assert result.segments["name"].tolist() == ["The whole audience"]
    assert "No stable segments" in result.why


def test_the_same_table_and_seed_give_the_same_tables(known, found):
    same(found, divide(known[0]))


def test_the_order_of_rows_and_columns_changes_nothing(known, found):
    mixed = known[0].sample(frac=1, random_state=3)
    mixed = mixed[["age", "plan", "person", "minutes_a_session", "genre", "device", "favourite_time"]]
    same(found, divide(mixed))


def test_the_user_may_set_how_many_and_is_told_what_it_costs(known):
    result = divide(known[0], k=5)
    assert len(result.segments) == 5
    assert result.why.startswith("Five groups were asked for.")
    assert result.segments["name"].is_unique


def test_groups_asked_for_where_there_are_none_are_not_called_stable(known):
    result = divide(shuffled(known[0], 4), k=3)
    assert not result.stable
    assert "too little to rely on" in result.why


def test_no_group_under_a_hundred_is_left(known):
    result = divide(known[0].head(450), k=8)
    assert (result.segments["size"] >= 100).all()
    assert "joined to the nearest" in result.why


def test_kmeans_finds_them_too(known):
    assert adjusted_rand_score(known[1], labels(divide(known[0], segmenter="kmeans", k=3))) > 0.7


def test_an_unknown_segmenter_is_answered_with_those_there_are(known):
    with pytest.raises(MissingError, match="latent_class"):
        divide(known[0], segmenter="horoscope")


def test_minors_are_in_no_segment_and_protected_columns_in_no_word():
    table, truth = audience(2)
    table["religion"] = np.array(["catholic", "muslim", "none"])[truth]
    table["gender"] = np.array(["f", "m", "f"])[truth]
    table.loc[:49, "age"] = 16
    result = divide(table)
    assert result.assignments["segment"].head(50).isna().all()
    assert result.assignments["segment"].iloc[50:].notna().all()
    words = result.segments[["name", "description", "traits"]].to_string().lower()
    assert not [word for word in ("religion", "catholic", "muslim", "gender") if word in words]
    told = result.set_aside.set_index("name")
    assert told.loc["may be under 18", "people"] == 50
    assert {"religion", "gender"} <= set(told.index)


def test_a_protected_column_has_no_influence_on_groups():
    table, truth = audience(2)
    with_faith = table.assign(religion=np.array(["catholic", "muslim", "none"])[truth])
    pd.testing.assert_frame_equal(divide(table).assignments, divide(with_faith).assignments)


def test_segments_keep_their_ids_when_the_data_is_refreshed(known, found):
    later = pd.concat([known[0].iloc[100:], audience(9, 200)[0].assign(person=[f"n{i}" for i in range(200)])])
    result = divide(later, previous=found.assignments)
    assert set(result.segments["segment"]) == set(found.segments["segment"])
    both = result.assignments.merge(found.assignments, on="person", suffixes=("", "_before"))
    assert (both["segment"] == both["segment_before"]).mean() > 0.95


def test_a_new_audience_gets_new_ids(found):
    other = audience(11)[0]
    other["person"] = "x" + other["person"]
    result = divide(other, previous=found.assignments)
    assert not set(result.segments["segment"]) & set(found.segments["segment"])


@pytest.mark.parametrize(
    ("people", "shown", "word"),
    [(3, 0, "too few to divide"), (60, 1, "too few"), (150, 1, "two groups of 100 need 200")],
)
def test_a_tiny_audience_is_answered_in_words(people, shown, word):
    result = divide(audience(5)[0].head(people))
    assert len(result.segments) == shown
    assert word in result.why
    assert len(result.assignments) == people
    if people == 60:
        assert "too few to describe" in result.segments["description"].iloc[0]


def odd(name: str) -> pd.DataFrame:
    people, random = 300, np.random.default_rng(0)
    columns = {
        "constant": {"a": ["x"] * people, "b": [1.0] * people},
        "no columns": {},
        "one column": {"a": random.choice(["x", "y"], people)},
        "all missing": {"a": [None] * people, "b": [np.nan] * people},
        "all unique": {"a": [f"v{i}" for i in range(people)], "b": np.arange(people)},
        "all minors": {"age": random.integers(8, 17, people)},
        "infinite": {"a": random.choice([1, np.inf, -np.inf], people), "b": random.normal(size=people)},
        "wide": {f"c{i}": random.normal(size=people) for i in range(400)},
    }[name]
    return pd.DataFrame({"person": [f"p{i}" for i in range(people)], **columns})


@pytest.mark.parametrize("k", [None, 3])
@pytest.mark.parametrize(
    "name", ["constant", "no columns", "one column", "all missing", "all unique", "all minors", "infinite", "wide"]
)
def test_odd_tables_are_answered_in_words(name, k):
    result = divide(odd(name), k=k)
    assert len(result.assignments) == 300
    assert result.why.endswith(".")
    assert not result.stable


def test_a_larger_audience_than_is_fitted_is_assigned_whole(monkeypatch):
    monkeypatch.setattr("marketing.segments.segmentation.FIT_ROWS", 800)
    table, truth = audience(6, 3_000)
    result = divide(table, k=3)
    assert result.assignments["segment"].notna().all()
    assert adjusted_rand_score(truth, labels(result)) > 0.8
