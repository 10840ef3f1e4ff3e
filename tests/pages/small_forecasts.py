"""What a forecast leaves for the pages, made by hand."""

import math

import pandas as pd

LAST = pd.Timestamp(2026, 11, 22)
LEVELS = {"harbour-lights": 31000, "tidebreaker": 15000, "the-quiet-orchard": 8000, "nasty": 900}
TRENDS = ("harbour-lights/views", "harbour-lights/minutes", "tidebreaker/views", "nasty/views")
BAND = ["low80", "high80", "low95", "high95"]
WEEK = 7


def wave(day: pd.Timestamp, level: float) -> float:
    """A busy weekend and a slow swing."""
    return round(level * (1 + 0.25 * (day.day_of_week >= 5) + 0.08 * math.sin(day.day_of_year / 3)))


def tables(engagement: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table that a forecast of the small workspace's engagement leaves, but trends."""
    forecasts = _forecasts()
    return {
        "forecasts": forecasts,
        "scores": _scores(),
        "forecast_sums": _sums(forecasts),
        "outlooks": _outlooks(forecasts, engagement),
        "past_forecasts": _past(engagement),
        "event_effects": _effects(),
        "anomalies": _anomalies(),
        "movers": _movers(),
    }


def _level(trend: str) -> float:
    title, metric = trend.split("/")
    return 900000 if metric == "minutes" else LEVELS[title]


def _banded(expected: float, step: int) -> list[float]:
    narrow, wide = 0.12 + step * 0.002, 0.2 + step * 0.004
    return [expected * (1 + sign * width) for width in (narrow, wide) for sign in (-1, 1)]


def _forecasts() -> pd.DataFrame:
    rows = []
    for trend in TRENDS:
        title, metric = trend.split("/")
        for step in range(1, 29):
            day = LAST + pd.Timedelta(days=step)
            expected = wave(day, _level(trend)) * (1.12 if title == "harbour-lights" else 0.96)
            rows.append((trend, title, metric, day, expected, *_banded(expected, step), "blend"))
    return pd.DataFrame(rows, columns=["trend", "title", "metric", "date", "expected", *BAND, "forecaster"])


def _scores() -> pd.DataFrame:
    rows = [
        (trend, forecaster, 28, 0.82, 11.0, 4.2, 0.79, 0.94, skill, 8)
        for trend, skill in (("harbour-lights/views", 0.12), ("tidebreaker/views", 0.08), ("nasty/views", -0.03))
        for forecaster in ("blend", "theta")
    ]
    measures = ["mase", "smape", "msis80", "coverage80", "coverage95", "skill", "cutoffs"]
    return pd.DataFrame(rows, columns=["trend", "forecaster", "horizon", *measures])


def _sums(forecasts: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for trend, days in forecasts.groupby("trend"):
        for start in range(0, 28, WEEK):
            span = days.iloc[start : start + WEEK]
            total = float(span["expected"].sum())
            rows.append((trend, "week", span["date"].iloc[0], WEEK, total, *_banded(total, 0)))
        rows.append((trend, "month", pd.Timestamp(2026, 11, 1), 30, 30.0 * _level(str(trend)), *_banded(9e5, 0)))
    return pd.DataFrame(rows, columns=["trend", "period", "date", "days", "expected", *BAND])


def _outlooks(forecasts: pd.DataFrame, engagement: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for trend, days in forecasts.groupby("trend"):
        title, metric = str(trend).split("/")
        mine = (engagement["title"] == title) & (engagement["metric"] == metric)
        past = engagement[mine].groupby("date")["value"].sum()
        week = days.head(WEEK)
        peak = week.loc[week["expected"].idxmax()]
        total, before = float(week["expected"].sum()), float(past.tail(WEEK).sum())
        change = total / before - 1
        rows.append(
            {
                "trend": trend,
                "title": title,
                "metric": metric,
                "direction": "up" if change > 0.05 else "down" if change < -0.05 else "steady",
                "first": days["date"].min(),
                "last": days["date"].max(),
                "peak_date": peak["date"],
                **{name: peak[name] for name in ("expected", "low80", "high80")},
                "window_first": week["date"].min(),
                "window_last": week["date"].max(),
                "total": total,
                "total_low80": 0.93 * total,
                "total_high80": 1.08 * total,
                "before": before,
                "change": change,
                "even": 0,
                "recent": " ".join(f"{value:.4g}" for value in past.tail(60)),
            }
        )
    return pd.DataFrame(rows)


def _past(engagement: pd.DataFrame) -> pd.DataFrame:
    past = engagement[(engagement["title"] == "harbour-lights") & (engagement["metric"] == "views")]
    values = past.groupby("date")["value"].sum()
    rows = []
    for back in (28, 56, 84, 112):
        cutoff = LAST - pd.Timedelta(days=back)
        for step in range(1, 29):
            day = cutoff + pd.Timedelta(days=step)
            expected = wave(day, LEVELS["harbour-lights"]) * 1.03
            rows.append(("harbour-lights/views", cutoff, day, values.get(day), expected, *_banded(expected, step)))
    return pd.DataFrame(rows, columns=["trend", "cutoff", "date", "value", "expected", *BAND])


def _effects() -> pd.DataFrame:
    names = ["event", "date", "effect", "low80", "high80", "added", "basis", "ahead"]
    rows = [
        ("Trailer", "2026-09-04", 0.38, 0.25, 0.52, 41000.0, "own", 0),
        ("Season 2", "2026-10-18", 2.4, 2.0, 2.9, 180000.0, "own", 0),
        ("<b>Finale</b>", "2026-11-27", 0.5, 0.1, 1.1, 60000.0, "kind", 1),
    ]
    frame = pd.DataFrame(rows, columns=names).assign(trend="harbour-lights/views", kind="release", lead=0.0, fading=3.0)
    return frame.assign(date=pd.to_datetime(frame["date"]), peak_date=pd.to_datetime(frame["date"]))


def _anomalies() -> pd.DataFrame:
    rows = [("2026-10-22", 0.46, 5.1, "spike", "talk show"), ("2026-11-09", -0.34, -4.2, "dip", "")]
    frame = pd.DataFrame(rows, columns=["date", "change", "z", "kind", "event"])
    frame = frame.assign(trend="harbour-lights/views", title="harbour-lights", metric="views", sentence="")
    return frame.assign(date=pd.to_datetime(frame["date"]), expected=31000.0, value=31000 * (1 + frame["change"]))


def _movers() -> pd.DataFrame:
    rows = [("tidebreaker/views", 0.31, 2.6, 1, "Free weekend"), ("harbour-lights/views", 0.02, 0.3, 2, "")]
    frame = pd.DataFrame(rows, columns=["trend", "change", "z", "rank", "event"])
    title = frame["trend"].str.partition("/")[0]
    return frame.assign(title=title, metric="views", date=LAST, value=22900.0, expected=17500.0, sentence="")
