"""Items that fail, kill their worker or were done before, beside items that simply go well."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from marketing.errors import InputError
from pipelines import checkpoints, engine
from pipelines.engine import Done, Failure, Item


def double(number: int) -> dict[str, pd.DataFrame]:
    return {"doubled": pd.DataFrame({"number": [number], "twice": [number * 2]})}


def double_or_refuse(number: int) -> dict[str, pd.DataFrame]:
    if number == 3:
        raise InputError("Three cannot be doubled. Leave it out.")
    if number == 4:
        raise ZeroDivisionError("four\x1b[31m")
    return double(number)


def count_and_double(payload: tuple[str, int]) -> dict[str, pd.DataFrame]:
    folder, number = payload
    (Path(folder) / f"{number}-{time.monotonic_ns()}").touch()
    return double(number)


def die_once(payload: tuple[str, int]) -> dict[str, pd.DataFrame]:
    """Item 2 kills its worker at the first try."""
    folder, number = payload
    mark = Path(folder) / "died"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def die_always(number: int) -> dict[str, pd.DataFrame]:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return double(number)


def threads(_: int) -> dict[str, pd.DataFrame]:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.linalg.svd(np.eye(3))
    return {"threads": pd.DataFrame({"threads": [max(pool["num_threads"] for pool in threadpool_info())]})}


def items(*numbers: int, folder: Path | None = None) -> list[Item]:
    return [Item(f"item {n}", (str(folder), n) if folder else n, what=f"number {n}") for n in numbers]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_is_done_and_results_stand_in_the_order_of_the_items(workers: int) -> None:
    outcome = engine.each(double, items(5, 1, 3), workers=workers)
    assert list(outcome.results) == ["item 5", "item 1", "item 3"]
    assert [r["doubled"].twice[0] for r in outcome.results.values()] == [10, 2, 6]
    assert outcome.failures == []


@pytest.mark.parametrize("workers", [1, 2])
def test_failures_are_gathered_in_words_and_the_rest_is_finished(workers: int) -> None:
    outcome = engine.each(double_or_refuse, items(1, 2, 3, 4, 5), workers=workers)
    assert list(outcome.results) == ["item 1", "item 2", "item 5"]
    refused, broken = outcome.failures
    assert (refused.key, refused.reason) == ("item 3", "Three cannot be doubled. Leave it out.")
    assert broken.reason == "ZeroDivisionError: four�[31m"
    assert "double_or_refuse" in broken.trace


def test_what_is_done_is_not_done_again_and_what_changed_is(tmp_path: Path) -> None:
    calls, kept = tmp_path / "calls", tmp_path / "checkpoints"
    calls.mkdir()
    first = engine.each(count_and_double, items(1, 2, folder=calls), workers=1, checkpoints=kept)
    again = engine.each(count_and_double, items(1, 2, 3, folder=calls), workers=1, checkpoints=kept)
    assert sorted(p.name[0] for p in calls.iterdir()) == ["1", "2", "3"]
    assert again.results["item 2"]["doubled"].equals(first.results["item 2"]["doubled"])


def test_results_are_handed_over_as_they_come_with_checkpoints_first(tmp_path: Path) -> None:
    engine.each(double, items(3), workers=1, checkpoints=tmp_path)
    ends = engine.stream(double, items(1, 2, 3), workers=1, checkpoints=tmp_path)
    assert next(ends).key == "item 3"
    assert [end.key for end in engine.stream(double, items(1, 2, 3), workers=1, in_order=True)] == [
        "item 1",
        "item 2",
        "item 3",
    ]


def test_a_killed_worker_costs_only_a_second_try(tmp_path: Path) -> None:
    outcome = engine.each(die_once, items(*range(6), folder=tmp_path), workers=2)
    assert list(outcome.results) == [f"item {n}" for n in range(6)]
    assert (tmp_path / "died").exists()


def test_an_item_that_kills_twice_is_named_and_the_rest_is_finished() -> None:
    outcome = engine.each(die_always, items(*range(6)), workers=2)
    assert sorted(outcome.results) == [f"item {n}" for n in (0, 1, 3, 4, 5)]
    assert [f.key for f in outcome.failures] == ["item 2"]
    assert "killed twice" in outcome.failures[0].reason


@pytest.mark.parametrize("workers", [1, 2])
def test_each_worker_uses_one_thread_for_linear_algebra(workers: int) -> None:
    outcome = engine.each(threads, items(1), workers=workers)
    assert outcome.results["item 1"]["threads"].threads[0] == 1


def test_progress_is_told_after_each_item() -> None:
    told: list[tuple[int, int, str]] = []
    engine.each(double, items(1, 2), workers=1, progress=lambda *said: told.append(said))
    assert told == [(1, 2, "number 1"), (2, 2, "number 2")]


def test_a_caller_that_stops_early_leaves_no_worker_behind() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_engine as t; from pipelines import engine\n"
        "ends = engine.stream(t.die_always, t.items(*range(10, 6000)), workers=2); print(next(ends).key); ends.close()"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    for _ in range(3):  # once in three it hung, when workers were asked to end while one handed its result over
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)  # all items would take 150 s
        assert done.stdout.startswith("item "), done.stderr


def started_by(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


@pytest.mark.parametrize("moment", ["starting", "at work"])
def test_workers_end_when_the_one_who_started_them_is_killed(tmp_path: Path, moment: str) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_engine as t; from pipelines import engine\n"
        "engine.each(t.tell_and_wait, [engine.Item(str(n), sys.argv[2] + f'/{n}') for n in range(2)], workers=2)"
    )
    starter = subprocess.Popen([sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path)])
    # Two workers, and joblib's own two that clean up behind them.
    _wait_for(lambda: started_by(starter.pid), 4)
    if moment == "at work":
        _wait_for(lambda: list(tmp_path.iterdir()), 2)
    workers = started_by(starter.pid)
    starter.kill()
    starter.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def tell_and_wait(path: str) -> dict[str, pd.DataFrame]:
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)
    return {}


def _wait_for(look: Callable[[], list[Any]], count: int) -> list[Any]:
    deadline = time.monotonic() + 20
    while len(found := look()) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_a_damaged_checkpoint_is_made_again(tmp_path: Path) -> None:
    engine.each(double, items(1), workers=1, checkpoints=tmp_path)
    (file,) = tmp_path.glob("*/*.parquet")
    file.write_bytes(b"PAR1")
    outcome = engine.each(double, items(1), workers=1, checkpoints=tmp_path)
    assert outcome.results["item 1"]["doubled"].twice[0] == 2


def test_two_values_that_differ_have_digests_that_differ() -> None:
    frame = pd.DataFrame({"a": ["x", None], "b": [1.0, 2.0]})
    values = [1, 1.0, "1", None, (1,), [1, [2]], [[1], 2], {"a": 1}, frame, frame.rename(columns={"a": "c"}), frame[:1]]
    digests = [checkpoints.digest(value) for value in values]
    assert len(set(digests)) == len(values)
    assert checkpoints.digest({"b": 1, "a": frame.copy()}) == checkpoints.digest({"a": frame, "b": 1})


def test_ends_are_results_or_failures() -> None:
    kinds = {type(end) for end in engine.stream(double_or_refuse, items(1, 3), workers=1)}
    assert kinds == {Done, Failure}


def deafness(_: int) -> dict[str, pd.DataFrame]:
    deaf = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set())
    time.sleep(0.1)
    return {"deaf": pd.DataFrame({"deaf": [deaf]})}


def test_workers_are_born_deaf_to_ctrl_c_and_we_are_not() -> None:
    items = [Item(str(number), number) for number in range(4)]
    outcome = engine.each(deafness, items, workers=2)
    assert [bool(tables["deaf"]["deaf"].all()) for tables in outcome.results.values()] == [True] * 4
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())
