"""Levels with an order are put in it, in five languages; others are left alone."""

import random

import pytest

from marketing.segments.audience.orders import ordered

ORDERED = [
    ["18-24", "25-34", "35-44", "45-54", "65+"],
    ["under 18", "18 to 24", "25 to 64", "65 and over"],
    ["unter 20", "20 bis 39", "40 bis 59", "60 und älter"],
    ["moins de 25 ans", "25-34 ans", "35-49 ans", "50 ans et plus"],
    ["menos de 20 años", "20-39 años", "40 años y más"],
    ["meno di 30 anni", "30-49 anni", "50 anni e oltre"],
    ["<20k", "20k-40k", "40k-60k", ">60k"],
    ["< €20,000", "€20,000 – €39,999", "€40,000 – €59,999", "€60,000+"],
    ["0-9.999", "10.000-19.999", "20.000 und mehr"],
    ["20-40k", "40-60k", "60-100k"],
    ["never", "1-2 times", "3-5 times", "6 or more times"],
    ["0", "1-2", "3-5", "6+"],
    ["1 time", "2-3 times", "4+ times"],
    ["low", "medium", "high"],
    ["very low", "low", "average", "high", "very high"],
    ["niedrig", "mittel", "hoch"],
    ["faible", "moyen", "élevé"],
    ["bajo", "medio", "alto"],
    ["basso", "medio", "alto"],
    ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"],
    ["1 - strongly disagree", "2 - disagree", "4 - agree", "5 - strongly agree"],
    ["stimme nicht zu", "teils, teils", "stimme zu"],
    ["pas du tout d'accord", "plutôt pas d'accord", "plutôt d'accord", "tout à fait d'accord"],
    ["very dissatisfied", "neutral", "satisfied"],
    ["never", "rarely", "sometimes", "often", "always"],
    ["yearly", "monthly", "weekly", "daily"],
    ["jamais", "rarement", "souvent", "toujours"],
    ["nunca", "a veces", "siempre"],
    ["nie", "manchmal", "immer"],
    ["S", "M", "L", "XL"],
    ["bronze", "silver", "gold", "platinum"],
    ["primary", "secondary", "tertiary"],
    ["high school", "Bachelor's", "Master's", "PhD"],
    ["level 1", "level 2", "level 10"],
    ["1 star", "3 stars", "5 stars"],
]


@pytest.mark.parametrize("levels", ORDERED, ids=" ".join)
def test_levels_with_an_order_are_put_in_it(levels):
    shuffled = random.Random(0).sample(levels, len(levels))
    assert ordered(shuffled) == tuple(levels)


@pytest.mark.parametrize(
    "levels",
    [
        ["tv", "phone", "console"],
        ["drama", "comedy", "action"],
        ["low", "high"],  # of two, an order tells nothing more
        ["low", "medium", "high", "blue"],
        ["Channel 4", "Channel 5", "BBC 1"],
        ["Channel 4", "Channel 5", "Channel 6"],
        ["18-24", "20-30", "65+"],  # bands that overlap are no scale
        ["18-24 euro", "25-34 days", "35-44 visits"],
        ["monday", "tuesday", "wednesday"],
        ["north", "south", "east", "west"],
        ["morning", "evening", "night"],
        ["1 - Germany", "2 - France", "3 - Spain"],
        ["free", "standard", "premium"],
        ["A", "B", "C"],
        ["iOS 17", "Android 14", "Windows 11"],
        ["2024-01-01", "2024-01-02", "2024-01-03"],
    ],
    ids=" ".join,
)
def test_levels_without_a_sure_order_are_left_alone(levels):
    assert ordered(levels) is None
