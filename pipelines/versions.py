"""What makes forecasts, as a digest: forecasts made by other code than today's are stale."""

import hashlib
from collections.abc import Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from marketing import catalog
from marketing.trends import fits
from pipelines import checkpoints

PACKAGE = "marketing.trends"
FORECASTERS = fits.FORECASTERS
LIBRARIES = ("holidays", "numpy", "pandas", "prophet", "scipy")
CODE = (".py", ".toml")  # tables of reference shape forecasts as code does


def code_version(forecaster: str) -> str:
    """Changes with the code that makes forecasts, ours and the libraries'; of forecasters with the one in use only."""
    used = {name for each in (forecaster, *fits.FALLBACKS) for name in _with_members(each)}
    others = {*catalog.names(FORECASTERS)} - used
    folder = resources.files(FORECASTERS)
    left_out = {str(folder / f"{name}.py") for name in others} | {str(folder / name) for name in others}
    sha = hashlib.sha256()
    for root in (resources.files(PACKAGE), folder):
        for path in _code(root, left_out):
            sha.update(path.name.encode() + path.read_bytes())
    return checkpoints.digest(sha.hexdigest(), [f"{name} {metadata.version(name)}" for name in LIBRARIES])


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
