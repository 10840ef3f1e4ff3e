"""Groups as the nearest of k centres, for comparison with latent classes.

Numbers are made normal (Yeo and Johnson 2000) and scaled; a categorical's columns together have variance 1, so that
it weighs as much as a number does. Plain 0 and 1 would let categoricals decide.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.preprocessing import PowerTransformer
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from marketing.errors import InputError
from marketing.segments.ordering import canonical

NAME, VERSION = "kmeans", 1
QUICK_STARTS = 4
BLOCK = 16_384  # people at a time
LARGEST = float(np.finfo(np.float32).max) ** 0.25  # so that powers of it stay finite
NEVER_NONE = 1e-12

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def segmenter(
    k: int, *, categorical: Sequence[int], weights: Sequence[float] | None = None, seed: int
) -> "MixedKMeans":
    """The estimator for `k` groups; `categorical` are positions of columns that hold codes."""
    return MixedKMeans(k, categorical_features=tuple(categorical), weights=weights, random_state=seed)


def restore(parameters: dict[str, Any]) -> "MixedKMeans":
    """A fitted estimator from what `parameters` told; its chances are the same to the bit.

    Raises:
        InputError: they are of another segmenter or version.
    """
    if (parameters.get("segmenter"), parameters.get("version")) != (NAME, VERSION):
        found = f"{parameters.get('segmenter')!r}, version {parameters.get('version')!r}"
        raise InputError(
            f"These segments were stored as {found}; this is {NAME!r}, version {VERSION}. Find the segments anew."
        )
    fitted = MixedKMeans(**parameters["settings"])
    fitted.n_features_in_ = parameters["columns"]
    fitted._numbers = tuple(_Number(**one) for one in parameters["numbers"])
    fitted._categories = tuple(_Category.of(one) for one in parameters["categories"])
    centres = np.array(parameters["centres"], np.float32)
    fitted._settle(centres, np.array(parameters["shares"]), parameters["variance"])
    return fitted


@dataclass(frozen=True)
class _Number:
    """A column of numbers: from `middle` in `unit`s, Yeo and Johnson's power, to mean 0 and variance `weight`."""

    column: int
    middle: float
    unit: float
    power: float
    mean: float
    scale: float

    def encoded(self, rows: Floats) -> Floats:
        """(people, 1); what is missing stands in the middle."""
        values = rows[:, self.column]
        steps = (values - np.float32(self.middle)) / np.float32(self.unit)
        shown = (_bent(steps, self.power) - np.float32(self.mean)) * np.float32(self.scale)
        return np.asarray(np.where(np.isnan(shown), np.float32(0), shown)[:, None], np.float32)


@dataclass(frozen=True)
class _Category:
    """A column of codes: how far from `middle` each of `levels` is, all together at variance `weight`."""

    column: int
    levels: Floats
    middle: Floats
    scale: float

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        return cls(
            record["column"],
            np.array(record["levels"], np.float32),
            np.array(record["middle"], np.float32),
            record["scale"],
        )

    def encoded(self, rows: Floats) -> Floats:
        """(people, levels); what is missing, or was not there at the fit, stands in the middle."""
        shown = (rows[:, [self.column]] == self.levels).astype(np.float32)
        known = shown.any(axis=1)
        shown -= self.middle
        shown[~known] = 0
        return np.asarray(shown * np.float32(self.scale), np.float32)


class MixedKMeans(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """K-means on an encoding that is fair to numbers and categories.

    X holds numbers; columns in `categorical_features` hold codes, NaN is missing and stands in the middle. `weights`
    say how much each column's squared distance counts; one of weight 0 is left out.
    """

    def __init__(
        self,
        n_clusters: int = 6,
        *,
        categorical_features: Sequence[int] = (),
        weights: Sequence[float] | None = None,
        n_init: int = 10,
        random_state: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.categorical_features = categorical_features
        self.weights = weights
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803 scikit-learn's name
        """Find the groups in X (rows, columns), the same in whatever order rows and columns come."""
        rows = self._checked(X, reset=True)
        weights = np.ones(rows.shape[1]) if self.weights is None else np.asarray(self.weights, np.float64)
        if weights.shape != (rows.shape[1],):
            raise ValueError(f"{len(weights)} weights were given for {rows.shape[1]} columns.")
        by_row, by_column = canonical(rows)
        ordered = rows[by_row]
        self._read(ordered, weights, [int(at) for at in by_column if weights[at] > 0])
        design = self._encode(ordered)
        found = KMeans(self.n_clusters, n_init=self.n_init, random_state=self.random_state).fit(design)
        sizes = np.bincount(found.labels_, minlength=self.n_clusters)
        largest = np.argsort(-sizes, kind="stable")
        variance = max(float(found.inertia_) / max(design.size, 1), 1e-9)
        self.n_iter_ = int(found.n_iter_)
        self._settle(found.cluster_centers_[largest].astype(np.float32), sizes[largest] / len(rows), variance)
        self.labels_ = self.predict(rows)
        return self

    def again(
        self,
        X: ArrayLike,  # noqa: N803 scikit-learn's name
        *,
        k: int | None = None,
        seed: int,
        quick: bool = False,
    ) -> "MixedKMeans":
        """Fit anew to other rows, or for another number of groups; `quick` takes fewer starts."""
        told = {**self.get_params(), "n_clusters": k or self.n_clusters, "random_state": seed}
        return MixedKMeans(**told | ({"n_init": QUICK_STARTS} if quick else {})).fit(X)

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:  # noqa: N803 scikit-learn's name
        """The group with the nearest centre, for each row; 0 is the largest group of the fit."""
        return np.asarray(self._away(X).argmin(axis=1))

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        """The probability of each group, taking groups as balls of one width."""
        joint = self._joint(X)
        return np.asarray(np.exp(joint - _log_sum_exp(joint)[:, None]), np.float32)

    def score(self, X: ArrayLike, y: object = None) -> float:  # noqa: N803 scikit-learn's name
        """The mean log-likelihood of a row, taking groups as balls of one width."""
        return float(_log_sum_exp(self._joint(X)).mean())

    def bic(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """Schwarz's criterion for balls of one width (Pelleg and Moore 2000); lower is better."""
        joint = self._joint(X)
        free = self.n_clusters * (self.cluster_centers_.shape[1] + 1)
        return float(free * np.log(len(joint)) - 2 * _log_sum_exp(joint).sum())

    def icl(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """BIC that also charges for overlap of the groups."""
        chances = self.predict_proba(X)
        return self.bic(X) - 2 * float((chances * np.log(np.maximum(chances, 1e-30))).sum(dtype=np.float64))

    def kept(self, groups: Sequence[int]) -> Self:
        """Only these groups, in this order; the people of the others go to the nearest among them."""
        check_is_fitted(self)
        left = copy(self)
        left.n_clusters = len(groups)
        shares = self.shares_[list(groups)]
        left._settle(self.cluster_centers_[list(groups)], shares / shares.sum(), self.variance_)
        return left

    def parameters(self) -> dict[str, Any]:
        """Everything that chances are made of, in plain lists and numbers; `restore` reads it."""
        check_is_fitted(self)
        return {
            "segmenter": NAME,
            "version": VERSION,
            "columns": self.n_features_in_,
            "settings": {
                "n_clusters": self.n_clusters,
                "categorical_features": [int(at) for at in self.categorical_features],
                "weights": None if self.weights is None else [float(weight) for weight in self.weights],
            },
            "numbers": [vars(one) for one in self._numbers],
            "categories": [
                {**vars(one), "levels": one.levels.tolist(), "middle": one.middle.tolist()} for one in self._categories
            ],
            "centres": self.cluster_centers_.tolist(),
            "shares": self.shares_.tolist(),
            "variance": self.variance_,
        }

    def _settle(self, centres: Floats, shares: Doubles, variance: float) -> None:
        self.cluster_centers_, self.shares_, self.variance_ = centres, shares, variance

    def _read(self, rows: Floats, weights: Doubles, columns: Sequence[int]) -> None:
        """Learn how each column is encoded."""
        categorical = frozenset(self.categorical_features)
        numbers, categories = [], []
        for at in columns:
            values = np.unique(rows[~np.isnan(rows[:, at]), at])
            if at in categorical:
                shown = (rows[:, [at]] == values).astype(np.float32)
                middle = shown.sum(axis=0) / max(float(shown.sum()), 1.0)
                width = max(float((middle * (1 - middle)).sum()), NEVER_NONE)
                categories.append(_Category(at, values, middle.astype(np.float32), float(np.sqrt(weights[at] / width))))
            elif len(values) > 1:
                numbers.append(_number(at, rows[:, at], weights[at]))
        self._numbers, self._categories = tuple(numbers), tuple(categories)

    def _encode(self, rows: Floats) -> Floats:
        blocks = [*(one.encoded(rows) for one in self._numbers), *(one.encoded(rows) for one in self._categories)]
        return np.hstack(blocks) if blocks else np.zeros((len(rows), 1), np.float32)

    def _away(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        """Squared distance from each centre (people, groups)."""
        check_is_fitted(self, "cluster_centers_")
        rows = self._checked(X, reset=False)
        away = np.empty((len(rows), self.n_clusters), np.float32)
        for first in range(0, len(rows), BLOCK):
            design = self._encode(rows[first : first + BLOCK])
            square = np.einsum("pc,pc->p", design, design)[:, None]
            square = square + (self.cluster_centers_**2).sum(axis=1) - 2 * design @ self.cluster_centers_.T
            away[first : first + BLOCK] = np.maximum(square, 0)
        return away

    def _joint(self, X: ArrayLike) -> Doubles:  # noqa: N803 scikit-learn's name
        away = self._away(X).astype(np.float64)
        width = self.cluster_centers_.shape[1] * np.log(2 * np.pi * self.variance_)
        return np.asarray(np.log(np.maximum(self.shares_, NEVER_NONE)) - 0.5 * (away / self.variance_ + width))

    def _checked(self, X: ArrayLike, *, reset: bool) -> Floats:  # noqa: N803 scikit-learn's name
        rows = validate_data(self, X, dtype=[np.float32, np.float64], ensure_all_finite="allow-nan", reset=reset)
        return np.asarray(np.clip(rows, -LARGEST, LARGEST), np.float32)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _number(column: int, values: Floats, weight: float) -> _Number:
    """Learn how a column of numbers is encoded."""
    low, middle, high = (float(at) for at in np.nanquantile(values, [0.25, 0.5, 0.75]))
    unit = high - low or float(np.nanstd(values, dtype=np.float64))
    steps = np.asarray((values - np.float32(middle)) / np.float32(unit), np.float64)
    power = float(PowerTransformer(standardize=False).fit(steps[:, None]).lambdas_[0])
    bent = _bent(steps.astype(np.float32), power).astype(np.float64)
    width = max(float(np.nanstd(bent)), NEVER_NONE)
    return _Number(column, middle, unit, power, float(np.nanmean(bent)), float(np.sqrt(weight)) / width)


def _bent(values: Floats, power: float) -> Floats:
    """Yeo and Johnson's transformation."""
    above, below = np.maximum(values, 0), np.maximum(-values, 0)
    up = np.log1p(above) if abs(power) < 1e-6 else ((above + 1) ** np.float32(power) - 1) / np.float32(power)
    other = 2 - power
    down = np.log1p(below) if abs(other) < 1e-6 else ((below + 1) ** np.float32(other) - 1) / np.float32(other)
    return np.asarray(up - down, np.float32)


def _log_sum_exp(joint: Doubles) -> Doubles:
    top = joint.max(axis=1)
    return np.asarray(top + np.log(np.exp(joint - top[:, None]).sum(axis=1)))
