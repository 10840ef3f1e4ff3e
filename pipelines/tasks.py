"""One piece of work, how it is done in any process, and how it can end."""

import traceback
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from marketing.errors import MarqueeError, printable
from pipelines import checkpoints

Tables = Mapping[str, pd.DataFrame]
Function = Callable[[Any], Tables]


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


Ends = Generator[tuple[int, Done | Failure]]  # numbers of tasks, each with how it ended


@dataclass(frozen=True)
class Task:
    """An item with the function that does it and the folder that its tables go to."""

    item: Item
    function: Function
    folder: Path


def task(function: Function, item: Item, folder: Path) -> Task:
    """The task of an item: its checkpoint stands in `folder` and goes by the item's digest."""
    name = item.digest or checkpoints.digest(f"{function.__module__}.{function.__qualname__}", item.payload)
    return Task(item, function, folder / name)


def attempt(task: Task) -> Failure | None:
    """Make the tables and put them down, unless that is done; None when it went well."""
    if task.folder.is_dir():
        return None
    tables = made(task.function, task.item)
    return tables if isinstance(tables, Failure) else put_down(task, tables)


def made(function: Function, item: Item) -> Tables | Failure:
    """The tables of an item; any fault of one item is gathered, so that the others go on."""
    try:
        return function(item.payload)
    except Exception as error:
        return failure(item.key, error)


def put_down(task: Task, tables: Tables) -> Failure | None:
    """Write a task's checkpoint; None when it went well."""
    try:
        checkpoints.write(task.folder, tables)
    except Exception as error:  # a full disk, or a table that Parquet cannot hold
        return failure(task.item.key, error)
    return None


def read_back(task: Task) -> Done | Failure:
    """A task's end once its checkpoint was put down."""
    found = checkpoints.read(task.folder)
    if found is None:
        return Failure(task.item.key, f"What was made is no longer in {task.folder.parent}. Run it again.")
    return Done(task.item.key, found)


def killed(task: Task) -> Failure:
    """The end of a task that no process outlives."""
    reason = "Its process was killed twice, the second time with no other work beside it; most often memory ran out."
    return Failure(task.item.key, reason)


def failure(key: str, error: Exception) -> Failure:
    """The failure that a fault makes of an item."""
    return Failure(key, reason(error), "".join(traceback.format_exception(error)))


def reason(error: BaseException) -> str:
    """Why a task failed, in words."""
    if isinstance(error, MarqueeError):
        return str(error)
    if isinstance(error, MemoryError):
        return "It needs more memory than there is. Use fewer workers, or less history."
    said = printable(str(error), 300)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
