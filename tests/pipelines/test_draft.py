"""Drafting over a workspace: what is asked for, once, with what failed told."""

import datetime as dt
import json

import pandas as pd
import pytest
from langchain_core.runnables import RunnableLambda

from marketing.campaigns import reviews
from marketing.drafts import briefs, writers
from marketing.drafts.copy import Copy
from marketing.errors import GateError, InputError, MissingError, QuotaError, WriterError
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.settings import Brand, Settings
from marketing.trends.engagement import trend_id
from marketing.workspace import Workspace
from pipelines import draft

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
DAY = pd.Timestamp("2026-11-24")
CHANNELS = ("google_rsa", "x_post")


def silent(done, total, what):
    """Progress that nobody watches."""


@pytest.fixture
def settings():
    return Settings(
        today=NOW.date(),
        channels=CHANNELS,
        variants=2,
        brand=Brand(name="Lumen", postal_address="4 Quay Street", unsubscribe_url="https://lumen.example/bye"),
    )


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.create(tmp_path / "lumen")
    titles = pd.DataFrame(
        {
            "title": ["harbour-lights", "saltmarsh"],
            "name": ["Harbour Lights", "Saltmarsh"],
            "kind": ["series", "series"],
            "release_date": pd.to_datetime(["2025-09-12", "2026-04-10"]),
        }
    )
    facts = pd.DataFrame(
        {
            "fact": ["f1", "f2"],
            "title": ["harbour-lights", "harbour-lights"],
            "text": ["A harbour pilot comes home to Vigo", "Season 2 has six episodes"],
            "kind": ["premise", "number"],
            "source": ["Press kit", "Press kit"],
        }
    )
    sizes = [900, 400, 1_500, 200]
    segments = pd.DataFrame(
        {
            "segment": ["sa", "sb", "sc", "sd"],
            "name": ["Night players", "Commuters", "Families", "Drop-ins"],
            "size": sizes,
            "share": [size / 3_000 for size in sizes],
            "traits": [json.dumps([{"trait": "Plays late at night", "lift": 2.0}])] * 4,
        }
    )
    made.write({"titles": titles, "facts": facts, "segments": segments}, now=NOW)
    return made


@pytest.fixture
def ledger(workspace):
    made = Ledger(workspace.ledger_url)
    yield made
    made.close()


def run(workspace, ledger, settings, request=None, *, now=NOW, by="Ada"):
    return draft.run(workspace, ledger, settings, request, now=now, progress=silent, by=by, environ={})


def with_forecasts(workspace, rises):
    rows = [
        {
            "trend": f"{title}/views",
            "title": title,
            "metric": "views",
            "date": DAY + pd.Timedelta(days=d),
            "expected": e,
        }
        for title, (start, peak) in rises.items()
        for d, e in enumerate((start, peak, start))
    ]
    days = pd.date_range(end=DAY - pd.Timedelta(days=1), periods=60)
    engagement = pd.concat(
        pd.DataFrame({"date": days, "title": title, "metric": "views", "value": 100.0}) for title in rises
    )
    bands = {"low80": 90.0, "high80": 130.0, "low95": 80.0, "high95": 150.0, "forecaster": "blend"}
    workspace.write({"forecasts": pd.DataFrame(rows).assign(**bands), "engagement": engagement}, now=NOW)


def test_without_a_request_the_three_largest_segments_get_drafts_on_every_channel(workspace, ledger, settings):
    with_forecasts(workspace, {"harbour-lights": (100.0, 120.0), "saltmarsh": (90.0, 300.0)})
    report = run(workspace, ledger, settings)
    drafts = ledger.drafts()
    assert (report.written, report.kept, report.failures) == (12, 0, [])
    assert {d.title for d in drafts} == {"saltmarsh"}
    assert {d.segment for d in drafts} == {"sa", "sb", "sc"}
    assert {(d.channel, d.variant) for d in drafts} == {(c, v) for c in CHANNELS for v in (1, 2)}


def test_a_request_says_which_titles_segments_channels_and_facts(workspace, ledger, settings):
    asked = {"titles": ["harbour-lights"], "segments": ["sd"], "channels": ["email"], "variants": 1, "facts": ["f2"]}
    run(workspace, ledger, settings, asked | {"goal": "awareness", "offer": ""})
    (made,) = ledger.drafts()
    assert (made.title, made.segment, made.channel, made.variant) == ("harbour-lights", "sd", "email", 1)
    told = ledger.brief(made.brief)
    assert [fact["id"] for fact in told["facts"]] == ["f2"]
    assert told["goal"] == "awareness"


def test_a_draft_in_the_ledger_says_what_it_rests_on(workspace, ledger, settings):
    run(workspace, ledger, settings, {"titles": ["harbour-lights"], "segments": ["sa"], "channels": ["x_post"]})
    facts = {claim["fact"] for made in ledger.drafts() for claim in made.copy["claims"]}
    assert "f1" in facts
    assert all(made.writer == "offline" and made.created_at == NOW for made in ledger.drafts())


def test_who_had_a_draft_written_cannot_approve_it_where_nobody_approves_their_own(workspace, ledger, settings):
    run(workspace, ledger, settings, {"titles": ["harbour-lights"], "segments": ["sa"]}, by="Grace Hopper")
    made = next(draft for draft in ledger.drafts() if not reviews.blocking(draft))
    told = {"own_approval": False, "at": NOW, "key": "k1"}
    with pytest.raises(GateError, match="nobody approves their own"):
        reviews.decide(ledger, made.draft, made.digest, "approve", "", Person("Grace Hopper", "owner"), **told)
    reviews.decide(ledger, made.draft, made.digest, "approve", "", Person("Ada", "approver"), **told)
    assert reviews.standing(made, ledger.reviews(made.draft)) == "approved"


def test_the_same_again_writes_nothing_even_on_another_day(workspace, ledger, settings):
    asked = {"titles": ["harbour-lights"]}
    first = run(workspace, ledger, settings, asked)
    tomorrow = settings.model_copy(update={"today": dt.date(2026, 11, 24)})
    again = run(workspace, ledger, tomorrow, asked, now=NOW + dt.timedelta(days=1))
    assert (again.written, again.kept) == (0, first.written)
    assert len(ledger.drafts()) == first.written


def test_a_forecast_of_other_numbers_writes_nothing_new(workspace, ledger, settings):
    asked = {"titles": ["harbour-lights"]}
    with_forecasts(workspace, {"harbour-lights": (100.0, 120.0)})
    first = run(workspace, ledger, settings, asked)
    with_forecasts(workspace, {"harbour-lights": (101.0, 125.0)})
    again = run(workspace, ledger, settings, asked)
    assert (again.written, again.kept) == (0, first.written)


def test_a_new_fact_makes_new_drafts(workspace, ledger, settings):
    asked = {"titles": ["harbour-lights"], "segments": ["sa"]}
    run(workspace, ledger, settings, asked)
    more = pd.DataFrame(
        {
            "fact": ["f3"],
            "title": ["harbour-lights"],
            "text": ["Filmed in Vigo"],
            "kind": ["premise"],
            "source": ["Kit"],
        }
    )
    workspace.upsert({"facts": more}, now=NOW)
    assert run(workspace, ledger, settings, asked).written == len(CHANNELS) * 2


def test_a_title_that_no_table_describes_is_drafted_for_by_its_name(workspace, ledger, settings):
    days = pd.date_range("2026-01-01", periods=30)
    workspace.write(
        {"engagement": pd.DataFrame({"date": days, "title": "gta-vi", "metric": "views", "value": 9.0})}, now=NOW
    )
    report = run(workspace, ledger, settings, {"titles": ["gta-vi"]})
    assert not report.failures
    assert not [p for made in ledger.drafts() for p in made.problems if p["severity"] == "block"]


def test_what_cannot_be_drafted_is_told_before_anything_is_written(workspace, ledger, settings, tmp_path):
    for wrong in ({"titles": ["nobody"]}, {"segments": ["s99"]}, {"channels": ["telegraph"]}, {"writer": "poet"}):
        with pytest.raises(MissingError):
            run(workspace, ledger, settings, {"titles": ["saltmarsh"]} | wrong)
    assert ledger.drafts() == []
    empty = Workspace.create(tmp_path / "empty")
    with pytest.raises(InputError, match="no title"):
        draft.liveliest(empty)
    days = pd.date_range("2026-11-20", periods=3)
    empty.write({"engagement": pd.DataFrame({"date": days, "title": "new", "metric": "views", "value": 9.0})}, now=NOW)
    assert draft.liveliest(empty) == "new"


def test_a_title_with_a_slash_is_as_lively_as_its_forecast(workspace):
    days = pd.date_range("2026-11-23", periods=3)
    rising = pd.DataFrame({"date": days, "title": "Face/Off", "metric": "views", "expected": [10.0, 50.0, 90.0]})
    level = rising.assign(title="saltmarsh", expected=10.0, trend="saltmarsh/views")
    forecasts = pd.concat([rising.assign(trend=trend_id("Face/Off", "views", {})), level])
    workspace.write({"forecasts": forecasts}, now=NOW)
    assert draft.liveliest(workspace) == "Face/Off"


def test_a_workspace_has_channels_of_its_own(workspace, ledger, settings):
    folder = workspace.folder / "channels"
    folder.mkdir()
    folder.joinpath("cinema_slide.toml").write_text(
        'name = "Cinema slide"\nkind = "ad"\nsource = ["https://example.org"]\nchecked = 2026-11-23\n'
        'confidence = "practice"\n[slots.line]\nitems = [1, 1]\nmax = 60\n'
    )
    run(workspace, ledger, settings, {"titles": ["saltmarsh"], "channels": ["cinema_slide"], "variants": 1})
    assert {made.channel for made in ledger.drafts()} == {"cinema_slide"}


class Scripted:
    """A writer that fails as told on some requests."""

    def __init__(self, *errors):
        self.errors, self.asked = list(errors), 0

    def __call__(self, request):
        self.asked += 1
        if self.errors and (error := self.errors.pop(0)):
            raise error
        return Copy(slots={"text": ["Watch Saltmarsh now."]})


@pytest.fixture
def scripted(monkeypatch):
    def put(*errors):
        made = Scripted(*errors)
        runnable = RunnableLambda(made).with_config(metadata={"writer": "scripted", "prompt": "p"})
        monkeypatch.setattr(writers, "writer", lambda *_: runnable)
        return made

    return put


def test_one_draft_that_fails_does_not_stop_the_others(workspace, ledger, settings, scripted):
    scripted(None, WriterError("The chat model declined."), ValueError("a slip of ours"))
    report = run(workspace, ledger, settings, {"titles": ["saltmarsh"], "channels": ["x_post"]})
    assert report.written == 4
    assert [failure.reason for failure in report.failures if "declined" in failure.reason]
    assert [failure for failure in report.failures if "error of ours" in failure.reason and "a slip" in failure.trace]
    assert report.failures[0].key == "Saltmarsh, Families, x_post, variant 2"


def test_a_service_without_quota_stops_the_batch_and_the_rest_is_told(workspace, ledger, settings, scripted):
    made = scripted(None, QuotaError("No quota left."))
    report = run(workspace, ledger, settings, {"titles": ["saltmarsh"], "channels": ["x_post"]})
    assert made.asked == 2
    assert report.written == 1
    assert [failure.reason for failure in report.failures] == ["No quota left."] + ["Not begun: No quota left."] * 4


def test_a_batch_that_stopped_goes_on_where_it_was(workspace, ledger, settings, scripted):
    asked = {"titles": ["saltmarsh"], "channels": ["x_post"]}
    scripted(None, QuotaError("No quota left."))
    run(workspace, ledger, settings, asked)
    made = scripted()
    assert run(workspace, ledger, settings, asked).kept == 1
    assert made.asked == 5


def test_progress_counts_what_was_there_too(workspace, ledger, settings):
    seen = []
    draft.run(
        workspace,
        ledger,
        settings,
        {"titles": ["saltmarsh"], "segments": ["sa"], "channels": ["x_post"]},
        now=NOW,
        progress=lambda *step: seen.append(step),
        environ={},
    )
    assert [(done, total) for done, total, _ in seen] == [(0, 2), (1, 2), (2, 2)]
    assert "Saltmarsh, Night players, x_post" in seen[-1][2]


def test_a_brief_alone_is_drafted_without_a_workspace(settings):
    brief = briefs.parse({"title": {"name": "GTA VI"}, "today": "2026-11-23"}, today=NOW.date())[0]
    made = draft.draft_file(brief, ["google_rsa", "x_post"], 3, "offline", settings=settings, environ={}, now=NOW)
    assert [(one.channel, one.variant) for one in made] == [(c, v) for c in CHANNELS for v in (1, 2, 3)]
    assert not any(one.blocked for one in made)
