"""The sample company is the same each time, keeps the tables' contracts, and has what it is meant to show."""

import filecmp
from pathlib import Path

import pandas as pd
import pytest

from marketing import tables
from sample_data import generate


@pytest.fixture(scope="module")
def lumen() -> dict[str, pd.DataFrame]:
    return generate.tables()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = generate.write(tmp_path / "a"), generate.write(tmp_path / "b")
    assert [p.name for p in first] == [p.name for p in second]
    assert all(filecmp.cmp(a, b, shallow=False) for a, b in zip(first, second, strict=True))


def test_another_seed_gives_other_people() -> None:
    assert not generate.tables(1)["audience"].equals(generate.tables(2)["audience"])


def test_every_table_keeps_its_contract(lumen: dict[str, pd.DataFrame]) -> None:
    for name, frame in lumen.items():
        contract = tables.table(name)
        dates = [c.name for c in contract.columns if c.kind == "date" and c.name in frame]
        typed = frame.assign(**{c: pd.to_datetime(frame[c]) for c in dates})
        assert tables.check(contract, typed) == [], name


def test_facts_events_and_viewing_are_about_titles_that_exist(lumen: dict[str, pd.DataFrame]) -> None:
    known = set(lumen["titles"]["title"])
    for name in ("facts", "events", "viewing", "engagement"):
        assert set(lumen[name]["title"].dropna()) <= known, name


def test_the_outage_is_a_day_like_no_other_that_week(lumen: dict[str, pd.DataFrame]) -> None:
    views = lumen["engagement"].query("metric == 'views'").groupby("date")["value"].sum()
    week = views["2026-08-10":"2026-08-16"]
    assert week.idxmin() == pd.Timestamp("2026-08-14")
    assert week.min() < 0.5 * week.median()


def test_groups_differ_in_what_they_watch(lumen: dict[str, pd.DataFrame]) -> None:
    seen = lumen["viewing"].merge(lumen["audience"], on="person")
    share = pd.crosstab(seen["title"], seen["device"], normalize="columns")
    assert share.loc["night-bus-radio", "phone"] > 3 * share.loc["night-bus-radio", "tv"]


def test_the_sample_holds_people_who_must_be_kept_out(lumen: dict[str, pd.DataFrame]) -> None:
    assert (lumen["audience"]["age"] < 18).any()
    assert "religion" in lumen["audience"]
