"""The command that asks what would happen if, and keeps the question."""

import contextlib
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from marketing import people
from marketing.drafts import documents
from marketing.errors import MissingError
from marketing.ledger import Ledger
from marketing.trends import scenarios
from marketing.trends.scenarios import Outcome, Scenario
from marketing.workspace import Workspace
from pipelines.commands import acting, files
from pipelines.commands.incoming import read_bytes
from pipelines.terminal import print_json, say, table, tell


def scenario(folder: Path, source: str | None, delete: str | None, *, save: bool, by: str | None, as_json: bool) -> int:
    """Work out a scenario, and keep it if asked to; without one, list those kept, or delete one."""
    workspace, chosen = Workspace.open(folder), acting.choices(folder)
    person = acting.person(by, chosen)
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        if source is None:
            return _deleted(ledger, delete, person) if delete else _listed(ledger, as_json=as_json)
        if save:
            people.require(person, "plan")
        asked = Scenario.read(documents.read_object(read_bytes(source), "scenario"))
        found = _worked_out(workspace, asked)
        key = uuid.uuid4().hex if save else ""
        if save:
            scenarios.save(ledger, asked, person, at=acting.now(), key=key)
    if as_json:
        kept = {"scenario": key} if save else {}
        print_json({**kept, **asked.content(), "outcomes": [_plain(each) for each in found]})
        return 0
    for each in found:
        say(each.sentence)
    if save:
        tell(f"Kept as {key}.")
    return 0


def _worked_out(workspace: Workspace, asked: Scenario) -> list[Outcome]:
    missing = [name for name in ("forecasts", "event_effects") if not workspace.has(name)]
    if missing:
        raise MissingError("Nothing is forecast in this workspace yet. Make forecasts first: marquee run forecast")
    titles = workspace.read("titles") if workspace.has("titles") else None
    name = asked.title
    if titles is not None and "name" in titles:
        name = next(iter(titles.loc[titles["title"] == asked.title, "name"].dropna()), name)
    forecasts, effects = workspace.read("forecasts"), workspace.read("event_effects")
    today = acting.choices(workspace.folder).day(acting.today())
    return scenarios.outcomes(asked, forecasts, effects, name, today)


def _plain(outcome: Outcome) -> dict[str, Any]:
    told = {name: value for name, value in vars(outcome).items() if name != "rows"}
    return {**told, "rows": files.rows(outcome.rows)}


def _listed(ledger: Ledger, *, as_json: bool) -> int:
    kept = ledger.scenarios()
    if as_json:
        print_json([asdict(record) for record in kept])
    elif kept:
        rows = [{**asdict(record), "at": record.at.isoformat(timespec="seconds")} for record in kept]
        table(rows, ["scenario", "title", "name", "by", "at"])
    else:
        tell("No scenarios. Work one out: marquee scenario --input FILE")
    return 0


def _deleted(ledger: Ledger, scenario: str, person: people.Person) -> int:
    record = ledger.scenario(scenario)
    scenarios.forget(ledger, record.scenario, person, at=acting.now())
    say(f"{record.name} is deleted; the record of who did what still tells of it.")
    return 0
