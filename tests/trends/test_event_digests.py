"""The digest of what of the events a trend's forecast depends on."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_trends import NO_EVENTS, event, panel, week
from numpy.typing import NDArray

from marketing.trends import fits
from marketing.trends.events import learn, moves
from marketing.trends.events.digests import digests
from marketing.trends.panels import Panel

HORIZON, DAYS = 14, 150
LAST = pd.Timestamp("2026-11-22")


def on(back: int) -> str:
    """The date so many days before the last; those ahead are negative."""
    return str((LAST - pd.Timedelta(days=back)).date())


def told(trends: Panel, events: pd.DataFrame) -> tuple[list[str], list[bytes]]:
    """Each trend's digest, and what events do to it at each of its origins."""
    learned = learn([trends], events, horizon=HORIZON)
    slots = fits.slots(trends, HORIZON)
    origins = fits.origins(trends, HORIZON)
    moved = moves(trends, learned, HORIZON, origins)
    whole = [b""] * len(trends)
    for place, row in enumerate(moved.rows):
        own = [origins.index(int(origin)) for origin in slots[:, row] if origin >= 0]
        whole[row] = b"".join(part[own, place].tobytes() for part in (moved.past, moved.ahead, moved.spread))
    return digests(trends, learned, HORIZON, slots), whole


def lines(count: int, lifts: float = 1.0) -> list[NDArray[np.float64]]:
    made = [week(DAYS, seed=seed) for seed in range(count)]
    made[0][-40:-36] *= lifts
    return made


kinds = st.sampled_from(["trailer", "release", "holiday", "parade"])
titles = st.sampled_from(["title-0", "title-1", "title-2", None])
happened = st.lists(st.tuples(kinds, st.integers(-20, DAYS - 1), titles), max_size=6)


@given(happened, happened, st.sampled_from([1.0, 1.02, 3.0]))
@settings(max_examples=25, deadline=None)
def test_where_the_digest_is_the_same_so_is_all_that_events_do(
    first: list[tuple[str, int, str | None]], more: list[tuple[str, int, str | None]], lifts: float
) -> None:
    def table(rows: list[tuple[str, int, str | None]]) -> pd.DataFrame:
        found = [event(kind, on(back), title=title) for kind, back, title in rows]
        return pd.concat(found, ignore_index=True) if found else NO_EVENTS

    before = told(panel(*lines(3)), table(first))
    after = told(panel(*lines(3, lifts)), table(first + more))
    for row in range(1, 3):  # of these the values are the same
        if before[0][row] == after[0][row]:
            assert before[1][row] == after[1][row]


def test_a_trend_that_no_event_concerns_has_none() -> None:
    found, _ = told(panel(*lines(2)), event("trailer", on(20), title="title-1"))
    assert found[0] == ""
    assert found[1] != ""


def test_a_further_event_of_its_own_changes_it() -> None:
    own = event("trailer", on(30), title="title-1")
    further = pd.concat([own, event("gala", on(60), title="title-1")])
    first, second = (told(panel(*lines(2)), rows)[0][1] for rows in (own, further))
    assert first != second


@pytest.mark.parametrize(("lifts", "same"), [(1 + 1e-6, True), (3.0, False)])
def test_what_its_kin_did_changes_it_where_that_is_more_than_a_grain(lifts: float, *, same: bool) -> None:
    both = pd.concat([event("trailer", on(40), title="title-0"), event("trailer", on(-3), title="title-1")])
    before, after = (told(panel(*lines(2, each)), both)[0][1] for each in (1.0, lifts))
    assert (before == after) == same
