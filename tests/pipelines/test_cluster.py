"""The same call on a Dask cluster of processes on this machine: what comes back, and who may die."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_engine import die_always, die_once, double, double_or_refuse, items, threads

from marketing.errors import InputError, MissingError
from pipelines import cluster, engine


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers of one thread each, in processes that are started again when they die."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),  # a death is enough to suspect an item
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as started,
    ):
        yield started.scheduler_address


def test_a_cluster_makes_the_same_tables_in_the_same_order(address: str) -> None:
    here = engine.each(double, items(5, 1, 3), workers=1)
    there = engine.each(double, items(5, 1, 3), address=address)
    assert list(there.results) == list(here.results) == ["item 5", "item 1", "item 3"]
    for key, tables in here.results.items():
        pd.testing.assert_frame_equal(there.results[key]["doubled"], tables["doubled"], check_exact=True)


def test_failures_on_a_cluster_are_gathered_in_words(address: str) -> None:
    outcome = engine.each(double_or_refuse, items(1, 3, 4, 5), address=address)
    assert list(outcome.results) == ["item 1", "item 5"]
    assert [failure.reason for failure in outcome.failures] == [
        "Three cannot be doubled. Leave it out.",
        "ZeroDivisionError: four�[31m",
    ]


def test_a_worker_of_the_cluster_that_is_killed_costs_only_another_try(address: str, tmp_path: Path) -> None:
    outcome = engine.each(die_once, items(*range(6), folder=tmp_path), address=address)
    assert (tmp_path / "died").exists()
    assert list(outcome.results) == [f"item {number}" for number in range(6)]
    assert outcome.failures == []


def test_an_item_that_kills_one_worker_after_the_other_is_named(address: str) -> None:
    outcome = engine.each(die_always, items(*range(4)), address=address)
    assert sorted(outcome.results) == ["item 0", "item 1", "item 3"]
    assert [failure.key for failure in outcome.failures] == ["item 2"]
    assert "killed twice" in outcome.failures[0].reason


def test_what_a_cluster_made_is_a_checkpoint_here(address: str, tmp_path: Path) -> None:
    engine.each(double, items(1, 2), address=address, checkpoints=tmp_path)
    again = list(engine.stream(double, items(1, 2), workers=1, checkpoints=tmp_path))
    assert len(list(tmp_path.iterdir())) == len(again) == 2


def test_a_payload_arrives_on_the_cluster_as_it_was_sent(address: str) -> None:
    sent = {"frame": pd.DataFrame({"a": ["x", None], "b": [1.5, np.nan]}), "array": np.arange(6.0).reshape(2, 3)}
    outcome = engine.each(frames, [engine.Item("one", sent)], address=address)
    pd.testing.assert_frame_equal(outcome.results["one"]["frame"], sent["frame"])
    assert outcome.results["one"]["array"]["c"].tolist() == [2.0, 5.0]


def frames(payload: dict[str, object]) -> dict[str, pd.DataFrame]:
    return {"frame": payload["frame"], "array": pd.DataFrame(payload["array"], columns=list("abc"))}  # type: ignore[dict-item, arg-type]


def test_workers_of_a_cluster_use_one_thread_for_linear_algebra(address: str) -> None:
    outcome = engine.each(threads, items(1), address=address)
    assert outcome.results["item 1"]["threads"].threads[0] == 1


def test_workers_without_our_code_are_told_of(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "only_here.py").write_text("def one(payload):\n    return {}\n")
    monkeypatch.syspath_prepend(tmp_path)  # the workers were started without it
    with pytest.raises(MissingError, match=r"No module named 'only_here'\)\. Install the same Marquee there as here"):
        engine.each(importlib.import_module("only_here").one, [engine.Item("one", 1)], address=address)


@pytest.mark.parametrize("wrong", ["127.0.0.1:8786", "tcp://", "http://localhost:8786", "tcp://host", "tcp://a b:1"])
def test_what_can_be_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match="tcp://HOST:PORT"):
        engine.each(double, items(1), address=wrong)


def test_where_no_scheduler_answers_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match="Start one with dask scheduler"):
        engine.each(double, items(1), address="tcp://127.0.0.1:9")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingError, match=r'pip install "marquee\[dask\]"'):
        engine.each(double, items(1), address="tcp://127.0.0.1:8786")


def test_a_cluster_whose_workers_have_all_gone_is_given_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "WORKERLESS_SECONDS", 0.5)
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", processes=True) as started,
        pytest.raises(InputError, match="no worker for"),
    ):
        engine.each(double, items(1, 2), address=started.scheduler_address)
