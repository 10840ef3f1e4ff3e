"""What segments of the Adult census table tell of sex and race, what recognition costs, and what the check costs.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_fairness.py --adult PATH/TO/uci_adult.csv

The table is UCI's (30,162 people, CC BY 4.0). The yardstick in the same run: segments by all columns, sex and race
among them, and segments with only those two left out.
"""

import argparse
import datetime as dt
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from marketing import catalog
from marketing.segments import choice
from marketing.segments.audience import prepare
from marketing.segments.fairness import Category, kept_out, minors
from marketing.segments.fairness.proxies import Proxy, proxies

TODAY = dt.date(2026, 11, 23)
ROWS = 20_000
CHECKED = ("sex", "race", "age")


def adult(path: Path) -> pd.DataFrame:
    """A sample of the adults in the table, each with an id."""
    frame = pd.read_csv(path, na_values="?", skipinitialspace=True)
    frame = frame[frame["age"] >= minors.ADULT].sample(ROWS, random_state=0).reset_index(drop=True)
    return frame.assign(person=[f"p{at:05d}" for at in range(ROWS)])


def check(frame: pd.DataFrame, k: int | None, also: pd.DataFrame | None = None) -> tuple[Proxy, ...]:
    """The proxy check on segments of the columns that may be used (and of `also`, coded)."""
    people = prepare(frame, today=TODAY)
    names = [column.name for column in people.columns]
    matrix, categorical = people.matrix, set(people.categorical)
    for name in [] if also is None else also.columns:
        matrix = np.column_stack([matrix, pd.factorize(also[name])[0].astype(float)])
        categorical.add(len(names))
        names.append(name)
    build = catalog.load("marketing.segments.segmenters", "latent_class").segmenter

    def fit(dropped):
        kept = [at for at, name in enumerate(names) if name not in dropped]
        codes = [at for at, was in enumerate(kept) if was in categorical]
        found = choice.choose(matrix[:, kept], lambda k, *, seed: build(k, categorical=codes, seed=seed), k=k)
        if found.fitted is None:
            return np.zeros(len(matrix), np.intp)
        return found.fitted.predict(matrix[:, kept])

    attributes = {name: frame[name] for name in CHECKED}
    categories = {name: category for name in CHECKED if (category := kept_out(name, []))}
    labels = fit(())
    return proxies(labels, attributes, categories, names, matrix, categorical=sorted(categorical), refit=fit)


def told(title: str, found: tuple[Proxy, ...]) -> None:
    """One line for each attribute."""
    print(f"\n{title}")
    for proxy in found:
        without = "" if proxy.without is None else f", without {proxy.without.v:.2f}"
        carriers = ", ".join(f"{one.column} {one.with_attribute:.2f}" for one in proxy.carriers) or "none"
        whole = proxy.whole
        print(
            f"  {proxy.column:5} V {whole.v:.2f} [{whole.low95:.2f}, {whole.high95:.2f}]{without}; carriers {carriers}"
        )


def cost_of_check(columns: int = 500) -> None:
    """CPU seconds of the check on a wide table; the bound is one second."""
    random = np.random.default_rng(0)
    matrix = np.where(random.random((ROWS, columns)) < 0.1, np.nan, random.normal(size=(ROWS, columns)))
    matrix[:, ::2] = random.integers(0, 8, (ROWS, len(range(0, columns, 2))))
    attributes = {name: pd.Series(random.integers(0, 5, ROWS)) for name in ("sex", "race", "faith")}
    categories: dict[str, Category] = {name: found for name in attributes if (found := kept_out(name, []))}
    names = [f"c{at}" for at in range(columns)]
    started = time.process_time()
    labels = random.integers(0, 6, ROWS)
    proxies(labels, attributes, categories, names, matrix.astype(np.float32), categorical=range(0, columns, 2))
    took = time.process_time() - started
    print(f"\ncheck of {ROWS:,} people, {columns} columns, 3 attributes: {took:.2f} CPU s (bound 1)")


def cost_of_recognition(columns: int = 500) -> None:
    """CPU seconds of looking at names and 200 values of each column."""
    levels = [f"level {at}" for at in range(200)]
    kept_out("warm", levels)
    started = time.process_time()
    for at in range(columns):
        kept_out(f"favourite_thing_{at}", [f"{level} of {at}" for level in levels])
    print(f"recognition of {columns} columns of 200 levels: {time.process_time() - started:.2f} CPU s")


def cost_of_minors(people: int = 1_000_000) -> None:
    """CPU seconds of masking minors by an age, a band and a date of birth."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(10, 90, people).astype(float),
            "age_band": random.choice(["13-17", "18-24", "25-34"], people),
            "dob": pd.Timestamp("1950-01-01") + pd.to_timedelta(random.integers(0, 27_000, people), "D"),
        }
    )
    learned = minors.learn(frame[:ROWS], TODAY)
    started = time.process_time()
    for start in range(0, people, 100_000):
        learned.mask(frame[start : start + 100_000])
    print(f"minors among {people:,} people by three columns: {time.process_time() - started:.2f} CPU s")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--adult", type=Path)
    path = options.parse_args().adult
    with threadpool_limits(1):
        cost_of_check()
        cost_of_recognition()
        cost_of_minors()
        if path is None:
            return
        frame = adult(path)
        for k in (None, 6):
            asked = "as many segments as proven" if k is None else f"{k} segments"
            told(f"{asked}, by all columns with sex and race", check(frame, k, frame[["sex", "race"]]))
            told(f"{asked}, sex, race and age kept out", check(frame, k))


if __name__ == "__main__":
    main()
