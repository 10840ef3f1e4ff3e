"""Groups as the nearest of k centres, for comparison with latent classes.

Numbers are made normal (Yeo and Johnson 2000) and scaled; a categorical's columns together have variance 1, so that
it weighs as much as a number does. Plain 0 and 1 would let categoricals decide.
"""

from collections.abc import Sequence
from copy import copy
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.preprocessing import PowerTransformer
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

Floats = NDArray[np.float64]
ROWS_AT_ONCE = 65_536  # distances are kept for this many rows at a time


def segmenter(k: int, *, categorical: Sequence[int], seed: int) -> "MixedKMeans":
    """The estimator for `k` groups; `categorical` are positions of columns that hold codes."""
    return MixedKMeans(k, categorical_features=tuple(categorical), random_state=seed)


class MixedKMeans(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """K-means on an encoding that is fair to numbers and categories.

    X holds numbers; columns in `categorical_features` hold codes, NaN is missing and stands in the middle.
    """

    def __init__(
        self,
        n_clusters: int = 6,
        *,
        categorical_features: Sequence[int] = (),
        n_init: int = 10,
        random_state: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.categorical_features = categorical_features
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803 scikit-learn's name
        """Find the groups in X (rows, columns)."""
        rows = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        categorical = set(self.categorical_features)
        self._numbers = [
            at for at in range(rows.shape[1]) if at not in categorical and len(np.unique(_known(rows[:, at]))) > 1
        ]
        self._levels = {at: np.unique(_known(rows[:, at])) for at in sorted(categorical)}
        if self._numbers:
            self._power = PowerTransformer().fit(rows[:, self._numbers])
        self._middle: dict[int, Floats] = {}
        for at in self._levels:
            self._middle[at] = np.nan_to_num(np.nanmean(self._indicators(rows, at), axis=0))
        design = self._encode(rows)
        self._kmeans = KMeans(self.n_clusters, n_init=self.n_init, random_state=self.random_state).fit(design)
        self.labels_ = self._kmeans.labels_
        self.n_iter_ = int(self._kmeans.n_iter_)
        self.shares_ = np.bincount(self.labels_, minlength=self.n_clusters) / len(rows)
        self.variance_ = max(float(self._kmeans.inertia_) / max(design.size, 1), 1e-9)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:  # noqa: N803 scikit-learn's name
        """The group with the nearest centre, for each row."""
        design = self._checked(X)
        return np.asarray(self._kmeans.predict(design))

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        """The probability of each group, taking groups as balls of one width."""
        joint = self._joint(X)
        return np.asarray(np.exp(joint - _log_sum_exp(joint)[:, None]))

    def kept(self, groups: Sequence[int]) -> Self:
        """Only these groups, in this order; the people of the others go to the nearest among them."""
        check_is_fitted(self)
        left = copy(self)
        left.n_clusters = len(groups)
        left.shares_ = self.shares_[list(groups)] / self.shares_[list(groups)].sum()
        left._kmeans = copy(self._kmeans)
        left._kmeans.cluster_centers_ = self._kmeans.cluster_centers_[list(groups)]
        return left

    def score(self, X: ArrayLike, y: object = None) -> float:  # noqa: N803 scikit-learn's name
        """The mean log-likelihood of a row, taking groups as balls of one width."""
        return float(_log_sum_exp(self._joint(X)).mean())

    def bic(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """Schwarz's criterion for balls of one width (Pelleg and Moore 2000); lower is better."""
        joint = self._joint(X)
        free = self.n_clusters * (self._kmeans.cluster_centers_.shape[1] + 1)
        charge = free * np.log(len(joint))
        return float(charge - 2 * _log_sum_exp(joint).sum())

    def icl(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """BIC that also charges for overlap of the groups."""
        chances = self.predict_proba(X)
        return self.bic(X) - 2 * float((chances * np.log(np.maximum(chances, 1e-300))).sum())

    def _joint(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        design = self._checked(X)
        away = np.concatenate(
            [self._kmeans.transform(design[at : at + ROWS_AT_ONCE]) ** 2 for at in range(0, len(design), ROWS_AT_ONCE)]
        )
        width = design.shape[1] * np.log(2 * np.pi * self.variance_)
        return np.asarray(np.log(np.maximum(self.shares_, 1e-12)) - 0.5 * (away / self.variance_ + width))

    def _checked(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        check_is_fitted(self)
        return self._encode(validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False))

    def _encode(self, rows: Floats) -> Floats:
        blocks = [np.nan_to_num(self._power.transform(rows[:, self._numbers]))] if self._numbers else []
        for at, middle in self._middle.items():
            away = np.nan_to_num(self._indicators(rows, at) - middle)
            blocks.append(away / np.sqrt(max(float((middle * (1 - middle)).sum()), 1e-12)))
        return np.hstack(blocks) if blocks else np.zeros((len(rows), 1))

    def _indicators(self, rows: Floats, at: int) -> Floats:
        """A column of 0 and 1 for each level; NaN where the value is missing or was not there at the fit."""
        levels = self._levels[at]
        shown: Floats = (rows[:, [at]] == levels).astype(np.float64)
        shown[shown.sum(axis=1) == 0] = np.nan
        return shown

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _known(column: Floats) -> Floats:
    return column[~np.isnan(column)]


def _log_sum_exp(joint: Floats) -> Floats:
    top = joint.max(axis=1)
    total: Floats = top + np.log(np.exp(joint - top[:, None]).sum(axis=1))
    return total
