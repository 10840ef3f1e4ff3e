"""Events near a day, as possible reasons of what happened on it, in words."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.frequencies import Code
from marketing.trends.wording import spelled

# For each frequency, how long before a period an event may be its reason: (days, or months, before; periods since).
# A week goes by its middle day.
STEPS: dict[Code, list[tuple[int, int]]] = {
    "D": [(days, days) for days in range(4)],
    "W": [(days, (days + 3) // 7) for days in range(-3, 11)],
    "M": [(0, 0)],
}
PERIODS: dict[Code, str] = {"D": "day", "W": "week", "M": "month"}
DURING = 99  # periods since an event that is only under way: any other reason comes first
PLAIN_FIRST = re.compile(
    r"(first|second|third|fourth|fifth|sixth|final|last|new|official|reveal|teaser|launch|early|late)\b", re.IGNORECASE
)
COLUMNS = ["event", "event_kind", "event_date", "lag"]


def near(rows: pd.DataFrame, events: pd.DataFrame, code: Code) -> pd.DataFrame:
    """For each row the event that most likely is behind it: that of its own day, else of up to three days before.

    Args:
        rows: title, date (of a period of frequency `code`) and region, where trends have one.
        events: The events table, or an empty one. Those of the row's title and everyone's count, of its region or
            everywhere; of several that are as near, a title's own comes before everyone's.

    Returns:
        event ("" where there is none), event_kind, event_date and lag (periods since; DURING where it is only under
        way), with the index of `rows`.
    """
    told = _told(events)
    asked = rows.reset_index(drop=True).assign(row=np.arange(len(rows)), period=_period(rows["date"], code))
    asked = asked[[name for name in ("row", "title", "region", "period", "date") if name in asked]]
    begun = told.assign(period=_period(told["date"], code))
    found = [_matched(asked, begun, code)]
    found += [_under_way(asked, event) for event in told[told["end_date"] > told["date"]].to_dict("records")]
    every = pd.concat(found, ignore_index=True)
    best = every.sort_values(["row", "lag", "common", "event_date", "event"], kind="stable").drop_duplicates("row")
    result = best.set_index("row").reindex(np.arange(len(rows)))[COLUMNS].set_axis(rows.index)
    texts = {name: result[name].astype("str").where(result[name].notna(), "") for name in ("event", "event_kind")}
    return result.assign(**texts)


def in_words(event: str, kind: str, lag: float, code: Code) -> str:
    """ "the day of the second trailer", "two days after “Pre-orders open”", "during “Free weekend”"; "" of none.

    With a `lag` of NaN it is some time since: "after the second trailer".
    """
    if not event:
        return ""
    name, period = called(event, kind), PERIODS[code]
    if lag == DURING:
        return f"during {name}"
    if math.isnan(lag):
        return f"after {name}"
    if lag == 0:
        return f"the {period} of {name}"
    return f"{f'the {period}' if lag == 1 else f'{spelled(int(lag))} {period}s'} after {name}"


def called(event: str, kind: str) -> str:
    """An event within a sentence: "the second trailer" where its name ends with its kind, else in quotation marks."""
    words = " ".join(event.split())
    if not kind or words.split(" ")[-1].casefold() != kind.casefold():
        return f"“{words}”"
    plain = PLAIN_FIRST.match(words) or words.casefold() == kind.casefold()
    return f"the {words[:1].lower() + words[1:] if plain and not words.isupper() else words}"


def _told(events: pd.DataFrame) -> pd.DataFrame:
    """Events with all columns that are asked for, texts "" where they say nothing."""
    told = events.reindex(columns=["event", "kind", "date", "end_date", "title", "region"]).reset_index(drop=True)
    for name in ("event", "kind", "title", "region"):
        told[name] = told[name].astype("str").where(told[name].notna(), "")
    dates = {name: pd.to_datetime(told[name]).astype("datetime64[us]") for name in ("date", "end_date")}
    return told.assign(**dates, event_kind=told["kind"], event_date=dates["date"], event_region=told["region"])


def _period(dates: pd.Series, code: Code) -> NDArray[np.int64]:
    """A number for each date, one more for the next day or month."""
    return np.asarray(dates.to_numpy().astype(f"datetime64[{'M' if code == 'M' else 'D'}]").astype(np.int64))


def _matched(asked: pd.DataFrame, begun: pd.DataFrame, code: Code) -> pd.DataFrame:
    """Rows with the events that began in their period or shortly before."""
    steps = [asked.assign(period=asked["period"] - before, lag=float(lag)) for before, lag in STEPS[code]]
    every = pd.concat(steps, ignore_index=True)
    facts = ["period", "event", "event_kind", "event_date", "event_region"]
    own = every.merge(begun[["title", *facts]], on=["title", "period"]).assign(common=False)
    common = every.merge(begun.loc[begun["title"] == "", facts], on="period").assign(common=True)
    return _of_region(pd.concat([own, common], ignore_index=True))


def _under_way(asked: pd.DataFrame, event: Mapping[Any, Any]) -> pd.DataFrame:
    """Rows with an event that began earlier and goes on, each."""
    there = (asked["date"] > event["date"]) & (asked["date"] <= event["end_date"])
    if event["title"]:
        there &= asked["title"] == event["title"]
    facts = {name: event[name] for name in ("event", "event_kind", "event_date", "event_region")}
    return _of_region(asked[there].assign(**facts, lag=float(DURING), common=not event["title"]))


def _of_region(found: pd.DataFrame) -> pd.DataFrame:
    """Those of the row's region or of everywhere; a total is of all regions."""
    wanted = [*COLUMNS, "row", "common"]
    if "region" not in found:
        return found[wanted]
    same = (found["event_region"] == "") | found["region"].isna() | (found["event_region"] == found["region"])
    return found.loc[same, wanted]
