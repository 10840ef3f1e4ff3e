"""A large audience placed in pieces, by processes or a cluster, of which a worker may die: the files are the same."""

import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import Marquee
from small_audience import company

from marketing.errors import InputError, MissingError
from marketing.segments import segmentation
from marketing.segments.audience import People, people
from marketing.segments.segmentation import How
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import census, segment, segment_file
from pipelines.census import Taking

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HOW = How(NOW.date(), k=2)
WRITTEN = ("assignments.csv", "segments.json", "fairness.json")
COPIES = 5


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small audiences count as large ones, which are placed by others in several pieces."""
    monkeypatch.setattr(census, "FEW_CELLS", 0)
    monkeypatch.setattr(people, "PIECE", 500)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, in processes that are started again when they die."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as started:
        yield started.scheduler_address


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """3,000 people in a Parquet file of many row groups, some of whom may be minors."""
    frames = [company(seed)["audience"] for seed in range(COPIES)]
    named = [frame.assign(person=frame["person"] + f"-{number}") for number, frame in enumerate(frames)]
    path = tmp_path / "audience.parquet"
    pd.concat(named).to_parquet(path, index=False, row_group_size=170)
    return path


def written(path: Path, folder: Path, taking: Taking | None = None) -> dict[str, bytes]:
    segment_file.segment_file(People.stored(path), folder, HOW, now=NOW, taking=taking or Taking())
    return {name: (folder / name).read_bytes() for name in WRITTEN}


def stored(path: Path, folder: Path) -> Workspace:
    """A workspace with these people, written by the chunk."""
    workspace = Workspace.create(folder)
    chunks = (chunk.astype({"person": "str"}) for chunk in People.stored(path).chunks(170))
    workspace.write({"audience": workspace.stage("audience", chunks)}, now=NOW)
    return workspace


def tally_or_die(work: census.Work) -> dict[str, pd.DataFrame]:
    """Place a piece, but for the first worker that is asked for one in the middle: it is killed."""
    mark = Path(os.environ["MARK_OF_DEATH"])
    if work.piece.batches.groups[0] > 5 and not mark.exists():  # type: ignore[attr-defined]
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return census.tally(work)


def test_processes_one_of_which_is_killed_write_the_same_bytes_as_one(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = written(path, tmp_path / "here")
    mark = tmp_path / "died"
    monkeypatch.setenv("MARK_OF_DEATH", str(mark))
    monkeypatch.setattr(census, "IN_WORKER", tally_or_die)
    assert written(path, tmp_path / "there", Taking(workers=2)) == here
    assert mark.exists()


def test_a_worker_of_a_cluster_killed_in_the_middle_leaves_no_trace(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    here = written(path, tmp_path / "here")
    mark = tmp_path / "died"
    monkeypatch.setenv("MARK_OF_DEATH", str(mark))  # the workers inherit it
    monkeypatch.setattr(census, "IN_WORKER", tally_or_die)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as started:
        assert written(path, tmp_path / "there", Taking(address=started.scheduler_address)) == here
    assert mark.exists()


def test_the_command_segments_a_file_and_a_workspace_on_a_cluster(
    address: str, path: Path, marquee: Marquee, tmp_path: Path
) -> None:
    for folder, more in (("here", ()), ("there", ("--engine", address))):
        assert marquee("segment", "--input", path.name, "--k", "2", "--out", folder, *more).code == 0
        workspace = stored(path, tmp_path / f"{folder}-workspace")
        (workspace.folder / "settings.toml").write_text("today = 2026-11-23\nk = 2\n")
        assert marquee("run", "segment", "--workspace", workspace.folder, *more).code == 0
    for name in ("assignments.csv", "segments.json"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    here, there = (Workspace.open(tmp_path / f"{folder}-workspace").tables() for folder in ("here", "there"))
    for name in {*segment.OUTPUTS} - {"fairness"}:  # which says when it was
        assert there[name].file == here[name].file


def test_a_small_audience_is_placed_without_asking_anybody(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Taking(workers=8, address="tcp://127.0.0.1:1")
    with pytest.raises(InputError, match="No Dask scheduler answers"):
        written(path, tmp_path / "large", nobody)
    monkeypatch.setattr(census, "FEW_CELLS", 1_000_000)
    assert written(path, tmp_path / "small", nobody) == written(path, tmp_path / "here")
    with pytest.raises(InputError, match="tcp://HOST:PORT"):
        Taking(address="somewhere")


@pytest.mark.parametrize("workers", [1, 2])
def test_everyone_is_told_of_as_they_are_placed(path: Path, tmp_path: Path, workers: int) -> None:
    steps = []
    segment_file.segment_file(
        People.stored(path),
        tmp_path / "out",
        HOW,
        now=NOW,
        taking=Taking(workers),
        progress=lambda *step: steps.append(step),
    )
    placed = [done for done, total, what in steps if (total, what) == (3_000, "people are placed")]
    assert placed == sorted(placed)
    assert placed[-1] == 3_000
    assert len(placed) > 3
    assert sum(np.diff([0, *placed]) < 1_000) == len(placed)


def test_a_piece_that_cannot_be_placed_ends_the_run_in_words(path: Path, tmp_path: Path) -> None:
    taking = Taking(workers=2)
    gone = People.stored(path)
    path.rename(tmp_path / "elsewhere.parquet")
    with pytest.raises(MissingError, match="no file"):
        segment_file.segment_file(gone, tmp_path / "out", HOW, now=NOW, taking=taking)


def test_a_worker_with_other_code_or_another_file_is_told_of(path: Path) -> None:
    found = segmentation.segment(People.stored(path), HOW)
    piece = People.stored(path).pieces()[1]
    records = found.division.to_record(), found.parts.to_record()
    with pytest.raises(MissingError, match="Install the same there"):
        census.tally(census.Work(piece, *records, version="old"))
    pd.read_parquet(path).to_parquet(path, index=False, row_group_size=160)
    with pytest.raises(InputError, match="another one"):
        census.tally(census.Work(piece, *records))


def test_the_job_asks_the_scheduler_that_it_is_told(path: Path, tmp_path: Path) -> None:
    workspace = stored(path, tmp_path / "workspace")
    with pytest.raises(InputError, match="No Dask scheduler answers"):
        segment.run(workspace, Settings(k=2), now=NOW, address="tcp://127.0.0.1:1")
