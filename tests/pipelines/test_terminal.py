"""Progress as a person sees it: a bar on a terminal, a plain line now and then elsewhere."""

import io

import pytest

from pipelines import terminal
from pipelines.pace import Pace
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


def test_the_time_left_follows_from_this_run_alone() -> None:
    pace = Pace()
    assert pace.left(500, 1_000, now=0) == ""  # done by an earlier run, in no time
    assert pace.left(501, 1_000, now=1) == ""  # too early to say
    assert pace.left(600, 1_000, now=10) == "about 40 s left"
    assert pace.left(600, 40_000, now=10) == "about 66 minutes left"
    assert pace.left(600, 100_600, now=10) == "about 3 hours left"
    assert pace.left(1_000, 1_000, now=50) == ""


def test_lines_without_a_terminal_tell_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, 0.0, 30.0, 30.0, 30.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(moments))
    stream = io.StringIO()
    progress = terminal.Progress(stream)
    progress.step("forecast")
    progress(1, 7, "The Tide, views")
    progress(4, 7, "Ember, views")
    assert stream.getvalue().splitlines() == [
        "forecast: 1 of 7, The Tide, views",
        "forecast: 4 of 7, about 30 s left, Ember, views",
    ]


def test_the_time_left_starts_anew_where_other_things_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr(terminal.time, "monotonic", lambda: moment)
    stream = io.StringIO()
    progress = terminal.Progress(stream)
    progress.step("segment")
    for moment, done, total, what in (  # noqa: B007 - the clock reads it
        (0.0, 0, 18, "trying one group"),
        (500.0, 1_000, 10_000, "people are placed"),
        (510.0, 2_000, 10_000, "people are placed"),
    ):
        progress(done, total, what)
    assert stream.getvalue().splitlines() == [
        "segment: 0 of 18, trying one group",
        "segment: 1,000 of 10,000, people are placed",
        "segment: 2,000 of 10,000, about 80 s left, people are placed",
    ]
