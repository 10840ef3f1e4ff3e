"""Many trends at once: those with the same dates as one matrix problem, the others by a Gram matrix each."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError
from marketing.trends.prophet import multiplicative, stan
from marketing.trends.prophet.design import NEVER, Floats, columns
from marketing.trends.prophet.fitted import Fitted
from marketing.trends.prophet.gram import Gram, taken_apart, taken_apart_finely
from marketing.trends.prophet.options import Options
from marketing.trends.prophet.panel import Panel, panel
from marketing.trends.prophet.posterior import LEAST_SIGMA, LEVEL_SCALE, negative_log_posterior
from marketing.trends.prophet.sheets import Sheet, sheet
from marketing.trends.prophet.solver import Optimum, Request, optimum

Rows = NDArray[np.int_]

ENOUGH = 12  # trends with the same dates from which one matrix problem is cheaper than a Gram matrix each
SHARED_AT_ONCE = 2000
OWN_BYTES = 1 << 26  # of the designs of one batch of trends with dates of their own


def fit(
    dates: pd.DatetimeIndex,
    values: Floats,
    options: Options | None = None,
    regressors: Floats | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Fitted:
    """Fit Prophet to each row of `values` (n, T), NaN where a date has no value.

    regressors: (T, r), or (n, T, r) where trends have their own, in the order of `options.regressors`.
    extra: what logistic growth (cap, floor) and conditional seasonalities (their conditions) need, an array (T,) or
    (n, T) each. Those and MCMC are fitted by Stan, one trend at a time, with `seed`; all else exactly and together.
    Raises InputError for dates, shapes or options that cannot be used. A trend that cannot be fitted never stops the
    others: it is named in `Fitted.failures` with its reason, and its numbers are NaN.
    """
    options = options or Options()
    design = columns(options)
    ready = panel(dates, values, options, design, regressors)
    fitted = Fitted.empty(ready, design, options)
    fitted.extra, fitted.seed = stan.checked(extra, options, len(ready.known), len(ready.at)), seed
    if not options.solved_here:
        _by_stan(fitted)
        return fitted
    features = design.features(ready.at)
    rest = _constant(fitted, ready)
    for rows in _alike(ready, rest, separate=len(ready.regressors) > 1 or bool(design.multiplicative.any())):
        _write(fitted, *_solved(sheet(ready, rows, design, options, features, shared=True), options))
        rest = rest[~np.isin(rest, rows)]
    for rows in _batches(ready, rest, len(design)):
        _write(fitted, *_solved(sheet(ready, rows, design, options, features, shared=False), options))
    return fitted


def _by_stan(fitted: Fitted) -> None:
    """Have every trend fitted by Stan; its Prophet goes into `by_stan`, the means of its parameters beside ours."""
    places = {name: i for i, name in enumerate(fitted.columns.names)}
    for row in map(int, np.flatnonzero(fitted.panel.known.any(1))):
        try:
            fitted.by_stan[row] = prophet = stan.fit(fitted.options, fitted.history(row), fitted.seed)
        except InputError as error:
            fitted.failures[row] = str(error)
            continue
        found, weights = stan.means(prophet)
        fitted.k[row], fitted.m[row], fitted.sigma[row] = found["k"][0], found["m"][0], found["sigma_obs"][0]
        bends = int((fitted.panel.changes[row] != NEVER).sum())
        fitted.delta[row], fitted.beta[row] = 0.0, 0.0
        fitted.delta[row, :bends] = found["delta"][:bends]
        for name, weight in weights.items():
            if name in places:  # not Prophet's stand-in for no columns
                fitted.beta[row, places[name]] = weight


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


def _alike(ready: Panel, rows: Rows, *, separate: bool) -> Iterator[Rows]:
    """Sets of trends with the same design, large enough to be solved as one; none if each has its own anyway."""
    if separate:
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


def _solved(one: Sheet, options: Options) -> tuple[Sheet, Optimum]:
    return one, (_multiplied(one, options) if one.multiplied.any() else _added(one, options))


def _added(one: Sheet, options: Options) -> Optimum:
    """The optimum where all terms are added."""
    designs, turned, y = one.designs, one.designs.swapaxes(1, 2), one.y
    shared = len(designs) < len(y)

    def residuals(theta: Floats, which: Rows) -> tuple[Floats, Floats]:
        if shared:
            left = (y[which] - theta @ turned[0]) * one.known[0]
            return left @ designs[0], (left**2).sum(1)
        own = designs if len(which) == len(designs) else designs[which]
        left = y[which] - (own @ theta[:, :, None])[:, :, 0]
        return (own.swapaxes(1, 2) @ left[:, :, None])[:, :, 0], (left**2).sum(1)

    middle = one.y.sum(1) / one.count
    spread = ((y - middle[:, None]) ** 2 * one.known).sum(1) / one.count

    def fine(which: Rows) -> Gram:
        return taken_apart_finely(designs if shared else designs[which], one.penalty)

    asked = Request(residuals, one.count, one.penalty, options.changepoint_prior_scale, fine)
    return optimum(asked, taken_apart(turned @ designs, one.penalty), spread)


def _multiplied(one: Sheet, options: Options) -> Optimum:
    """The optimum where some terms multiply the trend."""
    return multiplicative.optimum(
        multiplicative.Problem(
            sheet=one.designs,
            y=one.y,
            trend=one.trend,
            multiplied=one.multiplied,
            count=one.count,
            penalty=one.penalty,
            tau=options.changepoint_prior_scale,
            sloped=options.growth == "linear",
        )
    )


def _write(fitted: Fitted, one: Sheet, found: Optimum) -> None:
    """Put what was found under Prophet's names."""
    rows, u, linear = one.rows, len(one.penalty), fitted.options.growth == "linear"
    ridge, delta = found.theta[:, :u], found.theta[:, u:]
    sigma, tau = np.sqrt(found.s), fitted.options.changepoint_prior_scale
    fitted.objective[rows] = negative_log_posterior(found.rss, one.count, sigma, ridge, one.penalty, delta, tau)
    fitted.kkt[rows], fitted.sigma[rows] = found.kkt, sigma
    fitted.k[rows] = ridge[:, 0] if linear else 0.0
    fitted.m[rows] = ridge[:, int(linear)]
    fitted.beta[rows], fitted.delta[rows] = 0.0, 0.0
    fitted.beta[np.ix_(rows, one.columns)] = ridge[:, 1 + int(linear) :]
    if one.bends:
        fitted.delta[rows, : one.bends] = delta
    elif linear:  # Prophet folds its stand-in for no changepoints into the slope
        fitted.k[rows] += delta[:, 0]
