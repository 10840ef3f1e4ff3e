"""Daily trends by week or month, weekly ones by month: only whole periods count."""

import numpy as np
import pandas as pd

from marketing.errors import InputError
from marketing.trends.engagement import Line, lines
from marketing.trends.frequencies import FREQUENCIES, Code

ORDER = "DWM"
ENOUGH = 0.7  # a period's sum is drawn up from the days it has, if it has this share of them


def coarsened(trends: pd.DataFrame, frequency: Code) -> pd.DataFrame:
    """The gathered trends at `frequency`; what is rarer than that already is refused.

    Weeks begin on Monday, and go by it; months by their first. The first and last are left out where the
    history does not cover them.

    Raises:
        InputError: a trend has values less often than asked for.
    """
    found = trends.drop_duplicates("trend").set_index("trend")["frequency"]
    rare = found[found.map(ORDER.index) > ORDER.index(frequency)]
    if len(rare):
        period, asked = FREQUENCIES[rare.iloc[0]].period, FREQUENCIES[frequency].period
        raise InputError(
            f"{rare.index[0]} has about one value a {period}, which cannot be forecast by {asked}."
            f" Leave --frequency out, or ask for {rare.iloc[0]}."
        )
    if (found == frequency).all():
        return trends
    parts = []
    by_trend = dict(list(trends.groupby("trend", sort=False)))
    for line in lines(trends):
        rows = by_trend[line.trend]
        if line.frequency.code != frequency:
            sums = _sums(line, frequency)
            head = rows.drop(columns=["date", "value", "frequency"]).iloc[0]
            rows = sums.assign(**head, frequency=frequency)[trends.columns]
        parts.append(rows)
    return pd.concat(parts, ignore_index=True).astype(trends.dtypes.to_dict())


def _sums(line: Line, frequency: Code) -> pd.DataFrame:
    """date and value of each whole period; a period that lacks a few days is drawn up from those it has."""
    dates = line.dates
    begin = dates - pd.to_timedelta(dates.day_of_week if frequency == "W" else dates.day - 1, unit="D")
    periods = pd.DataFrame({"date": begin, "value": line.values}).groupby("date")["value"].agg(["sum", "count", "size"])
    starts = pd.DatetimeIndex(periods.index)
    days = np.full(len(starts), 7) if frequency == "W" else starts.days_in_month.to_numpy()
    due = days / line.frequency.days
    if line.frequency.days == 1:
        whole = np.flatnonzero(periods["size"].to_numpy() >= due)
        kept = slice(whole[0], whole[-1] + 1) if len(whole) else slice(0, 0)
        periods, due = periods.iloc[kept], due[kept]
    share = periods["count"] / due
    sums = (periods["sum"] / share.clip(upper=1)).where(share >= ENOUGH)
    if sums.empty:  # no whole period: one without a value keeps the trend in the table, to be told as too short
        sums = pd.Series([np.nan], index=starts[-1:])
    return pd.DataFrame({"date": pd.DatetimeIndex(sums.index).as_unit("us"), "value": sums.to_numpy()})
