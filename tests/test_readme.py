"""What README and CONTRIBUTING say is so: commands and options exist, links lead somewhere, examples work."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer

from marketing.trends.scenarios import Drop, Move, Price, Scenario
from pipelines.__main__ import app

HOUSE = Path(__file__).resolve().parents[1]
PAPERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "sample_data/README.md")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def paper(name: str) -> str:
    return (HOUSE / name).read_text("utf-8")


def code(text: str) -> list[str]:
    """The lines and words set as code."""
    indented = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    return [*indented, *re.findall(r"`([^`\n]+)`", text)]


def options(command: str) -> set[str]:
    """The options that a command has, with those that go anywhere."""
    return {"--debug", "--help"} | {o for p in COMMANDS[command].params for o in (*p.opts, *p.secondary_opts)}


def test_readme_opens_with_the_two_commands_and_a_picture() -> None:
    title, *opening = [line for line in paper("README.md").splitlines() if line.strip()]
    assert title == "# Marquee"
    assert [line.split()[:2] for line in opening[:2]] == [["make", "run"], ["make", "test"]]
    assert any(line.startswith("![") for line in opening[:6])


@pytest.mark.parametrize("name", PAPERS)
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", paper("Makefile"), re.MULTILINE))
    named = {found[1] for line in code(paper(name)) if (found := re.match(r"make ([a-z]+)", line))}
    assert named <= targets


@pytest.mark.parametrize("name", PAPERS)
def test_every_marquee_command_and_option_that_is_named_exists(name: str) -> None:
    for line in code(paper(name)):
        if found := re.match(r"(?:\.venv/bin/)?marquee ([a-z]+)(.*)", line.partition("#")[0]):
            assert found[1] in COMMANDS, line
            assert set(OPTION.findall(found[2])) <= options(found[1]), line


def test_readme_tells_of_every_command_that_is_not_hidden() -> None:
    told = set(re.findall(r"^\| `marquee ([a-z]+)", paper("README.md"), re.MULTILINE))
    assert told == {name for name, command in COMMANDS.items() if not command.hidden}


@pytest.mark.parametrize("name", PAPERS)
def test_every_link_and_picture_leads_to_a_file(name: str) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", paper(name)):
        if not target.startswith("https://"):
            assert (HOUSE / name).parent.joinpath(target).is_file(), target


def test_every_file_and_folder_that_contributing_names_exists() -> None:
    examples = set(EXAMPLES)
    for told in re.findall(r"`((?:marketing|pipelines|tests)/[\w./]*)`", paper("CONTRIBUTING.md")):
        assert told in examples or (HOUSE / told).exists(), told


def test_every_room_of_trends_that_contributing_names_exists() -> None:
    rows = paper("CONTRIBUTING.md").partition("| room or file of `marketing/trends/`")[2].partition("\n\n")[0]
    rooms = [name for row in rows.splitlines()[2:] for name in re.findall(r"`([\w./]+)`", row.split("|")[1])]
    assert "events/" in rooms
    for room in rooms:
        assert (HOUSE / "marketing" / "trends" / room).exists(), room


def test_the_scenario_of_readme_can_be_asked() -> None:
    (content,) = re.findall(r"^```json\n(.*?)^```$", paper("README.md"), re.MULTILINE | re.DOTALL)
    scenario = Scenario.read(json.loads(content))
    assert [change.did() for change in scenario.changes] == ["a trailer on 1 September"]
    told = paper("README.md").partition("`add` may have")[2].partition("\n\n")[0]
    for change in (Move, Drop, Price):
        needed = {name for name, field in change.model_fields.items() if field.is_required()}
        assert {change.model_fields["change"].default, *needed} <= set(re.findall(r"`([a-z_]+)`", told))


def test_the_default_workspace_is_the_one_that_readme_names() -> None:
    assert str(COMMANDS["run"].params[1].default) == "workspaces/mine"
    assert "`./workspaces/mine`" in paper("README.md")


EXAMPLES = dict(
    re.findall(r"^`([\w/]+\.\w+)`:\n\n```\w+\n(.*?)^```$", paper("CONTRIBUTING.md"), re.MULTILINE | re.DOTALL)
)


# As a newcomer writes it: by the names of the table's columns, which the tests' workspace must have.
FACTS_EXPORT = """
from marketing.campaigns.exports import Material, Rendered

TITLE, SUFFIX, MEDIA_TYPE, ALIASES, ACTION = "Facts as JSON", ".json", "application/json", ("facts",), "read"


def render(material: Material) -> Rendered:
    columns = ["fact", "title", "text", "kind", "source", "valid_from", "valid_to", "territory"]
    facts = material.workspace.read("facts", columns)
    return Rendered(facts.to_json(orient="records", date_format="iso").encode(), len(facts))
"""
ITS_TESTS = re.findall(r"^Its tests: `\.venv/bin/pytest ([^`]+)`$", paper("CONTRIBUTING.md"), re.MULTILINE)


@pytest.fixture
def newcomer(tmp_path: Path) -> Path:
    """A house of one's own with every example of CONTRIBUTING in its place, and another export beside."""
    for part in ("marketing", "pipelines", "tests", "sample_data"):
        shutil.copytree(HOUSE / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    for path, text in EXAMPLES.items():
        (tmp_path / path).write_text(text, "utf-8")
    facts = tmp_path / "marketing" / "campaigns" / "exports" / "facts_json.py"
    facts.write_text(FACTS_EXPORT, "utf-8")
    return tmp_path


def environment(house: Path) -> dict[str, str]:
    """That of a shell in which this house is the one that is used, and has its own workspace."""
    return {**os.environ, "PYTHONPATH": str(house), "MARQUEE_WORKSPACE": str(house / "theirs")}


def marquee(house: Path, *arguments: str) -> Any:
    """What a command prints as JSON, or its text."""
    order = [sys.executable, "-m", "pipelines", *arguments]
    done = subprocess.run(order, cwd=house, env=environment(house), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.startswith(("[", "{")) else done.stdout


def test_contributing_has_an_example_of_each_seam() -> None:
    assert [Path(path).parent.name for path in EXAMPLES] == [
        "channels",
        "checks",
        "forecasters",
        "platforms",
        "exports",
    ]


def test_every_example_says_which_tests_hold_it() -> None:
    assert len(ITS_TESTS) == len(EXAMPLES)


@pytest.mark.parametrize("tests", ITS_TESTS)
def test_each_example_passes_the_tests_of_its_folder(newcomer: Path, tests: str) -> None:
    order = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests.split()]
    done = subprocess.run(order, cwd=newcomer, capture_output=True, text=True, env=environment(newcomer))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.endswith(".py")])
def test_examples_are_written_as_we_write(path: str) -> None:
    for order in (["format", "--check"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *order, "--stdin-filename", str(HOUSE / path), "-"]
        done = subprocess.run(ruff, input=EXAMPLES[path], capture_output=True, text=True, cwd=HOUSE)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_examples_of_channel_and_check_do_what_they_say(newcomer: Path) -> None:
    assert "cinema_slide" in [channel["id"] for channel in marquee(newcomer, "channels", "--json")]
    (newcomer / "copy.json").write_text(json.dumps({"slots": {"headline": ["SEE IT WITH FRIENDS"]}}))
    problems = marquee(newcomer, "check", "--channel", "cinema_slide", "--input", "copy.json")
    assert [p["suggestion"] for p in problems if p["check"] == "shouting"] == ["See it with friends"]


def test_the_examples_of_source_forecaster_and_export_do_what_they_say(newcomer: Path) -> None:
    days = pd.date_range("2026-01-01", periods=60).strftime("%d.%m.%Y")
    sales = pd.DataFrame({"Performance date": days, "Show": "Hamlet", "Sold": range(100, 160), "Hall": "Large"})
    sales.to_csv(newcomer / "tickets.csv", sep=";", index=False)
    assert marquee(newcomer, "ingest", "engagement", "tickets.csv").startswith("engagement: 60 new")
    (newcomer / "theirs" / "settings.toml").write_text('forecaster = "last_value"\nworkers = 1\n')
    marquee(newcomer, "run", "forecast")
    marquee(newcomer, "export", "insights_csv", "--out", "insights.csv")
    insights = pd.read_csv(newcomer / "insights.csv")
    ahead = insights[(insights["table"] == "forecasts") & (insights["title"] == "Hamlet")]
    assert set(ahead["value"]) == {159}
    (newcomer / "titles.csv").write_text("title,name,kind\nhamlet,Hamlet,live event\n")
    marquee(newcomer, "ingest", "titles", "titles.csv")
    marquee(newcomer, "export", "titles_json", "--out", "titles.json")
    assert json.loads((newcomer / "titles.json").read_text()) == {"hamlet": {"name": "Hamlet", "kind": "live event"}}
