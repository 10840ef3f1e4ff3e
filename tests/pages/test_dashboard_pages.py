"""Each page in each state: nothing there, work under way, everything there; and what a person can do on it."""

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import pandas as pd
import pytest
import small_workspace
from streamlit.testing.v1 import AppTest

from marketing.ledger import Ledger
from marketing.pages import frame, words
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]
HEAVY = ("prophet", "sklearn", "langchain", "langchain_core", "statsforecast", "numba", "ibis", "duckdb", "joblib")


def said(text: str) -> str:
    """What a reader sees of escaped Markdown."""
    return text.replace("\\", "").replace(words.JOINER, "")


def title(app: AppTest) -> str:
    """The page's answer."""
    return said(app.title[0].value)


def text(app: AppTest) -> str:
    """All sentences of the page."""
    return said("\n".join(element.value for element in app.markdown))


def tables(app: AppTest) -> str:
    """All cells of the page's static tables."""
    return said("\n".join(table.value.to_csv() for table in app.table))


@pytest.fixture
def at_work(full: Path) -> Iterator[Ledger]:
    """The full workspace with a run in progress, whose worker is this test."""
    (full / "runs").mkdir()
    with filelock.FileLock(full / "runs" / "worker.lock"):
        yield _run(full, "forecast")


def _run(folder: Path, job: str) -> Ledger:
    ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    now = dt.datetime.now(dt.UTC)
    ledger.request_run([job], {}, by="Ana Ruiz", at=now, run="r1")
    ledger.claim_run("r1", 1, now)
    later = now + dt.timedelta(seconds=40)
    ledger.update_run("r1", step=job, done=12, total=48, message="Saltmarsh, views", at=later)
    return ledger


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ("home", "Nothing here yet"),
        ("trends", "No engagement yet"),
        ("segments", "No audience yet"),
        ("drafts", "No title to write for yet"),
        ("review", "Nothing waits for review"),
        ("data", "No data yet"),
    ],
)
def test_an_empty_workspace_says_so_and_offers_one_next_step(page: str, answer: str, empty: Path, draw: Draw) -> None:
    app = draw(page)
    assert title(app) == answer
    assert len(app.button) == 1
    assert text(app)


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ("home", "Tidebreaker is ahead of its forecast"),
        ("trends", "Harbour Lights should draw 260,000 views this week"),
        ("segments", "Three groups; late-night finishers are the largest"),
        ("drafts", "Four ideas for Harbour Lights; one needs mending"),
        ("review", "Harbour Lights for late-night finishers"),
        ("data", "Data are fresh to Sunday 22 November"),
    ],
)
def test_a_page_answers_its_question_in_its_title(page: str, answer: str, full: Path, draw: Draw) -> None:
    assert title(draw(page)) == answer


@pytest.mark.parametrize("page", frame.PAGES)
def test_no_page_has_more_than_one_filled_button(page: str, full: Path, draw: Draw) -> None:
    filled = [button for button in draw(page).button if button.proto.type == "primary"]
    assert len(filled) <= 1


@pytest.mark.parametrize("page", frame.PAGES)
def test_runs_under_way_stand_on_every_page_with_count_and_time_left(page: str, at_work: Ledger, draw: Draw) -> None:
    app = draw(page)
    [status] = app.status
    assert status.label == "Forecasting: 12 of 48 trends, about two minutes left. You may leave this page."


def test_while_the_first_forecast_is_made_the_page_says_so(empty: Path, draw: Draw) -> None:
    (empty / "runs").mkdir()
    with filelock.FileLock(empty / "runs" / "worker.lock"):
        _run(empty, "forecast")
        assert title(draw("trends")) == "The first forecast is on its way"


def test_a_run_that_failed_says_why_and_can_be_asked_for_again(full: Path, draw: Draw) -> None:
    ledger = Ledger(f"sqlite:///{full / 'ledger.sqlite'}")
    now = dt.datetime.now(dt.UTC)
    ledger.request_run(["forecast"], {}, by="Ana Ruiz", at=now, run="r1")
    ledger.claim_run("r1", 1, now)
    ledger.end_run("r1", "failed", [{"job": "forecast", "key": "saltmarsh/views", "reason": "Memory ran out."}], now)
    app = draw("trends")
    assert "did not finish" in app.error[0].value
    assert "Memory ran out." in said(app.error[0].value)
    assert title(app).startswith("Harbour Lights should draw")
    assert "Try again" in [button.label for button in app.button]


def test_a_link_shows_the_title_that_it_names(full: Path, draw: Draw) -> None:
    app = draw("trends", title="tidebreaker")
    assert title(app) == "Tidebreaker should draw 108,000 views this week"
    assert app.query_params["title"] == ["tidebreaker"] or app.query_params["title"] == "tidebreaker"


def test_a_link_to_what_is_not_there_shows_what_is(full: Path, draw: Draw) -> None:
    assert title(draw("trends", title="../../etc/passwd")).startswith("Harbour Lights")
    assert title(draw("segments", segment="none")).startswith("Three groups")
    assert title(draw("review", draft="none")).startswith("Harbour Lights for")


def test_how_long_a_draft_waits_stands_on_one_line(full: Path, draw: Draw) -> None:
    waiting = next(table.value for table in draw("home").table if "Since" in table.value)
    assert len(waiting) == 4
    assert not waiting["Since"].str.contains(" ").any()  # but such as a line does not break at


def test_choosing_another_measure_changes_the_answer(full: Path, draw: Draw) -> None:
    app = draw("trends", title="harbour-lights", metric="minutes")
    assert "minutes this week" in title(app)


def test_a_trend_without_a_forecast_says_why(full: Path, draw: Draw) -> None:
    app = draw("trends", title="paper-moons")
    assert title(app) == "Paper Moons has too little data for a forecast"
    assert "a forecast needs 14" in text(app)
    assert "No views since 1 September." in tables(app)


def test_the_numbers_of_a_forecast_stand_in_a_table_by_week(full: Path, draw: Draw) -> None:
    weeks = draw("trends").table[0].value
    assert list(weeks.columns) == ["Week of", "Expected", "80% between", "Week on week"]
    assert weeks["Week of"].tolist() == ["23 Nov", "30 Nov", "7 Dec", "14 Dec"]


@pytest.mark.parametrize("page", frame.PAGES)
def test_text_of_users_is_shown_as_it_is_and_never_interpreted(page: str, full: Path, draw: Draw) -> None:
    asked = {"trends": {"title": "nasty"}, "drafts": {"title": "nasty"}, "segments": {"segment": "s3"}}
    app = draw(page, **asked.get(page, {}))
    shown = [e.value for e in [*app.title, *app.header, *app.markdown, *app.subheader]]
    shown += [cell for table in app.table for cell in table.value.astype(str).to_numpy().ravel()]
    live = re.compile(r"(?<!\\)(!\[x\]|\*\*b\*\*|:red\[r\]|<img|\$x\$|:smile:)")
    assert [each for each in shown if live.search(str(each))] == []


def test_a_group_is_chosen_by_its_link_and_told_apart(full: Path, draw: Draw) -> None:
    app = draw("segments", segment="s2")
    assert "What sets family weekends apart" in [said(header.value) for header in app.header]
    assert "They choose Harbour Lights **2.1 times** as often" in text(app)


def test_a_title_with_several_ratings_and_spoilers_can_be_written_for(full: Path, draw: Draw) -> None:
    row = {"title": "tidebreaker", "name": "Tidebreaker", "genre": "adventure"}
    row |= {"ratings": "GB=15; US=R", "spoilers": "She knew|He did it"}
    Workspace(full).upsert({"titles": pd.DataFrame([row])}, now=small_workspace.NOW)
    app = draw("drafts", title="tidebreaker")
    assert title(app) == "No idea for Tidebreaker yet"
    assert "And what the titles table knows: genre." in text(app)


def test_asking_for_ideas_requests_a_run_with_the_brief(full: Path, ledger: Ledger, draw: Draw) -> None:
    (full / "runs").mkdir()
    with filelock.FileLock(full / "runs" / "worker.lock"):  # the worker that is started has to wait for its turn
        app = draw("drafts", title="harbour-lights")
        next(button for button in app.button if button.label == "Write six ideas").click().run()
        [run] = ledger.runs()
        assert app.status[0].label == "Writing: waiting to start. You may leave this page."
        ledger.end_run(run.run, "stopped", [], dt.datetime.now(dt.UTC))  # then it finds nothing to do
    assert (run.jobs, run.state, run.by) == (["draft"], "waiting", "Ana Ruiz")
    assert run.arguments["titles"] == ["harbour-lights"]
    assert run.arguments["segments"] == ["s1"]
    assert run.arguments["channels"] == ["google_rsa", "meta_feed_ad"]
    assert set(run.arguments["facts"]) == {"f1", "f2"}


def test_an_edited_line_counts_and_checks_at_once_and_is_saved_as_a_new_version(full: Path, draw: Draw) -> None:
    app = draw("drafts", title="harbour-lights")
    field = next(f for f in app.text_input if f.key == "ideas.d1.headline.0")
    assert field.label == "Headline 1 · 24 of 30"
    field.set_value("Six Episodes and One Long, Long Finale").run()
    field = next(f for f in app.text_input if f.key == "ideas.d1.headline.0")
    assert field.label == "Headline 1 · :red[38 of 30]"
    field.set_value("One Finale, Six Episodes").run()
    next(button for button in app.button if button.key == "save d1").click().run()
    ledger = Ledger(f"sqlite:///{full / 'ledger.sqlite'}")
    [new] = [draft for draft in ledger.drafts() if draft.parent == "d1"]
    assert new.copy["slots"]["headline"][0] == "One Finale, Six Episodes"
    assert "this version waits for review" in app.success[0].value


def test_an_approval_is_bound_to_the_words_and_said_in_place(full: Path, ledger: Ledger, draw: Draw) -> None:
    app = draw("review", draft="d1")
    _press(app, "Approve")
    [review] = ledger.reviews("d1")
    assert (review.decision, review.digest, review.by) == ("approve", ledger.draft("d1").digest, "Ana Ruiz")
    assert "Approved today" in app.success[0].value
    assert title(app) == "Harbour Lights for late-night finishers"


def test_a_draft_with_a_blocking_problem_cannot_be_approved(full: Path, draw: Draw) -> None:
    app = draw("review", draft="d3")
    assert next(button for button in app.button if button.label == "Approve").disabled
    assert "No fact says so." in text(app)


def test_rejecting_without_a_reason_is_refused_in_words(full: Path, ledger: Ledger, draw: Draw) -> None:
    app = draw("review", draft="d1")
    _press(app, "Reject")
    assert "needs a reason" in said(app.error[0].value)
    assert ledger.reviews("d1") == []
    app.text_area[0].set_value("Say which finale.").run()
    _press(app, "Reject")
    assert [review.reason for review in ledger.reviews("d1")] == ["Say which finale."]


def test_a_viewer_sees_everything_and_can_decide_nothing(full: Path, draw: Draw) -> None:
    settings = full / "settings.toml"
    settings.write_text(settings.read_text("utf-8") + '[people]\n"Tom Okafor" = "owner"\n', "utf-8")
    app = draw("review", draft="d1")
    decisions = [button for button in app.button if button.label in ("Approve", "Reject", "Edit", "Ask for changes")]
    assert len(decisions) == 4
    assert all(button.disabled for button in decisions)
    assert all(button.disabled for button in draw("drafts").button if button.label.startswith("Write"))


def test_an_edit_on_the_review_page_shows_what_changed(full: Path, ledger: Ledger, draw: Draw) -> None:
    app = draw("review", draft="d1")
    _press(app, "Edit")
    next(f for f in app.text_input if f.key == "ideas.d1.headline.0").set_value("One Finale").run()
    next(button for button in app.button if button.key == "save d1").click().run()
    [new] = [draft for draft in ledger.drafts() if draft.parent == "d1"]
    assert app.query_params["draft"] in (new.draft, [new.draft])
    assert "What changed since version 1" in [header.value for header in app.header]


def test_approved_ads_can_be_taken_away_and_others_not(full: Path, draw: Draw) -> None:
    app = draw("review", draft="d1")
    assert "Ready to leave" not in [header.value for header in app.header]
    _press(app, "Approve")
    assert "Ready to leave" in [header.value for header in app.header]


def test_pages_load_no_forecaster_no_segmenter_and_no_chat_model() -> None:
    listed = ", ".join(f"marketing.pages.{name}" for name in frame.PAGES)
    script = f"import sys; import {listed}, pipelines.runs; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


@pytest.mark.parametrize(
    "nasty",
    [small_workspace.NASTY, "`code` | a_b_c ~~x~~ [link](http://a) #h > q", ":material/home: ->  a <- b", "a\nb"],
)
def test_plain_text_keeps_every_character_but_spaces(nasty: str) -> None:
    assert said(words.plain(nasty)) == " ".join(nasty.split())
