"""What may be asked for, by Prophet's own names and with Prophet's own defaults."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from marketing.errors import InputError

Mode = Literal["additive", "multiplicative"]
Seasonal = Literal["auto"] | bool | int
TWO_YEARS = 730.0  # days of history from which Prophet's "auto" takes yearly seasonality
RESERVED = {
    *("trend", "additive_terms", "holidays", "zeros", "extra_regressors_additive", "yhat"),
    *("extra_regressors_multiplicative", "multiplicative_terms", "ds", "y", "cap", "floor", "y_scaled", "cap_scaled"),
}  # names that Prophet keeps for itself, those with _lower and _upper left out
BUILT_IN = ("yearly", "weekly", "daily")


@dataclass(frozen=True)
class Seasonality:
    """A season of one's own, as for `Prophet.add_seasonality`: `period` in days, `fourier_order` pairs of waves."""

    name: str
    period: float
    fourier_order: int
    prior_scale: float | None = None
    mode: Mode | None = None
    condition_name: str | None = None


@dataclass(frozen=True)
class Regressor:
    """A column of one's own, as for `Prophet.add_regressor`; its values come with the call to fit."""

    name: str
    prior_scale: float | None = None
    standardize: Literal["auto"] | bool = "auto"
    mode: Mode | None = None


@dataclass(frozen=True)
class Options:
    """The arguments of `prophet.Prophet`, its added seasonalities and regressors, and two rules of ours.

    `holidays` is a table as Prophet's: holiday, ds and, if wanted, lower_window, upper_window (days) and
    prior_scale. The two rules are applied to each trend by its own history: `yearly_from_days` is how long a
    history must be for "auto" to take yearly seasonality (Prophet's own rule is 730 days), and a trend gets no more
    changepoints than one to every `points_a_changepoint` values (0: Prophet's own rule alone).

    With terms that multiply there can be several optima, above all where a trend passes zero: the one found is one
    of them, and not always Stan's. With scaling "minmax" Prophet's predict multiplies the floor too; so does ours.
    """

    growth: Literal["linear", "flat", "logistic"] = "linear"
    changepoints: Sequence[pd.Timestamp | str] | None = None
    n_changepoints: int = 25
    changepoint_range: float = 0.8
    yearly_seasonality: Seasonal = "auto"
    weekly_seasonality: Seasonal = "auto"
    daily_seasonality: Seasonal = "auto"
    holidays: pd.DataFrame | None = None
    seasonality_mode: Mode = "additive"
    seasonality_prior_scale: float = 10.0
    holidays_prior_scale: float = 10.0
    changepoint_prior_scale: float = 0.05
    mcmc_samples: int = 0
    scaling: Literal["absmax", "minmax"] = "absmax"
    holidays_mode: Mode | None = None
    seasonalities: tuple[Seasonality, ...] = ()
    regressors: tuple[Regressor, ...] = ()
    yearly_from_days: float = TWO_YEARS
    points_a_changepoint: int = 0

    def __post_init__(self) -> None:
        faults = [*self._choices(), *self._amounts(), *self._holidays(), *self._names()]
        if faults:
            raise InputError("These options cannot be used. " + " ".join(faults))

    def _choices(self) -> list[str]:
        allowed = {
            "growth": (self.growth, ("linear", "flat", "logistic")),
            "scaling": (self.scaling, ("absmax", "minmax")),
            "seasonality_mode": (self.seasonality_mode, ("additive", "multiplicative")),
            "holidays_mode": (self.holidays_mode, ("additive", "multiplicative", None)),
        }
        for part in self._own:
            allowed[f"mode of {part.name}"] = (part.mode, ("additive", "multiplicative", None))
        told = {name: ", ".join(str(c) for c in choices) for name, (_, choices) in allowed.items()}
        return [
            f"{name} is {value!r}; choose one of {told[name]}."
            for name, (value, choices) in allowed.items()
            if value not in choices
        ]

    def _amounts(self) -> list[str]:
        above: dict[str, float | None] = {
            "seasonality_prior_scale": self.seasonality_prior_scale,
            "holidays_prior_scale": self.holidays_prior_scale,
            "changepoint_prior_scale": self.changepoint_prior_scale,
        }
        for season in self.seasonalities:
            above |= {
                f"period of {season.name}": season.period,
                f"fourier_order of {season.name}": season.fourier_order,
            }
        above |= {f"prior_scale of {part.name}": part.prior_scale for part in self._own}
        faults = [f"{name} is {value}; give a number above 0." for name, value in above.items() if not _above(value)]
        if not 0 <= self.changepoint_range <= 1:
            faults.append(f"changepoint_range is {self.changepoint_range}; give a share between 0 and 1.")
        if self.n_changepoints < 0:
            faults.append(f"n_changepoints is {self.n_changepoints}; give 0 or more.")
        return faults

    def _holidays(self) -> list[str]:
        table = self.holidays
        if table is None:
            return []
        if not {"holiday", "ds"} <= set(table.columns):
            return ["holidays lacks a column holiday or ds; give both."]
        if table[["holiday", "ds"]].isna().to_numpy().any():
            return ["holidays has empty cells in holiday or ds; fill them or take the rows out."]
        windows = {"lower_window", "upper_window"} & set(table.columns)
        if len(windows) == 1:
            return [f"holidays has {windows.pop()} alone; give both lower_window and upper_window, or neither."]
        if windows and (table["lower_window"].max() > 0 or table["upper_window"].min() < 0):
            return ["holidays has a lower_window above 0 or an upper_window below 0; count days before as negative."]
        return self._holiday_scales(table)

    @staticmethod
    def _holiday_scales(table: pd.DataFrame) -> list[str]:
        if "prior_scale" not in table:
            return []
        mixed = table.groupby("holiday")["prior_scale"].nunique(dropna=False)
        faults = [f"Holiday {name!r} has more than one prior_scale; give one." for name in mixed.index[mixed > 1]]
        return faults + (["holidays has a prior_scale not above 0."] if (table["prior_scale"] <= 0).any() else [])

    def _names(self) -> list[str]:
        holidays = (
            [] if self.holidays is None or "holiday" not in self.holidays else list(self.holidays["holiday"].unique())
        )
        names = [str(h) for h in holidays] + [part.name for part in self._own]
        twice = sorted({name for name in names if names.count(name) > 1})
        built_in = {*BUILT_IN} - {season.name for season in self.seasonalities}
        kept = {*RESERVED, *built_in}
        marked = [n for n in names if "_delim_" in n or n.removesuffix("_lower").removesuffix("_upper") in kept]
        return [f"The name {name!r} is used twice; give each part its own." for name in twice] + [
            f"The name {name!r} is one that Prophet keeps for itself; take another." for name in marked
        ]

    @property
    def _own(self) -> list[Seasonality | Regressor]:
        return [*self.seasonalities, *self.regressors]

    @property
    def solved_here(self) -> bool:
        """Whether the exact solver does this; logistic growth, MCMC and conditional seasonality go to Stan."""
        conditional = any(season.condition_name for season in self.seasonalities)
        return self.growth != "logistic" and not self.mcmc_samples and not conditional


def _above(value: float | None) -> bool:
    return value is None or value > 0
