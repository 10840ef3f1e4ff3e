"""Do one thing to many items: in parallel processes, with checkpoints, surviving failures.

An item's tables are written to a checkpoint as soon as they are made and are always read back from it, so a
run that was killed and carried on hands over the same tables as one that was not. A checkpoint is a folder
named after a digest of what went in; it is renamed into place whole.
"""

import contextlib
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from marketing.errors import MarqueeError, printable
from pipelines import checkpoints, lifeline

Function = Callable[[Any], Mapping[str, pd.DataFrame]]
Progress = Callable[[int, int, str], None]

LOST_POOLS = 3  # pools in a row that may die before a single item was begun


@dataclass(frozen=True)
class Item:
    """One piece of work. `key` names it; `digest` tells its content and defaults to one of the payload.

    `what` is said while it is worked on ("Harbour Lights, views"). The digest must change with everything that
    the result depends on: a caller whose function may change puts a version into the payload.
    """

    key: str
    payload: Any
    digest: str = ""
    what: str = ""


@dataclass(frozen=True)
class Done:
    """An item's tables, as read back from its checkpoint."""

    key: str
    tables: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Failure:
    """An item that could not be done: the reason in words, and for developers where it happened."""

    key: str
    reason: str
    trace: str = ""


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
) -> Outcome:
    """`function` of every item's payload; failures are gathered, the rest is finished. See `stream`."""
    outcome = Outcome()
    for end in stream(function, items, workers=workers, checkpoints=checkpoints, progress=progress, in_order=True):
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
) -> Generator[Done | Failure]:
    """The end of each item, as soon as it is there; with `in_order`, as soon as those before it are there too.

    Args:
        function: Makes tables of a payload. It must be importable by name, since it runs in other processes.
        items: The work, most urgent first; keys must differ.
        workers: Processes; 0 is one for each core, 1 works in this process. Each uses one thread for
            linear algebra, so that results do not depend on their number.
        checkpoints: Folder in which finished items outlive this run; None keeps them for this run only.
        progress: Told after each item: how many are done, of how many, and what was done last.
    """
    with contextlib.ExitStack() as stack:
        folder = checkpoints or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-")))
        folder.mkdir(parents=True, exist_ok=True)
        tasks = [_task(function, item, folder) for item in items]
        ends = stack.enter_context(contextlib.closing(_ends(tasks, workers, stack)))
        for done, (number, end) in enumerate(_ordered(ends) if in_order else ends, start=1):
            if progress:
                progress(done, len(items), items[number].what or items[number].key)
            yield end


@dataclass(frozen=True)
class _Task:
    """An item with the folder its tables go to."""

    item: Item
    function: Function
    folder: Path


def _task(function: Function, item: Item, folder: Path) -> _Task:
    name = item.digest or checkpoints.digest(f"{function.__module__}.{function.__qualname__}", item.payload)
    return _Task(item, function, folder / name)


_Ends = Generator[tuple[int, Done | Failure]]


def _ends(tasks: Sequence[_Task], workers: int, stack: contextlib.ExitStack) -> _Ends:
    """The number and end of every task: what a checkpoint has, then the rest as it is made."""
    missing = []
    for number, task in enumerate(tasks):
        if (found := checkpoints.read(task.folder)) is not None:
            yield number, Done(task.item.key, found)
        else:
            missing.append(number)
    if not missing:
        return
    if workers == 1:
        yield from _here(tasks, missing)
    else:
        marks = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-")))
        yield from _Pool(tasks, workers, marks).ends(missing)


def _here(tasks: Sequence[_Task], numbers: Sequence[int]) -> _Ends:
    from threadpoolctl import threadpool_limits

    for number in numbers:
        with threadpool_limits(limits=1):
            failure = _attempt(tasks[number])
        yield number, failure or _made(tasks[number])


class _Pool:
    """Worker processes that may be killed: a mark on disk says which task each had begun."""

    def __init__(self, tasks: Sequence[_Task], workers: int, marks: Path) -> None:
        self.tasks, self.marks = tasks, marks
        # joblib works in this process when asked for one worker; two keep a deadly item out of it.
        self.workers = max(workers, 2) if workers else None

    def ends(self, numbers: Sequence[int]) -> _Ends:
        """Every task's end. Tasks that were under way when a worker died are tried again, each alone."""
        left, suspects, lost = list(numbers), [], 0
        while left and lost < LOST_POOLS:
            for number, end in self._until_broken(left):
                left.remove(number)
                lost = 0
                yield number, end
            begun = [n for n in left if self._mark(n).exists()]
            suspects += begun
            left = [n for n in left if n not in begun]
            lost = 0 if begun else lost + 1
        for number in [*suspects, *left]:
            alone = [end for _, end in self._until_broken([number])]
            yield number, alone[0] if alone else _killed(self.tasks[number])

    def _until_broken(self, numbers: Sequence[int]) -> _Ends:
        """Ends as they come, until all are there or a worker was killed."""
        import joblib
        from joblib.externals.loky import BrokenProcessPool, get_reusable_executor

        worker = {"inner_max_num_threads": 1, "initializer": _settle, "initargs": (os.getpid(),)}
        with joblib.parallel_config(backend="loky", **worker):
            parallel = joblib.Parallel(
                n_jobs=self.workers or max(2, joblib.cpu_count()),
                return_as="generator_unordered",
                batch_size=1,  # a killed worker loses one item, not a batch
                max_nbytes=None,
            )
        calls = (joblib.delayed(_work)(n, self.tasks[n], self._mark(n)) for n in numbers)
        try:
            with _ctrl_c_held():
                made = parallel(calls)
            for number, failure in made:
                yield number, failure or _made(self.tasks[number])
        except BrokenProcessPool:  # joblib has buried this pool and will start another
            return
        except BaseException:  # Ctrl-C, or the caller wants no more: leave nothing running
            get_reusable_executor().shutdown(wait=False, kill_workers=True)
            raise

    def _mark(self, number: int) -> Path:
        return self.marks / str(number)


def _work(number: int, task: _Task, mark: Path) -> tuple[int, Failure | None]:
    """In a worker: one task, with a mark on disk while it is under way."""
    mark.touch()
    failure = _attempt(task)
    mark.unlink(missing_ok=True)
    return number, failure


@contextlib.contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Let workers be born deaf to Ctrl-C, since they would die of it before they are settled; we hear it after."""
    from multiprocessing import resource_tracker as trackers

    from joblib.externals.loky.backend import resource_tracker as loky_trackers

    for tracker in (trackers, loky_trackers):  # as they start, they let Ctrl-C through again
        tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle(parent: int) -> None:
    """Before a worker's first task: leave Ctrl-C to the parent, and end when it has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lifeline.end_with(parent)


def _attempt(task: _Task) -> Failure | None:
    """Make the tables and put them down, unless that is done; None when it went well."""
    try:
        if not task.folder.is_dir():
            checkpoints.write(task.folder, task.function(task.item.payload))
    except Exception as error:  # any fault of one item is gathered, the others go on
        return Failure(task.item.key, _reason(error), traceback.format_exc())
    return None


def _made(task: _Task) -> Done | Failure:
    found = checkpoints.read(task.folder)
    if found is None:
        return Failure(task.item.key, f"What was made is no longer in {task.folder.parent}. Run it again.")
    return Done(task.item.key, found)


def _killed(task: _Task) -> Failure:
    reason = "Its process was killed twice, the second time with no other work beside it; most often memory ran out."
    return Failure(task.item.key, reason)


def _reason(error: Exception) -> str:
    if isinstance(error, MarqueeError):
        return str(error)
    if isinstance(error, MemoryError):
        return "It needs more memory than there is. Use fewer workers, or less history."
    said = printable(str(error), 300)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _ordered(ends: _Ends) -> _Ends:
    """Ends held back until those before them are there."""
    held: dict[int, Done | Failure] = {}
    following = 0
    for number, end in ends:
        held[number] = end
        while following in held:
            yield following, held.pop(following)
            following += 1
