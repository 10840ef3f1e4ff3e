"""What a fit found, and the curves and forecasts that follow from it."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError
from marketing.trends.prophet import stan
from marketing.trends.prophet.bands import half_widths
from marketing.trends.prophet.design import NEVER, Columns, Floats, Ints, microseconds
from marketing.trends.prophet.options import Options
from marketing.trends.prophet.panel import Panel, checked_dates, checked_regressors

if TYPE_CHECKING:
    from prophet import Prophet

Rows = NDArray[np.int_]
CELLS_AT_ONCE = 1 << 20  # trends times dates of one piece of a curve
LEVELS = (80, 95)


@dataclass(frozen=True)
class Forecast:
    """Forecasts of n trends on h dates, in the units of the values.

    dates: (h,) where all trends share them, else (n, h), as datetime64[us]. yhat, trend (n, h); lower, upper: level in
    percent -> (n, h). additive (n, h) in the units of the values and multiplicative (n, h) as shares of the trend are
    the sums of the parts: yhat = trend (1 + multiplicative) + additive.
    """

    dates: NDArray[np.datetime64]
    yhat: Floats
    trend: Floats
    additive: Floats
    multiplicative: Floats
    lower: dict[int, Floats]
    upper: dict[int, Floats]

    def frame(self, names: Sequence[str] | None = None) -> pd.DataFrame:
        """One row a trend and date: name, then Prophet's ds, trend, yhat and, per level, yhat_lower_80 and so on."""
        n, h = self.yhat.shape
        if names is not None and len(names) != n:
            raise InputError(f"{len(names)} names for {n} trends. Give one name a trend.")
        labels = pd.array(list(names) if names is not None else [str(i) for i in range(n)], dtype="str")
        table = {
            "name": labels.take(np.repeat(np.arange(n), h)),
            "ds": np.broadcast_to(self.dates, (n, h)).ravel(),
            "trend": self.trend.ravel(),
            "yhat": self.yhat.ravel(),
        }
        for level in self.lower:
            table |= {
                f"yhat_lower_{level}": self.lower[level].ravel(),
                f"yhat_upper_{level}": self.upper[level].ravel(),
            }
        return pd.DataFrame(table)


@dataclass
class Fitted:
    """Prophet's parameters for n trends, scaled as Prophet scales them; NaN for a trend in `failures`.

    k, m, sigma (n,); delta (n, S), 0 where a trend has fewer changepoints; beta (n, K) by `columns`, 0 where a trend
    has no such column. objective (n,): −log posterior up to Stan's constants; kkt (n,): see `posterior.kkt_residual`;
    both NaN for what Stan has fitted. by_stan: row -> the Prophet that Stan has fitted; extra: further columns of the
    fit, (n or 1, T) each; seed: of Stan and its draws.
    """

    options: Options
    columns: Columns
    panel: Panel
    k: Floats
    m: Floats
    delta: Floats
    beta: Floats
    sigma: Floats
    objective: Floats
    kkt: Floats
    by_stan: "dict[int, Prophet]" = field(default_factory=dict)
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)
    seed: int = 0

    @classmethod
    def empty(cls, panel: Panel, columns: Columns, options: Options) -> "Fitted":
        """Nothing found yet: all NaN."""
        n = len(panel.known)

        def nothing(*more: int) -> Floats:
            return np.full((n, *more), np.nan)

        return cls(
            options,
            columns,
            panel,
            k=nothing(),
            m=nothing(),
            delta=nothing(panel.changes.shape[1]),
            beta=nothing(len(columns)),
            sigma=nothing(),
            objective=nothing(),
            kkt=nothing(),
        )

    def __len__(self) -> int:
        return len(self.k)

    @property
    def failures(self) -> dict[int, str]:
        """Row -> why it could not be fitted."""
        return self.panel.failures

    @property
    def y_scale(self) -> Floats:
        """(n,): what values were divided by."""
        return self.panel.scale

    @property
    def last(self) -> NDArray[np.datetime64]:
        """(n,): the date of each trend's last value; NaT where it has none."""
        return np.where(self._ok, self.panel.start + self.panel.span, 0).astype("datetime64[us]") + np.where(
            self._ok, np.timedelta64(0, "us"), np.timedelta64("NaT")
        )

    @property
    def _ok(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.k)

    def curve(self) -> Floats:
        """The fitted curve (n, T) on the dates of the fit, also where a trend has no value."""
        return self._on(self.panel.at, self.panel.regressors, self.extra).yhat

    def predict(
        self,
        dates: pd.DatetimeIndex,
        levels: Sequence[int] = LEVELS,
        regressors: Floats | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Forecast:
        """Forecasts on the same `dates` (h,) for every trend; regressors (h, r) or (n, h, r), extra as in `fit`.

        Bands hold the noise and, after a trend's last date, the slope changes to come, as Prophet's do.
        """
        at = microseconds(checked_dates(dates))
        given = checked_regressors(regressors, len(self), len(at), self.columns)
        return self._on(at, given, stan.checked(extra, self.options, len(self), len(at)), levels)

    def ahead(
        self,
        horizon: int,
        levels: Sequence[int] = LEVELS,
        regressors: Floats | None = None,
        freq: str | pd.offsets.BaseOffset | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Forecast:
        """Forecasts on the `horizon` dates after each trend's own last; regressors (horizon, r) or (n, horizon, r).

        freq is the step between dates, found from the dates of the fit if not given.
        """
        if horizon < 1:
            raise InputError(f"The horizon is {horizon}; ask for 1 date or more.")
        step = pd.tseries.frequencies.to_offset(freq) if freq is not None else _step(self.panel.dates)
        ends, which = np.unique(self.panel.start + self.panel.span, return_inverse=True)
        each = [_following(end, horizon, step) for end in ends]
        following = np.array(each, np.int64).reshape(len(ends), horizon)[which]
        given = checked_regressors(regressors, len(self), horizon, self.columns)
        return self._on(following, given, stan.checked(extra, self.options, len(self), horizon), levels)

    def _on(self, at: Ints, regressors: Floats, extra: Mapping[str, Any], levels: Sequence[int] = ()) -> Forecast:
        """Forecasts at `at`, (h,) or (n, h), in microseconds."""
        shape = (len(self), at.shape[-1])
        whole = Forecast(
            dates=at.astype("datetime64[us]"),
            yhat=np.full(shape, np.nan),
            trend=np.full(shape, np.nan),
            additive=np.full(shape, np.nan),
            multiplicative=np.full(shape, np.nan),
            lower={level: np.full(shape, np.nan) for level in levels},
            upper={level: np.full(shape, np.nan) for level in levels},
        )
        features = None if at.ndim == 2 else self.columns.features(at)
        for rows in self._pieces(shape[1]):
            mine = at[rows] if at.ndim == 2 else at
            trend = self._trend(rows, mine)
            additive, multiplicative = self._parts(rows, mine, features, regressors)
            whole.trend[rows], whole.additive[rows], whole.multiplicative[rows] = trend, additive, multiplicative
            whole.yhat[rows] = yhat = trend * (1 + multiplicative) + additive
            if levels:
                widths = self._widths(rows, mine, 1 + multiplicative, levels)
                for level, width in widths.items():
                    whole.lower[level][rows], whole.upper[level][rows] = yhat - width, yhat + width
        for row in self.by_stan:
            self._asked_of_prophet(whole, row, regressors, extra)
        return whole

    def _asked_of_prophet(
        self, whole: Forecast, row: int, regressors: Floats, extra: Mapping[str, NDArray[Any]]
    ) -> None:
        """Write the forecast of a trend that Stan has fitted."""
        dates = pd.DatetimeIndex(whole.dates[row] if whole.dates.ndim == 2 else whole.dates)
        told = stan.predict(self.by_stan[row], self._frame(row, dates, regressors, extra), list(whole.lower), self.seed)
        whole.trend[row], whole.yhat[row] = told["trend"], told["yhat"]
        whole.additive[row], whole.multiplicative[row] = told["additive_terms"], told["multiplicative_terms"]
        for level in whole.lower:
            whole.lower[level][row], whole.upper[level][row] = told[level]

    def history(self, row: int) -> pd.DataFrame:
        """The rows of one trend that have a value, under Prophet's column names."""
        panel, known = self.panel, self.panel.known[row]
        regressors = panel.regressors[min(row, len(panel.regressors) - 1), None][:, known]
        extra = {name: values[min(row, len(values) - 1), None][:, known] for name, values in self.extra.items()}
        values = panel.values[row, known] * panel.scale[row] + panel.floor[row]
        return self._frame(0, panel.dates[known], regressors, extra).assign(y=values)

    def _frame(
        self, row: int, dates: pd.DatetimeIndex, regressors: Floats, extra: Mapping[str, NDArray[Any]]
    ) -> pd.DataFrame:
        own = regressors[min(row, len(regressors) - 1)]
        columns = dict(zip(self.columns.regressors, own.T, strict=True))
        further = {name: values[min(row, len(values) - 1)] for name, values in extra.items()}
        return pd.DataFrame({"ds": dates, **columns, **further})

    def _pieces(self, length: int) -> Iterator[Rows]:
        good = np.setdiff1d(np.flatnonzero(self._ok), list(self.by_stan))
        size = max(1, CELLS_AT_ONCE // max(length, 1))
        return (good[begin : begin + size] for begin in range(0, len(good), size))

    def _trend(self, rows: Rows, at: Ints) -> Floats:
        t = self.panel.time(rows, at if at.ndim == 2 else at[None])
        if self.options.growth == "flat":
            return np.asarray(np.broadcast_to(self._unscaled(self.m[rows, None], rows), t.shape))
        changes = self.panel.changes[rows]
        bends = (changes - self.panel.start[rows, None]) / self.panel.span[rows, None]
        # From which date on each change acts; the changes up to a date add up to a slope and a level.
        acts = np.searchsorted(at, changes) if at.ndim == 1 else np.where(changes == NEVER, at.shape[1], 0)
        slope, level = np.zeros((2, len(rows), at.shape[-1] + 1))
        slope[:, 0], level[:, 0] = self.k[rows], self.m[rows]
        each = np.arange(len(rows))
        for j in range(changes.shape[1]):
            slope[each, acts[:, j]] += self.delta[rows, j]
            level[each, acts[:, j]] -= self.delta[rows, j] * bends[:, j]
        if changes.shape[1]:
            slope, level = np.cumsum(slope, 1), np.cumsum(level, 1)
        else:
            slope, level = slope[:, :1], level[:, :1]
        return self._unscaled(slope[:, : t.shape[1]] * t + level[:, : t.shape[1]], rows)

    def _unscaled(self, trend: Floats, rows: Rows) -> Floats:
        return np.asarray(trend * self.panel.scale[rows, None] + self.panel.floor[rows, None])

    def _parts(self, rows: Rows, at: Ints, features: Floats | None, regressors: Floats) -> tuple[Floats, Floats]:
        """Additive (in the units of the values) and multiplicative sums of waves, holidays and regressors."""
        beta = self.beta[rows]
        if features is None:
            different, which = np.unique(at, return_inverse=True)
            features = self.columns.features(different)[which.reshape(at.shape)]
        given = regressors if len(regressors) == 1 else regressors[rows]
        standard = (given - self.panel.mean[rows, None]) / self.panel.deviation[rows, None]
        sums = []
        for chosen in (~self.columns.multiplicative, self.columns.multiplicative):
            waves = beta[:, : features.shape[-1]] * chosen[: features.shape[-1]]
            own = beta[:, features.shape[-1] :] * chosen[features.shape[-1] :]
            total = waves @ features.T if features.ndim == 2 else (features @ waves[:, :, None])[:, :, 0]
            sums.append(total + (standard @ own[:, :, None])[:, :, 0] if own.shape[1] else total)
        return sums[0] * self.panel.scale[rows, None], sums[1]

    def _widths(self, rows: Rows, at: Ints, factor: Floats, levels: Sequence[int]) -> dict[int, Floats]:
        """Half-widths of the bands (rows, h), in the units of the values."""
        t = self.panel.time(rows, at if at.ndim == 2 else at[None])
        bends = np.maximum((self.panel.changes[rows] != NEVER).sum(1), 1)
        size = np.abs(self.delta[rows]).sum(1) / bends + 1e-8  # Prophet's mean of |delta|
        if self.options.growth == "flat":
            size = np.zeros(len(rows))
        counts = self.panel.counts[rows]
        widths = half_widths(t, bends, counts, size, self.sigma[rows], factor, levels)
        return {level: width * self.panel.scale[rows, None] for level, width in widths.items()}


def _step(dates: pd.DatetimeIndex) -> pd.offsets.BaseOffset:
    """The step of a grid of dates: its calendar frequency, or the distance that most neighbours have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas is to return an offset in place of a string: both do here
        found = pd.infer_freq(dates) if len(dates) > 2 else None
    if found is not None:
        return pd.tseries.frequencies.to_offset(found)
    steps, counts = np.unique(np.diff(microseconds(dates)), return_counts=True)
    if not len(steps) or 2 * counts.max() <= counts.sum():
        raise InputError("The dates have no common step to go on by. Give freq, such as 'D', 'W' or 'MS'.")
    return pd.tseries.frequencies.to_offset(pd.Timedelta(int(steps[counts.argmax()]), unit="us"))


def _following(end: int, horizon: int, step: pd.offsets.BaseOffset) -> Ints:
    """The `horizon` dates of a frequency after a date, as Prophet.make_future_dataframe finds them."""
    last = pd.Timestamp(end, unit="us")
    dates = pd.date_range(last, periods=horizon + 1, freq=step)
    return microseconds(dates[dates > last][:horizon])
