"""The house's directions: what may import what, where vendor libraries live, and what stays out of the web process.

Each rule is a function from a folder to the sentences that say how it is broken, so that a test can also show it
failing on a house with a wrong import in it.
"""

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
LONGEST = 400  # lines of a file

# The storeys, from the ground up. A module may import those of its own storey and below, with the walls beneath.
STOREYS: tuple[tuple[str, ...], ...] = (
    ("marketing.errors",),
    (
        "marketing.catalog",
        "marketing.contracts",
        "marketing.keys",
        "marketing.ledger",
        "marketing.merging",
        "marketing.people",
        "marketing.queries",
        "marketing.records",
        "marketing.rows",
        "marketing.schema",
        "marketing.settings",
        "marketing.sources",
        "marketing.staging",
        "marketing.tables",
        "marketing.titles",
        "marketing.workspace",
    ),
    ("marketing.trends", "marketing.segments"),
    ("marketing.drafts",),
    ("marketing.campaigns",),
    ("marketing.results",),
    ("marketing.charts",),
    ("marketing.pages", "pipelines", "sample_data"),
    ("dashboard",),
)
# Rooms side by side that never import one another, either way.
WALLS = (
    ("marketing.trends", "marketing.segments"),
    ("marketing.pages", "pipelines"),
    ("marketing.pages", "sample_data"),
)
DASHBOARD_MAY = ("marketing", "pipelines.runs")
# Folders whose files are options: leaves that never import one another, except where one is built of others.
OPTIONS = (
    "marketing.trends.forecasters",
    "marketing.segments.segmenters",
    "marketing.drafts.checks",
    "marketing.drafts.writers",
    "marketing.campaigns.exports",
    "marketing.sources.platforms",
)
BUILT_OF_OTHERS = ("marketing.trends.forecasters.blend",)
HOMES = {
    "streamlit": ("dashboard", "marketing.pages"),
    "plotly": ("marketing.charts",),
    "prophet": ("marketing.trends.forecasters", "marketing.trends.prophet"),
    "sklearn": ("marketing.segments", "marketing.trends.forecasters", "marketing.results"),
    "langchain": ("marketing.drafts.writers", "marketing.drafts.drafting"),
    "langchain_core": ("marketing.drafts.writers", "marketing.drafts.drafting"),
    "sqlalchemy": ("marketing.ledger", "marketing.schema"),
    "ibis": (
        "marketing.queries",
        "marketing.workspace",
        "marketing.segments.behaviour",
        "marketing.segments.lifecycle",
    ),
    "duckdb": ("marketing.queries",),
    "joblib": ("pipelines.pool",),
    "distributed": ("pipelines.cluster",),
    "threadpoolctl": ("pipelines.threads", "pipelines.cluster", "marketing.segments"),
    "typer": ("pipelines.__main__",),
}
# What the web process and the light commands must not load.
HEAVY = (
    "prophet",
    "sklearn",
    "langchain",
    "langchain_core",
    "statsforecast",
    "numba",
    "ibis",
    "duckdb",
    "joblib",
    "distributed",
)


@dataclass(frozen=True)
class Import:
    """One import of one module."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported} in line {self.line}"


def modules(house: Path) -> dict[str, Path]:
    """Every module of ours, by name."""
    files = [
        house / "dashboard.py",
        *(f for p in ("marketing", "pipelines", "sample_data") for f in (house / p).rglob("*.py")),
    ]
    named = {".".join(f.relative_to(house).with_suffix("").parts): f for f in files if f.exists()}
    return {name.removesuffix(".__init__"): path for name, path in named.items()}


def imports(house: Path) -> list[Import]:
    """Every import, also those inside functions and for types; of a package's module, the module."""
    there = modules(house)
    found = []
    for name, path in there.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in _statements(path.read_text("utf-8")):
            found += [Import(name, told, node.lineno) for told in _told(node, package, there)]
    return found


@functools.cache
def _statements(text: str) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]


def _told(node: ast.Import | ast.ImportFrom, package: str, there: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    else:
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        source = ".".join([*above, *([node.module] if node.module else [])])
        for alias in node.names:
            yield f"{source}.{alias.name}" if f"{source}.{alias.name}" in there else source


def inside(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def storey(module: str) -> int | None:
    return next((n for n, rooms in enumerate(STOREYS) if inside(module, rooms)), None)


def points_up(house: Path) -> list[str]:
    """Imports from a lower storey to a higher one, or through a wall; modules that stand nowhere."""
    broken = [f"{name} stands on no storey" for name in modules(house) if storey(name) is None and name != "marketing"]
    for one in imports(house):
        here, there = storey(one.importer), storey(one.imported)
        if here is not None and there is not None and there > here:
            broken.append(f"{one}, which points up")
        for left, right in WALLS:
            for a, b in ((left, right), (right, left)):
                if inside(one.importer, (a,)) and inside(one.imported, (b,)):
                    broken.append(f"{one}, through a wall")
        if one.importer == "dashboard" and one.imported.partition(".")[0] == "pipelines":
            broken += [] if inside(one.imported, DASHBOARD_MAY) else [f"{one}; the dashboard may only start runs"]
    return broken


def circles(house: Path) -> list[str]:
    """Modules that import each other round and round, also from inside functions."""
    ours = modules(house)
    graph: dict[str, set[str]] = {name: set() for name in ours}
    for one in imports(house):
        if one.imported in ours and one.imported != one.importer:
            graph[one.importer].add(one.imported)
    found, done = [], set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            found.append(" -> ".join([*way[way.index(name) :], name]))
        elif name not in done:
            for following in sorted(graph[name]):
                walk(following, [*way, name])
            done.add(name)

    for name in graph:
        walk(name, [])
    return found


def astray(house: Path) -> list[str]:
    """Vendor libraries outside their homes."""
    libraries = ((one, one.imported.partition(".")[0]) for one in imports(house))
    return [f"{one}, away from home" for one, lib in libraries if lib in HOMES and not inside(one.importer, HOMES[lib])]


def undeclared(house: Path) -> list[str]:
    """Libraries that are imported and do not stand in pyproject.toml themselves."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    declared = {re.split(r"[^\w-]", line, maxsplit=1)[0].lower() for line in wanted}
    ours = {name.partition(".")[0] for name in modules(house)}
    theirs = packages_distributions()
    broken = []
    for one in imports(house):
        library = one.imported.partition(".")[0]
        if library not in {*ours, *sys.stdlib_module_names}:
            sold_as = {name.lower() for name in theirs.get(library, [library])}
            broken += [] if sold_as & declared else [f"{one}, which pyproject.toml does not name"]
    return broken


def entangled(house: Path) -> list[str]:
    """Options that import one another."""
    broken = []
    for one in imports(house):
        for folder in OPTIONS:
            if inside(one.importer, (folder,)) and inside(one.imported, (folder,)):
                mine = one.importer.removeprefix(folder + ".").partition(".")[0]
                theirs = one.imported.removeprefix(folder).removeprefix(".").partition(".")[0]
                if theirs and mine != theirs and one.importer != folder and one.importer not in BUILT_OF_OTHERS:
                    broken.append(f"{one}; options do not know each other")
    return broken


def too_long(house: Path) -> list[str]:
    """Files that grew over LONGEST lines, tests included."""
    files = [*modules(house).values(), *(house / "tests").rglob("*.py")]
    counted = ((path, len(path.read_text("utf-8").splitlines())) for path in files)
    return [f"{path.relative_to(house)} has {lines} lines" for path, lines in counted if lines > LONGEST]


def namesakes(house: Path) -> list[str]:
    """Files of tests that share a name: pytest collects one of them, and the others not at all."""
    files = sorted((house / "tests").rglob("test_*.py"))
    names = Counter(path.name for path in files)
    return [f"{path.relative_to(house)} has a namesake" for path in files if names[path.name] > 1]


@pytest.mark.parametrize("rule", [points_up, circles, astray, undeclared, entangled, too_long, namesakes])
def test_the_house_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    assert rule(HOUSE) == []


WRONG = [
    (points_up, "marketing/tables.py", "from marketing.trends import engagement"),
    (points_up, "marketing/drafts/copy.py", "def late():\n    from marketing.campaigns import reviews"),
    (points_up, "marketing/trends/engagement/__init__.py", "import marketing.segments"),
    (points_up, "marketing/pages/words.py", "from pipelines import runs"),
    (points_up, "pipelines/engine.py", "from marketing.pages import words"),
    (points_up, "dashboard.py", "from pipelines import engine"),
    (points_up, "marketing/somewhere.py", "x = 1"),
    (circles, "marketing/errors.py", "def late():\n    from marketing import catalog"),
    (astray, "marketing/catalog.py", "import streamlit as st"),
    (astray, "marketing/segments/__init__.py", "def late():\n    from prophet import Prophet"),
    (astray, "pipelines/runs.py", "import joblib"),
    (undeclared, "pipelines/runs.py", "import narwhals"),
    (undeclared, "pipelines/runs.py", "def late():\n    import nothing_of_that_name"),
    (entangled, "marketing/trends/forecasters/theta.py", "from marketing.trends.forecasters import seasonal_naive"),
    (entangled, "marketing/trends/forecasters/theta.py", "from . import seasonal_naive"),
    (too_long, "marketing/errors.py", "\n" * LONGEST),
]


@pytest.mark.parametrize(("rule", "file", "line"), WRONG)
def test_a_wrong_import_is_found(rule: Callable[[Path], list[str]], file: str, line: str, tmp_path: Path) -> None:
    for path in modules(HOUSE).values():
        copied = tmp_path / path.relative_to(HOUSE)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(path.read_text("utf-8"), "utf-8")
    before = rule(tmp_path)
    with (tmp_path / file).open("a") as changed:
        changed.write(f"\n\n{line}\n")
    assert len(rule(tmp_path)) > len(before)


def test_namesakes_among_tests_are_found(tmp_path: Path) -> None:
    for folder in ("tests", "tests/segments"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "test_people.py").touch()
    assert len(namesakes(tmp_path)) == 2


def loaded_by(statement: str) -> set[str]:
    """The top-level packages in memory after a statement, in a process of its own."""
    script = f"{statement}\nimport sys\nprint(*{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], cwd=HOUSE, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_web_process_loads_no_forecaster_segmenter_or_chat_model() -> None:
    # Pages are scripts that draw when they are run; what they import is found by reading and loaded for real.
    there = modules(HOUSE)
    pages = [one for one in imports(HOUSE) if inside(one.importer, ("marketing.pages", "dashboard"))]
    wanted = sorted({one.imported for one in pages} - {name for name in there if inside(name, ("marketing.pages",))})
    assert "pipelines.runs" in wanted
    assert not loaded_by("\n".join(f"import {name}" for name in wanted)) & set(HEAVY)


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["channels"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    statement = (
        "import sys\nfrom pipelines.__main__ import main\n"
        f"sys.argv = ['marquee', *{arguments!r}]\ntry: main()\nexcept SystemExit as end: assert not end.code, end"
    )
    assert not loaded_by(statement) & {*HEAVY, "pandas", "sqlalchemy", "streamlit", "rich"}
