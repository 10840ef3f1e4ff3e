"""Continue trends with a named forecaster, with bands from its errors and scores from its past.

`outlook` tells what a stored forecast amounts to, `sentence` puts it in words; neither loads a forecaster.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from marketing import catalog
from marketing.trends import bands, scores
from marketing.trends.engagement import TITLE, lines
from marketing.trends.events import doubt
from marketing.trends.forecasters import begun
from marketing.trends.outlook import Outlook, outlook
from marketing.trends.sentences import sentence

__all__ = ["FORECASTERS", "Forecasts", "Outlook", "forecast_trends", "outlook", "sentence"]

FORECASTERS = "marketing.trends.forecasters"


@dataclass(frozen=True)
class Forecasts:
    """Rows for the tables `forecasts` (sorted by trend and date) and `scores` (by trend and forecaster)."""

    forecasts: pd.DataFrame
    scores: pd.DataFrame


def forecast_trends(trends: pd.DataFrame, events: pd.DataFrame, *, horizon: int, forecaster: str) -> Forecasts:
    """Continue each trend `horizon` periods from the one after its last, and score the forecaster on its past.

    Args:
        trends: A gathered table of trends that can be forecast (:mod:`marketing.trends.states`), of one frequency.
        events: The events table, or an empty one.
        horizon: Periods ahead.
        forecaster: One of the forecasters' folder. Its members and seasonal naive are scored with it, and what
            is built of others is combined from their fits, so nothing is fitted twice.

    Raises:
        MissingError: there is no such forecaster.
    """
    starts = {line.trend: begun(line.values) for line in lines(trends)}
    cuts = scores.cut(trends, horizon, starts)
    both = pd.concat([trends, cuts[trends.columns]], ignore_index=True)
    continued = _continued(both, horizon, events, [forecaster, scores.YARDSTICK])
    told = {name: scores.misses(trends, cuts, table, events) for name, table in continued.items()}
    scored = scores.with_skill(scores.score(rows, name, horizon) for name, rows in told.items())
    banded = _banded(trends, continued[forecaster], told[forecaster], events)
    return Forecasts(banded.assign(forecaster=forecaster).astype({"forecaster": "str"}), scored)


def _continued(
    trends: pd.DataFrame, horizon: int, events: pd.DataFrame, wanted: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The results of the wanted forecasters and of all that they are built of, each fitted once."""
    found: dict[str, pd.DataFrame] = {}
    for name in wanted:
        if name in found:
            continue
        option = catalog.load(FORECASTERS, name)
        if members := getattr(option, "MEMBERS", ()):
            found |= _continued(trends, horizon, events, [m for m in members if m not in found])
            found[name] = option.combine([found[member] for member in members])
        else:
            found[name] = option.forecast(trends, horizon, events)
    return found


def _banded(trends: pd.DataFrame, continued: pd.DataFrame, told: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    names = [c for c in trends.columns if c not in ("trend", "frequency", "date", "value")]
    heads = trends.drop_duplicates("trend").set_index("trend")[names]
    errors = dict(list(told.groupby("trend")))
    found = dict(list(continued.groupby("trend", sort=False)))
    parts = []
    for line in lines(trends):
        rows, head = found[line.trend], heads.loc[line.trend]
        width = bands.widths(line, len(rows))
        if line.trend in errors:
            width = bands.fitted(width, errors[line.trend])
        band = bands.around(rows["expected"].to_numpy(float), width, doubt(events, line, len(rows)))
        parts.append(rows.assign(**{name: head[name] for name in names}, **band))
    whole = pd.concat(parts, ignore_index=True).sort_values(["trend", "date"], ignore_index=True)
    dimensions = [name for name in names if name not in TITLE]
    whole = whole[["trend", *TITLE, *dimensions, "date", "expected", *bands.columns()]]
    return whole.astype(dict.fromkeys(["trend", *names], "str"))
