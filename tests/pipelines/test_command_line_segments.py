"""Segments from the command line: found in files, kept in a workspace, and new people put into them."""

import json
from pathlib import Path

import pandas as pd
import pytest
from command import Marquee
from small_audience import company

from marketing.workspace import Workspace


@pytest.fixture
def files() -> Path:
    """The small company's tables as CSV, where the command runs."""
    for name, table in company().items():
        table.to_csv(f"{name}.csv", index=False)
    return Path()


@pytest.fixture
def divided(marquee: Marquee, files: Path) -> Workspace:
    """A workspace with its segments found."""
    for name in ("titles", "audience", "viewing"):
        assert marquee("ingest", name, files / f"{name}.csv", "-w", "lumen").code == 0
    assert marquee("run", "segment", "-w", "lumen").code == 0
    return Workspace.open(Path("lumen"))


def test_a_parquet_file_gives_what_the_same_csv_does(marquee: Marquee, files: Path) -> None:
    company()["audience"].to_parquet("people.parquet", index=False)
    for source, out in (("audience.csv", "one"), ("people.parquet", "two")):
        assert marquee("segment", "--input", files / source, "--k", "2", "--out", out).code == 0
    one, two = (pd.read_csv(f"{folder}/assignments.csv").set_index("person") for folder in ("one", "two"))
    pd.testing.assert_frame_equal(one, two.loc[one.index])
    assert Path("one/segments.json").read_bytes() == Path("two/segments.json").read_bytes()


def test_a_parquet_file_with_somebody_twice_is_refused(marquee: Marquee, files: Path) -> None:
    table = company()["audience"]
    pd.concat([table, table.head(2)]).to_parquet("twice.parquet", index=False)
    refused = marquee("segment", "--input", files / "twice.parquet", "--out", "groups")
    assert refused.code == 2
    assert "2 ids stand twice" in refused.err
    assert not Path("groups").exists()


def test_what_is_let_in_needs_a_reason_and_goes_on_record(marquee: Marquee, files: Path) -> None:
    def asked(*options: str):
        return marquee("segment", "--input", files / "audience.csv", "--k", "2", "--out", "groups", *options)

    for options, words in (
        (("--allow", "age=yes"), "without a reason"),
        (("--allow", "religion=we sell religious books"), "the law keeps"),
        (("--weight", "demographics=heavy"), "a number"),
        (("--weight", "device=-1"), "0 or more"),
        (("--k", "13"), "1 to 12"),
    ):
        refused = asked(*options)
        assert refused.code == 2
        assert words in refused.err
    assert asked("--allow", "age=films are rated by age here", "--weight", "device=0.5").code == 0
    record = json.loads(Path("groups/fairness.json").read_text())
    assert record["let_in"][0]["reason"] == "films are rated by age here"
    assert {"age", "device"} <= {one["column"] for one in record["used"]}
    assert [one["name"] for one in record["kept_out"]] == ["religion"]


def test_new_people_are_put_into_the_segments_of_a_workspace(marquee: Marquee, divided: Workspace) -> None:
    new = company(7)["audience"].head(200)
    new.assign(person="n" + new["person"]).to_csv("new.csv", index=False)
    ended = marquee("assign", "--input", "new.csv", "-w", "lumen", "--out", "placed.csv")
    assert ended.code == 0
    assert "of 200 people placed" in ended.out
    placed = pd.read_csv("placed.csv")
    assert list(placed.columns) == ["person", "segment", "chance", "next", "next_chance"]
    assert set(placed["segment"].dropna()) == set(divided.read("segments")["segment"])
    told = marquee("assign", "--input", "new.csv", "-w", "lumen", "--out", "placed.csv", "--json").json
    assert told["people"] == 200
    assert {row["subject"] for row in told["drift"]} >= {"device", "segments"}


def test_an_audience_that_has_moved_is_told_so(marquee: Marquee, divided: Workspace) -> None:
    new = company(7)["audience"]
    new.assign(device="console").to_csv("new.csv", index=False)
    ended = marquee("assign", "--input", "new.csv", "-w", "lumen", "--out", "placed.csv")
    assert "Device: " in ended.out
    assert "Find the segments anew" in ended.out


def test_nobody_can_be_placed_before_there_are_segments(marquee: Marquee, files: Path) -> None:
    assert marquee("ingest", "audience", files / "audience.csv", "-w", "lumen").code == 0
    refused = marquee("assign", "--input", files / "audience.csv", "-w", "lumen", "--out", "placed.csv")
    assert refused.code == 2
    assert "marquee run" in refused.err
    other = marquee("assign", "--input", files / "titles.csv", "-w", "lumen", "--out", "placed.csv")
    assert other.code == 2
    assert not Path("placed.csv").exists()
