"""`marquee recommend`: titles for people from what the last run of segments learnt; nothing for minors."""

import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pytest

from marketing.workspace import Workspace
from pipelines import recommend as job

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SEA, LAND = ("atoll", "bay", "cape", "delta"), ("alp", "butte", "canyon", "dune")
PEOPLE = 240  # every tenth is 15, every tenth tells no age; the others are 30
SETTINGS = 'name = "Small"\ntoday = 2026-11-23\nk = 2\n'


def company():
    """People who watch two or three titles of the sea, or of the land; "delta" is for adults, "dune" not out yet."""
    random = np.random.default_rng(5)
    person = [f"p{number:03d}" for number in range(PEOPLE)]
    rows = [
        (person[number], str(title), pd.Timestamp(2026, 1, 1 + day), 30.0)
        for number in range(PEOPLE)
        for day, title in enumerate(random.permutation(SEA if number % 2 else LAND)[: 2 + number % 3 // 2])
    ]
    age = np.select([np.arange(PEOPLE) % 10 == 3, np.arange(PEOPLE) % 10 == 4], [15.0, np.nan], 30.0)
    titles = pd.DataFrame({"title": [*SEA, *LAND], "kind": "film", "rating": "PG"})
    titles["name"] = titles["title"].str.title()
    titles["release_date"] = pd.Timestamp(2026, 1, 1)
    titles.loc[titles["title"] == "delta", "rating"] = "R"
    titles.loc[titles["title"] == "dune", "release_date"] = pd.Timestamp(2026, 12, 24)
    device = np.where(np.arange(PEOPLE) % 2 == 1, "phone", "tv")
    audience = pd.DataFrame({"person": person, "age": age, "device": device})
    return {
        "audience": audience,
        "viewing": pd.DataFrame(rows, columns=["person", "title", "date", "minutes"]),
        "titles": titles,
    }


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """A workspace of which segments, and taste, have been found."""
    from marketing.settings import Settings
    from pipelines import segment

    folder = tmp_path_factory.mktemp("lumen") / "lumen"
    workspace = Workspace.create(folder)
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    workspace.upsert(company(), now=NOW)
    segment.run(workspace, Settings(today=NOW.date(), k=2), now=NOW)
    return folder


@pytest.fixture
def viewing(learnt):
    return Workspace.open(learnt).read("viewing")


def test_everyone_who_may_be_is_recommended_what_suits_them(marquee, learnt, viewing, tmp_path):
    ended = marquee("recommend", "-w", learnt, "--top", "2", "--out", tmp_path / "all.csv")
    assert ended.code == 0
    assert f"be minors, and are recommended nothing by what they saw: {PEOPLE // 10} people" in ended.err
    assert f"titles for adults are left out: {PEOPLE // 10} people" in ended.err
    told = pd.read_csv(tmp_path / "all.csv")
    assert list(told.columns) == ["person", "title", "rank", "score", "because"]
    number = told["person"].str[1:].astype(int)
    assert set(told["person"]) == {f"p{n:03d}" for n in range(PEOPLE) if n % 10 != 3}
    assert "dune" not in set(told["title"])
    assert set(told.loc[told["title"] == "delta", "person"].str[-1]) <= set("12567890")
    assert "delta" in set(told["title"])
    assert told.merge(viewing, on=["person", "title"]).empty
    likely = told[(told["rank"] == 1) & (number % 2 == 1)]
    assert likely["title"].isin(SEA).mean() > 0.9
    assert likely["because"].str.startswith("Because they watched ").mean() > 0.9


def test_chunks_do_not_change_what_is_recommended(marquee, learnt, tmp_path, monkeypatch):
    marquee("recommend", "-w", learnt, "--out", tmp_path / "whole.csv")
    monkeypatch.setattr(job, "CHUNK", 50)
    marquee("recommend", "-w", learnt, "--out", tmp_path / "parts.csv")
    whole, parts = (pd.read_csv(tmp_path / name) for name in ("whole.csv", "parts.csv"))
    pd.testing.assert_frame_equal(whole, parts)


def test_some_people_are_recommended_the_same_as_among_all(marquee, learnt, tmp_path):
    marquee("recommend", "-w", learnt, "--top", "3", "--out", tmp_path / "all.csv")
    ended = marquee("recommend", "p002", "p001", "p003", "-w", learnt, "--top", "3", "--json")
    assert (ended.code, ended.json["people"], ended.json["may_be_minors"]) == (0, 3, 1)
    told, whole = pd.DataFrame(ended.json["recommendations"]), pd.read_csv(tmp_path / "all.csv")
    whole = whole[whole["person"].isin(["p001", "p002"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(told, whole, check_dtype=False)


def test_a_minor_alone_is_recommended_nothing_and_it_is_said_why(marquee, learnt):
    ended = marquee("recommend", "p003", "-w", learnt)
    assert ended.code == 0
    assert "p003" not in ended.out
    assert "May be minors, and are recommended nothing by what they saw: 1 person." in ended.err


def test_people_whom_the_audience_does_not_have_are_named(marquee, learnt):
    ended = marquee("recommend", "p001", "zed", "-w", learnt)
    assert ended.code == 2
    assert "nobody of this id: zed." in ended.err
    assert ended.out == ""


def test_too_many_people_to_print_are_asked_for_a_file(marquee, learnt, monkeypatch):
    from pipelines.commands import recommending

    monkeypatch.setattr(recommending, "PRINTED", 100)
    ended = marquee("recommend", "-w", learnt)
    assert (ended.code, ended.out) == (2, "")
    assert "--out FILE.csv" in ended.err
    assert marquee("recommend", "-w", learnt, "--out", "all.parquet").code == 2


def test_before_a_run_of_segments_the_user_is_told_what_to_do(marquee, tmp_path):
    Workspace.create(tmp_path / "new").upsert(company(), now=NOW)
    ended = marquee("recommend", "-w", tmp_path / "new")
    assert ended.code == 2
    assert "no taste yet" in ended.err


def test_new_viewing_counts_at_once_and_a_new_run_is_advised(marquee, learnt, tmp_path):
    folder = shutil.copytree(learnt, tmp_path / "own")
    first = marquee("recommend", "p001", "-w", folder, "--top", "1", "--json").json["recommendations"][0]["title"]
    (tmp_path / "more.csv").write_text(f"person,title,date\np001,{first},2026-11-20\n", "utf-8")
    assert marquee("ingest", "viewing", tmp_path / "more.csv", "-w", folder).code == 0
    ended = marquee("recommend", "p001", "-w", folder, "--json")
    assert first not in {row["title"] for row in ended.json["recommendations"]}
    assert "Learn it anew: marquee run segment" in ended.err
