import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketing.errors import InputError, MissingError
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import engine, forecast

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SETTINGS = Settings(today=NOW.date(), forecaster="seasonal_naive", workers=1, horizon=14)


def engagement(days: int = 120, seed: int = 5) -> pd.DataFrame:
    """Two titles by region and one without, in views, up to 22 November 2026; and one that is two days old."""
    dates = pd.date_range(end="2026-11-22", periods=days, unit="us")
    draws = np.random.default_rng(seed)
    parts = []
    for title, level in (("tide", 900), ("saltmarsh", 400)):
        for region, share in (("ES", 0.6), ("GB", 0.4)):
            values = np.round(
                level * share * (1 + 0.3 * np.sin(np.arange(days) * 2 * np.pi / 7)) * draws.normal(1, 0.05, days)
            )
            parts.append(
                pd.DataFrame({"date": dates, "title": title, "metric": "views", "region": region, "value": values})
            )
    parts.append(
        pd.DataFrame(
            {"date": dates, "title": "ember", "metric": "views", "value": np.round(draws.normal(300, 20, days))}
        )
    )
    parts.append(pd.DataFrame({"date": dates[-2:], "title": "newborn", "metric": "views", "value": [3.0, 5.0]}))
    return pd.concat(parts, ignore_index=True)


def make(folder: Path) -> Workspace:
    workspace = Workspace.create(folder)
    titles = pd.DataFrame({"title": ["tide"], "name": ["The Tide"]})
    workspace.upsert({"engagement": engagement(), "titles": titles}, now=NOW)
    return workspace


def files(workspace: Workspace) -> dict[str, str]:
    """The made tables by the digest in their files' names."""
    stored = workspace.tables()
    return {name: stored[name].file for name in forecast.OUTPUTS}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make(tmp_path / "small")


def test_every_trend_is_forecast_scored_and_told_or_refused_in_words(workspace: Workspace) -> None:
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert (report.forecast, report.refused, report.failures) == (7, 1, [])
    trends = workspace.read("trends").set_index("trend")
    assert trends.loc["newborn/views", "state"] == "short"
    assert trends.loc["newborn/views", "reason"] == "2 days of history. A forecast needs 14 or more."
    told = trends[trends["state"] == "forecast"]
    assert told["sentence"].str.contains("should draw").all()
    assert told.loc["tide/views", "sentence"].startswith("The Tide should draw ")
    assert " in region ES this week" in told.loc["tide/views/region=ES", "sentence"]
    rows = workspace.read("forecasts")
    assert set(rows["trend"]) == set(told.index)
    assert (
        rows.groupby("trend")["date"].agg(["min", "max", "size"])
        == [pd.Timestamp("2026-11-23"), pd.Timestamp("2026-12-06"), 14]
    ).all(axis=None)
    assert set(workspace.read("scores")["trend"]) == set(told.index)


def ended(days: int = 200) -> pd.DataFrame:
    """One title whose views stopped half way."""
    rows = engagement(days)
    rows = rows[rows["title"] == "ember"].reset_index(drop=True)
    return rows.assign(value=rows["value"].where(rows.index < days // 2, 0.0))


@pytest.mark.parametrize(
    ("rows", "state", "reason"),
    [
        (engagement().tail(2), "short", "2 days of history"),
        (ended(), "ended", "It has been zero since"),
        (engagement()[lambda r: r["title"] == "tide"], "failed", "no luck today"),
    ],
)
def test_where_no_trend_can_be_forecast_the_reasons_are_kept_beside_empty_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: pd.DataFrame, state: str, reason: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InputError("no luck today")

    whole = make(tmp_path / "whole")
    forecast.run(whole, SETTINGS, now=NOW)
    monkeypatch.setattr(forecast, "forecast_trends", fail)
    workspace = Workspace.create(tmp_path / "hopeless")
    workspace.upsert({"engagement": rows}, now=NOW)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert report.forecast == 0
    trends = workspace.read("trends")
    assert set(trends["state"]) == {state}
    assert trends["reason"].str.contains(reason).all()
    for name in ("forecasts", "scores"):
        empty, full = workspace.read(name), whole.read(name)
        assert len(empty) == 0
        assert empty.dtypes.drop("region", errors="ignore").equals(full.dtypes.drop("region", errors="ignore"))


def test_a_second_run_finds_nothing_to_do_until_something_changes(workspace: Workspace) -> None:
    forecast.run(workspace, SETTINGS, now=NOW)
    assert forecast.run(workspace, SETTINGS, now=NOW).fresh
    assert not forecast.run(workspace, SETTINGS.model_copy(update={"horizon": 7}), now=NOW).fresh
    assert not forecast.run(workspace, SETTINGS, now=NOW).fresh  # the tables are those of the other horizon
    workspace.upsert({"engagement": engagement().tail(1).assign(value=9.0)}, now=NOW)
    assert not forecast.run(workspace, SETTINGS, now=NOW).fresh


def test_only_trends_whose_data_changed_are_fitted_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    forecast.run(workspace, SETTINGS, now=NOW)
    fitted: list[str] = []
    whole = forecast.forecast_trends

    def counted(trends: pd.DataFrame, *told: object, **named: object) -> object:
        fitted.append(trends["trend"].iloc[0])
        return whole(trends, *told, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(forecast, "forecast_trends", counted)
    rows = engagement()
    changed = rows[(rows["title"] == "tide") & (rows["region"] == "GB")].tail(1).assign(value=1234.0)
    workspace.upsert({"engagement": changed}, now=NOW)
    forecast.run(workspace, SETTINGS, now=NOW)
    assert sorted(fitted) == ["tide/views", "tide/views/region=GB"]
    fitted.clear()
    tomorrow = SETTINGS.model_copy(update={"today": dt.date(2026, 12, 1)})
    forecast.run(workspace, tomorrow, now=NOW)  # new words, no new fits
    assert fitted == []
    assert "this week" not in " ".join(workspace.read("trends")["sentence"])


def test_the_largest_total_can_be_seen_before_the_rest_is_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    write = Workspace.write

    def watched(self: Workspace, frames: dict[str, pd.DataFrame], **told: object) -> None:
        write(self, frames, **told)  # type: ignore[arg-type]
        seen.append(self.read("forecasts")["trend"].unique().tolist())

    monkeypatch.setattr(Workspace, "write", watched)
    said: list[tuple[int, int, str]] = []
    forecast.run(workspace, SETTINGS, now=NOW, progress=lambda *told: said.append(told))
    assert seen[0] == ["tide/views"]
    assert seen[-1] == sorted(seen[-1])
    assert len(seen[-1]) == 7
    assert said[0] == (1, 7, "The Tide, views")
    assert {what for _, _, what in said[:3]} == {"The Tide, views", "saltmarsh, views", "ember, views"}


def test_while_a_run_goes_on_old_forecasts_stand_in_for_those_not_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast.run(workspace, SETTINGS, now=NOW)
    counts: list[int] = []
    write = Workspace.write

    def watched(self: Workspace, frames: dict[str, pd.DataFrame], **told: object) -> None:
        write(self, frames, **told)  # type: ignore[arg-type]
        counts.append(frames["trends"]["trend"].nunique())

    monkeypatch.setattr(Workspace, "write", watched)
    forecast.run(workspace, SETTINGS.model_copy(update={"horizon": 7}), now=NOW)
    assert set(counts) == {8}
    assert (workspace.read("forecasts").groupby("trend").size() == 7).all()


def test_a_trend_that_goes_wrong_is_named_and_costs_no_other(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = forecast.forecast_trends

    def fragile(trends: pd.DataFrame, *told: object, **named: object) -> object:
        if trends["title"].iloc[0] == "ember":
            raise RuntimeError("Stan gave up")
        return whole(trends, *told, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(forecast, "forecast_trends", fragile)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert (report.forecast, [f.key for f in report.failures]) == (6, ["ember/views"])
    ember = workspace.read("trends").set_index("trend").loc["ember/views"]
    assert (ember["state"], ember["sentence"]) == ("failed", "")
    assert "Stan gave up" in ember["reason"]
    monkeypatch.undo()
    assert forecast.run(workspace, SETTINGS, now=NOW).forecast == 7  # tried again, though nothing has changed


def test_killed_at_any_moment_and_run_again_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"forecaster": "blend", "workers": 2})
    through = make(tmp_path / "through")
    forecast.run(through, settings, now=NOW)
    killed = make(tmp_path / "killed")
    code = textwrap.dedent(f"""
        from pathlib import Path
        from test_forecast import NOW, SETTINGS, Workspace, forecast
        if __name__ == "__main__":
            settings = SETTINGS.model_copy(update={{"forecaster": "blend", "workers": 1}})
            forecast.run(Workspace.open(Path({str(killed.folder)!r})), settings, now=NOW)
    """)
    script = tmp_path / "go.py"
    script.write_text(code)
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    process = subprocess.Popen([sys.executable, script], env=os.environ | {"PYTHONPATH": path}, start_new_session=True)
    until = time.monotonic() + 120
    while len(list(killed.checkpoints_folder.glob("forecast/[!.]*"))) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 2 <= len(list(killed.checkpoints_folder.glob("forecast/[!.]*"))) < 7
    forecast.run(killed, settings, now=NOW)
    assert files(killed) == files(through)


def test_without_engagement_or_with_an_unknown_forecaster_it_says_what_to_do(
    tmp_path: Path, workspace: Workspace
) -> None:
    with pytest.raises(MissingError, match="marquee ingest engagement FILE"):
        forecast.run(Workspace.create(tmp_path / "empty"), SETTINGS, now=NOW)
    with pytest.raises(MissingError, match=r"Choose one of: .*theta"):
        forecast.run(workspace, SETTINGS.model_copy(update={"forecaster": "runes"}), now=NOW)


# from file to file


def test_a_table_is_forecast_without_a_workspace() -> None:
    tables, report = forecast.forecast_file(engagement(), horizon=10, forecaster="theta", workers=1)
    assert (report.forecast, report.refused) == (7, 1)
    assert (tables["forecasts"].groupby("trend").size() == 10).all()
    assert "this week" in tables["trends"].set_index("trend").loc["tide/views", "sentence"]


def test_days_can_be_forecast_by_week() -> None:
    tables, _ = forecast.forecast_file(engagement(), frequency="W", forecaster="theta", workers=1)
    rows = tables["forecasts"][tables["forecasts"]["trend"] == "tide/views"]
    assert len(rows) == 8
    assert set(rows["date"].diff().dropna()) == {pd.Timedelta(days=7)}
    assert rows["expected"].between(4_000, 9_000).all()


def test_a_table_without_one_trend_to_forecast_is_refused_with_the_reasons() -> None:
    with pytest.raises(InputError, match=r"newborn/views: 2 days of history\. A forecast needs 14 or more"):
        forecast.forecast_file(engagement().tail(2))
    with pytest.raises(InputError, match="Ask for 1 to 730"):
        forecast.forecast_file(engagement(), horizon=0)


def test_one_blas_thread_or_two_workers_make_the_same_forecast() -> None:
    rows = engagement()
    rows = rows[rows["title"] == "tide"]
    alone, _ = forecast.forecast_file(rows, workers=1)
    together, _ = forecast.forecast_file(rows, workers=2)
    pd.testing.assert_frame_equal(alone["forecasts"], together["forecasts"], check_exact=True)


def test_importing_the_job_loads_no_forecaster() -> None:
    code = (
        "import sys, pipelines.forecast; print([m for m in ('prophet', 'statsforecast', 'joblib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_worker_is_handed_nothing_but_data(workspace: Workspace) -> None:
    rows = workspace.read("engagement")
    job = forecast.Job(
        trends=forecast.gather(rows), events=forecast.NO_EVENTS, names={}, horizon={"D": 7, "W": 8, "M": 6},
        forecaster="theta", today=NOW.date(), version="1",
    )  # fmt: skip
    items = job.items()
    assert [item.key for item in items[:3]] == ["tide/views", "saltmarsh/views", "ember/views"]
    assert isinstance(items[0], engine.Item)
    made = forecast.continue_one(items[0].payload)
    assert set(made) == {"forecasts", "scores"}


def test_a_forecaster_that_is_not_in_use_makes_nothing_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shelf_of_forecasters"
    folder.mkdir()
    sources = {
        "__init__": "",
        "_shared": "",
        "seasonal_naive": "",
        "part": "",
        "built": 'MEMBERS = ("part",)',
        "odd": "",
    }
    for name, text in sources.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(forecast, "FORECASTERS", folder.name)

    def stale_by(name: str) -> bool:
        before = forecast.code_version("built")
        (folder / f"{name}.py").write_text(f"{sources.get(name, '')}\n# changed")
        return forecast.code_version("built") != before

    assert [name for name in (*sources, "new") if stale_by(name)] == [
        *("__init__", "_shared", "seasonal_naive", "part", "built"),
    ]
