"""The titles that Home tells of: those that did what nobody expected, else those that should change most."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import frame, numbers, words
from marketing.pages.frame import Place
from marketing.pages.sparklines import sparkline
from marketing.trends.sentences import amount, spread
from marketing.workspace import Workspace

SHOWN = 3
AHEAD = 14  # periods of forecast in a small line
SURPRISE = 2.0  # spreads from what was expected: one quiet day in twenty is as far off


@dataclass(frozen=True)
class Mover:
    """A title on Home: its row of `outlooks`, and of `movers` where its latest day is told."""

    outlook: Any
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
    told = [Mover(by_trend.loc[row["trend"]], row) for _, row in latest.head(SHOWN).iterrows()]
    ahead = _by_change(workspace, outlooks)
    others = ahead[~ahead["title"].isin([mover.title for mover in told])].head(SHOWN - len(told))
    return [*told, *(Mover(row) for _, row in others.iterrows())]


def _by_change(workspace: Workspace, outlooks: pd.DataFrame) -> pd.DataFrame:
    """Outlooks of the main measure, those first whose change is large beside what is not known of it."""
    of_main = outlooks[outlooks["metric"] == numbers.main_metric(workspace)]
    found = outlooks if of_main.empty else of_main
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
        _week_ahead(place, ahead)
    else:
        _latest(place, mover.latest)
    coming = numbers.forecast(place.workspace, ahead["trend"]).head(AHEAD)
    st.image(
        sparkline(ahead["recent"], coming, theme=place.theme),
        width="stretch",
        alt=f"{name}: the last {len(ahead['recent'])} values and the {len(coming)} expected",
    )
    st.markdown(_sentence(place, mover))


def _latest(place: Place, latest: Any) -> None:
    """The latest day against what was expected of it."""
    date, up = latest["date"].date(), latest["change"] > 0
    when = f"{date:%A}" if (place.today - date).days < 7 else words.date_only(date, place.today)
    st.metric(
        f"{words.plain(words.begun(words.measure(latest['metric'])))} on {when}",
        amount(latest["value"]),
        f"{_off(latest['change'])} {'above' if up else 'below'} expected",
        delta_color="green" if up else "red",
        delta_arrow="up" if up else "down",
    )


def _off(change: float) -> str:
    return f"{abs(change):.0%}" if change < 1 else f"{change + 1:.2g} times, far"


def _week_ahead(place: Place, ahead: Any) -> None:
    """The total of the next week against the last."""
    change, up = ahead["change"], ahead["direction"] == "up"
    steady = ahead["direction"] == "steady" or change != change
    delta = "much as the week before" if steady else f"{abs(change):.0%} {'above' if up else 'below'} the week before"
    st.metric(
        f"{words.plain(words.begun(words.measure(ahead['metric'])))}, {_span(place, ahead)}",
        amount(ahead["total"]),
        delta,
        delta_color="gray" if steady else "green" if up else "red",
        delta_arrow="off" if steady else "up" if up else "down",
    )


def _sentence(place: Place, mover: Mover) -> str:
    ahead = mover.outlook
    if mover.latest is None:
        peak = "" if ahead["even"] else f" Highest on {words.day(ahead['peak_date'].date(), place.today)}."
        return f"{words.begun(spread(ahead['total_low80'], ahead['total_high80'], 'weeks'))}.{peak}"
    change = f", {words.change(ahead['change'])}" if ahead["change"] == ahead["change"] else ""
    coming = f"{words.begun(amount(ahead['total']))} expected {_span(place, ahead)}{change}."
    return f"{words.plain(mover.latest['sentence'])} {coming}"


def _span(place: Place, ahead: Any) -> str:
    first, last = ahead["window_first"].date(), ahead["window_last"].date()
    if first == last:
        return words.short_date(first, place.today)
    begin = str(first.day) if first.month == last.month else words.short_date(first, place.today)
    return f"{begin} to {words.short_date(last, place.today)}"
