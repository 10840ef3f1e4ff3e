"""Rights and approvals hold when something happens, not when its button was drawn."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import small_workspace
from streamlit.testing.v1 import AppTest

from marketing import settings
from marketing.campaigns import exports, reviews
from marketing.campaigns.exports import Rendered
from marketing.errors import GateError, RightsError
from marketing.ledger import Ledger
from marketing.pages import leaving, progress
from marketing.pages.frame import Place
from marketing.people import Person
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]
ANA = Person("Ana Ruiz", "owner")


def place(folder: Path, ledger: Ledger, person: Person = ANA) -> Place:
    """Where a page stands that was drawn just now."""
    now = dt.datetime.now(dt.UTC)
    return Place(Workspace(folder), ledger, settings.read(folder, {}), person, now, "light")


def decide(ledger: Ledger, decision: str) -> None:
    draft = ledger.draft("d1")
    reviews.decide(
        ledger, "d1", draft.digest, decision, "Wrong night.", ANA, own_approval=True,
        at=dt.datetime.now(dt.UTC), key=decision,
    )  # fmt: skip


@pytest.fixture
def approved(full: Path, ledger: Ledger) -> Path:
    """The full workspace with draft d1 approved."""
    row = {"title": "harbour-lights", "name": "Harbour Lights", "url": "https://lumen.example/harbour-lights"}
    Workspace(full).upsert({"titles": pd.DataFrame([row])}, now=small_workspace.NOW)
    decide(ledger, "approve")
    return full


def test_the_editors_file_is_made_when_it_is_taken(approved: Path, ledger: Ledger, draw: Draw) -> None:
    [button] = draw("review").get("download_button")
    assert button.proto.label == "Download one ad for Google Ads Editor"
    assert button.proto.deferred_file_id  # nothing was made yet
    assert "export" not in [record.action for record in ledger.audit()]
    content = leaving.take(place(approved, ledger), "google_ads_editor", "ads.csv")
    [ad] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert ad["Headline 1"] == "Six Episodes, One Finale"
    assert ledger.audit()[-1].action == "export"


def test_an_export_that_is_put_in_the_folder_is_on_the_page_of_those_who_may_take_it(
    approved: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, option = exports.names(), exports.option
    new = {
        "titles_json": ModuleType("marketing.campaigns.exports.titles_json"),
        "loud_speaker": ModuleType("marketing.campaigns.exports.loud_speaker"),
    }
    for name, action in (("titles_json", "read"), ("loud_speaker", "export")):
        title = name.title().replace("_", " ")
        told = {"TITLE": title, "SUFFIX": ".json", "MEDIA_TYPE": "application/json", "ALIASES": ()}
        vars(new[name]).update(told, ACTION=action, render=lambda material: Rendered(b"{}", 1))
    monkeypatch.setattr(exports, "names", lambda: sorted([*there, *new]))
    monkeypatch.setattr(exports, "option", lambda name: new.get(name) or option(name))
    review = [button.proto.label for button in draw("review").get("download_button")]
    assert review == ["Download one ad for Google Ads Editor", "Download one ad for Loud Speaker"]
    assert "Titles Json" in [button.proto.label for button in draw("data").get("download_button")]


def test_an_ad_rejected_after_the_page_was_drawn_does_not_leave(approved: Path, ledger: Ledger) -> None:
    drawn = place(approved, ledger)
    decide(ledger, "reject")
    with pytest.raises(GateError, match="No Google search ad is approved"):
        leaving.take(drawn, "google_ads_editor", "ads.csv")
    assert "export" not in [record.action for record in ledger.audit()]


@pytest.mark.parametrize("job", ["forecast", "segment", "draft"])
def test_work_is_refused_to_who_may_only_look_whatever_the_page_offers(job: str, full: Path, ledger: Ledger) -> None:
    with pytest.raises(RightsError, match="Eve is a viewer here"):
        progress.request(place(full, ledger, Person("Eve", "viewer")), [job])
    assert ledger.runs() == []
