import json

import pandas as pd
import pytest
from small_house import BRIEF, FINALE, House


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path / "lumen")
    yield house
    house.ledger.close()


@pytest.fixture
def insightful(house):
    """A house in which the jobs have run."""
    days = pd.date_range("2026-11-23", periods=3)
    trend = {"trend": "harbour-lights/views", "title": "harbour-lights", "metric": "views"}
    levels = {"expected": 38_123.5, "low80": 30_000.0, "high80": 46_000.0, "low95": 25_000.0, "high95": 55_000.0}
    ended = {"trend": "=HYPERLINK(1)/views", "title": "gone", "metric": "views", "state": "ended", "frequency": "D"}
    about = {"first": days[0] - pd.Timedelta(days=90), "last": days[0] - pd.Timedelta(days=1), "points": 90.0}
    about_title = {"kind": "series", "genre": "drama", "synopsis": "A port at night.", "rating": "12"}
    about_title["release_date"] = days[0] - pd.Timedelta(days=30)
    fact = {"fact": "f1", "title": "harbour-lights", "text": FINALE, "kind": "date", "source": "the schedule"}
    fact |= {"valid_from": days[0] - pd.Timedelta(days=30), "valid_to": pd.Timestamp("2026-11-27"), "territory": "ES"}
    traits = [{"trait": "Plays on a console", "share": 0.71, "low": 0.68, "high": 0.74, "everyone": 0.33, "lift": 2.1}]
    house.write(
        titles=[BRIEF["title"] | about_title],
        facts=[fact],
        trends=[
            trend | {"state": "forecast", "frequency": "D", "reason": "", "sentence": "Up."} | about,
            ended | {"reason": "=1+1 no views since May", "sentence": ""} | about,
        ],
        forecasts=[trend | levels | {"date": day, "forecaster": "blend", "region": "ES"} for day in days],
        scores=[trend | {"forecaster": "blend", "mase": 0.8, "skill": -0.25, "coverage80": 0.79, "cutoffs": 6.0}],
        segments=[
            {
                "segment": "s1",
                "name": "Late-night finishers",
                "size": 1340.0,
                "share": 0.27,
                "traits": json.dumps(traits),
            }
            | {"description": "=cmd|' /C calc'!A0", "stability": 0.93}
        ],
        affinity=[
            {"segment": "s1", "title": "harbour-lights", "rate": 0.31, "low90": 0.28, "high90": 0.34, "lift": 1.4}
            | {"people": 415.0, "because": "610 of 1,340 have not started"}
        ],
        set_aside=[{"subject": "column", "name": "religion", "reason": "a special category", "people": None}],
    )
    return house
