"""The brand's own rules: words it never uses, lines it always has, links that stay at home."""

import datetime as dt
from typing import Any

import pytest

from marketing.drafts import brand, briefs, channels, links
from marketing.drafts.briefs import Brief
from marketing.drafts.checks import brand as check
from marketing.drafts.copy import Copy, Problem

TODAY = dt.date(2026, 11, 23)


def brief_of(**more: Any) -> Brief:
    return briefs.parse({"title": {"name": "Harbour"}, "brand": more}, today=TODAY)[0]


def checked(text: str, **more: Any) -> list[Problem]:
    return check.check(Copy(slots={"text": [text]}), channels.load("x_post"), brief_of(**more))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("cheap", "CHEAP thrills"),
        ("cheap", "The cheapest seat"),
        ("cheap", "Dirt-cheap and proud"),
        ("cheap", "Not cheap at all"),
        ("cheap", "cheap's the word"),
        ("kill", "killed, killing, killer: one of them"),
        ("hype", "hyping it"),
        ("scam", "scammed again"),
        ("city", "two cities"),
        ("happy", "the happiest day"),
        ("box", "boxes of it"),
        ("game changer", "a game-changer"),
        ("game changer", "Game changers all"),
        ("binge-watch", "binge watching"),
        ("don't miss", "Don’t miss it"),
    ],
)
def test_a_word_never_used_blocks_in_every_form(word: str, text: str) -> None:
    found = checked(text, never=[word])
    assert found
    assert all(problem.blocks and repr(word) in problem.message for problem in found)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("cheap", "a cheapskate"),
        ("kill", "a skill"),
        ("art", "the artful party"),
        ("hype", "hyperspace"),
        ("cheap", "lumen.example/cheap"),
        ("", "anything"),
        ("game changer", "a game that changes"),
    ],
)
def test_it_does_not_block_within_another_word_or_address(word: str, text: str) -> None:
    assert checked(text, never=[word]) == []


def test_the_word_itself_is_marked() -> None:
    (problem,) = checked("Oh, the cheapest seat", never=["cheap"])
    assert "Oh, the cheapest seat"[slice(*problem.span)] == "cheapest"


def test_a_line_always_present_may_stand_anywhere_in_any_case() -> None:
    copy = Copy(slots={"headline": ["The sea"], "description": ["Come in. only  on Lumen", "More."]})
    brief = brief_of(always=["Only on Lumen"])
    assert check.check(copy, channels.load("google_rsa"), brief) == []


def test_a_line_that_is_missing_blocks_and_is_offered_where_there_is_room() -> None:
    copy = Copy(slots={"headline": ["The sea"], "description": ["Come in."]})
    (problem,) = check.check(copy, channels.load("google_rsa"), brief_of(always=["Only on Lumen."]))
    assert (problem.slot, problem.index, problem.span) == ("description", 0, (8, 8))
    assert "Come in." + problem.suggestion == "Come in. Only on Lumen."


@pytest.mark.parametrize(
    "text", ["lumen.example/x", "https://www.lumen.example", "go.lumen.example", "ana@lumen.example"]
)
def test_links_to_the_brands_own_domains_pass(text: str) -> None:
    assert checked(f"See {text}.", domains=["lumen.example"]) == []


@pytest.mark.parametrize(
    "text",
    ["evil.com", "https://lumen.example.evil.com", "notlumen.example", "https://evil.com/lumen.example", "lumen.co"],
)
def test_links_elsewhere_block(text: str) -> None:
    assert [problem.blocks for problem in checked(f"See {text}.", domains=["lumen.example"])] == [True]


def test_without_known_domains_no_link_is_judged() -> None:
    assert checked("See evil.com") == []


def test_addresses_are_found_with_and_without_a_scheme_and_sentences_are_not() -> None:
    text = "See https://a.example/x?y=1. Or b.com, and e.g. version 1.2 over.In U.S. shops at 9.30"
    assert [link.text for link in links.find(text)] == ["https://a.example/x?y=1", "b.com"]


def test_forms_of_a_word_are_its_inflections_only() -> None:
    assert {"try", "tries", "tried", "trying"} <= brand.forms("try")
    assert "trial" not in brand.forms("try")
