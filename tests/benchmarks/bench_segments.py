"""How much of what can be known segmenters find, whether the number of groups comes out right, and what it costs.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_segments.py [--seeds N] [--first SEED] [--folder FOLDER]

On audiences of many kinds whose groups are known (made_audiences.py; OTHERS are kinds that nothing was tuned on),
beside the Bayes oracle, who knows how each was made, and the usual recipe: fill, standardise, one-hot, k-means. ARI
is 1 for the true groups and 0 for chance. Then three real audiences, where they are at hand: whether refits to
bootstraps find the groups again, and how well the best of them foretells an answer that was set aside. Exits 1 when
a bound is missed.
"""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made_audiences import KINDS, OTHERS, Array, Made, made, shuffled
from real_trends import Bounds, one_thread, spent
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from marketing import catalog
from marketing.segments import choice
from marketing.segments.audience import learn

SEGMENTERS = "marketing.segments.segmenters"
FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "audience"
DEPENDENT = [
    "correlated",
    "two factors",
    "own correlations",
    "couples",
    "heavy tails",
    "paired categories",
    "own pairs",
    "shifted numbers",
    "tied noise",
    "everything",
]
BOOTSTRAPS = 20
REAL = {"bank": 0.70, "adult": 0.70, "wholesale": 0.60}  # least agreement of refits
LEAKING = {"bank": ["duration"], "adult": ["fnlwgt"], "wholesale": []}  # known only afterwards, or a sampling weight
ANSWERS = {"bank": "y", "adult": "income", "wholesale": ""}


def building(name: str, categorical: Sequence[int]) -> Callable[..., Any]:
    """What `choose` builds segmenters with."""
    option = catalog.load(SEGMENTERS, name)
    return lambda k, *, seed: option.segmenter(k, categorical=categorical, seed=seed)


def usual_recipe(rows: Array, categorical: Sequence[int], k: int) -> Array:
    """What most people do: fill, standardise, one-hot, k-means."""
    frame = pd.DataFrame(rows)
    numbers = frame.drop(columns=list(categorical))
    numbers = numbers.fillna(numbers.mean())
    dummies = pd.get_dummies(frame[list(categorical)].astype(object))
    design = np.hstack([(numbers - numbers.mean()) / numbers.std(), dummies.to_numpy(float)])
    return np.asarray(KMeans(k, n_init=10, random_state=0).fit_predict(design))


def recovery(kinds: Sequence[str], seeds: range, missing: float = 0.1) -> dict[str, float]:
    """Mean ARI of each method over the kinds, by the oracle's, a line a kind printed."""
    totals: dict[str, list[float]] = {}
    for kind in kinds:
        found: dict[str, list[float]] = {}
        for seed in seeds:
            one = made(kind, seed, missing=missing)
            found.setdefault("oracle", []).append(_agreement(one, one.oracle))
            usual = usual_recipe(one.rows, one.categorical, one.groups)
            found.setdefault("usual recipe", []).append(_agreement(one, usual))
            for name in catalog.names(SEGMENTERS):
                labels = building(name, one.categorical)(one.groups, seed=0).fit(one.rows).labels_
                found.setdefault(name, []).append(_agreement(one, labels))
        oracle = float(np.mean(found.pop("oracle")))
        shares = {name: float(np.mean(values)) / oracle for name, values in found.items()}
        told = "  ".join(f"{name} {share:4.0%}" for name, share in shares.items())
        print(f"  {kind:20} oracle's ARI {oracle:.2f}; of it: {told}", flush=True)
        for name, share in shares.items():
            totals.setdefault(name, []).append(share)
    return {name: float(np.mean(shares)) for name, shares in totals.items()}


def _agreement(one: Made, labels: Array) -> float:
    return float(adjusted_rand_score(one.truth, labels))


def how_many(kinds: Sequence[str], seeds: range) -> tuple[float, float, float, float]:
    """Shares of audiences of 2 to 9 groups that are counted right, and within one; of shuffled ones in which stable
    groups are seen; and the median CPU seconds."""
    off, false, cost = [], [], []
    for place, kind in enumerate(kinds):
        for seed in seeds:
            groups = 2 + (3 * seed + place) % 8
            one = made(kind, seed, groups=groups)
            build = building("latent_class", one.categorical)
            before = time.process_time()
            chosen = choice.choose(one.rows, build, seed=seed)
            cost.append(time.process_time() - before)
            none = choice.choose(shuffled(one.rows, seed), build, seed=seed)
            off.append(abs(chosen.k - groups))
            false.append(none.stable)
            print(f"  {kind:20} {groups} groups: {chosen.k} found; shuffled: {none.k}", flush=True)
    away = np.array(off)
    return float((away == 0).mean()), float((away <= 1).mean()), float(np.mean(false)), float(np.median(cost))


def costs(bounds: Bounds) -> None:
    """What fitting and assigning cost."""
    one = made("correlated", 1, people=120_000)
    build = building("latent_class", one.categorical)
    fitted = choice.choose(one.rows[:5_000], build, k=6).fitted
    spending = spent(lambda: choice.choose(one.rows[:20_000], build, k=6))
    bounds.at_most("CPU seconds: 20,000 x 12, six groups and their proof", spending, 1.2, ".2f")
    assigning = 100 * spent(lambda: fitted.predict_proba(one.rows[20_000:]))
    bounds.at_most("CPU seconds to assign 10 million (from 100,000)", assigning, 4.0, ".1f")
    fewer = one.rows[:5_000]
    usual = spent(lambda: usual_recipe(fewer, one.categorical, 6))
    print(
        f"  the usual recipe on 5,000: {usual:.2f} CPU seconds; ours {spent(lambda: build(6, seed=0).fit(fewer)):.2f}"
    )


def read(name: str, folder: Path) -> tuple[Array, list[int], Array | None]:
    """A real audience as the product reads it: rows, positions of categories, and the answer set aside."""
    file = {"bank": "uci_bank_marketing", "adult": "uci_adult", "wholesale": "uci_wholesale"}[name]
    frame = pd.read_csv(folder / f"{file}.csv", sep=";" if name == "bank" else ",", encoding="latin-1")
    frame = frame[[column for column in frame if not str(column).startswith("Unnamed")]].dropna(how="all")
    answer = frame.pop(ANSWERS[name]).isin(["yes", ">50K"]).to_numpy() if ANSWERS[name] else None
    frame = frame.drop(columns=LEAKING[name]).assign(
        person=[f"{name}{row * 7919 % 100003:06d}" for row in range(len(frame))]
    )
    scheme = learn(frame, today=dt.date(2026, 11, 23))
    return scheme.matrix(frame), scheme.categorical, answer


def real(name: str, folder: Path, bounds: Bounds) -> None:
    """Agreement of refits, and the lift of the best group on people who were not there at the fit."""
    rows, categorical, answer = read(name, folder)
    build = building("latent_class", categorical)
    order = np.random.default_rng(0).permutation(len(rows))
    sample = rows[order[:20_000]]
    chosen = choice.choose(sample, build, least=min(choice.LEAST, len(sample) // 10))
    if chosen.fitted is None:
        bounds.at_least(f"{name}: groups", 1, 2, ".0f")
        return
    whole = build(chosen.k, seed=0).fit(rows)
    drawn = np.random.default_rng(1).integers(len(rows), size=(BOOTSTRAPS, len(rows)))
    again = [whole.again(rows[at], seed=seed).predict(rows) for seed, at in enumerate(drawn)]
    agreement = float(np.mean([adjusted_rand_score(whole.labels_, labels) for labels in again]))
    print(f"  {name}: {len(rows):,} people, {rows.shape[1]} columns. {chosen.why}")
    bounds.at_least(f"{name}: {BOOTSTRAPS} refits to bootstraps, ARI", agreement, REAL[name])
    none = [choice.choose(shuffled(sample, seed), build, least=chosen.k, seed=seed).stable for seed in range(3)]
    bounds.at_most(f"{name}: shuffled columns called stable, of 3", sum(none), 0, ".0f")
    if answer is not None:
        half = len(rows) // 2
        first, second = order[:half], order[half:]
        ours = build(chosen.k, seed=0).fit(rows[first])
        lift = _lift(ours.predict(rows), answer, first, second)
        usual = _lift(usual_recipe(rows, categorical, chosen.k), answer, first, second)
        told = f"{name}: lift of the best group (the usual recipe's {usual:.1f})"
        bounds.at_least(told, lift, 2.5 if name == "bank" else 1.0, ".1f")


def _lift(labels: Array, answer: Array, first: Array, second: Array) -> float:
    """The answer's rate in the group where it is highest in one half, by everyone's, in the other half."""
    groups = range(int(labels.max()) + 1)
    best = max(groups, key=lambda group: answer[first][labels[first] == group].mean())
    return float(answer[second][labels[second] == best].mean() / answer[second].mean())


def main(arguments: list[str] | None = None) -> int:
    """Print what is found, how groups are counted, what real audiences say, and the cost; return bounds missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=900, help="first seed")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args(arguments)
    one_thread()
    seeds, bounds = range(given.first, given.first + given.seeds), Bounds()
    print("Six groups, 5,000 people; columns independent within groups, or nearly")
    plain = recovery([kind for kind in KINDS if kind not in (*DEPENDENT, "narrow")], seeds)
    print("Columns that hang together within groups")
    dependent = recovery(DEPENDENT, seeds)
    print("Kinds that nothing was tuned on")
    other = recovery(list(OTHERS), seeds)
    print("40% of cells missing")
    missing = recovery(["independent", "correlated", "everything"], seeds, missing=0.4)
    ours = "latent_class"
    for what, shares, bound in (
        ("independent", plain, 0.95),
        ("dependent", dependent, 0.80),
        ("other", other, 0.80),
        ("40% missing", missing, 0.80),
    ):
        told = f"ARI by the oracle's, {what} (usual recipe {shares['usual recipe']:.0%})"
        bounds.at_least(told, shares[ours], bound)
    exact, near, false, cost = how_many([kind for kind in KINDS if kind not in ("narrow", "wide")], seeds)
    bounds.at_least("the right number of groups, of 2 to 9", exact, 0.65, ".0%")
    bounds.at_least("within one", near, 0.90, ".0%")
    bounds.at_most("shuffled columns called stable", false, 0.05, ".0%")
    bounds.at_most("CPU seconds to choose on 5,000 people (median)", cost, 5.0, ".1f")
    exact, near, false, _ = how_many(list(OTHERS), seeds)
    print(f"  kinds that nothing was tuned on: right {exact:.0%}, within one {near:.0%}")
    bounds.at_most("and of these, shuffled, called stable", false, 0.05, ".0%")
    if given.folder.is_dir():
        for name in REAL:
            real(name, given.folder, bounds)
    costs(bounds)
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
