"""Prophet's negative log posterior, up to Stan's constants, and how far a point is from its optimum.

From prophet.stan: k, m ~ N(0, 5), delta ~ Laplace(0, tau), beta ~ N(0, scale), sigma ~ N(0, 0.5) above 0,
y ~ N(trend (1 + X_m beta) + X_a beta, sigma).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL_SCALE = 5.0  # of the normal priors of k and m
NOISE_SCALE = 0.5  # of the half-normal prior of sigma
LEAST_NORM = 1e-6  # of a column relative to the longest, where its conditions are measured; some are all 0
LEAST_SIGMA = 1e-9  # Prophet's own for a constant trend; the posterior has no bound below it where a fit is exact


def negative_log_posterior(
    rss: Floats, count: Floats, sigma: Floats, ridge: Floats, penalty: Floats, delta: Floats, tau: float
) -> Floats:
    """−log posterior of n trends.

    rss, count, sigma (n,); ridge (n, u): k, m and beta, with prior precisions penalty (u,); delta (n, S).
    """
    likelihood = count * np.log(sigma) + rss / (2 * sigma**2)
    priors = (ridge**2 @ penalty) / 2 + np.abs(delta).sum(1) / tau + sigma**2 / (2 * NOISE_SCALE**2)
    return np.asarray(likelihood + priors)


def best_variance(rss: Floats, count: Floats) -> Floats:
    """The sigma² that is best for given residuals: the positive root of 4 s² + T s − rss = 0."""
    return np.asarray(np.maximum(2 * rss / (count + np.sqrt(count**2 + 16 * rss)), LEAST_SIGMA**2))


def kkt_residual(
    pull: Floats, norms: Floats, rss: Floats, count: Floats, s: Floats, theta: Floats, penalty: Floats, tau: float
) -> Floats:
    """The worst broken condition of an optimum of n trends, 0 for none.

    pull (n, P) is A'r for the columns A and residuals r, norms (n or 1, P) the lengths of the columns, theta (n, P)
    the ridge unknowns followed by the slope changes. Each condition is measured as a correlation of its column with
    the residuals, from 0 to 1; the condition on the variance relative to the variance.
    """
    u = len(penalty)
    broken = np.abs(pull[:, :u] - s[:, None] * penalty * theta[:, :u])
    weight = s[:, None] / tau
    moved, push = theta[:, u:], pull[:, u:]
    lasso = np.where(moved != 0, np.abs(push - weight * np.sign(moved)), np.maximum(np.abs(push) - weight, 0))
    length = np.sqrt(np.maximum(rss, count * LEAST_SIGMA**2))[:, None]
    norms = np.maximum(norms, LEAST_NORM * norms.max(1, keepdims=True))
    columns = np.hstack([broken, lasso]) / (norms * length)
    floor = s <= LEAST_SIGMA**2 * (1 + 1e-9)
    variance = np.where(floor, 0.0, np.abs(best_variance(rss, count) / s - 1))
    return np.asarray(np.maximum(columns.max(1, initial=0.0), variance))
