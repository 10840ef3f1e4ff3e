"""Prophet for many trends at once: the exact optimum of its own posterior, without Stan.

::

    fitted = fit(dates, values, Options(growth="flat"))  # dates (T,), values (n, T), NaN where there is none
    forecast = fitted.ahead(28)                          # yhat, trend, lower[80], upper[80], ... each (n, 28)
    to_prophet(fitted, 3)                                # one trend as a fitted prophet.Prophet
    forecast.frame(names)                                # a long table with Prophet's ds, trend, yhat

Options, defaults, design matrices and scaling are those of prophet 1.5. Piecewise linear and flat growth with
seasonalities, holidays and regressors are solved exactly for all trends together: where they have the same dates
as one matrix problem, else by a Gram matrix each. Each trend is fitted as if Prophet had been given its own rows
alone. Logistic growth, MCMC and conditional seasonality go to Stan.
"""

from marketing.trends.prophet.components import components
from marketing.trends.prophet.fitted import Fitted, Forecast
from marketing.trends.prophet.fitting import fit
from marketing.trends.prophet.hand_back import to_prophet
from marketing.trends.prophet.options import Options, Regressor, Seasonality

__all__ = ["Fitted", "Forecast", "Options", "Regressor", "Seasonality", "components", "fit", "to_prophet"]
