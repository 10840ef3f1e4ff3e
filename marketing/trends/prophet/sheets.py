"""The designs of trends of one kind: as many changepoints, the same seasons, perhaps the same dates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.trends.prophet.design import NEVER, Bools, Columns, Floats
from marketing.trends.prophet.options import Options
from marketing.trends.prophet.panel import Panel
from marketing.trends.prophet.posterior import LEVEL_SCALE

Rows = NDArray[np.int_]


@dataclass
class Sheet:
    """Designs (n or 1, dates, P): slope (linear growth only), level, regression, hinges; 0 on unknown dates.

    One design stands for all rows where they are the same. y (n, dates), 0 where unknown; known (n or 1, dates).
    columns: which columns of the regression are in it. bends: changepoints, 0 for none though the sheet then holds
    Prophet's stand-in, a hinge at the start. penalty (u,): prior precisions of all columns but the hinges.
    trend, multiplied (P,): columns that make the trend, and that multiply it.
    """

    rows: Rows
    designs: Floats
    y: Floats
    known: Bools
    count: Floats
    columns: Rows
    bends: int
    penalty: Floats
    trend: Bools
    multiplied: Bools


def sheet(ready: Panel, rows: Rows, columns: Columns, options: Options, features: Floats, *, shared: bool) -> Sheet:
    """Lay out trends of one kind. features (T, waves and holidays) are those of every date of the panel."""
    held = np.flatnonzero(ready.known[rows].any(0))
    window = slice(held[0], held[-1] + 1)
    members = rows[:1] if shared else rows
    on = columns.used(ready.seasons[rows[0]])
    bends = int((ready.changes[rows[0]] != NEVER).sum()) if options.growth == "linear" else 0
    known = ready.known[members, window]
    base = [ready.time(members, ready.at[window])] if options.growth == "linear" else []
    level = np.ones((*known.shape, 1))
    waves = np.broadcast_to(
        features[window, on[on < features.shape[1]]], (*known.shape, (on < features.shape[1]).sum())
    )
    parts = [*(t[:, :, None] for t in base), level, waves, _regressors(ready, members, window, known)]
    parts += [_hinges(ready, members, base[0], bends)] if base else []
    designs = np.concatenate(parts, axis=2)
    designs *= known[:, :, None]
    precisions = np.concatenate([np.full(len(base) + 1, LEVEL_SCALE**-2.0), columns.scales[on] ** -2.0])
    before, after = np.zeros(len(base) + 1, bool), np.zeros(designs.shape[2] - len(precisions), bool)
    return Sheet(
        rows=rows,
        designs=designs,
        y=ready.values[rows, window],
        known=known,
        count=ready.counts[rows].astype(float),
        columns=on,
        bends=bends,
        penalty=precisions,
        trend=np.concatenate([~before, np.zeros(len(on), bool), ~after]),
        multiplied=np.concatenate([before, columns.multiplicative[on], after]),
    )


def _regressors(ready: Panel, rows: Rows, window: slice, known: Bools) -> Floats:
    given = ready.regressors[:, window] if len(ready.regressors) == 1 else ready.regressors[rows, window]
    standard = (given - ready.mean[rows, None]) / ready.deviation[rows, None]
    return np.where(known[:, :, None], standard, 0.0)


def _hinges(ready: Panel, rows: Rows, t: Floats, bends: int) -> Floats:
    """What each slope change adds from its date on."""
    if not bends:
        return t[:, :, None]
    when = (ready.changes[rows, :bends] - ready.start[rows, None]) / ready.span[rows, None]
    return np.maximum(t[:, :, None] - when[:, None, :], 0)
