"""What people did, as columns of the audience: the same as plain reckoning gives, in memory and from a workspace."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from marketing.segments import behaviour
from marketing.segments.behaviour import join, summarise
from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
TITLES = pd.DataFrame(
    {
        "title": ["sea", "quest", "laugh", "odd"],
        "kind": ["series", "game", "series", None],
        "genre": ["Drama", "Action", "Comedy", None],
    }
)


def viewing(seed, rows=1_200, people=120):
    """Many people, each with a few viewings of any kind; of some no minutes, title or device is known."""
    random = np.random.default_rng(seed)
    device = pd.Series(random.choice(["tv", "phone", None], rows))
    return pd.DataFrame(
        {
            "person": [f"p{i}" for i in (people * random.random(rows) ** 3).astype(int)],
            "title": random.choice(["sea", "quest", "laugh", "odd", "unlisted"], rows),
            "date": pd.Timestamp("2026-10-01") + pd.to_timedelta(random.integers(0, 60, rows), "D"),
            "minutes": np.where(random.random(rows) < 0.4, np.nan, random.integers(0, 6, rows) * 10.0),
            "device": device.where(random.random(rows) < 0.5).astype("str"),
        }
    )


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


def plainly(seen):
    """The same, person by person."""
    told = seen.merge(TITLES, on="title", how="left")
    latest = seen["date"].max()
    rows = {}
    for person, mine in told.groupby("person"):
        minutes, times = mine["minutes"].sum(min_count=1), len(mine)
        weight = mine["minutes"].fillna(0) * 60_000 + 1
        row = {
            "days since last viewing": (latest - mine["date"].max()).days,
            "viewings": times,
            "minutes viewed": minutes,
            "minutes a viewing": minutes / times,
            "days between viewings": (mine["date"].max() - mine["date"].min()).days / (times - 1)
            if times > 1
            else np.nan,
            "weekend viewing": (mine["date"].dt.day_of_week >= 5).mean(),
            "mostly views": mostly(weight, mine["kind"]),
            "mostly views on": mostly(weight, mine["device"]),
        }
        for genre in sorted(told["genre"].dropna().unique()):
            of = weight[mine["genre"].notna()].sum()
            row[f"share of {genre.lower()}"] = weight[mine["genre"] == genre].sum() / of if of else np.nan
        rows[person] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def mostly(weight, levels):
    shares = weight.groupby(levels).sum() / weight[levels.notna()].sum()
    if shares.empty:
        return None
    return shares.idxmax() if shares.max() >= 0.5 else "mixed"


@pytest.mark.parametrize("seed", range(3))
def test_behaviour_is_what_plain_reckoning_gives(seed):
    seen = viewing(seed)
    told, plain = summarise(seen, TITLES).set_index("person"), plainly(seen)
    assert told.index.tolist() == plain.index.tolist()
    assert set(told.columns) == set(plain.columns)
    for column in plain.columns:
        if column.startswith("mostly"):
            assert told[column].fillna("").tolist() == plain[column].fillna("").tolist()
        else:
            np.testing.assert_allclose(told[column], plain[column].astype(float), rtol=1e-9, err_msg=column)


def test_the_order_of_viewings_changes_nothing():
    seen = viewing(9)
    pd.testing.assert_frame_equal(summarise(seen, TITLES), summarise(seen.sample(frac=1, random_state=1), TITLES))


def test_people_who_watched_nothing_are_kept_with_nothing_told(watched):
    told = join(pd.DataFrame({"person": ["a", "z"], "plan": ["free", "free"]}), watched, None)
    assert told["person"].tolist() == ["a", "z"]
    assert told["viewings"].isna().tolist() == [False, True]


def test_a_column_that_the_audience_has_already_is_left(watched):
    told = join(pd.DataFrame({"person": ["a"], "viewings": [99]}), watched, None)
    assert told["viewings"].tolist() == [99]


def test_viewing_without_minutes_still_tells_the_kind(watched):
    told = summarise(watched.drop(columns="minutes"), TITLES).set_index("person")
    assert told.loc["a", "mostly views"] == "series"
    assert "minutes viewed" not in told


def test_a_time_of_day_is_told_where_dates_have_one_or_an_hour_stands_beside_them(watched):
    late = watched.assign(date=watched["date"] + pd.Timedelta(hours=23))
    assert set(summarise(late, None)["mostly views in the"]) == {"evening"}
    assert set(summarise(watched.assign(hour=[1, 2, 3, 8]), None)["mostly views in the"]) == {"night", "morning"}
    assert "mostly views in the" not in summarise(watched, None)


def test_a_stored_audience_comes_with_the_behaviour_that_one_in_memory_gets(tmp_path, watched, monkeypatch):
    monkeypatch.setattr(behaviour, "LOT", 2)  # people at a time, so that several lots are joined
    audience = pd.DataFrame({"person": list("abcde"), "plan": ["free", "free", "paid", "paid", None]})
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.write({"audience": audience, "viewing": watched, "titles": TITLES}, now=NOW)
    with behaviour.people(workspace, tmp_path / "seen") as people:
        assert list((tmp_path / "seen").rglob("audience.parquet"))
        stored = people.sample(10, 0)
        assert (people.rows, sum(len(chunk) for chunk in people.chunks(2))) == (5, 5)
    expected = join(audience, watched, TITLES)
    pd.testing.assert_frame_equal(stored[expected.columns.tolist()], expected, check_dtype=False)


def test_an_audience_without_viewing_comes_as_it_is(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.write({"audience": pd.DataFrame({"person": ["a", "b"], "plan": ["x", "y"]})}, now=NOW)
    with behaviour.people(workspace) as people:
        assert people.columns == ("person", "plan")
