"""The whole path in a browser: a forecast seen, a file put in, a draft written, approved, taken away and read."""

import csv
import datetime as dt
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from visitor import Visitor

from marketing.campaigns import reviews
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.workspace import Workspace

MOST_CLICKS = 10  # from the first page to an approved draft in hand
LOOKS = 30_000  # milliseconds in which a page that is left alone looks for news
WRITING = 60_000  # milliseconds for a worker to start and write

MESSY = "Tag;Show;Aufrufe\r\n" + "".join(
    f"{day:02}.11.2026;harbour-lights;{40 + day}.{100 + day},0\r\n" for day in range(1, 23)
)
FAULTY = MESSY + "31.11.2026;harbour-lights;1,0\r\n"


@pytest.fixture
def visitor(browser: Browser, address: str) -> Visitor:
    """Someone who has just opened the dashboard."""
    with Visitor(browser, address) as someone:
        yield someone
        assert someone.complaints == []
        assert someone.strangers == []


def test_the_forecast_of_a_real_title_is_drawn_with_its_band(visitor: Visitor) -> None:
    visitor.go("/trends?title=harbour-lights")
    assert re.match(r"Harbour Lights should draw [\d.,]+( million)? views this week", visitor.title())
    chart = visitor.page.locator(".js-plotly-plot")
    expect(chart).to_be_visible()
    words = chart.inner_text()
    assert "Expected" in words
    assert "80%" in words
    assert "Today" in words
    expect(visitor.page.get_by_role("table").first).to_contain_text("23 Nov")


def test_from_the_first_page_to_an_approved_and_exported_draft(visitor: Visitor, workspaces: Path) -> None:
    visitor.go("/")
    visitor.click(visitor.page.get_by_role("link", name="Drafts").first)
    visitor.click(visitor.button("Write"))
    review = visitor.page.get_by_role("link", name="Review").nth(1)  # the first stands in the navigation
    expect(review).to_be_visible(timeout=WRITING)
    visitor.settle()
    visitor.click(visitor.page.get_by_test_id("stMain").get_by_role("link", name="Review").first)
    visitor.settle()
    visitor.click(visitor.button("Approve"))
    expect(visitor.page.get_by_text("These words may leave.")).to_be_visible()
    with visitor.page.expect_download() as waiting:
        visitor.click(visitor.button("Download one ad for Google Ads Editor"))
    assert visitor.clicks <= MOST_CLICKS
    print(f"clicks from the first page to an approved, exported draft: {visitor.clicks}")
    _read_back(Path(waiting.value.path()), workspaces / "lumen")
    _reject(workspaces / "lumen")  # as a colleague might: the file is offered no longer
    expect(visitor.button("Download one ad for Google Ads Editor")).to_be_hidden(timeout=LOOKS)


def _reject(folder: Path) -> None:
    ledger = Ledger(Workspace(folder).ledger_url)
    [approval] = [review for review in ledger.reviews() if review.decision == "approve"]
    mei = Person("Mei Lindqvist", "approver")
    reviews.decide(
        ledger, approval.draft, approval.digest, "reject", "Wrong night.", mei, own_approval=True,
        at=dt.datetime.now(dt.UTC), key="rejection",
    )  # fmt: skip


def _read_back(file: Path, folder: Path) -> None:
    """The file holds exactly the approved words, paused, and the trail knows that it left."""
    [row] = csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig")))
    ledger = Ledger(Workspace(folder).ledger_url)
    [approval] = [review for review in ledger.reviews() if review.decision == "approve"]
    words = ledger.draft(approval.draft).copy["slots"]
    assert [row[f"Headline {n}"] for n in range(1, len(words["headline"]) + 1)] == words["headline"]
    assert [row[f"Description {n}"] for n in range(1, len(words["description"]) + 1)] == words["description"]
    assert row["Status"] == "Paused"
    assert [record.action for record in ledger.audit()][-2:] == ["approve", "export"]
    assert ledger.verify() is None


def test_a_messy_file_goes_in_once_it_is_right(visitor: Visitor, workspaces: Path, tmp_path: Path) -> None:
    visitor.go("/data?workspace=bare")
    _hand_in(visitor, tmp_path, "aufrufe.csv", FAULTY)
    expect(visitor.page.get_by_role("heading", name="one file has faults")).to_be_visible()
    expect(visitor.page.get_by_role("table", name="Faults of the file")).to_contain_text("31.11.2026")
    expect(visitor.button("Store")).to_be_disabled()
    assert not Workspace(workspaces / "bare").has("engagement")
    _hand_in(visitor, tmp_path, "aufrufe.csv", MESSY)
    expect(visitor.page.get_by_text("31.11.2026")).to_have_count(0)  # else the old file's field is filled in
    visitor.settle()
    metric = visitor.page.get_by_label("Metric, the same in all rows")
    metric.fill("views")
    metric.press("Enter")
    visitor.click(visitor.button("Store 22 rows"))
    expect(visitor.page.get_by_text("22 new, 0 changed, 0 unchanged")).to_be_visible()
    stored = Workspace(workspaces / "bare").read("engagement")
    assert stored["value"].tolist() == [1000 * (40 + day) + 100 + day for day in range(1, 23)]


def _hand_in(visitor: Visitor, folder: Path, name: str, content: str) -> None:
    path = folder / name
    path.write_bytes(content.encode("cp1252"))
    visitor.hand_in(path)
