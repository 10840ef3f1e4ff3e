"""The forecast job on a Dask cluster of processes: a worker dies in the middle, and the tables are the same."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from command import Marquee
from test_forecast import NOW, SETTINGS, engagement, files, make

from marketing.errors import MissingError
from marketing.trends import fits
from marketing.trends.panels import Panel
from pipelines import batch, forecast


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, in processes that are started again when they die."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as started:
        yield started.scheduler_address


def fit_or_die(work: batch.Work) -> dict[str, pd.DataFrame]:
    """Fit, but for the first worker that is asked for ember: it is killed."""
    mark = Path(os.environ["MARK_OF_DEATH"])
    if "ember" in work.panel.heads["title"].tolist() and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return batch.fit(work)


def test_a_worker_killed_in_the_middle_leaves_no_trace_in_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    mark = tmp_path / "died"
    settings = SETTINGS.model_copy(update={"forecaster": "blend"})
    here, there = make(tmp_path / "here"), make(tmp_path / "there")
    forecast.run(here, settings, now=NOW)
    monkeypatch.setenv("MARK_OF_DEATH", str(mark))  # the workers inherit it
    monkeypatch.setattr(batch, "FIRST", 1)
    monkeypatch.setattr(batch, "PIECE", 2)
    monkeypatch.setattr(batch, "IN_WORKER", fit_or_die)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as started:
        report = forecast.run(there, settings, now=NOW, address=started.scheduler_address)
    assert mark.exists()
    assert (report.forecast, report.failures) == (7, [])
    assert files(there) == files(here)


def test_the_command_forecasts_a_file_on_a_cluster(address: str, marquee: Marquee, tmp_path: Path) -> None:
    engagement().to_csv(tmp_path / "in.csv", index=False)
    here = marquee("forecast", "--input", "in.csv", "--forecaster", "theta")
    there = marquee("forecast", "--input", "in.csv", "--forecaster", "theta", "--engine", address)
    assert (there.code, there.out) == (here.code, here.out)
    assert "tide/views" in there.out


def test_the_command_runs_a_workspace_on_a_cluster(address: str, marquee: Marquee, tmp_path: Path) -> None:
    here, there = make(tmp_path / "here"), make(tmp_path / "there")
    for workspace, more in ((here, ()), (there, ("--engine", address))):
        (workspace.folder / "settings.toml").write_text('today = 2026-11-23\nforecaster = "theta"\n')
        assert marquee("run", "forecast", "--workspace", workspace.folder, *more).code == 0
    assert files(there) == files(here)


def test_an_address_goes_with_forecasts_and_segments_and_is_looked_at_first(marquee: Marquee, tmp_path: Path) -> None:
    workspace = make(tmp_path / "there")
    ended = marquee("run", "--engine", "somewhere", "--workspace", workspace.folder)
    assert ended.code == 2
    assert "tcp://HOST:PORT" in ended.err
    ended = marquee("run", "draft", "--engine", "tcp://127.0.0.1:1", "--workspace", workspace.folder)
    assert ended.code == 2
    assert "--engine goes with the jobs forecast and segment" in ended.err


def test_a_worker_with_other_code_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    job = batch.Batch.of(forecast.gathered(engagement()), batch.NO_EVENTS, {}, batch.How({"D": 7}, "theta", "old", NOW))
    (item,) = job.items({}, elsewhere=True)
    with pytest.raises(MissingError, match="Install the same there"):
        list(job.fit([item], workers=1))


def test_fits_of_a_piece_are_those_of_its_trends_alone() -> None:
    job = batch.Batch.of(forecast.gathered(engagement()), batch.NO_EVENTS, {}, batch.How({"D": 7}, "theta", "1", NOW))
    (item,) = job.items({})
    together = batch.fit(item.payload)["fits"]
    assert set(together["trend"]) == set(item.payload.panel.trends)
    one, _ = batch.halves(item)
    apart = batch.fit(one.payload)["fits"]
    mine = together[together["trend"].isin(one.payload.panel.trends)].reset_index(drop=True)
    pd.testing.assert_frame_equal(apart, mine, check_exact=True)
    assert isinstance(one.payload.panel, Panel)
    assert {*fits.steps(7)} < {*apart.columns}
