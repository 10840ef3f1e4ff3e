"""The titles that Home tells of: those that did what nobody expected, else those that should change most."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import frame, numbers, spans, words
from marketing.pages.frame import Place
from marketing.pages.sparklines import sparkline
from marketing.trends.sentences import amount, spread
from marketing.workspace import Workspace

SHOWN = 3
AHEAD = 14  # periods of forecast in a small line
SURPRISE = 2.0  # spreads from what was expected: one quiet day in twenty is as far off


@dataclass(frozen=True)
class Mover:
    """A title on Home: its row of `outlooks`, how often it is counted, and its row of `movers` where that is told."""

    outlook: Any
    code: str
    latest: Any | None = None

    @property
    def title(self) -> str:
        """The id of its title."""
        return str(self.outlook["title"])

    @property
    def surprising(self) -> bool:
        """Whether its latest day was not as expected."""
        return self.latest is not None and abs(self.latest["z"]) >= SURPRISE


def chosen(workspace: Workspace, outlooks: pd.DataFrame) -> list[Mover]:
    """Three titles: the most surprising first, then those whose next week differs most from their last."""
    latest = numbers.table(workspace, "movers").sort_values("rank")
    latest = latest[latest["trend"].isin(outlooks["trend"]) & (latest["z"].abs() >= SURPRISE)]
    main = latest["metric"] == numbers.main_metric(workspace)
    first = latest.groupby("title")["rank"].transform("min")  # a title stands where its most surprising measure does
    latest = latest.assign(first=first, main=~main).sort_values(["first", "main", "rank"]).drop_duplicates("title")
    by_trend = outlooks.set_index("trend", drop=False)
    codes = numbers.table(workspace, "trends").set_index("trend")["frequency"]
    told = [
        Mover(by_trend.loc[row["trend"]], str(codes.get(row["trend"], "D")), row)
        for _, row in latest.head(SHOWN).iterrows()
    ]
    ahead = _by_change(workspace, outlooks)
    others = ahead[~ahead["title"].isin([mover.title for mover in told])].head(SHOWN - len(told))
    return [*told, *(Mover(row, str(codes.get(row["trend"], "D"))) for _, row in others.iterrows())]


def _by_change(workspace: Workspace, outlooks: pd.DataFrame) -> pd.DataFrame:
    """Outlooks of the main measure, those first whose change is large beside what is not known of it."""
    of_main = outlooks[outlooks["metric"] == numbers.main_metric(workspace)]
    found = outlooks if of_main.empty else of_main
    trends = numbers.table(workspace, "trends", ["trend", "state"])
    fresh = found["trend"].isin(trends.loc[trends["state"] == "forecast", "trend"])
    found = found[fresh] if fresh.any() else found  # what data stopped of long ago is no news
    unsure = (found["total_high80"] - found["total_low80"]).clip(lower=1e-9)
    sure = ((found["total"] - found["before"]).abs() / unsure).fillna(0)
    order = found.assign(sure=sure).sort_values(["sure", "total"], ascending=False)
    return order.drop_duplicates("title")


def answer(told: list[Mover], titles: dict[str, str]) -> str:
    """The page's title: what the first of them did or should do; "" without any."""
    if not told:
        return ""
    first = told[0]
    name = words.plain(titles[first.title])
    if first.latest is not None:
        return f"{name} is {'ahead of' if first.latest['change'] > 0 else 'behind'} its forecast"
    ahead = first.outlook
    if ahead["direction"] == "steady":
        return "No title should move much in the next days"
    return f"{name} should {'rise' if ahead['direction'] == 'up' else 'fall'} by {abs(ahead['change']):.0%}"


def card(place: Place, mover: Mover, name: str) -> None:
    """One title: its number, its line, a sentence, and the way to its trend."""
    ahead = mover.outlook
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.plain(name)}**", width="stretch")
        st.page_link(
            frame.page("trends"),
            label="Trend",
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params={"title": ahead["title"], "metric": ahead["metric"]},
        )
    if mover.latest is None:
        _ahead(place, mover)
    else:
        _latest(place, mover)
    coming = numbers.forecast(place.workspace, ahead["trend"]).head(AHEAD)
    st.image(
        sparkline(ahead["recent"], coming, theme=place.theme),
        width="stretch",
        alt=f"{name}: the last {len(ahead['recent'])} values and the {len(coming)} expected",
    )
    st.markdown(_sentence(place, mover))


def _latest(place: Place, mover: Mover) -> None:
    """The latest period against what was expected of it."""
    latest: Any = mover.latest
    up = latest["change"] > 0
    st.metric(
        f"{words.plain(words.begun(words.measure(latest['metric'])))} "
        f"{spans.lately(latest['date'].date(), mover.code, place.today)}",
        amount(latest["value"]),
        _off(latest["change"]),
        delta_color="green" if up else "red",
        delta_arrow="up" if up else "down",
    )


def _off(change: float) -> str:
    """ "38% above expected", "2.4 times what was expected"."""
    if change < 1:
        return f"{abs(change):.0%} {'above' if change > 0 else 'below'} expected"
    times = amount(change + 1)
    return "twice what was expected" if times == "2" else f"{times} times what was expected"


def _ahead(place: Place, mover: Mover) -> None:
    """The total of the next week or month against the last."""
    ahead = mover.outlook
    change, up, before = ahead["change"], ahead["direction"] == "up", spans.before(mover.code)
    steady = ahead["direction"] == "steady" or change != change
    st.metric(
        f"{words.plain(words.begun(words.measure(ahead['metric'])))}, {spans.short(ahead, mover.code, place.today)}",
        amount(ahead["total"]),
        f"much as {before}" if steady else f"{abs(change):.0%} {'above' if up else 'below'} {before}",
        delta_color="gray" if steady else "green" if up else "red",
        delta_arrow="off" if steady else "up" if up else "down",
    )


def _sentence(place: Place, mover: Mover) -> str:
    ahead, code = mover.outlook, mover.code
    if mover.latest is None:
        peak = "" if ahead["even"] else f" {spans.peak(ahead, code, place.today)}."
        return f"{words.begun(spread(ahead['total_low80'], ahead['total_high80'], spans.cases(code)))}.{peak}"
    change = f", {words.change(ahead['change'])}" if ahead["change"] == ahead["change"] else ""
    coming = f"{words.begun(amount(ahead['total']))} expected {_coming(ahead, code, place.today)}{change}."
    return f"{words.plain(mover.latest['sentence'])} {coming}"


def _coming(ahead: Any, code: str, today: dt.date) -> str:
    days = code == "D" and ahead["window_first"] != ahead["window_last"]
    return spans.short(ahead, code, today) if days else spans.window(ahead, code, today)
