"""Pieces of a draft that several pages show: its names, its problems with their words marked, its claims."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from marketing import catalog
from marketing.campaigns import reviews
from marketing.campaigns.versions import Change, Part
from marketing.drafts import channels, checks
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem
from marketing.drafts.proofs import proofread
from marketing.errors import MissingError
from marketing.pages import words
from marketing.pages.frame import Place
from marketing.records import DraftRecord
from marketing.titles import Fact

AROUND = 60  # characters of a long line shown on each side of what is wrong
MOST_TRAITS = 3  # of a group, in a sentence
COLOURS = {"block": "red", "warn": "orange"}
ICONS = {"block": ":red[:material/block:]", "warn": ":orange[:material/warning:]"}


def channel(place: Place, name: str) -> Channel:
    """A channel, the workspace's own before ours."""
    return channels.load(name, place.workspace.folder / "channels")


def channel_name(place: Place, name: str) -> str:
    """What a channel is called; its id where its file is gone."""
    try:
        return channel(place, name).name
    except MissingError:
        return name


def brief(place: Place, draft: DraftRecord) -> Brief:
    """What the writer was told."""
    return Brief.model_validate(place.ledger.brief(draft.brief))


def queue(place: Place) -> list[DraftRecord]:
    """The drafts on which nobody has decided: the longest waiting first, then by title, segment and channel."""
    drafts = place.ledger.drafts()
    states = reviews.standings(drafts, place.ledger.reviews())
    waiting = [draft for draft in drafts if states[draft.draft] == "waiting"]
    return sorted(
        waiting,
        key=lambda d: (
            d.created_at.date(),
            d.title,
            d.segment,
            *by_settings(place, d.channel),
            d.variant,
            d.created_at,
        ),
    )


def by_settings(place: Place, name: str) -> tuple[int, str]:
    """What sorts channels as the settings name them, others behind."""
    wanted = list(place.settings.channels)
    return (wanted.index(name) if name in wanted else len(wanted), name)


def heading(draft: DraftRecord) -> str:
    """The draft's first line, to tell it from others."""
    lines = [line for lines in draft.copy["slots"].values() for line in lines]
    first = lines[0] if lines else draft.draft
    return first if len(first) <= AROUND else first[: AROUND - 1].rsplit(" ", 1)[0] + " …"


def line_name(slot: str, index: int, number: int) -> str:
    """ "Headline 2", or "Caption" where there is one."""
    return words.label(slot) + (f" {index + 1}" if number > 1 else "")


def recheck(place: Place, draft: DraftRecord, slots: Mapping[str, Sequence[str]]) -> tuple[Copy, Sequence[Problem]]:
    """New words for a draft, with all that they claim, checked anew."""
    lines = {slot: list(texts) for slot, texts in slots.items()}
    copy = Copy(slots=lines, claims=draft.copy.get("claims", []))
    return proofread(copy, channel(place, draft.channel), brief(place, draft))


def _line(lines: Mapping[str, Sequence[str]], slot: str, index: int) -> str:
    texts = lines.get(slot, [])
    return texts[index] if index < len(texts) else ""


def badge(standing: str, problems: Sequence[Mapping[str, Any]]) -> str:
    """Where a draft stands, as a badge."""
    blocking = sum(problem["severity"] == "block" for problem in problems)
    if standing != "waiting":
        told, colour = {
            "approved": ("approved", "green"),
            "rejected": ("rejected", "red"),
            "changes": ("changes asked for", "orange"),
            "edited": ("edited since", "gray"),
        }[standing]
    elif blocking:
        told, colour = f"{words.spelled(blocking)} {'blocks' if blocking == 1 else 'block'}", "red"
    elif problems:
        told, colour = f"{words.spelled(len(problems))} to look at", "orange"
    else:
        told, colour = "ready to review", "green"
    return f":{colour}-badge[{told}]"


def problems(found: Sequence[Mapping[str, Any]], slots: Mapping[str, Sequence[str]]) -> None:
    """Each problem: the words it is about, marked, and below them what is wrong and what would mend it."""
    for problem in sorted(found, key=lambda p: p["severity"] != "block"):
        line = _line(slots, problem["slot"], problem["index"])
        message = words.plain(problem["message"])
        safer = f" Safer: “{words.plain(problem['suggestion'])}”" if problem["suggestion"] else ""
        marked = f"{marked_line(line, problem['span'], problem['severity'])}  \n" if line else ""
        where = words.plain(line_name(problem["slot"], problem["index"], len(slots.get(problem["slot"], []))))
        st.markdown(f"{ICONS[problem['severity']]} {marked}:small[{where}: {message}{safer}]")


def marked_line(line: str, span: Sequence[int], severity: str) -> str:
    """The line with the words of the span marked; a long line is cut around them."""
    start, end = span
    left, right = line[:start], line[end:]
    left = f"…{left[-AROUND:]}" if len(left) > AROUND else left
    right = f"{right[:AROUND]}…" if len(right) > AROUND else right
    middle = line[start:end]
    marked = f":{COLOURS[severity]}-background[{words.escaped(middle)}]" if middle.strip() else ""
    return words.escaped(left) + marked + words.escaped(right)


def sources(found: Brief, claims: Sequence[Mapping[str, Any]]) -> None:
    """The claims with the source of each, in a quiet line."""
    told = [
        f":material/link: {words.plain(', '.join(f'“{text}”' for text in texts))}: {words.plain(_source(fact))}"
        for fact, texts in _by_fact(found, claims)
    ]
    if told:
        st.markdown(f":gray[:small[{'  '.join(told)}]]")


def claims_table(found: Brief, claims: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What is claimed, the fact behind it and its source, a row for each fact."""
    rows = [
        (
            words.plain("; ".join(texts)),
            words.plain(fact.text) if fact else ":red[none]",
            words.plain(_source(fact)),
        )
        for fact, texts in _by_fact(found, claims)
    ]
    return pd.DataFrame(rows, columns=["Claim", "Fact", "Source"])


def _by_fact(found: Brief, claims: Sequence[Mapping[str, Any]]) -> list[tuple[Fact | None, list[str]]]:
    """Each fact with the different claims that rest on it, in the order in which they are made."""
    facts = {fact.id: fact for fact in found.all_facts()}
    texts: dict[str, dict[str, str]] = {}
    for claim in claims:
        text = str(claim["text"]).strip('“”"')
        texts.setdefault(claim["fact"], {}).setdefault(text.casefold(), text)
    return [(facts.get(fact), list(said.values())) for fact, said in texts.items()]


def _source(fact: Fact | None) -> str:
    if fact is None:
        return "no fact behind it"
    return {"": "no source given", "title": "the titles table"}.get(fact.source, fact.source)


def checks_table(found: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Each check and what it found, a row each: an icon, the check, the verdict."""
    rows = []
    for name in catalog.names(checks.__name__):
        of_check = [problem for problem in found if problem["check"].partition(".")[0] == name]
        worst = "block" if any(p["severity"] == "block" for p in of_check) else "warn" if of_check else ""
        icon = ICONS.get(worst, ":green[:material/check_circle:]")
        verdict = words.begun(words.count(len(of_check), "problem")) if of_check else "Nothing found"
        rows.append((icon, words.plain(words.label(re.sub(r"[._-]+", " ", name))), verdict))
    return pd.DataFrame(rows, columns=["", "Check", "Found"])


def changes_table(place: Place, changes: Sequence[Change], draft: DraftRecord) -> pd.DataFrame:
    """Each line that differs, what was taken out struck through and what was put in marked, and its length."""
    where = channel(place, draft.channel)
    rows = []
    for change in changes:
        name = line_name(change.slot, change.index, len(draft.copy["slots"].get(change.slot, [])))
        marked = "".join(_changed(part) for part in change.parts())
        slot = where.slots.get(change.slot)
        length = f"{slot.length(change.after)} / {slot.max}" if slot and slot.max else ""
        rows.append((words.plain(name), marked, length))
    return pd.DataFrame(rows, columns=["Slot", "Words", "Length"])


def _changed(part: Part) -> str:
    text = words.escaped(part.text)
    if part.kind == "same" or not text.strip():
        return text
    return f":red-background[~~{text.strip()}~~] " if part.kind == "out" else f":green-background[{text.strip()}]"


def group(place: Place, draft: DraftRecord) -> str:
    """What the draft's segment was called when it was written; "" for everyone."""
    found = brief(place, draft).segment
    return found.name if found else ""


def reasons(place: Place, draft: DraftRecord) -> list[str]:
    """What the writer was told of the forecast and of the group, a sentence each."""
    told = []
    given = brief(place, draft)
    if given.forecast and given.forecast.peak and given.forecast.peak.date:
        told.append(f"The forecast peaks on {words.day(given.forecast.peak.date, place.today)}.")
    if given.segment and given.segment.name:
        traits = [
            words.inside(str(t["trait"])) for t in given.segment.traits if isinstance(t, Mapping) and "trait" in t
        ]
        apart = f", whom this sets apart: {words.plain(words.listed(traits[:MOST_TRAITS]))}" if traits else ""
        told.append(f"Written for {words.plain(words.inside(given.segment.name))}{apart}.")
    if given.goal:
        told.append(f"Goal: {words.plain(given.goal)}.")
    return told
