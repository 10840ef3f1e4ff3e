"""The command that puts files into tables."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from marketing import people
from marketing.errors import InputError, MarqueeError
from marketing.ledger import Ledger
from marketing.workspace import Workspace
from pipelines.commands import acting
from pipelines.terminal import print_json, say, tell


def ingest(
    folder: Path,
    table: str,
    files: Sequence[Path],
    mapping: Sequence[str],
    sets: Sequence[str],
    dates: str | None,
    *,
    by: str | None,
    as_json: bool,
) -> int:
    """All files or none, with the counts of new, changed and unchanged rows."""
    from pipelines import ingest as job

    chosen = acting.choices(folder)
    person = acting.person(by, chosen)
    people.require(person, "ingest")
    mapped, given, reading = pairs(mapping, "--map"), pairs(sets, "--set"), order(dates)
    new = not folder.exists()
    workspace = Workspace.create(folder)
    try:
        with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
            counts = job.ingest(
                workspace,
                table,
                files,
                mapping=mapped,
                sets=given,
                dates=reading,
                limits=chosen.limits,
                now=acting.now(),
                ledger=ledger,
                person=person,
            )
    except MarqueeError:
        if new:
            _take_away(workspace)
        raise
    for note in counts.notes:
        tell(note)
    rows = {"new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged}
    if as_json:
        print_json({"table": table, **rows})
    else:
        say(f"{table}: {rows['new']:,} new, {rows['changed']:,} changed, {rows['unchanged']:,} unchanged rows.")
    return 0


def _take_away(workspace: Workspace) -> None:
    """Leave nothing of a workspace that was made for rows which did not come; what others put there stays."""
    if workspace.tables():
        return
    for path in (workspace.manifest_path, workspace.folder / ".lock", *workspace.folder.glob("ledger.sqlite*")):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else is in it
        workspace.tables_folder.rmdir()
        workspace.folder.rmdir()


def reading(mapping: Sequence[str], sets: Sequence[str], dates: str | None) -> dict[str, Any]:
    """How files are to be read, as :func:`marketing.sources.read` takes it, from --map, --set and --dates."""
    return {"mapping": pairs(mapping, "--map"), "sets": pairs(sets, "--set"), "dates": order(dates)}


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """OURS=THEIRS arguments as a mapping; the first "=" parts them.

    Raises:
        InputError: an argument has no "=", or names a column twice.
    """
    found: dict[str, str] = {}
    for argument in given:
        ours, equals, theirs = argument.partition("=")
        if not equals or not ours.strip():
            raise InputError(f"{option} {argument!r} has no column of ours before an =. Write {option} value=Views.")
        if ours.strip() in found:
            raise InputError(f"{option} names {ours.strip()!r} twice. Name it once.")
        found[ours.strip()] = theirs
    return found


def order(dates: str | None) -> str | None:
    """The order of day, month and year, or None to find it out."""
    if dates not in (None, "dmy", "mdy", "ymd"):
        raise InputError(f"--dates {dates!r} is no order of day, month and year. Choose one of: dmy, mdy, ymd.")
    return dates
