"""Commands about segments: finding them, and putting new people into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketing.errors import InputError, printable
from marketing.workspace import Workspace
from pipelines.commands import acting, files, tables, working
from pipelines.terminal import Progress, print_json, say, tell

if TYPE_CHECKING:
    import pandas as pd

    from marketing.segments.audience import People

AUTO = "auto"


@dataclass(frozen=True)
class Asked:
    """What `marquee segment` was asked for: how many, and pairs of column and reason, of block or column and weight."""

    k: str = AUTO
    allowed: Sequence[str] = ()
    weights: Sequence[str] = ()

    @property
    def number(self) -> int | None:
        """How many segments; None for as many as the data prove.

        Raises:
            InputError: it is no number.
        """
        if self.k != AUTO and not self.k.isdecimal():
            raise InputError(f"--k {self.k!r} is no number of segments. Write --k 5, or --k auto.")
        return None if self.k == AUTO else int(self.k)


def segment(
    folder: Path,
    source: Path | None,
    asked: Asked,
    out: Path | None,
    how: Mapping[str, Any],
    *,
    address: str | None,
    as_json: bool,
) -> int:
    """Segment a file's people, read as `how` says; without one, the workspace's audience."""
    if source is None:
        working.refuse(how)
        if asked != Asked() or out is not None:
            raise InputError(
                "--k, --allow, --weight and --out go with --input. A workspace's own stand in its settings.toml."
            )
        return working.run(folder, ["segment"], {}, by=None, as_json=as_json, address=address)
    number = asked.number
    from marketing.segments.segmentation import How
    from pipelines import segment_file as job
    from pipelines.census import Taking

    settings = acting.choices(folder)
    taking = Taking(settings.workers, settings.engine if address is None else address)
    chosen = How(
        acting.today(),
        k=number,
        allowed=tables.pairs(asked.allowed, "--allow"),
        weights=_weights(tables.pairs(asked.weights, "--weight")),
    )
    people = _people(source, folder, how)
    target = out or Path(f"{source.stem}-segments")
    if out is None:
        tell(f"The segments go to the folder {target}; --out names another.")
    with Progress() as progress:
        progress.step("segment")
        found = job.segment_file(
            people, target, chosen, now=acting.now(), name=source.name, taking=taking, progress=progress
        )
    if as_json:
        print_json(job.as_document(found))
    else:
        for row in found.segments.to_dict("records"):
            say(f"{row['name']}: {row['size']:,} people, {row['share']:.0%}")
    tell(found.why)
    for proxy in found.proxies:
        if proxy.warns:
            tell(proxy.told)
    tell(f"Wrote assignments.csv, segments.json and fairness.json to {target}.")
    return 0


def assign(folder: Path, source: Path, out: Path, how: Mapping[str, Any], *, as_json: bool) -> int:
    """Put a file's people into the segments of the workspace, and say how far they differ from those found there."""
    files.ready(out, [".csv"])
    from marketing.segments import drift, record
    from marketing.segments.audience import People
    from marketing.segments.newcomers import Newcomers

    kept = record.restored(Workspace.open(folder).read("division"))
    people = _people(source, folder, how)
    today = acting.choices(folder).day(acting.today())
    new = Newcomers(kept, people if isinstance(people, People) else People.of(people), today)
    files.write_chunks(out, new.placed())
    moved = new.drift()
    if as_json:
        told = {"people": new.people.rows, "fit_none": new.none, "may_be_minors": new.minors}
        print_json({**told, "missing": new.missing, "drift": files.rows(moved), "advice": drift.advice(moved)})
        return 0
    say(f"{new.people.rows - new.none - new.minors:,} of {new.people.rows:,} people placed.")
    if new.none:
        say(f"{new.none:,} fit no segment: none is likelier than {new.fits:.0%}.")
    if new.minors:
        say(f"{new.minors:,} may be minors and are in no segment.")
    for sentence in moved.loc[moved["state"].isin(drift.NOTABLE), "told"]:
        say(sentence)
    say(drift.advice(moved))
    tell(f"Wrote {printable(out, 300)}.")
    return 0


def _weights(given: Mapping[str, str]) -> dict[str, float]:
    try:
        return {name: float(weight) for name, weight in given.items()}
    except ValueError as error:
        raise InputError("--weight wants a number, as in --weight demographics=0.5.") from error


def _people(source: Path, folder: Path, how: Mapping[str, Any]) -> "pd.DataFrame | People":
    """The people of a file; those of a Parquet file are left there, to be read by the chunk."""
    from marketing.segments.audience import People

    if source.suffix.lower() == ".parquet" and not any(how.values()) and source.is_file():
        people = People.stored(source)
        people.check()
        return people
    return working.read(source, "audience", folder, how)
