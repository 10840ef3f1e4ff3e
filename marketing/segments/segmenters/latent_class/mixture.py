"""The groups as distributions, and the E-step: how likely each person is in each of them.

`joint` is relative to the standard normal of every score that is known, so that fits by different structures compare.
The hidden causes of scores are integrated out (mixtures of factor analysers: Ghahramani and Hinton 1996), exactly so
whatever is missing: a score that is not known is left out of every sum.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import gammaln

from marketing.segments.segmenters.latent_class.design import Design, symmetric_inverse
from marketing.segments.segmenters.latent_class.reading import Codes, Doubles, Floats, Shifts

LEAST = -50.0  # logarithm of the least chance; below lie numbers that processors are slow with


@dataclass(frozen=True)
class Mixture:
    """`starts` fits of `k` groups side by side, G = starts * k groups in all.

    `shares` (G,) and `cells` (G, cells) are logarithms; `means`, `spread` (G, scores) are of the scores, `loads`
    (G, scores, factors) their pull by hidden causes; `shifts` those of scores by parts. `free` counts parameters of
    one fit; `loglik` (starts,) is of the step before.
    """

    starts: int
    shares: Doubles
    cells: Doubles
    means: Doubles
    spread: Doubles
    loads: Doubles
    shifts: Shifts = field(default_factory=dict)
    free: float = 0.0
    loglik: Doubles = field(default_factory=lambda: np.zeros(1))

    @property
    def k(self) -> int:
        return len(self.shares) // self.starts

    def one(self, start: int) -> "Mixture":
        """One of the fits alone."""
        return self.kept(np.arange(start * self.k, (start + 1) * self.k), loglik=self.loglik[start : start + 1])

    def kept(self, groups: Codes, loglik: Doubles | None = None) -> "Mixture":
        """Only these groups, in this order, as one fit."""
        shares = self.shares[groups]
        return replace(
            self,
            starts=1,
            shares=shares - np.log(np.exp(shares).sum()),
            cells=self.cells[groups],
            means=self.means[groups],
            spread=self.spread[groups],
            loads=self.loads[groups],
            loglik=self.loglik if loglik is None else loglik,
        )


@dataclass(frozen=True)
class Scored:
    """What of the scores' likelihood depends on what is known alone, by pattern of what is known.

    `square`, `line` (scores, G) and `distance` (patterns, G) make minus half the squared distance from the means;
    `width` (patterns, G) is the log density at them; `many` (patterns,) the scores known. With hidden causes `pull`
    (scores, G * q), `centre` (patterns, G, q) and `inner` (patterns, G, q, q), the covariance of the causes.
    """

    square: Floats
    line: Floats
    distance: Floats
    width: Floats
    many: Floats
    pull: Floats
    centre: Floats
    inner: Floats


@dataclass(frozen=True)
class Chances:
    """`groups` (people, G): the chance of each. With scores: `causes` (people, G, q), `inner` their covariance by
    pattern, and `trust` (people, G), how much each person's scores count (1 but under heavy tails)."""

    groups: Floats
    loglik: Doubles
    causes: Floats | None
    inner: Floats
    trust: Floats | None


def scored(mixture: Mixture, patterns: Floats, tails: float) -> Scored:
    """Prepare the likelihood of scores."""
    precision = 1 / mixture.spread
    known = patterns.astype(np.float64)
    distance = -0.5 * known @ (mixture.means**2 * precision).T
    width = -0.5 * known @ np.log(mixture.spread).T
    groups, scores, causes = mixture.loads.shape
    pulled = mixture.loads * precision[..., None]
    inner, centre = np.zeros((len(known), groups, 0, 0)), np.zeros((len(known), 0))
    if causes:
        outer = (pulled[..., :, None] * mixture.loads[..., None, :]).transpose(1, 0, 2, 3).reshape(scores, -1)
        inner = (known @ outer).reshape(len(known), groups, causes, causes) + np.eye(causes)
        inner, determinant = symmetric_inverse(inner)
        width -= 0.5 * determinant
        centre = known @ (pulled * mixture.means[..., None]).transpose(1, 0, 2).reshape(scores, -1)
    many = known.sum(axis=1)
    if tails:
        width += (gammaln((tails + many) / 2) - gammaln(tails / 2) - many / 2 * np.log(tails / 2))[:, None]
    return Scored(
        (-0.5 * precision.T).astype(np.float32),
        (mixture.means * precision).T.astype(np.float32),
        distance.astype(np.float32),
        width.astype(np.float32),
        many.astype(np.float32),
        pulled.transpose(1, 0, 2).reshape(scores, -1).astype(np.float32),
        centre.reshape(len(known), groups, causes).astype(np.float32),
        inner.astype(np.float32),
    )


def joint(mixture: Mixture, design: Design) -> tuple[Floats, Floats | None, Floats, Floats | None]:
    """Log-likelihood (people, G) with the groups' shares; causes, their covariance, and trust (see Chances)."""
    logs: Floats = design.cells @ np.ascontiguousarray((mixture.cells * design.cell_weights).T, np.float32)
    logs += mixture.shares.astype(np.float32)
    if not design.known.shape[1]:
        return logs, None, np.zeros((1, len(mixture.shares), 0, 0), np.float32), None
    ready = scored(mixture, design.patterns, design.structure.tails)
    by_score, causes, trust = near(
        ready, design.moved(mixture.shifts), design.known, design.pattern, design.structure.tails
    )
    logs += by_score
    return logs, causes, ready.inner, trust


def near(
    ready: Scored, scores: Floats, known: Floats, pattern: Codes, tails: float
) -> tuple[Floats, Floats | None, Floats | None]:
    """Log density of scores (people, G), the expected causes, and trust."""
    weighted = scores * known
    logs = np.asarray((weighted * scores) @ ready.square, np.float32)
    logs += weighted @ ready.line
    logs += ready.distance[pattern]
    causes: Floats | None = None
    trust: Floats | None = None
    if ready.inner.shape[3]:
        pull = np.asarray(weighted @ ready.pull, np.float32).reshape(*logs.shape, -1)
        pull -= ready.centre[pattern]
        causes = explained(ready.inner, pattern, pull)
        logs += 0.5 * _together(pull, causes)
    if tails:
        distance = np.maximum(-2 * logs, 0)
        many = np.float32(tails) + ready.many[pattern][:, None]
        logs = np.asarray(np.float32(-0.5) * many * np.log1p(distance / np.float32(tails)), np.float32)
        trust = np.asarray(many / (np.float32(tails) + distance), np.float32)
    logs += ready.width[pattern]
    return logs, causes, trust


def explained(inner: Floats, pattern: Codes, pull: Floats) -> Floats:
    """The expected causes (people, G, q): each person's covariance of causes times their pull."""
    causes = np.empty_like(pull)
    for at in range(pull.shape[2]):
        causes[:, :, at] = _together(inner[:, :, at, :][pattern], pull)
    return causes


def _together(one: Floats, other: Floats) -> Floats:
    """Products summed along a short last axis."""
    summed = one[..., 0] * other[..., 0]
    for at in range(1, one.shape[-1]):
        summed += one[..., at] * other[..., at]
    return np.asarray(summed)


def chances(mixture: Mixture, design: Design) -> Chances:
    """The E-step."""
    logs, causes, inner, trust = joint(mixture, design)
    by_start = logs.reshape(design.people, mixture.starts, -1)
    total = normalise(by_start)
    # Relative to the standard normal of every score that is known.
    plain = 0.5 * float((design.standing**2 * design.known).sum(dtype=np.float64))
    return Chances(logs, total.sum(axis=0, dtype=np.float64) + plain, causes, inner, trust)


def normalise(logs: Floats) -> Floats:
    """Turn logarithms (..., groups) into chances in place; the logarithm of their sum is returned.

    NumPy is slow along short last axes, so the largest is taken group by group and the sum is a product.
    """
    top = logs[..., 0].copy()
    for group in range(1, logs.shape[-1]):
        np.maximum(top, logs[..., group], out=top)
    logs -= top[..., None]
    np.maximum(logs, np.float32(LEAST), out=logs)
    np.exp(logs, out=logs)
    total = logs @ np.ones(logs.shape[-1], np.float32)
    logs /= total[..., None]
    return np.asarray(top + np.log(total))
