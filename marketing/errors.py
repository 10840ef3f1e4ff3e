"""The errors raised on purpose. Each says what is wrong and what to do.

::

    MarqueeError
    ├── InputError         something handed in cannot be used (exit 2)
    │   └── TableError     a file or table breaks its contract; carries every fault
    ├── MissingError       a table, draft, option or file that is not there (exit 2)
    ├── ConflictError      someone else changed it first (exit 2)
    ├── RightsError        the role of the person acting does not allow it (exit 2)
    ├── GateError          a rule stands in the way: words that block, a draft not approved (exit 1)
    └── WriterError        a chat model or its service failed (exit 1)
        └── QuotaError     the service will answer no further request; stop the batch
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHOWN_FAULTS = 5  # faults told in full; the rest are counted
# Characters that steer a terminal or turn the direction of a line; line ends and tabs are not among them.
STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a file or table: where it is, what was found, what was expected, what to do.

    `row` counts as a spreadsheet does: the header is row 1 and the first row of data row 2. `more` counts
    further rows with the same fault, which are not told one by one.
    """

    expected: str
    remedy: str
    row: int | None = None
    column: str = ""
    found: str = ""
    file: str = ""
    more: int = 0

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                printable(self.file, 120),
                f"row {self.row:,}" if self.row is not None else "",
                f"column {printable(self.column)!r}" if self.column else "",
            )
            if part
        )
        found = f"found {printable(self.found)!r}, " if self.found else ""
        return f"{place + ': ' if place else ''}{found}expected {self.expected}. {self.remedy}"


def printable(text: object, limit: int = 60) -> str:
    """`text` without control or direction characters, cut to `limit` characters, safe to show anywhere."""
    kept = "".join(c if c.isprintable() else "�" for c in str(text)[: limit + 1])
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


class MarqueeError(Exception):
    """Any error of ours; its text is meant for the person at the screen."""

    exit_code = 2


class InputError(MarqueeError):
    """Something handed in cannot be used."""


class TableError(InputError):
    """A file or table breaks its contract. `faults` holds every fault; the text tells the first few."""

    def __init__(self, faults: Sequence[Fault], total: int | None = None) -> None:
        self.faults = list(faults)
        self.total = max(total or 0, sum(1 + fault.more for fault in self.faults))
        lines = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if self.total > SHOWN_FAULTS:
            lines.append(f"... and {self.total - SHOWN_FAULTS:,} more.")
        super().__init__("\n".join(lines))


class MissingError(MarqueeError):
    """A table, draft, option or file that is not there."""


class ConflictError(MarqueeError):
    """Someone else changed it first."""


class RightsError(MarqueeError):
    """The role of the person acting does not allow it."""


class GateError(MarqueeError):
    """A rule stands in the way of this step."""

    exit_code = 1


class WriterError(MarqueeError):
    """A chat model or its service failed."""

    exit_code = 1


class QuotaError(WriterError):
    """The service will answer no further request until someone pays or waits; the batch stops."""
