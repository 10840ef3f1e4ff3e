"""The Segments page: who a group is, who moved, what another number costs, why it is lawful, and its list."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import filelock
import pandas as pd
import pytest
import small_segments
import small_workspace
from streamlit.testing.v1 import AppTest

from marketing import settings
from marketing.errors import GateError, MissingError, RightsError
from marketing.ledger import Ledger
from marketing.pages import segment_fairness, segment_list, segment_number, segment_people, segment_tabs
from marketing.pages.frame import Place
from marketing.people import Person
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]
ANA, EVE = Person("Ana Ruiz", "owner"), Person("Eve", "viewer")
LIVE = re.compile(r"(?<!\\)(!\[x\]|\*\*b\*\*|:red\[r\]|<img|\$x\$|:smile:)")


def opened(draw: Draw, tab: str, segment: str = "s1") -> AppTest:
    app = draw("segments", segment=segment)
    app.session_state["segments.tab"] = f":gray[{tab}]"
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def said(app: AppTest) -> str:
    shown = [*app.title, *app.subheader, *app.markdown]
    return " ".join(element.value for element in shown).replace("\\", "").replace("\u2060", "")


def tables(app: AppTest) -> str:
    return "\n".join(table.value.to_csv(index=False) for table in app.table).replace("\\", "")


def write(folder: Path, **frames: pd.DataFrame) -> None:
    Workspace(folder).write(frames, now=small_workspace.NOW)


def place(folder: Path, person: Person = ANA) -> Place:
    ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    return Place(Workspace(folder), ledger, settings.read(folder, {}), person, dt.datetime.now(dt.UTC), "light")


def test_what_titles_by_segment_are_worth_is_told_beside_them_where_a_run_has_looked(full: Path, draw: Draw) -> None:
    assert small_segments.WORTH in said(draw("segments", segment="s1"))
    write(full, affinity_checks=pd.DataFrame(columns=small_segments.CHECKED, dtype="str"))
    assert small_segments.WORTH not in said(draw("segments", segment="s1"))


def test_who_they_are_is_told_by_somebody_invented_a_rule_their_neighbours_and_where_they_stand(
    full: Path, draw: Draw
) -> None:
    app = opened(draw, "Who they are")
    assert "Somebody typical, invented: plays on a console." in said(app)
    assert "Finds 80% of the segment" in said(app)
    assert "About one in nine could as well be elsewhere, most often among family weekends." in said(app)
    assert "Gone: silent for six usual gaps or more,120,9%" in tables(app)
    assert "Fewer than 50, or giving such a number away: new, cooling, back and never seen." in said(app)


@pytest.mark.parametrize(
    ("overlap", "nearest", "told"),
    [
        (0.111, "b", "About one in nine could as well be elsewhere, most often among bees."),
        (0.5, "", "About one in two could as well be elsewhere."),
        (0.9, "b", "About everybody could as well be elsewhere, most often among bees."),
        (0.0, "b", "Hardly anybody here could as well be elsewhere. Nearest to them are bees."),
    ],
)
def test_overlap_is_told_as_one_in_so_many(overlap: float, nearest: str, told: str) -> None:
    segments = pd.DataFrame({"segment": ["a", "b"], "name": ["Ants", "Bees"]})
    assert segment_people.overlap(segments, {"overlap": overlap, "nearest": nearest}) == told


def test_only_the_open_tab_is_worked_out(full: Path, draw: Draw) -> None:
    assert "Why three groups?" not in said(opened(draw, "Who they are"))
    assert "Why three groups?" in said(opened(draw, "How many groups"))


def test_who_moved_is_told_by_the_names_of_then_and_now(full: Path, draw: Draw) -> None:
    app = opened(draw, "Movement", "s2")
    assert "97% of 3,630 people are in the group in which they were last time." in said(app)
    assert "**Family weekends** were 1,210 people and are 1,210, the same share of the audience." in said(app)
    assert "60 of the 1,210 family evenings of last time are now late-night finishers." in said(app)
    assert "Family evenings,Late-night finishers,60,5%" in tables(app)


def test_the_title_says_who_grew_but_not_when_groups_were_parted_or_joined(full: Path, draw: Draw) -> None:
    grown = small_segments.movements(
        ("s1", "s1", 1340, 1.0, "A"),
        ("s2", "s2", 1000, 1.0, "B"),
        ("s3", "s3", 1080, 1.0, "C"),
        ("", "s2", 210, 1.0, ""),
    )
    write(full, movements=grown)
    app = draw("segments")
    assert app.title[0].value == "Three groups; family weekends grew most"
    assert "Since last run" in app.dataframe[0].value
    joined = small_segments.movements(("s1", "s1", 1000, 1.0, "A"), ("s0", "s1", 340, 1.0, "Gone"))
    write(full, movements=joined)
    assert said(draw("segments")).startswith("Three groups; late-night finishers are the largest")
    assert "340 of the 340 gone of last time are now late-night finishers." in said(opened(draw, "Movement"))


def test_before_there_was_a_last_run_the_page_says_so(full: Path, draw: Draw) -> None:
    write(full, movements=small_segments.movements().head(0))
    app = opened(draw, "Movement")
    assert "found for the first time, so nobody has moved yet" in said(app)
    assert "Since last run" not in app.dataframe[0].value


def test_why_so_many_is_told_with_what_other_numbers_scored(full: Path, draw: Draw) -> None:
    app = opened(draw, "How many groups")
    assert small_segments.WHY in said(app)
    assert "2,100,,,\n3,0,0.91,0.06,taken\n4,38,,,\n" in tables(app)
    assert "What it costs" not in said(app)


def test_a_number_that_is_asked_for_is_told_with_what_it_costs() -> None:
    asked = small_segments.choices().set_index("k")
    asked.loc[3, "chosen"], asked.loc[2, ["chosen", "asked", "agreement"]] = 0, [1, 1, 0.7]
    assert segment_number.price(asked.reset_index()) == (
        "**What it costs:** two are found again to 0.70, the three that the data give by themselves to 0.91: 0.21 of "
        "stability, and they describe people much worse (by 100 points; over 10 is a clear loss)."
    )
    asked["found"] = 0
    assert "has not been looked for since they changed" in segment_number.price(asked.reset_index())


def test_another_number_is_asked_for_as_a_run(full: Path, draw: Draw) -> None:
    app = opened(draw, "How many groups")
    button = next(b for b in app.button if b.label == "Find the groups")
    assert button.disabled
    (full / "runs").mkdir()
    with filelock.FileLock(full / "runs" / "worker.lock"):  # the worker that is started has to wait for its turn
        app.selectbox[0].set_value(5).run()
        next(b for b in app.button if b.label == "Find the groups").click().run()
        ledger = Ledger(f"sqlite:///{full / 'ledger.sqlite'}")
        [run] = ledger.runs()
        ledger.end_run(run.run, "stopped", [], dt.datetime.now(dt.UTC))
    assert (run.jobs, run.arguments, run.by) == (["segment"], {"k": 5}, "Ana Ruiz")


def test_the_record_is_told_for_whoever_must_answer_for_it(full: Path, draw: Draw) -> None:
    app = opened(draw, "Fairness", "s2")
    assert "Found by two columns; faith was kept out." in said(app)
    assert "212 people who may be under 18 are in no segment" in said(app)
    assert small_segments.LEAK in said(app)
    assert "Faith,0.41,0.38 and 0.44,0.44,decide" in tables(app)
    assert "faith,religion or belief,name,GDPR Art. 9(1)" in tables(app)
    assert "skincare is sold by age" in tables(app)


@pytest.mark.parametrize("tab", segment_tabs.TABS)
def test_names_of_columns_are_text_on_every_tab(tab: str, full: Path, draw: Draw) -> None:
    app = opened(draw, tab, "s3")
    shown = [element.value for element in [*app.title, *app.header, *app.subheader, *app.markdown]]
    shown += [str(cell) for table in app.table for cell in table.value.to_numpy().ravel()]
    assert [each for each in shown if LIVE.search(each)] == []


def test_the_record_leaves_as_text_and_as_json_and_the_audit_trail_has_it(full: Path) -> None:
    here = place(full)
    text = segment_fairness.take(here, "fairness.md", segment_fairness.as_text).decode()
    told = json.loads(segment_fairness.take(here, "fairness.json", segment_fairness.as_json))
    assert text.startswith("# How these segments were made")
    assert [one["name"] for one in told["let_in"]] == ["age"]
    assert [(r.action, r.subject, r.detail["file"]) for r in here.ledger.audit()[-2:]] == [
        ("export", "fairness", "fairness.md"),
        ("export", "fairness", "fairness.json"),
    ]


def test_the_list_of_a_group_is_made_when_it_is_taken(full: Path, draw: Draw) -> None:
    [button] = opened(draw, "List of people", "s2").get("download_button")
    assert (button.proto.label, bool(button.proto.deferred_file_id)) == ("Download 1,210 ids", True)
    here = place(full)
    assert "export" not in [record.action for record in here.ledger.audit()]
    rows = list(csv.reader(io.StringIO(segment_list.take(here, "s2", "them.csv").decode())))
    assert (rows[0], len(rows) - 1) == (["person"], 1210)
    assignments = Workspace(full).read("assignments")
    assert {row[0] for row in rows[1:]} == set(assignments.loc[assignments["segment"] == "s2", "person"])
    last = here.ledger.audit()[-1]
    assert (last.action, last.by, last.detail["segment"], last.detail["rows"]) == ("export", "Ana Ruiz", "s2", 1210)


def test_no_list_leaves_for_who_may_only_look_nor_of_a_small_group(full: Path) -> None:
    with pytest.raises(RightsError, match="Eve is a viewer here"):
        segment_list.take(place(full, EVE), "s2", "them.csv")
    with pytest.raises(MissingError, match="There is no segment 'gone'"):
        segment_list.take(place(full), "gone", "them.csv")
    few = Workspace(full).read("assignments")
    write(full, assignments=few[few["segment"] != "s1"].head(99))
    with pytest.raises(GateError, match="fewer than 100 people"):
        segment_list.take(place(full), "s2", "them.csv")
    assert "export" not in [record.action for record in place(full).ledger.audit()]


def test_who_may_only_look_is_offered_no_list_and_no_run(full: Path, draw: Draw) -> None:
    file = full / "settings.toml"
    file.write_text(file.read_text("utf-8") + '[people]\n"Tom Okafor" = "owner"\n', "utf-8")
    app = opened(draw, "List of people")
    assert list(app.get("download_button")) == []
    app = opened(draw, "How many groups")
    app.selectbox[0].set_value(5).run()
    assert next(b for b in app.button if b.label == "Find the groups").disabled


def test_a_group_under_a_hundred_is_neither_described_nor_handed_out_and_one_under_fifty_not_shown(
    full: Path, draw: Draw
) -> None:
    segments = Workspace(full).read("segments")
    write(full, segments=segments.assign(size=[1340, 80, 49]))
    app = draw("segments", segment="s2")
    assert app.dataframe[0].value["Segment"].tolist() == ["Late-night finishers", "Family weekends"]
    assert "Groups of fewer than 100 people are not described" in said(app)
    assert [chart.proto.alt for chart in app.get("plotly_chart")] == []
    app = opened(draw, "List of people", "s2")
    assert "A list of fewer than 100 people is not handed out" in said(app)
    assert list(app.get("download_button")) == []
    write(full, segments=segments.assign(size=49))
    assert draw("segments").title[0].value == "Too few people for groups"


def test_so_few_minors_that_they_are_not_counted_are_told_as_few(full: Path, draw: Draw) -> None:
    aside, fairness = Workspace(full).read("set_aside"), Workspace(full).read("fairness")
    fairness.loc[fairness["subject"] == "people", "people"] = pd.NA
    write(full, set_aside=aside.assign(people=pd.Series([pd.NA, pd.NA], dtype="Int64")), fairness=fairness)
    app = opened(draw, "Fairness")
    assert "Kept out: fewer than 50 people (under 18) and one column." in said(app)
    assert "Fewer than 50 people who may be under 18 are in no segment" in said(app)


def test_what_an_older_run_left_is_shown_without_what_it_did_not_tell(full: Path, draw: Draw) -> None:
    segments = Workspace(full).read("segments")
    old = segments[["segment", "name", "size", "share", "description", "traits", "stability"]]
    nothing = {name: frame.head(0) for name, frame in small_segments.tables("").items()}
    write(full, segments=old, **nothing)
    for tab in segment_tabs.TABS:
        opened(draw, tab)
    assert "Find them again to have one" in said(opened(draw, "Fairness"))
    assert "Minors are kept out" in tables(opened(draw, "Fairness"))


def test_what_nobody_has_seen_yet_does_not_come_first(full: Path, draw: Draw) -> None:
    affinity = Workspace(full).read("affinity")
    guess = {"segment": "s1", "title": "paper-moons", "rate": 0.6, "low90": 0.02, "high90": 0.99, "lift": 3.0}
    write(full, affinity=pd.concat([affinity, pd.DataFrame([guess])], ignore_index=True))
    titles = draw("segments", segment="s1").dataframe[1].value["Title"].tolist()
    assert titles == ["Harbour Lights", "Tidebreaker", "Paper Moons"]
