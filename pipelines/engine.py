"""Do one thing to many items: in parallel processes or on a Dask cluster, with checkpoints, surviving failures.

An item's tables are written to a checkpoint as soon as they are made and are always read back from it, so a
run that was killed and carried on hands over the same tables as one that was not. A checkpoint is a folder
named after a digest of what went in; it is renamed into place whole.
"""

import contextlib
import tempfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipelines import checkpoints, cluster, tasks
from pipelines.pool import Pool
from pipelines.tasks import Done, Ends, Failure, Function, Item, Task
from pipelines.threads import one_thread

__all__ = ["Done", "Failure", "Function", "Item", "Outcome", "Progress", "each", "stream"]

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Outcome:
    """What came of all items: results by key in the items' order, and failures."""

    results: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def each(
    function: Function,
    items: Sequence[Item],
    *,
    workers: int = 0,
    checkpoints: Path | None = None,
    progress: Progress | None = None,
    address: str = "",
) -> Outcome:
    """`function` of every item's payload; failures are gathered, the rest is finished. See `stream`."""
    outcome = Outcome()
    ends = stream(
        function, items, workers=workers, checkpoints=checkpoints, progress=progress, in_order=True, address=address
    )
    for end in ends:
        if isinstance(end, Done):
            outcome.results[end.key] = end.tables
        else:
            outcome.failures.append(end)
    return outcome


def stream(
    function: Function,
    items: Sequence[Item],
    *,
    workers: int = 0,
    checkpoints: Path | None = None,
    progress: Progress | None = None,
    in_order: bool = False,
    address: str = "",
) -> Generator[Done | Failure]:
    """The end of each item, as soon as it is there; with `in_order`, as soon as those before it are there too.

    Args:
        function: Makes tables of a payload. It must be importable by name, since it runs in other processes.
        items: The work, most urgent first; keys must differ.
        workers: Processes; 0 is one for each core, 1 works in this process. Each uses one thread for
            linear algebra, so that results do not depend on their number.
        checkpoints: Folder in which finished items outlive this run; None keeps them for this run only.
        progress: Told after each item: how many are done, of how many, and what was done last.
        in_order: Whether ends come in the order of the items.
        address: A Dask scheduler's ("tcp://host:8786"): its workers do it, however many `workers` says.

    Raises:
        InputError: no scheduler answers at `address`.
        MissingError: there is an `address`, and the package `distributed` is not installed.
    """
    with contextlib.ExitStack() as stack:
        folder = checkpoints or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-")))
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [tasks.task(function, item, folder) for item in items]
        ends = stack.enter_context(contextlib.closing(_ends(wanted, workers, address, stack)))
        for done, (number, end) in enumerate(_ordered(ends) if in_order else ends, start=1):
            if progress:
                progress(done, len(items), items[number].what or items[number].key)
            yield end


def _ends(wanted: Sequence[Task], workers: int, address: str, stack: contextlib.ExitStack) -> Ends:
    """The number and end of every task: what a checkpoint has, then the rest as it is made."""
    missing = []
    for number, task in enumerate(wanted):
        if (found := checkpoints.read(task.folder)) is not None:
            yield number, Done(task.item.key, found)
        else:
            missing.append(number)
    if not missing:
        return
    if address:
        yield from cluster.ends(wanted, missing, address)
    elif workers == 1:
        yield from _here(wanted, missing)
    else:
        marks = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-")))
        yield from Pool(wanted, workers, marks).ends(missing)


def _here(wanted: Sequence[Task], numbers: Sequence[int]) -> Ends:
    for number in numbers:
        with one_thread():
            failure = tasks.attempt(wanted[number])
        yield number, failure or tasks.read_back(wanted[number])


def _ordered(ends: Ends) -> Ends:
    """Ends held back until those before them are there."""
    held: dict[int, Done | Failure] = {}
    following = 0
    for number, end in ends:
        held[number] = end
        while following in held:
            yield following, held.pop(following)
            following += 1
