"""From a brief to a file for the platform by the command line: drafted, checked, decided on, taken out."""

import json
from pathlib import Path

import pandas as pd
import pytest
from command import Marquee
from small_company import NOW

from marketing.workspace import Workspace
from sample_data import generate

TITLE = "harbour-lights"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Lumen's titles and facts, with one segment found already."""
    workspace = Workspace.create(tmp_path / "lumen")
    monkeypatch.setenv("MARQUEE_WORKSPACE", str(workspace.folder))
    (workspace.folder / "settings.toml").write_text("today = 2026-11-23\n")
    told = generate.tables()
    workspace.upsert({name: told[name] for name in ("titles", "facts")}, now=NOW)
    trait = {
        "trait": "Watches late at night",
        "column": "hour",
        "value": "22",
        "share": 0.8,
        "everyone": 0.3,
        "lift": 2.7,
    }
    segment = {
        "segment": "s1",
        "name": "Late-night viewers",
        "size": 1_200,
        "share": 0.24,
        "description": "Watch late at night.",
        "traits": json.dumps([trait]),
        "stability": 0.9,
    }
    workspace.write({"segments": pd.DataFrame([segment])}, now=NOW)
    return workspace


def test_a_brief_of_the_workspace_is_drafted_from_and_each_draft_passes_the_check(
    marquee: Marquee, company: Workspace
) -> None:
    assert marquee("brief", "--title", TITLE, "--segment", "s1", "--out", "brief.json").code == 0
    drafted = marquee("draft", "--input", "brief.json", "--channel", "google_rsa", "x_post", "--variants", "2")
    assert drafted.code == 0
    assert [(d["channel"], d["variant"]) for d in drafted.json] == [
        ("google_rsa", 1),
        ("google_rsa", 2),
        ("x_post", 1),
        ("x_post", 2),
    ]
    for draft in drafted.json:
        Path("draft.json").write_text(json.dumps(draft))
        checked = marquee("check", "--channel", draft["channel"], "--input", "draft.json", "--brief", "brief.json")
        assert (checked.code, [p for p in checked.json if p["severity"] == "block"]) == (0, [])


def test_the_drafts_of_a_brief_are_checked_as_they_were_written(marquee: Marquee) -> None:
    Path("brief.json").write_text('{"title": {"name": "Saltmarsh"}, "language": "en"}')
    drafted = ("draft", "--input", "brief.json", "--channel", "google_rsa", "x_post", "--variants", "2")
    assert marquee(*drafted, "--out", "drafts.json").code == 0
    ids = [draft["draft"] for draft in json.loads(Path("drafts.json").read_text())]
    checked = marquee("check", "--input", "drafts.json", "--brief", "brief.json")
    assert checked.code == 0
    assert [answer["id"] for answer in checked.json] == ids
    assert all(problem["severity"] == "warn" for answer in checked.json for problem in answer["problems"])

    assert marquee(*drafted, "--out", "drafts.jsonl").code == 0
    batch = marquee("check", "--batch", "drafts.jsonl")
    assert batch.code == 0
    assert [json.loads(line)["id"] for line in batch.out.splitlines()] == ids


def test_of_several_drafts_each_is_checked_for_its_own_channel_and_one_that_blocks_exits_with_1(
    marquee: Marquee,
) -> None:
    long = {"slots": {"text": ["word " * 60]}}  # 300 characters: too long for a post on X alone
    drafts = [
        {"draft": "d-1", "channel": "x_post", "copy": {"slots": {"text": ["Hello"]}}},
        {"draft": "d-2", "copy": long},
    ]
    Path("drafts.json").write_text(json.dumps(drafts))
    checked = marquee("check", "--channel", "x_post", "--input", "drafts.json")
    assert checked.code == 1
    assert {a["id"]: {p["check"] for p in a["problems"] if p["severity"] == "block"} for a in checked.json} == {
        "d-1": set(),
        "d-2": {"limits"},
    }
    unsaid = marquee("check", "--input", "drafts.json")
    assert unsaid.code == 2
    assert "draft 2: It has no 'channel'" in unsaid.err
    assert unsaid.json[0]["problems"] == []
    Path("drafts.json").write_text(json.dumps(drafts[0]))
    assert marquee("check", "--input", "drafts.json").json == []


def test_an_unknown_title_channel_or_writer_is_refused_with_those_there_are(
    marquee: Marquee, company: Workspace
) -> None:
    assert marquee("brief", "--title", "nothing").code == 2
    Path("brief.json").write_text('{"title": {"name": "Saltmarsh"}}')
    channel = marquee("draft", "--input", "brief.json", "--channel", "billboard")
    assert (channel.code, channel.out) == (2, "")
    assert "google_rsa" in channel.err
    writer = marquee("draft", "--input", "brief.json", "--channel", "x_post", "--writer", "poet")
    assert writer.code == 2
    assert "offline" in writer.err


def test_only_exactly_the_words_that_were_approved_leave(marquee: Marquee, company: Workspace) -> None:
    asked = ("--title", TITLE, "--segment", "s1", "--channel", "google_rsa", "--variants", "1")
    assert marquee("run", "draft", *asked).code == 0
    (draft,) = marquee("drafts", "--json").json
    assert draft["state"] == "waiting"
    assert marquee("export", "google_ads_editor", "--out", "ads.csv").code == 1
    assert not Path("ads.csv").exists()

    other_words = marquee("review", draft["draft"], "--digest", "0" * 64, "--decision", "approve")
    assert other_words.code == 2
    assert "Read them again" in other_words.err
    no_reason = marquee("review", draft["draft"], "--digest", draft["digest"], "--decision", "reject")
    assert (no_reason.code, marquee("drafts", "--json").json[0]["state"]) == (2, "waiting")

    approved = marquee("review", draft["draft"], "--digest", draft["digest"], "--decision", "approve")
    assert (approved.code, approved.out) == (0, f"Draft {draft['draft']} is approved, decided by Ada.\n")
    assert draft["draft"] in marquee("drafts", "--state", "approved").out
    assert marquee("drafts", "--state", "waiting").err == "No draft is waiting.\n"
    assert marquee("drafts", "--state", "lost").code == 2

    assert marquee("export", "google_ads_editor", "--out", "ads.csv").code == 0
    ads = Path("ads.csv").read_text("utf-8-sig")
    assert all(line in ads for line in draft["copy"]["slots"]["headline"] if '"' not in line)
    actions = [entry["action"] for entry in marquee("audit", "--json").json]
    assert actions == ["run", "draft", "approve", "export"]
    assert marquee("audit", "--verify").code == 0


def test_drafting_again_writes_nothing_twice(marquee: Marquee, company: Workspace) -> None:
    asked = ("--title", TITLE, "--segment", "s1", "--channel", "x_post", "--variants", "2")
    assert marquee("run", "draft", *asked).out == "2 drafts, all waiting\n"
    before = marquee("drafts", "--json").out
    again = marquee("run", "draft", *asked)
    assert (again.code, again.out) == (0, "draft: up to date\n")
    assert marquee("drafts", "--json").out == before


def test_the_list_of_drafts_shows_words_and_a_digest_that_is_enough_to_decide(
    marquee: Marquee, company: Workspace
) -> None:
    asked = ("--title", TITLE, "--segment", "s1", "--channel", "x_post", "--variants", "1")
    assert marquee("run", "draft", *asked).out == "1 draft, waiting\n"
    (draft,) = marquee("drafts", "--json").json
    head, row = marquee("drafts").out.splitlines()
    assert head.split()[:2] == ["draft", "digest"]
    shown = row.split()[1]
    assert len(shown) < len(draft["digest"])
    first = next(line for lines in draft["copy"]["slots"].values() for line in lines)
    assert " ".join(first.split())[:50] in row

    for too_short in ("", shown[:7], "0" * 12):
        assert marquee("review", draft["draft"], "--digest", too_short, "--decision", "approve").code == 2
    assert marquee("review", draft["draft"], "--digest", shown, "--decision", "approve").code == 0
