"""The tables of the Trends page: weeks ahead, how good the forecast is, events, all trends, and those without."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.trends import engagement, sentences
from marketing.trends.outlook import Outlook, total_band
from marketing.workspace import Workspace

WEEK = 7
MOST_LISTED = 50  # rows of a list that is read, not searched
MOST_ROWS, ROW = 12, 33  # rows of a table that is searched, before it scrolls; pixels of one


def events(workspace: Workspace, title: str) -> pd.DataFrame:
    """The dated things that move this title: its own and everyone's. Columns event, kind, date."""
    rows = numbers.table(workspace, "events")
    if "title" in rows:
        rows = rows[rows["title"].isna() | (rows["title"] == "") | (rows["title"] == title)]
    return rows.reindex(columns=["event", "kind", "date"]).drop_duplicates(["event", "date"])


def tabs(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, dated: pd.DataFrame) -> None:
    """Numbers first, then how far to trust them, then what moves them."""
    labels = [f":gray[{label}]" for label in ("Numbers", "How good is it?", "Events")]
    ahead, trust, moved = st.tabs(labels)
    with ahead:
        st.table(_spans(place, row, history, forecast), border="horizontal", alt="The forecast in numbers")
    with trust:
        _trust(place, row, forecast)
    with moved:
        _events(place, dated)


def in_words(place: Place, row: Any, found: Outlook) -> str:
    """The band, the peak with what makes it, what is not in the numbers, and how forecasts did on the past."""
    cases = "months" if row["frequency"] == "M" else "weeks"
    told = [f"{words.begun(sentences.spread(found.total_low80, found.total_high80, cases))}."]
    if not found.even:
        dated = events(place.workspace, row["title"])
        on_peak = [str(name) for name in dated.loc[dated["date"] == pd.Timestamp(found.peak_date), "event"]]
        why = f", the day of {words.plain(on_peak[0])}" if on_peak else ""
        told.append(f"It peaks on {words.day(found.peak_date, place.today)}{why}.")
    return " ".join([*told, words.plain(sentences.beyond(row["sentence"]))])


def _score(place: Place, trend: str, forecast: pd.DataFrame) -> Any:
    scores = numbers.table(place.workspace, "scores")
    used = forecast["forecaster"].iloc[0] if "forecaster" in forecast else ""
    found = scores[(scores["trend"] == trend) & (scores["forecaster"] == used)]
    return found.iloc[0] if len(found) else None


def _spans(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """The forecast by weeks where it is daily, else by its own periods."""
    daily = row["frequency"] == "D"
    size = WEEK if daily else 1
    before = float(history["value"].tail(size).mean() * size)
    rows = []
    for start in range(0, len(forecast) - size + 1, size):
        span = forecast.iloc[start : start + size]
        total = float(span["expected"].sum())
        low, high = total_band(span["expected"], span["high80"])
        change = words.change(total / before - 1) if before > 0 else "unknown"
        when = words.short_date(span["date"].iloc[0].date(), place.today)
        rows.append((when, words.figure(total), f"{words.figure(low)} and {words.figure(high)}", change))
        before = total
    period = "Month" if row["frequency"] == "M" else "Week"
    return pd.DataFrame(rows, columns=[f"{period} of", "Expected", "80% between", f"{period} on {period.lower()}"])


def _trust(place: Place, row: Any, forecast: pd.DataFrame) -> None:
    scores = numbers.table(place.workspace, "scores")
    scores = scores[scores["trend"] == row["trend"]]
    if scores.empty:
        st.markdown("Not tried on the past: too little history to leave some out and forecast it.")
        return
    used = forecast["forecaster"].iloc[0] if "forecaster" in forecast else ""
    score = _score(place, row["trend"], forecast)
    if score is not None:
        st.markdown(_held(score))
    told = pd.DataFrame(
        {
            "Forecaster": [words.label(f) + (", used here" if f == used else "") for f in scores["forecaster"]],
            "Better than last season": [_share(v) for v in scores["skill"]],
            "Typical error": [_share(v) for v in scores["smape"]],
            "In the 80% band": [_share(v) for v in scores["coverage80"]],
            "In the 95% band": [_share(v) for v in scores["coverage95"]],
            "Checks": [f"{v:.0f}" for v in scores["cutoffs"]],
        }
    )
    st.table(told, border="horizontal", alt="How each forecaster did on the past")


def _held(score: Any) -> str:
    checks = words.count(int(score["cutoffs"]), "check")
    held80, held95 = words.share(float(score["coverage80"])), words.share(float(score["coverage95"]))
    return (
        f"Each of {checks} forecast a stretch of the past without having seen it. **{held80}** of what came fell into "
        f"the 80% band, {held95} into the 95% band."
    )


def _share(value: float) -> str:
    return "unknown" if pd.isna(value) else words.share(value)


def _events(place: Place, dated: pd.DataFrame) -> None:
    if dated.empty:
        st.markdown(
            "No events known. Releases, trailers and holidays make forecasts better: add them on the Data page."
        )
        return
    latest = dated.sort_values("date", ascending=False).head(MOST_LISTED)
    told = pd.DataFrame(
        {
            "Day": [words.day(date.date(), place.today) for date in latest["date"]],
            "Event": [words.plain(event) for event in latest["event"]],
            "Kind": ["" if pd.isna(kind) else words.plain(words.label(kind)) for kind in latest["kind"]],
        }
    )
    st.table(told, border="horizontal", alt="Events, the latest first")


def all_trends(place: Place, trends: pd.DataFrame, titles: dict[str, str], metric: str) -> None:
    """Every title's forecast of this measure, to search and to choose from."""
    found = numbers.outlooks(place.workspace)
    found = found[found["metric"] == metric].sort_values("total", ascending=False)
    if found.empty:
        return
    st.header("All trends", anchor=False)
    kinds = numbers.kinds(place.workspace)
    found = _filtered(found, titles, kinds)
    if found.empty:
        st.markdown("No title of that name or kind has a forecast.")
        return
    skills = _skills(place)
    shown = pd.DataFrame(
        {
            "Title": [titles[i] for i in found["title"]],
            "Last 60 days": found["recent"].tolist(),
            "Next week": (found["change"] * 100).tolist(),
            "Expected": found["total"].tolist(),
            "Skill": [100 * skills.get(trend, float("nan")) for trend in found["trend"]],
            "Kind": [kinds.get(i, "") for i in found["title"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= MOST_ROWS else ROW * MOST_ROWS,
        placeholder="",
        column_config=_columns(metric, float(found["total"].max())),
        selection_mode="single-row",
        on_select=lambda: _take(found["title"].tolist()),
        key="trends.all",
        alt=f"All trends of {words.measure(metric)}",
    )


def _skills(place: Place) -> dict[str, float]:
    """How much better than repeating the last season the forecaster in use did, by trend."""
    used = numbers.table(place.workspace, "forecasts")[["trend", "forecaster"]].drop_duplicates("trend")
    scores = used.merge(numbers.table(place.workspace, "scores"), on=["trend", "forecaster"])
    return dict(zip(scores["trend"], scores["skill"], strict=True))


def _columns(metric: str, most: float) -> dict[str, Any]:
    percent = "%+.0f%%"
    return {
        "Title": st.column_config.TextColumn(width="medium"),
        "Last 60 days": st.column_config.LineChartColumn(width="small"),
        "Next week": st.column_config.NumberColumn(format=percent, help="Against as many days before"),
        "Expected": st.column_config.ProgressColumn(
            f"{words.begun(words.measure(metric))} expected", format="compact", min_value=0, max_value=most
        ),
        "Skill": st.column_config.NumberColumn(
            format=percent, help="Better than repeating the last season, by so much"
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
