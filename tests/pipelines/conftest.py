"""The command line, for tests."""

import sys
from pathlib import Path

import pytest
from command import Ended, Marquee

from pipelines.__main__ import main


@pytest.fixture
def marquee(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Marquee:
    """The command, run in this process in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARQUEE_PERSON", "Ada")

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["marquee", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return run
