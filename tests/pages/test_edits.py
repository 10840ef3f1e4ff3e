"""What a person writes into a draft is held to the facts as the writer's words are, up to the file that leaves."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import small_workspace
from streamlit.testing.v1 import AppTest

from marketing.campaigns import exports
from marketing.campaigns.exports import Export
from marketing.drafts.copy import Copy
from marketing.errors import GateError
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.settings import Settings
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]
TODAY = dt.date(2026, 11, 23)
SLOTS = {
    "headline": ["Six Episodes, One Finale", "Harbour Lights, Season 2", "Watch on Lumen"],
    "description": ["Season 2 has six episodes.", "Harbour Lights is on Lumen. Watch now."],
}
PRICE = {"id": "f3", "title": "harbour-lights", "text": "From £9.99 a month", "kind": "price", "source": "Price list"}


@pytest.fixture
def priced(full: Path, ledger: Ledger) -> Workspace:
    """The full workspace with a price among its facts, and draft d9, which does not tell it."""
    workspace = Workspace(full)
    title = {"title": "harbour-lights", "name": "Harbour Lights", "url": "https://lumen.example/harbour-lights"}
    workspace.upsert({"titles": pd.DataFrame([title])}, now=small_workspace.NOW)
    store_price(workspace)
    brief = small_workspace.BRIEF | {"facts": [*small_workspace.BRIEF["facts"], PRICE]}
    ledger.add_brief(brief, digest="b9", at=small_workspace.NOW)
    draft = replace(ledger.draft("d1"), draft="d9", brief="b9", digest=Copy(slots=SLOTS).digest())
    ledger.add_drafts([replace(draft, copy={"slots": SLOTS, "claims": []})])
    return workspace


def store_price(workspace: Workspace, **changes: object) -> None:
    row = {"fact" if name == "id" else name: value for name, value in (PRICE | changes).items()}
    workspace.upsert({"facts": pd.DataFrame([row])}, now=small_workspace.NOW)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def export(workspace: Workspace, ledger: Ledger, today: dt.date = TODAY) -> Export:
    settings = Settings(name="Lumen", today=today)
    ana = Person("Ana Ruiz", "owner")
    return exports.prepare(
        "google_ads_editor", workspace, ledger, person=ana, settings=settings, now=small_workspace.NOW
    )


@pytest.mark.parametrize(
    ("change", "today", "why"),
    [
        ({"valid_to": pd.Timestamp(2026, 11, 22)}, TODAY, "is out of date since 22 November 2026"),
        ({"valid_to": pd.Timestamp(2026, 11, 30)}, dt.date(2026, 12, 1), "is out of date since 30 November 2026"),
        ({"text": "From £11.99 a month"}, TODAY, "has changed and is now 'From £11.99 a month'"),
    ],
)
def test_a_price_that_an_edit_adds_leaves_only_while_its_fact_holds(
    change: dict[str, object], today: dt.date, why: str, priced: Workspace, ledger: Ledger, draw: Draw
) -> None:
    app = draw("review", draft="d9")
    press(app, "Edit")
    field = next(f for f in [*app.text_input, *app.text_area] if f.key == "ideas.d9.description.0")
    field.set_value("From £9.99 a month. Watch on Lumen.").run()
    next(button for button in app.button if button.key == "save d9").click().run()
    [edited] = [draft for draft in ledger.drafts() if draft.parent == "d9"]
    assert ("£9.99", "f3") in [(claim["text"], claim["fact"]) for claim in edited.copy["claims"]]
    press(app, "Approve")
    assert export(priced, ledger).drafts == (edited.draft,)
    store_price(priced, **change)
    with pytest.raises(GateError, match=f"Draft {edited.draft} says .*£9.99.* {why}"):
        export(priced, ledger, today)


def test_while_words_are_edited_problems_stand_beside_the_words_that_have_them(priced: Workspace, draw: Draw) -> None:
    app = draw("review", draft="d9")
    press(app, "Edit")
    field = next(f for f in [*app.text_input, *app.text_area] if f.key == "ideas.d9.description.0")
    field.set_value("Seen by 9 million people.").run()
    [told] = [e.value for e in app.markdown if "no fact of the brief says so" in e.value]
    assert ":red-background[9 million people]" in told
    assert "Seen by" in told
