"""How far to trust a forecast, in one word and in a line.

The error that a grade goes by is `off` of table `trends`: the sum of errors at the cutoffs tried, in shares of the sum
of what came.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

from marketing.trends.wording import span

Grade = Literal["close", "fair", "rough", "unknown"]
CLOSE, FAIR = 0.1, 0.25  # off by up to a tenth, by up to a quarter: what plans allow for, and what they can live with
# A skill down to minus this is told as none: what a forecast lost to repeating, on so few cutoffs, is mostly chance.
ALIKE = 0.1
OLD = 28  # days after which "the last four months" would be taken for other ones


@dataclass(frozen=True)
class Record:
    """How forecasts of a trend did on its past: its `off` (a share, NaN unknown) and the first cutoff tried.

    `skill` and `forecaster` are those of its row of `scores`.
    """

    off: float
    cutoff: dt.date
    forecaster: str = ""
    skill: float = math.nan

    @property
    def grade(self) -> Grade:
        """Its grade."""
        return grade(self.off)


def grade(off: float) -> Grade:
    """The grade of a typical error."""
    if math.isnan(off):
        return "unknown"
    return "close" if off <= CLOSE else "fair" if off <= FAIR else "rough"


def lately(cutoff: dt.date, last: dt.date, today: dt.date) -> str:
    """When forecasts were tried, from the first cutoff to the last value: "in the last four months"."""
    return f"in {'the' if (today - last).days <= OLD else 'its'} last {span((last - cutoff).days)}"


def in_words(off: float, cutoff: dt.date | None, last: dt.date, today: dt.date) -> str:
    """A grade in a line: "close: off by 8% on average in the last four months"; "unknown: never tried on the past"."""
    if cutoff is None or math.isnan(off):
        return "unknown: too little history to try it on"
    return f"{grade(off)}: off by {off:.0%} on average {lately(cutoff, last, today)}"
