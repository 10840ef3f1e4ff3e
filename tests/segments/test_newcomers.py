"""New people are put into the segments that are there, from what was stored of them."""

import json

import numpy as np
import pandas as pd
import pytest
from known_audience import TODAY, audience

from marketing.errors import InputError
from marketing.segments import drift, record
from marketing.segments.audience import People
from marketing.segments.newcomers import Newcomers
from marketing.segments.segmentation import How, segment

WHEN = pd.Timestamp("2026-11-23T09:00", tz="UTC").to_pydatetime()


@pytest.fixture(scope="module", params=["latent_class", "kmeans"])
def found(request):
    return segment(People.of(audience(1)[0]), How(TODAY, segmenter=request.param, k=3))


@pytest.fixture(scope="module")
def kept(found):
    stored = record.tables(found, when=WHEN, table="here")["division"]
    return record.restored(pd.DataFrame({name: list(stored[name]) for name in stored}))


def placed(kept, table: pd.DataFrame) -> tuple[Newcomers, pd.DataFrame]:
    new = Newcomers(kept, People.of(table), TODAY)
    return new, pd.concat(list(new.placed()), ignore_index=True)


def test_people_are_placed_as_they_were_when_the_segments_were_found(found, kept):
    _, told = placed(kept, audience(1)[0])
    sure = told["segment"].notna()
    assert sure.mean() > 0.95
    assert (told["segment"] == found.assignments["segment"])[sure].all()
    assert (told["chance"] >= told["next_chance"]).all()
    assert (told["next"] != found.assignments["segment"]).all()


def test_who_fits_none_is_said_and_so_is_who_may_be_a_minor(kept):
    table = audience(2, 300)[0]
    table.loc[:9, ["device", "favourite_time", "plan", "genre", "minutes_a_session"]] = None
    table.loc[10:14, "age"] = 15
    new, told = placed(kept, table)
    assert told["segment"].iloc[:15].isna().all()
    assert told["chance"].iloc[10:15].isna().all()
    assert new.minors == 5
    assert new.none >= 10


def test_minors_are_known_by_columns_that_the_first_table_did_not_have(kept):
    table = audience(2, 300)[0].drop(columns="age")
    table["year_of_birth"] = np.where(np.arange(300) < 7, TODAY.year - 15, 1980)
    new, told = placed(kept, table)
    assert new.minors == 7
    assert told["segment"].iloc[:7].isna().all()


def test_the_same_audience_has_not_moved_and_another_has(kept):
    same, _ = placed(kept, audience(3)[0])
    assert set(same.drift()["state"]) == {"steady"}
    other = audience(3)[0]
    other["device"] = np.where(np.arange(len(other)) % 10 > 0, "phone", other["device"])
    new, _ = placed(kept, other)
    moved = new.drift().set_index("subject")
    assert moved.loc["device", "state"] == "another audience"
    assert moved.loc["plan", "state"] == "steady"
    assert drift.advice(new.drift()).startswith("Find the segments anew")


def test_a_column_that_is_missing_is_told_and_others_still_place(kept):
    new, told = placed(kept, audience(4)[0].drop(columns="device"))
    assert new.missing == ["device"]
    assert told["segment"].notna().mean() > 0.5
    assert new.drift()["told"].iloc[0] == "Device is not in this table."


def test_a_table_of_something_else_is_refused(kept):
    table = pd.DataFrame({"person": ["a", "b"], "colour": ["red", "blue"]})
    with pytest.raises(InputError, match="device"):
        Newcomers(kept, People.of(table), TODAY)


def test_what_another_version_stored_is_refused(found):
    stored = record.tables(found, when=WHEN, table="here")["division"]
    told = dict(zip(stored["part"], stored["text"], strict=True))
    told["division"] = json.dumps(json.loads(told["division"]) | {"version": 99})
    with pytest.raises(InputError, match="another version"):
        record.restored(pd.DataFrame({"part": list(told), "text": list(told.values())}))
    with pytest.raises(InputError, match="cannot be read"):
        record.restored(stored.head(1))
