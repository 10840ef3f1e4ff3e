"""Tasks on the workers of a Dask cluster, by the address of its scheduler.

Workers need Marquee installed, in the same version, and no disk in common: what they make comes back here and is put
down here. Dask gives the tasks of a worker that was killed to the others by itself; a task that goes on killing them
is named. Dask's own protocol runs whatever it is sent: use a scheduler that only you and those you trust can reach.
"""

import contextlib
import pkgutil
import queue
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from marketing.errors import InputError, MissingError
from pipelines.tasks import Done, Ends, Failure, Function, Item, Tables, Task, killed, made, put_down, read_back, reason

if TYPE_CHECKING:
    from distributed import Client, Future

ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://[^\s/]+:\d{1,5}/?")
AHEAD = 2  # tasks handed over for each thread: one at work and one that waits for it
CONNECT_SECONDS = 10.0
LOOK_SECONDS = 1.0  # between two looks whether there are workers
WORKERLESS_SECONDS = 60.0  # how long a cluster may be without a worker


def check(address: str) -> None:
    """Refuse what can be no scheduler's address.

    Raises:
        InputError: it is none.
    """
    if not ADDRESS.fullmatch(address):
        raise InputError(f"{address!r} is no address of a Dask scheduler. Write it as tcp://HOST:PORT.")


def ends(tasks: Sequence[Task], numbers: Sequence[int], address: str) -> Ends:
    """Every task's end, as it comes. Tasks that were on workers as these died too often are tried again, each alone.

    Raises:
        InputError: `address` is none, no scheduler answers there, or it or all its workers went away.
        MissingError: the package `distributed` is not installed here, or our code is not on a worker.
    """
    with contextlib.closing(_client(address)) as client:
        suspects = []
        for number, end in _Hands(tasks, client).ends(numbers):
            if end is None:
                suspects.append(number)
            else:
                yield number, end
        for number in suspects:
            for _, end in _Hands(tasks, client).ends([number]):
                yield number, end or killed(tasks[number])


def _client(address: str) -> "Client":
    check(address)
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingError('A Dask cluster needs the package distributed: pip install "marquee[dask]"') from error
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:  # a timeout is one
        start = "Start one with dask scheduler, and workers with dask worker ADDRESS"
        raise InputError(f"No Dask scheduler answers at {address}. {start}; or leave --engine out.") from error


class _Hands:
    """What the cluster has in hand: a few tasks more than it has threads, so that its memory holds no more."""

    def __init__(self, tasks: Sequence[Task], client: "Client") -> None:
        self.tasks, self.client = tasks, client
        self.futures: dict[int, Future] = {}
        self.over: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.seen = time.monotonic()  # when there was a worker last
        self.asked = False  # whether the workers have our code

    def ends(self, numbers: Sequence[int]) -> Iterator[tuple[int, Done | Failure | None]]:
        """Every task's end; None where its workers were killed."""
        waiting = deque(numbers)
        while waiting or self.futures:
            self._fill(waiting)
            with contextlib.suppress(queue.Empty):
                number = self.over.get(timeout=LOOK_SECONDS)
                yield number, self._end(number, self.futures.pop(number))

    def _fill(self, waiting: deque[int]) -> None:
        """Hand over tasks while there are threads for them."""
        if self.client.status != "running":
            raise InputError("The Dask scheduler went away. Start it again; what is done is kept.")
        threads = sum(self.client.nthreads().values())
        if threads:
            self.seen = time.monotonic()
            if not self.asked:
                self.asked = True
                _require(self.client, [work, *{self.tasks[number].function for number in waiting}])
        elif time.monotonic() - self.seen > WORKERLESS_SECONDS:
            missing = f"The Dask cluster has had no worker for {WORKERLESS_SECONDS:.0f} s"
            raise InputError(f"{missing}. Start some: dask worker ADDRESS. What is done is kept.")
        while waiting and len(self.futures) < AHEAD * threads:
            self._hand_over(waiting.popleft())

    def _hand_over(self, number: int) -> None:
        task = self.tasks[number]
        # Not pure: the cluster must not answer from what it remembers of an earlier run.
        future = self.client.submit(work, task.function, task.item, pure=False, priority=-number)
        self.futures[number] = future
        future.add_done_callback(lambda _: self.over.put(number))

    def _end(self, number: int, future: "Future") -> Done | Failure | None:
        from distributed import KilledWorker

        task = self.tasks[number]
        if future.cancelled():
            raise InputError("The Dask scheduler went away. Start it again; what is done is kept.")
        error = future.exception()
        if isinstance(error, KilledWorker):
            return None
        if error is not None:
            return Failure(task.item.key, reason(error))
        tables = future.result()
        if isinstance(tables, Failure):
            return tables
        return put_down(task, tables) or read_back(task)


def work(function: Function, item: Item) -> Tables | Failure:
    """On a worker: the tables of an item, made with one thread for linear algebra."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1)  # for good: another thread of this worker may be at the same work
    return made(function, item)


def _require(client: "Client", functions: Iterable[Callable[..., Any]]) -> None:
    """See that workers have the code of these functions: one that is sent what it cannot read dies of it."""
    for function in functions:
        name = f"{function.__module__}:{function.__qualname__}"
        for answer in client.run(pkgutil.resolve_name, name, on_error="return").values():
            if isinstance(answer, BaseException):
                where = f"A worker of the cluster cannot load {name} ({reason(answer)})"
                raise MissingError(f"{where}. Install the same Marquee there as here.") from answer
