"""The tables of a forecast run, from all that is fitted so far: numbers, words, and what was not as expected."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing import tables
from marketing.trends import events, fits
from marketing.trends.anomalies import watch
from marketing.trends.anomalies.expectations import expectations
from marketing.trends.cells import Said
from marketing.trends.engagement import part
from marketing.trends.events.event_effects import event_effects
from marketing.trends.forecasts import finish
from marketing.trends.frequencies import Code
from marketing.trends.movers import movers
from marketing.trends.outlook import Outlook
from marketing.trends.outlooks import outlooks
from marketing.trends.panels import Panel
from marketing.trends.sentences import MATTERS, Record, sentence
from pipelines.batch import Batch, dimensions
from pipelines.isolation import spared
from pipelines.tasks import failure

Tables = dict[str, pd.DataFrame]

# Made anew each time that something is done; `fits` beside them, since the next run carries them over.
BY_TREND = (
    *("trends", "outlooks", "forecasts", "scores", "past_forecasts"),
    *("forecast_sums", "event_effects"),
)
WATCHED = ("anomalies", "movers")
HEAD = ["trend", "title", "metric"]
RECENT = 60  # values of the small line
DIGITS = 4  # significant ones of these
DTYPES = {"id": "str", "text": "str", "date": "datetime64[us]", "number": "float64", "count": "int64"}


def watched(batch: Batch, names: Mapping[str, str]) -> Tables:
    """The tables anomalies and movers: they ask of the past alone, and wait for no forecast.

    A trend that cannot be watched has no row in them, and its forecast stands all the same.
    """
    (told, moved), _ = spared(
        lambda trends: _watched(batch, names, trends), [trend for panel in batch.found for trend in panel.trends]
    )
    return {"anomalies": typed("anomalies", told, batch), "movers": typed("movers", moved, batch)}


def _watched(batch: Batch, names: Mapping[str, str], trends: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    whole = len(trends) == sum(map(len, batch.found))
    panels = batch.found if whole else [panel.take(np.isin(panel.trends, trends)) for panel in batch.found]
    found = [expectations(panel) for panel in panels]
    told = watch(found, batch.told, names, batch.how.today)
    return told, movers(found, told, batch.told, names, batch.how.today)


def kept(batch: Batch) -> pd.DataFrame:
    """The table fits: all that this run fitted or carried over."""
    horizon = max((batch.how.horizon[panel.frequency.code] for panel in batch.ready), default=0)
    columns = ["trend", "forecaster", "origin", "digest", *fits.steps(horizon)]
    parts = [each for each in batch.fitted if len(each)]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    whole = whole.reindex(columns=columns).astype({"trend": "str", "forecaster": "str", "digest": "str"})
    whole = whole.astype({"origin": "int64", **dict.fromkeys(fits.steps(horizon), "float64")})
    return whole.sort_values(["trend", "forecaster", "origin"], ignore_index=True)


def so_far(batch: Batch, names: Mapping[str, str]) -> Tables:
    """The tables BY_TREND of what is done so far; a trend that is not has no row in any, one that failed says why.

    A trend that is fitted and cannot be finished is a failure of the batch from now on, and costs no other.
    """
    whole = pd.concat(batch.fitted, ignore_index=True) if batch.fitted else pd.DataFrame()
    done = [trend for panel in batch.ready for trend in panel.trends if trend in batch.done]
    made, faults = spared(lambda trends: _made(batch, names, whole, trends), done)
    batch.fail([failure(trend, fault) for trend, fault in faults.items()])
    trends = _trends(batch, made.pop("trends", None), made.pop("said", None))
    return {name: typed(name, trends if name == "trends" else made.get(name), batch) for name in BY_TREND}


def _made(batch: Batch, names: Mapping[str, str], whole: pd.DataFrame, trends: Sequence[str]) -> Tables:
    """The tables BY_TREND of some trends, and their words (`said`); none at all of no trends."""
    panels = [panel.take(np.isin(panel.trends, trends)) for panel in batch.ready]
    panels = [panel for panel in panels if len(panel)]
    if not panels:
        return {}
    horizons = [batch.how.horizon[panel.frequency.code] for panel in panels]
    fitted = [fits.read(whole, panel, horizon) for panel, horizon in zip(panels, horizons, strict=True)]
    made = dict(finish(panels, fitted, forecaster=batch.how.forecaster))
    felt = [
        event_effects(panel, batch.learned, horizon, made["forecasts"])
        for panel, horizon in zip(panels, horizons, strict=True)
    ]
    filled = [each for each in felt if len(each)]
    made["event_effects"] = typed("event_effects", pd.concat(filled, ignore_index=True) if filled else felt[0], batch)
    said = Words(batch, names, made).of_all(panels)
    made["scores"] = made["scores"].drop(columns="wape")  # of the forecaster in use it stands in trends, as off
    made["outlooks"] = pd.DataFrame([told for told, _ in said])
    made["said"] = pd.DataFrame([told for _, told in said])
    return made


class Words:
    """What each trend's forecast amounts to, as rows of outlooks and in words."""

    def __init__(self, batch: Batch, names: Mapping[str, str], made: Tables) -> None:
        self.batch, self.names, self.made = batch, names, made
        self.shown: dict[Any, Any] = made["trends"].set_index("trend").to_dict("index")
        self.cutoffs = made["past_forecasts"].groupby("trend")["cutoff"].min().to_dict()
        scores = made["scores"].merge(made["trends"][["trend", "forecaster"]], on=["trend", "forecaster"])
        self.skill: dict[Any, float] = scores.set_index("trend")["skill"].to_dict()
        self.points = dict(zip(batch.heads["trend"], batch.heads["points"].astype(int), strict=True))
        self.ahead = self._untold()

    def _untold(self) -> dict[str, list[tuple[str, Any]]]:
        found: dict[str, list[tuple[str, Any]]] = {}
        for panel in self.batch.ready:
            horizon = self.batch.how.horizon[panel.frequency.code]
            told = events.untold_ahead(panel, self.batch.learned, horizon)
            for trend, kind, date in zip(told["trend"], told["kind"], told["date"], strict=True):
                found.setdefault(trend, []).append((str(kind), pd.Timestamp(date).date()))
        return {trend: sorted(set(each), key=lambda e: e[::-1]) for trend, each in found.items()}

    def of_all(self, panels: Sequence[Panel]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """For each trend its row of outlooks, and its trend, sentence and cells."""
        return [each for panel in panels for each in self._of(panel)]

    def _of(self, panel: Panel) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        told = outlooks(panel, self.made["forecasts"], self.made["forecast_sums"])
        effects = _mattering(self.made["event_effects"], dict(zip(panel.trends, told, strict=True)))
        for head, values, each in zip(_records(panel.heads[HEAD]), panel.values, told, strict=True):
            trend = str(head["trend"])
            said = self._said(head, each, panel.frequency.code, effects.get(trend))
            cells = json.dumps(said.cells, ensure_ascii=False, default=str)
            yield (
                {**head, **_row(each), "recent": _recent(values)},
                {"trend": trend, "sentence": said.text, "cells": cells},
            )

    def _said(self, head: Mapping[str, str], told: Outlook, code: Code, effects: pd.DataFrame | None) -> Said:
        trend, shown = head["trend"], self.shown[head["trend"]]
        name, value = part(trend)
        return sentence(
            told,
            trend=trend,
            name=self.names.get(head["title"], head["title"]),
            metric=head["metric"],
            dimensions={name: value} if name else {},
            frequency=code,
            today=self.batch.how.today,
            record=self._record(trend),
            forecaster=shown["forecaster"],
            shown=shown["shown"],
            points=self.points[trend],
            effects=effects,
            ahead=self.ahead.get(trend, ()),
        )

    def _record(self, trend: str) -> Record | None:
        if trend not in self.cutoffs:
            return None
        shown = self.shown[trend]
        return Record(shown["off"], self.cutoffs[trend].date(), shown["forecaster"], self.skill.get(trend, math.nan))


def _mattering(effects: pd.DataFrame, told: Mapping[str, Outlook]) -> dict[str, pd.DataFrame]:
    """The effects that a sentence may tell of, by trend: clear, large enough, at work by the end of the window.

    Most of a workspace's are not, and asking each trend for its own takes longer than all else.
    """
    mine = effects[(effects["low80"] > 0) | (effects["high80"] < 0)]
    if mine.empty:
        return {}
    until = mine["trend"].map({trend: pd.Timestamp(each.window_last) for trend, each in told.items()})
    total = mine["trend"].map({trend: each.total for trend, each in told.items()})
    mine = mine[(mine["date"] <= until) & (mine["window_added"].abs() >= MATTERS * total)]
    return {str(trend): rows for trend, rows in mine.groupby("trend", sort=False)}


def _row(told: Outlook) -> dict[str, Any]:
    """An outlook as a row: dates as such, `even` as 0 or 1."""
    row = dict(vars(told)) | {"even": int(told.even)}
    row.pop("summed")
    return {name: pd.Timestamp(value) if hasattr(value, "isoformat") else value for name, value in row.items()}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _recent(values: NDArray[np.float64]) -> str:
    known = values[-RECENT * 2 :]
    return " ".join(f"{value:.{DIGITS}g}" for value in known[~np.isnan(known)][-RECENT:].tolist())


def _trends(batch: Batch, shown: pd.DataFrame | None, said: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table trends: those that cannot be forecast, those that failed, and those done, with their words."""
    failed = {failure.key: failure.reason for failure in batch.failures}
    trends = batch.heads[~batch.heads.index.isin(batch.waiting())].reset_index(drop=True)
    wrong = trends["trend"].isin(failed)
    trends["state"] = trends["state"].where(~wrong, "failed")
    trends["reason"] = trends["reason"].where(~wrong, trends["trend"].map(failed))
    if shown is not None and said is not None:
        told = shown.drop(columns="shown").rename(columns={"reason": "why"}).merge(said, on="trend")
        trends = trends.merge(told, on="trend", how="left")
        trends["reason"] = (trends["reason"] + " " + trends.pop("why").fillna("")).str.strip()
    texts = [name for name in ("forecaster", "grade", "sentence", "cells") if name in trends]
    return trends.fillna(dict.fromkeys(texts, ""))


def typed(name: str, frame: pd.DataFrame | None, batch: Batch) -> pd.DataFrame:
    """A made table in its contract's types and sorted by its key; of no rows, with its columns all the same."""
    contract = tables.table(name)
    kinds = {column.name: DTYPES[column.kind] for column in contract.columns}
    if contract.dimensions or name == "trends":
        kinds |= dict.fromkeys(dimensions(batch.heads), "str")
    if frame is None or not len(frame.columns):
        frame = pd.DataFrame()
    lacking = [column for column in kinds if column not in frame]
    frame = frame.assign(**{column: pd.Series(np.nan, index=frame.index) for column in lacking})
    typed = frame.astype({column: kind for column, kind in kinds.items() if kind != "int64"})
    whole = {column: "int64" for column, kind in kinds.items() if kind == "int64"}
    keys = [key for key in contract.key if key in typed]
    return _ordered(typed.astype(whole), contract, dimensions(batch.heads)).sort_values(keys, ignore_index=True)


def _ordered(frame: pd.DataFrame, contract: Any, parts: Sequence[str]) -> pd.DataFrame:
    """Columns as the contract has them, dimensions after the metric, others last."""
    names = [column.name for column in contract.columns]
    here = [name for name in parts if name in frame]
    place = names.index("metric") + 1 if "metric" in names else len(names)
    names = [*names[:place], *here, *names[place:]]
    return frame[[*names, *(name for name in frame.columns if name not in names)]]
