"""Traits: told of a group by shares against everyone else, from counts that add up, and only where chance does not."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.errors import InputError
from marketing.segments.audience import OTHER, Column
from marketing.segments.words import traits
from marketing.segments.words.parts import NOT_KNOWN, Counts, Parts, count, learn

COLUMNS = (
    Column("device", "category", ("console", "phone", "tv", OTHER)),
    Column("income", "ordered", ("<20k", "20-50k", "50-75k", "75k+")),
    Column("education", "ordered", ("primary", "secondary", "tertiary")),
    Column("balance", "number"),
    Column("opens_email", "category", ("no", "yes")),
)
PEOPLE = 3_000


def people(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three groups: consoles and rich, phones and little money, and the rest."""
    random = np.random.default_rng(seed)
    labels = random.choice(3, PEOPLE, p=[0.3, 0.5, 0.2])
    upper = np.where(labels == 0, random.choice([2, 3], PEOPLE), random.choice(4, PEOPLE, p=[0.4, 0.4, 0.1, 0.1]))
    matrix = np.column_stack(
        [
            np.where(random.random(PEOPLE) < 0.7, np.array([0, 1, 2])[labels], random.integers(0, 4, PEOPLE)),
            upper,
            np.where(labels == 2, random.choice(2, PEOPLE), random.choice(3, PEOPLE, p=[0.1, 0.2, 0.7])),
            np.round(np.array([4_000, 300, 1_000])[labels] * random.lognormal(0, 0.5, PEOPLE)),
            random.integers(0, 2, PEOPLE),
        ]
    ).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    return matrix, labels


@pytest.fixture(scope="module")
def known():
    return people()


@pytest.fixture(scope="module")
def parts(known):
    return learn(COLUMNS, known[0])


@pytest.fixture(scope="module")
def found(known, parts):
    return traits.of_groups(parts, count(parts, *known, 3))


def by_column(told, column, *, commoner=True):
    return next(trait for trait in told if trait.column == column and (trait.lift > 1) == commoner)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.columns, other.columns, strict=True))


@given(st.lists(st.integers(0, PEOPLE), max_size=4))
def test_counts_of_chunks_add_up_to_those_of_all(known, parts, cuts):
    matrix, labels = known
    edges = [0, *sorted(cuts), PEOPLE]
    chunks = [count(parts, matrix[first:last], labels[first:last], 3) for first, last in itertools.pairwise(edges)]
    added = chunks[0]
    for chunk in chunks[1:]:
        added = added + chunk
    assert same(added, count(parts, matrix, labels, 3))


def test_everyone_in_a_group_is_in_one_part_of_each_column_and_nobody_else_is(known, parts):
    matrix, labels = known
    labels = np.where(np.arange(PEOPLE) < 500, -1, labels).astype(np.int8)
    counts = count(parts, matrix, labels, 3)
    for column, counted in zip(parts.columns, counts.columns, strict=True):
        assert counted.shape == (3, len(column.words))
        assert counted.sum(axis=1).tolist() == np.bincount(labels[500:], minlength=3).tolist()
        assert column.words[-1] == NOT_KNOWN
    assert counts.columns[0][:, -1].sum() == np.isnan(matrix[500:, 0]).sum()


def test_the_parts_of_a_number_lie_between_round_figures_and_hold_about_a_fifth_each(known, parts):
    balance = parts.columns[3]
    assert all(float(f"{cut:.2g}") == cut for cut in balance.cuts)
    held = np.bincount(balance.of(known[0][:, 3]))[:-1] / (~np.isnan(known[0][:, 3])).sum()
    assert ((held > 0.1) & (held < 0.3)).all()


def test_a_figure_that_32_bits_cannot_hold_is_in_the_part_that_ends_with_it():
    cells = np.repeat(np.array([0.1, 0.2, 0.3, 0.4, 0.7], np.float32), 40)[:, None]
    column = learn([Column("rate", "number")], cells).columns[0]
    assert column.words == ("0.1", "0.1 to 0.2", "0.2 to 0.3", "0.3 to 0.4", "over 0.4", NOT_KNOWN)
    assert np.bincount(column.of(cells[:, 0])).tolist() == [40] * 5


def test_what_is_stored_tells_the_same_traits(known, parts, found):
    counts = count(parts, *known, 3)
    stored = json.loads(json.dumps([parts.to_record(), counts.to_record()], allow_nan=False))
    again = Parts.from_record(stored[0])
    assert again == parts
    assert traits.of_groups(again, Counts.from_record(stored[1])) == found


def test_parts_of_another_version_are_answered_in_words(parts):
    with pytest.raises(InputError, match="another version"):
        Parts.from_record(parts.to_record() | {"version": 0})


def test_a_trait_is_a_share_of_the_group_against_everyone_else(known, found):
    matrix, labels = known
    trait = by_column(found[0], "device")
    told = ~np.isnan(matrix[:, 0])
    inside, outside = matrix[told & (labels == 0), 0], matrix[told & (labels != 0), 0]
    assert trait.value == "console"
    assert trait.share == pytest.approx((inside == 0).mean())
    assert trait.others == pytest.approx((outside == 0).mean())
    assert trait.everyone == pytest.approx((matrix[told, 0] == 0).mean())
    assert trait.lift == pytest.approx(trait.share / trait.others)
    assert trait.low < trait.share < trait.high


def test_neighbouring_levels_of_an_order_are_told_together(found):
    assert by_column(found[0], "income").trait == "Income 50k or more"
    assert by_column(found[1], "income").trait == "Income up to 50k"
    assert by_column(found[2], "education").trait == "Education: secondary or lower"


def test_nothing_is_told_of_a_column_that_is_alike_everywhere(found):
    assert not [trait for told in found for trait in told if trait.column == "opens_email"]


def test_what_is_chosen_is_five_at_most_of_different_columns_by_lift(found):
    for told in found:
        chosen = traits.chosen(told)
        assert 1 <= len(chosen) <= 5
        assert len({trait.column for trait in chosen}) == len(chosen)
        assert [trait.lift for trait in chosen] == sorted((trait.lift for trait in chosen), reverse=True)


def test_everything_sure_has_the_best_of_each_column_among_it(known, parts, found):
    for told, everything in zip(found, traits.sure(parts, count(parts, *known, 3)), strict=True):
        assert set(told) < set(everything)


def test_of_groups_drawn_by_lot_nothing_is_told_though_some_shares_differ_much():
    random, columns = np.random.default_rng(5), [Column(f"c{i}", "number") for i in range(60)]
    with_traits, widest = 0, 0.0
    for _ in range(40):
        matrix = random.normal(size=(600, 60)).astype(np.float32)
        parts = learn(columns, matrix)
        counts = count(parts, matrix, random.integers(0, 4, 600), 4)
        with_traits += any(traits.of_groups(parts, counts))
        shares = counts.columns[0] / counts.columns[0].sum(axis=1, keepdims=True)
        widest = max(widest, np.ptp(shares, axis=0).max())
    assert widest > 2 * traits.LEAST
    assert with_traits <= 5  # of 40, where two are expected at most


def test_a_rare_level_in_a_small_group_is_not_told_on_a_few_people():
    column = Column("hobby", "category", ("chess", "none of these"))
    parts = learn([column], np.zeros((1, 1), np.float32))
    counted = np.array([[6, 94, 0], [50, 9_950, 0]])  # the usual z of the difference is over 7
    assert traits.of_groups(parts, Counts((counted,)))[0]
    many = Parts(parts.columns * 2_000)
    assert not any(traits.of_groups(many, Counts((counted,) * 2_000)))


def test_where_next_to_nobody_else_has_it_the_lift_stays_a_figure():
    parts = learn([Column("device", "category", ("console", "tv"))], np.zeros((1, 1), np.float32))
    told = traits.of_groups(parts, Counts((np.array([[400, 100, 0], [0, 500, 0]]),)))[0]
    assert json.loads(json.dumps(by_column(told, "device").record(), allow_nan=False))["lift"] == 100
    assert by_column(told, "device").others == 0


def test_few_known_values_say_nothing():
    parts = learn([Column("device", "category", ("console", "tv"))], np.zeros((1, 1), np.float32))
    assert traits.of_groups(parts, Counts((np.array([[25, 0, 900], [0, 600, 300]]),))) == [[], []]


def test_rare_levels_together_and_special_values_are_never_told():
    levels = ("christian music", "jazz", OTHER)
    parts = learn([Column("interest", "category", levels)], np.zeros((1, 1), np.float32))
    counts = Counts((np.array([[400, 50, 400, 0], [50, 800, 20, 0]]),))
    assert {trait.value for told in traits.sure(parts, counts) for trait in told} == {"jazz"}


def test_without_columns_or_values_there_is_nothing_to_tell():
    assert traits.of_groups(Parts(()), Counts(())) == []
    nothing = np.full((200, 1), np.nan, np.float32)
    parts = learn([Column("x", "number")], nothing)
    counts = count(parts, nothing, np.arange(200) % 2, 2)
    assert traits.of_groups(parts, counts) == [[], []]


def test_intervals_are_those_published():
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    assert traits.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert traits.wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert traits.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
