"""Who moved from where to where is told in numbers that no person can be told from."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing import tables
from marketing.contracts import TABLES
from marketing.queries import UnreadableError
from marketing.segments.fairness.sizes import SHOWN
from marketing.segments.movements import ELSEWHERE, NONE, between, between_stored, shifts, told

SEGMENTS = ("owls", "films", "games", None)


def placed(*parts: tuple[str | None, int], first: int = 0) -> pd.DataFrame:
    """So many people in each segment, one after another."""
    segments = [segment for segment, people in parts for _ in range(people)]
    persons = [f"p{first + at:06d}" for at in range(len(segments))]
    return pd.DataFrame({"person": persons, "segment": segments}).astype("str")


def cells(moved: pd.DataFrame) -> dict[tuple[str, str], int]:
    return {(row.before, row.after): row.people for row in moved.itertuples()}


def test_who_stayed_who_moved_who_came_and_who_went_is_counted():
    before = placed(("owls", 500), ("films", 300))
    after = placed(("owls", 350), ("films", 400), first=50)  # 50 owls are gone; 100 owls went to films
    after = pd.concat([after, placed(("films", 200), first=900)])
    moved = between(before, after)
    assert cells(moved) == {
        ("films", "films"): 300,
        ("owls", "owls"): 350,
        ("owls", "films"): 100,
        ("owls", NONE): 50,
        (NONE, "films"): 200,
    }
    assert moved["share"].tolist() == [1.0, 1.0, 0.7, 0.2, 0.1]
    assert tables.check(TABLES["movements"], moved) == []


def test_whoever_was_and_is_in_no_segment_is_not_counted():
    assert between(placed((None, 200)), placed((None, 300))).empty


def test_small_cells_of_a_group_are_one_row():
    before = placed(("owls", 500))
    after = placed(("owls", 400), ("films", 40), ("games", 30), (None, 30))
    assert cells(between(before, after)) == {("owls", "owls"): 400, ("owls", ELSEWHERE): 100}


def test_a_remainder_that_would_tell_of_few_is_counted_with_the_largest_row():
    before = placed(("owls", 500))
    after = placed(("owls", 390), ("films", 100), ("games", 10))
    assert cells(between(before, after)) == {("owls", "owls"): 400, ("owls", "films"): 100}


def test_a_few_newcomers_are_not_told_of():
    assert cells(between(placed(("owls", 100)), placed(("owls", 120)))) == {("owls", "owls"): 100}


@st.composite
def two_runs(draw):
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people = draw(st.integers(1, 3_000))
    weights = random.dirichlet(np.full(16, draw(st.sampled_from([0.2, 1.0]))))
    drawn = random.choice(16, people, p=weights)
    persons = np.array([f"p{at}" for at in range(people)])
    names = np.array(SEGMENTS, object)
    runs = []
    for side in (drawn // 4, drawn % 4):
        there = random.permutation(people)[: draw(st.integers(0, people))]
        frame = pd.DataFrame({"person": persons[there], "segment": names[side[there]]})
        runs.append(frame.astype("str"))
    return runs


@settings(max_examples=40)
@given(two_runs())
def test_nobody_is_told_from_a_cell_and_no_group_changes_its_size(runs):
    before, after = runs
    moved = between(before, after)
    assert (moved["people"] >= SHOWN).all()
    sizes = before["segment"].value_counts()
    sums = moved[moved["before"] != NONE].groupby("before")["people"].sum()
    assert sums.to_dict() == {segment: size for segment, size in sizes.items() if size >= SHOWN}
    assert moved.groupby("before")["share"].sum().to_numpy() == pytest.approx(1, abs=0.001)
    assert not ((moved["before"] == NONE) & (moved["after"] == NONE)).any()


def test_two_files_give_the_same_as_two_frames(tmp_path):
    random = np.random.default_rng(3)
    names = np.array(SEGMENTS, object)
    frames = []
    for first in (0, 5_000):
        people = random.permutation(np.arange(first, first + 30_000))
        segment = names[random.choice(4, len(people), p=[0.6, 0.37, 0.001, 0.029])]
        frames.append(pd.DataFrame({"person": [f"p{at}" for at in people], "segment": segment}).astype("str"))
    for name, frame in zip(("then", "now"), frames, strict=True):
        (tmp_path / name).mkdir()
        frame.to_parquet(tmp_path / name / "assignments.parquet", index=False)
    spill = tmp_path / "spill"
    spill.mkdir()
    found = between_stored(tmp_path / "then" / "assignments.parquet", tmp_path / "now" / "assignments.parquet", spill)
    pd.testing.assert_frame_equal(found, between(*frames))
    assert len(found) > 6


def test_a_damaged_file_is_named(tmp_path):
    placed(("owls", 60)).to_parquet(tmp_path / "now.parquet", index=False)
    (tmp_path / "then.parquet").write_bytes(b"not Parquet")
    with pytest.raises(UnreadableError, match=r"then\.parquet"):
        between_stored(tmp_path / "then.parquet", tmp_path / "now.parquet", tmp_path)


def test_the_largest_moves_are_told_with_the_names_of_then_and_of_now():
    before = placed(("s1", 5_300), ("s2", 400), (None, 700))
    after = placed(("s1", 4_000), ("s2", 1_240), ("s3", 30), (None, 30), ("s2", 300), (None, 100), ("s2", 700))
    then = {"s1": "Late-night console players", "s2": "Weekend film viewers"}
    now = {"s1": "Late-night console players", "s2": "Weekday film viewers", "s3": "Newcomers on phones"}
    moved = between(before, after)
    assert told(moved, then, now) == [
        "1,240 of the 5,300 Late-night console players of last time are now Weekday film viewers.",
        "700 of the 700 people who were in no segment last time are now Weekday film viewers.",
        "100 of the 400 Weekend film viewers of last time are now in no segment.",
        "60 of the 5,300 Late-night console players of last time are now elsewhere, fewer than 50 in any one segment.",
    ]
    assert told(moved, then, now, most=1) == told(moved, then, now)[:1]


def test_shares_are_told_in_points_also_of_what_is_new_or_gone():
    then = pd.DataFrame({"segment": ["a", "b", "c"], "name": ["Owls", "Larks", "Gone"], "share": [0.5, 0.3, 0.2]})
    now = pd.DataFrame({"segment": ["b", "a", "d"], "name": ["Larks", "Night owls", "New"], "share": [0.3, 0.45, 0.25]})
    found = shifts(then, now)
    assert found["segment"].tolist() == ["b", "a", "d", "c"]
    assert found["points"].tolist() == [0.0, -5.0, 25.0, -20.0]
    assert found["text"].tolist() == [
        "Larks: 30.0% of the audience, as before.",
        "Night owls: 45.0% of the audience, 5.0 points less.",
        "New: new, 25.0% of the audience.",
        "Gone: no longer there; 20.0% of the audience last time.",
    ]


def test_the_order_of_people_changes_nothing():
    order = np.random.default_rng(6).permutation(300)
    before = placed(("owls", 150), ("films", 150))
    after = placed(("films", 60), ("owls", 180), (None, 60))
    moved = between(before.iloc[order], after.iloc[order[::-1]])
    pd.testing.assert_frame_equal(moved, between(before, after))
