"""The frame: who is here, which workspace, the list of pages; nothing else."""

import streamlit as st

from marketing.errors import MarqueeError
from marketing.pages import frame, progress, words
from pipelines import runs

ICONS = {
    "home": ":material/home:",
    "trends": ":material/show_chart:",
    "segments": ":material/group:",
    "drafts": ":material/edit_note:",
    "review": ":material/rule:",
    "data": ":material/database:",
}


def show() -> None:
    """Draw the page that the address names, within the frame."""
    st.set_page_config(
        page_title="Marquee", page_icon=frame.HERE / "mark.svg", layout="wide", initial_sidebar_state=224
    )
    pages = [
        st.Page(frame.page(name), title=words.label(name), icon=ICONS[name], default=name == "home")
        for name in frame.PAGES
    ]
    page = st.navigation(pages, expanded=True)
    try:
        place = frame.here()
        runs.start_waiting(place.workspace.folder)
        frame.sidebar(place)
        progress.watch(place)
        page.run()
    except MarqueeError as error:
        st.error(words.plain(error), icon=":material/error:", title="This cannot be shown")


show()
