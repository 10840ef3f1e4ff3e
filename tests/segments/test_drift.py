"""How far an audience has moved is told where it is more than chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.segments.drift import SEGMENTS, Parted, advice, by_chance, drift, psi

counts = st.lists(st.integers(0, 5_000), min_size=3, max_size=3).map(lambda c: np.array(c, float))


def parted(*told: float, parts: tuple[str, ...] = ("phone", "TV", "console")) -> Parted:
    return Parted(parts, np.array(told, float))


@given(counts, counts)
def test_the_index_is_no_less_than_nought_and_the_same_both_ways(one, other):
    assert psi(one, other) >= 0
    assert psi(one, other) == pytest.approx(psi(other, one))


@given(counts)
def test_an_audience_has_not_moved_from_itself(one):
    assert psi(one, one) == 0


def test_draws_of_one_audience_are_called_steady():
    random = np.random.default_rng(4)
    shares = [0.5, 0.3, 0.15, 0.05]
    passed = 0
    for _ in range(2_000):
        old, new = random.multinomial(20_000, shares).astype(float), random.multinomial(300, shares).astype(float)
        passed += psi(old, new) > by_chance(old, new)
    assert passed <= 12  # one in a thousand is expected: two of these


def test_what_moved_most_is_told_in_shares():
    before = {"device": parted(5_000, 3_000, 2_000), SEGMENTS: parted(600, 400, parts=("Night owls", "Commuters"))}
    after = {"device": parted(800, 100, 100), SEGMENTS: parted(610, 390, parts=("Night owls", "Commuters"))}
    found = drift(before, after).set_index("subject")
    assert found.loc["device", "state"] == "another audience"
    assert found.loc["device", "told"] == "Device: TV went from 30% to 10%."
    assert found.loc[SEGMENTS, "state"] == "steady"
    assert advice(drift(before, after)).startswith("Find the segments anew: device is")


def test_a_few_people_tell_nothing():
    found = drift({"device": parted(5_000, 3_000, 2_000)}, {"device": parted(3, 0, 4)})
    assert found["state"].tolist() == ["too few to tell"]
    assert "Nothing needs doing" in advice(found)


def test_a_lost_column_is_named():
    found = drift({"device": parted(50, 30, 20), "plan": parted(5_000, 3_000, 2_000)}, {"plan": parted(500, 300, 200)})
    assert found["subject"].tolist() == ["device", "plan"]
    assert found["told"].iloc[0] == "Device is not in this table."
    assert found["state"].tolist() == ["another audience", "steady"]


def test_nobody_at_all_is_answered():
    assert drift({"device": parted(5, 3, 2)}, {"device": parted(0, 0, 0)})["state"].tolist() == ["too few to tell"]
