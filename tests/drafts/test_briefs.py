"""Briefs and copy as they come in: only a title is required, every fault is told, and nothing is assumed."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.drafts import briefs, copy, documents
from marketing.drafts.briefs import Brief
from marketing.errors import InputError
from marketing.titles import Title

TODAY = dt.date(2026, 11, 23)


def read(content: Any) -> tuple[Brief, list[str]]:
    return briefs.read(json.dumps(content).encode(), today=TODAY)


def refused(content: Any) -> str:
    with pytest.raises(InputError) as error:
        read(content)
    assert str(error.value).replace("\n", "").isprintable()
    return str(error.value)


def test_a_title_alone_is_a_brief_and_what_is_absent_is_unknown() -> None:
    brief, warnings = read({"title": {"name": "Harbour"}})
    assert warnings == []
    assert brief.day == TODAY
    assert brief.segment is None
    assert brief.facts == []
    assert brief.content() == {"title": {"name": "Harbour"}, "today": "2026-11-23"}


def test_null_is_absent() -> None:
    brief, _ = read(
        {"title": {"name": "Harbour", "rating": None}, "segment": None, "facts": None, "brand": {"never": None}}
    )
    assert brief.digest() == read({"title": {"name": "Harbour"}})[0].digest()


def test_the_day_of_the_brief_goes_before_the_clock() -> None:
    assert read({"title": {"name": "H"}, "today": "2026-01-31"})[0].day == dt.date(2026, 1, 31)


def test_unknown_fields_are_kept_and_named_in_a_warning() -> None:
    content = {
        "title": {"name": "H", "studio": "North"},
        "mood": "dark",
        "facts": [{"id": "f", "text": "t", "page": 3}],
    }
    brief, (warning,) = read(content)
    assert {"mood", "title.studio", "facts.page"} <= set(warning.replace(",", " ").replace(".", ". ").split()) | {
        name for name in ("mood", "title.studio", "facts.page") if name in warning
    }
    assert brief.content()["title"]["studio"] == "North"
    assert brief.content()["facts"][0]["page"] == 3


def test_every_field_of_the_contract_is_known() -> None:
    content = {
        "title": {
            "title": "h", "name": "Harbour", "kind": "film", "genre": "drama", "synopsis": "s", "rating": "PG-13",
            "ratings": {"GB": "12A"}, "release_date": "2026-12-04", "url": "https://h.example", "spoilers": ["He did"],
        },
        "segment": {
            "segment": "s1", "name": "Late players", "description": "d", "label": "l", "traits": [{"trait": "t"}],
            "size": 900, "share": 0.2, "stability": 0.9, "age": "25-34", "gender": "any",
        },
        "facts": [
            {
                "id": "f", "title": "h", "text": "t", "kind": "number", "source": "s", "valid_from": "2026-01-01",
                "valid_to": "2026-12-31", "territory": "GB", "embargo": "2026-01-01",
            }
        ],
        "forecast": {
            "trend": "h/views", "metric": "views", "direction": "up", "from": "2026-11-23", "to": "2026-12-20",
            "peak": {"date": "2026-12-05", "expected": 1.5, "low80": 1.0, "high80": 2.0},
        },
        "brand": {
            "name": "Lumen", "voice": "plain", "never": ["cheap"], "always": ["On Lumen"], "domains": ["l.example"],
            "postal_address": "1 Quay", "unsubscribe_url": "https://l.example/u",
        },
        "goal": "g", "offer": "o", "language": "pt-BR", "territory": "BR", "relationship": "paid", "past_copy": ["p"],
        "today": "2026-11-23",
    }  # fmt: skip
    brief, warnings = read(content)
    assert warnings == []
    assert brief.content() == content
    assert Brief.model_validate(brief.content()) == brief


def test_every_fault_is_told_at_once() -> None:
    text = refused(
        {
            "title": {},
            "facts": [{"id": "a", "valid_from": "2026-02-30"}],
            "territory": "Narnia",
            "relationship": "boss",
        }
    )
    for place in ("title", "facts.0.text", "facts.0.valid_from", "territory", "relationship"):
        assert place in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "title: is missing"),
        ([], "expected a JSON object"),
        ("title", "expected a JSON object"),
        ({"title": "Harbour"}, "title: expected an object"),
        ({"title": {"name": "  "}}, "needs its"),
        ({"title": {"name": "H"}, "facts": {"id": "f"}}, "facts: expected a list"),
        ({"title": {"name": "H"}, "facts": [{"id": "f", "text": "a"}, {"id": "f", "text": "b"}]}, "names two facts"),
        ({"title": {"name": "H", "release_date": "soon"}}, "title.release_date"),
        ({"title": {"name": "H", "release_date": "0001-01-01"}}, "title.release_date"),
        ({"title": {"name": "H"}, "today": 20261123}, "today"),
        ({"title": {"name": "H"}, "segment": {"share": 20}}, "segment.share"),
        ({"title": {"name": "H"}, "segment": {"size": -1}}, "segment.size"),
        ({"title": {"name": "H"}, "language": "english please"}, "language"),
        ({"title": {"name": "H"}, "brand": {"never": "cheap"}}, "brand.never: expected a list"),
        (
            {"title": {"name": "H"}, "facts": [{"text": "t", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}]},
            "after",
        ),
    ],
)
def test_what_no_brief_can_be_is_refused_in_words(content: Any, told: str) -> None:
    assert told in refused(content)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no JSON"),
        (b'{"title": ', "line 1, column"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ('{"title": {"name": "é"}}'.encode("latin-1"), "not UTF-8"),
        (b"PK\x03\x04zip", "no JSON"),
        (b'{"title": {"name": "a"}, "title": {"name": "b"}}', "stands twice"),
        (b'{"title": {"name": NaN}}', "NaN is no number"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"title": {"name": "' + b"a" * 5_000_000 + b'"}}', "at most 5 MB"),
    ],
)
def test_bytes_that_are_no_brief_are_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        briefs.read(data, today=TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str) -> None:
    assert briefs.read('{"title": {"name": "Café"}}'.encode(encoding), today=TODAY)[0].title.called == "Café"


FIELDS = st.sampled_from(["title", "name", "facts", "text", "id", "segment", "brand", "never", "today", "peak"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(FIELDS | st.text(), inner),
)


@given(JSON)
def test_whatever_json_comes_is_a_brief_or_refused(content: Any) -> None:
    try:
        brief, _ = briefs.read(json.dumps(content).encode(), today=TODAY)
    except InputError as error:
        assert str(error).strip()
    else:
        assert brief.title.called


def test_the_digest_does_not_depend_on_how_the_brief_was_written() -> None:
    one = read({"title": {"name": "H"}, "facts": [{"id": "b", "text": "2"}, {"id": "a", "text": "1"}], "goal": ""})[0]
    same = read({"facts": [{"text": "1", "id": "a"}, {"text": "2", "id": "b"}], "title": {"name": "H"}})[0]
    other = read({"facts": [{"text": "1", "id": "a"}, {"text": "3", "id": "b"}], "title": {"name": "H"}})[0]
    assert one.digest() == same.digest() != other.digest()


def test_a_fact_without_an_id_is_named_after_its_words() -> None:
    first, _ = read({"title": {"name": "H"}, "facts": [{"text": "one"}, {"text": "two"}]})
    second, _ = read({"title": {"name": "H"}, "facts": [{"text": "two"}, {"text": "one"}]})
    assert {fact.id for fact in first.facts} == {fact.id for fact in second.facts}


@pytest.mark.parametrize(
    ("held", "asked", "covers"),
    [
        ("", "GB", True),
        ("GB", "", True),
        ("GB", "GB", True),
        ("gb, IE", "IE", True),
        ("US", "US-NY", True),
        ("worldwide", "FR", True),
        ("US", "GB", False),
        ("US-NY", "US-CA", False),
    ],
)
def test_a_fact_holds_in_its_territory(held: str, asked: str, covers: bool) -> None:  # noqa: FBT001 - a table of cases
    brief, _ = read({"title": {"name": "H"}, "territory": asked, "facts": [{"text": "t", "territory": held}]})
    assert (brief.why_not(brief.facts[0]) == "") is covers


def test_a_title_knows_what_stands_in_its_own_row() -> None:
    title = Title(title="h", name="Harbour", synopsis="A pilot comes home.", release_date=dt.date(2026, 12, 4))
    assert [fact.text for fact in title.known()] == ["A pilot comes home.", "Harbour is released on 4 December 2026."]
    assert Title(name="Harbour").known() == []


def test_copy_is_read_from_its_own_file_and_from_a_drafts() -> None:
    plain = copy.read(b'{"slots": {"headline": ["The sea"]}}')
    drafted = copy.read(b'{"draft": "d-1", "copy": {"slots": {"headline": ["The sea"]}, "claims": []}}')
    assert plain.digest() == drafted.digest()
    assert plain.line("headline", 0) == "The sea"
    assert plain.line("headline", 7) == plain.line("nowhere", 0) == ""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{}", "slots: is missing"),
        (b'{"slots": {"headline": "The sea"}}', "slots.headline: expected a list"),
        (b'{"slots": {"headline": [1]}}', "slots.headline.0"),
        (b'{"slots": {}, "claims": [{"slot": "a"}]}', "claims.0.text"),
        (b'{"slots": {}, "claims": [{"slot": "a", "index": -1, "text": "t", "fact": "f"}]}', "claims.0.index"),
    ],
)
def test_what_no_copy_can_be_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        copy.read(data)


def test_many_faults_are_counted_after_the_first_few() -> None:
    text = refused({"title": {"name": "H"}, "facts": [{"id": str(n)} for n in range(40)]})
    assert "and 35 more" in text
    assert len(text.splitlines()) <= documents.SHOWN_FAULTS + 3
