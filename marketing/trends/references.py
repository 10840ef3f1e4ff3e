"""How forecasts of public trends have erred: what bands start from where a batch of trends tells too little itself.

`references.toml` has quantiles of the default forecaster's errors by frequency, kind of trend and steps ahead, and for
sums over weeks and months as well. Its header says on which trends they were measured.
"""

import tomllib
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from marketing.trends.forecasters import Array

QUANTILES = (0.025, 0.1, 0.9, 0.975)
EDGES = ("low95", "low80", "high80", "high95")  # what the file calls them
KINDS = ("calm", "usual", "lively", "seldom")
LENGTHS = {"D week": 7, "D month": 30, "W month": 4}  # about how many values a sum is of
CALM, USUAL, LIVELY, SELDOM = range(4)


def reference(name: str, kind: NDArray[np.intp], steps: NDArray[np.int64]) -> Array:
    """Each of QUANTILES of errors in units, (quantiles, slots, n, steps).

    Args:
        name: A frequency's code, or that and what is added up: "D", "D week", "D month", "W", "W month", "M".
        kind: Numbers of KINDS, (slots, n).
        steps: How many periods ahead each one ends, (steps,) or (n, steps).

    Beyond the furthest step that was measured, errors grow with the root of it, as a wandering level's do.
    """
    measured, table = _table(name)
    near = np.log(np.minimum(steps, measured[-1]))
    beyond = np.sqrt(np.maximum(steps / measured[-1], 1.0))
    found = np.empty((len(QUANTILES), *kind.shape, np.shape(steps)[-1]))
    for number in range(len(KINDS)):
        mine = kind == number
        for quantile in range(len(QUANTILES)):
            values = np.interp(near, np.log(measured), table[number, quantile]) * beyond
            found[quantile][mine] = np.broadcast_to(values, found.shape[1:])[mine]
    return found


@cache
def _table(name: str) -> tuple[NDArray[np.int64], Array]:
    """The steps measured, and (kinds, quantiles, steps)."""
    told = tomllib.loads(resources.files("marketing.trends").joinpath("references.toml").read_text("utf-8"))[name]
    return np.array(told["steps"]), np.array([[told[kind][edge] for edge in EDGES] for kind in KINDS])
