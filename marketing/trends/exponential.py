"""Exponential smoothing of many trends at once: damped trend, additive season, chosen by AICc.

ETS(A,N,N), (A,Ad,N), (A,N,A) and (A,Ad,A) of Hyndman, Koehler, Ord and Snyder (Forecasting with Exponential
Smoothing, 2008), on whatever scale the caller's values have; on logs the season is multiplicative. A recursion
knows only what came before, so one pass over time serves every origin: the errors added up to an origin choose the
weights there, by a grid and then by steps around its best, all trends at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from marketing.trends.smoothing import chunks, first_known, known_by

Array = NDArray[np.float64]

# Weights of the newest error in level, in slope (a share of the level's) and in season (a share of what the level
# leaves). A slope that keeps its size for ever is not among them: damped trends forecast better (Gardner 2006).
LEVEL = (0.03, 0.1, 0.2, 0.35, 0.55, 0.8, 0.98)
SLOPE = (0.03, 0.2)
DAMPING = (0.8, 0.97)
SEASON = (0.0, 0.06, 0.2)
STEPS = 2  # rounds of steps around the grid's best
LEVEL_LIMITS, SLOPE_LIMITS, DAMPING_LIMITS = (0.005, 0.995), (0.003, 1.0), (0.7, 0.98)
SEASON_LIMITS = (0.0, 0.5)
FIRST_SEASONS = 2  # their means by phase are where a season starts from
LEAST_SEASONS = 3  # a season is looked for once so many are there
EXACT = 1e-8  # errors below this share of the values' size are the machine's
CHUNK = 64


@dataclass(frozen=True)
class Weights:
    """Parameters of recursions run side by side, each (rows, 1) or (rows, n); where no slope or season, 0."""

    level: Array
    slope: Array
    damping: Array
    season: Array
    seasonal: Array
