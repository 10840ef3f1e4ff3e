"""Commands about drafts that are there: list them, decide on them, take them out, and who did what."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from marketing.campaigns import reviews
from marketing.catalog import require
from marketing.errors import InputError, printable
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.workspace import Workspace, write_atomically
from pipelines.commands import acting, files
from pipelines.terminal import print_json, say, table, tell

FEWEST_OF_DIGEST = 8  # characters that stand for a digest: no two drafts' words share them by chance
SHOWN_DIGEST = 12
SHOWN_WORDS = 60


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[tuple[Workspace, Ledger]]:
    workspace = Workspace.open(folder)
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        yield workspace, ledger


def drafts(folder: Path, state: str | None, *, as_json: bool) -> int:
    """List the drafts, newest first."""
    if state is not None:
        require(state, ("waiting", *reviews.STANDINGS.values()), "states")
    with _opened(folder) as (_, ledger):
        records = ledger.drafts()
        standings = reviews.standings(records, ledger.reviews())
    rows: list[dict[str, Any]] = [
        {
            "draft": r.draft,
            "digest": r.digest,
            "state": standings[r.draft],
            "title": r.title,
            "segment": r.segment,
            "channel": r.channel,
            "variant": r.variant,
            "copy": r.copy,
            "problems": r.problems,
        }
        for r in records
        if state in (None, standings[r.draft])
    ]
    if as_json:
        print_json(rows)
    elif rows:
        shown = [
            row
            | {"problems": len(row["problems"]), "digest": row["digest"][:SHOWN_DIGEST], "words": _begin(row["copy"])}
            for row in rows
        ]
        table(shown, ["draft", "digest", "state", "title", "segment", "channel", "variant", "problems", "words"])
    else:
        tell("No drafts." if state is None else f"No draft is {state}.")
    return 0


def _begin(copy: Mapping[str, Any]) -> str:
    """The first line of copy, short enough for a table."""
    lines = (line for lines in copy["slots"].values() for line in lines if line.strip())
    return printable(" ".join(next(lines, "").split()), SHOWN_WORDS)


def _whole(digest: str, of: str) -> str:
    """`of`, where `digest` is its beginning and long enough to be no chance; else `digest`."""
    return of if len(digest) >= FEWEST_OF_DIGEST and of.startswith(digest.lower()) else digest


def review(folder: Path, draft: str, digest: str, decision: str, reason: str, *, by: str | None, as_json: bool) -> int:
    """Keep a decision about exactly the words with that digest, or one that begins so."""
    chosen = acting.choices(folder)
    with _opened(folder) as (_, ledger):
        record = reviews.decide(
            ledger,
            draft,
            _whole(digest, ledger.draft(draft).digest),
            decision,
            reason,
            acting.person(by, chosen),
            own_approval=chosen.own_approval,
            at=acting.now(),
            key=uuid.uuid4().hex,
        )
        standing = reviews.standing(ledger.draft(draft), ledger.reviews(draft))
    if as_json:
        print_json({**asdict(record), "state": standing})
    else:
        say(f"Draft {draft} is {'to be changed' if standing == 'changes' else standing}, decided by {record.by}.")
    return 0


def audit(folder: Path, out: Path | None, *, verify: bool, as_json: bool) -> int:
    """The record, or whether it is whole."""
    files.ready(out)
    with _opened(folder) as (_, ledger):
        records = ledger.audit()
        broken = ledger.verify() if verify else None
    if out is not None:
        files.write_lines(out, [asdict(r) for r in records])
    elif as_json and not verify:
        print_json([asdict(r) for r in records])
    elif not verify:
        rows = [{**asdict(r), "at": r.at.isoformat(timespec="seconds")} for r in records]
        table(rows, ["number", "at", "by", "action", "subject"])
    if not verify:
        return 0
    if as_json:
        print_json({"whole": broken is None, "records": len(records), "broken": broken})
    elif broken is None:
        say(f"The record is whole: {len(records):,} entries.")
    else:
        say(f"The record was tampered with: entry {broken:,} is not what was written.")
    return 0 if broken is None else 1


def export(folder: Path, form: str, out: Path, segment: str | None, *, by: str | None) -> int:
    """Write the file, and say what is in it and what may not leave; of `form` "audience" a segment's people."""
    from marketing.campaigns import audiences, exports

    chosen = acting.choices(folder)
    person = acting.person(by, chosen)
    if (form == audiences.NAME) != (segment is not None):
        raise InputError("A list of people is of a segment: marquee export audience --segment ID --out FILE.csv")
    if segment is not None:
        return _people(folder, segment, out, person)
    with _opened(folder) as (workspace, ledger):
        made = exports.export(form, workspace, ledger, out, person=person, settings=chosen, now=acting.now())
    tell(f"Wrote {out}: {made.rows:,} rows.")
    for sentence in made.left_out:
        tell(sentence)
    return 1 if made.left_out else 0


def _people(folder: Path, segment: str, out: Path, person: Person) -> int:
    """Write the ids of a segment's people; the audit trail has it before."""
    from marketing.campaigns import audiences, exports

    target = exports.place(audiences.TITLE, audiences.SUFFIX, out)
    with _opened(folder) as (workspace, ledger):
        ready = audiences.prepare(workspace, segment, person=person)
        audiences.record(ledger, ready, target.name, person=person, at=acting.now())
    try:
        write_atomically(target, ready.content)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}. Choose another place.") from error
    tell(f"Wrote {out}: {ready.people:,} people, {ready.name}.")
    return 0
