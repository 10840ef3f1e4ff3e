"""Many trends on one grid of dates: checked, scaled as Prophet scales each, and told apart by their known dates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError
from marketing.trends.prophet.design import NEVER, Bools, Columns, Floats, History, Ints, history, microseconds
from marketing.trends.prophet.options import Options, Regressor


@dataclass
class Panel:
    """n trends on T dates, ready to be fitted.

    values (n, T) scaled to (y − floor) / scale, 0 where unknown; known (n, T). start, span (n,) microseconds;
    changes (n, S) dates in microseconds, NEVER where a trend has fewer; seasons (n, number of seasons).
    pattern (n,): trends with the same known dates share a number. regressors (n or 1, T, r) standardised per trend
    by mean and deviation (n, r). failures: row -> why it is left out; such rows have no known value.
    """

    dates: pd.DatetimeIndex
    at: Ints
    values: Floats
    known: Bools
    floor: Floats
    scale: Floats
    start: Ints
    span: Ints
    changes: Ints
    seasons: Bools
    pattern: NDArray[np.int_]
    regressors: Floats
    mean: Floats
    deviation: Floats
    failures: dict[int, str]

    @property
    def counts(self) -> NDArray[np.int_]:
        """How many values each trend has."""
        return np.asarray(self.known.sum(1))

    def time(self, rows: NDArray[np.int_], at: Ints) -> Floats:
        """Prophet's t of `rows` on the dates `at` (microseconds): 0 on a trend's first day and 1 on its last."""
        return np.asarray((at - self.start[rows, None]) / self.span[rows, None])


def checked_dates(dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The dates, or an InputError where they are not naive, known, in order and each there once."""
    if not isinstance(dates, pd.DatetimeIndex):
        raise InputError("Dates must be a pandas DatetimeIndex. Make one with pd.DatetimeIndex(pd.to_datetime(...)).")
    if dates.tz is not None:
        raise InputError(
            "Dates carry a time zone, which Prophet does not take. Remove it with dates.tz_localize(None)."
        )
    if dates.hasnans:
        raise InputError("A date is missing. Take its row out, or fill it in.")
    if dates.has_duplicates:
        twice = dates[dates.duplicated()][0]
        raise InputError(f"{twice:%Y-%m-%d %H:%M} is there more than once. Add its values up, or keep one.")
    if not dates.is_monotonic_increasing:
        raise InputError("Dates are out of order. Sort dates and values by date.")
    return dates


def panel(
    dates: pd.DatetimeIndex, values: Floats, options: Options, columns: Columns, regressors: Floats | None
) -> Panel:
    """Check and scale n trends. Trends that cannot be fitted are named in `failures`, never raised."""
    checked_dates(dates)
    values = np.asarray(values, float)
    if values.ndim != 2 or values.shape[1] != len(dates):
        raise InputError(
            f"Values have shape {values.shape}; give one row a trend and {len(dates)} columns, one a date."
        )
    at = microseconds(dates)
    extra = checked_regressors(regressors, len(values), len(dates), columns)
    known = ~np.isnan(values)
    failures = _unfit(values, known, extra)
    known[list(failures)] = False
    pattern, histories = _histories(at, known, options, columns, failures)
    known[list(failures)] = False
    floor, scale = _scales(values, known, options)
    every = [histories[p] for p in pattern]
    made = Panel(
        dates=dates,
        at=at,
        values=np.where(known, (np.where(known, values, 0) - floor[:, None]) / scale[:, None], 0),
        known=known,
        floor=floor,
        scale=scale,
        start=np.array([one.start if one else 0 for one in every], np.int64),
        span=np.array([one.span if one else 1 for one in every], np.int64),
        changes=_padded([one.changes if one else np.zeros(0, np.int64) for one in every]),
        seasons=np.array([one.seasons if one else (False,) * len(columns.seasons) for one in every], bool),
        pattern=pattern,
        regressors=extra,
        mean=np.zeros((len(values), extra.shape[2])),
        deviation=np.ones((len(values), extra.shape[2])),
        failures=failures,
    )
    for r, regressor in enumerate(options.regressors):
        made.mean[:, r], made.deviation[:, r] = _standard(extra[:, :, r], known, regressor)
    return made


def checked_regressors(given: Floats | None, n: int, length: int, columns: Columns) -> Floats:
    """Regressors as (n or 1, length, r). Raises InputError for another shape."""
    wanted = len(columns.regressors)
    if given is None and not wanted:
        return np.zeros((1, length, 0))
    if given is None:
        raise InputError(
            f"No values for the regressors {', '.join(columns.regressors)}. Give an array (dates, {wanted})."
        )
    array = np.asarray(given, float)
    array = array[None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[0] not in {1, n} or array.shape[1:] != (length, wanted):
        raise InputError(
            f"Regressors have shape {np.shape(given)}; give ({length}, {wanted}) or ({n}, {length}, {wanted})."
        )
    return array


def _unfit(values: Floats, known: Bools, regressors: Floats) -> dict[int, str]:
    """Trends whose values Prophet refuses."""
    reasons = {}
    for row in np.flatnonzero(np.isinf(values).any(1)):
        reasons[int(row)] = "It holds an infinite value. Replace it, or leave it empty."
    gaps = known & ~np.isfinite(regressors).all(2)
    for row in np.flatnonzero(gaps.any(1)):
        reasons.setdefault(int(row), "A regressor has no value on a day that has one. Fill it in.")
    return reasons


def _histories(
    at: Ints, known: Bools, options: Options, columns: Columns, failures: dict[int, str]
) -> tuple[NDArray[np.int_], list[History | None]]:
    """For each trend the number of its set of known dates, and what each set makes of a trend."""
    packed = np.packbits(known, axis=1)
    keys = packed.view([("", packed.dtype)] * packed.shape[1])[:, 0] if packed.shape[1] else packed[:, 0]
    _, first, pattern = np.unique(keys, return_index=True, return_inverse=True)
    histories: list[History | None] = []
    for number, row in enumerate(first):
        try:
            histories.append(history(at, known[row], options, columns.seasons))
        except InputError as error:
            histories.append(None)
            for member in np.flatnonzero(pattern == number):
                failures.setdefault(int(member), str(error))
    return pattern, histories


def _scales(values: Floats, known: Bools, options: Options) -> tuple[Floats, Floats]:
    """Floor and scale of each trend, as Prophet takes them."""
    any_known = known.any(1)
    high = np.where(any_known, np.max(values, axis=1, where=known, initial=-np.inf), 1.0)
    low = np.where(any_known, np.min(values, axis=1, where=known, initial=np.inf), 0.0)
    if options.scaling == "absmax":
        floor, scale = np.zeros(len(values)), np.maximum(np.abs(high), np.abs(low))
    else:
        floor, scale = low, high - low
    return floor, np.where(scale == 0, 1.0, scale)


def _padded(changes: list[Ints]) -> Ints:
    longest = max((len(one) for one in changes), default=0)
    table = np.full((len(changes), longest), NEVER, np.int64)
    for row, one in enumerate(changes):
        table[row, : len(one)] = one
    return table


def _standard(values: Floats, known: Bools, regressor: Regressor) -> tuple[Floats, Floats]:
    """Mean and deviation by which one regressor is standardised in each trend: Prophet's rules on its own rows."""
    n = len(known)
    values = np.broadcast_to(values, known.shape)
    count = np.maximum(known.sum(1), 1)
    held = np.where(known, values, 0.0)
    mean = held.sum(1) / count
    spread = np.where(known, held - mean[:, None], 0.0)
    deviation = np.sqrt((spread**2).sum(1) / np.maximum(count - 1, 1))
    low = np.min(values, axis=1, where=known, initial=np.inf)
    high = np.max(values, axis=1, where=known, initial=-np.inf)
    binary = (low == 0) & (high == 1) & (~known | (values == 0) | (values == 1)).all(1)
    wanted = np.full(n, regressor.standardize is True) if regressor.standardize != "auto" else ~binary
    wanted &= low < high
    return np.where(wanted, mean, 0.0), np.where(wanted, deviation, 1.0)
