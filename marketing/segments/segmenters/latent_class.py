"""Groups as latent classes: within a group, columns are independent.

A mixture of categoricals, fitted by EM. Numbers are cut at quantiles first, which takes skew and outliers as
they come; what is missing counts neither for nor against a group. On mixed-type audiences with known groups this
recovers far more of them than k-means on the usual encoding.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

CHUNK = 65_536  # rows encoded at a time, which bounds memory when everyone is assigned
START_ROWS = 4_096  # starts race on this many rows; only the winner is fitted to all of them
START_STEPS = 20  # EM steps that tell a good start from a poor one
PRIOR = 1.0  # pseudo-people per column and group, spread as everyone is: no share is ever nought
TINY = 1e-12

Floats = NDArray[np.float32]


def segmenter(k: int, *, categorical: Sequence[int], seed: int) -> "LatentClass":
    """The estimator for `k` groups; `categorical` are positions of columns that hold codes."""
    return LatentClass(k, categorical_features=tuple(categorical), random_state=seed)


@dataclass(frozen=True)
class _Fit:
    """One or several fits side by side: `shares` (fits, groups), `levels` (fits, groups, levels), `loglik` (fits,)."""

    shares: Floats
    levels: Floats
    loglik: NDArray[np.float64]
    steps: int = 0

    def best(self) -> "_Fit":
        at = int(np.argmax(self.loglik))
        return _Fit(self.shares[at : at + 1], self.levels[at : at + 1], self.loglik[at : at + 1], self.steps)


class LatentClass(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Latent class analysis of mixed columns.

    X holds numbers; columns in `categorical_features` hold codes of categories (any numbers), NaN is missing.
    The others are cut into at most `bins` bins of about equally many rows. `n_init` seeded starts race; the one
    with the highest likelihood is carried to convergence, that is until a step gains less than `tol` of
    log-likelihood a row.
    """

    def __init__(
        self,
        n_clusters: int = 6,
        *,
        categorical_features: Sequence[int] = (),
        bins: int = 5,
        n_init: int = 10,
        max_iter: int = 150,
        tol: float = 1e-5,
        random_state: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.categorical_features = categorical_features
        self.bins = bins
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803 scikit-learn's name
        """Find the groups in X (rows, columns)."""
        rows = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        if not 1 <= self.n_clusters <= len(rows):
            raise ValueError(f"n_clusters={self.n_clusters} cannot be: n_samples={len(rows)} allow 1 to as many.")
        random = check_random_state(self.random_state)
        self._learn_levels(rows)
        design = self._encode(rows)
        fit = self._race(design, random)
        fit = self._climb(design, fit, self.max_iter)
        order = np.argsort(-fit.shares[0], kind="stable")
        self.shares_: Floats = fit.shares[0][order]
        self.level_shares_: Floats = fit.levels[0][order]
        self.log_likelihood_ = float(fit.loglik[0])
        self.n_iter_ = fit.steps
        self.labels_ = self.predict(rows)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:  # noqa: N803 scikit-learn's name
        """The likeliest group of each row; 0 is the largest group of the fit."""
        joint = self._joint(X)
        return np.asarray(joint.argmax(axis=1))

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        """The probability of each group (columns) for each row."""
        joint = self._joint(X)
        joint -= joint.max(axis=1, keepdims=True)
        np.exp(joint, out=joint)
        return np.asarray(joint / joint.sum(axis=1, keepdims=True))

    def kept(self, groups: Sequence[int]) -> Self:
        """Only these groups, in this order; the people of the others go to their likeliest among them."""
        check_is_fitted(self)
        left = copy(self)
        left.n_clusters = len(groups)
        left.shares_ = self.shares_[list(groups)] / self.shares_[list(groups)].sum()
        left.level_shares_ = self.level_shares_[list(groups)]
        return left

    def score(self, X: ArrayLike, y: object = None) -> float:  # noqa: N803 scikit-learn's name
        """The mean log-likelihood of a row."""
        return float(_log_sum_exp(self._joint(X)).mean(dtype=np.float64))

    def bic(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """Schwarz's criterion; lower is better."""
        joint = self._joint(X)
        return self._bic(joint)

    def icl(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """Integrated completed likelihood (Biernacki, Celeux, Govaert 2000): BIC that also charges for overlap."""
        joint = self._joint(X)
        logs = joint - _log_sum_exp(joint)[:, None]
        entropy = -float((np.exp(logs) * logs).sum(dtype=np.float64))
        return self._bic(joint) + 2 * entropy

    def _bic(self, joint: Floats) -> float:
        free = self.n_clusters - 1 + self.n_clusters * (int(self._offsets[-1]) - self._columns)
        return -2 * float(_log_sum_exp(joint).sum(dtype=np.float64)) + free * float(np.log(len(joint)))

    def _learn_levels(self, rows: NDArray[np.float64]) -> None:
        categorical = set(self.categorical_features)
        self.levels_: list[NDArray[np.float64]] = []
        sizes = []
        for at in range(rows.shape[1]):
            known = rows[~np.isnan(rows[:, at]), at]
            if at in categorical:
                self.levels_.append(np.unique(known))
                sizes.append(len(self.levels_[-1]))
            else:
                self.levels_.append(_cuts(known, self.bins))
                sizes.append(len(self.levels_[-1]) + 1 if len(known) else 0)
        self._offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
        self._columns = int(np.count_nonzero(sizes))

    def _encode(self, rows: NDArray[np.float64]) -> Floats:
        """A row of 0 and 1 over all levels of all columns; a missing value has no 1."""
        design = np.zeros((len(rows), int(self._offsets[-1])), np.float32)
        categorical = set(self.categorical_features)
        for at, levels in enumerate(self.levels_):
            column = rows[:, at]
            if at in categorical:
                code = np.searchsorted(levels, column)
                known = code < len(levels)
                known[known] = levels[code[known]] == column[known]
            else:
                code = np.searchsorted(levels, column)
                known = ~np.isnan(column) & (self._offsets[at + 1] > self._offsets[at])
            design[np.flatnonzero(known), self._offsets[at] + code[known]] = 1
        return design

    def _race(self, design: Floats, random: np.random.RandomState) -> _Fit:
        """The best of `n_init` starts, each from people drawn at random as the first members of the groups."""
        if len(design) > START_ROWS:
            design = design[np.sort(random.choice(len(design), START_ROWS, replace=False))]
        starts = 1 if self.n_clusters == 1 else self.n_init
        drawn = np.stack([random.choice(len(design), self.n_clusters, replace=False) for _ in range(starts)])
        everyone = self._normalised(design.sum(axis=0)[None, None], _even(design, self._offsets))
        levels = self._normalised(design[drawn], everyone[0, 0])
        shares = np.full(drawn.shape, 1 / self.n_clusters, np.float32)
        return self._climb(design, _Fit(shares, levels, np.zeros(starts)), START_STEPS).best()

    def _climb(self, design: Floats, fit: _Fit, steps: int) -> _Fit:
        """EM from `fit`, all its fits at once, until none gains or `steps` are done."""
        prior = self._normalised(design.sum(axis=0)[None, None], _even(design, self._offsets))[0, 0]
        shares, levels = fit.shares, fit.levels
        before = np.full(len(shares), -np.inf)
        taken = 0
        while taken < steps:
            taken += 1
            joint = design @ np.log(levels).reshape(-1, levels.shape[2]).T
            joint = joint.reshape(len(design), *shares.shape)
            joint += np.log(shares)
            top = joint.max(axis=-1, keepdims=True)
            joint -= top
            np.exp(joint, out=joint)
            total = joint.sum(axis=-1, keepdims=True)
            joint /= total
            loglik = (top + np.log(total)).mean(axis=0, dtype=np.float64)[:, 0]
            weight = joint.sum(axis=0, dtype=np.float64)
            shares = ((weight + PRIOR / shares.shape[1]) / (len(design) + PRIOR)).astype(np.float32)
            counts = joint.reshape(len(design), -1).T @ design
            levels = self._normalised(counts.reshape(*shares.shape, -1), prior)
            if np.all(loglik - before < self.tol):
                break
            before = loglik
        return _Fit(shares, levels, loglik, taken)

    def _normalised(self, counts: Floats, prior: Floats) -> Floats:
        """Counts of levels (fits, groups, levels) as shares within each column, drawn slightly towards `prior`."""
        counts = counts + PRIOR * prior
        filled = self._offsets[:-1][np.diff(self._offsets) > 0]
        if not len(filled):
            return counts
        sums = np.add.reduceat(counts, filled, axis=-1)
        spread = np.repeat(sums, np.diff(np.append(filled, self._offsets[-1])), axis=-1)
        return np.asarray(np.maximum(counts / spread, TINY), np.float32)

    def _joint(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        log_levels, log_shares = np.log(self.level_shares_).T, np.log(self.shares_)
        joint: Floats = np.concatenate([self._encode(chunk) @ log_levels + log_shares for chunk in _chunks(rows)])
        return joint

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _cuts(known: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Where to cut: values at even quantiles, each once, and none at the top, so that no bin is empty."""
    if not len(known):
        return known
    cuts = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf"))
    inner: NDArray[np.float64] = cuts[cuts < known.max()]
    return inner


def _even(design: Floats, offsets: NDArray[np.intp]) -> Floats:
    """The same share for each level of a column."""
    sizes = np.diff(offsets)
    return np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)


def _log_sum_exp(joint: Floats) -> Floats:
    top = joint.max(axis=-1)
    total: Floats = top + np.log(np.exp(joint - top[..., None]).sum(axis=-1))
    return total


def _chunks(rows: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for first in range(0, len(rows), CHUNK):
        yield rows[first : first + CHUNK]
