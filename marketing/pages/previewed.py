"""A draft as people will see it: words, order and cut-off, none of the platform's type."""

import streamlit as st

from marketing.campaigns.previews import Piece, preview
from marketing.pages import drafted, numbers, words
from marketing.pages.frame import Place
from marketing.records import DraftRecord

WIDTH = 400  # pixels, about a phone


def show(place: Place, draft: DraftRecord) -> None:
    """The preview in its border, then the lines that another view would show."""
    slots: dict[str, list[str]] = draft.copy["slots"]
    brand = drafted.brief(place, draft).brand
    view = preview(slots, drafted.channel(place, draft.channel), brand, _url(place, draft))
    with st.container(border=True, width=WIDTH):
        for piece in view.shown:
            _piece(piece)
    if view.note:
        st.markdown(f":gray[:small[{words.plain(view.note)}]]")
    if view.unseen:
        with st.expander(words.begun(words.count(len(view.unseen), "more line"))):
            for piece in view.unseen:
                st.text(piece.text)


def _url(place: Place, draft: DraftRecord) -> str:
    titles = numbers.table(place.workspace, "titles")
    if "url" not in titles:
        return ""
    found = titles.loc[titles["title"] == draft.title, "url"].dropna().tolist()
    return str(found[0]) if found else ""


def _piece(piece: Piece) -> None:
    more = " :gray[… more]" if piece.rest else ""
    paragraphs = [words.plain(part) for part in piece.text.split("\n") if part.strip()]
    text = "\n\n".join(paragraphs)
    styled = {
        "label": f"**:small[{text}]**",
        "name": f"**{text}**",
        "address": f":gray[:small[{text}]]",
        "title": f":blue[**{text}**]",
        "text": text,
        "hidden": f":gray[:small[Read out: {text}]]",
    }[piece.role]
    st.markdown(styled + more)
