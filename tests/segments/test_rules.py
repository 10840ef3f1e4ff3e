"""Segments are explained by few rules, which do what their words say."""

import json

import numpy as np
import pandas as pd
import pytest
from known_audience import TODAY, audience

from marketing.segments.audience import learn
from marketing.segments.audience.scheme import Column
from marketing.segments.words.rules import LEAVES, explain


@pytest.fixture(scope="module")
def known():
    frame, truth = audience(11, 6_000)
    scheme = learn(frame, today=TODAY, allowed={}, weights={})
    return frame, scheme.columns, scheme.matrix(frame), truth.astype(np.intp)


def met(frame: pd.DataFrame, rule: list[dict]) -> pd.Series:
    """Who meets a rule as it is recorded, in the audience's own values."""
    everyone = pd.Series(data=True, index=frame.index)
    for condition in rule:
        cells = frame[condition["column"]]
        holds = cells.notna() & condition["known"]
        if "over" in condition:
            holds &= cells > condition["over"]
        if "up_to" in condition:
            holds &= cells <= condition["up_to"]
        if "levels" in condition:
            holds &= cells.isin(condition["levels"])
        everyone &= holds | (cells.isna() & condition["unknown"])
    return everyone


def test_the_recorded_rules_put_everyone_somewhere_and_as_well_as_is_said(known):
    frame, columns, matrix, truth = known
    told = json.loads(json.dumps(explain(columns, matrix, truth, 3, seed=2).record(["a", "b", "c"])))
    found = [
        sum((met(frame, rule).astype(int) for rule in told["segments"][segment]["rules"]), start=0 * truth)
        for segment in "abc"
    ]
    assert (sum(found) == 1).all()
    right = np.array(found)[truth, np.arange(len(truth))].mean()
    assert right == pytest.approx(told["fidelity"], abs=0.03)
    assert right >= 0.85
    assert 2 <= sum(len(one["rules"]) for one in told["segments"].values()) <= LEAVES


def test_rules_are_said_with_round_numbers_and_what_they_find(known):
    _, columns, matrix, truth = known
    found = explain(columns, matrix, truth, 3, seed=2)
    short = found.sentences()[2]
    assert short.startswith("Minutes a session up to ")
    assert f"Finds {found.recall[2]:.0%} of the segment; {found.precision[2]:.0%} of those found are in it." in short
    assert f"{found.fidelity:.0%} of people" in found.text
    cuts = {c.over for r in found.rules for c in r.conditions} | {c.up_to for r in found.rules for c in r.conditions}
    assert all(cut == float(f"{cut:.1e}") for cut in cuts if np.isfinite(cut))


def test_round_numbers_cost_little_where_all_numbers_are_near_one_another():
    random = np.random.default_rng(3)
    score = random.uniform(1_000, 1_009, 4_000)
    labels = (score > 1_004.4).astype(np.intp)
    found = explain([Column("score", "number")], score.astype(np.float32)[:, None], labels, 2, seed=0)
    assert found.fidelity > 0.97


def test_who_is_not_known_is_told_where_it_matters():
    random = np.random.default_rng(4)
    minutes = random.uniform(0, 100, 4_000).astype(np.float32)
    labels = (minutes > 60).astype(np.intp)
    lost = random.random(4_000) < 0.2
    minutes[lost], labels[lost] = np.nan, 1
    found = explain([Column("minutes", "number")], minutes[:, None], labels, 2, seed=0)
    assert found.fidelity > 0.97
    assert "(or not known)" in found.sentences()[1]
    assert "not known" not in found.sentences()[0]


def test_being_unknown_can_be_the_rule():
    minutes = np.random.default_rng(5).uniform(0, 100, 4_000).astype(np.float32)
    labels = (np.arange(4_000) % 3 == 0).astype(np.intp)
    minutes[labels == 1] = np.nan
    found = explain([Column("minutes", "number")], minutes[:, None], labels, 2, seed=0)
    assert found.fidelity == 1
    assert found.sentences()[0].startswith("Minutes known.")
    assert found.sentences()[1].startswith("Minutes not known.")


def test_neither_rare_levels_nor_special_ones_are_named():
    random = np.random.default_rng(6)
    codes = random.integers(0, 4, 4_000)
    column = Column("club", "category", ("", "catholic", "chess", "tennis"))
    labels = (codes <= 1).astype(np.intp)
    found = explain([column], codes.astype(np.float32)[:, None], labels, 2, seed=0)
    assert found.fidelity == 1
    assert "catholic" not in " ".join([found.text, *found.sentences()]).lower()
    assert found.sentences()[1].startswith("Club: neither chess nor tennis.")


def test_ordered_levels_are_told_as_spans():
    codes = np.random.default_rng(7).integers(0, 5, 4_000)
    column = Column("visits", "ordered", ("never", "yearly", "monthly", "weekly", "daily"))
    found = explain([column], codes.astype(np.float32)[:, None], (codes >= 3).astype(np.intp), 2, seed=0)
    assert [one.split(".")[0] for one in found.sentences()] == ["Visits: never to monthly", "Visits: weekly to daily"]


def test_the_same_rules_come_from_columns_in_another_order(known):
    _, columns, matrix, truth = known
    found = explain(columns, matrix, truth, 3, seed=2)
    turned = explain(columns[::-1], matrix[:, ::-1], truth, 3, seed=2)
    assert turned.record("abc") == found.record("abc") == explain(columns, matrix, truth, 3, seed=2).record("abc")


def test_of_many_columns_those_that_tell_are_found():
    random = np.random.default_rng(8)
    labels = random.integers(0, 4, 4_000)
    matrix = random.normal(size=(4_000, 500)).astype(np.float32)
    matrix[:, 321] += 3 * labels
    found = explain([Column(f"c{at}", "number") for at in range(500)], matrix, labels, 4, seed=0)
    assert {c.column.name for rule in found.rules for c in rule.conditions} == {"c321"}
    assert found.fidelity > 0.85


def test_where_nothing_tells_the_groups_apart_it_is_said():
    random = np.random.default_rng(9)
    matrix, labels = random.normal(size=(2_000, 3)).astype(np.float32), random.integers(0, 2, 2_000)
    columns = [Column(name, "number") for name in ("x", "y", "z")]
    assert "too few people" in explain(columns, matrix[:80], labels[:80], 2, seed=0).text
    assert "nothing to tell apart" in explain(columns, matrix, np.zeros(2_000, np.intp), 1, seed=0).text
    constant = explain(columns, np.ones_like(matrix), labels, 2, seed=0)
    assert constant.sentences() == [constant.why] * 2
    assert constant.record("ab")["fidelity"] is None
    noise = explain(columns, matrix, labels, 2, seed=0)
    assert not noise.rules or noise.fidelity < 0.6


def test_a_segment_without_a_rule_is_told_so():
    random = np.random.default_rng(10)
    codes = random.integers(0, 12, 12_000)
    column = Column("genre", "category", tuple(f"genre {'abcdefghijkl'[code]}" for code in range(12)))
    found = explain([column], codes.astype(np.float32)[:, None], codes.astype(np.intp), 12, seed=0)
    untold = [group for group in range(12) if not any(rule.group == group for rule in found.rules)]
    assert len(untold) >= 4
    assert all("tells this segment from the others" in found.sentences()[group] for group in untold)
    assert all(found.recall[group] == 0 for group in untold)


def test_who_is_in_no_segment_is_left_out(known):
    _, columns, matrix, truth = known
    some = np.where(np.arange(len(truth)) % 5 == 0, -1, truth)
    found = explain(columns, matrix, some, 3, seed=2)
    assert found.tried == int((some >= 0).sum() * 0.3)
    assert found.fidelity > 0.85
