"""Who may be under 18 is found, however the table says it."""

import datetime as dt

import pandas as pd
import pytest

from marketing.segments.fairness import minors

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("age", [17, 18, None, 34], [True, False, False, False]),
        ("Alter", ["17", "18", "", "70"], [True, False, False, False]),
        ("edad", ["13-17", "18-24", "menos de 25", "65+"], [True, False, True, False]),
        ("age_group", ["13-17", "16 to 19", "under 18", "18-24"], [True, True, True, False]),
        ("age_band", ["teen", "adult", "senior", "child"], [True, False, False, True]),
        ("dob", ["2008-11-24", "2008-11-23", "1990-01-01", None], [True, False, False, False]),
        ("Geburtsdatum", ["12.05.2010", "01.02.1990", "3.3.09", "24.12.45"], [True, False, True, False]),
        ("year_of_birth", [2009, 2008, 2007, 1950], [True, True, False, False]),
        ("is_minor", [True, False, True, False], [True, False, True, False]),
        ("school_grade", ["9th grade", "K", "n/a", ""], [True, True, False, False]),
        ("profile_type", ["kids", "adult", "adult", "family"], [True, False, False, False]),
    ],
)
def test_who_may_be_a_minor_is_found(column, values, expected):
    found = minors.find(pd.DataFrame({column: values}), TODAY)
    assert found[column].tolist() == expected


def test_dates_of_birth_are_reckoned_to_the_day():
    born = pd.DataFrame({"birthdate": pd.to_datetime(["2008-11-23", "2008-11-24"])})
    assert minors.find(born, TODAY)["birthdate"].tolist() == [False, True]
    assert minors.find(born, dt.date(2026, 11, 24)) == {}


@pytest.mark.parametrize(
    "column", ["account_age", "age_rating", "page", "kids", "average_basket", "device_age", "children"]
)
def test_other_ages_are_not_the_persons(column):
    assert minors.find(pd.DataFrame({column: [3, 12, 16, 40]}), TODAY) == {}


def test_a_column_that_counts_something_else_is_no_age():
    assert minors.find(pd.DataFrame({"eta": [5.0, 900.0, 1_200.0, 3_000.0]}), TODAY) == {}
