"""What a run keeps of viewing recommends the same as what it learnt, and says what it is worth beside popularity."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from marketing import contracts, tables
from marketing.errors import MissingError
from marketing.segments.affinity import ease, record
from marketing.segments.affinity.counting import gather
from marketing.segments.affinity.recommendations import recommend
from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SEA, LAND = ("atoll", "bay", "cape", "delta"), ("alp", "butte", "canyon", "dune")


@pytest.fixture(scope="module")
def viewing():
    """People who watch three titles of the sea, or three of the land, one after the other."""
    random = np.random.default_rng(5)
    rows = [
        (f"p{number:03d}", str(title), pd.Timestamp(2026, 1, 1 + day))
        for number in range(240)
        for day, title in enumerate(random.permutation(SEA if number % 2 else LAND)[:3])
    ]
    return pd.DataFrame(rows, columns=["person", "title", "date"])


@pytest.fixture(scope="module")
def assignments():
    return pd.DataFrame({"person": [f"p{n:03d}" for n in range(240)], "segment": ["land", "sea"] * 120})


def test_tables_keep_their_contracts_with_viewing_and_without(viewing, assignments):
    kept, empty = record.tables(gather(viewing, dated=True), assignments, seed=0), record.nothing()
    for name in record.TABLES:
        assert tables.check(contracts.TABLES[name], kept[name]) == []
        assert len(kept[name]) > 0
        assert empty[name].empty
        assert empty[name].dtypes.to_dict() == kept[name].dtypes.to_dict()


def test_what_is_kept_recommends_what_was_learnt(viewing, assignments, tmp_path):
    seen = gather(viewing, dated=True)
    workspace = Workspace.create(tmp_path / "lumen")
    workspace.write(record.tables(seen, assignments, seed=0), now=NOW)
    kept, learnt = (
        recommend(taste, viewing, today=NOW.date()) for taste in (record.restored(workspace), ease.fit(seen))
    )
    pd.testing.assert_frame_equal(kept, learnt)


def test_it_says_what_lists_and_segments_are_worth_beside_what_is_popular(viewing, assignments):
    checks = record.tables(gather(viewing, dated=True), assignments, seed=0)["affinity_checks"].set_index("check")
    assert (checks["value"] > checks["yardstick"]).all()
    assert "times as well as what is popular" in checks.loc["persons", "sentence"]
    assert checks.loc["segments", "sentence"].startswith("These segments tell more than popularity")
    told = record.tables(gather(viewing, dated=True), assignments, seed=0, by_viewing=True)["affinity_checks"]
    assert told["sentence"].str.contains("helped to put them there").tolist() == [False, True]


def test_of_a_few_people_it_says_that_nothing_could_be_tried(viewing, assignments):
    checks = record.tables(gather(viewing.head(30), dated=True), assignments, seed=0)["affinity_checks"]
    assert checks["value"].isna().all()
    assert checks["sentence"].str.startswith("Too few people").all()


def test_without_viewing_the_user_is_told_to_import_it(tmp_path):
    workspace = Workspace.create(tmp_path / "bank")
    with pytest.raises(MissingError, match="marquee run"):
        record.restored(workspace)
    workspace.write(record.nothing(), now=NOW)
    with pytest.raises(MissingError, match="marquee ingest viewing"):
        record.restored(workspace)


def test_some_of_many_people_choose_the_penalty_and_all_of_them_make_the_weights(viewing, monkeypatch):
    seen = gather(viewing, dated=True)
    monkeypatch.setattr(ease, "TRIED_ON", 120)
    taste = ease.fit(seen)
    assert taste.check is not None
    assert taste.check.people == 60  # half of those tried on; the other half chose
    assert taste.popular.sum() * 240 == pytest.approx(len(viewing))
