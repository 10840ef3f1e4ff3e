"""A title whose days are all alike, or whose months are: pages name no peak, or name it by its month."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_workspace import NOW
from streamlit.testing.v1 import AppTest

from marketing.workspace import Workspace

Draw = Callable[..., AppTest]


def rewritten(folder: Path, table: str, **values: Any) -> None:
    workspace = Workspace(folder)
    workspace.write({table: workspace.read(table).assign(**values)}, now=NOW)


def below(app: AppTest) -> str:
    return next(element.value for element in app.markdown if element.value.startswith("Shaped "))


@pytest.mark.parametrize(("direction", "words"), [("up", "a rising"), ("down", "a falling"), ("steady", "a steady")])
def test_where_no_day_stands_out_drafts_name_none(direction: str, words: str, full: Path, draw: Draw) -> None:
    rewritten(full, "outlooks", even=1, direction=direction)
    told = below(draw("drafts", title="harbour-lights"))
    assert told.startswith(f"Shaped by {words} forecast")
    assert "peak" not in told


def test_where_one_does_drafts_name_it(full: Path, draw: Draw) -> None:
    rewritten(full, "outlooks", peak_date=pd.Timestamp("2026-11-28"))
    assert below(draw("drafts", title="harbour-lights")).startswith("Shaped by the forecast peak on Saturday 28 Nov")


def test_the_peak_of_a_monthly_title_is_a_month(full: Path, draw: Draw) -> None:
    rewritten(full, "outlooks", peak_date=pd.Timestamp("2027-03-01"))
    rewritten(full, "trends", frequency="M")
    assert below(draw("drafts", title="harbour-lights")).startswith("Shaped by the forecast peak in March 2027")


@pytest.mark.parametrize(("even", "label"), [(0, "Draft for this peak"), (1, "Draft for this title")])
def test_trends_offers_to_write_for_a_peak_only_where_there_is_one(
    even: int, label: str, full: Path, draw: Draw
) -> None:
    rewritten(full, "outlooks", even=even)
    assert label in [button.label for button in draw("trends", title="harbour-lights").button]
