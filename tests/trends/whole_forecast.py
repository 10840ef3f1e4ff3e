"""Trends forecast from end to end in this process, as the forecast job does for a workspace."""

from collections.abc import Mapping

import pandas as pd

from marketing.trends import fits
from marketing.trends.events import learn, moves, set_aside
from marketing.trends.events.event_effects import event_effects
from marketing.trends.forecasts import finish
from marketing.trends.panels import panels


def forecast_trends(
    trends: pd.DataFrame, events: pd.DataFrame, *, horizon: int | Mapping[str, int], forecaster: str = "blend"
) -> dict[str, pd.DataFrame]:
    """Continue each trend `horizon` periods from the one after its last, and score the forecaster on its past.

    Args:
        trends: A gathered table of trends that can be forecast (:mod:`marketing.trends.states`).
        events: The events table, or an empty one.
        horizon: Periods ahead, for all frequencies or by frequency.
        forecaster: One of the forecasters' folder. Its members and the yardstick are scored with it, and what is
            built of others is combined from their fits, so nothing is fitted twice.

    Returns:
        The tables of `finish`, and `event_effects`.

    Raises:
        MissingError: there is no such forecaster.
    """
    gathered = [set_aside(panel, events) for panel in panels(trends)]
    periods = [horizon if isinstance(horizon, int) else horizon[panel.frequency.code] for panel in gathered]
    learned = learn(gathered, events, horizon=max(periods, default=1))
    fitted = []
    for panel, ahead in zip(gathered, periods, strict=True):
        moved = moves(panel, learned, ahead, fits.origins(panel, ahead))
        fitted.append(fits.fit(panel, moved, ahead, forecaster))
    made = finish(gathered, fitted, forecaster=forecaster)
    effects = [
        event_effects(panel, learned, ahead, made["forecasts"]) for panel, ahead in zip(gathered, periods, strict=True)
    ]
    return {**made, "event_effects": pd.concat(effects, ignore_index=True)}
