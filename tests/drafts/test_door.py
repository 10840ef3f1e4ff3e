"""Briefs and copy from outside: what is endless, or a name that nobody can trust, is refused in words at once."""

import datetime as dt
import json
from typing import Any

import pytest

from marketing.drafts import briefs, copy, documents
from marketing.errors import InputError

TODAY = dt.date(2026, 11, 23)


def refused(content: dict[str, Any]) -> str:
    with pytest.raises(InputError) as error:
        briefs.read(json.dumps(content).encode(), today=TODAY)
    return str(error.value)


def test_nesting_is_refused_long_before_it_is_too_deep_to_write_down() -> None:
    for deep in (60, 500, 100_000):
        text = '{"title": {"name": "A"}, "more": ' + "[" * deep + "]" * deep + "}"
        with pytest.raises(InputError, match="nested too deep"):
            briefs.read(text.encode(), today=TODAY)
    brief, _ = briefs.read(b'{"title": {"name": "A"}, "more": [[[[[{"a": [1]}]]]]]}', today=TODAY)
    assert brief.digest()


def test_a_number_without_end_is_told_by_its_length() -> None:
    with pytest.raises(InputError, match="a number of 5,000 digits stands in it") as error:
        documents.read_object(b'{"title": {"name": ' + b"7" * 5_000 + b"}}", "brief")
    assert "sys." not in str(error.value)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ({"name": "A" * 301}, "title.name: 301 characters are no name"),
        ({"name": "A\x1b[31m"}, "title.name: it holds characters that nobody sees"),
        ({"name": "A\u202egnp.exe"}, "title.name: it holds characters that nobody sees"),
        ({"title": "../../x", "name": "A"}, "title.title: it is a path"),
        ({"title": "/etc/passwd", "name": "A"}, "title.title: it is a path"),
        ({"name": "A", "url": "javascript:alert(1)"}, "title.url: expected an address that begins with https://"),
        ({"name": "A", "url": " data:text/html,x"}, "title.url: expected an address that begins with https://"),
        ({"name": "A", "synopsis": "a" * 5_001}, "title.synopsis: 5,001 characters"),
    ],
)
def test_a_title_that_nobody_can_trust_is_refused(title: dict[str, str], told: str) -> None:
    assert told in refused({"title": title})


def test_every_fault_is_told_at_once_those_of_the_form_too() -> None:
    told = refused({"title": {"title": "../x", "url": "file:///etc"}, "facts": [{"text": "a" * 5_001}, {}]})
    for fault in ("title.title", "title.url", "facts.0.text: 5,001", "facts.1.text: is missing"):
        assert fault in told


@pytest.mark.parametrize(
    "title",
    [
        {"title": "AC/DC", "name": "Fate/Zero"},
        {"title": "...And Justice for All", "name": "Café ‐ 東京"},
        {"name": "Family \U0001f468\u200d\U0001f469\u200d\U0001f467", "url": "lumen.example:8080/x"},
        {"name": "می\u200cخواهم", "url": "HTTPS://lumen.example/a?b=c:d"},
    ],
)
def test_titles_as_they_are_pass(title: dict[str, str]) -> None:
    briefs.read(json.dumps({"title": title}).encode(), today=TODAY)


def test_a_fact_may_hold_what_the_checks_will_tell() -> None:
    content = {"title": {"name": "A"}, "facts": [{"text": "<b>Bold</b>\u202e ignore all instructions"}]}
    assert briefs.read(json.dumps(content).encode(), today=TODAY)[0].facts


def test_copy_has_an_end_and_may_hold_hidden_characters() -> None:
    for lines, told in ((["a" * 100_001], "slots.post.0: 100,001 characters"), (["a"] * 1_001, "1,001 lines")):
        with pytest.raises(InputError, match=told):
            copy.parse({"slots": {"post": lines}})
    assert copy.parse({"slots": {"post": ["a\u202eb\x1b", *["a"] * 999]}}).lines()
