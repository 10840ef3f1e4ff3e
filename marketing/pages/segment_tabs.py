"""What stands under the segments: who they are, who moved, why so many, why that is lawful, and their list."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import segment_fairness, segment_list, segment_moves, segment_number, segment_people
from marketing.pages.frame import Place

TABS = ("Who they are", "Movement", "How many groups", "Fairness", "List of people")


def tabs(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    """Of the chosen segment, or of all of them; only the open tab is worked out.

    `segments` is the table that is shown, `segment` its chosen row.
    """
    shown = st.tabs([f":gray[{label}]" for label in TABS], key="segments.tab", on_change="rerun")
    draws = (
        segment_people.show,
        segment_moves.show,
        segment_number.show,
        segment_fairness.show,
        segment_list.show,
    )
    for tab, draw in zip(shown, draws, strict=True):
        if tab.open:
            with tab:
                draw(place, segments, segment)
