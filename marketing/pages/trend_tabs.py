"""What stands under a trend's chart: its numbers, how forecasts of it did, what it is made of, what moves it."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing import charts
from marketing.pages import annotations, comparing, numbers, what_if, words
from marketing.pages.frame import Place
from marketing.trends import grades, kinds, sentences
from marketing.trends.parts import parts
from marketing.workspace import Workspace

TABS = ("Numbers", "How it did before", "Parts", "Events", "What if", "Compare")
TWICE = 1.0  # from here on an effect is told as so many times
MOST_LISTED = 50  # rows of a list that is read, not searched
PAST_SHOWN = 1.5  # times the span of the past forecasts that is drawn, so that their beginning is seen
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def tabs(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    """Numbers first. Only the open tab is worked out."""
    shown = st.tabs([f":gray[{label}]" for label in TABS], key="trends.tab", on_change="rerun")
    draws = (_numbers, _before, _parts, _events, what_if.show, comparing.show)
    for tab, draw in zip(shown, draws, strict=True):
        if tab.open:
            with tab:
                draw(place, row, history, forecast, name)


def events(workspace: Workspace, title: str) -> pd.DataFrame:
    """The dated things that move this title: its own and everyone's. Columns event, kind, date."""
    rows = numbers.table(workspace, "events")
    if "title" in rows:
        rows = rows[rows["title"].isna() | (rows["title"] == "") | (rows["title"] == title)]
    return rows.reindex(columns=["event", "kind", "date"]).drop_duplicates(["event", "date"])


def in_words(place: Place, row: Any, ahead: Any) -> str:
    """The band, the peak with what makes it, what is not in the numbers, and how forecasts did on the past."""
    cases = "months" if row["frequency"] == "M" else "weeks"
    told = [f"{words.begun(sentences.spread(ahead['total_low80'], ahead['total_high80'], cases))}."]
    if not ahead["even"]:
        dated = events(place.workspace, row["title"])
        on_peak = [str(name) for name in dated.loc[dated["date"] == ahead["peak_date"], "event"]]
        why = f", the day of {words.plain(on_peak[0])}" if on_peak else ""
        told.append(f"It peaks on {words.day(ahead['peak_date'].date(), place.today)}{why}.")
    return " ".join([*told, words.plain(sentences.beyond(row["sentence"]))])


def _numbers(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, _name: str) -> None:
    """By weeks and months where it is daily, by its own periods else."""
    sums = numbers.rows(place.workspace, "forecast_sums", row["trend"])
    weeks = sums[sums["period"] == "week"] if row["frequency"] == "D" else forecast.assign(days=1)
    told = _spans(place, "Month" if row["frequency"] == "M" else "Week", weeks, history)
    st.table(told, border="horizontal", alt="The forecast by weeks")
    months = sums[sums["period"] == "month"]
    if len(months):
        st.table(_spans(place, "Month", months, None), border="horizontal", alt="The forecast by months")


def _spans(place: Place, period: str, spans: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
    """A row each span, with its own band; against the span before it where `history` says what that was."""
    rows = []
    days = int(spans["days"].iloc[0]) if len(spans) else 1
    before = float(history["value"].tail(days).mean() * days) if history is not None else float("nan")
    for span in spans.sort_values("date").to_dict("records"):
        total = float(span["expected"])
        between = f"{words.figure(span['low80'])} and {words.figure(span['high80'])}"
        when = span["date"].date()
        shown = f"{when:%B}" if period == "Month" else words.short_date(when, place.today)
        rows.append(
            (shown, words.figure(total), between, words.change(total / before - 1) if before > 0 else "unknown")
        )
        before = total
    names = [f"{period} of" if period == "Week" else period, "Expected", "80% between"]
    told = pd.DataFrame(rows, columns=[*names, f"{period} on {period.lower()}"])
    return told if history is not None else told[names]


def _before(place: Place, row: Any, history: pd.DataFrame, _forecast: pd.DataFrame, name: str) -> None:
    past = numbers.rows(place.workspace, "past_forecasts", row["trend"])
    if past.empty:
        st.markdown("Not tried on the past: too little history to leave some out and forecast it.")
        return
    first, last = past["cutoff"].min(), history["date"].max()
    graded = grades.in_words(float(row["off"]), first.date(), last.date(), place.today)
    held = float(past["value"].between(past["low80"], past["high80"])[past["value"].notna()].mean())
    checks = words.count(past["cutoff"].nunique(), "stretch", "stretches")
    st.markdown(
        f"**{words.begun(graded)}.** Forecast as if {checks} of the past had not been seen: "
        f"{words.share(held)} of what came fell into the 80% band."
    )
    since = last - (last - first) * PAST_SHOWN
    figure = charts.past_chart(
        history[history["date"] > since], past, unit=words.measure(row["metric"]), theme=place.theme
    )
    alt = f"{name}: past forecasts with their 80% bands, and what came"
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, alt=alt, key="trends.past")
    st.table(_scores(place, row), border="horizontal", alt="How each forecaster did on the past")


def _scores(place: Place, row: Any) -> pd.DataFrame:
    scores = numbers.rows(place.workspace, "scores", row["trend"])
    used = row["forecaster"]
    return pd.DataFrame(
        {
            "Forecaster": [words.label(f) + (", used here" if f == used else "") for f in scores["forecaster"]],
            "Better than last season": [_share(v) for v in scores["skill"]],
            "Typical error": [_share(v / 100) for v in scores["smape"]],
            "In the 80% band": [_share(v) for v in scores["coverage80"]],
            "In the 95% band": [_share(v) for v in scores["coverage95"]],
            "Checks": [f"{v:.0f}" for v in scores["cutoffs"]],
        }
    )


def _share(value: float) -> str:
    return "unknown" if pd.isna(value) else words.share(value)


def _parts(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    ahead = forecast.rename(columns={"expected": "value"})[["date", "value"]]
    found = parts(pd.concat([history[["date", "value"]], ahead], ignore_index=True))
    unit = words.measure(row["metric"])
    st.header("Level, with week and year taken off", anchor=False)
    level = found.level.assign(name="Level", ahead=found.level["date"] > history["date"].max())
    _drawn(
        charts.compare_chart(level, unit=unit, indexed=False, theme=place.theme),
        f"{name}: the level of {unit}",
        "level",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("The week", anchor=False)
        if found.week.empty:
            st.markdown("Not a daily trend, or fewer than four weeks of it.")
        else:
            figure = charts.profile_chart(found.week["day"].tolist(), found.week["share"].tolist(), theme=place.theme)
            _drawn(figure, f"{name}: each weekday against the level", "week")
    with right:
        st.header("The year", anchor=False)
        if found.year.empty:
            st.markdown("A year's course shows from three years on; with fewer, growth passes for season.")
        else:
            by = found.year.groupby(found.year["date"].dt.month)["share"].mean()
            figure = charts.profile_chart([MONTHS[m - 1] for m in by.index], by.tolist(), theme=place.theme)
            _drawn(figure, f"{name}: each month against the level", "year")


def _drawn(figure: Any, alt: str, key: str) -> None:
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, alt=alt, key=f"trends.{key}")


def _events(place: Place, row: Any, history: pd.DataFrame, _forecast: pd.DataFrame, name: str) -> None:
    """Each event with what it did to the trend or should do, the latest first; and the way to add one."""
    annotations.popover(place, row, history, name)
    dated = events(place.workspace, row["title"])
    effects = numbers.rows(place.workspace, "event_effects", row["trend"])
    if dated.empty and effects.empty:
        st.markdown(
            "No events known. Releases, trailers and holidays make forecasts better: add them here or as a file."
        )
        return
    whole = dated.merge(effects.drop(columns=["trend", "kind"]), on=["event", "date"], how="left")
    latest = whole.sort_values("date", ascending=False).head(MOST_LISTED)
    told = pd.DataFrame(
        {
            "Day": [words.short_date(date.date(), place.today) for date in latest["date"]],
            "Event": [words.plain(event) for event in latest["event"]],
            "Kind": ["" if pd.isna(kind) else words.plain(words.label(kind)) for kind in latest["kind"]],
            "On its strongest day": [_effect(effect) for effect in latest.to_dict("records")],
            f"{words.begun(words.plain(words.measure(row['metric'])))} added": [
                "" if pd.isna(added) else words.figure(added) for added in latest["added"]
            ],
        }
    )
    st.table(told, border="horizontal", alt="Events and what they did, the latest first")


def _effect(event: Any) -> str:
    """ "+38% (+25% to +52%), as others of its kind" for an effect known or expected."""
    if pd.isna(event["effect"]):
        return "Left out of the forecast" if kinds.kind(kinds.kind_of(event["kind"])).set_aside else ""
    low, high = float(event["low80"]), float(event["high80"])
    basis = {"kind": ", as others of its kind", "prior": ", a guess from its kind"}.get(event["basis"], "")
    if event["effect"] >= TWICE:
        return f"{event['effect'] + 1:.2g} times ({low + 1:.2g} to {high + 1:.2g}){basis}"
    return f"{charts.percent(event['effect'])} ({charts.percent(low)} to {charts.percent(high)}){basis}"
