"""Titles for segments: rates shrunk where people are few, intervals that hold, and titles nobody has seen yet."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.segments.affinity import COLUMNS, affinity
from marketing.segments.affinity.counting import gather
from marketing.segments.affinity.rates import shrunk
from marketing.segments.affinity.worth import worth
from marketing.workspace import Workspace

TITLES = pd.DataFrame({"title": ["sea", "quest", "talk"], "kind": ["series", "game", "podcast"]})


def house(sizes, rates, seed=0):
    """Segments of these sizes that view each title at these rates: assignments and viewing."""
    random = np.random.default_rng(seed)
    people, views = [], []
    for segment, (size, row) in enumerate(zip(sizes, rates, strict=True)):
        for n in range(size):
            person = f"s{segment}-{n}"
            people.append((person, f"s{segment}"))
            views += [
                (person, title) for title, rate in zip(TITLES["title"], row, strict=True) if random.random() < rate
            ]
    viewing = pd.DataFrame(views, columns=["person", "title"]).assign(date=pd.Timestamp(2026, 11, 1))
    return pd.DataFrame(people, columns=["person", "segment"]), viewing


APART = [(0.6, 0.1, 0.3), (0.1, 0.5, 0.3)]


def test_titles_stand_by_the_lower_end_of_their_rate():
    table = affinity(*house([400, 300], APART), TITLES)
    first = table.groupby("segment").first()
    assert first["title"].tolist() == ["sea", "quest"]
    for _, rows in table.groupby("segment"):
        assert rows["low90"].is_monotonic_decreasing
    assert ((table["low90"] < table["rate"]) & (table["rate"] < table["high90"])).all()
    assert tuple(table.columns) == COLUMNS


def test_the_reason_says_rate_and_comparison_in_words():
    table = affinity(*house([400, 400], APART), TITLES).set_index(["segment", "title"])
    assert "watched it, 1." in table.loc[("s0", "sea"), "because"]
    assert "played it, less often than everyone" in table.loc[("s0", "quest"), "because"]
    assert "heard it" in table.loc[("s1", "talk"), "because"]


def test_a_few_people_are_drawn_further_to_everyone_than_many():
    people = np.array([[20.0], [2_000.0], [2_000.0]])
    told = shrunk(np.array([[12.0], [1_200.0], [200.0]]), people)
    assert told.rate[0, 0] < 0.6
    assert abs(told.rate[1, 0] - 0.6) < abs(told.rate[0, 0] - 0.6)
    assert (told.high - told.low)[0, 0] > (told.high - told.low)[1, 0]


def lognormal(random, middle, segments):
    return middle * np.exp(0.5 * random.normal(size=(segments, len(middle))) - 0.125)


def of_genres(random, middle, segments):
    liking = random.normal(0, 0.7, (segments, 8))
    return middle * np.exp(liking[:, random.integers(0, 8, len(middle))])


def seldom_apart(random, middle, segments):
    apart = random.random((segments, len(middle))) < 0.1
    return middle * np.where(apart, np.exp(random.normal(1, 0.5, apart.shape)), 1.0)


def alike(random, middle, segments):
    return np.broadcast_to(middle, (segments, len(middle)))


def beta(random, middle, segments):
    return random.beta(60 * middle, 60 * (1 - middle), (segments, len(middle)))


@pytest.mark.parametrize("kind", [lognormal, of_genres, seldom_apart, beta, alike])
def test_nine_in_ten_intervals_hold_the_true_rate_whatever_tells_segments_apart(kind):
    held = []
    for seed in range(8):
        random = np.random.default_rng(seed)
        segments = int(random.integers(3, 10))
        people = np.exp(random.uniform(np.log(100), np.log(100_000), (segments, 1))).round()
        truth = np.clip(kind(random, 0.5 * np.arange(1, 301) ** -0.7, segments), 0, 0.95)
        seen = random.binomial(people.astype(int), truth).astype(float)
        told = shrunk(seen, people)
        held.append(((told.low <= truth) & (truth <= told.high)).mean())
    assert 0.86 < np.mean(held) < (0.99 if kind is alike else 0.94)


def test_a_title_that_all_like_alike_is_told_more_closely_than_one_that_divides_them():
    random = np.random.default_rng(1)
    people = np.full((6, 1), 300.0)
    divided = np.exp(random.normal(0, 0.8, (6, 200))) * (np.arange(200) % 2) + (np.arange(200) % 2 == 0)
    told = shrunk(random.binomial(300, np.clip(0.2 * divided, 0, 0.9)).astype(float), people)
    width = (told.high - told.low).mean(axis=0) / np.sqrt(told.rate.mean(axis=0))
    assert width[::2].mean() < 0.8 * width[1::2].mean()


def test_people_in_no_segment_do_not_count():
    assignments, viewing = house([300, 300], APART)
    everyone = affinity(assignments, viewing)
    outsiders = pd.DataFrame({"person": [f"m{i}" for i in range(500)], "segment": None})
    watched = pd.DataFrame({"person": outsiders["person"], "title": "sea", "date": pd.Timestamp(2026, 11, 1)})
    only = watched.assign(title="theirs alone")
    pd.testing.assert_frame_equal(
        everyone, affinity(pd.concat([assignments, outsiders]), pd.concat([viewing, watched, only]))
    )


NOBODY = pd.DataFrame({"person": pd.Series(dtype="str"), "title": pd.Series(dtype="str")})


@pytest.mark.parametrize(
    ("assignments", "viewing"),
    [
        (pd.DataFrame({"person": ["a"], "segment": ["s1"]}), NOBODY),
        (NOBODY.rename(columns={"title": "segment"}), NOBODY),
        (NOBODY.rename(columns={"title": "segment"}), pd.DataFrame({"person": ["a"], "title": ["sea"]})),
        (pd.DataFrame({"person": ["a"], "segment": ["s1"]}), pd.DataFrame({"person": ["b"], "title": ["sea"]})),
        (pd.DataFrame({"person": ["a"], "segment": [None]}), pd.DataFrame({"person": ["a"], "title": ["sea"]})),
    ],
)
def test_where_nobody_in_a_segment_viewed_anything_there_is_an_empty_table_with_all_columns(assignments, viewing):
    table = affinity(assignments, viewing, TITLES)
    assert table.empty
    assert tuple(table.columns) == COLUMNS
    assert "Too few people" in worth(assignments, viewing).sentence


VIEWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["sea", "quest", "talk", "new"])), max_size=30)


@settings(max_examples=60, deadline=None)
@given(VIEWS, st.randoms(use_true_random=False), st.lists(st.sampled_from(["s1", "s2", None]), min_size=5, max_size=5))
def test_people_counted_are_those_of_the_segment_who_saw_it_however_often_and_in_whatever_order(
    views, random, segments
):
    assignments = pd.DataFrame({"person": list("abcde"), "segment": segments})
    table = affinity(assignments, pd.DataFrame(views, columns=["person", "title"]), TITLES)
    for row in table.itertuples():
        members = {p for p, s in zip("abcde", segments, strict=True) if s == row.segment}
        assert row.people == len({p for p, title in views if p in members and title == row.title})
    again = [*views, *views[:3]]
    random.shuffle(again)
    pd.testing.assert_frame_equal(
        table, affinity(assignments.iloc[::-1], pd.DataFrame(again, columns=["person", "title"]), TITLES)
    )


@pytest.mark.filterwarnings("ignore:.*infer_string:pandas.errors.Pandas4Warning")  # by Ibis itself
def test_viewing_may_be_an_ibis_table(monkeypatch, tmp_path):
    assignments, viewing = house([300, 300], APART)
    monkeypatch.setattr("marketing.segments.affinity.counting.BATCH", 100)
    workspace = Workspace.create(tmp_path / "one")
    workspace.write({"viewing": viewing}, now=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    table = workspace.connect().table("viewing")
    pd.testing.assert_frame_equal(affinity(assignments, viewing, TITLES), affinity(assignments, table, TITLES))
    when = gather(table, dated=True).when
    assert (when == pd.Timestamp(2026, 11, 1).timestamp()).all()
    assert affinity(assignments, table.filter(table.title == "none"), TITLES).empty


def test_a_title_not_seen_yet_is_told_by_those_alike_with_a_wider_interval():
    random = np.random.default_rng(4)
    names = [f"d{i}" for i in range(20)] + [f"c{i}" for i in range(20)]
    titles = pd.DataFrame(
        {"title": [*names, "new"], "kind": "film", "genre": ["drama"] * 20 + ["comedy"] * 20 + ["drama"]}
    )
    assignments = pd.DataFrame({"person": [f"p{i}" for i in range(600)], "segment": ["s0", "s1"] * 300})
    likes = {"s0": [0.3] * 20 + [0.05] * 20, "s1": [0.05] * 20 + [0.3] * 20}
    views = [
        (person, name)
        for person, segment in assignments.itertuples(index=False)
        for name, rate in zip(names, likes[segment], strict=True)
        if random.random() < rate * random.uniform(0.5, 1.5)
    ]
    table = affinity(assignments, pd.DataFrame(views, columns=["person", "title"]), titles).set_index(
        ["segment", "title"]
    )
    new, like = table.loc[("s0", "new")], table.loc[("s0", "d3")]
    assert new["people"] == 0
    assert new["lift"] > 1.3 > 0.7 > table.loc[("s1", "new"), "lift"]
    assert new["high90"] - new["low90"] > like["high90"] - like["low90"] - 0.02
    assert "Nobody watched it yet" in new["because"]
    assert "20 titles like it (film, drama)" in new["because"]


def test_what_is_released_later_is_told_only_where_no_day_is_asked_for():
    assignments, viewing = house([300, 300], APART)
    titles = TITLES.assign(release_date=pd.to_datetime(["2026-01-01", "2027-01-01", None]))
    later = affinity(assignments, viewing, titles, today=dt.date(2026, 11, 25))
    assert set(later["title"]) == {"sea", "talk"}
    assert set(affinity(assignments, viewing, titles)["title"]) == {"sea", "quest", "talk"}


def test_segments_that_watch_alike_are_said_to_tell_no_more_than_popularity():
    assignments, viewing = house([600, 600], APART)
    apart = worth(assignments, viewing)
    assert apart.better
    assert "tell more than popularity" in apart.sentence
    mixed = assignments.assign(segment=np.random.default_rng(2).permutation(assignments["segment"]))
    assert not worth(mixed, viewing).better
    assert "no more about what people like than popularity" in worth(mixed, viewing).sentence
