"""Up to four titles beside one another, each with its forecast."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing import charts
from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.trends.frequencies import FREQUENCIES

DAYS = {"D": 92, "W": 366, "M": 1096}  # of history beside the forecast


def show(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    """Let up to three others be chosen, of the same measure and counted as often, and draw them with this one."""
    titles = numbers.names(place.workspace)
    others = _others(place, row)
    if others.empty:
        period = FREQUENCIES[row["frequency"]].period
        st.markdown(f"No other title has a forecast of this measure by {period}.")
        return
    by_trend = dict(zip(others["trend"], others["title"], strict=True))
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.multiselect(
            "Compare with",
            list(by_trend),
            default=list(by_trend)[:1],
            format_func=lambda trend: titles[by_trend[trend]],
            max_selections=charts.MOST_LINES - 1,
            placeholder="Compare with up to three others",
            key="trends.others",
            width=420,
            label_visibility="collapsed",
        )
        indexed = st.toggle("As a share of the first week", key="trends.indexed", value=False)
    lines = [_line(name, history, forecast)]
    for trend in chosen:
        past, ahead = numbers.history(place.workspace, trend), numbers.forecast(place.workspace, trend)
        lines.append(_line(titles[by_trend[trend]], past, ahead))
    shown = pd.concat(lines, ignore_index=True)
    shown = shown[shown["date"] > history["date"].max() - pd.Timedelta(days=DAYS[row["frequency"]])]
    unit = words.measure(row["metric"])
    figure = charts.compare_chart(shown, unit=unit, indexed=indexed, theme=place.theme)
    told = words.listed([name, *(titles[by_trend[trend]] for trend in chosen)])
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, alt=f"{unit}: {told}", key="trends.compare")
    named = {row["trend"]: name} | {trend: titles[by_trend[trend]] for trend in chosen}
    st.table(_totals(place, named), border="horizontal", alt="The titles in numbers")


def _others(place: Place, row: Any) -> pd.DataFrame:
    """The outlooks that this trend can be held against, the largest first."""
    found = numbers.outlooks(place.workspace)
    others = found[(found["metric"] == row["metric"]) & (found["title"] != row["title"])]
    trends = numbers.table(place.workspace, "trends", ["trend", "frequency", "state"])
    fresh = (trends["state"] == "forecast") | (row["state"] == "stale")  # lines of other years would not meet
    alike = trends.loc[(trends["frequency"] == row["frequency"]) & fresh, "trend"]
    chosen: pd.DataFrame = others[others["trend"].isin(alike)].sort_values("total", ascending=False)
    return chosen


def _line(name: str, history: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    past = history[["date", "value"]].assign(ahead=False)
    ahead = forecast.rename(columns={"expected": "value"})[["date", "value"]].assign(ahead=True)
    return pd.concat([past, ahead], ignore_index=True).assign(name=name)


def _totals(place: Place, named: dict[str, str]) -> pd.DataFrame:
    rows = []
    for trend, name in named.items():
        ahead = numbers.outlook(place.workspace, trend)
        if ahead is None:
            continue
        between = f"{words.figure(ahead['total_low80'])} and {words.figure(ahead['total_high80'])}"
        change = words.change(float(ahead["change"]))
        rows.append((words.plain(name), words.figure(ahead["total"]), between, change))
    return pd.DataFrame(rows, columns=["Title", "Expected next", "80% between", "Against the time before"])
