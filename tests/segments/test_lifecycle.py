"""Where people stand with us by a day, against their own rhythm."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.segments.lifecycle import NEVER, STATES, crossed, states

DAY = dt.date(2026, 11, 23)


def viewing(people):
    """A viewing for each number of days before DAY."""
    rows = [(person, pd.Timestamp(DAY) - pd.Timedelta(days=ago)) for person, agos in people.items() for ago in agos]
    return pd.DataFrame(rows, columns=["person", "date"])


CROWD = {f"weekly {i}": range(i % 5, 300, 7) for i in range(30)}


@pytest.mark.parametrize(
    ("agos", "state"),
    [
        (range(1, 300, 7), "regular"),
        (range(20, 360, 30), "regular"),  # silent for long, but not for who comes monthly
        ([3], "new"),
        ([1, 2, 3, 4], "new"),
        (range(30, 300, 7), "cooling"),
        (range(5, 200), "cooling"),  # silent for less, but after coming daily
        (range(100, 300, 7), "gone"),
        (range(200, 360, 30), "gone"),
        ([200], "gone"),
        ([1, 4, *range(200, 360, 7)], "back"),
    ],
)
def test_a_silence_is_held_against_a_persons_own_rhythm(agos, state):
    found = states(viewing({**CROWD, "she": agos}), DAY).set_index("person")["state"]
    assert found["she"] == state
    assert set(found.drop("she")) == {"regular"}


def test_what_comes_after_the_day_is_not_known_yet():
    later = {"later": [-3], "both": [*range(1, 100, 7), -2]}
    found = states(viewing({**CROWD, **later}), DAY).set_index("person")["state"]
    assert "later" not in found
    assert found["both"] == "regular"


def test_several_viewings_on_a_day_are_one():
    once, thrice = (
        viewing({**CROWD}),
        viewing({name: [a for a in agos for _ in range(3)] for name, agos in CROWD.items()}),
    )
    pd.testing.assert_frame_equal(states(once, DAY), states(thrice, DAY))


@settings(deadline=None, max_examples=10)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.integers(-10, 400), min_size=1), min_size=1))
def test_everyone_seen_by_the_day_has_one_state(people):
    found = states(viewing(people), DAY)
    assert found["person"].tolist() == sorted(p for p, agos in people.items() if max(agos) >= 0)
    assert set(found["state"]) <= set(STATES)


def table(sizes):
    """Assignments and states with so many people in each pair of segment and state."""
    pairs = [(segment, state) for (segment, state), people in sizes.items() for _ in range(people)]
    frame = pd.DataFrame(pairs, columns=["segment", "state"])
    frame["person"] = [f"p{i}" for i in range(len(frame))]
    known = frame[frame["state"] != NEVER]
    return frame[["person", "segment"]], known[["person", "state"]]


def test_segments_are_crossed_with_states():
    sizes = {("a", "new"): 100, ("a", "gone"): 300, ("b", "regular"): 60, ("b", NEVER): 60}
    cells = crossed(*table(sizes)).set_index(["segment", "state"])
    assert {pair: cells.loc[pair, "people"] for pair in sizes} == sizes
    assert cells.loc[("a", "gone"), "share"] == 0.75


def test_no_cell_under_fifty_people_is_shown_nor_can_one_be_reckoned():
    cells = crossed(*table({("a", "new"): 49, ("a", "gone"): 300, ("a", "regular"): 80, ("b", "back"): 50}))
    shown = cells.dropna(subset="people")
    assert shown[["segment", "state", "people"]].to_numpy().tolist() == [["a", "gone", 300], ["b", "back", 50]]
    assert shown["share"].notna().all()
    assert np.array_equal(cells["people"].isna(), cells["share"].isna())
