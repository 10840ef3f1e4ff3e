"""Options that live one to a file: an option is there by being in its folder.

Listing reads file names only, so a page can offer forecasters without importing Prophet.
"""

import importlib
from collections.abc import Iterable
from importlib import resources
from types import ModuleType

from marketing.errors import MissingError


def names(package: str, suffix: str = ".py") -> list[str]:
    """The options in the folder of `package`, sorted; files and folders that begin with "_" are none."""
    found = []
    for entry in resources.files(package).iterdir():
        name, is_option = entry.name, entry.name.endswith(suffix)
        if suffix == ".py" and entry.is_dir() and entry.joinpath("__init__.py").is_file():
            is_option, name = True, entry.name + suffix
        if is_option and not name.startswith("_"):
            found.append(name.removesuffix(suffix))
    return sorted(found)


def load(package: str, name: str) -> ModuleType:
    """The module of one option.

    Raises:
        MissingError: there is no such option; the message lists those there are.
    """
    require(name, names(package), package.rpartition(".")[2])
    return importlib.import_module(f"{package}.{name}")


def require(name: str, options: Iterable[str], what: str) -> None:
    """Raise MissingError, listing the options, unless `name` is one of them."""
    options = sorted(options)
    if name not in options:
        raise MissingError(f"There is no {name!r} among the {what}. Choose one of: {listed(options)}.")


def listed(names: Iterable[str]) -> str:
    """Names in a row, those with a comma of their own in quotation marks."""
    return ", ".join(f'"{name}"' if "," in name else name for name in names)
