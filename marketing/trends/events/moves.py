"""What events did to a history and will do to a forecast, on the log scale, as it was known at each origin."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.events.courses import DAYS_IN, FAINT, of_periods
from marketing.trends.panels import Panel

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

EARLY = 12  # periods before its first day in which an event may be felt
CELLS = 2_000_000  # numbers laid out at once
RECENT = 180  # periods that tell how usual events of a kind are; as far back as a band's unit is taken from
MOVED = 5.0  # all events of a day together, on the log scale


@dataclass(frozen=True)
class Moves:
    """The movements of a panel's rows that have events; the others have none and cost nothing.

    `rows` are their numbers in the panel. By origin and row of these: `past` has the movement of each past period
    (origins, m, periods; 0 from the origin on), `ahead` that of each step ahead (origins, m, horizon) and `spread`
    the standard deviation of that. A period with movement x had exp(x) times the audience it would have had.
    """

    rows: Rows
    origins: tuple[int, ...]
    past: Array
    ahead: Array
    spread: Array

    def without(self, panel: Panel, number: int = 0) -> Panel:
        """The panel without what events did to it, as known at the origin of that number; its length is kept."""
        values = panel.values.copy()
        values[self.rows] /= np.exp(self.past[number])
        return replace(panel, values=values)

    def histories(self, panel: Panel) -> Iterator[tuple[Rows, list[int], Panel]]:
        """The panels without events that a forecaster is to continue: rows, numbers of the origins, and the panel.

        Rows whose history reads the same at every origin come in one, at all origins; those with an event that was
        still under way at some, and thus known otherwise then, come once an origin. Panels keep all periods.
        """
        widest = int(np.argmin(self.origins))
        differs = np.zeros(len(self.rows), dtype=bool)
        for origin, past in zip(self.origins, self.past, strict=True):
            both = slice(0, past.shape[1] - origin)  # periods that both know
            differs |= np.any(past[:, both] != self.past[widest][:, both], axis=1)
        moving = self.rows[differs]
        steady = np.setdiff1d(np.arange(len(panel)), moving)
        if len(steady):
            yield steady, list(range(len(self.origins))), _rows(self.without(panel, widest), steady)
        if len(moving):
            for number in range(len(self.origins)):
                yield moving, [number], _rows(self.without(panel, number), moving)

    def under(self, expected: Array) -> Array:
        """Forecasts (origins, n, horizon) of histories without events, with what events should do put under them."""
        made = expected.copy()
        made[:, self.rows] *= np.exp(self.ahead)
        return made

    def doubt(self, count: int) -> Array:
        """`spread` for all `count` rows of the panel (origins, count, horizon), 0 without events."""
        whole = np.zeros((len(self.origins), count, self.ahead.shape[2]))
        whole[:, self.rows] = self.spread
        return whole


def _rows(panel: Panel, rows: Rows) -> Panel:
    """Some rows at full width: :meth:`Panel.take` leaves off empty columns, and the origins count from the end."""
    heads = panel.heads.iloc[rows].reset_index(drop=True)
    return replace(panel, heads=heads, last=panel.last[rows], values=panel.values[rows])


def laid_out(panel: Panel, entries: pd.DataFrame, horizon: int, origins: tuple[int, ...]) -> Moves:
    """The courses of events times their effects, laid over past and future.

    `entries` are those of :func:`marketing.trends.events.felt`. Events err apart from one another, so their doubts add
    up as variances. Bands come from how forecasts erred, and where events of a kind keep coming these errors have
    their doubt already: only what is more than it was on the mean of the last RECENT periods is told.
    """
    width, days = panel.values.shape[1], DAYS_IN[panel.frequency.code]
    rows = np.unique(entries["row"].to_numpy(np.intp))
    whole = np.zeros((len(origins), len(rows), width + horizon))
    doubts, usual = np.zeros((len(origins), len(rows), horizon)), np.zeros((len(origins), len(rows)))
    reach = (entries["length"] + entries["peak"] - np.log(FAINT) * entries["decay"]) / days + 2
    reaches = np.exp2(np.ceil(np.log2(reach.to_numpy(float)))).astype(int)  # few lengths, a block of arithmetic each
    for group, span in _blocks(entries, reaches):
        first = group["step"].to_numpy() + group["cut"].to_numpy()  # periods after the origin's last, which is 0
        steps = np.arange(max(-EARLY, -width - first.max()), min(span, horizon - first.min()) + 1)
        share, faded = courses(group, steps.astype(float), panel.frequency.code)
        number, cut = group["number"].to_numpy()[:, None], group["cut"].to_numpy()[:, None]
        row = np.searchsorted(rows, group["row"].to_numpy())[:, None]
        after = first[:, None] + steps
        column = after + width - 1 - np.where(after <= 0, cut, 0)
        here = (share > 0) & (column >= 0) & (after <= horizon)
        effect = group["effect"].to_numpy()[:, None]
        spots = tuple(np.broadcast_to(part, here.shape)[here] for part in (number, row, column))
        np.add.at(whole, spots, (share * effect)[here])
        sd, shaky = group["sd"].to_numpy()[:, None], group["shaky"].to_numpy()[:, None]
        doubt = share**2 * (sd**2 + (shaky * effect * faded) ** 2)
        coming = here & (after > 0)
        spots = tuple(np.broadcast_to(part, here.shape)[coming] for part in (number, row, after - 1))
        np.add.at(doubts, spots, doubt[coming])
        kin = group["kin"].to_numpy()[:, None]
        before = here & (after <= 0) & (after > -RECENT) & (kin > 0)
        spots = tuple(np.broadcast_to(part, here.shape)[before] for part in (number, row))
        np.add.at(usual, spots, (share**2 * kin**2)[before])
    whole = np.clip(whole, -MOVED, MOVED)
    begun = width - np.where(panel.values > 0, 1, 0).argmax(axis=1)[rows]
    periods = np.clip(begun - np.array(origins, dtype=np.int64)[:, None], 1, RECENT)
    excess = np.maximum(doubts - (usual / periods)[:, :, None], 0.0)
    return Moves(rows, origins, whole[:, :, :width], whole[:, :, width:], np.sqrt(excess))


def _blocks(entries: pd.DataFrame, reaches: NDArray[np.int64]) -> Iterator[tuple[pd.DataFrame, int]]:
    """Entries of one reach at a time, in order of date, and no more of them than CELLS allow."""
    for span in np.unique(reaches):
        group = entries[reaches == span].sort_values("step", kind="stable")
        size = max(CELLS // int(span), 1)
        for start in range(0, len(group), size):
            yield group.iloc[start : start + size], int(span)


def courses(entries: pd.DataFrame, steps: Array, code: str) -> tuple[Array, Array]:
    """Each entry's share of its effect at `steps` from its first period, and the fading times that are over then."""
    names = ("offset", "length", "at", "peak", "decay")
    offset, length, at, peak, decay = (entries[name].to_numpy(float)[:, None] for name in names)
    share = of_periods(steps[None, :], code, offset, length, at, peak, decay)
    return share, np.maximum(steps * DAYS_IN[code] - np.maximum(length, peak), 0) / np.maximum(decay, 0.1)
