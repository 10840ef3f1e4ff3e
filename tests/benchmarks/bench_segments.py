"""How much of what can be known the segmenters find, on audiences whose groups are known, and how long it takes.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_segments.py [--seeds N]

The yardstick in the same run: the Bayes oracle, which knows how the audience was made, and the usual recipe
(standardise, one-hot, k-means). ARI is 1 for the true groups and 0 for chance.
"""

import argparse
import datetime as dt
import resource
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from marketing import catalog
from marketing.segments import segmentation
from marketing.segments.audience import prepare

TODAY = dt.date(2026, 11, 23)
NUMBERS, CATEGORIES, NUISANCE = 5, 5, 2


@dataclass(frozen=True)
class Made:
    """An audience with its true groups, and what the oracle, who knows the recipe, says of each person."""

    audience: pd.DataFrame
    truth: np.ndarray
    oracle: np.ndarray


def make(seed: int, *, people: int = 5_000, groups: int = 6, correlated: bool = False, apart: float = 1.0) -> Made:
    """Mixed columns, some skewed, a tenth of the cells missing, two columns that mean nothing."""
    random = np.random.default_rng(seed)
    share = random.dirichlet(np.full(groups, 6.0))
    truth = random.choice(groups, people, p=share)
    loglik = np.tile(np.log(share), (people, 1))
    means = random.normal(0, apart, (groups, NUMBERS))
    spread = np.full((NUMBERS, NUMBERS), 0.6 if correlated else 0.0)
    np.fill_diagonal(spread, 1.0)
    root = np.linalg.cholesky(spread)
    values = means[truth] + random.normal(size=(people, NUMBERS)) @ root.T
    columns: dict[str, object] = {}
    seen = random.random((people, NUMBERS)) > 0.1
    for g in range(groups):
        loglik[:, g] += _normal_loglik(values - means[g], spread, seen)
    for j in range(NUMBERS):
        shown = np.exp(values[:, j]) if j % 2 else values[:, j]
        columns[f"number {'abcde'[j]}"] = np.where(seen[:, j], shown, np.nan)
    for j in range(CATEGORIES):
        chances = random.dirichlet(np.full(3 + j, 0.9 / apart), groups)
        codes = (chances[truth].cumsum(1) > random.random((people, 1))).argmax(1)
        known = random.random(people) > 0.1
        loglik += np.where(known[:, None], np.log(chances[:, codes].T + 1e-12), 0)
        columns[f"kind {'fghij'[j]}"] = np.where(known, np.array(list("klmnopq"))[codes], None)
    for j in range(NUISANCE):
        columns[f"noise {'xy'[j]}"] = random.choice(list("uvw"), people)
    audience = pd.DataFrame({"person": [f"p{i:07d}" for i in range(people)], **columns})
    return Made(audience, truth, loglik.argmax(1))


def _normal_loglik(away: np.ndarray, spread: np.ndarray, seen: np.ndarray) -> np.ndarray:
    result = np.zeros(len(away))
    for pattern in np.unique(seen, axis=0):
        rows = (seen == pattern).all(1)
        if pattern.any():
            part = spread[np.ix_(pattern, pattern)]
            x = away[rows][:, pattern]
            result[rows] = -0.5 * (x * np.linalg.solve(part, x.T).T).sum(1) - 0.5 * np.linalg.slogdet(part)[1]
    return result


def usual_recipe(audience: pd.DataFrame, k: int, seed: int) -> np.ndarray:
    """What most people do: fill, standardise, one-hot, k-means."""
    numbers = audience.select_dtypes("number")
    numbers = numbers.fillna(numbers.mean())
    dummies = pd.get_dummies(audience.drop(columns=["person", *numbers.columns]))
    design = np.hstack([(numbers - numbers.mean()) / numbers.std(), dummies.to_numpy(float)])
    return KMeans(k, n_init=10, random_state=seed).fit_predict(design)


def shuffled(audience: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same columns, each in an order of its own: no groups are left in it."""
    random = np.random.default_rng(seed)
    return pd.DataFrame({c: audience[c] if c == "person" else random.permutation(audience[c]) for c in audience})


def main() -> None:
    """Print what each method recovers, then how k is chosen, then time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first", type=int, default=100, help="first seed")
    parser.add_argument("--people", type=int, default=0, help="also time this many people")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    for correlated in (False, True):
        print("correlated" if correlated else "independent", "audiences of six groups, 5,000 people; mean ARI")
        _recovery([make(seed, correlated=correlated) for seed in seeds])
    _choice_of_k(seeds)
    if given.people:
        _scale(given.people)


def _recovery(audiences: list[Made]) -> None:
    found: dict[str, list[float]] = {}
    for made in audiences:
        _score(found, "oracle", made, made.oracle)
        _score(found, "usual recipe", made, usual_recipe(made.audience, 6, 0))
        people = prepare(made.audience, today=TODAY)
        for name in catalog.names(segmentation.SEGMENTERS):
            build = catalog.load(segmentation.SEGMENTERS, name).segmenter
            _score(found, name, made, build(6, categorical=people.categorical, seed=0).fit_predict(people.matrix))
    for name, values in found.items():
        print(f"  {name:14} {np.mean(values):.3f}  {np.mean(values) / np.mean(found['oracle']):.0%} of the oracle's")


def _score(found: dict[str, list[float]], name: str, made: Made, labels: np.ndarray) -> None:
    found.setdefault(name, []).append(adjusted_rand_score(made.truth, labels))


def _choice_of_k(seeds: range) -> None:
    exact, near, false, seconds = 0, 0, 0, []
    for seed in seeds:
        groups = 3 + seed % 5
        made = make(1_000 + seed, groups=groups)
        start = time.process_time()
        chosen = len(segmentation.segment(made.audience, today=TODAY).segments)
        seconds.append(time.process_time() - start)
        exact += chosen == groups
        near += abs(chosen - groups) <= 1
        false += segmentation.segment(shuffled(made.audience, seed), today=TODAY).stable
    total = len(seeds)
    print(f"k of 3 to 7 groups: exact {exact} of {total}, within one {near} of {total}")
    print(f"shuffled columns called stable: {false} of {total}")
    print(f"5,000 people, 12 columns, k found: {np.median(seconds):.1f} CPU seconds (median)")


def _scale(people: int) -> None:
    """A million people: groups found, everyone assigned and described."""
    audience = make(7, people=people).audience
    start = time.process_time()
    found = segmentation.segment(audience, k=6, today=TODAY)
    spent, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{people:,} people into {len(found.segments)} groups: {spent:.1f} CPU seconds")
    print(f"peak memory {peak:,.0f} MB, the table itself included")


if __name__ == "__main__":
    main()
