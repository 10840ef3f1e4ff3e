"""Scenarios in the ledger: kept, listed, let go of, and told in the trail; an older ledger gains their table."""

import datetime as dt
import sqlite3
from dataclasses import replace

import pytest

from marketing.errors import MissingError
from marketing.ledger import Ledger
from marketing.records import ScenarioRecord

AT = dt.datetime(2026, 11, 23, 9, 40, 12, 345678, tzinfo=dt.UTC)
LATER = ScenarioRecord("s1", "harbour-lights", "Trailer a week later", {"changes": [{"days": 7.5}]}, "Ana Ruiz", AT)


def url(folder):
    return f"sqlite:///{folder / 'ledger.sqlite'}"


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(url(tmp_path))
    yield ledger
    ledger.close()


def test_a_scenario_comes_back_as_it_was_kept_newest_first(ledger):
    other = replace(LATER, scenario="s2", title="the-vault")
    newer = replace(LATER, scenario="s3", name="No trailer")
    assert all(ledger.add_scenario(record) for record in (LATER, other, newer))
    assert ledger.scenario("s1") == LATER
    assert ledger.scenarios("harbour-lights") == [newer, LATER]
    assert [record.scenario for record in ledger.scenarios()] == ["s3", "s2", "s1"]


def test_the_same_key_keeps_one_scenario_and_it_never_changes(ledger):
    assert ledger.add_scenario(LATER)
    assert not ledger.add_scenario(replace(LATER, name="Something else"))
    assert ledger.scenarios() == [LATER]
    assert [record.action for record in ledger.audit()] == ["scenario"]


def test_a_scenario_let_go_of_stays_in_the_trail_with_who_did_it(ledger):
    ledger.add_scenario(LATER)
    assert ledger.drop_scenario("s1", by="Tom Okafor", at=AT)
    assert not ledger.drop_scenario("s1", by="Tom Okafor", at=AT)
    assert ledger.scenarios() == []
    with pytest.raises(MissingError, match="no scenario 's1'"):
        ledger.scenario("s1")
    assert [(r.by, r.action, r.subject, r.detail["name"]) for r in ledger.audit()] == [
        ("Ana Ruiz", "scenario", "s1", "Trailer a week later"),
        ("Tom Okafor", "delete scenario", "s1", "Trailer a week later"),
    ]
    assert ledger.verify() is None


def test_a_ledger_of_the_version_before_opens_with_all_it_had_and_keeps_scenarios(ledger, tmp_path):
    ledger.append_audit(AT, "Mei", "export", "csv", {})
    ledger.request_run(["forecast"], {}, by="Mei", at=AT, run="r1")
    trail = ledger.audit()
    ledger.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as direct:
        direct.executescript("DROP TABLE scenarios; UPDATE ledger SET version = 1")
    direct.close()
    for _ in range(2):  # once it is brought up, opening it changes nothing more
        opened = Ledger(url(tmp_path))
        assert opened.audit() == trail
        assert opened.run("r1").by == "Mei"
        assert opened.scenarios() == []
        assert opened.verify() is None
        opened.close()
    opened = Ledger(url(tmp_path))
    assert opened.add_scenario(LATER)
    assert opened.scenarios() == [LATER]
    opened.close()
