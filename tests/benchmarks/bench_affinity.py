"""How well titles are told for persons and for segments, beside popularity, and whether intervals hold what they say.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_affinity.py [--seeds N] [--first SEED] [--viewing FILE] [--large]

Persons: each one's last title is held back and counts by its place (NDCG@10) in invented viewing made like MovieLens
100k (made_viewing: 943 people, 1,682 titles, 106 each); the yardsticks, popularity and the likeness of titles
(cosine), see the same. FILE is other viewing (Parquet or CSV: person, title, date). Segments: rates are learnt from
half the people and held against the other half, where a held-out rate has chance of its own, which the interval is
widened by exactly (beta-binomial; a tie counts by the part of it that lies within); and against true rates in invented
worlds of 2 to 10 segments of 100 to 100,000 people. Exits 1 when a bound is missed.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd
from made_viewing import made
from scipy.special import betaincinv
from scipy.stats import betabinom

from marketing.segments.affinity import affinity, ease, within
from marketing.segments.affinity.counting import Seen, gather
from marketing.segments.affinity.rates import shrunk
from marketing.segments.affinity.worth import worth
from marketing.segments.affinity.yardsticks import check, gains, hold_back

TIMES = 1.6  # EASE's NDCG@10 by popularity's, at least
WITHIN = (0.87, 0.93)  # of 90% intervals
EACH = (0.85, 0.95)  # in each kind of world
SHAPES = ("spread", "beta", "genres", "seldom apart", "nearly alike", "busy and idle")
Array = np.ndarray


def persons(worlds: list[Seen]) -> bool:
    """NDCG@10 of EASE, stored EASE, singular vectors and the yardsticks, mean over worlds."""
    rows = []
    for seen in worlds:
        known, held = hold_back(seen)
        learnt = _without_last(seen, known)
        start = time.process_time()
        taste = ease.fit(learnt)
        spent = time.process_time() - start
        told = check("EASE", held, taste.scores, known, ease.gram(known))
        stored = ease.restore(taste.table(), pd.Series(taste.popular, index=taste.titles))
        vectors = ease.fit(learnt, most=1)
        rows.append(
            {
                "popularity": told.popularity,
                "cosine": told.cosine,
                "singular vectors": gains(held, vectors.scores).mean(),
                "EASE, 100 weights a title": gains(held, stored.scores).mean(),
                "EASE": told.ndcg,
                "CPU seconds": spent,
            }
        )
    means = pd.DataFrame(rows).mean()
    print(f"Persons: NDCG@10 of the last title held back, mean of {len(worlds)} worlds")
    for name, value in means.drop("CPU seconds").items():
        print(f"  {name:28} {value:.4f}  {value / means['popularity']:.2f} times popularity's")
    print(f"  {'a fit, penalty chosen':28} {means['CPU seconds']:.1f} CPU seconds")
    return _bound("EASE by popularity", means["EASE"] / means["popularity"], TIMES, np.inf)


def _without_last(seen: Seen, known: Array) -> Seen:
    kept = seen.matrix.copy()
    kept.data = seen.when.astype(np.float64) + 1
    kept = (kept * known).tocsr()
    kept.sort_indices()
    known.sort_indices()
    return Seen(seen.persons, seen.titles, known, (kept.data - 1).astype(np.int64))


def held_out(seeds: range) -> bool:
    """Coverage of the other half's rates, and what the first ten titles of a segment are worth."""
    rows = []
    for seed in seeds:
        random = np.random.default_rng(seed)
        world = made(
            seed, people=int(np.exp(random.uniform(np.log(1_200), np.log(12_000)))), groups=int(random.integers(3, 9))
        )
        seen, half = gather(world.viewing), random.random(len(world.groups)) < 0.5
        groups = int(world.groups.max()) + 1
        (one, people), (two, others) = (_counted(seen, world.groups, each, groups) for each in (half, ~half))
        keep = one.sum(axis=0) > 0
        one, two = one[:, keep], two[:, keep]
        told = shrunk(one, people)
        raw = (one + 0.5, people - one + 0.5)
        rare = np.broadcast_to(one.sum(axis=0) < np.median(one.sum(axis=0)), one.shape)
        shown = {
            "ours": _covered(told.yes, told.no, two, others),
            "each alone (Jeffreys)": _covered(*raw, two, others),
        }
        lift = np.argsort(-one / people / (one.sum(axis=0) / people.sum()), axis=1, kind="stable")[:, :10]
        first = np.argsort(-told.low, axis=1, kind="stable")[:, :10]
        rate = two / others
        rows.append(
            {name: each.mean() for name, each in shown.items()}
            | {"rare": shown["ours"][rare].mean(), "popular": shown["ours"][~rare].mean()}
            | {"by low": np.take_along_axis(rate, first, 1).mean(), "by lift": np.take_along_axis(rate, lift, 1).mean()}
        )
    means = pd.DataFrame(rows).mean()
    print(f"Segments: 90% intervals that hold the rate of the people held out, mean of {len(rows)} worlds")
    rarity = f"rarer half of titles {means['rare']:.3f}, more popular half {means['popular']:.3f}"
    print(f"  ours {means['ours']:.3f} ({rarity})")
    print(f"  each rate alone (Jeffreys) {means['each alone (Jeffreys)']:.3f}")
    first_ten = f"by lower bound {means['by low']:.1%}, by raw lift {means['by lift']:.1%}"
    print(f"  held-out rate of a segment's first ten titles: {first_ten}")
    return all(_bound(f"coverage, {name}", means[name], *WITHIN) for name in ("ours", "rare", "popular"))


def _counted(seen: Seen, groups: Array, which: Array, number: int) -> tuple[Array, Array]:
    person = np.flatnonzero(which)
    people = np.bincount(groups[person], minlength=number).astype(float)[:, None]
    return within(groups[person], person, number, seen), people


def _covered(yes: Array, no: Array, seen: Array, people: Array) -> Array:
    """How much of each count held out lies between the 5% and 95% quantiles of what was to be expected of it."""
    n = np.broadcast_to(people, seen.shape)
    below, at = betabinom.cdf(seen - 1, n, yes, no), betabinom.pmf(seen, n, yes, no)
    upper = np.clip(below + at, 0.05, 0.95) - np.clip(below, 0.05, 0.95)
    return np.where(at > 1e-300, upper / np.maximum(at, 1e-300), ((below > 0.05) & (below < 0.95)).astype(float))


def true_rates(seeds: range) -> bool:
    """Coverage of true rates where these are known, by the size of a segment and the popularity of a title."""
    means: list[float] = []
    print(f"Segments of 100 to 100,000 people: 90% intervals that hold the true rate, {len(seeds)} worlds of each kind")
    for shape in SHAPES:
        parts: dict[str, list[Array]] = {}
        for seed in seeds:
            people, truth, seen = _world(shape, seed)
            told = shrunk(seen, people)
            held = (told.low <= truth) & (truth <= told.high)
            low, high = (betaincinv(seen + 0.5, people - seen + 0.5, end) for end in (0.05, 0.95))
            size, common = np.broadcast_to(people, truth.shape), np.broadcast_to(truth.mean(axis=0), truth.shape)
            sets = {"all": size > 0, "few people": size < 1_000, "rare titles": common < 0.01}
            for name, which in sets.items():
                parts.setdefault(name, []).append(held[which])
            parts.setdefault("alone", []).append(((low <= truth) & (truth <= high))[size > 0])
        mean = {name: float(np.concatenate(values).mean()) for name, values in parts.items()}
        told_parts = ", ".join(f"{name} {value:.3f}" for name, value in mean.items() if name != "all")
        print(f"  {shape:14} {mean['all']:.3f} ({told_parts})")
        means.append(mean["all"])
    each = all(_bound(f"coverage, {shape}", mean, *EACH) for shape, mean in zip(SHAPES, means, strict=True))
    return _bound("coverage of true rates", float(np.mean(means)), *WITHIN) and each


def _world(shape: str, seed: int) -> tuple[Array, Array, Array]:
    """People in each segment (segments, 1), true rates and how many saw each title (segments, titles)."""
    random = np.random.default_rng([seed, *shape.encode()])
    segments, titles = int(random.integers(2, 11)), int(random.choice([40, 150, 600, 1_700]))
    people = np.exp(random.uniform(np.log(100), np.log(100_000), (segments, 1))).round()
    middle = np.maximum(0.5 * np.arange(1.0, titles + 1) ** -random.uniform(0.5, 1.1), 1e-5)
    noise, strength = random.normal(size=(segments, titles)), np.exp(random.uniform(np.log(20), np.log(400)))
    truth = {
        "spread": lambda: middle * np.exp(0.5 * noise - 0.125),
        "beta": lambda: random.beta(strength * middle, strength * (1 - middle), noise.shape),
        "genres": lambda: (
            middle * np.exp(random.normal(0, 0.7, (segments, 8))[:, random.integers(0, 8, titles)] + 0.1 * noise)
        ),
        "seldom apart": lambda: (
            middle * np.exp(np.where(random.random(noise.shape) < 0.1, 1 + 0.5 * noise, 0.05 * noise))
        ),
        "nearly alike": lambda: middle * np.exp(0.05 * noise),
        "busy and idle": lambda: middle * np.exp(random.normal(0, 0.5, (segments, 1)) + 0.3 * noise),
    }[shape]()
    truth = np.clip(truth, 0, 0.97)
    seen = random.binomial(people.astype(int), truth).astype(float)
    there = seen.sum(axis=0) > 0
    return people, truth[:, there], seen[:, there]


def alike_segments(seeds: range) -> bool:
    """How often groups of taste, and groups drawn by lot, are said to tell more than popularity."""
    by_taste = by_lot = 0
    for seed in seeds:
        world = made(seed)
        people = np.sort(world.viewing["person"].unique())
        lot = np.random.default_rng(seed).permutation(world.groups)
        groups = (pd.DataFrame({"person": people, "segment": each.astype(str)}) for each in (world.groups, lot))
        true, drawn = (worth(each, world.viewing) for each in groups)
        by_taste, by_lot = by_taste + true.better, by_lot + drawn.better
    print(f"Segments of taste tell more than popularity in {by_taste} of {len(seeds)}, groups drawn by lot in {by_lot}")
    return _bound("groups drawn by lot", by_lot / len(seeds), 0, 0.05) & _bound(
        "of taste", by_taste / len(seeds), 0.9, 1
    )


def large() -> None:
    """Twenty million rows of viewing from Parquet, and EASE on 10,000 titles: CPU seconds and memory."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "viewing.parquet")
        rows = "SELECT 'p' || lpad((i // 20)::varchar, 8, '0') AS person, DATE '2026-01-01' + (i % 200)::int AS date, "
        rows += "'t' || lpad(floor(10000 * power(random(), 3))::varchar, 5, '0') AS title FROM range(20000000) t(i)"
        duckdb.connect().execute(f"COPY ({rows}) TO '{file}'")
        connection = ibis.duckdb.connect()
        connection.raw_sql("SET threads = 1")
        table = connection.read_parquet(file)
        persons = np.array([f"p{i:08d}" for i in range(1_000_000)])
        assignments = pd.DataFrame({"person": persons, "segment": np.arange(1_000_000) % 8}).astype("str")
        _timed("20 million rows to rates of 8 segments", lambda: affinity(assignments, table))
        seen = gather(table)
        _timed("EASE for a million people and 10,000 titles, penalty given", lambda: ease.fit(seen, penalty=500.0))


def _timed(what: str, does: Callable[[], object]) -> None:
    start = time.process_time()
    does()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.process_time() - start:.1f} CPU seconds, peak so far {peak:,.0f} MB")


def _bound(what: str, value: float, low: float, high: float) -> bool:
    if low <= value <= high:
        return True
    print(f"  MISSED {what}: {value:.3f} is not within {low:g} to {high:g}")
    return False


def main() -> int:
    """Print every figure; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=500)
    parser.add_argument("--viewing", type=Path, help="Parquet or CSV of person, title, date, in place of invented ones")
    parser.add_argument("--large", action="store_true", help="also 20 million rows")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    if given.viewing:
        read = pd.read_csv if given.viewing.suffix == ".csv" else pd.read_parquet
        return 0 if persons([gather(read(given.viewing), dated=True)]) else 1
    kept = persons([gather(made(seed).viewing, dated=True) for seed in seeds])
    kept &= held_out(seeds)
    kept &= true_rates(seeds)
    kept &= alike_segments(seeds)
    if given.large:
        large()
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
