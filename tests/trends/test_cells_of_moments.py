"""Every number and day in the words of movers and anomalies stands in the row that it is told of."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event, week
from watched import TODAY, panel, shocked

from marketing.trends.anomalies import watch
from marketing.trends.anomalies.expectations import expectations
from marketing.trends.movers import movers
from marketing.trends.panels import Panel
from marketing.trends.wording import amount


def tables(found: Panel, events: pd.DataFrame = NO_EVENTS) -> dict[str, pd.DataFrame]:
    names = {"t0": "Harbour Lights", "t1": "Tidebreaker", "t2": "Saltmarsh"}
    expected = [expectations(found)]
    told = watch(expected, events, names, TODAY)
    return {"anomalies": told, "movers": movers(expected, told, events, names, TODAY)}


def agrees(text: str, column: str, value: object) -> bool:
    """Whether a text says the value of its column."""
    if column == "date":
        return text == f"{value:%A}" or f"{value:%A} {value.day} {value:%B}" in text  # type: ignore[attr-defined]
    if column == "event":
        return str(value).casefold() in text.casefold()
    if column == "change":
        return text in (f"{abs(value):.0%}", amount(value + 1))  # type: ignore[arg-type,operator]
    return text == (amount(value) if isinstance(value, float) else value)


@pytest.mark.parametrize("size", [0.3, 0.7, 1.6, 2.0, 5.0, 0.0])
def test_each_number_is_read_back_from_its_cell(size: float) -> None:
    values = [shocked({"2026-11-24": size}), shocked({"2026-09-01": size}, seed=2), week(300, seed=3)]
    trailer = event("trailer", "2026-11-23", title="t0").assign(event="Season 2 trailer")
    made = tables(panel(values), trailer)
    assert all(len(table) for table in made.values())
    for name, table in made.items():
        for row in table.to_dict("records"):
            cells = json.loads(row["cells"])
            for cell in cells:
                assert (cell["table"], cell["key"]) == (
                    name, {"trend": row["trend"], "date": f"{row['date']:%Y-%m-%d}"}
                )  # fmt: skip
                assert agrees(row["sentence"][cell["start"] : cell["end"]], cell["column"], row[cell["column"]])
            for found in re.finditer(r"\d+", row["sentence"]):
                assert any(c["start"] <= found.start() and found.end() <= c["end"] for c in cells), row["sentence"]


def test_a_part_says_where_it_is_from_its_cell() -> None:
    found = panel([shocked({"2026-11-24": 1.6})])
    found.heads["region"] = "ES"
    row = tables(found)["movers"].iloc[0]
    [cell] = [cell for cell in json.loads(row["cells"]) if cell["column"] == "region"]
    assert row["sentence"][cell["start"] : cell["end"]] == cell["value"] == "ES"
    assert np.isfinite(row["value"])
