"""Names: unique, of two to four words, of what sets a group apart, never a figure, never a protected attribute."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_audience import TODAY, audience

from marketing.segments.audience import People
from marketing.segments.segmentation import How, segment
from marketing.segments.words.descriptions import name_all, names_from
from marketing.segments.words.traits import Trait
from marketing.segments.words.wording import category_trait, figure, label, number_trait, span

SIDES = ("is", "high", "low", "between")


def trait(column, value, share=0.7, others=0.3, side="is"):
    return Trait("words", column, value, share, share - 0.02, share + 0.02, others, 0.4, share / others, side)


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ([trait("favourite_time", "late night"), trait("device", "console")], "Late-night console players"),
        ([trait("plan", "premium"), trait("device", "tv")], "Premium TV viewers"),
        ([trait("job", "management"), trait("balance", "over 2,000", side="high")], "Managers with high balance"),
        ([trait("genre", "drama"), trait("region", "Galicia")], "Drama fans in Galicia"),
        ([trait("job", "student"), trait("loan", "no")], "Students without a loan"),
        ([trait("has_car", "yes")], "People with a car"),
        ([trait("opens_email", "yes")], "People who open email"),
        ([trait("nps_score", "up to 3", side="low")], "Low NPS score people"),
        ([trait("orders", "over 12", side="high")], "People with many orders"),
        ([trait("call_duration", "up to 90", side="low")], "Short call duration people"),
        ([trait("q5_would_recommend", "yes")], "People who would recommend"),
        ([trait("favourite_genre", "documentaries"), trait("plan", "free")], "Free-plan documentary fans"),
        ([trait("genre", "country")], "Country fans"),
        ([trait("share of science fiction", "over 0.3", side="high")], "Science fiction fans"),
        ([trait("mostly views in the", "night"), trait("mostly views on", "TV")], "Night TV viewers"),
        (
            [trait("minutes a viewing", "over 90", side="high"), trait("mostly views", "film")],
            "Long-session film viewers",
        ),
    ],
)
def test_a_name_is_made_of_what_sets_the_group_apart(traits, expected):
    assert expected in list(names_from(traits))[:3]


def test_no_name_has_a_figure_age_family_or_a_special_value():
    traits = [
        trait("age", "over 45", side="high"),
        trait("marital", "divorced"),
        trait("console", "PS5"),
        trait("interest", "christian music"),
        trait("screen", "4k"),
        trait("job", "retired"),
        trait("life_stage", "young adults"),
        trait("lifestyle", "Familie mit Kindern"),
        trait("household_type", "single"),
        trait("attr_07", "C"),
        trait("x1", "over 3", side="high"),
        trait("Q3_b", "up to 2", side="low"),
        trait("feature_112", "over 0.4", side="high"),
        trait("fnlwgt", "over 200,000", side="high"),
        trait("day", "over 18", side="high"),
    ]
    assert list(names_from(traits)) == []


def test_no_name_says_the_same_twice():
    traits = [trait("pdays", "over −1", side="high"), trait("previous", "over 0", side="high"), trait("plan", "free")]
    for name in names_from(traits):
        parts = name.lower().replace("-", " ").split()
        assert len(set(parts)) == len(parts)


def test_a_segment_keeps_its_name_while_it_is_true():
    # The device has gone before the time, so a new group would be named otherwise; it is still said of them.
    traits = [[trait("plan", "premium"), trait("device", "console"), trait("favourite_time", "late night")], []]
    assert name_all(traits, [300, 200])[0] == "Premium console players"
    assert name_all(traits, [300, 200], ["Late-night console players", None])[0] == "Late-night console players"


def test_a_segment_is_renamed_when_its_name_is_no_longer_true():
    traits = [[trait("plan", "premium"), trait("device", "tv")], []]
    assert name_all(traits, [300, 200], ["Premium console players", None])[0] == "Premium TV viewers"


def test_a_name_is_kept_though_other_spans_and_levels_of_its_columns_have_come_before():
    traits = [[trait("genre", "comedy"), trait("visits", "5 to 9", side="between")]]
    sure = [[*traits[0], trait("genre", "drama"), trait("visits", "over 4", side="high")]]
    assert name_all(traits, [300], ["Frequent drama fans"], sure) == ["Frequent drama fans"]


def test_a_new_segment_does_not_take_the_name_that_another_keeps():
    one = [trait("plan", "premium"), trait("device", "console")]
    assert name_all([one, one], [300, 200], [None, "Premium console players"])[1] == "Premium console players"
    assert name_all([one, one], [300, 200], [None, "Premium console players"])[0] != "Premium console players"


def test_a_group_told_by_a_colour_keeps_it_until_something_can_be_said():
    names = name_all([[], []], [300, 200])
    assert name_all([[], []], [200, 300], names) == names
    assert name_all([[trait("plan", "premium")], []], [300, 200], names) == ["Premium subscribers", names[1]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (trait("minutes_a_day", "over 90", side="high"), trait("hours_in_all", "up to 20", side="low")),
        (trait("spend_last_month", "up to 5", side="low"), trait("spend_in_all", "over 900", side="high")),
        (trait("campaign", "over 3", side="high"), trait("previous", "up to 0", side="low")),
        (trait("device", "tv"), trait("second_screen", "phone")),
    ],
)
def test_a_name_says_one_thing_of_a_subject(one, other):
    alone = {*names_from([one]), *names_from([other])}
    assert set(names_from([one, other])) == alone


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.sampled_from(SIDES)), max_size=6))
def test_whatever_columns_and_values_are_called_names_keep_the_rules(told):
    traits = [trait(column, value, side=side) for column, value, side in told]
    for name in name_all([traits, traits, []], [3, 2, 1]):
        assert 2 <= len(name.split()) <= 4
        assert not re.search(r"[\d_<>\[\]*`$#{}]", name)


def test_groups_of_nothing_sayable_still_get_names_of_their_own():
    names = name_all([[trait("age", "over 45", side="high")]] * 40, [100] * 40)
    assert len(set(names)) == 40
    assert all(2 <= len(name.split()) <= 4 for name in names)


@pytest.mark.parametrize("k", [2, 4, 8])
def test_names_of_an_audience_keep_the_rules(k):
    table, _ = audience(3, 2_000)
    table["religion"] = np.random.default_rng(0).choice(["catholic", "none"], len(table))
    names = segment(People.of(table), How(TODAY, k=k)).segments["name"]
    assert names.str.lower().is_unique
    assert names.str.split().str.len().between(2, 4).all()
    assert not names.str.contains(r"\d|[Cc]luster|[Ss]egment|religion|catholic|years?").any()


def test_an_unknown_table_in_another_language_gets_readable_names():
    random, people = np.random.default_rng(1), 1_200
    truth = random.integers(0, 2, people)
    table = pd.DataFrame(
        {
            "person": [f"c{i}" for i in range(people)],
            "tarifa": np.where(random.random(people) < 0.85, np.array(["básica", "completa"])[truth], "media"),
            "ciudad": np.where(random.random(people) < 0.8, np.array(["Vigo", "Sevilla"])[truth], "Madrid"),
            "saldo": np.round(np.array([100, 3_000])[truth] * random.lognormal(0, 0.5, people)),
            "usa_app": np.where(random.random(people) < 0.85, np.array(["sí", "no"])[truth], "no"),
        }
    )
    names = segment(People.of(table), How(TODAY, k=2)).segments["name"].tolist()
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"[^\W\d_][^\d_]+", name) for name in names)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (category_trait("device", "console"), "Plays on a console"),
        (category_trait("loan", "no"), "No loan"),
        (category_trait("has_kids", "yes"), "With kids"),
        (category_trait("is_subscriber", "yes"), "Subscriber"),
        (category_trait("opens_email", "yes"), "Opens email"),
        (category_trait("job", "blue-collar"), "Job: blue-collar"),
        (number_trait("balance", span(2_000, np.inf, lowest=0, whole=True, years=False)), "Balance over 2,000"),
        (
            number_trait("share of crime", span(0.27, np.inf, lowest=0, whole=False, years=False)),
            "Share of crime over 27%",
        ),
        (
            number_trait("share of crime", span(0.5, 1.1, lowest=0, whole=False, years=False)),
            "Share of crime 0.5 to 1.1",
        ),
        (number_trait("visits", span(-np.inf, 0, lowest=0, whole=True, years=False)), "Visits: none"),
        (number_trait("age", span(24, 34, lowest=18, whole=True, years=False)), "Age 25 to 34"),
        (number_trait("open_rate", span(0.25, 0.5, lowest=0, whole=False, years=False)), "Open rate 0.25 to 0.5"),
        (number_trait("pdays", span(-np.inf, -1, lowest=-1, whole=True, years=False)), "Pdays −1"),
        (
            number_trait("yearJoined", span(2_018, 2_021, lowest=2_000, whole=True, years=True)),
            "Year joined 2019 to 2021",
        ),
    ],
)
def test_traits_are_said_in_plain_words(said, expected):
    assert said == expected


def test_figures_are_written_as_people_write_them():
    assert [figure(x) for x in (1_428.0, 0.3333, -12.0, 12.345)] == ["1,428", "0.33", "−12", "12.3"]
    assert label("minutes_aSession") == "minutes a session"
