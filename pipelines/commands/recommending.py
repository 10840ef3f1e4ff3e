"""The command that recommends titles to people."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marketing.errors import InputError, printable
from marketing.workspace import Workspace
from pipelines.commands import acting, files
from pipelines.terminal import Progress, print_json, table, tell

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.recommend import Recommender

PRINTED = 1_000  # people whose titles are printed; those of more go to a file
COLUMNS = ["person", "rank", "title", "score", "because"]


def recommend(folder: Path, persons: Sequence[str], top: int, out: Path | None, *, as_json: bool) -> int:
    """The `top` titles for each of `persons`, or of the whole audience, to `out` or printed."""
    files.ready(out, [".csv"])
    workspace = Workspace.open(folder)
    from pipelines import recommend as job

    chosen = acting.choices(folder)
    made = job.recommender(workspace, chosen, persons, today=chosen.day(acting.today()))
    if out is None and made.people.rows > PRINTED:
        raise InputError(
            f"Titles for {made.people.rows:,} people are too many to print. Name a file with --out FILE.csv, or people."
        )
    with Progress() as progress:
        progress.step("recommend")
        chunks = made.chunks(top, progress)
        rows = files.write_chunks(out, chunks) if out is not None else _printed(chunks, made, as_json=as_json)
    if out is not None and as_json:
        print_json(_summary(made))
    for sentence in _told(made):
        tell(sentence)
    if out is not None:
        tell(f"Wrote {rows:,} rows to {printable(out, 300)}.")
    return 0


def _printed(chunks: "Iterator[pd.DataFrame]", made: "Recommender", *, as_json: bool) -> int:
    rows = [row for chunk in chunks for row in files.rows(chunk)]
    if as_json:
        print_json({**_summary(made), "recommendations": rows})
    else:
        table([{**row, "score": f"{row['score']:.3f}"} for row in rows], COLUMNS)
    return len(rows)


def _summary(made: "Recommender") -> dict[str, int]:
    counts = made.counts
    return {
        "people": counts.people,
        "may_be_minors": counts.minors,
        "age_not_known": counts.ageless,
        "without": counts.without,
    }


def _told(made: "Recommender") -> Iterator[str]:
    """What to know of who was left out, and why."""
    counts = made.counts
    if counts.minors:
        yield f"May be minors, and are recommended nothing by what they saw: {_people(counts.minors)}."
    if counts.ageless:
        yield f"Age not known, so that titles for adults are left out: {_people(counts.ageless)}."
    if counts.without:
        yield f"Have seen all that is out and for their age: {_people(counts.without)}."
    if made.stale:
        yield "Viewing has changed since the taste was learnt from it. Learn it anew: marquee run segment"


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"
