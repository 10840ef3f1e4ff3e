"""Many trends at once: those with the same dates as one matrix problem, the others by a Gram matrix each."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.prophet.design import NEVER, Floats, columns
from marketing.trends.prophet.fitted import Fitted
from marketing.trends.prophet.options import Options
from marketing.trends.prophet.panel import Panel, panel
from marketing.trends.prophet.posterior import LEAST_SIGMA, LEVEL_SCALE, negative_log_posterior
from marketing.trends.prophet.solver import optimum, taken_apart

Rows = NDArray[np.int_]

ENOUGH = 12  # trends with the same dates from which one matrix problem is cheaper than a Gram matrix each
SHARED_AT_ONCE = 2000
OWN_BYTES = 1 << 26  # of the designs of one batch of trends with dates of their own


def fit(
    dates: pd.DatetimeIndex, values: Floats, options: Options | None = None, regressors: Floats | None = None
) -> Fitted:
    """Fit Prophet to each row of `values` (n, T), NaN where a date has no value.

    regressors: (T, r), or (n, T, r) where trends have their own, in the order of `options.regressors`.
    Raises InputError for dates, shapes or options that cannot be used. A trend that cannot be fitted never stops the
    others: it is named in `Fitted.failures` with its reason, and its numbers are NaN.
    """
    options = options or Options()
    design = columns(options)
    ready = panel(dates, values, options, design, regressors)
    fitted = Fitted.empty(ready, design, options)
    features = design.features(ready.at)
    rest = _constant(fitted, ready)
    for rows in _alike(ready, rest, len(design.regressors) > 0 and len(ready.regressors) > 1):
        _solve(fitted, ready, rows, features, shared=True)
        rest = rest[~np.isin(rest, rows)]
    for rows in _batches(ready, rest, len(design)):
        _solve(fitted, ready, rows, features, shared=False)
    return fitted


def _constant(fitted: Fitted, ready: Panel) -> Rows:
    """Give constant trends what Prophet gives them; return the rows that are still to be solved."""
    rows = np.flatnonzero(ready.known.any(1))
    low = np.min(ready.values[rows], axis=1, where=ready.known[rows], initial=np.inf)
    high = np.max(ready.values[rows], axis=1, where=ready.known[rows], initial=-np.inf)
    flat = rows[low == high]
    count = ready.counts[flat]
    fitted.k[flat], fitted.m[flat] = 0.0, low[low == high]
    fitted.delta[flat], fitted.beta[flat] = 0.0, 0.0
    fitted.sigma[flat], fitted.kkt[flat] = LEAST_SIGMA, 0.0
    fitted.objective[flat] = count * np.log(LEAST_SIGMA) + fitted.m[flat] ** 2 / (2 * LEVEL_SCALE**2)
    return np.asarray(rows[low != high])


def _alike(ready: Panel, rows: Rows, own_regressors: bool) -> Iterator[Rows]:  # noqa: FBT001 - private
    """Sets of trends with the same design, large enough to be solved as one."""
    if own_regressors:
        return
    numbers, counts = np.unique(ready.pattern[rows], return_counts=True)
    for number in numbers[counts >= ENOUGH]:
        members = rows[ready.pattern[rows] == number]
        for begin in range(0, len(members), SHARED_AT_ONCE):
            yield members[begin : begin + SHARED_AT_ONCE]


def _batches(ready: Panel, rows: Rows, width: int) -> Iterator[Rows]:
    """Trends with as many changepoints and the same seasons, near in time, a batch at a time."""
    if not len(rows):
        return
    bends = (ready.changes[rows] != NEVER).sum(1)
    kinds = np.unique(np.column_stack([bends, ready.seasons[rows]]), axis=0, return_inverse=True)[1].ravel()
    per_trend = 8 * len(ready.at) * (2 + width + ready.changes.shape[1])
    size = max(1, OWN_BYTES // per_trend)
    for kind in np.unique(kinds):
        members = rows[kinds == kind]
        members = members[np.argsort(ready.start[members], kind="stable")]
        for begin in range(0, len(members), size):
            yield members[begin : begin + size]


def _solve(fitted: Fitted, ready: Panel, rows: Rows, features: Floats, *, shared: bool) -> None:
    """Solve trends of one kind and write what is found into `fitted`."""
    options, design = fitted.options, fitted.columns
    held = np.flatnonzero(ready.known[rows].any(0))
    window = slice(held[0], held[-1] + 1)
    on = design.used(ready.seasons[rows[0]])
    bends = int((ready.changes[rows[0]] != NEVER).sum())
    members = rows[:1] if shared else rows
    sheet = _sheet(fitted, ready, members, window, features[:, on[on < features.shape[1]]])
    y = ready.values[rows, window]
    penalty = np.concatenate([np.full(2, LEVEL_SCALE**-2.0), design.scales[on] ** -2.0])[
        int(options.growth == "flat") :
    ]
    tau = options.changepoint_prior_scale
    turned = sheet.swapaxes(1, 2)
    gram = taken_apart(turned @ sheet, penalty)

    def residuals(theta: Floats, which: Rows) -> tuple[Floats, Floats]:
        if shared:
            left = (y[which] - theta @ turned[0]) * ready.known[rows[0], window]
            return left @ sheet[0], (left**2).sum(1)
        left = y[which] - (sheet[which] @ theta[:, :, None])[:, :, 0]
        return (turned[which] @ left[:, :, None])[:, :, 0], (left**2).sum(1)

    count = ready.counts[rows].astype(float)
    middle = y.sum(1) / count
    start = ((y - middle[:, None]) ** 2 * ready.known[rows, window]).sum(1) / count
    found = optimum(gram, residuals, count, penalty, tau, start)
    u = len(penalty)
    ridge, delta = found.theta[:, :u], found.theta[:, u:]
    sigma = np.sqrt(found.s)
    fitted.objective[rows] = negative_log_posterior(found.rss, count, sigma, ridge, penalty, delta, tau)
    fitted.kkt[rows], fitted.sigma[rows] = found.kkt, sigma
    linear = options.growth == "linear"
    fitted.k[rows] = ridge[:, 0] if linear else 0.0
    fitted.m[rows] = ridge[:, int(linear)]
    fitted.beta[rows] = 0.0
    fitted.beta[np.ix_(rows, on)] = ridge[:, 1 + int(linear) :]
    fitted.delta[rows] = 0.0
    if linear:
        fitted.delta[rows, :bends] = delta[:, :bends]
    if (
        linear and not bends and delta.shape[1]
    ):  # Prophet's stand-in for no changepoints: one at the start, folded into the slope
        fitted.k[rows] += delta[:, 0]


def _sheet(fitted: Fitted, ready: Panel, rows: Rows, window: slice, waves: Floats) -> Floats:
    """The designs (rows, dates, P) of trends of one kind: slope, level, regression, hinges; 0 on unknown dates."""
    t = ready.time(rows, ready.at[window])
    known = ready.known[rows, window]
    linear = fitted.options.growth == "linear"
    changes = ready.changes[rows]
    changes = changes[:, (changes != NEVER).all(0)]
    bends = max(changes.shape[1], 1) if linear else 0
    extra = ready.regressors.shape[2]
    first = 1 + int(linear)
    sheet = np.empty((*t.shape, first + waves.shape[1] + extra + bends))
    if linear:
        sheet[:, :, 0] = t
    sheet[:, :, first - 1] = 1.0
    sheet[:, :, first : first + waves.shape[1]] = waves[window]
    if extra:
        given = ready.regressors if len(ready.regressors) == 1 else ready.regressors[rows]
        standard = (given[:, window] - ready.mean[rows, None]) / ready.deviation[rows, None]
        sheet[:, :, first + waves.shape[1] : first + waves.shape[1] + extra] = np.where(known[:, :, None], standard, 0)
    if linear and changes.shape[1]:
        when = (changes - ready.start[rows, None]) / ready.span[rows, None]
        np.maximum(t[:, :, None] - when[:, None, :], 0, out=sheet[:, :, -bends:])
    elif linear:
        sheet[:, :, -1] = t
    sheet *= known[:, :, None]
    return sheet
