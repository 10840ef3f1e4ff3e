"""Options are there by being in a folder: a newcomer's file is found without another file being touched."""

import sys
from pathlib import Path

import pytest

from marketing import catalog
from marketing.errors import MissingError


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of options, importable as `shelf_of_options`."""
    folder = tmp_path / "shelf_of_options"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "plain.py").write_text("ANSWER = 42\n")
    (folder / "_private.py").write_text("raise RuntimeError('never to be loaded')\n")
    (folder / "broken.py").write_text("raise RuntimeError('loaded')\n")
    (folder / "letter.toml").write_text("")
    (folder / "roomy").mkdir()
    (folder / "roomy" / "__init__.py").write_text("ANSWER = 43\n")
    (folder / "pictures").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    for name in [n for n in sys.modules if n.partition(".")[0] == folder.name]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_listing_names_files_and_packages_without_importing_them(shelf: Path) -> None:
    assert catalog.names(shelf.name) == ["broken", "plain", "roomy"]
    assert catalog.names(shelf.name, ".toml") == ["letter"]


def test_a_name_with_a_comma_is_told_from_two_names() -> None:
    assert catalog.listed(["Me, Myself and I", "gta-vi"]) == '"Me, Myself and I", gta-vi'
    with pytest.raises(MissingError, match='one of: "Now, Voyager", heist'):
        catalog.require("x", ["heist", "Now, Voyager"], "titles")


def test_a_file_that_is_put_there_is_an_option_from_then_on(shelf: Path) -> None:
    (shelf / "new.py").write_text("ANSWER = 44\n")
    assert catalog.load(shelf.name, "new").ANSWER == 44
    assert catalog.load(shelf.name, "roomy").ANSWER == 43


@pytest.mark.parametrize("name", ["nothing", "_private", "../plain", "plain.ANSWER", "", "pictures"])
def test_what_is_no_option_is_refused_with_those_there_are(shelf: Path, name: str) -> None:
    with pytest.raises(MissingError, match="Choose one of: broken, plain, roomy"):
        catalog.load(shelf.name, name)
