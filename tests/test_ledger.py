"""The ledger under honest use, under several processes, under kills and under tampering."""

import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from marketing.errors import ConflictError, InputError, MissingError
from marketing.ledger import Ledger
from marketing.records import DraftRecord, ReviewRecord, canonical

AT = dt.datetime(2026, 11, 23, 9, 40, 12, 345678, tzinfo=dt.UTC)


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.sqlite'}"


def made_draft(name="d1", **changes):
    draft = DraftRecord(
        draft=name,
        digest=f"words-{name}",
        brief="brief",
        title="harbour-lights",
        segment="s1",
        channel="google_rsa",
        variant=1,
        language="en",
        copy={"slots": {"headline": ["Zoë comes home", "🎬 tonight"], "description": []}, "claims": []},
        problems=[{"check": "limits", "severity": "warn", "span": [0, 3]}],
        writer="offline",
        prompt="p1",
        cost=0.25,
        created_at=AT,
        created_by="Ana Ruiz",
    )
    return replace(draft, **changes)


def made_review(key="k1", draft="d1", decision="approve", **changes):
    review = ReviewRecord(key, draft, f"words-{draft}", decision, "", "Tom Okafor", "approver", AT)
    return replace(review, **changes)


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(url(tmp_path))
    ledger.add_brief({"title": {"title": "harbour-lights"}}, digest="brief", at=AT)
    yield ledger
    ledger.close()


def test_what_goes_in_comes_out_the_same(ledger, tmp_path):
    ledger.add_drafts([made_draft()])
    ledger.add_review(made_review())
    ledger.close()
    again = Ledger(url(tmp_path))
    assert again.draft("d1") == made_draft()
    assert list(again.draft("d1").copy["slots"]) == ["headline", "description"]  # slots keep their order
    assert again.reviews("d1") == [made_review()]
    assert again.review("k1") == made_review()
    assert again.brief("brief") == {"title": {"title": "harbour-lights"}}
    again.close()


def test_times_come_back_in_utc_whatever_zone_they_were_told_in(ledger):
    madrid = AT.astimezone(dt.timezone(dt.timedelta(hours=1)))
    ledger.add_drafts([made_draft(created_at=madrid)])
    assert ledger.draft("d1").created_at == AT
    assert ledger.draft("d1").created_at.tzinfo is dt.UTC
    assert ledger.verify() is None


def test_a_time_without_zone_is_refused_and_nothing_is_stored(ledger):
    with pytest.raises(ValueError, match="no time zone"):
        ledger.append_audit(AT.replace(tzinfo=None), "Ana", "export", "csv", {})
    assert ledger.audit() == []


def test_drafts_are_found_by_title_segment_and_channel_newest_first(ledger):
    later = AT + dt.timedelta(hours=1)
    ledger.add_drafts(
        [
            made_draft("old"),
            made_draft("new", created_at=later),
            made_draft("new2", created_at=later),
            made_draft("other", title="the-vault", channel="email", segment="s2"),
        ]
    )
    assert [d.draft for d in ledger.drafts(title="harbour-lights")] == ["new", "new2", "old"]
    assert [d.draft for d in ledger.drafts(channel="email", segment="s2")] == ["other"]
    assert len(ledger.drafts()) == 4


def test_a_draft_is_kept_once_and_never_changes(ledger):
    assert ledger.add_drafts([made_draft("a"), made_draft("b")]) == 2
    assert ledger.add_drafts([made_draft("b", writer="other"), made_draft("c")]) == 1
    assert ledger.draft("b").writer == "offline"


def test_drafts_are_added_all_or_none(ledger):
    with pytest.raises(MissingError, match="brief 'gone'"):
        ledger.add_drafts([made_draft("a"), made_draft("b", brief="gone")])
    assert ledger.drafts() == []
    assert ledger.audit() == []


def test_the_same_review_key_counts_once(ledger):
    ledger.add_drafts([made_draft()])
    assert ledger.add_review(made_review())
    assert not ledger.add_review(made_review(decision="reject"))
    assert [r.decision for r in ledger.reviews()] == ["approve"]


def test_a_review_of_other_words_or_of_nothing_is_refused(ledger):
    ledger.add_drafts([made_draft()])
    with pytest.raises(ConflictError, match="not those"):
        ledger.add_review(made_review(digest="other words"))
    with pytest.raises(MissingError, match="no draft 'd9'"):
        ledger.add_review(made_review(draft="d9"))
    assert ledger.reviews() == []


def test_of_two_edits_of_one_draft_the_second_is_told_of_the_first(ledger):
    ledger.add_drafts([made_draft()])
    ledger.add_edit(made_draft("d2", parent="d1"), made_review("e1", decision="edit"))
    ledger.add_edit(made_draft("d2", parent="d1"), made_review("e1", decision="edit"))  # asked twice
    with pytest.raises(ConflictError, match="lives on as d2"):
        ledger.add_edit(made_draft("d3", parent="d1"), made_review("e2", decision="edit"))
    with pytest.raises(ConflictError, match="lives on as d2"):
        ledger.add_review(made_review())
    assert [d.draft for d in ledger.drafts()] == ["d1", "d2"]
    assert [r.action for r in ledger.audit()] == ["draft", "edit", "edit"]


def test_missing_things_are_named_and_not_repeated_raw(ledger):
    for ask in (ledger.draft, ledger.brief, ledger.run):
        with pytest.raises(MissingError) as refusal:
            ask("x\x1b[2J")
        assert str(refusal.value).isprintable()


def test_a_run_goes_from_waiting_to_done_and_one_worker_gets_it(ledger):
    asked = ledger.request_run(["forecast", "segment"], {"k": 4}, by="Ana Ruiz", at=AT, run="r1")
    assert asked.state == "waiting"
    assert ledger.request_run(["forecast"], {}, by="Eve", at=AT, run="r1") == asked
    assert not ledger.update_run("r1", done=1, at=AT)  # nobody works on it yet
    assert ledger.claim_run("r1", 101, AT)
    assert not ledger.claim_run("r1", 102, AT)
    later = AT + dt.timedelta(seconds=5)
    assert ledger.update_run("r1", step="forecast", done=3, total=12, message="Harbour Lights", at=later)
    assert ledger.update_run("r1", done=4, at=later)
    run = ledger.run("r1")
    assert (run.step, run.done, run.total, run.message) == ("forecast", 4, 12, "Harbour Lights")
    assert (run.pid, run.started_at, run.heartbeat_at) == (101, AT, later)
    assert ledger.end_run("r1", "failed", [{"key": "t", "reason": "too short"}], later)
    assert not ledger.end_run("r1", "done", [], later)
    assert ledger.run("r1").failures == [{"key": "t", "reason": "too short"}]
    assert ledger.run("r1").ended_at == later


def test_a_dead_workers_run_is_taken_over_by_one_other(ledger):
    ledger.request_run(["forecast"], {}, by="Ana Ruiz", at=AT, run="r1")
    ledger.claim_run("r1", 101, AT)
    later = AT + dt.timedelta(minutes=1)
    assert not ledger.claim_run("r1", 103, later, dead=99)
    assert ledger.claim_run("r1", 102, later, dead=101)
    assert not ledger.claim_run("r1", 103, later, dead=101)
    assert (ledger.run("r1").pid, ledger.run("r1").started_at) == (102, AT)


def test_a_stopped_run_tells_its_worker_so(ledger):
    ledger.request_run(["forecast"], {}, by="Ana Ruiz", at=AT, run="r1")
    ledger.claim_run("r1", 101, AT)
    assert ledger.end_run("r1", "stopped", [], AT)
    assert not ledger.update_run("r1", done=2, at=AT)
    assert not ledger.claim_run("r1", 102, AT, dead=101)


def test_runs_are_listed_newest_first_up_to_the_limit(ledger):
    for number in range(5):
        ledger.request_run(["draft"], {}, by="Ana", at=AT, run=f"r{number}")
    assert [r.run for r in ledger.runs(limit=2)] == ["r4", "r3"]


def test_every_action_leaves_a_trace_in_the_order_it_happened(ledger):
    ledger.add_drafts([made_draft()])
    ledger.add_review(made_review(decision="reject", reason="Too loud"))
    ledger.request_run(["draft"], {"titles": ["x"]}, by="Ana", at=AT, run="r1")
    ledger.append_audit(AT, "Mei", "erase", "p-17", {"tables": ["audience"]})
    trail = ledger.audit()
    assert [(r.number, r.by, r.action, r.subject) for r in trail] == [
        (1, "Ana Ruiz", "draft", "d1"),
        (2, "Tom Okafor", "reject", "d1"),
        (3, "Ana", "run", "r1"),
        (4, "Mei", "erase", "p-17"),
    ]
    assert trail[1].detail["reason"] == "Too loud"
    assert ledger.verify() is None


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        ("UPDATE audit SET by = 'Eve' WHERE number = 2", 2),
        ("UPDATE audit SET at = '2026-11-24 09:40:12.345678' WHERE number = 1", 1),
        ("UPDATE audit SET detail = '{}' WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 4", 4),  # the last one: the chain before it is whole
        ("DELETE FROM audit", 1),
        ("UPDATE reviews SET decision = 'approve'", 3),
        ("UPDATE drafts SET copy = '{\"slots\": {}}' WHERE draft = 'd1'", 1),
        ("DELETE FROM reviews", 3),
        ("UPDATE reviews SET review = 'k9'", 3),
        (
            "INSERT INTO reviews SELECT 9, 'forged', draft, digest, 'approve', '', by, role, at FROM reviews",
            5,
        ),
    ],
)
def test_tampering_is_found_where_it_happened(ledger, tmp_path, tamper, broken):
    ledger.add_drafts([made_draft("d1"), made_draft("d2")])
    ledger.add_review(made_review(decision="reject", reason="No"))
    ledger.append_audit(AT, "Mei", "export", "csv", {})
    assert ledger.verify() is None
    with sqlite3.connect(tmp_path / "ledger.sqlite") as direct:
        direct.execute(tamper)
    direct.close()
    assert ledger.verify() == broken


def test_a_number_that_is_none_cannot_enter_the_trail(ledger):
    with pytest.raises(ValueError, match="Out of range float"):
        ledger.append_audit(AT, "Ana", "export", "csv", {"rows": float("nan")})


def test_canonical_json_does_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": [1, (2, 3)]}) == canonical({"a": [1, [2, 3]], "b": 1})


def test_a_newer_ledger_is_refused_in_words(ledger, tmp_path):
    ledger.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as direct:
        direct.execute("UPDATE ledger SET version = 99")
    direct.close()
    with pytest.raises(InputError, match=r"newer Marquee .*99.* Update Marquee"):
        Ledger(url(tmp_path))


def test_what_is_no_ledger_is_refused_in_words(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"date,title\n" * 400)
    with pytest.raises(InputError, match="cannot be used: file is not a database"):
        Ledger(url(tmp_path))
    with pytest.raises(InputError, match="folder is there"):
        Ledger(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.sqlite'}")
    with pytest.raises(InputError, match="address cannot be used"):
        Ledger("carrier-pigeon://loft")


def test_pages_in_many_threads_share_one_ledger(ledger):
    failures = []

    def page(number):
        try:
            for step in range(10):
                ledger.add_drafts([made_draft(f"t{number}-{step}")])
                assert ledger.drafts(channel="google_rsa")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=page, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(ledger.drafts()) == 60
    assert ledger.verify() is None


def test_reading_does_not_wait_for_a_writer(ledger, tmp_path):
    ledger.add_drafts([made_draft()])
    writer = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    assert ledger.draft("d1").writer == "offline"
    assert time.monotonic() - started < 5
    writer.execute("ROLLBACK")
    writer.close()


WORKER = """
import datetime as dt, sys, time
from marketing.ledger import Ledger
from tests_ledger_draft import made_draft, made_review

name = sys.argv[2]
ledger = Ledger(sys.argv[1])  # made by whoever comes first
ledger.add_brief({}, digest="brief", at=dt.datetime.now(dt.UTC))
for number in range(100_000):
    draft = f"{name}-{number}"
    ledger.add_drafts([made_draft(draft)])
    ledger.add_review(made_review(f"key-{draft}", draft))
    print(draft, flush=True)  # acknowledged
"""


@pytest.mark.timeout(120)
def test_nothing_acknowledged_is_lost_when_writers_are_killed(tmp_path):
    """Processes make the ledger together, write, are killed at random moments and replaced by others."""
    (tmp_path / "tests_ledger_draft.py").write_text(
        "from importlib.util import module_from_spec, spec_from_file_location\n"
        f"spec = spec_from_file_location('test_ledger', {__file__!r})\n"
        "module = module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "made_draft, made_review = module.made_draft, module.made_review\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parent.parent}"}
    acknowledged: list[Path] = []
    chance = random.Random(7)

    def start():
        told = tmp_path / f"told-{len(acknowledged)}"
        acknowledged.append(told)
        command = [sys.executable, "-W", "error", "-c", WORKER, url(tmp_path), f"w{len(acknowledged)}"]
        with told.open("w") as out, (tmp_path / "errors").open("a") as errors:
            return subprocess.Popen(command, stdout=out, stderr=errors, env=environment)

    workers = [start() for _ in range(4)]
    deadline = time.monotonic() + 60
    while not all(told.read_text() for told in acknowledged) and time.monotonic() < deadline:
        time.sleep(0.05)
    for _ in range(8):
        time.sleep(chance.uniform(0.05, 0.4))
        place = chance.randrange(len(workers))
        workers[place].send_signal(signal.SIGKILL)
        workers[place].wait()
        workers[place] = start()
    time.sleep(1.5)
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    assert (tmp_path / "errors").read_text() == ""  # no "database is locked" among others
    ledger = Ledger(url(tmp_path))
    told = {line for file in acknowledged for line in file.read_text().splitlines(keepends=True) if line[-1] == "\n"}
    told = {line.strip() for line in told}
    assert len(told) > 20
    assert told <= {d.draft for d in ledger.drafts()}
    assert told <= {r.draft for r in ledger.reviews()}
    assert ledger.verify() is None
    ledger.close()
