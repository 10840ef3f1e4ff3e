"""Who may be under 18 is found, however the table says it."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.segments.fairness import minors

TODAY = dt.date(2026, 11, 23)


def told(column, values) -> str:
    """Who may be a minor by a column, as a row of 0 and 1."""
    frame = pd.DataFrame({column: values})
    return "".join("01"[int(young)] for young in minors.learn(frame, TODAY).mask(frame))


def seconds(*days: str) -> list[int]:
    return [int(pd.Timestamp(day).timestamp()) for day in days]


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("age", [17, 18, None, 34], "1000"),
        ("customerAge", [17.9, 18.0, 0, -1], "1010"),
        ("Alter", ["17", "18", "", "70"], "1000"),
        ("edad", ["13-17", "18-24", "menos de 25", "65+"], "1010"),
        ("age", ["17 ans", "18 ans", "-18 ans", "18+", "moins de 25 ans"], "10101"),
        ("alter", ["unter 18", "18 bis 24", "bis 20", "ab 18", "zwischen 14 und 17"], "10101"),
        ("età", ["14–17", "35 anni", "fino a 20"], "101"),
        ("age_months", [150, 300, 400], "100"),
        ("age_group", ["13-17", "16 to 19", "under 18", "18-24"], "1110"),
        ("age_band", ["teen", "adult", "senior", "child"], "1001"),
        ("generation", ["Gen Z", "Millennials", "Boomers", "Gen Alpha"], "1001"),
        ("segment_7", ["13-17", "18-24", "25-34", "35-44", "45-54"], "10000"),
    ],
)
def test_ages_and_bands(column, values, expected):
    assert told(column, values) == expected


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("dob", ["2008-11-24", "2008-11-23", "1990-01-01", None], "1000"),
        ("Geburtsdatum", ["12.05.2010", "01.02.1990", "3.3.09", "24.12.45"], "1010"),
        ("year_of_birth", [2009, 2008, 2007, 1950], "1100"),
        ("yob", ["09", "85", "07", "2012"], "1001"),
        ("born", ["born 2010", "born 1990", "2000s", "1990-1999", "2005-2010", "March 2009"], "101011"),
        ("dob", seconds("2010-01-01", "1990-01-01", "1965-05-05", "2008-11-24"), "1001"),
        ("dob", [1000 * s for s in seconds("2010-01-01", "1990-01-01", "1965-05-05")], "100"),
        ("date_of_birth", [40_179, 32_874, 39_776, 25_000], "1010"),  # a spreadsheet's days
        ("dob", [20_100_101, 19_900_101, 20_081_123, 20_081_124], "1001"),
        ("dob", ["20100101", "19900101"], "10"),
    ],
)
def test_births_of_many_forms(column, values, expected):
    assert told(column, values) == expected


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("is_minor", [True, False, True, False], "1010"),
        ("minderjaehrig", ["ja", "nein"], "10"),
        ("menor_de_edad", ["sí", "no"], "10"),
        ("is_adult", ["yes", "no", "yes"], "010"),
        ("over_18", [1, 0, 1], "010"),
        ("school_grade", ["9th grade", "K", "n/a", ""], "1100"),
        ("klassenstufe", ["VII", "9b", "Klasse 10", "-", "keine", "Oberstufe"], "111001"),
        ("classe_scolaire", ["3ème", "Terminale", "CM2", "non"], "1110"),
        ("profile_type", ["kids", "adult", "adult", "family"], "1000"),
    ],
)
def test_flags_school_classes_and_words(column, values, expected):
    assert told(column, values) == expected


def test_dates_of_birth_are_reckoned_to_the_day():
    born = pd.DataFrame({"birthdate": pd.to_datetime(["2008-11-23", "2008-11-24"])})
    assert minors.find(born, TODAY)["birthdate"].tolist() == [False, True]
    assert minors.find(born, dt.date(2026, 11, 24)) == {}


@pytest.mark.parametrize(
    "column",
    [
        "account_age",
        "age_rating",
        "page",
        "kids",
        "average_basket",
        "device_age",
        "children",
        "n_children",
        "youngest_child_birth_year",
        "mother_age",
        "birth_month",
    ],
)
def test_what_is_not_the_persons_age_tells_nothing(column):
    assert minors.find(pd.DataFrame({column: [3, 12, 16, 40]}), TODAY) == {}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("eta", [5.0, 900.0, 1_200.0, 3_000.0]),  # minutes until arrival
        ("age", [-1.2, 0.3, 2.2, -0.4]),  # deviations from a mean
        ("age_group", [1, 2, 3, 4, 5, 6]),  # codes of bands
    ],
)
def test_numbers_that_are_no_years_of_age_tell_nothing(column, values):
    assert minors.learn(pd.DataFrame({column: values}), TODAY).tellings == ()


def test_what_is_learned_on_a_sample_masks_each_chunk_as_the_whole():
    random = np.random.default_rng(0)
    born = pd.to_datetime("1950-01-01") + pd.to_timedelta(random.integers(0, 27_000, 900), "D")
    frame = pd.DataFrame({"dob": born, "age_band": random.choice(["13-17", "18-24", "25-34"], 900)})
    learned = minors.Minors.from_record(json.loads(json.dumps(minors.learn(frame[:200], TODAY).to_record())))
    chunks = [learned.mask(frame[start : start + 250]) for start in range(0, 900, 250)]
    assert learned.columns == ["dob", "age_band"]
    assert (np.concatenate(chunks) == learned.mask(frame)).all()
    assert (learned.mask(frame) == ((born > "2008-11-23") | (frame["age_band"] == "13-17"))).all()


@given(st.integers(0, 110), st.sampled_from(["{}", "{} years", "{} ans", "{}+", "{}.5"]))
def test_any_way_of_writing_an_age_is_told_from_18(age, form):
    assert told("age", [form.format(age), "40"]) == ("10" if age < 18 else "00")
