"""What it costs to sample an audience in Parquet, to learn how it is read, and to read all of it as a matrix.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_audience.py [--people N ...]

Twelve mixed columns: six of numbers, six of categories, some missing. The yardstick in the same run: the usual way,
the whole table read into memory and encoded by scikit-learn. Each way runs in a process of its own, so that peak
memory is its own; importing is not counted as CPU time.
"""

import argparse
import datetime as dt
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketing.segments.audience import People, learn

TODAY = dt.date(2026, 11, 23)
SAMPLE = 20_000
PART = 500_000
DEVICES = np.array(["tv", "phone", "console", "tablet", "desktop", "car", None], object)
ROW = "{:>12} people  {:<22} {:>7.2f} CPU s  {:>6.0f} MB at most"


def made(path: Path, people: int) -> None:
    """An audience, written in parts."""
    writer = None
    for part in range(0, people, PART):
        random = np.random.default_rng(part)
        size = min(PART, people - part)
        columns: dict[str, object] = {"person": [f"p{i:09d}" for i in range(part, part + size)]}
        for j in range(6):
            values = (
                random.lognormal(sigma=1 + j / 4, size=size) if j % 2 else random.poisson(3 + j, size).astype(float)
            )
            columns[f"number {'abcdef'[j]}"] = np.where(random.random(size) < 0.1, np.nan, values)
        for j in range(6):
            columns[f"kind {'ghijkl'[j]}"] = DEVICES[
                np.minimum(random.geometric(0.2 + j / 20, size) - 1, len(DEVICES) - 1)
            ]
        table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def ours(path: Path) -> dict[str, float]:
    """CPU seconds of each step, and the peak in MB."""
    spent: dict[str, float] = {}
    people = People.stored(path)
    begun = time.process_time()
    sample = people.sample(SAMPLE, 0)
    spent["sample"] = time.process_time() - begun
    begun = time.process_time()
    scheme = learn(sample, today=TODAY, total=people.rows)
    spent["learn"] = time.process_time() - begun
    begun = time.process_time()
    read = sum(
        len(scheme.matrix(chunk[scheme.adults(chunk)])) for chunk in people.chunks(columns=["person", *scheme.reads])
    )
    spent["read all by the chunk"] = time.process_time() - begun
    if read != people.rows or len(scheme.columns) != 12:
        raise SystemExit(f"{read:,} of {people.rows:,} people were read, by {len(scheme.columns)} columns of 12.")
    return spent


def usual(path: Path) -> dict[str, float]:
    """The usual way: all in memory, scaled and one-hot."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    begun = time.process_time()
    frame = pd.read_parquet(path)
    numbers = [name for name in frame.columns if name.startswith("number")]
    kinds = [name for name in frame.columns if name.startswith("kind")]
    ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("kinds", OneHotEncoder(handle_unknown="ignore"), kinds),
        ]
    ).fit_transform(frame)
    return {"usual way": time.process_time() - begun}


def alone(way: Callable[[Path], dict[str, float]], path: Path) -> tuple[dict[str, float], float]:
    """What a way took in a process of its own, and that one's peak in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (way, path))


def _measured(way: Callable[[Path], dict[str, float]], path: Path) -> tuple[dict[str, float], float]:
    spent = way(path)
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--usual-up-to", type=int, default=1_000_000, help="people that the usual way is given")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for people in options.people:
            path = Path(folder) / f"{people}.parquet"
            made(path, people)
            spent, peak = alone(ours, path)
            for step, seconds in {**spent, "all": sum(spent.values())}.items():
                print(ROW.format(f"{people:,}", step, seconds, peak), flush=True)
            if people <= options.usual_up_to:
                spent, peak = alone(usual, path)
                print(ROW.format(f"{people:,}", "usual way", spent["usual way"], peak), flush=True)
            path.unlink()


if __name__ == "__main__":
    main()
