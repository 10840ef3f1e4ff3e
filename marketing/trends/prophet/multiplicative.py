"""The optimum where some terms multiply the trend: the additive solver on one linearised problem after another.

With y ~ trend (1 + X_m beta) + X_a beta the curve is linear in the trend for given beta and in beta for a given
trend. Each step solves the whole problem, lasso and variance included, for the curve linearised where the trend
stands (proximal Gauss-Newton), and goes as far along the way there as the objective falls. Near the end the
residuals' share of the curvature is put in as well, and the last steps are Newton's.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marketing.trends.prophet.gram import taken_apart
from marketing.trends.prophet.posterior import best_variance, kkt_residual, negative_log_posterior
from marketing.trends.prophet.solver import Optimum, settled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STEPS = 150
INNER = 50  # steps of the additive solver to one of ours: where that is not enough, the next goes on
FEW = 4  # values to a column of the design up to which a second start is tried
SPIKE = 1e-6  # sigma below which a curve runs through every value: the posterior has no bound there, and no use
SETTLED = 1e-6  # KKT residual below which an optimum is one
HALVINGS = 5
LEAST_DAMPING = 1e-6
MOST_DAMPING = 1e4  # beyond, rounding hides any progress
GOOD = 1e-8  # KKT residual at which a trend has arrived
NEAR = 0.05  # KKT residual from which steps are Newton's
LEAST_FALL = 1e-14  # of the objective, relative: below, rounding hides any progress


@dataclass
class Problem:
    """n trends of one kind: sheet (n, T, P) as for additive terms, 0 on unknown dates; y (n, T), 0 there too.

    trend, multiplied (P,): which columns make the trend, and which multiply it. count (n,); penalty (u,) for the
    first columns, the rest are slope changes; tau their scale. sloped: the first column is t, then the level.
    """

    sheet: Floats
    y: Floats
    trend: Bools
    multiplied: Bools
    count: Floats
    penalty: Floats
    tau: float
    sloped: bool

    def some(self, rows: NDArray[np.int_]) -> "Problem":
        return replace(self, sheet=self.sheet[rows], y=self.y[rows], count=self.count[rows])

    def parts(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Trend, what it is multiplied by less 1, and residuals, each (n, T)."""
        kinds = np.stack([self.trend, self.multiplied, ~self.trend & ~self.multiplied])
        trend, multiplied, added = np.moveaxis(self.sheet @ (theta[:, None, :] * kinds).swapaxes(1, 2), 2, 0)
        return trend, multiplied, self.y - trend * (1 + multiplied) - added

    def level(self) -> Floats:
        """Where to start from: the mean and nothing else (n, P)."""
        theta = np.zeros((len(self.y), self.sheet.shape[2]))
        theta[:, int(self.sloped)] = self.y.sum(1) / self.count
        return theta

    def ends(self) -> Floats:
        """Where Stan starts from: the straight line through the first value and the last (n, P)."""
        theta = self.level()
        if self.sloped:
            t, each = self.sheet[:, :, 0], np.arange(len(self.y))
            first, last = np.argmax(self.sheet[:, :, 1] > 0, axis=1), np.argmax(t, axis=1)
            theta[:, 1] = self.y[each, first]
            theta[:, 0] = self.y[each, last] - theta[:, 1]
        return theta

    def objective(self, theta: Floats) -> Floats:
        """The least −log posterior over the variance."""
        return self.least(theta, (self.parts(theta)[2] ** 2).sum(1))

    def least(self, theta: Floats, rss: Floats) -> Floats:
        """The same where the residuals' sums of squares are known."""
        u = len(self.penalty)
        sigma = np.sqrt(best_variance(rss, self.count))
        return negative_log_posterior(rss, self.count, sigma, theta[:, :u], self.penalty, theta[:, u:], self.tau)


def optimum(problem: Problem) -> Optimum:
    """Find the optimum of n trends; where values are few there can be several, and a second start finds some."""
    found = _search(problem, problem.level())
    few = np.flatnonzero(problem.count < FEW * problem.sheet.shape[2])
    if len(few) and problem.sloped:
        part = problem.some(few)
        other = _search(part, part.ends())
        own = Optimum(found.theta[few], found.s[few], found.rss[few], found.kkt[few])
        sound, sounder = ((one.s > SPIKE**2) & (one.kkt < SETTLED) for one in (own, other))
        lower = part.least(other.theta, other.rss) < part.least(own.theta, own.rss)
        better = np.flatnonzero((sounder & ~sound) | (lower & (sounder | ~sound)))
        at = few[better]
        found.theta[at], found.s[at] = other.theta[better], other.s[better]
        found.rss[at], found.kkt[at] = other.rss[better], other.kkt[better]
    return found


def _search(problem: Problem, theta: Floats) -> Optimum:
    """Step to an optimum from theta (n, P)."""
    n = len(theta)
    answer = Optimum(theta.copy(), np.ones(n), np.full(n, np.inf), np.full(n, np.inf))
    rows, plain, damping = np.arange(n), np.zeros(n, bool), np.zeros(n)
    for _ in range(STEPS):
        gram, pull, residuals, kkt = _linearised(problem, theta, plain)
        rss = (residuals**2).sum(1)
        answer.theta[rows], answer.rss[rows], answer.kkt[rows] = theta, rss, kkt
        answer.s[rows] = best_variance(rss, problem.count)
        diagonal = np.arange(gram.shape[1])
        gram[:, diagonal, diagonal] *= 1 + damping[:, None]
        apart = taken_apart(gram, problem.penalty)
        there = settled(apart, theta, pull, rss, problem.count, problem.penalty, problem.tau, INNER)[0]
        nearer, share = _nearer(problem, theta, there, problem.least(theta, rss))
        # Where the straight way overshoots, steps are held back (Marquardt) until it does no more. A Newton step that
        # leads nowhere is tried again as a Gauss-Newton step.
        plain = share == 0
        damping = np.where(share == 1, damping / 8 * (damping > LEAST_DAMPING), np.maximum(8 * damping, LEAST_DAMPING))
        going = np.flatnonzero((kkt > GOOD) & (damping < MOST_DAMPING))
        if not len(going):
            break
        rows, theta, problem = rows[going], nearer[going], problem.some(going)
        plain, damping = plain[going], damping[going]
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


def _nearer(problem: Problem, here: Floats, there: Floats, objective: Floats) -> tuple[Floats, Floats]:
    """The farthest of 1, 1/2, 1/4, ... of the way at which the objective is lower, and that share; 0 for none."""
    nearer, shares, left = here.copy(), np.zeros(len(here)), np.arange(len(here))
    for halving in range(HALVINGS):
        share = 0.5**halving
        tried = here[left] + share * (there[left] - here[left])
        part = problem.some(left)
        fallen = part.objective(tried) < objective[left] - LEAST_FALL * np.abs(objective[left])
        nearer[left[fallen]], shares[left[fallen]] = tried[fallen], share
        left = left[~fallen]
        if not len(left):
            break
    return nearer, shares
