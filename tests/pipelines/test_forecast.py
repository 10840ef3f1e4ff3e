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
from marketing.trends import fits
from marketing.trends.panels import Panel
from marketing.workspace import Workspace
from pipelines import batch, forecast, versions

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


def told(*happened: tuple[str, int, str]) -> pd.DataFrame:
    """An events table: of each its kind, how many days before the last it was, and its title."""
    kinds, back, titles = zip(*happened, strict=True)
    dates = pd.Timestamp("2026-11-22") - pd.to_timedelta(list(back), unit="D")
    names = [f"{kind} {date:%d %B}" for kind, date in zip(kinds, dates, strict=True)]
    return pd.DataFrame({"event": names, "kind": kinds, "date": dates.as_unit("us"), "title": titles})


def make(folder: Path, rows: pd.DataFrame | None = None) -> Workspace:
    workspace = Workspace.create(folder)
    titles = pd.DataFrame({"title": ["tide"], "name": ["The Tide"]})
    workspace.upsert({"engagement": engagement() if rows is None else rows, "titles": titles}, now=NOW)
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
    assert (report.forecast, report.failures) == (7, [])
    trends = workspace.read("trends").set_index("trend")
    assert trends.loc["newborn/views", "state"] == "short"
    assert trends.loc["newborn/views", "reason"] == "2 days of history. A forecast needs 7 or more."
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
    monkeypatch.setattr(fits, "fit", fail)
    workspace = Workspace.create(tmp_path / "hopeless")
    workspace.upsert({"engagement": rows}, now=NOW)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert report.forecast == 0
    trends = workspace.read("trends")
    assert set(trends["state"]) == {state}
    assert trends["reason"].str.contains(reason).all()
    for name in ("forecasts", "scores", "outlooks", "past_forecasts", "forecast_sums"):
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


def watch_fits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trends that are fitted from now on."""
    fitted: list[str] = []
    whole = fits.fit

    def counted(panel: Panel, *told: object) -> object:
        fitted.extend(panel.trends)
        return whole(panel, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(fits, "fit", counted)
    return fitted


def test_only_trends_whose_data_changed_are_fitted_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    forecast.run(workspace, SETTINGS, now=NOW)
    fitted = watch_fits(monkeypatch)
    rows = engagement()
    changed = rows[(rows["title"] == "tide") & (rows["region"] == "GB")].tail(1).assign(value=1234.0)
    workspace.upsert({"engagement": changed}, now=NOW)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert sorted(fitted) == ["tide/views", "tide/views/region=GB"]
    assert (report.forecast, report.carried) == (7, 5)
    fitted.clear()
    tomorrow = SETTINGS.model_copy(update={"today": dt.date(2026, 12, 1)})
    assert forecast.run(workspace, tomorrow, now=NOW).carried == 7  # new words, no new fits
    assert fitted == []
    assert "this week" not in " ".join(workspace.read("trends")["sentence"])


def test_what_is_carried_over_is_what_would_be_made_anew(tmp_path: Path) -> None:
    before, after = engagement().iloc[:-40], engagement()
    grown, anew = make(tmp_path / "grown", before), make(tmp_path / "anew", after)
    settings = SETTINGS.model_copy(update={"forecaster": "blend"})
    forecast.run(grown, settings, now=NOW)
    grown.upsert({"engagement": after}, now=NOW)
    assert 0 < forecast.run(grown, settings, now=NOW).carried < 7
    assert forecast.run(anew, settings, now=NOW).carried == 0
    assert files(grown) == files(anew)


def test_an_event_more_leaves_the_tables_that_would_be_made_anew(tmp_path: Path) -> None:
    earlier = [("trailer", back, title) for title in ("tide", "saltmarsh", "ember") for back in (70, 5, -3)]
    before, after = told(*earlier), told(*earlier, ("trailer", 40, "ember"), ("gala", 9, "ember"))
    grown, anew = make(tmp_path / "grown"), make(tmp_path / "anew")
    settings = SETTINGS.model_copy(update={"forecaster": "blend"})
    grown.upsert({"events": before}, now=NOW)
    forecast.run(grown, settings, now=NOW)
    for workspace in (grown, anew):
        workspace.write({"events": after}, now=NOW)
    forecast.run(grown, settings, now=NOW)
    assert forecast.run(anew, settings, now=NOW).carried == 0
    assert files(grown) == files(anew)


def test_a_note_on_one_title_fits_no_other_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = [("trailer", back, title) for title in ("tide", "saltmarsh") for back in (70, 30)]
    workspace.upsert({"events": told(*earlier)}, now=NOW)
    forecast.run(workspace, SETTINGS, now=NOW)
    fitted = watch_fits(monkeypatch)
    workspace.upsert({"events": told(("gala", 20, "ember"))}, now=NOW)
    forecast.run(workspace, SETTINGS, now=NOW)
    assert fitted == ["ember/views"]


def test_a_title_that_left_leaves_no_rows(workspace: Workspace) -> None:
    forecast.run(workspace, SETTINGS, now=NOW)
    rows = engagement()
    workspace.write({"engagement": rows[rows["title"] != "ember"]}, now=NOW)
    forecast.run(workspace, SETTINGS, now=NOW)
    for name in forecast.OUTPUTS:
        assert not workspace.read(name)["trend"].str.startswith("ember").any()


def test_the_largest_totals_can_be_seen_before_the_rest_is_done(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "FIRST", 2)
    monkeypatch.setattr(batch, "PIECE", 2)
    monkeypatch.setattr(forecast, "WRITING_SHARE", 1.0)
    seen: list[list[str]] = []
    write = Workspace.write

    def watched(self: Workspace, frames: dict[str, pd.DataFrame], **told: object) -> None:
        write(self, frames, **told)  # type: ignore[arg-type]
        seen.append(self.read("forecasts")["trend"].unique().tolist())

    monkeypatch.setattr(Workspace, "write", watched)
    said: list[tuple[int, int, str]] = []
    forecast.run(workspace, SETTINGS, now=NOW, progress=lambda *told: said.append(told))
    assert seen[0] == ["saltmarsh/views", "tide/views"]
    assert seen[-1] == sorted(seen[-1])
    assert len(seen[-1]) == 7
    assert said[0] == (2, 7, "saltmarsh, views")
    assert [done for done, _, _ in said] == [2, 4, 6, 7]


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
    whole = fits.fit

    def fragile(panel: Panel, *told: object) -> object:
        if "ember" in panel.heads["title"].tolist():
            raise RuntimeError("Stan gave up")
        return whole(panel, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(fits, "fit", fragile)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert (report.forecast, [f.key for f in report.failures]) == (6, ["ember/views"])
    ember = workspace.read("trends").set_index("trend").loc["ember/views"]
    assert (ember["state"], ember["sentence"]) == ("failed", "")
    assert "Stan gave up" in ember["reason"]
    monkeypatch.undo()
    again = forecast.run(workspace, SETTINGS, now=NOW)  # tried again, though nothing has changed
    assert (again.forecast, again.carried) == (7, 6)


def test_a_trend_that_no_forecaster_answers_for_is_a_failure(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fits.fit

    def silent(panel: Panel, *told: object) -> fits.Fits:
        made = whole(panel, *told)  # type: ignore[arg-type]
        for expected in made.expected.values():
            expected[:, [trend == "ember/views" for trend in panel.trends]] = np.nan
        return made

    monkeypatch.setattr(fits, "fit", silent)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert [(f.key, f.reason) for f in report.failures] == [("ember/views", batch.UNANSWERED)]


def test_killed_at_any_moment_and_run_again_it_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS.model_copy(update={"forecaster": "blend", "workers": 2})
    through = make(tmp_path / "through")
    forecast.run(through, settings, now=NOW)
    killed = make(tmp_path / "killed")
    code = textwrap.dedent(f"""
        from pathlib import Path
        from test_forecast import NOW, SETTINGS, Workspace, batch, forecast
        if __name__ == "__main__":
            batch.FIRST = batch.PIECE = 1
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
    monkeypatch.setattr(batch, "FIRST", 1)
    monkeypatch.setattr(batch, "PIECE", 1)
    fitted = watch_fits(monkeypatch)
    forecast.run(killed, settings.model_copy(update={"workers": 1}), now=NOW)
    assert 0 < len(fitted) < 6  # what was done is not done again
    assert files(killed) == files(through)  # and that it came in other pieces does not show


def test_without_engagement_or_with_an_unknown_forecaster_it_says_what_to_do(
    tmp_path: Path, workspace: Workspace
) -> None:
    with pytest.raises(MissingError, match="marquee ingest engagement FILE"):
        forecast.run(Workspace.create(tmp_path / "empty"), SETTINGS, now=NOW)
    with pytest.raises(MissingError, match=r"Choose one of: .*theta"):
        forecast.run(workspace, SETTINGS.model_copy(update={"forecaster": "runes"}), now=NOW)


def test_importing_the_job_loads_no_forecaster() -> None:
    code = (
        "import sys, pipelines.forecast; print([m for m in ('prophet', 'statsforecast', 'joblib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_forecaster_that_is_not_in_use_makes_nothing_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shelf_of_forecasters"
    folder.mkdir()
    sources = {
        "__init__": "",
        "_shared": "",
        "seasonal_naive": "",
        "mean": "",
        "part": "",
        "built": 'MEMBERS = ("part",)',
        "odd": "",
    }
    for name, text in sources.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(versions, "FORECASTERS", folder.name)

    def stale_by(name: str) -> bool:
        before = versions.code_version("built")
        (folder / f"{name}.py").write_text(f"{sources.get(name, '')}\n# changed")
        return versions.code_version("built") != before

    assert [name for name in (*sources, "new") if stale_by(name)] == [
        *("__init__", "_shared", "seasonal_naive", "mean", "part", "built"),
    ]
