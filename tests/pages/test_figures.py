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


def test_a_trait_shows_group_interval_and_everyone_else() -> None:
    traits = pd.DataFrame(
        [("Plays on a console", 0.97, 0.95, 0.99, 0.33), ("Opens <b>email</b>", 0.1, 0.08, 0.12, 0.3)],
        columns=["trait", "share", "low", "high", "others"],
    )
    figure = charts.traits_chart(traits, theme="light")
    assert {"<b>97%</b>", "<b>10%</b>", "everyone else, 33%"} <= set(labels(figure))
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


def lines(count: int) -> pd.DataFrame:
    days = pd.date_range("2026-10-01", periods=40)
    parts = [
        pd.DataFrame({"name": f"Title {n}", "date": days, "value": 100.0 * (n + 1), "ahead": days > days[29]})
        for n in range(count)
    ]
    return pd.concat(parts, ignore_index=True)


def test_titles_beside_one_another_are_named_at_their_lines_ends_and_never_on_top_of_one_another() -> None:
    figure = charts.compare_chart(lines(4), unit="views", indexed=True, theme="light")
    assert len(labels(figure)) == 4
    heights = sorted(annotation.y for annotation in figure.layout.annotations)
    top = figure.layout.yaxis.range[1]
    assert np.diff(heights).min() > 0.05 * top
    assert heights[-1] <= top


def test_no_more_titles_are_drawn_than_there_are_colours_told_apart() -> None:
    assert len(labels(charts.compare_chart(lines(6), unit="views", indexed=False, theme="dark"))) == charts.MOST_LINES


def test_an_indexed_line_begins_at_a_hundred() -> None:
    figure = charts.compare_chart(lines(2), unit="views", indexed=True, theme="light")
    assert [trace.y[0] for trace in figure.data if trace.line.dash == "solid"] == [100.0, 100.0]


def test_an_anomaly_is_ringed_and_told_by_how_much_and_what_was_near() -> None:
    found = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-10-22", "2020-01-01"]),
            "value": [45000.0, 1.0],
            "change": [0.46, 9.0],
            "z": [5.0, 99.0],
            "event": ["<i>talk</i> show", ""],
        }
    )
    figure = band(anomalies=found)
    [rings] = [trace for trace in figure.data if trace.mode == "markers"]  # type: ignore[attr-defined]
    assert len(rings.x) == 1
    assert sum("+46%<br>" in text for text in labels(figure)) == 1
    assert not any("<i>" in text for text in labels(figure))


def test_a_ring_tells_what_its_event_did_where_that_is_known() -> None:
    found = pd.DataFrame(
        {
            "date": DAYS[[30, 60]],
            "value": [45000.0, 44000.0],
            "change": [0.46, 0.5],
            "z": [5.0, 4.0],
            "event": ["Talk show", ""],
            "effect": [0.31, np.nan],
        }
    )
    figure = band(anomalies=found)
    [rings] = [trace for trace in figure.data if trace.mode == "markers"]  # type: ignore[attr-defined]
    assert list(rings.customdata) == ["+31% by Talk show", "+50% against expected"]
    assert not any("+46%" in text for text in labels(figure))


@pytest.mark.parametrize(
    ("change", "told"), [(0.38, "+38%"), (-0.34, "−34%"), (0.001, "0%"), (1.56, "2.6 times"), (4.0, "5 times")]
)
def test_a_change_is_told_as_one_says_it(change: float, told: str) -> None:
    assert charts.changed(change) == told


def test_past_forecasts_lie_over_what_came_each_from_its_own_day() -> None:
    days = pd.date_range("2026-08-01", periods=90)
    history = pd.DataFrame({"date": days, "value": 100.0})
    parts = [
        pd.DataFrame(
            {"cutoff": days[at], "date": days[at + 1 : at + 29], "expected": 101.0, "low80": 90, "high80": 500.0}
        )
        for at in (5, 33, 61)
    ]
    figure = charts.past_chart(history, pd.concat(parts), unit="views", theme="light")
    assert sum(trace.mode == "lines" and trace.fill is None for trace in figure.data) == 4
    assert figure.layout.yaxis.range[1] < 200  # a wide band does not press the lines flat


def test_the_week_is_drawn_above_and_below_the_level() -> None:
    figure = charts.profile_chart(["Mon", "Sat"], [-0.1, 0.22], theme="light")
    assert figure.data[0].text == ("−10%", "+22%")
    assert len(set(figure.data[0].marker.color)) == 2


def test_today_and_what_happened_yesterday_are_not_written_over_one_another() -> None:
    spike = pd.DataFrame({"date": [DAYS[-1]], "value": [60_000.0], "change": [1.0], "z": [8.0], "event": ["Trailer"]})
    [beside] = [note for note in band(anomalies=spike).layout.annotations if note.text == "Today"]  # type: ignore[attr-defined]
    [alone] = [note for note in band().layout.annotations if note.text == "Today"]  # type: ignore[attr-defined]
    assert beside.y < alone.y
    low = spike.assign(value=9_000.0)
    [under] = [note for note in band(anomalies=low).layout.annotations if note.text == "Today"]  # type: ignore[attr-defined]
    assert under.y == alone.y


def test_a_rise_of_thousands_is_told_in_figures() -> None:
    assert charts.changed(4079.0) == "4,100 times"
    assert charts.changed(2.2) == "3.2 times"
    assert words.change(999.0) == "1,000 times as much"


def test_the_word_of_a_ring_stays_clear_of_the_axis_and_of_an_event_next_to_it() -> None:
    fall = pd.DataFrame({"date": [DAYS[40]], "value": [400.0], "change": [-0.9], "z": [-8.0], "event": [""]})
    [word] = [note for note in band(anomalies=fall).layout.annotations if note.text == "−90%"]  # type: ignore[attr-defined]
    assert word.yanchor == "bottom"
    near = fall.assign(date=DAYS[41], value=50_000.0, change=0.8, event="Second trailer")
    told = labels(band(anomalies=near, events=events(("Second trailer", str(DAYS[40].date())))))
    assert "+80%" in told


def test_what_is_written_over_a_ring_leaves_a_line_that_goes_on_upwards_alone() -> None:
    told = history().assign(value=10_000.0)
    told.loc[60:, "value"] = [14_000.0, 15_000.0, *[10_000.0] * (len(told) - 62)]
    rise = pd.DataFrame({"date": [DAYS[60]], "value": [14_000.0], "change": [0.4], "z": [8.0], "event": ["Update"]})
    top = rise.assign(date=DAYS[61], value=15_000.0)
    anchors = {
        found["date"].iloc[0]: note.xanchor
        for found in (rise, top)
        for note in band(history=told, anomalies=found).layout.annotations  # type: ignore[attr-defined]
        if note.text.startswith("+40%")
    }
    assert anchors == {DAYS[60]: "right", DAYS[61]: None}


def test_trillions_have_a_letter_of_their_own() -> None:
    assert charts.short(1.5e12) == "1.5tn"
    assert charts.short(9.9e11) == "990bn"
