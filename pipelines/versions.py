"""What makes forecasts and segments, as a digest: those made by other code than today's are stale."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from marketing import catalog
from marketing.trends import fits
from pipelines import checkpoints

PACKAGE = "marketing.trends"
FORECASTERS = fits.FORECASTERS
LIBRARIES = ("holidays", "numpy", "pandas", "prophet", "scipy")
SEGMENTS = "marketing.segments"
BEHIND_SEGMENTS = ("numpy", "pandas", "scikit-learn", "scipy")
CODE = (".py", ".toml")  # tables of reference shape forecasts as code does


def code_version(forecaster: str) -> str:
    """Changes with the code that makes forecasts, ours and the libraries'; of forecasters with the one in use only."""
    used = {name for each in (forecaster, *fits.FALLBACKS) for name in _with_members(each)}
    others = {*catalog.names(FORECASTERS)} - used
    folder = resources.files(FORECASTERS)
    left_out = {str(folder / f"{name}.py") for name in others} | {str(folder / name) for name in others}
    return _digest((resources.files(PACKAGE), folder), left_out, LIBRARIES)


def segments_version() -> str:
    """Changes with the code and the words that make segments, ours and the libraries'."""
    return _digest((resources.files(SEGMENTS),), set(), BEHIND_SEGMENTS)


def _digest(folders: Iterable[Traversable], left_out: set[str], libraries: Iterable[str]) -> str:
    sha = hashlib.sha256()
    for folder in folders:
        for path in _code(folder, left_out):
            sha.update(path.name.encode() + path.read_bytes())
    return checkpoints.digest(sha.hexdigest(), [f"{name} {metadata.version(name)}" for name in libraries])


def _code(folder: Traversable, left_out: set[str]) -> Iterator[Traversable]:
    """The files of code in a folder and below, sorted; without those left out."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if str(entry) in left_out:
            continue
        if entry.is_dir():
            yield from _code(entry, left_out)
        elif entry.name.endswith(CODE):
            yield entry


def _with_members(forecaster: str) -> list[str]:
    """A forecaster and all that it is built of."""
    members = getattr(catalog.load(FORECASTERS, forecaster), "MEMBERS", ())
    return [forecaster, *(name for member in members for name in _with_members(member))]
