"""What should this title do next, and how sure is that?"""

from typing import Any

import pandas as pd
import streamlit as st

from marketing import charts
from marketing.pages import frame, numbers, progress, spans, trend_tables, trend_tabs, words
from marketing.pages.frame import Place
from marketing.trends import engagement
from marketing.trends.sentences import amount
from marketing.trends.wording import within

# Days of history shown, by frequency, the first unless another is chosen: enough periods for a line; 0 is all.
RANGES = {
    "D": {"3 months": 92, "1 year": 366, "All": 0},
    "W": {"6 months": 184, "2 years": 731, "All": 0},
    "M": {"2 years": 731, "5 years": 1827, "All": 0},
}
AWAITED = 7  # days before it from which an event may be felt


def show(place: Place) -> None:
    """Read the trends, let one be chosen, show it and all others."""
    trends = numbers.table(place.workspace, "trends")
    progress.failure(place, "forecast")
    if trends.empty:
        _nothing(place)
        return
    titles = numbers.names(place.workspace)
    space = st.container()
    trend, days = _choose(place, trends, titles)
    row = trends[trends["trend"] == trend].iloc[0]
    history = numbers.history(place.workspace, trend)
    forecast = numbers.forecast(place.workspace, trend)
    name, unit = numbers.called(titles, trend), words.measure(row["metric"])
    found = numbers.outlook(place.workspace, trend)
    if forecast.empty or history.empty or found is None:
        with space:
            frame.title(f"{words.plain(name)} {_without(row)}", words.plain(row["reason"]))
        _chart(place, row, history, forecast, days, f"{name}: {unit} so far")
    else:
        with space:
            frame.title(_expected(place, row, found, titles[row["title"]]), trend_tabs.in_words(place, row, found))
            _stale(place, row)
        _chart(place, row, history, forecast, days, f"{name}: {unit} so far and expected")
        trend_tabs.tabs(place, row, history, forecast, titles)
    trend_tables.all_trends(place, trends, titles, row["metric"])
    trend_tables.not_forecast(trends, titles)


def _nothing(place: Place) -> None:
    """No trends yet: being made, or without data to make them of."""
    if progress.under_way(place, "forecast"):
        frame.title("The first forecast is on its way", "It is drawn here as soon as it is there.")
        st.skeleton(height=charts.BAND_HEIGHT)
    elif place.workspace.has("engagement"):
        frame.title("No forecast yet", f"{frame.freshness(place)}; nobody has asked for a forecast of it.")
        if st.button("Forecast all titles", type="primary", disabled=not place.may("run")):
            progress.request(place, ["forecast"])
    else:
        frame.title("No engagement yet", "A forecast needs what people did with each title on each day: views, plays.")
        if st.button("Add a file", type="primary", icon=":material/upload:"):
            st.switch_page(frame.page("data"))


def _choose(place: Place, trends: pd.DataFrame, titles: dict[str, str]) -> tuple[str, int]:
    """The toolbar: title, measure, part and range. Returns the trend and the days of history."""
    with st.container(horizontal=True, vertical_alignment="center"):
        ids = sorted(trends["title"].unique(), key=lambda i: titles[i].casefold())
        fresh = set(trends.loc[trends["state"] == "forecast", "trend"])
        found = numbers.outlooks(place.workspace).sort_values("total")
        largest = found.loc[found["trend"].isin(fresh), "title"].tolist() or found["title"].tolist()
        key = frame.linked("trends.title", "title", ids, largest[-1] if largest else None)
        title = st.selectbox(
            "Title", ids, key=key, format_func=lambda i: titles[i], width=230, label_visibility="collapsed"
        )
        of_title = trends[trends["title"] == title]
        metrics = _by_main(of_title["metric"].unique().tolist(), numbers.main_metric(place.workspace))
        metric = _segments("Measure", "metric", metrics, words.measure)
        trend = _part(of_title[of_title["metric"] == metric])
        ranges = RANGES[of_title.set_index("trend")["frequency"][trend]]
        chosen = _segments("Range", "range", list(ranges), str)
        frame.address(title=title, metric=metric, range=chosen, part=trend if "=" in trend else None)
        st.space("stretch")
        ahead = numbers.outlook(place.workspace, trend)
        what = "title" if ahead is None or ahead["even"] else "peak"
        if st.button(
            f"Draft for this {what}", type="primary", icon=":material/edit_note:", disabled=not place.may("draft")
        ):
            st.switch_page(frame.page("drafts"), query_params={"title": title})
    return trend, ranges[chosen]


def _by_main(metrics: list[str], main: str) -> list[str]:
    return sorted(metrics, key=lambda metric: (metric != main, metric))


def _segments(label: str, name: str, options: list[str], told: Any) -> str:
    key = frame.linked(f"trends.{name}", name, options)
    if len(options) == 1:
        return options[0]
    chosen = st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        label_visibility="collapsed",
        format_func=lambda option: f":gray[{words.plain(words.begun(told(option)))}]",
    )
    return str(chosen or options[0])


def _part(trends: pd.DataFrame) -> str:
    """The total, or the part of one region, platform or other dimension."""
    ids: list[str] = sorted(trends["trend"], key=lambda trend: ("=" in trend, trend))
    key = frame.linked("trends.part", "part", ids, ids[0])
    if len(ids) == 1:
        return ids[0]
    return str(st.selectbox("Part", ids, key=key, format_func=_part_name, width=150, label_visibility="collapsed"))


def _part_name(trend: str) -> str:
    name, value = engagement.part(trend)
    return f"{words.label(name)} {value}" if value else "All together"


def _without(row: Any) -> str:
    """Why a title has no forecast, as the end of a title."""
    told = {"ended": "has ended, so nothing is forecast", "short": "has too little data for a forecast"}
    return told.get(str(row["state"]), "has no forecast yet")


def _expected(place: Place, row: Any, ahead: Any, name: str) -> str:
    """ "Harbour Lights should draw 265,000 views in region ES this week"."""
    dimension, value = engagement.part(row["trend"])
    of = f"{words.measure(row['metric'])} {within(dimension)} {value}" if value else words.measure(row["metric"])
    past = spans.over(ahead["window_last"].date(), row["frequency"], place.today)
    verb = "should have drawn" if past else "should draw"
    when = spans.window(ahead, row["frequency"], place.today)
    return f"{words.plain(name)} {verb} {amount(ahead['total'])} {words.plain(of)} {when}"


def _stale(place: Place, row: Any) -> None:
    if row["state"] == "stale":
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":orange[:material/schedule:] **The data are old.** {words.plain(row['reason'])}")
            st.page_link(frame.page("data"), label="Add newer data", icon=":material/upload:")


def _chart(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, days: int, alt: str) -> None:
    if history.empty:
        return
    since = history["date"].max() - pd.Timedelta(days=days)
    shown = history[history["date"] > since] if days else history
    figure = charts.band_chart(
        shown,
        forecast,
        trend_tabs.events(place.workspace, row["title"]),
        unit=words.measure(row["metric"]),
        today=place.today,
        theme=place.theme,
        anomalies=_anomalies(place, row["trend"]),
    )
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, alt=alt, key="trends.chart")


def _anomalies(place: Place, trend: str) -> pd.DataFrame:
    """The days of a trend that were not as expected; with "" where no event was near, else with what that did.

    So a ring says what the table of events says: by itself a day tells of the event and of its own luck.
    """
    rows = numbers.rows(place.workspace, "anomalies", trend)
    rows = rows.assign(event=rows["event"].fillna(""))
    effects = numbers.rows(place.workspace, "event_effects", trend)[["event", "date", "effect"]]
    both = rows[["event", "date", "change"]].reset_index().merge(effects, on="event", suffixes=("", "_begun"))
    apart = (both["date"] - both["date_begun"]).dt.days
    same = (both["effect"] * both["change"] > 0) & (apart >= -AWAITED)
    near = both.assign(apart=apart.abs())[same].sort_values("apart").drop_duplicates("index").set_index("index")
    return rows.assign(effect=near["effect"].reindex(rows.index))


if __name__ == "__main__":
    show(frame.here())
