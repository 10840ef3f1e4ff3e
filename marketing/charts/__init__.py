"""One function per figure, from a table to Plotly; the look is set once, in `ink`.

Labels stand in the figure, written for a screen 390 px wide, because Plotly does not know how wide it will be
drawn. Text of users goes through `ink.safe`: Plotly reads a little HTML in every label.
"""

from marketing.charts.bands import BAND_HEIGHT, MOST_EVENTS, band_chart, changed
from marketing.charts.ink import CONFIG, INKS, Theme, percent, short
from marketing.charts.lines import MOST_LINES, compare_chart, past_chart, profile_chart
from marketing.charts.traits import traits_chart

__all__ = [
    "BAND_HEIGHT",
    "CONFIG",
    "INKS",
    "MOST_EVENTS",
    "MOST_LINES",
    "Theme",
    "band_chart",
    "changed",
    "compare_chart",
    "past_chart",
    "percent",
    "profile_chart",
    "short",
    "traits_chart",
]
