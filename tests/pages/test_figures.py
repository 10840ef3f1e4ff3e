"""What figures and numbers in words promise, whatever the table."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from marketing import charts
from marketing.pages import words
from marketing.pages.sparklines import sparkline

TODAY = dt.date(2026, 11, 23)
DAYS = pd.date_range("2026-08-24", "2026-11-22")


def history(gap: slice | None = None) -> pd.DataFrame:
    """Three months of a title."""
    values = 30_000 + 5_000 * np.sin(np.arange(len(DAYS)))
    if gap:
        values[gap] = np.nan
    return pd.DataFrame({"date": DAYS, "value": values})


def forecast(width: float = 0.2) -> pd.DataFrame:
    """Four weeks ahead."""
    days = pd.date_range("2026-11-23", periods=28)
    expected = np.full(28, 32_000.0)
    bounds = {
        f"{side}{level}": expected * (1 + sign * width * by)
        for level, by in ((80, 1), (95, 1.6))
        for side, sign in (("low", -1), ("high", 1))
    }
    return pd.DataFrame({"date": days, "expected": expected, **bounds})


def events(*rows: tuple[str, str]) -> pd.DataFrame:
    """Dated events."""
    return pd.DataFrame({"event": [n for n, _ in rows], "date": pd.to_datetime([d for _, d in rows])})


def labels(figure: object) -> list[str]:
    """All words that are written in a figure."""
    return [note.text for note in figure.layout.annotations]  # type: ignore[attr-defined]


def band(theme: charts.Theme = "light", **tables: pd.DataFrame) -> object:
    """The chart of those tables."""
    given = {"history": history(), "forecast": forecast(), "events": events()} | tables
    return charts.band_chart(**given, unit="views", today=TODAY, theme=theme)


def test_the_axis_begins_at_zero_and_its_topmost_label_has_the_unit() -> None:
    axis = band().layout.yaxis  # type: ignore[attr-defined]
    assert axis.range[0] == 0
    assert axis.ticktext[-1].endswith("k views")
    assert 3 <= len(axis.tickvals) <= 5
    assert axis.range[1] > axis.tickvals[-1]


def test_a_gap_is_a_gap_and_is_called_one() -> None:
    figure = band(history=history(slice(40, 43)))
    assert "no data" in labels(figure)
    line = figure.data[2]  # type: ignore[attr-defined]
    assert line.connectgaps is False
    assert np.isnan(np.asarray(line.y, dtype=float)[40:43]).all()


def test_at_most_four_events_are_named_and_none_over_another() -> None:
    many = [(f"Event {n}", str((DAYS[0] + pd.Timedelta(days=9 * n)).date())) for n in range(12)]
    named = [text for text in labels(band(events=events(*many))) if text.startswith("<b>Event")]
    assert 1 <= len(named) <= charts.MOST_EVENTS


def test_names_of_events_are_shortened_to_what_tells_them_apart() -> None:
    dated = events(("Season 2 trailer", "2026-09-04"), ("Season 2", "2026-10-18"), ("Season 2 finale", "2026-11-27"))
    named = [text for text in labels(band(events=dated)) if text.startswith("<b>") and "Expected" not in text]
    assert [text.split("</b>")[0] for text in sorted(named)] == ["<b>Finale", "<b>Season 2", "<b>Trailer"]


def test_what_users_wrote_is_no_html_in_a_figure() -> None:
    figure = band(events=events(("<a href='http://evil.example'>x</a>", "2026-10-18")))
    assert not any("<a" in text for text in labels(figure))


def test_a_very_wide_band_does_not_press_the_history_flat() -> None:
    top = band(forecast=forecast(width=0.9).assign(high95=4e6)).layout.yaxis.range[1]  # type: ignore[attr-defined]
    assert top < 150_000


def test_labels_at_the_edge_stand_apart() -> None:
    figure = band(forecast=forecast(width=0.001))
    heights = {note.text[:9]: note.y for note in figure.layout.annotations if note.xref == "paper"}  # type: ignore[attr-defined]
    top = figure.layout.yaxis.range[1]  # type: ignore[attr-defined]
    assert heights["95%"] - heights["80%"] >= 0.05 * top
    assert heights["80%"] - heights["<b>Expect"] >= 0.05 * top


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_trend_without_a_forecast_is_drawn_all_the_same(theme: charts.Theme) -> None:
    figure = band(theme, forecast=forecast().head(0))
    assert not any("Expected" in text for text in labels(figure))


def test_a_trait_shows_group_interval_and_everyone() -> None:
    traits = pd.DataFrame(
        [("Plays on a console", 0.97, 0.95, 0.99, 0.33), ("Opens <b>email</b>", 0.1, 0.08, 0.12, 0.3)],
        columns=["trait", "share", "low", "high", "everyone"],
    )
    figure = charts.traits_chart(traits, theme="light")
    assert {"<b>97%</b>", "<b>10%</b>", "everyone, 33%"} <= set(labels(figure))
    assert not any("<b>email" in text for text in labels(figure))
    assert max(figure.layout.xaxis.tickvals) <= 1


def test_a_small_line_breaks_where_nothing_is_known() -> None:
    svg = sparkline([1, 2, float("nan"), 3, 4], forecast().head(7), theme="dark")
    assert svg.count("<polyline") == 3
    assert "nan" not in svg
    assert sparkline([], forecast().head(0), theme="light").startswith("<svg")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (265_432, "265,000"),
        (61_399, "61,400"),
        (0, "0"),
        (0.8712, "0.871"),
        (-1_234, "−1,230"),
        (float("nan"), "unknown"),
    ],
)
def test_quantities_have_three_figures(value: float, told: str) -> None:
    assert words.figure(value) == told


@pytest.mark.parametrize(
    ("value", "told"), [(38_400, "38k"), (999_900, "1m"), (1_250_000, "1.2m"), (999, "999"), (0.4, "0.4"), (0, "0")]
)
def test_axes_have_short_quantities(value: float, told: str) -> None:
    assert charts.short(value) == told


@pytest.mark.parametrize(
    ("ratio", "told"), [(0.04, "up 4%"), (-0.081, "down 8%"), (0.001, "no change"), (1.21, "2.2 times as much")]
)
def test_changes_are_said_in_words(ratio: float, told: str) -> None:
    assert words.change(ratio) == told


def test_days_have_their_year_only_when_it_is_another() -> None:
    assert words.day(dt.date(2026, 11, 28), TODAY) == "Saturday 28 November"
    assert words.day(dt.date(2027, 1, 2), TODAY) == "Saturday 2 January 2027"


def test_options_of_one_name_are_told_apart() -> None:
    assert words.apart({"a": "Lumen", "b": "Lumen", "c": "Real"}) == {"a": "Lumen (a)", "b": "Lumen (b)", "c": "Real"}


@pytest.mark.parametrize(
    ("name", "told"), [("Late-night finishers", "late-night finishers"), ("TV viewers", "TV viewers")]
)
def test_a_groups_name_fits_into_a_sentence(name: str, told: str) -> None:
    assert words.inside(name) == told
