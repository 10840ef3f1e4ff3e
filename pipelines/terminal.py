"""What a command says: results on standard output, progress and complaints on standard error.

Names of files and words in them come back in what is said. Characters that steer a terminal, or turn the direction
of a line, are shown as � in text and escaped in JSON.
"""

import json
import sys
import time
from typing import Any, Self, TextIO

from marketing.errors import STEERING
from pipelines.pace import Pace

LINE_SECONDS = 5.0  # between two plain lines of progress where there is no terminal


def shown(text: str) -> str:
    """Lines of text without characters that steer a terminal; line ends and tabs stay."""
    return STEERING.sub("�", text)


def encoded(value: Any, indent: int | None = None) -> str:
    """A value as JSON in which such characters are escaped, so that it reads back the same."""
    told = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", told)


def say(text: str = "") -> None:
    """A line of results."""
    sys.stdout.write(shown(text) + "\n")


def tell(text: str) -> None:
    """A line for the person who waits; never part of the results."""
    sys.stderr.write(shown(text) + "\n")
    sys.stderr.flush()


def print_json(value: Any) -> None:
    """Results for machines."""
    say(encoded(value, indent=1))


def table(rows: list[dict[str, Any]], columns: list[str]) -> None:
    """Rows under a header, a line each, columns aligned."""
    told = [columns, *([str(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in told) for i in range(len(columns))]
    for line in told:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


class Progress:
    """A bar on a terminal; elsewhere a plain line now and then. To be called with done, total and what."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._bar: Any = None
        self._step, self._told_at = "", float("-inf")
        self._told = self._last = (0, 0)  # done and total: said last, and known last
        self._pace = Pace()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.step("")

    def step(self, name: str) -> None:
        """From here on progress is that of another step."""
        if self._bar is not None:
            self._close()
        elif self._told != self._last:
            self._line(f"{self._step}: {self._last[0]:,} of {self._last[1]:,} done")
        self._step, self._told_at, self._told, self._last = name, float("-inf"), (0, 0), (0, 0)
        self._pace = Pace()

    def __call__(self, done: int, total: int, what: str) -> None:
        """Progress of the step: `done` of `total`, the last of them `what`."""
        if total != self._last[1]:  # other things are counted from here on
            self._pace = Pace()
            self._close()
        self._last = (done, total)
        left = self._pace.left(done, total, time.monotonic())
        if self._stream.isatty():
            self._draw(done, total, what)
        elif time.monotonic() - self._told_at >= LINE_SECONDS:
            self._told_at, self._told = time.monotonic(), self._last
            how_far = ", ".join([f"{done:,} of {total:,}", *([left] if left else []), what]) if total else what
            self._line(f"{self._step}: {how_far}")

    def _draw(self, done: int, total: int, what: str) -> None:
        if self._bar is None:
            from tqdm import tqdm

            form = "{desc} {bar} {n:,} of {total:,} [{elapsed}<{remaining}] {postfix}"
            self._bar = tqdm(desc=self._step, total=total, file=self._stream, bar_format=form, dynamic_ncols=True)
        self._bar.total = total
        self._bar.set_postfix_str(shown(what), refresh=False)
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _line(self, text: str) -> None:
        self._stream.write(shown(text) + "\n")
        self._stream.flush()
