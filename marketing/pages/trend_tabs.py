"""What stands under a trend's chart: its numbers, how forecasts of it did, what it is made of, what moves it."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from marketing import charts
from marketing.pages import annotations, comparing, numbers, spans, what_if, words
from marketing.pages.frame import Place
from marketing.trends import grades, sentences
from marketing.trends.events import kinds
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.parts import parts
from marketing.trends.scenarios.consequences import movement
from marketing.trends.wording import month, times
from marketing.workspace import Workspace

TABS = ("Numbers", "How it did before", "Parts", "Events", "What if", "Compare")
MATTERS = 0.03  # an event that does less is no reason of a peak
FORECASTERS = {"ets": "ETS", "prophet": "Prophet", "flat_prophet": "Flat Prophet"}
TWICE = 1.0  # from here on an effect is told as so many times
MOST_LISTED = 50  # rows of a list that is read, not searched
PAST_SHOWN = 1.5  # times the span of the past forecasts that is drawn, so that their beginning is seen
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def tabs(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, titles: dict[str, str]) -> None:
    """Numbers first. Only the open tab is worked out."""
    shown = st.tabs([f":gray[{label}]" for label in TABS], key="trends.tab", on_change="rerun")
    whole, part = titles[row["title"]], numbers.called(titles, row["trend"])
    draws = (
        (_numbers, part),
        (_before, part),
        (_parts, part),
        (_events, whole),
        (what_if.show, whole),
        (comparing.show, part),
    )
    for tab, (draw, name) in zip(shown, draws, strict=True):
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
    """The band, the peak with what makes it, what is a guess, and how forecasts did on the past."""
    code = row["frequency"]
    told = [f"{words.begun(sentences.spread(ahead['total_low80'], ahead['total_high80'], spans.cases(code)))}."]
    if not ahead["even"]:
        effects = numbers.rows(place.workspace, "event_effects", row["trend"])
        making = effects[(effects["date"] == ahead["peak_date"]) & (effects["effect"] >= MATTERS)]
        strongest = making.sort_values("effect", ascending=False)["event"].tolist()[:1] if code == "D" else []
        why = "".join(f", the day of {words.plain(event)}" for event in strongest)
        told.append(f"{spans.peak(ahead, code, place.today)}{why}.")
    return " ".join([*told, words.plain(sentences.beyond(row["sentence"], row["cells"]))])


def _numbers(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, _name: str) -> None:
    """By weeks and months where it is daily, by its own periods else."""
    sums = numbers.rows(place.workspace, "forecast_sums", row["trend"])
    weeks = sums[sums["period"] == "week"] if row["frequency"] == "D" else forecast.assign(days=1)
    by_month = row["frequency"] == "M"
    shown = [_month(place, date, None) if by_month else words.short_date(date, place.today) for date in _begun(weeks)]
    st.table(_spans("Month" if by_month else "Week", shown, weeks, history), border="horizontal", alt="By weeks")
    months = sums[sums["period"] == "month"]
    if len(months):
        shown = [_month(place, date, (row["frequency"], history)) for date in _begun(months)]
        st.table(_spans("Month", shown, months, None), border="horizontal", alt="The forecast by months")


def _begun(spans_told: pd.DataFrame) -> list[Any]:
    return [date.date() for date in spans_told["date"].sort_values()]


def _month(place: Place, first: Any, known: tuple[str, pd.DataFrame] | None) -> str:
    """ "December", "January 2027"; of one that has begun, how much of it is known: "November, 24 days of it known"."""
    name = month(first, place.today)
    if known is None:
        return name
    code, history = known
    dates = history.loc[history["value"].notna(), "date"]
    number = int(((dates.dt.year == first.year) & (dates.dt.month == first.month)).sum())
    return f"{name}, {words.count(number, FREQUENCIES[code].period)} of it known" if number else name


def _spans(period: str, shown: list[str], told: pd.DataFrame, history: pd.DataFrame | None) -> pd.DataFrame:
    """A row each span, with its own band; against the span before it where `history` says what that was."""
    rows = []
    days = int(told["days"].iloc[0]) if len(told) else 1
    before = float(history["value"].tail(days).mean() * days) if history is not None else float("nan")
    for name, span in zip(shown, told.sort_values("date").to_dict("records"), strict=True):
        total = float(span["expected"])
        between = f"{words.figure(span['low80'])} and {words.figure(span['high80'])}"
        rows.append((name, words.figure(total), between, words.change(total / before - 1) if before > 0 else "unknown"))
        before = total
    names = [f"{period} of" if period == "Week" else period, "Expected", "80% between"]
    whole = pd.DataFrame(rows, columns=[*names, f"{period} on {period.lower()}"])
    return whole if history is not None else whole[names]


def _before(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    past = numbers.rows(place.workspace, "past_forecasts", row["trend"])
    if past.empty:
        st.markdown("Not tried on the past: too little history to leave some out and forecast it.")
        return
    first, last = past["cutoff"].min(), history["date"].max()
    graded = grades.in_words(float(row["off"]), first.date(), forecast["date"].min().date(), place.today)
    checks = words.count(past["cutoff"].nunique(), "stretch", "stretches")
    scores = numbers.rows(place.workspace, "scores", row["trend"])
    st.markdown(
        f"**{words.begun(graded)}.** Forecast as if {checks} of the past had not been seen: "
        f"{words.share(_held(row, past, scores))} of what came fell into the 80% band."
    )
    since = last - (last - first) * PAST_SHOWN
    figure = charts.past_chart(
        history[history["date"] > since], past, unit=words.measure(row["metric"]), theme=place.theme
    )
    alt = f"{name}: past forecasts with their 80% bands, and what came"
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, alt=alt, key="trends.past")
    if row["forecaster"] not in set(scores["forecaster"]):
        st.markdown(
            f"{_forecaster(row['forecaster'])} needs more history than these checks left it; they tried what it falls "
            "back on."
        )
    st.table(_scores(row, scores), border="horizontal", alt="How each forecaster did on the past")
    if (scores.loc[scores["forecaster"] == row["forecaster"], "skill"] < 0).any():
        repeating = sentences.repeating(row["frequency"], int(row["points"]))
        st.caption(f"A forecast gives way to {repeating} where that was clearly closer at most checks; less is chance.")


def _held(row: Any, past: pd.DataFrame, scores: pd.DataFrame) -> float:
    """The share of what came that fell into the 80% band: as the table has it, where it has."""
    own = scores.loc[scores["forecaster"] == row["forecaster"], "coverage80"].dropna()
    if len(own):
        return float(own.iloc[0])
    return float(past["value"].between(past["low80"], past["high80"])[past["value"].notna()].mean())


def _scores(row: Any, scores: pd.DataFrame) -> pd.DataFrame:
    used = row["forecaster"]
    repeating = sentences.repeating(row["frequency"], int(row["points"]))
    return pd.DataFrame(
        {
            "Forecaster": [_forecaster(f) + (", used here" if f == used else "") for f in scores["forecaster"]],
            f"Better than {repeating}": [_share(v) for v in scores["skill"]],
            "sMAPE": [_share(v / 100) for v in scores["smape"]],
            "In the 80% band": [_share(v) for v in scores["coverage80"]],
            "In the 95% band": [_share(v) for v in scores["coverage95"]],
            "Checks": [f"{v:.0f}" for v in scores["cutoffs"]],
        }
    )


def _forecaster(name: str) -> str:
    return FORECASTERS.get(name, words.label(name))


def _share(value: float) -> str:
    return "unknown" if pd.isna(value) else words.share(value)


def _parts(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    ahead = forecast.rename(columns={"expected": "value"})[["date", "value"]]
    whole = pd.concat([history[["date", "value"]], ahead], ignore_index=True)
    effects = numbers.rows(place.workspace, "event_effects", row["trend"])
    lifted = np.exp(movement(effects, whole["date"].to_numpy().astype("datetime64[D]"), row["frequency"]))
    found = parts(whole.assign(value=whole["value"] / lifted))
    unit = words.measure(row["metric"])
    st.header("Level, with week, year and events taken off", anchor=False)
    level = found.level.assign(name="Level", ahead=found.level["date"] > history["date"].max())
    if (lifted != 1).any():
        level = pd.concat([level, level.assign(name="With events", value=level["value"] * lifted)], ignore_index=True)
    _drawn(
        charts.compare_chart(level, unit=unit, indexed=False, theme=place.theme),
        f"{name}: the level of {unit}, and what events add to it",
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


def _events(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    """Each event with what it did to the trend or should do, the latest first; and the way to add one."""
    annotations.popover(place, row, history, name)
    dated = events(place.workspace, row["title"])
    effects = numbers.rows(place.workspace, "event_effects", row["trend"]).drop(columns="trend")
    if dated.empty and effects.empty:
        st.markdown(
            "No events known. Releases, trailers and holidays make forecasts better: add them here or as a file."
        )
        return
    whole = dated.merge(
        effects, on=["event", "date"], how="outer", suffixes=("", "_learnt")
    )  # holidays: no row of ours
    whole = whole.assign(kind=whole["kind"].fillna(whole["kind_learnt"]))
    last = forecast["date"].max()
    latest = whole.sort_values("date", ascending=False).head(MOST_LISTED)
    told = pd.DataFrame(
        {
            "Day": [words.short_date(date.date(), place.today) for date in latest["date"]],
            "Event": [words.plain(event) for event in latest["event"]],
            "Kind": ["" if pd.isna(kind) else words.plain(words.label(kind)) for kind in latest["kind"]],
            "On its strongest day": [_effect(effect, history["date"], last) for effect in latest.to_dict("records")],
            f"{words.begun(words.plain(words.measure(row['metric'])))} added in all": [
                "" if pd.isna(added) else words.figure(added) for added in latest["added"]
            ],
        }
    )
    st.table(told, border="horizontal", alt="Events and what they did, the latest first")


def _effect(event: Any, known: "pd.Series[Any]", last: Any) -> str:
    """ "+38% (+25% to +52%), as others of its kind" for an effect known or expected; else why there is none."""
    if pd.isna(event["effect"]):
        return _without(event, known, last)
    low, high = float(event["low80"]), float(event["high80"])
    basis = {"kind": ", as others of its kind", "prior": ", a guess from its kind"}.get(event["basis"], "")
    if event["effect"] >= TWICE:
        return f"{times(event['effect'] + 1)} times ({times(low + 1)} to {times(high + 1)}){basis}"
    return f"{charts.percent(event['effect'])} ({charts.percent(low)} to {charts.percent(high)}){basis}"


def _without(event: Any, known: "pd.Series[Any]", last: Any) -> str:
    """Why no effect of an event is known; `known` are the days of the history, `last` is that of the forecast."""
    if kinds.kind(kinds.kind_of(event["kind"])).set_aside:
        return "Left out of the forecast"
    if event["date"] > last:
        return "After the forecast's end"
    if event["date"] > known.max():
        return "Not in the forecast"
    return "Before the data" if event["date"] < known.min() else "Not known"
