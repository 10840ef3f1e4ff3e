"""The record of a run says what was kept out and let in, by which law, and holds nothing of any person."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from marketing import tables
from marketing.errors import InputError
from marketing.segments.fairness import kept_out, permissions, record, report
from marketing.segments.fairness.proxies import proxies
from marketing.settings import Settings

PEOPLE = 2_000
FACTS = record.Facts(
    when=dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC),
    table="5f2c",
    people=PEOPLE,
    seed=7,
    segmenter="latent_class",
    used=[record.Used("device", "behaviour"), record.Used("genre", "taste", 2.0)],
    kept_out=[
        record.KeptOut("faith", "It tells religion or belief.", kept_out("faith", [])),
        record.KeptOut("notes | <b>", "It is free text."),
    ],
    allowed={"age": "skincare is sold by age of skin"},
    let_in={"age": kept_out("age", [])},
    minors=61,
    minors_by=["dob"],
    sizes={"s1": 1_500, "s2": 439, "s3": 60, "s4": 12},
)


def found():
    random = np.random.default_rng(0)
    labels = random.choice(4, PEOPLE, p=[0.75, 0.2, 0.042, 0.008])
    faith = pd.Series(np.where(labels == 0, "catholic", "muslim"))
    matrix = np.column_stack([labels > 0, random.normal(size=PEOPLE)]).astype(np.float32)
    return proxies(
        labels, {"faith": faith}, {"faith": kept_out("faith", [])}, ["genre", "hours"], matrix, categorical=[0]
    )


@pytest.fixture(scope="module")
def stored():
    return record.tables(FACTS, found(), list(FACTS.sizes))


def test_its_tables_keep_their_contracts(stored):
    for name, frame in stored.items():
        contract = tables.table(name)
        assert list(frame.columns) == [column.name for column in contract.columns]
        assert not frame.duplicated(list(contract.key)).any()
        assert frame[contract.required()].notna().all().all()


def test_it_says_what_was_kept_out_how_it_was_known_and_by_which_law(stored):
    kept = record.document(stored)["kept_out"]
    assert kept[0]["category"] == "religion or belief"
    assert kept[0]["recognised"] == "name"
    assert "GDPR Art. 9" in kept[0]["source"]
    assert "Art. 26(3)" in kept[0]["source"]
    assert kept[1]["category"] is None


def test_what_was_let_in_stands_with_the_reason_that_was_given(stored):
    assert record.document(stored)["let_in"][0]["reason"] == "skincare is sold by age of skin"


def test_groups_and_counts_under_50_do_not_appear(stored):
    assert not (pd.concat([stored["fairness"]["people"], stored["proxies"]["people"]]) < record.SHOWN).any()
    assert "s4" not in set(stored["proxies"]["segment"])
    few = record.tables(replace(FACTS, minors=7), (), list(FACTS.sizes))
    assert "7" not in report.text(record.document(few)).split("## People")[1].split("##")[0]


def test_the_standing_of_each_group_follows_the_rules_of_size(stored):
    standing = {row["name"]: row["reason"] for row in record.document(stored)["segments"]}
    assert standing["s1"].startswith("Shown and described")
    assert standing["s3"].startswith("Shown, not described")
    assert standing["s4"].startswith("Not shown")


def test_no_value_of_a_person_stands_in_it(stored):
    text = json.dumps(record.document(stored)) + report.text(record.document(stored))
    assert "catholic" not in text
    assert "muslim" not in text


def test_the_document_is_plain_json_and_the_same_for_the_same_run(stored):
    again = record.document(record.tables(FACTS, found(), list(FACTS.sizes)))
    assert json.dumps(again, allow_nan=False) == json.dumps(record.document(stored), allow_nan=False)


def test_the_text_tells_warnings_and_is_not_broken_by_names_of_columns(stored):
    text = report.text(record.document(stored))
    assert "**Warning.** The segments partly stand in for faith" in text
    assert "by genre" in text
    assert "notes \\| &lt;b>" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.count(" | ") >= 1 for line in rows)


def test_a_run_without_anything_kept_out_is_recorded_too():
    bare = replace(FACTS, kept_out=[], allowed={}, let_in={}, minors=0, sizes={})
    text = report.text(record.document(record.tables(bare, (), [])))
    assert "Nothing that was kept out stood in the table." in text
    assert "Nothing: no setting lets in" in text


def test_no_setting_lets_in_a_special_category():
    with pytest.raises(InputError, match="faith cannot be let in") as refused:
        permissions.check({"faith": "it would sell so well", "sex": "menswear is sold by sex", "zip": "shops"})
    assert "zip is let in without a reason" in str(refused.value)
    assert "sex" not in str(refused.value)


def test_sex_age_and_postcode_are_let_in_with_a_reason():
    settings = Settings.model_validate(
        {"allowed": {"age_band": "films have ratings by age", "plz": "shops deliver there"}}
    )
    permissions.check(settings.allowed)
