"""Somebody may ask for a number of segments, and is told what it costs against the number that the data prove."""

import datetime as dt

import pytest
from small_audience import company

from marketing.errors import InputError
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import segment

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
OPEN = Settings(today=NOW.date())


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace.create(tmp_path / "lumen")
    workspace.upsert(company(), now=NOW)
    return workspace


def chosen(workspace):
    choices = workspace.read("choices").set_index("k")
    return {name: choices.index[choices[name] == 1].tolist() for name in ("chosen", "found", "asked")}


def test_the_number_that_is_asked_for_stands_beside_the_one_that_the_data_prove(workspace):
    segment.run(workspace, OPEN, now=NOW)
    before = workspace.read("choices").set_index("k")
    assert chosen(workspace) == {"chosen": [2], "found": [2], "asked": []}
    segment.run(workspace, OPEN, now=NOW, asked={"k": 3})
    after = workspace.read("choices").set_index("k")
    assert chosen(workspace)["found"] == [2]
    assert chosen(workspace)["asked"] == [3]
    assert after["criterion"].to_dict() == before["criterion"].to_dict()
    assert after.loc[[2, 3], "agreement"].notna().all()
    assert after.loc[2, "agreement"] == before.loc[2, "agreement"]


def test_it_holds_until_another_is_asked_for(workspace):
    segment.run(workspace, OPEN, now=NOW, asked={"k": 3})
    workspace.upsert({"viewing": company(1)["viewing"]}, now=NOW)
    segment.run(workspace, OPEN, now=NOW)
    assert chosen(workspace) == {"chosen": [3], "found": [], "asked": [3]}  # nothing is known of other numbers now
    segment.run(workspace, OPEN, now=NOW, asked={"k": None})
    left_open = chosen(workspace)
    assert left_open["asked"] == []
    assert left_open["found"] == left_open["chosen"]
    assert segment.run(workspace, OPEN, now=NOW).fresh


def test_the_settings_number_goes_before_one_that_was_asked_for_earlier(workspace):
    segment.run(workspace, OPEN, now=NOW, asked={"k": 3})
    assert segment.run(workspace, Settings(today=NOW.date(), k=2), now=NOW).segments == 2
    assert chosen(workspace)["asked"] == []
    assert segment.run(workspace, OPEN, now=NOW).segments == 2  # the data's own again: nothing is asked for


@pytest.mark.parametrize("k", [0, 13, "six", 2.5])
def test_what_cannot_be_looked_for_is_refused_in_words(k, workspace):
    with pytest.raises(InputError, match=r"cannot be looked for\. Ask for 1 to 12"):
        segment.run(workspace, OPEN, now=NOW, asked={"k": k})
