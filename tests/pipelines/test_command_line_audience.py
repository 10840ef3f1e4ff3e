"""The people of a segment from the command line, under the same gates as on the page."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from command import Marquee

from marketing.workspace import Workspace

SIZES = {"s1": 150, "s2": 99}
EXPORT = ("export", "audience", "-w", "lumen", "--out", "them.csv")


@pytest.fixture(autouse=True)
def divided(marquee: Marquee) -> None:
    """A workspace with two segments, one of them too small to be handed out."""
    rows = [(segment, f"Group {segment}", size, size / 249) for segment, size in SIZES.items()]
    people = [(f"p-{segment}-{n}", segment) for segment, size in SIZES.items() for n in range(size)]
    tables = {
        "segments": pd.DataFrame(rows, columns=["segment", "name", "size", "share"]),
        "assignments": pd.DataFrame(people, columns=["person", "segment"]),
    }
    Workspace.create(Path("lumen")).write(tables, now=dt.datetime(2026, 11, 23, tzinfo=dt.UTC))


def test_the_ids_of_a_segment_are_written_and_the_audit_trail_has_it(marquee: Marquee) -> None:
    assert marquee(*EXPORT, "--segment", "s1").code == 0
    them = pd.read_csv("them.csv", dtype=str)
    assert (list(them.columns), len(them), them["person"].str.startswith("p-s1-").all()) == (["person"], 150, True)
    last = marquee("audit", "-w", "lumen", "--json").json[-1]
    assert (last["action"], last["subject"], last["detail"]["segment"]) == ("export", "audience", "s1")


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        (("--segment", "s2"), 1, "fewer than 100 people"),
        (("--segment", "gone"), 2, "There is no segment 'gone'. There are: s1, s2."),
        ((), 2, "A list of people is of a segment"),
    ],
)
def test_what_may_not_leave_is_refused_in_words(marquee: Marquee, asked: tuple[str, ...], code: int, told: str) -> None:
    done = marquee(*EXPORT, *asked)
    assert (done.code, told in done.err) == (code, True)
    assert not Path("them.csv").exists()
    assert "export" not in [entry["action"] for entry in marquee("audit", "-w", "lumen", "--json").json]


def test_a_segment_goes_with_no_other_export(marquee: Marquee) -> None:
    done = marquee("export", "insights_csv", "-w", "lumen", "--out", "x.csv", "--segment", "s1")
    assert (done.code, "marquee export audience --segment" in done.err) == (2, True)
