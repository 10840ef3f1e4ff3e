"""What is not solved here goes to Stan, one trend at a time, through Prophet's own fit and predict."""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError
from marketing.trends.prophet.design import Floats
from marketing.trends.prophet.options import BUILT_IN, Options

if TYPE_CHECKING:
    from prophet import Prophet


def needed(options: Options) -> list[str]:
    """The further columns that these options ask for: cap for logistic growth, conditions of seasonalities."""
    conditions = [season.condition_name for season in options.seasonalities if season.condition_name]
    return (["cap"] if options.growth == "logistic" else []) + list(dict.fromkeys(conditions))


def checked(extra: Mapping[str, Any] | None, options: Options, n: int, length: int) -> dict[str, NDArray[Any]]:
    """Further columns as (n or 1, length); floor may be among them. Raises InputError for missing or misshapen ones."""
    given = {name: np.atleast_2d(np.asarray(values)) for name, values in (extra or {}).items()}
    wanted = needed(options)
    faults = [f"{name} is missing." for name in wanted if name not in given]
    faults += [f"{name} is not asked for by these options." for name in given if name not in {*wanted, "floor"}]
    faults += [
        f"{name} has shape {values.shape}."
        for name, values in given.items()
        if values.shape not in {(1, length), (n, length)}
    ]
    if faults:
        raise InputError(f"{' '.join(faults)} Give `extra` one array ({length},) or ({n}, {length}) a column.")
    return given


def unfitted(options: Options, **others: Any) -> "Prophet":
    """A Prophet with these options, `others` in place of its arguments; seasonalities and regressors added."""
    from prophet import Prophet

    arguments: dict[str, Any] = {
        "growth": options.growth,
        "changepoints": None if options.changepoints is None else list(options.changepoints),
        "n_changepoints": options.n_changepoints,
        "changepoint_range": options.changepoint_range,
        **{f"{name}_seasonality": getattr(options, f"{name}_seasonality") for name in BUILT_IN},
        "holidays": None if options.holidays is None else options.holidays.copy(),
        "seasonality_mode": options.seasonality_mode,
        "seasonality_prior_scale": options.seasonality_prior_scale,
        "holidays_prior_scale": options.holidays_prior_scale,
        "changepoint_prior_scale": options.changepoint_prior_scale,
        "mcmc_samples": options.mcmc_samples,
        "scaling": options.scaling,
        "holidays_mode": options.holidays_mode,
    }
    prophet = Prophet(**(arguments | others))
    for own in options.seasonalities:
        prophet.add_seasonality(own.name, own.period, own.fourier_order, own.prior_scale, own.mode, own.condition_name)
    for regressor in options.regressors:
        prophet.add_regressor(regressor.name, regressor.prior_scale, regressor.standardize, regressor.mode)
    return prophet


def fit(options: Options, history: pd.DataFrame, seed: int) -> "Prophet":
    """Prophet's own fit of one trend. Raises InputError where Prophet or Stan refuse it."""
    with quiet():
        prophet = unfitted(options)
        try:
            prophet.fit(history, seed=seed, **({"show_progress": False} if options.mcmc_samples else {}))
        except (ValueError, RuntimeError) as error:
            raise InputError(f"Prophet refuses it: {str(error).splitlines()[0]}") from error
        if prophet.stan_backend is not None:
            prophet.stan_backend.cleanup()  # else Stan's files stay until the process ends
    return prophet


def means(prophet: "Prophet") -> tuple[dict[str, Floats], dict[str, float]]:
    """The means over draws of k, m, sigma_obs and delta, each (1 or more,), and of beta by column."""
    draws = {name: np.asarray(prophet.params[name]) for name in ("k", "m", "sigma_obs", "delta", "beta")}
    found = {name: values.reshape(len(draws["k"]), -1).mean(0) for name, values in draws.items()}
    assert prophet.history is not None  # noqa: S101 - fitted
    with quiet():
        names = prophet.make_all_seasonality_features(prophet.history)[0].columns
    return found, dict(zip(names, found["beta"], strict=True))


def predict(prophet: "Prophet", frame: pd.DataFrame, levels: Sequence[int], seed: int) -> dict[str | int, Floats]:
    """Prophet's own trend, yhat, additive_terms, multiplicative_terms (h,); quantiles of its draws (2, h) by level."""
    drawn, prophet.uncertainty_samples = prophet.uncertainty_samples, 0
    with quiet(), _seeded(seed):
        try:
            found = prophet.predict(frame)
        finally:
            prophet.uncertainty_samples = drawn
        told: dict[str | int, Floats] = {
            name: found[name].to_numpy(float) for name in ("trend", "yhat", "additive_terms", "multiplicative_terms")
        }
        if levels:
            draws = prophet.predictive_samples(frame)["yhat"]
            told |= {level: np.percentile(draws, [50 - level / 2, 50 + level / 2], axis=1) for level in levels}
    return told


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Prophet draws from NumPy's global state: seed it, and leave it as it was."""
    before = np.random.get_state()  # noqa: NPY002 - Prophet's own source of draws
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Prophet's and Stan's progress out of the terminal; failures are raised, not logged."""
    from cmdstanpy import disable_logging

    logger = logging.getLogger("prophet")
    level = logger.level
    with disable_logging(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="prophet")  # what pandas deprecates in Prophet's own code
        logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            logger.setLevel(level)
