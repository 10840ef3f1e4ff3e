"""Groups as latent classes: what hangs together within a group is found and allowed for.

A mixture fitted by EM. Columns are read as parts or as normal scores (`reading`), which takes skew, spikes and
outliers as they come; what is missing counts neither for nor against a group. Within a group columns are independent
but for what the data show: hidden causes of scores, bonds of parts, shifts of scores by parts (`dependence`). Left
out of account, such dependence would be taken for groups.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from marketing.segments.ordering import canonical
from marketing.segments.segmenters.latent_class import dependence, lookup, reading, records, starts
from marketing.segments.segmenters.latent_class.design import Structure, laid_out
from marketing.segments.segmenters.latent_class.mixture import Mixture, normalise
from marketing.segments.segmenters.latent_class.reading import Floats, Reading

QUICK = {"n_init": 4, "max_iter": 30, "tol": 1e-4}
LARGEST = float(np.finfo(np.float32).max)


def segmenter(
    k: int, *, categorical: Sequence[int], weights: Sequence[float] | None = None, seed: int
) -> "LatentClass":
    """The estimator for `k` groups; `categorical` are positions of columns that hold codes."""
    return LatentClass(k, categorical_features=tuple(categorical), weights=weights, random_state=seed)


def restore(parameters: dict[str, Any]) -> "LatentClass":
    """A fitted estimator from what `parameters` told; its chances are the same to the bit.

    Raises:
        InputError: they are of another version.
    """
    told, read, structure, mixture = records.read(parameters)
    fitted = LatentClass(**told)
    fitted.n_features_in_ = parameters["columns"]
    fitted.n_iter_ = 0
    fitted._settle(read, structure, mixture)
    return fitted


class LatentClass(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Latent class analysis of mixed columns with local dependence.

    X holds numbers; columns in `categorical_features` hold codes of categories (any numbers), NaN is missing.
    `weights` say how much each column's log-likelihood counts; one of weight 0 is left out. `n_init` seeded starts
    race; the best is carried to convergence, that is until a step gains less than `tol` of log-likelihood a person.
    `reading` and `structure` (of a fitted estimator: `reading_`, `structure_`) are used as they are where given.
    """

    def __init__(
        self,
        n_clusters: int = 6,
        *,
        categorical_features: Sequence[int] = (),
        weights: Sequence[float] | None = None,
        n_init: int = 10,
        max_iter: int = 150,
        tol: float = 1e-5,
        random_state: int | None = None,
        reading: Reading | None = None,
        structure: Structure | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.categorical_features = categorical_features
        self.weights = weights
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.reading = reading
        self.structure = structure

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803 scikit-learn's name
        """Find the groups in X (rows, columns), the same in whatever order rows and columns come."""
        rows = self._checked(X, reset=True)
        if not 1 <= self.n_clusters <= len(rows):
            raise ValueError(f"n_clusters={self.n_clusters} cannot be: n_samples={len(rows)} allow 1 to as many.")
        weights = np.ones(rows.shape[1]) if self.weights is None else np.asarray(self.weights, np.float64)
        if weights.shape != (rows.shape[1],):
            raise ValueError(f"{len(weights)} weights were given for {rows.shape[1]} columns.")
        random = check_random_state(self.random_state)
        by_row, by_column = canonical(rows)
        ordered = rows[by_row]
        read = self.reading or reading.learn(
            ordered, frozenset(self.categorical_features), weights.tolist(), by_column.tolist()
        )
        people, warm = laid_out(ordered, read, self.structure or Structure()), None
        if self.structure is None:
            structure, warm = dependence.find(people, self.n_clusters, random)
            people = people.structured(structure)
        mixture, _, self.n_iter_ = starts.race(
            people, self.n_clusters, self.n_init, random, self.max_iter, self.tol, warm
        )
        self._settle(read, people.structure, mixture.kept(np.argsort(-mixture.shares, kind="stable")))
        self.labels_ = self.predict(rows)
        return self

    def again(
        self,
        X: ArrayLike,  # noqa: N803 scikit-learn's name
        *,
        k: int | None = None,
        seed: int,
        quick: bool = False,
    ) -> "LatentClass":
        """Fit anew to other rows, or for another number of groups; columns are read, and hang together, as here.

        `quick` takes fewer starts and stops sooner, which is enough to see whether groups are found again.
        """
        check_is_fitted(self)
        told = {**self.get_params(), "n_clusters": k or self.n_clusters, "random_state": seed}
        told |= {"reading": self.reading_, "structure": self.structure_} | (QUICK if quick else {})
        return LatentClass(**told).fit(X)

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:  # noqa: N803 scikit-learn's name
        """The likeliest group of each row; 0 is the largest group of the fit."""
        return np.asarray(self._joint(X).argmax(axis=1))

    def predict_proba(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        """The probability of each group (columns) for each row."""
        joint = self._joint(X)
        normalise(joint)
        return joint

    def score(self, X: ArrayLike, y: object = None) -> float:  # noqa: N803 scikit-learn's name
        """The mean log-likelihood of a row, by normal scores."""
        return float(self._loglik(X)[0].mean(dtype=np.float64))

    def bic(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """Schwarz's criterion; lower is better. What is drawn to a shared estimate counts by how far it is its own."""
        loglik, _ = self._loglik(X)
        return self._charged(loglik)

    def icl(self, X: ArrayLike) -> float:  # noqa: N803 scikit-learn's name
        """Integrated completed likelihood (Biernacki, Celeux, Govaert 2000): BIC that also charges for overlap."""
        loglik, chances = self._loglik(X)
        overlap = -float((chances * np.log(np.maximum(chances, 1e-30))).sum(dtype=np.float64))
        return self._charged(loglik) + 2 * overlap

    def kept(self, groups: Sequence[int]) -> Self:
        """Only these groups, in this order; the people of the others go to their likeliest among them."""
        check_is_fitted(self)
        left = copy(self)
        left.n_clusters = len(groups)
        left._settle(self.reading_, self.structure_, self.mixture_.kept(np.asarray(groups, np.intp)))
        return left

    def parameters(self) -> dict[str, Any]:
        """Everything that chances are made of, in plain lists and numbers; `restore` reads it."""
        check_is_fitted(self)
        told = {
            "n_clusters": self.n_clusters,
            "categorical_features": [int(at) for at in self.categorical_features],
            "weights": None if self.weights is None else [float(weight) for weight in self.weights],
        }
        return records.write(told, self.n_features_in_, self.reading_, self.structure_, self.mixture_)

    def _settle(self, read: Reading, structure: Structure, mixture: Mixture) -> None:
        self.reading_, self.structure_, self.mixture_ = read, structure, mixture
        self.shares_ = np.exp(mixture.shares)
        self._lookup = lookup.prepare(read, structure, mixture)

    def _charged(self, loglik: Floats) -> float:
        return float(self.mixture_.free * np.log(len(loglik)) - 2 * loglik.sum(dtype=np.float64))

    def _loglik(self, X: ArrayLike) -> tuple[Floats, Floats]:  # noqa: N803 scikit-learn's name
        """The log-likelihood of each row, relative to independent columns as everyone has them; and its chances."""
        check_is_fitted(self, "mixture_")
        rows = self._checked(X, reset=False)
        joint = self._lookup.joint(rows)
        return np.asarray(normalise(joint) + self._lookup.plain(rows)), joint

    def _joint(self, X: ArrayLike) -> Floats:  # noqa: N803 scikit-learn's name
        check_is_fitted(self, "mixture_")
        return self._lookup.joint(self._checked(X, reset=False))

    def _checked(self, X: ArrayLike, *, reset: bool) -> Floats:  # noqa: N803 scikit-learn's name
        """Rows in float32; what is too large for it becomes the largest there is."""
        rows = validate_data(self, X, dtype=[np.float32, np.float64], ensure_all_finite="allow-nan", reset=reset)
        if rows.dtype == np.float64:
            rows = np.clip(rows, -LARGEST, LARGEST).astype(np.float32)
        return np.asarray(rows)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
