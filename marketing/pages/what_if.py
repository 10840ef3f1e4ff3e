"""What if: an event on another day, one more, one less, another price; beside the forecast, never over it."""

import datetime as dt
import uuid
from typing import Any

import pandas as pd
import streamlit as st

from marketing import charts
from marketing.errors import MarqueeError
from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.trends import scenarios
from marketing.trends.events import kinds
from marketing.trends.scenarios import Add, Drop, Move, Outcome, Price, Scenario

WAYS = {"add": "Add an event", "move": "Move an event", "drop": "Leave an event out", "price": "Change the price"}
FIRST_KINDS = ("campaign", "trailer", "release")  # what is planned most
OTHER_WAYS = ("holiday", "price change")  # nobody plans the one, and the other has a way of its own
FLIGHT_DAYS = 14  # of a campaign, unless said otherwise
RECENT = 56  # days of history beside the scenario


def show(place: Place, row: Any, history: pd.DataFrame, forecast: pd.DataFrame, name: str) -> None:
    """Choose a change, see what it would do, keep it by a name."""
    effects = numbers.table(place.workspace, "event_effects")
    _saved(place, row, name)
    ahead = numbers.rows(place.workspace, "event_effects", row["trend"])
    ahead = ahead[ahead["date"] > history["date"].max()].sort_values("date")
    change = _change(place, row["metric"], forecast, ahead, effects)
    if change is None:
        return
    scenario = Scenario(title=row["title"], metric=row["metric"], name=words.label(change.did()), changes=(change,))
    try:
        found = scenarios.outcomes(scenario, _of_title(place, row), effects, name, place.today)
    except MarqueeError as error:
        st.error(words.plain(error))
        return
    told = next((outcome for outcome in found if outcome.trend == row["trend"]), None)
    if told is not None:
        _outcome(place, row, history, told, name)
        _keep(place, scenario)


def _of_title(place: Place, row: Any) -> pd.DataFrame:
    return numbers.rows(place.workspace, "forecasts", row["title"], column="title")


def _change(place: Place, metric: str, forecast: pd.DataFrame, ahead: pd.DataFrame, effects: pd.DataFrame) -> Any:
    """The change that is chosen, or None where there is none to choose."""
    ways = [way for way in WAYS if len(ahead) or way in ("add", "price")]
    first, last = forecast["date"].min().date(), forecast["date"].max().date()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.selectbox("What if", ways, format_func=WAYS.__getitem__, key="what_if.way", width=210)
        if way == "add":
            return _added(first, last, _kinds(effects))
        if way == "price":
            percent = st.number_input(
                f"{words.begun(words.measure(metric))} change by, in %", -90, 500, -5, key="what_if.price", width=180
            )
            since = _day("From", first, first, last, "what_if.since")
            return Price(views=percent / 100, first=since)
        named = {
            f"{event} {date}": (event, date.date()) for event, date in zip(ahead["event"], ahead["date"], strict=True)
        }
        which = st.selectbox(
            "Event", list(named), format_func=lambda key: _named(place, *named[key]), key="what_if.event", width=280
        )
        event, date = named[which]
        if way == "drop":
            return Drop(event=event, date=date)
        return Move(event=event, date=date, to=_day("To", date, first, last, "what_if.to"))


def _named(place: Place, event: str, date: dt.date) -> str:
    return f"{event}, {words.date_only(date, place.today)}"


def _kinds(effects: pd.DataFrame) -> list[str]:
    """Kinds of event to add: the usual ones, those whose effect is known here, then all others that can be planned."""
    known = dict.fromkeys(kinds.kind_of(text) for text in effects["kind"].unique())
    every = dict.fromkeys([*FIRST_KINDS, *known, *kinds.names(), kinds.UNSAID])
    return [name for name in every if name not in OTHER_WAYS and not kinds.kind(name).set_aside]


def _added(first: dt.date, last: dt.date, offered: list[str]) -> Add:
    kind = st.selectbox("Kind", offered, format_func=words.label, key="what_if.kind", width=160)
    date = _day("On", first, first, last, "what_if.date")
    flight = date + dt.timedelta(days=FLIGHT_DAYS - 1)
    end = _day("Until", flight, date, last, "what_if.end") if kind == "campaign" else None
    strength = st.number_input("Strength, 1 as past ones", 0.25, 5.0, 1.0, 0.25, key="what_if.strength", width=180)
    return Add(kind=kind, date=date, end_date=end, strength=strength)


def _day(label: str, value: dt.date, first: dt.date, last: dt.date, key: str) -> dt.date:
    value = min(max(value, first), last)
    if not first <= st.session_state.get(key, value) <= last:
        del st.session_state[key]
    return st.date_input(label, value, min_value=first, max_value=last, format="YYYY-MM-DD", key=key, width=150)


def _outcome(place: Place, row: Any, history: pd.DataFrame, told: Outcome, name: str) -> None:
    st.markdown(f"**{words.plain(told.sentence)}**")
    forecast = numbers.forecast(place.workspace, row["trend"])
    figure = charts.band_chart(
        history.tail(RECENT),
        forecast,
        pd.DataFrame({"event": [], "date": pd.to_datetime([])}),
        unit=words.measure(row["metric"]),
        today=place.today,
        theme=place.theme,
        other=told.rows,
    )
    alt = f"{name}: the forecast, and what is expected in the scenario (dashed)"
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, alt=alt, key="what_if.chart")


def _keep(place: Place, scenario: Scenario) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        named = st.text_input("Keep it as", placeholder=scenario.name, key="what_if.name", max_chars=80, width=280)
        if st.button("Save the scenario", icon=":material/bookmark:", disabled=not place.may("plan")):
            kept = scenario.model_copy(update={"name": " ".join(named.split()) or scenario.name})
            scenarios.save(place.ledger, kept, place.person, at=place.now, key=uuid.uuid4().hex)
            st.rerun()


def _saved(place: Place, row: Any, name: str) -> None:
    """The scenarios kept for this title, each with what it would do now."""
    kept = place.ledger.scenarios(row["title"])
    if not kept:
        return
    forecasts, effects = _of_title(place, row), numbers.table(place.workspace, "event_effects")
    for record in kept:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{words.plain(record.name)}.** {_now(place, row, record, forecasts, effects, name)}", width="stretch"
            )
            if st.button("Delete", key=f"what_if.{record.scenario}", disabled=not place.may("plan")):
                scenarios.forget(place.ledger, record.scenario, place.person, at=place.now)
                st.rerun()


def _now(place: Place, row: Any, record: Any, forecasts: pd.DataFrame, effects: pd.DataFrame, name: str) -> str:
    try:
        scenario = Scenario.read(record.content)
        found = scenarios.outcomes(scenario, forecasts, effects, name, place.today)
    except MarqueeError as error:
        return words.plain(error)
    told = next((outcome for outcome in found if outcome.trend == row["trend"]), None)
    return words.plain(told.sentence) if told else "It says nothing of this measure."
