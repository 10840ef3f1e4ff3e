"""Tasks on worker processes of this machine, which may be killed without harm to any task but their own."""

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines import lifeline
from pipelines.tasks import Ends, Failure, Task, attempt, killed, read_back

LOST_POOLS = 3  # pools in a row that may die before a single task was begun


class Pool:
    """Worker processes that may be killed: a mark on disk, in `marks`, says which task each had begun.

    `workers` is how many; 0 is one for each core.
    """

    def __init__(self, tasks: Sequence[Task], workers: int, marks: Path) -> None:
        self.tasks, self.marks = tasks, marks
        # joblib works in this process when asked for one worker; two keep a deadly item out of it.
        self.workers = max(workers, 2) if workers else None

    def ends(self, numbers: Sequence[int]) -> Ends:
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
            yield number, alone[0] if alone else killed(self.tasks[number])

    def _until_broken(self, numbers: Sequence[int]) -> Ends:
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
                yield number, failure or read_back(self.tasks[number])
        except BrokenProcessPool:  # joblib has buried this pool and will start another
            return
        except BaseException:  # Ctrl-C, or the caller wants no more: leave nothing running
            # The one in use: asked for without `reuse`, another is made, which waits for this one under a lock that
            # this one may need to end.
            get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)
            raise

    def _mark(self, number: int) -> Path:
        return self.marks / str(number)


def _work(number: int, task: Task, mark: Path) -> tuple[int, Failure | None]:
    """In a worker: one task, with a mark on disk while it is under way."""
    mark.touch()
    failure = attempt(task)
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
