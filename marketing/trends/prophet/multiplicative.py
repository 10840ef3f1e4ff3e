"""The optimum where some terms multiply the trend: the additive solver on one linearised problem after another.

With y ~ trend (1 + X_m beta) + X_a beta the curve is linear in the trend for given beta and in beta for a given
trend. Each step solves the whole problem, lasso and variance included, for the curve linearised where the trend
stands (proximal Gauss-Newton), and goes as far along the way there as the objective falls. Near the end the
residuals' share of the curvature is put in as well, and the last steps are Newton's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.trends.prophet.posterior import best_variance, kkt_residual, negative_log_posterior
from marketing.trends.prophet.solver import Optimum, settled, taken_apart

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STEPS = 100
HALVINGS = 25
GOOD = 1e-8  # KKT residual at which a trend has arrived
NEAR = 0.05  # KKT residual from which steps are Newton's
LEAST_FALL = 1e-14  # of the objective, relative: below, rounding hides any progress


@dataclass
class Problem:
    """n trends of one kind: sheet (n, T, P) as for additive terms, 0 on unknown dates; y (n, T), 0 there too.

    trend, multiplied (P,): which columns make the trend, and which multiply it. count (n,); penalty (u,) for the
    first columns, the rest are slope changes; tau their scale.
    """

    sheet: Floats
    y: Floats
    trend: Bools
    multiplied: Bools
    count: Floats
    penalty: Floats
    tau: float

    def some(self, rows: NDArray[np.int_]) -> "Problem":
        return Problem(
            self.sheet[rows], self.y[rows], self.trend, self.multiplied, self.count[rows], self.penalty, self.tau
        )

    def parts(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Trend, what it is multiplied by less 1, and residuals, each (n, T)."""
        kinds = np.stack([self.trend, self.multiplied, ~self.trend & ~self.multiplied])
        trend, multiplied, added = np.moveaxis(self.sheet @ (theta[:, None, :] * kinds).swapaxes(1, 2), 2, 0)
        return trend, multiplied, self.y - trend * (1 + multiplied) - added

    def objective(self, theta: Floats, residuals: Floats) -> Floats:
        """The least −log posterior over the variance."""
        rss = (residuals**2).sum(1)
        u = len(self.penalty)
        sigma = np.sqrt(best_variance(rss, self.count))
        return negative_log_posterior(rss, self.count, sigma, theta[:, :u], self.penalty, theta[:, u:], self.tau)


def optimum(problem: Problem, theta: Floats) -> Optimum:
    """Find the optimum of n trends, from theta (n, P)."""
    n = len(theta)
    answer = Optimum(theta.copy(), np.ones(n), np.full(n, np.inf), np.full(n, np.inf))
    rows, plain = np.arange(n), np.zeros(n, bool)
    for _ in range(STEPS):
        gram, pull, residuals, kkt = _linearised(problem, theta, plain)
        rss = (residuals**2).sum(1)
        answer.theta[rows], answer.rss[rows], answer.kkt[rows] = theta, rss, kkt
        answer.s[rows] = best_variance(rss, problem.count)
        apart = taken_apart(gram, problem.penalty)
        there = settled(apart, theta, pull, rss, problem.count, problem.penalty, problem.tau)[0]
        nearer, moved = _nearer(problem, theta, there, problem.objective(theta, residuals))
        # A Newton step that leads nowhere is tried again as a Gauss-Newton step; one of those that does, ends the way.
        going = np.flatnonzero((kkt > GOOD) & (moved | ~plain))
        if not len(going):
            break
        rows, theta, plain, problem = rows[going], nearer[going], ~moved[going], problem.some(going)
    return answer


def _linearised(problem: Problem, theta: Floats, plain: Bools) -> tuple[Floats, Floats, Floats, Floats]:
    """Gram matrix, pull J'r, residuals and KKT residual of the curve linearised at theta."""
    trend, multiplied, residuals = problem.parts(theta)
    factor = np.where(problem.trend, 1 + multiplied[:, :, None], np.where(problem.multiplied, trend[:, :, None], 1.0))
    turned = (problem.sheet * factor).swapaxes(1, 2)
    gram = turned @ turned.swapaxes(1, 2)
    pull = (turned @ residuals[:, :, None])[:, :, 0]
    norms = np.sqrt(np.diagonal(gram, axis1=1, axis2=2))
    rss = (residuals**2).sum(1)
    s = best_variance(rss, problem.count)
    kkt = kkt_residual(pull, norms, rss, problem.count, s, theta, problem.penalty, problem.tau)
    near = np.flatnonzero((kkt < NEAR) & ~plain)
    if len(near):
        sheet = problem.sheet[near]
        bent = (sheet * residuals[near, :, None]).swapaxes(1, 2) @ sheet
        both = np.outer(problem.trend, problem.multiplied)
        gram[near] -= bent * (both | both.T)
    return gram, pull, residuals, kkt


def _nearer(problem: Problem, here: Floats, there: Floats, objective: Floats) -> tuple[Floats, Bools]:
    """The farthest of 1, 1/2, 1/4, ... of the way at which the objective is lower, and whether there is one."""
    nearer, left = here.copy(), np.arange(len(here))
    share = 1.0
    for _ in range(HALVINGS):
        tried = here[left] + share * (there[left] - here[left])
        part = problem.some(left)
        fallen = part.objective(tried, part.parts(tried)[2]) < objective[left] - LEAST_FALL * np.abs(objective[left])
        nearer[left[fallen]] = tried[fallen]
        left = left[~fallen]
        share /= 2
        if not len(left):
            break
    moved = np.ones(len(here), bool)
    moved[left] = False
    return nearer, moved
