"""Pages drawn without a browser, on workspaces made by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
import small_workspace
from streamlit.testing.v1 import AppTest

from marketing.ledger import Ledger

HOUSE = Path(__file__).resolve().parents[2]
SECONDS = 30

Draw = Callable[..., AppTest]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a workspace with nothing in it, which the dashboard looks at."""
    return _looked_at(small_workspace.empty(tmp_path / "empty").folder, monkeypatch)


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a workspace with everything in it, which the dashboard looks at."""
    return _looked_at(small_workspace.full(tmp_path / "full").folder, monkeypatch)


def _looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARQUEE_WORKSPACE", str(folder))
    monkeypatch.setenv("MARQUEE_PERSON", "Ana Ruiz")
    return folder


@pytest.fixture
def draw() -> Draw:
    """Draw a page of the dashboard: `draw("trends", title="tidebreaker")`."""

    def drawn(name: str, **asked: str) -> AppTest:
        app = AppTest.from_file(str(HOUSE / "dashboard.py"), default_timeout=SECONDS)
        app.run()
        for key, value in asked.items():
            app.query_params[key] = value
        app.switch_page(f"marketing/pages/{name}.py")
        app.run()
        assert not app.exception, app.exception[0].message
        return app

    return drawn


@pytest.fixture
def ledger(full: Path) -> Ledger:
    """The ledger of the full workspace."""
    return Ledger(f"sqlite:///{full / 'ledger.sqlite'}")
