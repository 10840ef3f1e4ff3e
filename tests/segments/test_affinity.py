"""Titles for segments: rates shrunk where people are few, and intervals that hold."""

import numpy as np
import pandas as pd
import pytest

from marketing.segments.affinity import COLUMNS, affinity, shrunk
from marketing.segments.behaviour import join, summarise

TITLES = pd.DataFrame({"title": ["sea", "quest", "talk"], "kind": ["series", "game", "podcast"]})


def house(sizes, rates, seed=0):
    """Segments of these sizes that view each title at these rates: assignments and viewing."""
    random = np.random.default_rng(seed)
    people, views = [], []
    for segment, (size, row) in enumerate(zip(sizes, rates, strict=True)):
        for n in range(size):
            person = f"s{segment}-{n}"
            people.append((person, f"s{segment}"))
            views += [
                (person, title) for title, rate in zip(TITLES["title"], row, strict=True) if random.random() < rate
            ]
    viewing = pd.DataFrame(views, columns=["person", "title"]).assign(date=pd.Timestamp(2026, 11, 1))
    return pd.DataFrame(people, columns=["person", "segment"]), viewing


def test_titles_stand_by_the_lower_end_of_their_rate():
    table = affinity(*house([400, 300], [(0.6, 0.1, 0.3), (0.1, 0.5, 0.3)]), TITLES)
    first = table.groupby("segment").first()
    assert first["title"].tolist() == ["sea", "quest"]
    for _, rows in table.groupby("segment"):
        assert rows["low90"].is_monotonic_decreasing
    assert ((table["low90"] < table["rate"]) & (table["rate"] < table["high90"])).all()
    assert tuple(table.columns) == COLUMNS


def test_the_reason_says_rate_and_comparison_in_words():
    table = affinity(*house([400, 400], [(0.6, 0.1, 0.3), (0.1, 0.5, 0.3)]), TITLES).set_index(["segment", "title"])
    assert "watched it, 1." in table.loc[("s0", "sea"), "because"]
    assert "played it, less often than everyone" in table.loc[("s0", "quest"), "because"]
    assert "heard it" in table.loc[("s1", "talk"), "because"]


def test_a_few_people_are_drawn_further_to_everyone_than_many():
    people = np.array([[20.0], [2_000.0], [2_000.0]])
    seen = np.array([[12.0], [1_200.0], [200.0]])
    rate, low, high = shrunk(seen, people, seen.sum(axis=0) / people.sum())
    assert rate[0, 0] < 0.6
    assert abs(rate[1, 0] - 0.6) < abs(rate[0, 0] - 0.6)
    assert high[0, 0] - low[0, 0] > high[1, 0] - low[1, 0]


def test_nine_in_ten_intervals_hold_the_true_rate():
    random = np.random.default_rng(3)
    overall = random.uniform(0.05, 0.5, 60)
    people = random.integers(100, 800, (6, 1)).astype(float)
    truth = random.beta(40 * overall, 40 * (1 - overall), (6, 60))
    seen = random.binomial(people.astype(int), truth).astype(float)
    _, low, high = shrunk(seen, people, seen.sum(axis=0) / people.sum())
    assert 0.86 < ((low <= truth) & (truth <= high)).mean() < 0.94


def test_people_in_no_segment_do_not_count():
    assignments, viewing = house([300, 300], [(0.6, 0.1, 0.3), (0.1, 0.5, 0.3)])
    everyone = affinity(assignments, viewing)
    outsiders = pd.DataFrame({"person": [f"m{i}" for i in range(500)], "segment": None})
    watched = pd.DataFrame({"person": outsiders["person"], "title": "sea", "date": pd.Timestamp(2026, 11, 1)})
    pd.testing.assert_frame_equal(
        everyone, affinity(pd.concat([assignments, outsiders]), pd.concat([viewing, watched]))
    )


def test_without_viewing_there_is_an_empty_table_with_all_columns():
    nobody = pd.DataFrame({"person": pd.Series(dtype="str"), "title": pd.Series(dtype="str")})
    table = affinity(pd.DataFrame({"person": ["a"], "segment": ["s1"]}), nobody)
    assert table.empty
    assert tuple(table.columns) == COLUMNS


def test_watching_twice_counts_one_person_once():
    assignments, viewing = house([300, 300], [(0.6, 0.1, 0.3), (0.1, 0.5, 0.3)])
    again = pd.concat([viewing, viewing.assign(date=pd.Timestamp(2026, 11, 2))])
    pd.testing.assert_frame_equal(affinity(assignments, viewing), affinity(assignments, again))


@pytest.fixture
def watched():
    return pd.DataFrame(
        {
            "person": ["a", "a", "a", "b"],
            "title": ["sea", "sea", "quest", "quest"],
            "date": pd.to_datetime(["2026-11-01", "2026-11-05", "2026-11-09", "2026-11-20"]),
            "minutes": [50.0, 60.0, 10.0, 30.0],
        }
    )


def test_behaviour_tells_how_recently_how_often_how_long_and_mostly_what(watched):
    told = summarise(watched, TITLES).set_index("person")
    assert told.loc["a"].tolist() == [11, 3, 40.0, "series"]
    assert told.loc["b"].tolist() == [0, 1, 30.0, "game"]


def test_people_who_watched_nothing_are_kept_with_nothing_told(watched):
    told = join(pd.DataFrame({"person": ["a", "z"], "plan": ["free", "free"]}), watched, None)
    assert told["person"].tolist() == ["a", "z"]
    assert told["viewings"].isna().tolist() == [False, True]


def test_viewing_without_minutes_still_tells_the_kind(watched):
    told = summarise(watched.drop(columns="minutes"), TITLES).set_index("person")
    assert told.loc["a", "mostly views"] == "series"
