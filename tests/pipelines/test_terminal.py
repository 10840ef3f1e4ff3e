"""Progress as a person sees it: a bar on a terminal, a plain line now and then elsewhere."""

import io

import pytest

from pipelines import terminal
from pipelines.terminal import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def work(progress: Progress) -> None:
    with progress:
        progress.step("forecast")
        progress(0, 0, "gathering")
        for done in (1, 2, 3):
            progress(done, 3, f"title {done}")
        progress.step("segment")
        progress(1, 1, "six segments")


def test_elsewhere_than_on_a_terminal_a_line_is_said_now_and_then_and_at_the_end_of_a_step() -> None:
    stream = io.StringIO()
    work(Progress(stream))
    assert stream.getvalue().splitlines() == [
        "forecast: gathering",
        "forecast: 3 of 3 done",
        "segment: 1 of 1, six segments",
    ]


def test_after_a_while_another_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "LINE_SECONDS", 0.0)
    stream = io.StringIO()
    work(Progress(stream))
    assert "forecast: 2 of 3, title 2" in stream.getvalue()


def test_on_a_terminal_a_bar_is_drawn_for_each_step() -> None:
    stream = Terminal()
    work(Progress(stream))
    drawn = stream.getvalue()
    assert "forecast" in drawn
    assert "3 of 3" in drawn
    assert "title 3" in drawn
    assert "segment" in drawn


def test_rows_stand_under_their_header(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.table([{"draft": "d-1", "state": "waiting", "more": 1}], ["draft", "state"])
    assert capsys.readouterr().out == "draft  state\nd-1    waiting\n"
