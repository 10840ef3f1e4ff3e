"""What it costs to segment a million people and ten millions from Parquet, file to files.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_segment_scale.py [--people N ...]

Six numbers and six categories, a tenth of it missing, six segments: the kind "independent" of `made_audiences`. All of
`marquee segment --input FILE --k 6` is counted: ids checked, a sample drawn, columns sorted out, groups found and put
to the proof, everyone placed and counted, words, proxies, and assignments written. The yardstick, in the same run: the
usual recipe (standardise, one-hot, KMeans with ten starts), fitted to 100,000 people and scaled to as many as there
are. Each runs in a process of its own, so that peak memory is its own; importing libraries is not counted as CPU time.
Exit 1 if a bound is missed.
"""

import argparse
import datetime as dt
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from made_audiences import made

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SEGMENTS = 6
MADE = 500_000  # different people, and people in a row group of the file
USUAL_PEOPLE = 100_000
OF_USUAL = 1 / 12  # of the usual recipe's CPU time, at a million people
SECONDS = {10_000_000: 15.0}  # CPU, at so many people
MEGABYTES = 700
ROW = "{:>10} people  {:<34} {:>8.1f} CPU s  {:>5.0f} MB at most  {}"

Spent = tuple[float, float]  # CPU seconds, and MB at most
Way = Callable[[Path, int], float]


def write(path: Path, people: int) -> float:
    """Write an audience whose six segments are known: MADE people, over and over in another order, each with an id."""
    audience, writer = made("independent", 7, people=min(people, MADE), groups=SEGMENTS), None
    columns: dict[str, object] = {}
    for at in range(audience.rows.shape[1]):
        cells = audience.rows[:, at]
        if at in audience.categorical:
            levels = np.array([f"level {level}" for level in range(int(np.nanmax(cells)) + 1)] + [None], object)
            columns[f"kind {at}"] = levels[np.nan_to_num(cells, nan=-1).astype(int)]
        else:
            columns[f"amount {at}"] = cells.astype(float).round(3)
    frame = pd.DataFrame(columns)
    for first in range(0, people, MADE):
        part = frame.sample(min(MADE, people - first), random_state=first)
        part.insert(0, "person", [f"p{first + at:08d}" for at in range(len(part))])
        table = pa.Table.from_pandas(part, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return 0.0


def ours(path: Path, _: int) -> float:
    """CPU seconds of all that `marquee segment` does with a file."""
    from marketing import catalog
    from marketing.segments.audience import People
    from marketing.segments.division import SEGMENTERS
    from marketing.segments.segmentation import How
    from pipelines.segment_file import segment_file

    catalog.load(SEGMENTERS, "latent_class")
    began = time.process_time()
    people = People.stored(path)
    people.check()
    found = segment_file(people, path.parent / "out", How(NOW.date(), k=SEGMENTS), now=NOW)
    spent = time.process_time() - began
    if len(found.segments) != SEGMENTS or found.segments["size"].sum() != people.rows:
        raise SystemExit(f"{found.segments['size'].sum():,} of {people.rows:,} are in {len(found.segments)} segments.")
    return spent


def usual(path: Path, _: int) -> float:
    """CPU seconds of the usual recipe for the first people of the file."""
    from sklearn.cluster import KMeans
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from threadpoolctl import threadpool_limits

    began = time.process_time()
    frame = next(pq.ParquetFile(path).iter_batches(USUAL_PEOPLE)).to_pandas()
    numbers = [name for name in frame.columns if name.startswith("amount")]
    kinds = [name for name in frame.columns if name.startswith("kind")]
    encoder = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("kinds", OneHotEncoder(sparse_output=False), kinds),
        ]
    )
    with threadpool_limits(1):
        KMeans(SEGMENTS, n_init=10, random_state=0).fit(encoder.fit_transform(frame))
    return time.process_time() - began


def alone(way: Way, path: Path, people: int) -> Spent:
    """What a way took in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (way, path, people))


def _measured(way: Way, path: Path, people: int) -> Spent:
    return way(path, people), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000, 10_000_000])
    options = parser.parse_args()
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        for people in options.people:
            path = Path(folder) / "audience.parquet"
            alone(write, path, people)
            seconds, peak = alone(ours, path, people)
            recipe, recipe_peak = alone(usual, path, people)
            scaled = recipe * people / min(people, USUAL_PEOPLE)
            most = SECONDS.get(people, scaled * OF_USUAL)
            kept = kept and seconds <= most and peak <= MEGABYTES
            bounds = f"(bounds {most:.1f} s, {MEGABYTES} MB); 1/{scaled / seconds:.0f} of the usual recipe's time"
            print(ROW.format(f"{people:,}", "marquee segment", seconds, peak, bounds), flush=True)
            note = f"(peak of {USUAL_PEOPLE:,} people)"
            print(ROW.format(f"{people:,}", f"usual recipe, from {USUAL_PEOPLE:,}", scaled, recipe_peak, note))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
