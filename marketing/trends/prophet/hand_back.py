"""From a fit of ours to a fitted `prophet.Prophet`: plots, components, JSON and all else that Prophet offers."""

from typing import TYPE_CHECKING, Any

import numpy as np

from marketing.errors import InputError
from marketing.trends.prophet.design import NEVER
from marketing.trends.prophet.fitted import Fitted
from marketing.trends.prophet.options import BUILT_IN
from marketing.trends.prophet.stan import quiet, unfitted

if TYPE_CHECKING:
    from prophet import Prophet


def to_prophet(fitted: Fitted, row: int, **arguments: Any) -> "Prophet":
    """One trend as a fitted `prophet.Prophet`: its predict, plots, components and JSON work as after its own fit.

    arguments are those of Prophet that a fit does not depend on: interval_width, uncertainty_samples. Costs what
    Prophet's preparing costs, 0.05 to 0.1 CPU seconds. Raises InputError for a trend that could not be fitted.
    """
    if row in fitted.failures:
        raise InputError(f"Trend {row} was not fitted. {fitted.failures[row]}")
    if row in fitted.by_stan:
        for name, value in arguments.items():
            setattr(fitted.by_stan[row], name, value)
        return fitted.by_stan[row]
    with quiet():
        prophet = unfitted(fitted.options, **_own_seasons(fitted, row), **_own_changepoints(fitted, row), **arguments)
        inputs = prophet.preprocess(fitted.history(row))
        assert prophet.history is not None  # noqa: S101 - set by preprocess
        names = prophet.make_all_seasonality_features(prophet.history)[0].columns
    weights = dict(zip(fitted.columns.names, fitted.beta[row], strict=True))
    prophet.params = {
        "k": np.array([[fitted.k[row]]]),
        "m": np.array([[fitted.m[row]]]),
        "delta": np.pad(fitted.delta[row], (0, inputs.S))[None, : inputs.S],
        "beta": np.array([[weights.get(name, 0.0) for name in names]]),
        "sigma_obs": np.array([[fitted.sigma[row]]]),
    }
    return prophet


def _own_seasons(fitted: Fitted, row: int) -> dict[str, Any]:
    """The built-in seasons that this trend has, said outright: our rule for yearly is not always Prophet's."""
    own = {season.name for season in fitted.options.seasonalities}
    orders = {
        season.name: season.order
        for season, on in zip(fitted.columns.seasons, fitted.panel.seasons[row], strict=True)
        if on
    }
    return {
        f"{name}_seasonality": getattr(fitted.options, f"{name}_seasonality")
        if name in own
        else orders.get(name, False)
        for name in BUILT_IN
    }


def _own_changepoints(fitted: Fitted, row: int) -> dict[str, int]:
    if fitted.options.changepoints is not None:
        return {}
    return {"n_changepoints": int((fitted.panel.changes[row] != NEVER).sum())}
