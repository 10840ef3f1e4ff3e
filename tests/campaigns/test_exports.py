"""Exports: only approved words leave, files read back as what they are, and nothing in them runs."""

import csv
import io
import os
from zipfile import ZipFile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from small_house import ANA, BRIEF, FINALE, MEI, NOW, SLOTS, TOM

from marketing.campaigns import cells, exports, insights
from marketing.errors import GateError, InputError, MissingError, RightsError
from marketing.people import Person
from marketing.settings import Settings

AD_COLUMNS = [
    *("Campaign", "Ad Group", "Ad type"),
    *(f"Headline {n}" for n in range(1, 16)),
    *(f"Description {n}" for n in range(1, 5)),
    *("Path 1", "Path 2", "Final URL", "Status"),
]


def export(house, name, out, person=MEI, **options):
    options = {"settings": house.settings, "now": NOW} | options
    return exports.export(name, house.workspace, house.ledger, out, person=person, **options)


def book_at(path):
    return load_workbook(io.BytesIO(path.read_bytes()))


def ads(house, out):
    done = export(house, "google_ads_editor", out)
    return done, pd.read_csv(out, dtype=str, keep_default_na=False)


# Google Ads Editor


def test_an_approved_ad_leaves_in_the_editors_columns_and_paused(house, tmp_path):
    draft = house.add()
    house.decide(draft)
    done, rows = ads(house, tmp_path / "ads.csv")
    assert list(rows.columns) == AD_COLUMNS
    row = rows.iloc[0]
    assert (row["Campaign"], row["Ad Group"]) == ("Harbour Lights", "Late-night finishers")
    assert (row["Ad type"], row["Status"]) == ("Responsive search ad", "Paused")
    assert [row[f"Headline {n}"] for n in range(1, 5)] == [*SLOTS["headline"], ""]
    assert row["Description 2"] == "Pick up where you stopped – all six are here."
    assert (row["Path 1"], row["Path 2"]) == ("harbour-lights", "")
    assert row["Final URL"] == "https://lumen.example/harbour-lights"
    assert (done.rows, done.drafts, done.left_out) == (1, ("d1",), ())
    assert (tmp_path / "ads.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # or Excel spoils accents


def test_only_approved_drafts_of_that_channel_leave(house, tmp_path):
    drafts = [house.add(f"d{n}", SLOTS | {"path": [f"p{n}"]}) for n in range(4)]
    house.decide(drafts[0])
    house.decide(drafts[1], "reject", "No")
    house.decide(drafts[2])
    house.decide(drafts[2], "changes", "Softer", person=MEI)
    house.decide(house.add("mail", {"subject": ["Hello"]}, (), channel="email"))
    done, rows = ads(house, tmp_path / "ads.csv")
    assert done.drafts == ("d0",)
    assert rows["Path 1"].tolist() == ["p0"]


def test_nothing_approved_means_no_file(house, tmp_path):
    house.add()
    with pytest.raises(GateError, match="No Google search ad is approved"):
        export(house, "google_ads_editor", tmp_path / "ads.csv")
    assert not (tmp_path / "ads.csv").exists()
    assert "export" not in {r.action for r in house.ledger.audit()}


@pytest.mark.parametrize(
    ("facts", "today", "why"),
    [
        ([], "2026-11-28", "is out of date since 27 November 2026"),
        ([{"fact": "f1", "title": "harbour-lights", "text": FINALE, "valid_to": "2026-11-22"}], "2026-11-23", "22 Nov"),
        ([{"fact": "f1", "title": "harbour-lights", "text": "The finale moved"}], "2026-11-23", "has changed"),
        (
            [{"fact": "f1", "title": "x", "text": FINALE, "valid_from": "2026-12-02", "valid_to": "2026-12-01"}],
            "2026-11-23",
            "contradict",
        ),
    ],
)
def test_an_ad_whose_fact_no_longer_holds_stays_and_is_named(house, tmp_path, facts, today, why):
    dated = [{k: pd.Timestamp(v) if k.startswith("valid") else v for k, v in fact.items()} for fact in facts]
    if dated:
        house.write(facts=dated)
    house.decide(house.add("old"))
    house.decide(house.add("timeless", SLOTS | {"description": ["All six.", "Start tonight."]}, ()))
    now = Settings(name="Lumen", today=pd.Timestamp(today).date())
    done = export(house, "google_ads_editor", tmp_path / "ads.csv", settings=now)
    assert done.drafts == ("timeless",)
    assert len(done.left_out) == 1
    assert "Draft old" in done.left_out[0]
    assert why in done.left_out[0]
    assert house.ledger.audit()[-1].detail["left_out"] == list(done.left_out)


@pytest.mark.parametrize("words", ["=1+1", "+20% of fun", "-20% this week", "@lumen", " =1+1", "＝1+1", "\t=1"])
def test_a_cell_that_would_run_is_refused_and_the_draft_named(house, tmp_path, words):
    house.decide(house.add("fine"))
    house.decide(house.add("bad", SLOTS | {"headline": ["Fine", words, "Fine too"]}))
    with pytest.raises(GateError, match=r"Draft bad: Headline 2 .* would run"):
        export(house, "google_ads_editor", tmp_path / "ads.csv")
    assert not (tmp_path / "ads.csv").exists()


def test_names_of_titles_and_segments_do_not_run_either(house, tmp_path):
    house.write(titles=[{"title": "harbour-lights", "name": "=Harbour()", "url": "https://lumen.example"}])
    house.decide(house.add())
    with pytest.raises(GateError, match="Draft d1: Campaign '=Harbour"):
        export(house, "google_ads_editor", tmp_path / "ads.csv")


@pytest.mark.parametrize("url", ["", "lumen.example", "javascript:alert(1)", "https://", "https://a b", "http://[x"])
def test_an_ad_that_leads_nowhere_does_not_leave(house, tmp_path, url):
    house.write(titles=[{"title": "harbour-lights", "name": "Harbour Lights", "url": url}])
    house.decide(house.add())
    with pytest.raises(GateError, match="no web address"):
        export(house, "google_ads_editor", tmp_path / "ads.csv")


def test_lines_that_have_no_column_are_refused_not_dropped(house, tmp_path):
    house.decide(house.add(slots=SLOTS | {"headline": [f"Line {n}" for n in range(16)]}))
    with pytest.raises(GateError, match="more than the 15"):
        export(house, "google_ads_editor", tmp_path / "ads.csv")


def test_a_line_break_in_an_ad_is_refused(house, tmp_path):
    house.decide(house.add(slots=SLOTS | {"headline": ["One\nTwo", "Three", "Four"]}))
    with pytest.raises(GateError, match="line break"):
        export(house, "google_ads_editor", tmp_path / "ads.csv")


def test_two_titles_of_one_name_stay_two_campaigns(house, tmp_path):
    house.ledger.add_brief(BRIEF | {"title": BRIEF["title"] | {"title": "remake"}}, digest="brief2", at=NOW)
    house.decide(house.add("d1"))
    house.decide(house.add("d2", title="remake", brief="brief2"))
    house.decide(house.add("d3", language="es"))
    _, rows = ads(house, tmp_path / "ads.csv")
    assert set(rows["Campaign"]) == {"Harbour Lights (harbour-lights)", "Harbour Lights (remake)"}
    assert set(rows["Ad Group"]) == {"Late-night finishers", "Late-night finishers (es)"}


# Insights


def test_the_csv_tells_every_number_with_unit_source_and_date(insightful, tmp_path):
    done = export(insightful, "csv", tmp_path / "insights.csv")
    rows = pd.read_csv(tmp_path / "insights.csv")
    assert done.rows == len(rows)
    assert set(rows["table"]) == {"forecasts", "scores", "segments", "traits", "affinity", "trends", "set_aside"}
    band = rows[(rows["table"] == "forecasts") & (rows["interval"] == "80%")]
    assert band["value"].tolist() == [38_123.5] * 3
    assert pd.to_datetime(band["date"]).tolist() == list(pd.date_range("2026-11-23", periods=3))
    assert set(band["unit"]) == {"views a day"}
    assert set(band["name"]) == {"Harbour Lights"}
    assert (rows["created"] == "2026-11-23").all()
    of_trends = rows["table"].isin(["forecasts", "scores", "trends"])
    assert (rows.loc[of_trends, "data_to"] == "2026-11-22").all()
    assert rows.loc[~of_trends, "data_to"].isna().all()  # people have no last day
    assert rows["source"].notna().all()
    assert rows[rows["metric"] == "skill"]["value"].item() == -0.25
    assert rows[rows["metric"] == "Plays on a console"]["value"].item() == 0.71
    unforecast = rows[rows["table"] == "trends"]
    assert unforecast["note"].str.contains("no views since May").all()


def test_nothing_in_the_csv_runs(insightful, tmp_path):
    export(insightful, "csv", tmp_path / "insights.csv")
    with (tmp_path / "insights.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    cells_with_text = [v for row in rows for k, v in row.items() if k not in ("value", "low", "high", "people")]
    assert not [text for text in cells_with_text if cells.runs(text)]
    assert "'=cmd|' /C calc'!A0" in {row["note"] for row in rows}


def test_the_workbook_has_typed_cells_and_says_what_they_are(insightful, tmp_path):
    export(insightful, "xlsx", tmp_path / "insights.xlsx")
    book = book_at(tmp_path / "insights.xlsx")
    assert book.sheetnames == [
        *("Forecasts", "Scores", "Trends not forecast", "Segments", "Traits", "Affinity", "Set aside", "About")
    ]
    page = book["Forecasts"]
    head = [cell.value for cell in page[1]]
    assert head[:7] == ["trend", "title", "name", "metric", "region", "date", "expected"]
    first = dict(zip(head, page[2], strict=True))
    assert first["date"].is_date
    assert first["date"].value == pd.Timestamp("2026-11-23")
    assert (first["expected"].value, first["expected"].data_type) == (38_123.5, "n")
    assert first["unit"].value == "views a day"
    assert page.freeze_panes == "A2"
    assert page["A1"].font.bold
    share = dict(zip([c.value for c in book["Segments"][1]], book["Segments"][2], strict=True))
    assert (share["share"].value, share["share"].number_format, share["size"].value) == (0.27, "0.0%", 1340)
    about = [[cell.value for cell in row] for row in book["About"].iter_rows(min_row=2)]
    labels = {row[0]: row[2] for row in reversed(about)}
    assert (labels["Data to"], labels["Created"]) == (pd.Timestamp("2026-11-22"), pd.Timestamp("2026-11-23"))
    assert ["Scores", "mase"] in [row[:2] for row in about]
    assert any(row[3] == "Groups found in the audience table" for row in about)
    assert "data to 2026-11-22" in page.oddFooter.left.text


def test_the_workbook_reads_back_as_the_tables_were(insightful, tmp_path):
    export(insightful, "xlsx", tmp_path / "insights.xlsx")
    stored = insightful.workspace.read("forecasts")
    back = pd.read_excel(
        io.BytesIO((tmp_path / "insights.xlsx").read_bytes()), sheet_name="Forecasts", engine="openpyxl"
    )[stored.columns]
    pd.testing.assert_frame_equal(back, stored, check_dtype=False)


def test_no_cell_of_the_workbook_is_a_formula_or_an_error(insightful, tmp_path):
    insightful.write(set_aside=[{"subject": "column", "name": n, "reason": "#N/A"} for n in ("=1+1", "@x", "#REF!")])
    export(insightful, "xlsx", tmp_path / "insights.xlsx")
    with ZipFile(tmp_path / "insights.xlsx") as parts:
        pages = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert pages
    assert not any(b"<f>" in page or b"<f " in page or b't="e"' in page for page in pages)
    names = [c.value for c in book_at(tmp_path / "insights.xlsx")["Set aside"]["B"]]
    assert names == ["name", "=1+1", "@x", "#REF!"]  # as written, and text
    assert book_at(tmp_path / "insights.xlsx")["Set aside"]["B2"].quotePrefix


def test_an_unfinished_workspace_hands_on_what_it_has(house, tmp_path):
    with pytest.raises(MissingError, match="marquee run"):
        export(house, "csv", tmp_path / "a.csv")
    house.write(segments=[{"segment": "s1", "name": "Late", "size": 10.0, "share": 1.0, "traits": "[]"}])
    assert export(house, "csv", tmp_path / "a.csv").rows == 2
    export(house, "xlsx", tmp_path / "a.xlsx")
    assert book_at(tmp_path / "a.xlsx").sheetnames == ["Segments", "About"]


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(insightful, tmp_path, monkeypatch):
    monkeypatch.setattr(exports.option("xlsx"), "SHEET_ROWS", 2)
    export(insightful, "xlsx", tmp_path / "a.xlsx")
    book = book_at(tmp_path / "a.xlsx")
    assert book["Forecasts"].max_row == 3
    assert book["Forecasts 2"].max_row == 2
    assert book["Forecasts 2"]["A1"].value == "trend"


def test_no_reviewers_name_is_in_any_file(insightful, tmp_path):
    insightful.decide(insightful.add())
    for name in exports.names():
        content = exports.prepare(
            name, insightful.workspace, insightful.ledger, person=MEI, settings=insightful.settings, now=NOW
        ).content
        if content.startswith(b"PK"):
            with ZipFile(io.BytesIO(content)) as parts:
                content = b"".join(parts.read(part) for part in parts.namelist())
        assert not [p.name for p in (ANA, TOM, MEI) if p.name.encode() in content]


# Any text at all

JUNK = st.text(st.characters(codec="utf-8"), max_size=40)
RISKY = st.tuples(st.sampled_from(["", " ", ";", "\n", "a;", "\t", "\r\n"]), st.sampled_from("=+-@＝'\"x"), JUNK)


@given(RISKY.map("".join))
def test_neutral_text_runs_nowhere_and_keeps_its_words(text):
    found = cells.neutral(text)
    for parts in ([found], found.split(";"), found.split("\n")):
        assert not [part for part in parts if cells.runs(part)]
    assert found.replace("'", "").split() == cells.plain(text).replace("'", "").split()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RISKY.map("".join), min_size=1, max_size=5))
def test_any_name_goes_into_both_files_as_text(house, texts):
    house.write(set_aside=[{"subject": "column", "name": text, "reason": "x"} for text in texts])
    made = {
        name: exports.prepare(name, house.workspace, house.ledger, person=MEI, settings=house.settings, now=NOW).content
        for name in ("csv", "xlsx")
    }
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == [cells.neutral(text) for text in texts]
    page = load_workbook(io.BytesIO(made["xlsx"]))["Set aside"]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    assert len(list(page.iter_rows())) == len(texts) + 1


# Every format


@pytest.mark.parametrize("name", exports.names())
def test_every_format_keeps_the_folders_promise(insightful, tmp_path, name):
    insightful.decide(insightful.add())
    made_by = exports.option(name)
    assert made_by.TITLE
    assert made_by.MEDIA_TYPE
    out = tmp_path / f"out{made_by.SUFFIX}"
    out.write_text("what was there before")
    done = export(insightful, name, out)
    assert out.read_bytes() == done.content
    assert done.rows > 0
    record = insightful.ledger.audit()[-1]
    assert (record.action, record.subject, record.by) == ("export", name, "Mei Lindqvist")
    assert record.detail["sha256"] == done.digest
    assert record.detail["file"] == out.name
    assert insightful.ledger.verify() is None
    assert {p.name for p in tmp_path.iterdir()} == {"lumen", out.name}
    for alias in made_by.ALIASES:
        assert exports.option(alias) is made_by


@pytest.mark.parametrize("name", exports.names())
def test_every_format_refuses_those_who_may_not_take_it(insightful, tmp_path, name):
    insightful.decide(insightful.add())
    suffix, stranger = exports.option(name).SUFFIX, Person("Eve", "viewer")
    if exports.option(name).ACTION == "read":
        assert export(insightful, name, tmp_path / f"a{suffix}", person=stranger).rows
    else:
        with pytest.raises(RightsError, match="Eve is a viewer"):
            export(insightful, name, tmp_path / f"a{suffix}", person=stranger)


def test_an_unknown_format_is_answered_with_those_there_are(house, tmp_path):
    with pytest.raises(MissingError, match="no export 'pdf'") as refused:
        export(house, "pdf", tmp_path / "a.pdf")
    known = str(refused.value).partition(": ")[2].removesuffix(".").split(", ")
    assert {*exports.names(), "csv", "xlsx"} <= set(known)
    assert known == sorted(known)


@pytest.mark.parametrize(("place", "why"), [("", "is a folder"), ("no/a.csv", "no folder"), ("a.xlsx", "named otherw")])
def test_a_place_that_cannot_take_the_file_is_refused_before_anything_is_made(insightful, tmp_path, place, why):
    with pytest.raises(InputError, match=why):
        export(insightful, "csv", tmp_path / place)
    assert insightful.ledger.audit() == []


def test_a_pipe_is_not_replaced_by_a_file(insightful, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="no file that can be replaced"):
        export(insightful, "csv", tmp_path / "pipe.csv")


def test_a_link_stays_a_link_and_its_file_is_replaced(insightful, tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    done = export(insightful, "csv", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == done.content


def test_a_file_that_could_not_be_written_is_on_record_as_such(insightful, tmp_path, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "write_atomically", full)
    with pytest.raises(InputError, match="No space left"):
        export(insightful, "csv", tmp_path / "a.csv")
    assert [r.action for r in insightful.ledger.audit()][-2:] == ["export", "export failed"]


def test_units_are_told_as_people_say_them():
    assert [insights.unit("views", f) for f in ("D", "W-SUN", "MS", "")] == [
        *("views a day", "views a week", "views a month", "views")
    ]


def test_a_forecast_says_the_last_day_of_its_own_trend_and_stale_ones_are_no_trends_without(insightful, tmp_path):
    last = pd.Timestamp("2016-12-31")
    old = {"trend": "daigo/views", "title": "daigo", "metric": "views"}
    about = {"state": "stale", "frequency": "D", "reason": "Its data stop early.", "sentence": "", "points": 90.0}
    levels = {"expected": 5.0, "low80": 4.0, "high80": 6.0, "low95": 3.0, "high95": 7.0, "forecaster": "blend"}
    for name, row in (
        ("trends", old | about | {"first": last - pd.Timedelta(days=90), "last": last}),
        ("forecasts", old | levels | {"date": last + pd.Timedelta(days=1)}),
    ):
        table = pd.concat([insightful.workspace.read(name), pd.DataFrame([row])], ignore_index=True)
        insightful.workspace.write({name: table}, now=NOW)
    export(insightful, "csv", tmp_path / "insights.csv")
    rows = pd.read_csv(tmp_path / "insights.csv", dtype=str, keep_default_na=False)
    told = rows[rows["table"] == "forecasts"].groupby("subject")[["data_to", "note"]].first()
    assert told.loc["daigo/views"].tolist() == ["2016-12-31", "Its data stop early."]
    assert told.loc["harbour-lights/views"].tolist() == ["2026-11-22", ""]
    assert "daigo/views" not in set(rows.loc[rows["table"] == "trends", "subject"])
    assert not rows.loc[rows["table"] != "forecasts", "source"].str.contains("data to").any()
    export(insightful, "xlsx", tmp_path / "insights.xlsx")
    page = book_at(tmp_path / "insights.xlsx")["Forecasts"]
    head = [cell.value for cell in page[1]]
    days = {row[0].value: row[head.index("data_to")].value for row in page.iter_rows(min_row=2)}
    assert days["daigo/views"] == last
