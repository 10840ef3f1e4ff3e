"""Text that knows where its numbers stand: each with the table, the row and the column that it was read from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

By = Literal["", "sum", "min", "total_band"]


@dataclass(frozen=True)
class Number:
    """A number or date in words, and its cell.

    `key` picks the row of `table`; where one of its values is a list, it picks several, and `by` says what makes one
    `value` of their `column`: their "sum", their "min"(imum), or "total_band", the edge of the band around their sum
    that :func:`marketing.trends.outlook.total_band` makes.
    """

    text: str
    table: str
    key: Mapping[str, Any]
    column: str
    value: float | str | dt.date
    by: By = ""

    def cell(self, start: int) -> dict[str, Any]:
        """The cell as JSON has it, of a text in which it begins at `start`."""
        told = {"start": start, "end": start + len(self.text), "table": self.table, "key": _plain(self.key)}
        return told | {"column": self.column, "value": _plain(self.value)} | ({"by": self.by} if self.by else {})


def _plain(value: Any) -> Any:
    """Dates as "2026-11-28", numbers of numpy as Python's."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    return value if isinstance(value, str) else float(value)


@dataclass(frozen=True)
class Said:
    """Sentences and the cells of the numbers in them: start, end, table, key, column and value (see `Number`)."""

    text: str = ""
    cells: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        return self.text

    def then(self, other: "Said") -> "Said":
        """This, and the other after it, a space between."""
        if not self.text or not other.text:
            return self if self.text else other
        shift = len(self.text) + 1
        moved = [cell | {"start": cell["start"] + shift, "end": cell["end"] + shift} for cell in other.cells]
        return Said(f"{self.text} {other.text}", [*self.cells, *moved])


def said(*pieces: "str | Number | Said") -> Said:
    """The pieces in a row, without spaces between."""
    text, cells = "", []
    for piece in pieces:
        if isinstance(piece, Number):
            cells.append(piece.cell(len(text)))
        elif isinstance(piece, Said):
            cells += [c | {"start": c["start"] + len(text), "end": c["end"] + len(text)} for c in piece.cells]
        text += piece if isinstance(piece, str) else piece.text
    return Said(text, cells)
