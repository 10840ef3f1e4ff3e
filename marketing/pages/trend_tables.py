"""The tables under a trend: all trends, to search and to choose from, and those without a forecast."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.trends import engagement

MOST_LISTED = 50  # rows of a list that is read, not searched
MOST_SURPRISE = 6.0  # spreads; beyond, the bar is full
MOST_ROWS, ROW = 12, 33  # rows of a table that is searched, before it scrolls; pixels of one


def all_trends(place: Place, trends: pd.DataFrame, titles: dict[str, str], metric: str) -> None:
    """Every title's forecast of this measure: what is surprising first."""
    found = numbers.outlooks(place.workspace)
    found = found[found["metric"] == metric]
    if found.empty:
        return
    st.header("All trends", anchor=False)
    kinds = numbers.kinds(place.workspace)
    found = _filtered(found, titles, kinds)
    if found.empty:
        st.markdown("No title of that name or kind has a forecast.")
        return
    found = _with_latest(place, found, trends)
    weekly = bool((found["frequency"] == "D").all())
    shown = pd.DataFrame(
        {
            "Title": [titles[i] for i in found["title"]],
            "Lately": found["recent"].tolist(),
            "Against forecast": _percent(found["off_expected"]),
            "Surprise": found["surprise"].tolist(),
            "Ahead": _percent(found["change"]),
            "Expected": found["total"].tolist(),
            "Grade": [
                words.begun(grade) + (", old data" if state == "stale" else "")
                for grade, state in zip(found["grade"], found["state"], strict=True)
            ],
            "Kind": [kinds.get(i, "") for i in found["title"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= MOST_ROWS else ROW * MOST_ROWS,
        placeholder="",
        column_config=_columns(metric, weekly=weekly),
        selection_mode="single-row",
        on_select=lambda: _take(found["title"].tolist()),
        key="trends.all",
        alt=f"All trends of {words.measure(metric)}",
    )


def _with_latest(place: Place, found: pd.DataFrame, trends: pd.DataFrame) -> pd.DataFrame:
    """Each with its latest day against what was expected, and its grade; the most surprising first, then by size."""
    latest = numbers.table(place.workspace, "movers")[["trend", "change", "z"]]
    latest = latest.rename(columns={"change": "off_expected"})
    whole = found.merge(latest, on="trend", how="left").merge(
        trends[["trend", "grade", "state", "frequency"]], on="trend", how="left"
    )
    whole = whole.assign(surprise=whole["z"].abs().clip(upper=MOST_SURPRISE), grade=whole["grade"].fillna("unknown"))
    return whole.sort_values(["surprise", "total"], ascending=False, ignore_index=True)


def _percent(ratios: pd.Series) -> list[float]:
    """Whole per cents; 0 never as −0."""
    return [float(value) + 0.0 for value in (ratios * 100).round()]


def _columns(metric: str, *, weekly: bool) -> dict[str, Any]:
    percent, span = "%+.0f%%", "week" if weekly else "week or month"
    return {
        "Title": st.column_config.TextColumn(width="medium"),
        "Lately": st.column_config.LineChartColumn("Last 60 days" if weekly else "Last 60 values", width="small"),
        "Against forecast": st.column_config.NumberColumn(
            format=percent, help="The latest day against what was expected of it"
        ),
        "Surprise": st.column_config.ProgressColumn(
            format="%.1f",
            min_value=0,
            max_value=MOST_SURPRISE,
            help="How many of its usual spreads the latest day was off; from 3 on it is rare",
        ),
        "Ahead": st.column_config.NumberColumn(
            "Next week" if weekly else "Ahead", format=percent, help=f"The next {span} against the one before"
        ),
        "Expected": st.column_config.NumberColumn(
            f"{words.begun(words.measure(metric))} expected", format="compact", help=f"In the next {span}"
        ),
        "Grade": st.column_config.TextColumn(
            help="How far off forecasts were when tried on the past: close, within 10%; fair, within 25%; rough, more"
        ),
    }


def _filtered(found: pd.DataFrame, titles: dict[str, str], kinds: dict[str, str]) -> pd.DataFrame:
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.text_input(
            "Find a title",
            placeholder="Find a title",
            icon=":material/search:",
            key="trends.find",
            width=230,
            live=True,
            label_visibility="collapsed",
        )
        there = sorted({kinds.get(i, "") for i in found["title"]} - {""})
        wanted = (
            st.pills(
                "Kind",
                there,
                selection_mode="multi",
                wrap=True,
                key="trends.kinds",
                format_func=lambda kind: f":gray[{words.plain(kind)}]",
                label_visibility="collapsed",
            )
            if len(there) > 1
            else []
        )
    if asked:
        found = found[[asked.casefold() in titles[i].casefold() for i in found["title"]]]
    return found[[kinds.get(i, "") in wanted for i in found["title"]]] if wanted else found


def _take(shown: list[str]) -> None:
    """Choose the title of the row that was ticked."""
    rows = st.session_state["trends.all"].selection.rows
    if rows:
        st.session_state["trends.title"] = shown[rows[0]]


def not_forecast(trends: pd.DataFrame, titles: dict[str, str]) -> None:
    """The trends without a forecast, each with its reason."""
    without = trends[trends["state"].isin(["ended", "short", "failed"])]
    if without.empty:
        return
    with st.expander(f"Not forecast: {words.count(len(without), 'trend')}"):
        totals_first = without.sort_values("trend", key=lambda ids: ids.str.contains("=")).head(MOST_LISTED)
        told = pd.DataFrame(
            {
                "Title": [words.plain(titles[i]) for i in totals_first["title"]],
                "Measure": [words.plain(_measured(row)) for row in totals_first.itertuples()],
                "Why": [words.plain(reason) for reason in totals_first["reason"]],
            }
        )
        st.table(told, border="horizontal", alt="Trends that are not forecast")
        if len(without) > MOST_LISTED:
            st.markdown(f"And {words.count(len(without) - MOST_LISTED, 'trend')} more.")


def _measured(row: Any) -> str:
    name, value = engagement.part(str(row.trend))
    return f"{words.measure(row.metric)}, {name} {value}" if name else words.measure(row.metric)
