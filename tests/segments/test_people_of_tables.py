"""People in memory or in a file: the same sample in any order of rows, and everyone once by the chunk."""

import datetime as dt
import pickle
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.errors import InputError, MissingError
from marketing.segments.audience import People
from marketing.segments.audience import people as people_module
from marketing.segments.audience.hashing import hashes
from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def audience(people=5_000, seed=0):
    random = np.random.default_rng(seed)
    plan = random.choice(["free", "standard", "premium", "student"], people, p=[0.5, 0.3, 0.18, 0.02])
    return pd.DataFrame(
        {
            "person": [f"p{i}" for i in random.permutation(10 * people)[:people]],
            "plan": pd.Series(plan).where(random.random(people) > 0.05).astype("str"),
            "minutes": np.where(random.random(people) > 0.1, random.lognormal(3, 1, people), np.nan),
            "visits": random.integers(0, 9, people),
        }
    )


@pytest.fixture(scope="module")
def everyone():
    return audience()


def test_a_sample_does_not_depend_on_the_order_of_rows_or_on_where_they_are(everyone, tmp_path):
    sample = People.of(everyone).sample(500, seed=3)
    shuffled = everyone.sample(frac=1, random_state=1)
    shuffled.to_parquet(tmp_path / "audience.parquet", index=False, row_group_size=700)
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.write({"audience": shuffled[::-1]}, now=NOW)
    for people in (People.of(shuffled), People.stored(tmp_path / "audience.parquet"), People.stored(workspace)):
        pd.testing.assert_frame_equal(people.sample(500, seed=3), sample)
    assert sample["person"].is_monotonic_increasing
    assert sample["person"].is_unique


def test_another_seed_draws_others_and_a_small_audience_is_taken_whole(everyone):
    people = People.of(everyone)
    both = set(people.sample(500, 0)["person"]) & set(people.sample(500, 1)["person"])
    assert len(both) < 150  # 50 by chance
    whole = everyone.sort_values("person", ignore_index=True)
    pd.testing.assert_frame_equal(people.sample(len(everyone), 0), whole)
    pd.testing.assert_frame_equal(people.sample(10**6, 0), whole)


@pytest.mark.parametrize("seed", range(5))
def test_small_groups_come_in_proportion(everyone, seed):
    # Of all people there are 2% students; of those drawn first by chance 2% +- 0.3; of the sample as of those drawn.
    sample = People.of(everyone).sample(500, seed)
    drawn = People.of(everyone).sample(2_000, seed)
    shares = [frame["plan"].value_counts(normalize=True) for frame in (sample, everyone)]
    assert shares[0]["student"] == pytest.approx(shares[1]["student"], abs=0.008)
    assert set(sample["plan"].dropna()) == set(drawn["plan"].dropna())


def test_everyone_comes_once_by_the_chunk(everyone, tmp_path):
    path = tmp_path / "audience.parquet"
    everyone.to_parquet(path, index=False, row_group_size=1_300)
    for people in (People.of(everyone), People.stored(path)):
        chunks = list(people.chunks(1_000, ["person", "minutes"]))
        assert (people.rows, people.columns) == (5_000, tuple(everyone.columns))
        assert max(map(len, chunks)) <= 1_000
        assert all(chunk.index[0] == 0 for chunk in chunks)
        assert all(chunk["person"].dtype == "str" for chunk in chunks)
        pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), everyone[["person", "minutes"]])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 900), st.integers(1, 400), st.integers(1, 500))
def test_pieces_hold_everyone_once_in_order_and_are_as_large_as_row_groups_allow(rows, group, least):
    frame = audience(rows)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_module, "PIECE", least)
        path = Path(folder) / "audience.parquet"
        frame.to_parquet(path, index=False, row_group_size=group)
        pieces = pickle.loads(pickle.dumps(People.stored(path).pieces()))  # noqa: S301 - as another process gets them
        chunks = [list(piece.chunks(150, ["person"])) for piece in pieces]
    assert [sum(map(len, some)) for some in chunks] == [piece.rows for piece in pieces]
    assert all(least <= piece.rows < least + group for piece in pieces[:-1])
    persons = pd.concat([chunk["person"] for some in chunks for chunk in some])
    assert persons.tolist() == frame["person"].tolist()


def test_people_in_memory_are_one_piece_and_chunks_of_a_wide_table_are_smaller(everyone):
    people = People.of(everyone)
    assert people.pieces() == [people]
    assert people.chunk_of() == people.chunk_of(["plan"]) == 100_000
    assert People(10, tuple(map(str, range(500))), people.batches).chunk_of() == 10_000


def test_texts_of_a_stored_table_come_as_categories_in_chunks_and_as_texts_in_samples(everyone, tmp_path):
    path = tmp_path / "audience.parquet"
    everyone.to_parquet(path, index=False)
    people = People.stored(path)
    assert isinstance(next(people.chunks(100))["plan"].dtype, pd.CategoricalDtype)
    assert people.sample(100, 0)["plan"].dtype == "str"


def test_the_callers_table_is_left_as_it_was(everyone):
    before = everyone.copy()
    People.of(everyone).sample(50, 0)
    list(People.of(everyone).chunks(999))
    pd.testing.assert_frame_equal(everyone, before)


def test_what_is_no_audience_is_refused_in_words(tmp_path):
    with pytest.raises(MissingError, match="no file"):
        People.stored(tmp_path / "nothing.parquet")
    (tmp_path / "text.parquet").write_text("person\na\n")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        People.stored(tmp_path / "text.parquet")
    pd.DataFrame({"who": ["a"]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="no column person"):
        People.stored(tmp_path / "other.parquet")
    with pytest.raises(MissingError, match="audience"):
        People.stored(Workspace.create(tmp_path / "workspace"))


def test_an_empty_table_has_nobody(tmp_path):
    nobody = pd.DataFrame({"person": pd.Series([], dtype="str"), "plan": pd.Series([], dtype="str")})
    nobody.to_parquet(tmp_path / "nobody.parquet")
    for people in (People.of(nobody), People.stored(tmp_path / "nobody.parquet")):
        (chunk,) = people.chunks(columns=["person"])
        assert people.rows == len(people.sample(10, 0)) == len(chunk) == 0
        assert chunk.columns.tolist() == ["person"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=30), st.integers(0, 2**31))
def test_a_hash_depends_on_the_id_and_the_seed_alone(ids, seed):
    together = hashes(pd.Series(ids, dtype="str"), seed)
    alone = [hashes(pd.Series([one], dtype="str"), seed)[0] for one in ids]
    assert together.tolist() == alone
    assert len(set(together.tolist())) == len(set(ids))


@pytest.mark.parametrize("ids", [[f"{i:06d}" for i in range(20_000)], [f"user-{i}@x" for i in range(20_000)]])
def test_hashes_of_ids_that_look_alike_are_spread_evenly(ids):
    found = hashes(pd.Series(ids, dtype="str"), 7)
    counts = np.bincount((found >> np.uint64(56)).astype(int), minlength=256)
    chi_squared = ((counts - counts.mean()) ** 2 / counts.mean()).sum()
    assert 160 < chi_squared < 370  # 255 +- 23 where they are random


def test_a_hash_is_the_same_for_a_slice_and_for_categories():
    ids = pd.Series([f"p{i}" for i in range(50)], dtype="str")
    whole = hashes(ids, 1)
    assert np.array_equal(hashes(ids.iloc[10:20], 1), whole[10:20])
    arrow = pd.Series(pd.arrays.ArrowExtensionArray(pa.array(ids.tolist()).slice(5, 8)))
    assert np.array_equal(hashes(arrow.astype("str"), 1), whole[5:13])
    assert np.array_equal(hashes(ids.astype("category"), 1), whole)
