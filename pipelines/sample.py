"""The job that puts the sample data in, through the same door as anyone's files.

A workspace remembers from which sample it was filled, so that putting it in again does nothing.
"""

import datetime as dt
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import checkpoints

HOUSE = Path(__file__).resolve().parents[1] / "sample_data"
NAMES = ("lumen", "real")
MARK = "runs/sample"  # in the workspace: the digest of the sample that is in it


@dataclass(frozen=True)
class _File:
    """One file and the arguments that `marquee ingest` would be given."""

    table: str
    path: Path
    mapping: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)


def create(folder: Path, name: str) -> Workspace:
    """The workspace for a sample, with the sample's settings, before there is any table in it."""
    workspace = Workspace.create(folder)
    if not (folder / "settings.toml").exists():
        shutil.copyfile(HOUSE / name / "settings.toml", folder / "settings.toml")
    (folder / "runs").mkdir(exist_ok=True)
    return workspace


def put_in(
    workspace: Workspace,
    settings: Settings,
    name: str,
    *,
    now: dt.datetime,
    progress: Callable[[int, int, str], None],
) -> None:
    """The sample's tables into the workspace, unless they are there; rows of other keys stay."""
    from pipelines import ingest

    mark = workspace.folder / MARK
    if mark.is_file() and mark.read_text() == digest(name):
        return
    with tempfile.TemporaryDirectory(prefix="marquee-") as made:
        progress(0, 0, "making the sample data" if name == "lumen" else "opening the sample data")
        files = _lumen(Path(made)) if name == "lumen" else _listed(HOUSE / name)
        for done, file in enumerate(files):
            progress(done, len(files), f"{file.table}, from {file.path.name}")
            ingest.ingest(
                workspace,
                file.table,
                [file.path],
                mapping=dict(file.mapping),
                sets=dict(file.sets),
                dates=None,
                limits=settings.limits,
                now=now,
            )
        progress(len(files), len(files), "all sample data")
    mark.write_text(digest(name))


def digest(name: str) -> str:
    """What tells one version of a sample from another."""
    made_by = [*HOUSE.glob("*.py"), *(HOUSE / name).iterdir()]
    return checkpoints.digest({path.name: path.read_bytes() for path in made_by if path.is_file()})


def _lumen(folder: Path) -> list[_File]:
    from sample_data import generate

    return [_File(path.stem, path) for path in generate.write(folder) if path.suffix == ".csv"]


def _listed(folder: Path) -> list[_File]:
    listed = tomllib.loads((folder / "ingest.toml").read_text("utf-8"))["file"]
    return [_File(one["table"], folder / one["file"], one.get("map", {}), one.get("set", {})) for one in listed]
