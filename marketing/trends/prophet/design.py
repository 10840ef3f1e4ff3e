"""Prophet's design: the columns of its regression and, for each trend, time, changepoints and seasons of its own.

Everything a trend gets depends on its own rows only, as if Prophet had been given nothing else. Waves and holidays
depend on the date alone, so that one table over all dates serves every trend.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError
from marketing.trends.prophet.options import BUILT_IN, Mode, Options

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAY = 86_400_000_000  # microseconds
PERIODS = {"yearly": 365.25, "weekly": 7.0, "daily": 1.0}
ORDERS = {"yearly": 10, "weekly": 3, "daily": 4}  # pairs of waves that Prophet takes for "auto" and True
NEVER = np.iinfo(np.int64).max  # the date of a changepoint that is not there


def microseconds(dates: pd.DatetimeIndex) -> Ints:
    """Dates as whole microseconds since 1970."""
    return dates.as_unit("us").asi8


@dataclass(frozen=True)
class Season:
    """Waves of one period."""

    name: str
    period: float
    order: int
    scale: float
    mode: Mode


@dataclass(frozen=True)
class Columns:
    """The columns of the regression in Prophet's order: waves, holidays, regressors."""

    names: tuple[str, ...]
    components: tuple[str, ...]
    scales: Floats
    multiplicative: Bools
    seasons: tuple[Season, ...]
    holidays: dict[str, Ints]  # column -> days since 1970 on which it is 1
    regressors: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def used(self, seasons: Bools) -> NDArray[np.int_]:
        """The columns of a trend with these of the seasons on."""
        off = {season.name for season, on in zip(self.seasons, seasons, strict=True) if not on}
        return np.array([i for i, component in enumerate(self.components) if component not in off], int)

    def features(self, dates: Ints) -> Floats:
        """The columns of waves and holidays on `dates`, one row each."""
        parts = [fourier(dates, season.period, season.order) for season in self.seasons]
        days = dates // DAY
        parts += [np.isin(days, on).astype(float)[:, None] for on in self.holidays.values()]
        return np.hstack(parts) if parts else np.zeros((len(dates), 0))


def fourier(dates: Ints, period: float, order: int) -> Floats:
    """Sine and cosine of 1 to `order` turns in `period` days, in turn, as `Prophet.fourier_series`."""
    turned = np.pi * 2 * (dates / DAY)
    angles = (np.arange(1, order + 1) / period) * turned[:, None]
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(len(dates), 2 * order)


def columns(options: Options) -> Columns:
    """Every column that some trend may need; a trend without a season leaves its columns at 0."""
    seasons = _seasons(options)
    names = [f"{s.name}_delim_{i + 1}" for s in seasons for i in range(2 * s.order)]
    scales = [s.scale for s in seasons for _ in range(2 * s.order)]
    modes: list[Mode] = [s.mode for s in seasons for _ in range(2 * s.order)]
    holidays, holiday_scales = _holidays(options)
    names += list(holidays)
    scales += holiday_scales
    modes += [options.holidays_mode or options.seasonality_mode] * len(holidays)
    for regressor in options.regressors:
        names.append(regressor.name)
        scales.append(regressor.prior_scale or options.holidays_prior_scale)
        modes.append(regressor.mode or options.seasonality_mode)
    return Columns(
        names=tuple(names),
        components=tuple(name.split("_delim_")[0] for name in names),
        scales=np.array(scales, float),
        multiplicative=np.array([mode == "multiplicative" for mode in modes], bool),
        seasons=seasons,
        holidays=holidays,
        regressors=tuple(regressor.name for regressor in options.regressors),
    )


def _seasons(options: Options) -> tuple[Season, ...]:
    found = {
        own.name: Season(
            own.name,
            own.period,
            own.fourier_order,
            own.prior_scale or options.seasonality_prior_scale,
            own.mode or options.seasonality_mode,
        )
        for own in options.seasonalities
    }
    for name in BUILT_IN:
        asked = getattr(options, f"{name}_seasonality")
        order = ORDERS[name] if isinstance(asked, str) or asked is True else int(asked)
        if order and not (asked == "auto" and name in found):
            found[name] = Season(name, PERIODS[name], order, options.seasonality_prior_scale, options.seasonality_mode)
    return tuple(found.values())


def _holidays(options: Options) -> tuple[dict[str, Ints], list[float]]:
    table = options.holidays
    if table is None or table.empty:
        return {}, []
    on: dict[str, list[int]] = {}
    scales: dict[str, float] = {}
    days = microseconds(pd.DatetimeIndex(pd.to_datetime(table["ds"]))) // DAY
    for row, day in zip(table.to_dict("records"), days, strict=True):
        scale = row.get("prior_scale", np.nan)
        for offset in range(_window(row, "lower_window"), _window(row, "upper_window") + 1):
            name = f"{row['holiday']}_delim_{'+' if offset >= 0 else '-'}{abs(offset)}"
            on.setdefault(name, []).append(int(day) + offset)
            scales[name] = options.holidays_prior_scale if np.isnan(scale) else float(scale)
    return {name: np.array(on[name]) for name in sorted(on)}, [scales[name] for name in sorted(on)]


def _window(row: Mapping[Hashable, Any], name: str) -> int:
    value = row.get(name, 0)
    return 0 if pd.isna(value) else int(value)


@dataclass(frozen=True)
class History:
    """What a set of known dates makes of a trend.

    at: rows of the date grid that have a value. start, span: microseconds, so that t = (date − start) / span.
    changes: dates of the changepoints, in microseconds, in order; empty for none. seasons: which of the columns'
    seasons are on.
    """

    at: Ints
    start: int
    span: int
    changes: Ints
    seasons: tuple[bool, ...]


def history(dates: Ints, known: Bools, options: Options, seasons: Sequence[Season]) -> History:
    """What Prophet makes of the rows of `dates` where `known`. Raises InputError where Prophet refuses them."""
    at = np.flatnonzero(known)
    if len(at) < 2:
        raise InputError(f"It has {len(at)} known values. Give at least 2.")
    own = dates[at]
    on = tuple(_is_on(season.name, own, options) for season in seasons)
    return History(at, int(own[0]), int(own[-1] - own[0]), _changes(own, options), on)


def _is_on(name: str, own: Ints, options: Options) -> bool:
    built_in = name in BUILT_IN and name not in {season.name for season in options.seasonalities}
    if not built_in or getattr(options, f"{name}_seasonality") != "auto":
        return True
    span, step = int(own[-1] - own[0]), int(np.diff(own).min())
    if name == "yearly":
        return span >= options.yearly_from_days * DAY
    if name == "weekly":
        return span >= 14 * DAY and step < 7 * DAY
    return span >= 2 * DAY and step < DAY


def _changes(own: Ints, options: Options) -> Ints:
    if options.changepoints is not None:
        given = np.sort(microseconds(pd.DatetimeIndex([pd.Timestamp(date) for date in options.changepoints])))
        if len(given) and (given[0] < own[0] or given[-1] > own[-1]):
            raise InputError("A changepoint lies outside its history. Give changepoints within it, or none.")
        return given
    wanted = options.n_changepoints
    if options.points_a_changepoint:
        wanted = min(wanted, len(own) // options.points_a_changepoint)
    early = int(np.floor(len(own) * options.changepoint_range))
    wanted = min(wanted, early - 1)
    if wanted <= 0:
        return np.zeros(0, np.int64)
    places = np.linspace(0, early - 1, wanted + 1).round().astype(int)
    return np.asarray(own[places][1:])
