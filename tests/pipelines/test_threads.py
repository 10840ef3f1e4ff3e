"""One thread for arithmetic, in workers and in the process that finishes."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_forecast import NOW, SETTINGS, make
from threadpoolctl import threadpool_info

from marketing.trends import events
from pipelines import engine, finished, forecast
from pipelines.threads import one_thread


def threads(_: object = None) -> dict[str, pd.DataFrame]:
    """How many threads each library of arithmetic has here, those loaded late too."""
    import scipy.linalg

    scipy.linalg.inv(np.eye(3))
    return {"threads": pd.DataFrame({"count": [pool["num_threads"] for pool in threadpool_info()]})}


@pytest.mark.parametrize("workers", [1, 2])
def test_each_worker_has_one_thread_whatever_this_process_was_given(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "4")
    outcome = engine.each(threads, [engine.Item(str(n), n) for n in range(3)], workers=workers)
    counts = pd.concat([made["threads"]["count"] for made in outcome.results.values()])
    assert len(counts)
    assert set(counts) == {1}


def test_what_is_done_beside_the_workers_has_one_thread_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[int]] = {}

    def watch(module: Any, name: str) -> None:
        whole = getattr(module, name)

        def watched(*given: Any, **told: Any) -> Any:
            seen[name] = set(threads()["threads"]["count"])
            return whole(*given, **told)

        monkeypatch.setattr(module, name, watched)

    watch(events, "learn")
    watch(finished, "finish")
    watch(finished, "expectations")
    forecast.run(make(tmp_path / "small"), SETTINGS, now=NOW)
    assert seen == {"learn": {1}, "finish": {1}, "expectations": {1}}


def test_afterwards_all_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = [pool["num_threads"] for pool in threadpool_info()]
    with pytest.raises(ValueError, match="midway"), one_thread():
        raise ValueError("midway")
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in os.environ
    assert [pool["num_threads"] for pool in threadpool_info()] == before
