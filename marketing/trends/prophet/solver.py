"""The exact optimum of many trends at once: ridge unknowns, a lasso in the slope changes, and the variance.

For a given variance s the ridge unknowns u (level, slope, seasons, ...) are eliminated through the eigenvectors of
their Gram matrix in the metric of their priors, found once for every s. What remains is a lasso in at most a few
dozen slope changes with weight s / tau, solved by feature-sign steps (Lee, Battle, Raina and Ng 2007) with an exact
line search; after each step the variance takes its best value. Every step is a correction of where the trend
stands, so that rounding does not add up.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from marketing.trends.prophet.gram import Gram, reduced, times
from marketing.trends.prophet.posterior import LEAST_SIGMA, best_variance, kkt_residual

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STEPS = 200  # at most, per round; the median trend needs about 12
ROUNDS = 4  # fresh residuals at most; the first round ends at the optimum but for rounding
CLOSE = 1e-9  # relative change of the variance at which a trend has arrived
FINE_STEPS = 400
GOOD = 1e-8  # KKT residual at which no further round is asked for
ENOUGH = 1e-7  # KKT residual above which a trend is searched once more with finer numbers
ROUNDING = 4e-16  # of a product of a column with residuals, for the root of their number
BATCHES = (4, 8, 14, 1 << 30)  # trends with about as many active changes are solved together
KEEP_ALL = 0.7  # a batch is made smaller when this share or less is still on the way


@dataclass
class _State:
    """Where n trends stand; every array has one row a trend."""

    theta: Floats  # (n, P): ridge unknowns, then slope changes
    s: Floats  # sigma²
    pull: Floats  # (n, P): A'(y − A theta)
    from_theta: Floats  # where residuals were last made afresh
    from_pull: Floats
    from_rss: Floats
    count: Floats
    alone: Bools  # whether changes are added one at a time
    wait: Bools  # whether none is added in the next step
    row: NDArray[np.int_]  # its row in the answer

    def some(self, rows: NDArray[np.int_]) -> "_State":
        return _State(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass
class Optimum:
    """theta (n, P), s = sigma² (n,), rss (n,), kkt (n,): see `posterior.kkt_residual`."""

    theta: Floats
    s: Floats
    rss: Floats
    kkt: Floats


# From theta (n, P) and the rows it is for: A'(y − A theta), and the residuals' sum of squares.
Residuals = Callable[[Floats, NDArray[np.int_]], tuple[Floats, Floats]]


@dataclass
class Request:
    """What is asked of n trends: residuals by theta and rows, count (n,) of values, penalty (u,) as prior precisions
    of the ridge unknowns, tau the scale of the slope changes, fine: their Gram matrices taken apart finely.
    """

    residuals: Residuals
    count: Floats
    penalty: Floats
    tau: float
    fine: Callable[[NDArray[np.int_]], Gram]


def optimum(asked: Request, gram: Gram, start: Floats) -> Optimum:
    """Find the optimum of n trends.

    start (n,) is a variance above the one sought: among several optima the search ends at the one with the largest
    variance, as Stan's does.
    """
    n, size = len(asked.count), gram.whole.shape[1]
    answer = Optimum(np.zeros((n, size)), np.maximum(start, LEAST_SIGMA**2), np.zeros(n), np.full(n, np.inf))
    _search(asked, gram, answer)
    left = np.flatnonzero(~(answer.kkt <= ENOUGH))
    if len(left):
        _search_finely(asked, asked.fine(left), left, answer)
    return answer


def _search(asked: Request, gram: Gram, answer: Optimum) -> None:
    """Search, make residuals afresh, search on, until the conditions of an optimum hold; write into `answer`."""
    rows = np.arange(len(asked.count))
    theta, s, penalty = answer.theta, answer.s, asked.penalty
    # The first curve is a ridge regression alone. Measured from its residuals nothing large cancels any more.
    first = _ridge(gram, asked.residuals(theta, rows)[0], theta, s, penalty)
    theta[:, : len(penalty)] = _to_unknowns(first, gram)
    norms = _lengths(gram)
    for _ in range(ROUNDS):
        count = asked.count[rows]
        pull, rss = asked.residuals(theta[rows], rows)
        theta[rows], s[rows] = settled(gram.of(rows), theta[rows], pull, rss, count, penalty, asked.tau)
        pull, answer.rss[rows] = asked.residuals(theta[rows], rows)
        lengths = norms if gram.shared else norms[rows]
        answer.kkt[rows] = kkt_residual(
            pull, lengths, answer.rss[rows], count, s[rows], theta[rows], penalty, asked.tau
        )
        rows = rows[~(answer.kkt[rows] <= GOOD)]
        if not len(rows):
            break


def _lengths(gram: Gram) -> Floats:
    return np.asarray(np.sqrt(np.maximum(np.diagonal(gram.whole, axis1=1, axis2=2), 0)))


def _search_finely(asked: Request, gram: Gram, rows: NDArray[np.int_], answer: Optimum) -> None:
    """Search with fresh residuals at every step, and keep what is better than what `answer` holds."""
    count, penalty, tau = asked.count[rows], asked.penalty, asked.tau
    theta = np.zeros((len(rows), gram.whole.shape[1]))
    pull, rss = asked.residuals(theta, rows)
    alone, wait = np.ones(len(rows), bool), np.zeros(len(rows), bool)
    state = _State(theta, best_variance(rss, count), pull, theta, pull, rss, count, alone, wait, rows)
    for _ in range(FINE_STEPS):
        state.from_theta, state.from_pull, state.from_rss = state.theta.copy(), state.pull.copy(), rss
        _step(state, gram, penalty, tau)
        state.pull, rss = asked.residuals(state.theta, state.row)
        state.s = best_variance(rss, state.count)
        kkt = kkt_residual(state.pull, _lengths(gram), rss, state.count, state.s, state.theta, penalty, tau)
        better = kkt < answer.kkt[state.row]
        at = state.row[better]
        answer.theta[at], answer.s[at], answer.rss[at] = state.theta[better], state.s[better], rss[better]
        answer.kkt[at] = kkt[better]
        left = np.flatnonzero(answer.kkt[state.row] > ENOUGH)
        if not len(left):
            break
        if len(left) <= KEEP_ALL * len(state.row):
            state, gram, rss = state.some(left), gram.of(left), rss[left]


def settled(
    gram: Gram,
    theta: Floats,
    pull: Floats,
    rss: Floats,
    count: Floats,
    penalty: Floats,
    tau: float,
    steps: int = STEPS,
) -> tuple[Floats, Floats]:
    """The best theta (n, P) and variance (n,) that at most `steps` steps find.

    At the `theta` given, residuals have sums of squares rss (n,) and A'r = pull (n, P).
    """
    nobody = np.zeros(len(count), bool)
    s = np.maximum(best_variance(rss, count), LEAST_SIGMA**2)
    state = _State(theta.copy(), s, pull.copy(), theta, pull, rss, count, nobody, nobody.copy(), np.arange(len(count)))
    found, variance = np.empty_like(theta), np.empty_like(rss)
    for _ in range(steps):
        arrived = _step(state, gram, penalty, tau)
        if (~arrived).mean() <= KEEP_ALL:
            found[state.row], variance[state.row] = state.theta, state.s
            rest = np.flatnonzero(~arrived)
            if not len(rest):
                break
            state, gram = state.some(rest), gram.of(rest)
    found[state.row], variance[state.row] = state.theta, state.s
    return found, variance


def _step(state: _State, gram: Gram, penalty: Floats, tau: float) -> Bools:
    """One step of every trend; which of them have arrived."""
    u = len(penalty)
    coordinates = _ridge(gram, state.pull, state.theta, state.s, penalty)
    push = state.pull[:, u:] - times(coordinates, gram.across.swapaxes(1, 2))
    changes, slope, settled = _lasso_step(state, push, gram, penalty, tau)
    shift = 1 / (gram.values + state.s[:, None])
    moved = np.hstack([_to_unknowns(coordinates - shift * times(changes, gram.across), gram), changes])
    state.theta += moved
    state.pull -= times(moved, gram.whole)
    since = state.theta - state.from_theta
    rss = np.maximum(state.from_rss - (since * (state.from_pull + state.pull)).sum(1), 0)
    plain = best_variance(rss, state.count)
    arrived = settled & (np.abs(plain - state.s) <= CLOSE * state.s)
    # A Newton step on the equation of the variance, where the set of changes stands still.
    share = np.where(settled, np.clip(slope / (state.count + 8 * state.s), 0, 0.9), 0)
    newton = state.s + (plain - state.s) / (1 - share)
    state.s = np.where(newton > 0.1 * plain, newton, plain)
    return np.asarray(arrived)


def _ridge(gram: Gram, pull: Floats, theta: Floats, s: Floats, penalty: Floats) -> Floats:
    """The step (n, u) of the ridge unknowns to their best values, in coordinates of the eigenvectors."""
    u = len(penalty)
    gradient = pull[:, :u] - s[:, None] * penalty * theta[:, :u]
    return np.asarray(times(gradient, gram.vectors) / (gram.values + s[:, None]))


def _to_unknowns(coordinates: Floats, gram: Gram) -> Floats:
    return times(coordinates, gram.vectors.swapaxes(1, 2))


def _lasso_step(state: _State, push: Floats, gram: Gram, penalty: Floats, tau: float) -> tuple[Floats, Floats, Bools]:
    """A feature-sign step of the slope changes (n, S); d rss / d s (n,); whether the set of changes stood still."""
    u = len(penalty)
    now = state.theta[:, u:]
    weight = (state.s / tau)[:, None]
    excess = np.where(now == 0, np.abs(push) - weight * (1 + 1e-9) - ROUNDING * np.sqrt(state.count)[:, None], -1.0)
    open_ = (excess > 0).any(1)
    entering = _entering(excess, push, state)
    sign = np.where(entering, np.sign(push), np.sign(now))
    lean = times(penalty * state.theta[:, :u], gram.vectors)  # half the gradient of the prior, in coordinates
    shift = 1 / (gram.values + state.s[:, None])
    right = np.stack([push - weight * sign, sign / tau - times(lean * shift, gram.across.swapaxes(1, 2))], axis=2)
    full, bend = np.moveaxis(_solve(gram, state.s, sign != 0, right), 2, 0)
    slope = 2 * state.s * ((lean**2 * shift).sum(1) + (bend * right[:, :, 1]).sum(1))
    changes, whole = _line_search(now, full, push - weight * sign, sign, weight, entering)
    failed = ~whole & entering.any(1)
    state.alone |= failed
    state.wait = ~whole | failed
    return changes, slope, whole & ~open_


def _entering(excess: Floats, push: Floats, state: _State) -> Bools:
    """Which changes at 0 to add (n, S).

    Neighbouring changes can nearly stand in for one another, so that of a run of them only the one that pushes most
    is added; where that led past a kink, only one in all. None are added until those at work are at their best.
    """
    strength = np.pad(np.where(excess > 0, push, 0.0), ((0, 0), (1, 1)))
    mine, before, after = strength[:, 1:-1], strength[:, :-2], strength[:, 2:]
    best = (np.abs(mine) > before * np.sign(mine)) & (np.abs(mine) >= after * np.sign(mine))
    entering = (excess > 0) & best & ~state.wait[:, None]
    return np.asarray(entering & (~state.alone[:, None] | (excess == excess.max(1, keepdims=True, initial=-1.0))))


def _line_search(
    now: Floats, full: Floats, right: Floats, sign: Floats, weight: Floats, entering: Bools
) -> tuple[Floats, Bools]:
    """How far to go along `full` (n, S) from `now`: exactly to the least of the lasso's objective on the way.

    The objective is a convex parabola with a kink wherever a change passes zero. Returns the steps (n, S), ending
    exactly on zero at a kink, and whether the whole way was gone.
    """
    curve = (full * right).sum(1)[:, None]
    wrong = np.where(entering & (full * sign < 0), 2 * weight * np.abs(full), 0).sum(1, keepdims=True)
    passing = (now != 0) & (full * np.sign(now) < -np.abs(now))
    kinks = np.where(passing, -now / np.where(passing, full, 1.0), 1.0)
    order = np.argsort(kinks, axis=1)
    kinks = np.take_along_axis(kinks, order, 1)
    jumps = np.take_along_axis(np.where(passing, 2 * weight * np.abs(full), 0), order, 1)
    first = np.zeros((len(now), 1))
    begins = np.hstack([first, kinks])
    ends = np.hstack([kinks, first + 1])
    # The slope that each piece's parabola would have at 0.
    before = -curve + wrong + np.hstack([first, np.cumsum(jumps, 1)])
    lowest = np.clip(-before / np.where(curve > 0, curve, 1.0), begins, 1.0)
    piece = np.argmax(lowest <= ends, axis=1)[:, None]
    far = np.take_along_axis(lowest, piece, 1)
    far[curve[:, 0] <= 0] = 0
    steps = far * full
    at_kink = np.take_along_axis(begins, piece, 1)
    ratio = np.where(passing, -now / np.where(passing, full, 1.0), np.inf)
    lands = passing & (ratio == far) & (far == at_kink)
    return np.where(lands, -now, steps), np.asarray((far[:, 0] >= 1 - 1e-12) | ~full.any(1))


def _solve(gram: Gram, s: Floats, active: Bools, right: Floats) -> Floats:
    """The reduced Hessians' inverses on their active changes times right (n, S, 2); 0 elsewhere."""
    answer = np.zeros_like(right)
    counts = active.sum(1)
    least = 0
    for most in BATCHES:
        rows = np.flatnonzero((counts > least) & (counts <= most))
        least = most
        if len(rows):
            size = int(counts[rows].max())
            chosen = np.argsort(~active[rows], axis=1, kind="stable")[:, :size]
            on = np.take_along_axis(active[rows], chosen, 1)
            hessian = reduced(gram, s[rows], rows, chosen, on)
            wanted = np.take_along_axis(right[rows], chosen[:, :, None], 1) * on[:, :, None]
            answer[rows[:, None], chosen] = np.linalg.solve(hessian, wanted)
    return answer
