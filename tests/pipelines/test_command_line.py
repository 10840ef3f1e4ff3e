"""The `marquee` command as scripts and people use it: what it prints where, and with which exit code it ends."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small_company
from command import Marquee

from marketing.workspace import Workspace

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def views(tmp_path: Path) -> Path:
    """Ninety days of three titles' views, as a file."""
    path = tmp_path / "views.csv"
    small_company.engagement().to_csv(path, index=False)
    return path


def one_title(views: Path) -> None:
    """Leave a history that is forecast in a moment."""
    frame = pd.read_csv(views)
    frame[frame["title"] == small_company.TITLES[0]].tail(40).to_csv(views, index=False)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Two groups of people who differ, as a file."""
    rows = [
        {"person": f"p{n:04}", "device": "console" if n % 2 else "phone", "hour": 22 + n % 2 if n % 2 else 8 + n % 3}
        for n in range(600)
    ]
    path = tmp_path / "people.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_help_names_every_command_and_exits_with_0(marquee: Marquee) -> None:
    helped = marquee("--help")
    assert helped.code == 0
    for command in ("demo", "dashboard", "ingest", "run", "forecast", "segment", "brief", "draft", "check", "drafts"):
        assert command in helped.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forcast"], "No such command 'forcast'"),
        (["ingest"], "Missing argument"),
        (["run", "--nonsense"], "No such option"),
        (["check"], "Say what to check"),
        (["check", "--channel", "x_post"], "Say what to check"),
        (["check", "--batch", "a", "--channel", "x_post"], "--batch goes alone"),
        (["run", "-w", "nowhere"], "There is no workspace in nowhere"),
        (["drafts", "-w", "nowhere"], "There is no workspace in nowhere"),
        (["ingest", "engagement", "nothing.csv"], "nothing.csv"),
        (["ingest", "engagement", "x.csv", "--map", "value"], "has no column of ours before an ="),
        (["ingest", "engagement", "x.csv", "--map", "a=b", "--map", "a=c"], "names 'a' twice"),
        (["ingest", "engagement", "x.csv", "--dates", "dym"], "Choose one of: dmy, mdy, ymd"),
        (["forecast", "--horizon", "9"], "with --input"),
        (["segment", "--k", "3"], "with --input"),
        (["segment", "--input", "x.csv", "--k", "many"], "Write --k 5, or --k auto"),
        (["forecast", "--input", "x.csv", "--frequency", "Q"], "none of D, W and M"),
    ],
)
def test_bad_usage_is_told_on_standard_error_and_exits_with_2(
    marquee: Marquee, arguments: list[str], said: str
) -> None:
    ended = marquee(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_control_characters_of_an_argument_do_not_come_back(marquee: Marquee) -> None:
    assert "\x1b" not in marquee("check", "--channel", "x\x1b[31m", "--input", "-").err


def test_a_file_goes_in_and_the_counts_are_said(marquee: Marquee, views: Path) -> None:
    first = marquee("ingest", "engagement", views)
    assert (first.code, first.out) == (0, "engagement: 270 new, 0 changed, 0 unchanged rows.\n")
    again = marquee("ingest", "engagement", views, "--json")
    assert again.json == {"table": "engagement", "new": 0, "changed": 0, "unchanged": 270}
    assert Workspace.open(Path("workspaces/mine")).has("engagement")  # where nobody said where


def test_the_environment_says_which_workspace(marquee: Marquee, views: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_WORKSPACE", "elsewhere")
    marquee("ingest", "engagement", views)
    assert Workspace.open(Path("elsewhere")).has("engagement")
    assert marquee("run", "-w", "nowhere").code == 2


def test_a_refused_file_leaves_nothing_behind(marquee: Marquee, views: Path) -> None:
    views.write_text(views.read_text().replace("2026-11-20", "2026-11-31", 1))
    refused = marquee("ingest", "engagement", views)
    assert refused.code == 2
    assert "2026-11-31" in refused.err
    assert not Path("workspaces/mine").exists()


def test_running_does_what_is_stale_and_says_what_stands(marquee: Marquee, tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small")
    first = marquee("run", "-w", workspace.folder)
    assert f"forecasts: {workspace.tables()['forecasts'].rows:,} rows" in first.out
    ran = marquee("run", "-w", workspace.folder, "--json")
    assert (ran.code, ran.json["state"], ran.json["jobs"]) == (0, "done", ["forecast"])
    before = workspace.tables()
    again = marquee("run", "-w", workspace.folder)
    assert again.code == 0
    assert again.out == "forecast: up to date\n"
    assert workspace.tables() == before


def test_a_run_names_what_cannot_be_forecast_with_its_reason_as_a_file_does(marquee: Marquee, tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small")
    days = pd.date_range("2026-11-18", periods=5).as_unit("us")
    short = pd.DataFrame({"date": days, "title": "brief", "metric": "views", "value": 10.0})
    workspace.upsert({"engagement": short}, now=small_company.NOW)
    told = "brief/views: 5 days of history. "
    assert told in marquee("run", "forecast", "-w", workspace.folder).err
    again = marquee("run", "forecast", "-w", workspace.folder)
    assert (again.out, "brief" in again.err) == ("forecast: up to date\n", False)
    [refused] = marquee("run", "forecast", "-w", workspace.folder, "--json").json["refused"]
    assert f"{refused['trend']}: {refused['reason']}".startswith(told)
    whole = pd.concat([short, workspace.read("engagement").query("title != 'brief'")])
    whole.to_csv("whole.csv", index=False)
    assert told in marquee("forecast", "--input", "whole.csv", "--out", "made.csv").err


def test_a_run_tells_of_its_own_jobs_tables_and_of_no_others(marquee: Marquee, tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small")
    groups = pd.DataFrame({"person": ["a", "b"], "segment": ["s1", "s1"]})
    workspace.write({"assignments": groups}, now=small_company.NOW)
    tables = set(workspace.tables())
    ended = marquee("run", "forecast", "-w", workspace.folder, "--json")
    assert set(ended.json["tables"]) == set(workspace.tables()) - tables
    assert all(rows == workspace.tables()[name].rows for name, rows in ended.json["tables"].items())


def test_a_job_without_its_table_says_what_to_import(marquee: Marquee, tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small")
    ended = marquee("run", "segment", "-w", workspace.folder)
    assert ended.code == 2
    assert "marquee ingest audience FILE" in ended.err
    assert marquee("run", "forecast", "--title", "saltmarsh", "-w", workspace.folder).code == 2


def test_someone_who_may_only_look_starts_no_run(marquee: Marquee, tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small")
    with (workspace.folder / "settings.toml").open("a") as settings:
        settings.write('[people]\nGrace = "owner"\n')
    refused = marquee("run", "-w", workspace.folder)
    assert refused.code == 2
    assert "Ada is a viewer here" in refused.err
    assert marquee("run", "-w", workspace.folder, "--by", "Grace").code == 0


def test_a_file_is_forecast_without_a_workspace(marquee: Marquee, views: Path) -> None:
    one_title(views)
    printed = marquee("forecast", "--input", views, "--horizon", "7")
    assert printed.code == 0
    assert printed.out.startswith("trend,title,metric,date,expected")
    written = marquee("forecast", "--input", views, "--horizon", "7", "--out", "ahead.parquet")
    assert (written.code, written.out) == (0, "")
    ahead = pd.read_parquet("ahead.parquet")
    assert len(ahead) == 7
    assert str(ahead["date"].min().date()) == "2026-11-23"
    assert not Path("workspaces").exists()


def test_people_in_a_file_are_segmented_without_a_workspace(marquee: Marquee, people: Path) -> None:
    ended = marquee("segment", "--input", people, "--out", "groups")
    assert ended.code == 0
    told = json.loads(Path("groups/segments.json").read_text())
    assert {"segments", "stable", "set_aside"} <= set(told)
    assert len(pd.read_csv("groups/assignments.csv")) == 600


def test_how_a_file_was_read_is_said_and_its_results_can_be_had_as_json(marquee: Marquee, views: Path) -> None:
    one_title(views)
    frame = pd.read_csv(views)
    total = pd.DataFrame([{"date": "Total", "title": "", "metric": "", "value": frame["value"].sum()}])
    pd.concat([frame, total]).to_csv(views, index=False)
    told = marquee("forecast", "--input", views, "--horizon", "7", "--json")
    assert told.code == 0
    assert "views.csv: " in told.err
    assert "Row 42 was left out" in told.err
    assert told.json["forecasts"][0]["date"] == "2026-11-23"
    assert told.json["trends"][0]["state"] == "forecast"


def test_people_in_a_file_can_be_had_as_json(marquee: Marquee, people: Path) -> None:
    told = marquee("segment", "--input", people, "--out", "groups", "--json")
    assert told.json == json.loads(Path("groups/segments.json").read_text())


def test_a_file_is_read_under_the_limits_of_the_workspace(marquee: Marquee, views: Path, people: Path) -> None:
    Workspace.create(Path("tight"))
    Path("tight/settings.toml").write_text("[limits]\nfile_megabytes = 0.001\n")
    for command, file in (("forecast", views), ("segment", people)):
        refused = marquee(command, "--input", file, "-w", "tight")
        assert refused.code == 2
        assert "MB" in refused.err


COPY = {"slots": {"text": ["Out on Friday."]}}
TOO_LONG = {"slots": {"text": ["word " * 100]}}


def test_checking_exits_with_1_where_something_blocks(marquee: Marquee) -> None:
    Path("good.json").write_text(json.dumps({"slots": {"text": ["Hello"]}}))
    Path("long.json").write_text(json.dumps(TOO_LONG))
    good, long = (marquee("check", "--channel", "x_post", "--input", f"{name}.json") for name in ("good", "long"))
    assert (good.code, good.json) == (0, [])
    assert (long.code, {p["severity"] for p in long.json if p["check"] == "limits"}) == (1, {"block"})


def test_many_are_checked_a_line_each_and_a_bad_line_stops_none(marquee: Marquee) -> None:
    lines = [
        {"id": 1, "channel": "x_post", "copy": {"slots": {"text": ["Hello"]}}},
        {"id": "two", "channel": "x_post", "copy": TOO_LONG, "brief": {"title": {"title": "saltmarsh"}}},
        {"id": 3, "channel": "nowhere", "copy": COPY},
        {"id": 4, "channel": "x_post"},
    ]
    Path("lines.jsonl").write_text("\n".join([*map(json.dumps, lines), "no json", ""]))
    ended = marquee("check", "--batch", "lines.jsonl")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer["id"] for answer in answers] == [1, "two", 3, 4, None]
    assert answers[0]["problems"] == []
    assert any(problem["severity"] == "block" for problem in answers[1]["problems"])
    assert all("error" in answer and "problems" not in answer for answer in answers[2:])
    assert ended.code == 2
    assert "line 5" in ended.err


def test_channels_are_listed_with_their_limits(marquee: Marquee) -> None:
    assert "280" in marquee("channels").out
    assert {"google_rsa", "x_post"} <= {channel["id"] for channel in marquee("channels", "--json").json}


def test_the_record_is_printed_and_a_break_in_it_found(marquee: Marquee, views: Path) -> None:
    marquee("ingest", "engagement", views)
    assert "Ada  ingest  engagement" in marquee("audit").out
    assert marquee("audit", "--verify").code == 0
    with sqlite3.connect("workspaces/mine/ledger.sqlite") as ledger:
        (table,) = ledger.execute(
            "select name from sqlite_master where name like 'audit%' and type = 'table'"
        ).fetchone()
        ledger.execute(f'update "{table}" set "by" = ?', ("Mallory",))  # noqa: S608 - the ledger's own table
    ledger.close()
    broken = marquee("audit", "--verify")
    assert broken.code == 1
    assert "entry 1 is not what was written" in broken.out


def test_the_record_goes_to_a_file_a_line_each(marquee: Marquee, views: Path) -> None:
    marquee("ingest", "engagement", views)
    written = marquee("audit", "--out", "trail.jsonl")
    assert (written.code, written.out) == (0, "")
    assert [json.loads(line)["action"] for line in Path("trail.jsonl").read_text().splitlines()] == ["ingest"]


@pytest.mark.parametrize("place", ["nowhere/x.csv", "folder"])
def test_a_file_that_cannot_be_written_is_told_in_words_before_any_work(
    marquee: Marquee, tmp_path: Path, place: str
) -> None:
    workspace = small_company.make(tmp_path / "small")
    Path("folder").mkdir()
    Path("brief.json").write_text('{"title": {"name": "Saltmarsh"}}')
    for command in (
        ["audit", "-w", workspace.folder],
        ["forecast", "-w", workspace.folder],
        ["forecast", "--input", "never-read.csv"],
        ["brief", "-w", workspace.folder, "--title", "saltmarsh"],
        ["draft", "--input", "brief.json", "--channel", "x_post"],
        ["export", "insights_csv", "-w", workspace.folder],
    ):
        ended = marquee(*command, "--out", place)
        assert ended.code == 2, command
        assert "Marquee itself failed" not in ended.err
        assert "never-read" not in ended.err
    assert not workspace.has("forecasts")


def test_a_taken_port_is_told_in_words(marquee: Marquee) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ended = marquee("dashboard", "--port", str(port))
        assert marquee("demo", "--port", str(port)).code == 2
    assert ended.code == 2
    assert f"Port {port} cannot be used" in ended.err


def start(*arguments: str | Path, **options: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pipelines", *map(str, arguments)]
    return subprocess.Popen(command, cwd=HOUSE, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    process = start("run", "-w", tmp_path, "--debug")
    _, err = process.communicate()
    assert process.returncode == 2
    assert "Traceback" in err
    assert "MissingError" in err


def test_a_reader_that_goes_away_is_no_fault() -> None:
    process = start("channels", "--json")
    assert process.stdout
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait()


def test_ctrl_c_stops_the_run_and_says_so_in_the_exit_code(tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small", forecaster="prophet")
    process = start("run", "-w", workspace.folder, "--json")
    deadline = time.monotonic() + 60
    while not (workspace.folder / "checkpoints").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def run_whole(workspace: Workspace) -> int:
    process = start("run", "-w", workspace.folder)
    process.communicate()
    return process.returncode


def tables(workspace: Workspace) -> dict[str, str]:
    """The made tables' files, which are named after their content."""
    return {name: stored.file for name, stored in workspace.tables().items()}


def test_a_run_killed_at_any_moment_and_run_again_ends_with_the_same_tables(tmp_path: Path) -> None:
    whole = small_company.make(tmp_path / "whole", forecaster="theta")
    assert run_whole(whole) == 0
    killed = small_company.make(tmp_path / "killed", forecaster="theta")
    for moment in (2.0, 3.5, 5.0):  # while it loads, while it fits, while it writes: on no machine the same
        process = start("run", "-w", killed.folder)
        time.sleep(moment)
        process.kill()
        process.communicate()
    assert run_whole(killed) == 0
    assert tables(killed) == tables(whole)
