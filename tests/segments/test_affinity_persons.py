"""Titles for each person: what their viewing speaks for, less what is seen, not out yet or not for their age."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing import contracts, tables
from marketing.segments.affinity import ages, ease
from marketing.segments.affinity.counting import gather
from marketing.segments.affinity.recommendations import COLUMNS, recommend
from marketing.segments.affinity.yardsticks import gains, hold_back
from marketing.segments.fairness import minors

TODAY = dt.date(2026, 11, 25)
SEA, LAND = ("atoll", "bay", "cape", "delta", "estuary"), ("alp", "butte", "canyon", "dune", "esker")


def two_tastes(people=300, seed=0):
    """People who watch four titles of the sea, or four of the land, and now and then one of the others; by date."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(people):
        own, other = (SEA, LAND) if number % 2 else (LAND, SEA)
        watched = [*random.permutation(own)[:4], *([random.choice(other)] if number % 5 == 0 else [])]
        rows += [(f"p{number:03d}", str(title), pd.Timestamp(2026, 1, 1 + day)) for day, title in enumerate(watched)]
    return pd.DataFrame(rows, columns=["person", "title", "date"])


TITLES = pd.DataFrame({"title": [*SEA, *LAND], "name": [name.title() for name in (*SEA, *LAND)], "kind": "film"})


@pytest.fixture(scope="module")
def viewing():
    return two_tastes()


@pytest.fixture(scope="module")
def taste(viewing):
    return ease.fit(gather(viewing, dated=True))


def test_the_weights_are_those_that_least_squares_finds_for_each_title():
    random = np.random.default_rng(3)
    seen = (random.random((80, 7)) < 0.3).astype(np.float64)
    found = ease.ease((seen.T @ seen).astype(np.float32), 5.0)
    for title in range(7):
        others = np.delete(np.arange(7), title)
        told = seen[:, others]
        exact = np.linalg.solve(told.T @ told + 5.0 * np.eye(6), told.T @ seen[:, title])
        np.testing.assert_allclose(found[others, title], exact, atol=1e-4)
        assert found[title, title] == 0


def test_people_are_shown_what_suits_them_and_told_why(taste, viewing):
    told = recommend(taste, viewing, TITLES, today=TODAY, top=1)
    assert tuple(told.columns) == COLUMNS
    assert tables.check(contracts.TABLES["taste"], taste.table()) == []
    plain = told[told["person"].str[1:].astype(int) % 5 != 0]
    sea = plain["person"].str[1:].astype(int) % 2 == 1
    assert plain.loc[sea, "title"].isin(SEA).all()
    assert plain.loc[~sea, "title"].isin(LAND).all()
    for row in told.head(40).itertuples():
        named = row.because.removeprefix("Because they watched ").removesuffix(".").split(" and ")
        assert set(map(str.lower, named)) <= set(viewing.loc[viewing["person"] == row.person, "title"])


def test_it_does_better_than_popularity_and_says_by_how_much(taste):
    assert taste.check.times > 1.3
    assert "times as well as what is popular" in taste.check.sentence
    assert f"{taste.check.people:,} people" in taste.check.sentence


def test_nothing_seen_or_yet_to_come_is_shown(taste, viewing):
    titles = TITLES.assign(release_date=pd.Timestamp(2026, 1, 1))
    titles.loc[titles["title"] == "bay", "release_date"] = pd.Timestamp(2026, 11, 26)
    told = recommend(taste, viewing, titles, today=TODAY)
    assert told.merge(viewing, on=["person", "title"]).empty
    assert "bay" not in set(told["title"])
    assert "bay" in set(recommend(taste, viewing, titles, today=TODAY, ahead=True)["title"])
    assert "bay" in set(recommend(taste, viewing, titles, today=dt.date(2026, 11, 26))["title"])


def test_nothing_above_someones_age_is_shown_and_nothing_for_adults_where_it_is_not_known(taste):
    ratings = ["R", "PEGI 18", "PG-13", "FSK 16", "", "NC-17", "15", "U", "TV-MA", "unrated"]
    titles = TITLES.assign(rating=ratings)
    people = pd.Index(["boy", "teen", "adult", "unknown"])
    told = recommend(
        taste,
        pd.DataFrame({"person": [], "title": []}, dtype="str"),
        titles,
        today=TODAY,
        persons=people,
        age=pd.Series({"boy": 10.0, "teen": 15.0, "adult": 40.0}),
    )
    shown = told.groupby("person")["title"].agg(lambda t: set(titles.loc[titles["title"].isin(t), "rating"]))
    assert shown["boy"] == {"", "U"}
    assert shown["teen"] == {"", "U", "PG-13", "15"}
    assert shown["adult"] == set(ratings)
    assert shown["unknown"] == {"", "U", "PG-13", "15", "FSK 16", "unrated"}
    assert told["because"].str.startswith("Because it is popular").all()


@pytest.mark.parametrize(
    ("rating", "age"),
    [
        ("ESRB E", 0), ("ESRB E10+", 10), ("esrb t", 13), ("ESRB M", 17), ("Rated M", 17), ("ESRB AO", 18),
        ("PEGI 3", 3), ("PEGI: 16", 16), ("PG", 0), ("pg 13", 13), ("PG-13", 13), ("R", 17), ("MPA R", 17),
        ("NC-17", 18), ("TV-14", 14), ("TV-MA", 17), ("FSK ab 12", 12), ("FSK 18", 18), ("USK 16", 16), ("FSK 0", 0),
        ("BBFC 12A", 12), ("BBFC 18", 18), ("U", 0), ("16+", 16), ("18", 18), ("ab 16 Jahren", 16), ("MA15+", 15),
        ("R18+", 18), ("", 0), ("CERO Z", 18),
    ],
)  # fmt: skip
def test_ratings_name_an_age(rating, age):
    assert ages.from_age(rating) == age


@pytest.mark.parametrize("rating", ["Not rated", "NR", "TBC", "four stars", "99"])
def test_a_rating_that_tells_no_age_is_not_known(rating):
    assert np.isnan(ages.from_age(rating))


def test_the_territorys_rating_counts_and_else_the_strictest():
    titles = pd.DataFrame({"title": ["a", "b"], "rating": ["PG-13", None], "ratings": ["GB=15; DE=FSK 12", "US=R"]})
    assert ages.limits(titles).tolist() == [15.0, 17.0]
    assert ages.limits(titles, "DE").tolist() == [12.0, 17.0]


def test_ages_are_taken_from_whatever_column_tells_them():
    audience = pd.DataFrame(
        {
            "person": list("abcd"),
            "age": [12.0, 40.0, np.nan, np.nan],
            "birth_date": pd.to_datetime([None, None, "2012-06-01", None]),
        }
    )
    assert ages.least_ages(audience, minors.learn(audience, TODAY)).fillna(-1).to_dict() == {
        "a": 12,
        "b": 40,
        "c": 14,
        "d": -1,
    }
    bands = pd.DataFrame({"person": list("abc"), "age_band": ["13-17", "25-34", None]})
    assert ages.least_ages(bands, minors.learn(bands, TODAY)).fillna(-1).to_dict() == {"a": 0, "b": 18, "c": -1}


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pd.Series([1.0, 5.0, 3.0], name="age_group"), [-1, -1, -1]),  # codes of bands
        (pd.Series([200.0, 300.0, np.nan], name="age_months"), [0, 18, -1]),
        (pd.Series(["17", "40", None], name="age", dtype="category"), [0, 18, -1]),
    ],
)
def test_numbers_are_years_only_where_the_column_counts_years(column, told):
    audience = pd.DataFrame({"person": list("abc"), column.name: column})
    assert ages.least_ages(audience, minors.learn(audience, TODAY)).fillna(-1).tolist() == told


def test_a_person_of_whom_nothing_is_known_is_shown_what_is_popular(taste):
    nothing = pd.DataFrame({"person": ["x"], "title": ["a title of another service"]})
    told = recommend(taste, nothing, TITLES, today=TODAY, persons=pd.Index(["y", "x"]), top=3)
    popular = taste.titles[np.argsort(-taste.popular, kind="stable")[:3]]
    assert told["person"].tolist() == ["x"] * 3 + ["y"] * 3
    assert told["title"].tolist() == [*popular, *popular]
    assert told["rank"].tolist() == [1, 2, 3, 1, 2, 3]


def test_fewer_people_at_once_are_told_the_same(taste, viewing, monkeypatch):
    whole = recommend(taste, viewing, TITLES, today=TODAY)
    monkeypatch.setattr("marketing.segments.affinity.recommendations.CELLS", 70)
    pd.testing.assert_frame_equal(whole, recommend(taste, viewing, TITLES, today=TODAY))


def test_stored_weights_serve_new_people_without_a_new_fit(taste, viewing, tmp_path):
    taste.table().to_parquet(tmp_path / "taste.parquet")
    stored = ease.restore(pd.read_parquet(tmp_path / "taste.parquet"), pd.Series(taste.popular, index=taste.titles))
    new = pd.DataFrame({"person": "new", "title": ["bay", "cape"]})
    columns = ["person", "title", "rank", "because"]
    first, again = (recommend(t, new, TITLES, today=TODAY)[columns] for t in (taste, stored))
    pd.testing.assert_frame_equal(first, again)


def test_beyond_so_many_titles_singular_vectors_tell_what_suits(viewing):
    taste = ease.fit(gather(viewing, dated=True), most=5)
    told = recommend(taste, pd.DataFrame({"person": "new", "title": ["bay", "cape"]}), TITLES, today=TODAY, top=3)
    assert set(told["title"]) == set(SEA) - {"bay", "cape"}
    assert taste.check.method == "singular vectors"


def test_the_title_held_back_is_the_last_and_the_only_one(viewing):
    seen = gather(viewing, dated=True)
    known, held = hold_back(seen)
    last = viewing.sort_values("date").groupby("person")["title"].last()
    assert seen.titles[held.last].tolist() == last.tolist()
    assert (known.sum(axis=1) == seen.matrix.sum(axis=1) - 1).all()


def test_a_title_at_the_top_counts_one_and_one_that_ties_does_not_gain_by_it(viewing):
    _, held = hold_back(gather(viewing, dated=True))
    right = np.zeros(held.known.shape, np.float32)
    right[np.arange(len(held.last)), held.last] = 1
    assert (gains(held, lambda _: right) == 1).all()
    assert gains(held, lambda rows: np.zeros(rows.shape, np.float32)).mean() < 0.9


VIEWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(TITLES["title"].tolist())), max_size=40)


@settings(max_examples=40, deadline=None)
@given(VIEWS, st.randoms(use_true_random=False))
def test_any_viewing_in_any_order_gives_the_same_titles_none_seen_none_twice(views, random):
    frame = pd.DataFrame(views, columns=["person", "title"], dtype="str")
    told = recommend(ease.fit(gather(frame)), frame, TITLES, today=TODAY)
    assert not told.duplicated(["person", "title"]).any()
    assert told.merge(frame, on=["person", "title"]).empty
    random.shuffle(views)
    again = pd.DataFrame([*views, *views[:2]], columns=["person", "title"], dtype="str")
    pd.testing.assert_frame_equal(told, recommend(ease.fit(gather(again)), again, TITLES, today=TODAY))
